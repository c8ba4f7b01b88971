"""What the lexicon is once loaded: entries, and the forms by which each language names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

FormKind = Literal["name", "demonym", "metonym", "term", "verb", "weak", "weak_verb", "not"]
NAME_KINDS: frozenset[FormKind] = frozenset(("name", "metonym"))  # count in every language of their script
WEAK_KINDS: frozenset[FormKind] = frozenset(("weak", "weak_verb"))
VERB_KINDS: frozenset[FormKind] = frozenset(("verb", "weak_verb"))

Role = Literal["actor", "place", "target"]


class Form(msgspec.Struct, frozen=True):
    """One way to write an entry. ``kind`` ``not`` is a longer phrase in which it does not count."""

    text: str
    language: str
    entry: str
    kind: FormKind
    case: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entity (``country/ru``, ``place/raqqa``) or a concept (``airstrike``)."""

    id: str
    gloss: str
    part_of: tuple[str, ...] = ()
    capital_of: str = ""
    roles: tuple[Role, ...] = ("actor", "place", "target")
    narrower: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``country``, ``place``, ``org``, ``person``, ``product`` or ``concept``."""
        head, slash, _ = self.id.partition("/")
        return head if slash else "concept"


class Lexicon:
    """All entries and forms; immutable once made.

    ``wholes[id]`` are the ids that a mention of ``id`` also meets: itself, what it is part of, and
    the concepts to which it is narrower.
    """

    def __init__(self, entries: Mapping[str, Entry], forms: tuple[Form, ...]) -> None:
        self.entries = dict(entries)
        self.forms = forms
        broader: dict[str, set[str]] = {id: set(entry.part_of) for id, entry in self.entries.items()}
        for id, entry in self.entries.items():
            for narrower in entry.narrower:
                broader.setdefault(narrower, set()).add(id)
        self.wholes: dict[str, frozenset[str]] = {}
        for id in self.entries:
            closed: set[str] = set()
            todo = [id]
            while todo:
                at = todo.pop()
                if at not in closed:
                    closed.add(at)
                    todo.extend(broader.get(at, ()))
            self.wholes[id] = frozenset(closed)

    def gloss(self, id: str) -> str:
        """The entry's English gloss, or the id itself for an id that the lexicon lacks."""
        entry = self.entries.get(id)
        return entry.gloss if entry is not None else id


EMPTY = Lexicon({}, ())
