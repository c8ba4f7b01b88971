"""What drafting makes of plain words: items with their meanings."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec

from monitor.lexicon.schema import FormKind

MOST_WORDS = 200
"""Characters of plain words; a title has no room for more."""

Link = Literal["", "plus", "and", "comma", "or"]
"""How an item is joined to the one before it: by + or another sign that begins a new part (``plus``),
by a word, by a comma, or by nothing at all."""

How = Literal["lexicon", "guess", "plain", "left out"]
Kind = Literal["event", "cue", "entity", "term"]

_JOINERS = "\u200c\u200d"  # Persian and Indic words need them
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class DraftError(ValueError):
    """No rule can be made of these words; the message says why and what to do."""


class Meaning(msgspec.Struct, frozen=True):
    """One entry of the lexicon that words may mean. ``form`` is how they name it.

    ``related`` entries are offered because they are near, not because the words name them.
    """

    id: str
    gloss: str
    form: FormKind
    related: bool = False


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the words and what it means. ``start`` and ``end`` are code points.

    ``meanings`` are all that it may mean, the likeliest first; ``taken`` the ids that the rule uses.
    ``part`` numbers the stretches between + and other signs.
    """

    text: str
    start: int
    end: int
    kind: Kind
    how: How = "lexicon"
    meanings: tuple[Meaning, ...] = ()
    taken: tuple[str, ...] = ()
    link: Link = ""
    part: int = 0
    negative: bool = False
    written: str = ""  # with a guess: what stood there

    def meaning(self, id: str) -> Meaning | None:
        """The meaning that is ``id``."""
        return next((one for one in self.meanings if one.id == id), None)


def one_line(text: str) -> str:
    """``text`` on one line, without characters that a file or a terminal takes for a command.

    Direction overrides go (a rule must read as it is written), the joiners that words need stay.
    """
    kept = "".join(
        char
        if char in _JOINERS or (char.isprintable() and not "\ud800" <= char <= "\udfff")
        else ""
        if char in _BIDI or unicodedata.category(char) == "Cf"
        else " "
        for char in text
    )
    return " ".join(kept.split())


def clean_lines(text: str) -> str:
    """``text`` with its lines kept, each made safe as in ``one_line``."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
