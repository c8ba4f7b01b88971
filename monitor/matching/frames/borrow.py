"""Step 8: where an event looks for what its own clause lacks."""

from __future__ import annotations

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.bids import Bids, best, with_group
from monitor.matching.frames.contact import harmed
from monitor.matching.frames.model import Clause, Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier
from monitor.matching.frames.ranks import Suit, suit


def speaker(piece: Piece, event: Occurrence, clause: Clause) -> list[Name]:
    """A speaker acts himself if a pronoun points back to him, or if what he owns to is the event."""
    first = event.words[0]
    if clause.addressees and not harmed(piece, event, clause.start, first):
        return [name for name in clause.addressees if name.entries["actor"]]
    speakers = [name for name in clause.speakers if name.entries["actor"]]
    if speakers and clause.direct and _goes_on(piece, event, clause):
        return speakers
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
    if grammar.no_spaces and _acts_at_once(piece, clause, first):
        return speakers
    if grammar.drops_pronoun and (
        _opens(piece, clause, first) or (grammar.verb_final and _starts_marked(piece, clause))
    ):
        return speakers
    return []


def _goes_on(piece: Piece, event: Occurrence, clause: Clause) -> bool:
    """Accused Iran of an attack and imposed sanctions: a verb behind "and" goes on with who accused."""
    first = event.words[0]
    earlier = any(other.clause == event.clause and other.number < event.number for other in piece.events)
    return (
        earlier
        and bool(clause.verb & w.ATTITUDE)
        and first.verb
        and bool(piece.bits[first.first - 1] & w.CONJUNCTION)
        and not any(other.concepts & event.concepts for other in piece.events if other.number < event.number)
    )


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


_OWN_DOING = frozenset("用对對向已将將在使出击擊曾刚")


def _acts_at_once(piece: Piece, clause: Clause, word: Word) -> bool:
    """胡塞武装称用导弹袭击了…: the report's clause begins with the verb, or what goes before a verb."""
    start = clause.start
    if piece.folds[start] in _OWN_DOING:
        return not any(
            piece.name_at[i] >= 0 and piece.names[piece.name_at[i]].mark == 0
            for i in range(start, word.first)
        )
    after = word.last + 1
    return (
        word.first == start and after < piece.n and (piece.folds[after] == "了" or piece.name_at[after] >= 0)
    )


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
        if not bits & (
            w.COMPLEMENTIZER | w.SUBORDINATOR | w.ATTRIBUTE | w.SKIP | w.DATE | w.ARTICLE | w.INSIDE
        ):
            return False
        if i > clause.start and is_barrier(piece.gaps[i]):
            return False
    return light and first - clause.start <= 6


def agent_of_next(piece: Piece, bids: Bids, event: Occurrence) -> list[Name]:
    """The next clause's "by" name, if no event there wants it."""
    number = piece.after(piece.clauses[event.clause])
    if number < 0 or number in bids.by_clause:
        return []
    for name in bids.names.get(number, []):
        if name.mark == w.AGENT and name.entries["actor"]:
            return with_group(piece, name, "actor")
    return []


def elided(piece: Piece, bids: Bids, event: Occurrence, clause: Clause) -> list[Name]:
    """A clause that begins with its verb, or with a pronoun, goes on with the subject before it."""
    if piece.before(clause) < 0 or clause.verb:
        return []
    first = event.words[0].first
    if ":" in piece.gaps[clause.start] and (forces := _forces_before(piece, bids, clause)):
        return forces
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
    before = piece.clauses[piece.before(clause)]
    if chinese and piece.folds[clause.start] == "并":
        governor = piece.clauses[before.complement_of] if before.complement_of >= 0 else before
        doers = [name for name in (*before.speakers, *governor.speakers) if name.entries["actor"]]
        if doers:
            return doers
    if before.relative and before.parent >= 0:
        before = piece.clauses[before.parent]
    if before.verb & w.REPORT:
        return []
    for name in bids.names.get(before.number, []):
        if name.entries["actor"] and not name.mark and not name.of_place:
            if any(piece.bits[i] & (w.HARM | w.PASSIVE) for i in range(name.last + 1, before.last + 1)):
                return []
            return with_group(piece, name, "actor")
        return []
    return []


def _forces_before(piece: Piece, bids: Bids, clause: Clause) -> list[Name]:
    """Russian jets over Idlib: ten dead in raids. The forces named before the colon act behind it."""
    for name in bids.names.get(piece.before(clause), []):
        after = name.last + 1
        if after < piece.n and piece.folds[after] in piece.grammar.suffixes:
            after += 1
        beside = [i for i in (name.first - 1, after) if 0 <= i < piece.n and not is_barrier(piece.gaps[i])]
        if name.entries["actor"] and any(piece.bits[i] & w.FORCES for i in beside):
            return with_group(piece, name, "actor")
    return []


def neighbours(piece: Piece, bids: Bids, event: Occurrence, role: Role) -> list[Name]:
    """Place and target from the next clause, then from the one before, if no event is there."""
    own = piece.clauses[event.clause]
    for number in (piece.after(own), piece.before(own)):
        if number < 0 or number == event.clause or number in bids.by_clause:
            continue
        clause = piece.clauses[number]
        if clause.verb & w.REPORT or _reports(piece, clause):
            continue
        chained = piece.grammar.grammar.no_spaces and all(
            name.first > event.words[0].first for name in bids.names.get(event.clause, [])
        )
        if _has_subject(piece, bids, number) and not chained:
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
        found = best(offers, event.fillers.get("actor", []), role)
        if found:
            return with_group(piece, found[0], role)
    return []


def _has_subject(piece: Piece, bids: Bids, number: int) -> bool:
    """The clause tells of someone else's doings, not of what they suffered."""
    clause = piece.clauses[number]
    if any(piece.bits[i] & w.HARM for i in range(clause.start, clause.last + 1)):
        return False
    return any(name.entries["actor"] and not name.mark for name in bids.names.get(number, []))


def _reports(piece: Piece, clause: Clause) -> bool:
    return any(
        piece.bits[i] & w.REPORT and piece.clause_of[i] == clause.number
        for i in range(clause.start, clause.last + 1)
    )
