"""The clause tree of a rule on one article: each clause asked of the engine where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
from monitor.matching.engine import Engine
from monitor.matching.stretches import Span, paragraphs, scope, whole
from monitor.matching.verify import Found
from monitor.records import Evidence
from monitor.rules.explain.absent import Absence
from monitor.rules.explain.apart import FARTHEST, Apart, near_miss, nearest_stretch, scattered
from monitor.rules.explain.asked import Asked
from monitor.rules.explain.frames import FrameTeller
from monitor.rules.explain.model import EventRead, Node
from monitor.rules.explain.roles import away
from monitor.rules.explain.stretches import Ordinals, counted, stretch
from monitor.rules.explain.wording import evidence, kind_of, label, quoted

Where = tuple[Span, ...]

MOST_EVIDENCE = 50  # places of one clause
MOST_ADDENDS = 6  # weights of a score that are written out
HALF = 0.5  # how close a clause is, at the least, that holds, but elsewhere
UNCOUNTED = 0.25  # where something of it is in the article that does not count
APART = 0.95  # where all of its parts are there, but too far apart


class Tree:
    """Explains clauses on one article."""

    def __init__(self, engine: Engine, asked: Asked) -> None:
        self._lexicon = engine.lexicon
        self._asked = asked
        self._document = asked.document
        self._ordinals = Ordinals(self._document)
        self._absence = Absence(engine, self._document)
        self._frames = FrameTeller(engine, asked, self._absence, self._ordinals)

    def root(self, clause: Clause) -> Node:
        """The whole tree."""
        return self._node(clause, whole(self._document))

    def _node(
        self, clause: Clause, where: Where, *, negative: bool = False, weight: float | None = None
    ) -> Node:
        before = self._asked.given_up
        support = self._asked.holds(clause, where)
        given_up = self._asked.given_up > before
        node = Node(
            kind=kind_of(clause),
            label=label(clause, self._lexicon),
            held=support is not None,
            where=tuple(stretch(self._document, span) for span in where),
            negative=negative,
            weight=weight,
            closeness=1.0 if support is not None else 0.0,
        )
        match clause:
            case Term() | Names():
                node = self._leaf(node, clause, where, support)
            case All():
                node = self._all(node, clause, where)
            case Any(parts=parts):
                below = self._nodes(parts, where)
                node = _with(node, below, max((one.closeness for one in below), default=0.0))
            case AtLeast(count=count, parts=parts):
                below = self._nodes(parts, where)
                best = sorted((one.closeness for one in below), reverse=True)[:count]
                held = sum(one.held for one in below)
                node = _with(
                    node,
                    below,
                    sum(best) / count,
                    f"{held} of {count}",
                    f"only {held} of the {count} that are needed hold",
                )
            case Mentions(count=count, of=of):
                below = (self._node(of, where),)
                found = _apart(self._asked.holds(of, where) or ())
                node = _with(
                    node,
                    below,
                    found / count,
                    f"{found} of {count}",
                    f"only {found} of {counted(count, 'mention')}",
                )
            case Score():
                node = self._score(node, clause, where)
            case Scope(field=field, of=of):
                below = (self._node(of, scope(self._document, field, where)),)
                node = _with(node, below, below[0].closeness)
            case Near():
                node = self._near(node, clause, where)
            case Frame():
                node = self._frame(node, clause, where, support)
        if given_up:
            node = msgspec.structs.replace(node, miss="it takes too long to say whether it holds")
        if negative and not node.held:
            return msgspec.structs.replace(node, miss="", evidence=())
        if negative:
            found_there = f": {quoted(node.evidence[0].text)}" if node.evidence else ""
            return msgspec.structs.replace(node, miss=f"it is there{found_there}")
        return msgspec.structs.replace(node, miss="") if node.held else node

    def _nodes(self, parts: Iterable[Clause], where: Where) -> tuple[Node, ...]:
        return tuple(self._node(part, where) for part in parts)

    # --- leaves ---------------------------------------------------------------------------

    def _leaf(self, node: Node, clause: Term | Names, where: Where, support: Sequence[Found] | None) -> Node:
        if support is not None:
            return msgspec.structs.replace(node, evidence=self._evidence(support))
        elsewhere = self._asked.holds(clause)
        if elsewhere:
            nearest = self._nearest(elsewhere, where)
            far = away(self._document, self._ordinals, nearest.hit, where)
            close = HALF + _bonus(0.1, _distance(nearest, where)[1])
            return msgspec.structs.replace(
                node, closeness=close, miss=f"not here: {far}", evidence=self._evidence((nearest,))
            )
        why = self._absence.of_term(clause) if isinstance(clause, Term) else self._absence.of_names(clause)
        return msgspec.structs.replace(node, miss=why.text, closeness=UNCOUNTED if why.there else 0.0)

    def _nearest(self, found: Sequence[Found], where: Where) -> Found:
        """The one that stands nearest to these stretches, in tokens."""
        return min(found, key=lambda one: _distance(one, where))

    def _evidence(self, support: Sequence[Found]) -> tuple[Evidence, ...]:
        unique: dict[tuple[int, int, int], Found] = {}
        for one in support:
            unique.setdefault((one.hit.field, one.hit.start, one.hit.end), one)
        return tuple(
            evidence(self._document, self._lexicon, one.hit, one.clause, one.entry)
            for _, one in sorted(unique.items())[:MOST_EVIDENCE]
        )

    # --- stretches ------------------------------------------------------------------------

    def _all(self, node: Node, clause: All, where: Where) -> Node:
        looked, detail = where, ""
        if clause.within is not None:
            found, held = nearest_stretch(self._asked, clause, where)
            if found is not None:
                looked = (found,)
            if held > 1:
                detail = f"in {held} of them; the first:"
        below = (
            *self._nodes(clause.parts, looked),
            *(self._node(part, looked, negative=True) for part in clause.none),
        )
        size = len(below) or 1
        close = sum(_reached(one) for one in below) / size
        if clause.within is None or node.held:
            return _with(node, below, close, detail)
        apart = scattered(self._asked, self._ordinals, clause, where)
        node = msgspec.structs.replace(node, evidence=self._evidence(apart.found))
        close = APART * (1.0 if apart.why else close) + _bonus(0.04, apart.beyond)
        return _with(node, below, close, detail, apart.why)

    # --- counting -------------------------------------------------------------------------

    def _score(self, node: Node, clause: Score, where: Where) -> Node:
        below = tuple(self._node(one.clause, where, weight=one.weight) for one in clause.parts)
        total = sum(one.weight or 0.0 for one in below if one.held)
        detail = f"{_sum(below, total)} of {clause.threshold:g}"
        against = [one for one in below if one.held and (one.weight or 0.0) < 0]
        lost = "".join(f"; {_named(one)} counts against it" for one in against)
        close = max(0.0, min(1.0, total / clause.threshold)) if clause.threshold > 0 else 0.0
        return _with(node, below, close, detail, f"score {detail}{lost}")

    def _near(self, node: Node, clause: Near, where: Where) -> Node:
        looked = where
        for paragraph in paragraphs(self._document, where):
            alone = (paragraph,)
            if node.held:
                enough = self._asked.holds(clause, alone) is not None
            else:
                enough = all(self._asked.holds(part, alone) for part in clause.parts)
            if enough:
                looked = alone
                break
        below = self._nodes(clause.parts, looked)
        apart = Apart("")
        if not node.held and all(one.held for one in below):
            apart = near_miss(self._asked, clause, where)
            node = msgspec.structs.replace(node, evidence=self._evidence(apart.found))
        close = APART * sum(one.closeness for one in below) / len(below) + _bonus(0.04, apart.beyond)
        return _with(node, below, close, "", apart.why)

    # --- frames ---------------------------------------------------------------------------

    def _frame(self, node: Node, clause: Frame, where: Where, support: Sequence[Found] | None) -> Node:
        events = self._frames.events(clause, where, support or ())
        node = msgspec.structs.replace(
            node, events=events, evidence=self._evidence(support) if support is not None else ()
        )
        if support is not None:
            return node
        best = nearest_event(events)
        if best is None:
            why = self._frames.nothing(clause, where)
            close = max(self._frames.roles_there(clause), UNCOUNTED if why.there else 0.0)
            return msgspec.structs.replace(node, miss=why.text, closeness=close)
        asked = len(best.roles)
        close = (1 + sum(role.held for role in best.roles)) / (1 + asked) - (0.1 if best.silenced else 0.0)
        whys = [best.silenced] if best.silenced else []
        whys.extend(role.why for role in best.roles if not role.held)
        return msgspec.structs.replace(node, closeness=min(0.95, close), miss="; ".join(whys))


def nearest_event(events: Sequence[EventRead]) -> EventRead | None:
    """The event that goes farthest towards the frame, the first of several; none if there is none.

    A role whose wanted filler stands in the sentence counts a little.
    """

    def reached(event: EventRead) -> float:
        here = event.sentence
        score = 0.0
        for role in event.roles:
            if role.held:
                score += 1.0
            elif role.nearest is not None and role.nearest.field == here.field:
                score += 0.1 if here.start <= role.nearest.start < here.end else 0.0
        return score - (0.5 if event.silenced else 0.0)

    return max(events, key=reached, default=None)


def _sum(parts: Sequence[Node], total: float) -> str:
    """The total of what holds, with how it comes about where something counts against it: ``30 - 5 = 25``."""
    weights = [one.weight or 0.0 for one in parts if one.held]
    if all(weight >= 0 for weight in weights):
        return f"{total:g}"
    added = [weight for weight in weights if weight > 0]
    taken = [-weight for weight in weights if weight < 0]
    if len(weights) > MOST_ADDENDS:
        added, taken = [sum(added)], [sum(taken)]
    plus = " + ".join(f"{one:g}" for one in added) or "0"
    return f"{plus} − {' − '.join(f'{one:g}' for one in taken)} = {f'{total:g}'.replace('-', '−')}"


def _named(node: Node) -> str:
    """A clause of a score in a few words: by itself, or by the first word or name within it that holds."""
    leaf = next((one for one in node.walk() if one.held and not one.children), node)
    return leaf.label


def _distance(one: Found, where: Where) -> tuple[bool, int]:
    """Whether it stands in another field than all of these stretches, and how many tokens from the nearest."""
    gaps = [
        max(lo - one.hit.last, one.hit.first - hi, 0) for field, lo, hi in where if field == one.hit.field
    ]
    return not gaps, min(gaps, default=FARTHEST)


def _bonus(most: float, beyond: int | None) -> float:
    """What nearness adds to how close a clause is: ``most`` at no distance, less with each word, 0 unknown."""
    return 0.0 if beyond is None else most / (1 + beyond)


def _reached(node: Node) -> float:
    return 1.0 - node.held if node.negative else node.closeness


def _with(node: Node, below: tuple[Node, ...], closeness: float, detail: str = "", miss: str = "") -> Node:
    close = 1.0 if node.held else min(0.99, max(0.0, closeness))
    return msgspec.structs.replace(node, children=below, closeness=close, detail=detail, miss=miss)


def _apart(support: Sequence[Found]) -> int:
    """How many hits that share no token, taken from the left by where they end."""
    count, field, reach = 0, -1, -1
    for hit in sorted((one.hit for one in support), key=lambda hit: (hit.field, hit.last, hit.first)):
        if hit.field != field or hit.first > reach:
            count += 1
            field, reach = hit.field, hit.last
    return count
