"""What an article must have for a rule to be looked at: conditions that a kernel can check.

They over-approximate: an article that fulfils the rule fulfils them, not the other way round. A rule
is a few *ways*, one of which must hold; a way is a few *groups*, all of which must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum

import msgspec

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
)

Leaf = str
"""``t:text``, ``c:text`` (exact case), ``e:id`` (the entry itself), ``w:id`` (it or what belongs to it)."""

Leaves = frozenset[Leaf]
Weigh = Callable[[Leaves], float]
"""How often an article has one of the leaves: a share, or anything in proportion to it."""

MOST_WAYS = 16
"""Alternatives at the root of a rule that are watched each on its own."""


class Kind(IntEnum):
    """What a group asks of its parts, each a set of leaves of which one must occur."""

    COUNT = 0  # at least ``least`` of the parts occur
    SENTENCE = 1  # they occur in one sentence
    NEARBY = 2  # each lies within ``least`` tokens of the first
    TITLE = 3  # each occurs in the title
    LEAD = 4  # each occurs in the title or the first paragraph
    TIMES = 5  # the one part occurs ``least`` times
    PARAGRAPH = 6  # they occur in one paragraph


class Group(msgspec.Struct, frozen=True):
    """Conditions that hold together. ``loose`` ones may hold outside the stretch that is asked for."""

    kind: Kind
    parts: tuple[Leaves, ...]
    least: int = 1
    loose: bool = False

    def watchable(self) -> bool:
        """Whether each single part is necessary."""
        return self.kind is not Kind.COUNT or self.least >= len(self.parts)

    def joinable(self) -> bool:
        """Whether each part is necessary in the very stretch that is asked for, and nothing else is asked."""
        return self.kind is Kind.COUNT and self.watchable() and not self.loose


Way = tuple[Group, ...]


def term_leaf(term: Term) -> Leaf:
    """The name of a plain term's hits."""
    return f"{'c' if term.case else 't'}:{term.text}"


def ways(clause: Clause, weigh: Weigh, longest: int) -> tuple[Way, ...]:
    """The ways in which an article can fulfil the clause; a way without a group is always open.

    ``weigh`` tells rare leaves from common ones; no pattern has more than ``longest`` tokens.
    """
    if isinstance(clause, Any) and 1 < len(clause.parts) <= MOST_WAYS:
        return tuple(tuple(_groups(part, weigh, longest)) for part in clause.parts)
    return (tuple(_groups(clause, weigh, longest)),)


def _groups(clause: Clause, weigh: Weigh, longest: int) -> list[Group]:
    match clause:
        case Term():
            return [_one(frozenset((term_leaf(clause),)))]
        case Names(ids=ids, concept=concept):
            return [_one(frozenset(f"{'w' if concept else 'e'}:{id}" for id in ids))]
        case All(parts=parts, within=within):
            found = [group for part in parts for group in _groups(part, weigh, longest)]
            if within is None:
                return found
            if isinstance(within, int):
                return _joined(found, Kind.NEARBY, within)
            return _joined(found, Kind.SENTENCE if within == "sentence" else Kind.PARAGRAPH, 1)
        case Near(parts=parts, words=words):
            between = len(parts) - 1
            reach = between * words + (between - 1) * longest + 1
            return _joined(
                [group for part in parts for group in _groups(part, weigh, longest)], Kind.NEARBY, reach
            )
        case Any(parts=parts):
            return _some(parts, 1, weigh, longest)
        case AtLeast(count=count, parts=parts):
            return _some(parts, count, weigh, longest)
        case Mentions(count=count, of=of):
            found = _groups(of, weigh, longest)
            return [*found, *(Group(Kind.TIMES, group.parts, count) for group in found if count > 1)]
        case Score():
            return _scored(clause, weigh, longest)
        case Scope(field=field, of=of):
            kind = Kind.TITLE if field == "title" else Kind.LEAD
            return [
                Group(kind, group.parts) if group.joinable() else group
                for group in _groups(of, weigh, longest)
            ]
        case Frame():
            return _framed(clause)
    raise TypeError(f"not a clause: {clause!r}")


def _framed(frame: Frame) -> list[Group]:
    """Event and actor stand in one sentence; place and target may stand in one beside it, if the scope
    says so."""
    shared = [ids for ids in (frame.place, frame.target) if ids]
    own = [ids for ids in (frame.event, frame.actor) if ids]
    if frame.scope == "sentence":
        own, shared = own + shared, []
    inside = [_one(frozenset(f"w:{id}" for id in ids)) for ids in own]
    around = [Group(Kind.COUNT, (frozenset(f"w:{id}" for id in ids),), loose=True) for ids in shared]
    return [*_joined(inside, Kind.SENTENCE, 1), *around]


def _one(leaves: Leaves) -> Group:
    return Group(Kind.COUNT, (leaves,))


def _joined(groups: Iterable[Group], kind: Kind, least: int) -> list[Group]:
    """Single conditions as one group of the kind; others as they are."""
    single: list[Leaves] = []
    others: list[Group] = []
    for group in groups:
        if group.joinable():
            single.extend(group.parts)
        else:
            others.append(group)
    if len(single) < 2:
        return [*map(_one, single), *others]
    return [Group(kind, tuple(single), least), *others]


def _some(parts: Sequence[Clause], count: int, weigh: Weigh, longest: int) -> list[Group]:
    """At least ``count`` of the parts; a part that needs nothing may hold by itself."""
    needed: list[Leaves] = []
    for part in parts:
        necessary = _necessary(part, weigh, longest)
        if necessary is None:
            count -= 1
        else:
            needed.append(necessary)
    return _at_least(needed, count)


def _at_least(needed: Sequence[Leaves], count: int) -> list[Group]:
    if count <= 0:
        return []
    if count == 1:
        return [_one(frozenset().union(*needed))]
    return [Group(Kind.COUNT, tuple(needed), count)]


def _necessary(clause: Clause, weigh: Weigh, longest: int) -> Leaves | None:
    """The rarest set of leaves of which the clause needs one in its stretch; none if it needs none."""
    found: list[Leaves] = []
    for group in _groups(clause, weigh, longest):
        if group.loose:
            continue
        if group.watchable():
            found.extend(group.parts)
        else:
            found.append(frozenset().union(*group.parts))
    return min(found, key=weigh, default=None)


def _scored(clause: Score, weigh: Weigh, longest: int) -> list[Group]:
    """So many parts of positive weight as the threshold takes at the least."""
    threshold = clause.threshold
    weighted: list[tuple[float, Leaves]] = []
    for part in clause.parts:
        if part.weight <= 0:
            continue
        necessary = _necessary(part.clause, weigh, longest)
        if necessary is None:
            threshold -= part.weight
        else:
            weighted.append((part.weight, necessary))
    weighted.sort(key=lambda one: -one[0])
    count, total = 0, 0.0
    enough = threshold - 1e-6 * max(1.0, abs(threshold))  # sums depend on their order, a little
    while total < enough and count < len(weighted):
        total += weighted[count][0]
        count += 1
    if total < enough:
        count = len(weighted) + 1  # never: no article has more parts than there are
    return _at_least([leaves for _, leaves in weighted], count)
