"""Step 8: the names that each event of a clause may take."""

from __future__ import annotations

from bisect import bisect_left

from monitor.lexicon.schema import Role
from monitor.matching.frames.model import Name, Occurrence, Piece
from monitor.matching.frames.ranks import Suit, suit

_NEAREST = 6  # events to which a name is offered
_PART_RANKS = 2  # how much worse a part may suit and still stand for its whole
ORDER: tuple[Role, ...] = ("actor", "place", "target")


class Bids:
    """For each event and role the names of its clause that it may take, best first."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.by_clause: dict[int, list[Occurrence]] = {}
        for event in piece.events:
            self.by_clause.setdefault(event.clause, []).append(event)
        self.names: dict[int, list[Name]] = {}
        for name in piece.names:
            if not name.out and not name.qualifier:
                self.names.setdefault(name.clause, []).append(name)
        self.own: dict[tuple[int, Role], list[tuple[Suit, Name]]] = {}
        self.other: dict[tuple[int, Role], list[tuple[Suit, Name]]] = {}
        for number, events in self.by_clause.items():
            for role in ORDER:
                self._share(events, self.names.get(number, []), role)

    def _share(self, events: list[Occurrence], names: list[Name], role: Role) -> None:
        """Each name to the event that prefers it; a group of names goes together."""
        groups: dict[int, list[Name]] = {}
        for name in names:
            groups.setdefault(name.group if name.group >= 0 else -2 - name.first, []).append(name)
        for members in groups.values():
            best: tuple[Suit, Occurrence] | None = None
            offers: list[tuple[Suit, Occurrence]] = []
            for event in _around(events, members[0].first):
                if role not in event.roles:
                    continue
                suits = [
                    found for name in members if (found := suit(self.piece, event, name, role)) is not None
                ]
                if suits:
                    offer = (min(suits), event)
                    offers.append(offer)
                    if best is None or offer[0] < best[0]:
                        best = offer
            for value, event in offers:
                filed = self.own if best is not None and event is best[1] else self.other
                entry = filed.setdefault((event.number, role), [])
                entry.extend((value, name) for name in members if name.entries[role])


def _around(events: list[Occurrence], position: int) -> list[Occurrence]:
    """The events nearest to a token: a name is never offered to more than a few."""
    if len(events) <= _NEAREST:
        return events
    at = bisect_left(events, position, key=lambda event: event.words[0].first)
    start = max(0, min(at - _NEAREST // 2, len(events) - _NEAREST))
    return events[start : start + _NEAREST]


def best(offers: list[tuple[Suit, Name]], taken: list[Name], role: Role) -> list[Name]:
    """The names of the best offer; a whole does not compete with its part."""
    free = [(value, name) for value, name in offers if name not in taken]
    if not free:
        return []
    suited, name = min(free, key=lambda offer: offer[0])
    if role == "place":
        ids = frozenset(name.entries["place"])
        parts = [
            offer
            for offer in free
            if ids & offer[1].wholes
            and not ids & frozenset(offer[1].entries["place"])
            and offer[0][0] - suited[0] <= _PART_RANKS
        ]
        if parts:
            _, name = min(parts, key=lambda offer: offer[0])
    group = name.group
    if group < 0:
        return [name]
    return [member for _, member in free if member.group == group]


def with_group(piece: Piece, name: Name, role: Role) -> list[Name]:
    if name.group < 0:
        return [name]
    return [other for other in piece.names if other.group == name.group and other.entries[role]]
