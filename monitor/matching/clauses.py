"""The clause tree: what a rule asks, after its file was read and checked."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

Stretch = int | str
"""``sentence``, ``paragraph``, or a number of consecutive tokens."""

DEFAULT_UNLESS = ("drill", "fiction", "figurative")


class Clause(msgspec.Struct, frozen=True, tag=True):
    """Any node of the tree."""


class Term(Clause, frozen=True):
    """A word, phrase or, if it ends in ``*``, a prefix."""

    text: str
    case: bool = False


class Names(Clause, frozen=True):
    """Any name of any of these lexicon entries (``entity`` or ``concept``)."""

    ids: tuple[str, ...]
    concept: bool = False
    inner: bool = False


class All(Clause, frozen=True):
    """Every part holds, in one stretch if ``within`` says so; none of ``none`` holds there."""

    parts: tuple[Clause, ...] = ()
    none: tuple[Clause, ...] = ()
    within: Stretch | None = None


class Any(Clause, frozen=True):
    """At least one part holds."""

    parts: tuple[Clause, ...]


class Near(Clause, frozen=True):
    """The parts follow each other with at most ``words`` tokens between begin and end."""

    parts: tuple[Clause, ...]
    words: int
    ordered: bool = False


class AtLeast(Clause, frozen=True):
    """At least ``count`` of the parts hold."""

    count: int
    parts: tuple[Clause, ...]


class Mentions(Clause, frozen=True):
    """At least ``count`` hits that do not overlap of a term, entity or concept."""

    count: int
    of: Clause


class Weighted(msgspec.Struct, frozen=True):
    clause: Clause
    weight: float


class Score(Clause, frozen=True):
    """The weights of the parts that hold add up to ``threshold`` or more."""

    parts: tuple[Weighted, ...]
    threshold: float


class Scope(Clause, frozen=True):
    """The clause holds in the title, or in the lead (the title and the first paragraph)."""

    field: str  # title, lead
    of: Clause


class Frame(Clause, frozen=True):
    """Who did what where: each role that is named is filled by one of the ids."""

    event: tuple[str, ...]
    actor: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    scope: str = "sentence"  # sentence, paragraph, document
    unless: tuple[str, ...] = DEFAULT_UNLESS


def children(clause: Clause) -> tuple[Clause, ...]:
    """The clauses directly inside ``clause``, negative ones included."""
    match clause:
        case All(parts=parts, none=none):
            return (*parts, *none)
        case Any(parts=parts) | Near(parts=parts) | AtLeast(parts=parts):
            return parts
        case Mentions(of=of) | Scope(of=of):
            return (of,)
        case Score(parts=weighted):
            return tuple(one.clause for one in weighted)
    return ()


def terms(clause: Clause) -> Iterator[Term]:
    """Every plain term in the tree."""
    if isinstance(clause, Term):
        yield clause
    for child in children(clause):
        yield from terms(child)
