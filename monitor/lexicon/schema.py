"""What the lexicon is once loaded: entries, and the forms by which each language names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from monitor.lexicon.form import NAME_KINDS, VERB_KINDS, WEAK_KINDS, Form, FormKind
from monitor.lexicon.forms import Forms

__all__ = ["EMPTY", "NAME_KINDS", "VERB_KINDS", "WEAK_KINDS", "Entry", "Form", "FormKind", "Lexicon", "Role"]

Role = Literal["actor", "place", "target"]


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

    def __init__(self, entries: Mapping[str, Entry], forms: Iterable[Form]) -> None:
        self.entries = dict(entries)
        self.forms = forms if isinstance(forms, Forms) else Forms(forms)
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
        members: dict[str, set[str]] = {}
        for id, wholes in self.wholes.items():
            for whole in wholes:
                members.setdefault(whole, set()).add(id)
        self._members = {id: frozenset(ids) for id, ids in members.items()}

    def members(self, id: str) -> frozenset[str]:
        """Ids whose mentions also meet ``id``: the inverse of ``wholes``."""
        return self._members.get(id, frozenset((id,)))

    def gloss(self, id: str) -> str:
        """The entry's English gloss, or the id itself for an id that the lexicon lacks."""
        entry = self.entries.get(id)
        return entry.gloss if entry is not None else id


EMPTY = Lexicon({}, ())
