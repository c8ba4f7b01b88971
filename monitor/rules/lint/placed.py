"""A rule's clause tree with the place of each clause in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from monitor.located import Place
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Mentions,
    Near,
    Scope,
    Score,
    children,
)
from monitor.rules.schema import ClauseModel

Part = Literal["root", "part", "none"]


class Node:
    """A clause, where it stands, and the clauses in it. ``part`` says how its parent takes it.

    Where the file was written otherwise than the tree stands (a query, what another rule lends), the
    place is that of the nearest clause that is known.
    """

    __slots__ = ("clause", "inside", "part", "place")

    def __init__(self, clause: Clause, place: Place, inside: Sequence[Node] = ()) -> None:
        self.clause = clause
        self.place = place
        self.inside = tuple(inside)
        self.part: Part = "root"
        positive = len(self.inside) - (len(clause.none) if isinstance(clause, All) else 0)
        for number, node in enumerate(self.inside):
            node.part = "part" if number < positive else "none"

    def parts(self) -> tuple[Node, ...]:
        """The clauses directly inside, but those of ``none``."""
        return tuple(node for node in self.inside if node.part == "part")

    def none(self) -> tuple[Node, ...]:
        """The clauses of ``none``."""
        return tuple(node for node in self.inside if node.part == "none")

    def walk(self) -> Iterator[Node]:
        """This one and all below, from above and from the left."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.inside))


def tree(clause: Clause, model: object, place: Place, lets: Mapping[str, ClauseModel]) -> Node:
    """The tree of ``clause``, which was read from ``model`` at ``place``; places in ``lets`` are ``("let", name, …)``."""
    if isinstance(model, ClauseModel):
        return _Placing(lets).read(clause, model, place)
    return _unplaced(clause, place)


def _unplaced(clause: Clause, place: Place) -> Node:
    return Node(clause, place, [_unplaced(inner, place) for inner in children(clause)])


Slot = tuple[str, Place, object]
"""How a part of a mapping was written: the key, the place, and the model or models of it."""


class _Placing:
    """Goes through the clauses in the order in which ``ClauseReader`` makes them."""

    def __init__(self, lets: Mapping[str, ClauseModel]) -> None:
        self._lets = lets

    def read(self, clause: Clause, model: ClauseModel, place: Place) -> Node:
        slots = _slots(model, place)
        none = model.none or ()
        if len(slots) == 1 and not none and model.within is None:
            return self._slot(clause, slots[0])
        if isinstance(clause, All) and len(clause.parts) == len(slots) and len(clause.none) == len(none):
            inside = [self._slot(part, slot) for part, slot in zip(clause.parts, slots, strict=True)]
            inside += self._several(clause.none, none, (*place, "none"))
            return Node(clause, place, inside)
        return _unplaced(clause, place)

    def _slot(self, clause: Clause, slot: Slot) -> Node:
        key, place, written = slot
        match key, clause:
            case "all", _ if isinstance(written, ClauseModel):
                return self.read(clause, written, place)
            case "use", _ if isinstance(written, str) and written in self._lets:
                return self.read(clause, self._lets[written], ("let", written))
            case (("any" | "near" | "of"), Any(parts=parts) | Near(parts=parts) | AtLeast(parts=parts)):
                return Node(clause, place, self._several(parts, written, place))
            case "of", Mentions(of=of):
                return Node(clause, place, self._several((of,), written, place))
            case "score", Score(parts=weighted):
                models = [one.clause for one in written] if isinstance(written, tuple) else []
                if len(models) == len(weighted):
                    return Node(
                        clause,
                        place,
                        [
                            self.read(one.clause, model, (*place, number, "clause"))
                            for number, (one, model) in enumerate(zip(weighted, models, strict=True))
                        ],
                    )
            case (("title" | "lead"), Scope(of=of)) if isinstance(written, ClauseModel):
                return Node(clause, place, [self.read(of, written, place)])
        return _unplaced(clause, place)

    def _several(self, clauses: Sequence[Clause], models: object, place: Place) -> list[Node]:
        if not isinstance(models, tuple) or len(models) != len(clauses):
            return [_unplaced(clause, place) for clause in clauses]
        return [
            self.read(clause, model, (*place, number))
            for number, (clause, model) in enumerate(zip(clauses, models, strict=True))
        ]


def _slots(model: ClauseModel, place: Place) -> list[Slot]:
    slots: list[Slot] = []

    def take(*keys: str) -> None:
        given = [(key, getattr(model, key)) for key in keys]
        slots.extend([(key, (*place, key), value) for key, value in given if value is not None])

    take("term", "entity", "concept")
    slots.extend([("all", (*place, "all", number), one) for number, one in enumerate(model.all or ())])
    take("any", "near")
    if model.at_least is not None or model.mentions is not None:
        take("of")
    if model.threshold is not None:
        take("score")
    take("title", "lead", "event", "use")
    return slots
