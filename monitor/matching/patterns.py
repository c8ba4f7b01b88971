"""Patterns: how one way to write a term or a name looks as folded tokens."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

import msgspec

from monitor.matching.characters import ASTRAL_CLUSTERS, CLUSTERS
from monitor.matching.fold import IGNORABLE, fold
from monitor.matching.text import segment

_HYPHEN = re.compile(r"(?<=\w)[-\u2010\u2011](?=\w)")
_DOTTED = re.compile(r"\s*[^\W\d_](?:\.[^\W\d_])+\.?\s*\Z")
_KEPT = re.compile("[&+#]+")
_ignorable = re.compile(f"[{IGNORABLE}]")
_cluster = re.compile(f"[{CLUSTERS}]")
_MOST_HYPHENS = 3
PREFIX_KEY = 3
"""Letters that a prefix has at the least, and by which prefixes are filed."""

_plain = re.compile(rf"(?!.*[{CLUSTERS}{ASTRAL_CLUSTERS}])[^\W\d_]+(?: [^\W\d_]+)*\Z")
"""Words of letters alone: most names are nothing else, and need no segmentation."""


class Pattern(msgspec.Struct, frozen=True):
    """Tokens in a row. ``surfaces`` are to be met to the letter (``case``); ``glue[i]`` is the
    punctuation that must stand behind token i; ``dotted`` patterns are single letters with dots
    between (W.H.O.); ``clustered`` ones lie in a script without spaces.
    """

    tokens: tuple[str, ...]
    surfaces: tuple[str, ...] = ()
    glue: tuple[str, ...] = ()
    dotted: bool = False
    prefix: bool = False
    clustered: bool = False


def surface_of(raw: str) -> str:
    """What ``case: true`` compares: the raw text without what no reader sees."""
    return unicodedata.normalize("NFC", _ignorable.sub("", raw))


def patterns(text: str, *, case: bool = False) -> tuple[Pattern, ...]:
    """Every spelling that ``text`` stands for; none if it has no token.

    A hyphen stands for itself, for a space and for nothing; a final ``*`` makes a prefix, of which
    ``case`` says nothing; with ``case`` an all-capital term is also found with dots.
    """
    if not case and _plain.match(text):
        return (Pattern(tuple(fold(word) for word in text.split(" "))),)
    prefix = text.endswith("*")
    text = text.removesuffix("*")
    hyphens = [match.start() for match in _HYPHEN.finditer(text)]
    found: dict[tuple[str, ...], Pattern] = {}
    choices = product(" \0", repeat=min(len(hyphens), _MOST_HYPHENS))
    for choice in choices:
        spelled = text
        for at, char in zip(hyphens, choice, strict=False):
            spelled = spelled[:at] + char + spelled[at + 1 :]
        pattern = _pattern(spelled.replace("\0", ""), case, prefix)
        if pattern is not None:
            found.setdefault(pattern.tokens, pattern)
    spellings = list(found.values())
    if case and not prefix and len(text) > 1 and text.isascii() and text.isalpha() and text.isupper():
        spellings.append(Pattern(tuple(text.lower()), surfaces=tuple(text), dotted=True))
    return tuple(spellings)


def _pattern(text: str, case: bool, prefix: bool) -> Pattern | None:
    parts = segment(text)
    if not parts.folds:
        return None
    if prefix:
        return Pattern(tuple(parts.folds), prefix=True)
    surfaces = (
        tuple(surface_of(text[s:e]) for s, e in zip(parts.starts, parts.ends, strict=True)) if case else ()
    )
    glue: tuple[str, ...] = ()
    if _KEPT.search(text):
        bounds = [*parts.starts[1:], len(text)]
        glue = tuple("".join(_KEPT.findall(text[e:s])) for e, s in zip(parts.ends, bounds, strict=True))
    return Pattern(
        tuple(parts.folds),
        surfaces,
        glue,
        dotted=bool(_DOTTED.match(text)),
        clustered=bool(_cluster.search(text)),
    )
