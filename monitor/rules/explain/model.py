"""What an explanation is made of: a tree of verdicts, with the places that they rest on.

All are plain values: `msgspec.to_builtins` of an `Explanation` is the stable form for other programs.
Offsets are code points of the title or text that the field names, ends excluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from monitor.records import Evidence, Field, RuleStatus, Severity

Kind = Literal[
    "term",
    "entity",
    "concept",
    "all",
    "any",
    "near",
    "at_least",
    "mentions",
    "score",
    "title",
    "lead",
    "frame",
]
Passing = Literal["passes", "refuses", "unknown"]


class Stretch(msgspec.Struct, frozen=True):
    """Tokens ``first`` to ``last`` (end excluded) of a field, and the code points that they span."""

    field: Field
    first: int
    last: int
    start: int
    end: int


class Quote(msgspec.Struct, frozen=True):
    """A sentence as it stands in the article, with the places in it that are to be marked."""

    field: Field
    start: int
    end: int
    text: str
    marks: tuple[Evidence, ...]


class RoleRead(msgspec.Struct, frozen=True, kw_only=True):
    """A role that the rule asks of an event: who was wanted, who fills it, and why not the one wanted.

    ``nearest`` is the mention of the one wanted that stands nearest to the event, if it fills nothing.
    """

    role: str  # actor, place, target
    wanted: str
    held: bool
    filled: tuple[Evidence, ...] = ()
    why: str = ""
    nearest: Evidence | None = None


class EventRead(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the engine read, and how far it goes towards the frame."""

    sentence: Stretch
    held: bool
    words: tuple[Evidence, ...]
    roles: tuple[RoleRead, ...] = ()
    cues: tuple[Evidence, ...] = ()
    silenced: str = ""  # which cue keeps it from counting, and by which word


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One clause and its verdict.

    ``held`` is what the engine says of the clause in the stretches ``where``. Under ``none`` a clause
    is ``negative``: it is as wanted if it does not hold. ``closeness`` runs from 0 (nothing of it) to 1
    (it holds). ``detail`` counts; ``miss`` says why it does not hold, or for a negative one why it
    does, and by how much.
    """

    kind: Kind
    label: str
    held: bool
    where: tuple[Stretch, ...]
    negative: bool = False
    weight: float | None = None
    closeness: float = 0.0
    detail: str = ""
    miss: str = ""
    evidence: tuple[Evidence, ...] = ()
    events: tuple[EventRead, ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the verdict is as the rule wants it."""
        return self.held != self.negative

    def walk(self) -> Iterator[Node]:
        """The node and all below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()


class Miss(msgspec.Struct, frozen=True):
    """A clause that keeps the rule from firing, and by how much; ``path`` are the labels above it."""

    clause: str
    why: str
    path: tuple[str, ...] = ()


class Filter(msgspec.Struct, frozen=True):
    """One filter of ``where``: what it wants, what the article has, and what comes of it."""

    name: str
    wanted: str
    value: str
    outcome: Passing


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The rule, as it was loaded."""

    id: str
    title: str
    version: str
    status: RuleStatus
    severity: Severity


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The article, as the engine was given it. ``length`` is that of the text, in code points."""

    title: str
    language: str
    source: str
    published: datetime | None
    seen: datetime | None
    length: int


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a rule fires on an article, or why not.

    ``root`` is none where the engine gave the rule up (``suspended`` says why). ``misses`` are empty if
    the tree holds; the nearest stands first. ``refused`` names the filter that refuses the article.
    """

    rule: About
    article: Subject
    fires: bool
    score: float | None = None
    suspended: str = ""
    refused: str = ""
    root: Node | None = None
    misses: tuple[Miss, ...] = ()
    filters: tuple[Filter, ...] = ()
    quotes: tuple[Quote, ...] = ()
