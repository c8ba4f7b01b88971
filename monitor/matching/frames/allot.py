"""Step 8: which event a name belongs to, and where an event looks for what its clause lacks."""

from __future__ import annotations

from bisect import bisect_left

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.model import Clause, Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier
from monitor.matching.frames.ranks import Suit, harmed, nearest, suit

_NEAREST = 6
_ORDER: tuple[Role, ...] = ("actor", "place", "target")


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
            for role in _ORDER:
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


def allot(piece: Piece) -> None:
    """Fill the roles of every event of the piece."""
    _antecedents(piece)
    bids = Bids(piece)
    for event in piece.events:
        for role in _ORDER:
            if role in event.roles:
                _fill(piece, bids, event, role)
    for event in piece.events:
        if "actor" in event.roles and not event.fillers.get("actor"):
            _earlier_actor(piece, bids, event)
        for role in ("place", "target"):
            if role in event.roles and not event.fillers.get(role):
                _shared(bids, event, role)


def _antecedents(piece: Piece) -> None:
    """The name before a relative clause stands for its pronoun."""
    for clause in piece.clauses:
        if not clause.relative or not any(event.clause == clause.number for event in piece.events):
            continue
        name = _name_ending_before(piece, clause)
        if name is not None and not name.qualifier:
            name.antecedent = clause.number


def _name_ending_before(piece: Piece, clause: Clause) -> Name | None:
    for i in range(clause.start - 1, max(-1, clause.start - 7), -1):
        at = piece.name_at[i]
        if at >= 0:
            name = piece.names[at]
            if name.qualifier and at and piece.names[at - 1].clause == name.clause:
                return piece.names[at - 1]
            return name
    return None


def _fill(piece: Piece, bids: Bids, event: Occurrence, role: Role) -> None:
    taken = event.fillers.get("actor", []) if role != "actor" else []
    clause = piece.clauses[event.clause]
    for name in piece.names:
        if name.antecedent == event.clause and name not in taken and name.entries[role]:
            if _antecedent_fits(piece, bids, event, name, role):
                event.fillers[role] = _with_group(piece, name, role)
                return
    found = _best(bids.own.get((event.number, role), []), taken, role)
    if not found and role == "actor":
        found = _speaker(piece, event, clause) or _agent_of_next(piece, bids, event)
        found = found or _elided(piece, bids, event, clause)
    elif not found:
        found = _neighbours(piece, bids, event, role)
    if found:
        event.fillers[role] = found


def _antecedent_fits(piece: Piece, bids: Bids, event: Occurrence, name: Name, role: Role) -> bool:
    """A subject relative has its doer before it; where-clauses and those with a doer, their place."""
    clause = piece.clauses[event.clause]
    where = bool(piece.bits[clause.start] & w.RELATIVE_OF_PLACE)
    own = bids.own.get((event.number, "actor"), [])
    doer = any(value[0] <= 2 for value, _ in own)
    if role == "actor":
        return (
            not where
            and not doer
            and (name.speaks or not name.out)
            and not harmed(piece, event, clause.start, event.words[0])
        )
    if role == "place":
        settled = any(value[0] <= 1 for value, _ in bids.own.get((event.number, role), []))
        return (
            (where and not settled)
            or (doer and not name.out)
            or (not name.entries["actor"] and not bids.own.get((event.number, role)))
        )
    return doer and not where


def _best(offers: list[tuple[Suit, Name]], taken: list[Name], role: Role) -> list[Name]:
    """The names of the best offer; a whole does not compete with its part."""
    free = [(value, name) for value, name in offers if name not in taken]
    if not free:
        return []
    value, name = min(free, key=lambda offer: offer[0])
    if role == "place":
        ids = frozenset(name.entries["place"])
        parts = [
            offer
            for offer in free
            if ids & offer[1].wholes and not ids & frozenset(offer[1].entries["place"])
        ]
        if parts:
            value, name = min(parts, key=lambda offer: offer[0])
    group = name.group
    if group < 0:
        return [name]
    return [member for _, member in free if member.group == group]


def _with_group(piece: Piece, name: Name, role: Role) -> list[Name]:
    if name.group < 0:
        return [name]
    return [other for other in piece.names if other.group == name.group and other.entries[role]]


def _speaker(piece: Piece, event: Occurrence, clause: Clause) -> list[Name]:
    """A speaker acts himself if a pronoun points back to him, or if what he owns to is the event."""
    first = event.words[0]
    if clause.addressees and not harmed(piece, event, clause.start, first):
        return [name for name in clause.addressees if name.entries["actor"]]
    speakers = [name for name in clause.speakers if name.entries["actor"]]
    if not speakers or (clause.verb & w.ATTITUDE and not clause.verb & w.OWN):
        return []
    if harmed(piece, event, clause.start, first):
        return []
    if clause.verb & w.OWN and clause.direct and first.clause == clause.number:
        return speakers
    for i in range(clause.start, first.first):
        if piece.bits[i] & w.PRONOUN and piece.clause_of[i] == clause.number:
            return speakers
    if _forces_of(piece, clause, first, speakers):
        return speakers
    grammar = piece.grammar.grammar
    if grammar.drops_pronoun and (
        _opens(piece, clause, first) or (grammar.verb_final and _starts_marked(piece, clause))
    ):
        return speakers
    return []


def _forces_of(piece: Piece, clause: Clause, word: Word, speakers: list[Name]) -> bool:
    """An army that says that jets struck speaks of its own."""
    i = clause.start
    skipped = w.ARTICLE | w.COMPLEMENTIZER | w.SUBORDINATOR | w.ATTRIBUTE | w.SKIP
    while i < word.first and piece.bits[i] & skipped:
        i += 1
    if not piece.bits[i] & w.FORCES:
        return False
    return any(_military(piece, name) for name in speakers)


def _military(piece: Piece, name: Name) -> bool:
    """The name is an army's, or words for an army stand beside it."""
    if any(part in id for id in name.entries["actor"] for part in ("army", "forces", "military", "navy")):
        return True
    near = range(max(0, name.first - 3), min(piece.n, name.last + 4))
    return any(piece.bits[i] & w.MILITARY and piece.clause_of[i] == name.clause for i in near)


def _starts_marked(piece: Piece, clause: Clause) -> bool:
    """After "that" a preposition comes first: the clause has no subject of its own."""
    i = clause.start
    while i <= clause.last and piece.bits[i] & (w.COMPLEMENTIZER | w.INSIDE | w.DATE):
        i += 1
    return i <= clause.last and bool(piece.bits[i] & w.ANY_PREPOSITION)


def _opens(piece: Piece, clause: Clause, word: Word) -> bool:
    """The clause begins with its verb: nothing before it but words that may precede a verb."""
    light = word.verb
    first = word.first
    for i in range(clause.start, first):
        bits = piece.bits[i]
        if bits & w.LIGHT:
            return True
        elif not bits & (
            w.COMPLEMENTIZER | w.SUBORDINATOR | w.ATTRIBUTE | w.SKIP | w.DATE | w.ARTICLE | w.INSIDE
        ):
            return False
        if i > clause.start and is_barrier(piece.gaps[i]):
            return False
    return light and first - clause.start <= 6


def _agent_of_next(piece: Piece, bids: Bids, event: Occurrence) -> list[Name]:
    """The next clause's "by" name, if no event there wants it."""
    number = event.clause + 1
    if number >= len(piece.clauses) or number in bids.by_clause:
        return []
    for name in bids.names.get(number, []):
        if name.mark == w.AGENT and name.entries["actor"]:
            return _with_group(piece, name, "actor")
    return []


def _elided(piece: Piece, bids: Bids, event: Occurrence, clause: Clause) -> list[Name]:
    """A clause that begins with its verb, or with a pronoun, goes on with the subject before it."""
    if not clause.number or clause.verb:
        return []
    first = event.words[0].first
    pronoun = False
    for i in range(clause.start, first):
        bits = piece.bits[i]
        if piece.name_at[i] >= 0:
            return []
        pronoun = pronoun or bool(bits & w.PRONOUN)
    if harmed(piece, event, clause.start, event.words[0]):
        return []
    chinese = piece.grammar.grammar.no_spaces
    if not pronoun and not (
        chinese or (first - clause.start <= 2 and piece.bits[clause.start] & w.CONJUNCTION)
    ):
        return []
    before = piece.clauses[clause.number - 1]
    if before.relative and before.parent >= 0:
        before = piece.clauses[before.parent]
    if before.verb & w.REPORT:
        return []
    for name in bids.names.get(before.number, []):
        if name.entries["actor"] and not name.mark and not name.of_place:
            if any(piece.bits[i] & (w.HARM | w.PASSIVE) for i in range(name.last + 1, before.last + 1)):
                return []
            return _with_group(piece, name, "actor")
        return []
    return []


def _neighbours(piece: Piece, bids: Bids, event: Occurrence, role: Role) -> list[Name]:
    """Place and target from the next clause, then from the one before, if no event is there."""
    for number in (event.clause + 1, event.clause - 1):
        if not 0 <= number < len(piece.clauses) or number in bids.by_clause:
            continue
        clause = piece.clauses[number]
        if clause.verb & w.REPORT or _reports(piece, clause):
            continue
        offers: list[tuple[Suit, Name]] = []
        for name in bids.names.get(number, []):
            country = any(id.startswith("country/") for id in name.entries[role])
            if country and name.mark not in (w.ON, w.AT):
                continue
            if role == "target" and name.mark not in (w.ON, w.OF):
                continue
            value = suit(piece, event, name, role)
            if value is not None:
                offers.append((value, name))
        found = _best(offers, event.fillers.get("actor", []), role)
        if found:
            return _with_group(piece, found[0], role)
    return []


def _reports(piece: Piece, clause: Clause) -> bool:
    return any(
        piece.bits[i] & w.REPORT and piece.clause_of[i] == clause.number
        for i in range(clause.start, clause.last + 1)
    )


def _earlier_actor(piece: Piece, bids: Bids, event: Occurrence) -> None:
    """The doer of an earlier event of the same concept, here or in the clause before."""
    if harmed(piece, event, piece.clauses[event.clause].start, event.words[0]) and event.clause:
        return
    for other in reversed(piece.events[: event.number]):
        if other.clause not in (event.clause, event.clause - 1):
            continue
        if other.concepts & event.concepts and other.fillers.get("actor"):
            fillers = other.fillers["actor"]
            if any(name in event.fillers.get("place", []) for name in fillers):
                continue
            event.fillers["actor"] = fillers
            return


def _shared(bids: Bids, event: Occurrence, role: Role) -> None:
    """A place or target that another event of the clause has taken."""
    actors = event.fillers.get("actor", [])
    offers = bids.other.get((event.number, role), [])
    found = _best(offers, actors, role)
    if found:
        event.fillers[role] = found
        return
    for other in bids.by_clause.get(event.clause, []):
        taken = [name for name in other.fillers.get(role, []) if name not in actors]
        if other is not event and taken:
            event.fillers[role] = taken
            return


def word_for_evidence(event: Occurrence) -> int:
    """Which word of the event to show: the one nearest to the actor, else to the place."""
    names = event.fillers.get("actor") or event.fillers.get("place")
    return event.words.index(nearest(event, names[0])) if names else 0
