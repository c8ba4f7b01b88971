"""Step 8: every event takes what it prefers, then what others leave or share."""

from __future__ import annotations

from itertools import pairwise

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.bids import ORDER, Bids, best, with_group
from monitor.matching.frames.borrow import agent_of_next, elided, neighbours, speaker
from monitor.matching.frames.contact import follows, governed, harmed, nearest
from monitor.matching.frames.model import Clause, Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_comma


def allot(piece: Piece) -> None:
    """Fill the roles of every event of the piece."""
    _antecedents(piece)
    bids = Bids(piece)
    for event in piece.events:
        for role in ORDER:
            if role in event.roles:
                _fill(piece, bids, event, role)
    for event in piece.events:
        if "actor" in event.roles and not event.fillers.get("actor"):
            _left_over(piece, bids, event)
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
        if name.antecedent != event.clause or name in taken or not name.entries[role]:
            continue
        if _antecedent_fits(piece, bids, event, name, role):
            event.fillers[role] = with_group(piece, name, role)
            return
    found = best(bids.own.get((event.number, role), []), taken, role)
    if role == "actor" and found and _rather_a_place(bids, event, found):
        found = []
    if not found and role == "actor":
        found = speaker(piece, event, clause) or agent_of_next(piece, bids, event)
        found = found or elided(piece, bids, event, clause)
    elif not found:
        found = neighbours(piece, bids, event, role)
    if found:
        event.fillers[role] = found


def _rather_a_place(bids: Bids, event: Occurrence, found: list[Name]) -> bool:
    """A capital that is no more than unmarked before the event, and its only place."""
    offers = bids.own.get((event.number, "actor"), [])
    rank = min(value[0] for value, name in offers if name in found)
    if rank != 4 or "place" not in event.roles:
        return False
    where = [name for key in ("place", "target") for _, name in bids.own.get((event.number, key), [])]
    group = found[0].group
    return bool(where) and all(name in found or 0 <= group == name.group for name in where)


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


def _left_over(piece: Piece, bids: Bids, event: Occurrence) -> None:
    """A subject that the event it preferred did not take."""
    used = {name for other in piece.events for name in other.fillers.get("actor", [])}
    taken = {name for filled in event.fillers.values() for name in filled}
    offers = [
        (value, name)
        for value, name in bids.other.get((event.number, "actor"), [])
        if value[0] <= 2 and name not in used and name not in taken
    ]
    found = best(offers, [], "actor")
    if found:
        event.fillers["actor"] = found


def _earlier_actor(piece: Piece, bids: Bids, event: Occurrence) -> None:
    """The doer of an earlier event of the same concept, here or in the clause before."""
    if harmed(piece, event, piece.clauses[event.clause].start, event.words[0]) and event.clause:
        return
    for other in reversed(piece.events[: event.number]):
        if other.clause not in (event.clause, piece.before(piece.clauses[event.clause])):
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
    offers = [
        (value, name)
        for value, name in bids.other.get((event.number, role), [])
        if not _of_another(bids, event, name, role)
    ]
    found = best(offers, actors, role)
    if found:
        event.fillers[role] = found
        return
    for other in bids.by_clause.get(event.clause, []):
        taken = [name for name in other.fillers.get(role, []) if name not in actors]
        if other is event or not taken or _of_others(event, other):
            continue
        if not _of_another(bids, event, taken[0], role):
            event.fillers[role] = taken
            return


def _of_others(event: Occurrence, other: Occurrence) -> bool:
    """Another concept's event, with another doer: what it hit is its own."""
    if other.concepts & event.concepts:
        return False
    doers, others = event.fillers.get("actor"), other.fillers.get("actor")
    return bool(doers and others) and doers != others


def _paired(piece: Piece, event: Occurrence, other: Occurrence) -> bool:
    """Strikes and explosions in Damascus: nothing but a conjunction between the two."""
    words = sorted((*event.words, *other.words), key=lambda word: word.first)
    return any(
        (one in event.words) != (two in event.words)
        and two.first - one.last <= 3
        and all(
            piece.bits[i] & (w.CONJUNCTION | w.ATTRIBUTE | w.ARTICLE) for i in range(one.last + 1, two.first)
        )
        and not any(is_comma(piece.gaps[i]) for i in range(one.last + 1, two.first + 1))
        for one, two in pairwise(words)
    )


def _apart(piece: Piece, event: Occurrence, word: Word) -> bool:
    """A conjunction or a comma between the event and a word of another: not one's verb and its subject."""
    first, last = sorted((event.words[0].first, word.first))
    prefixed = piece.language == "ar" and any(piece.folds[at][0] == "و" for at in (first, last))
    return prefixed or any(
        piece.bits[i] & w.CONJUNCTION or is_comma(piece.gaps[i]) for i in range(first + 1, last + 1)
    )


def _of_another(bids: Bids, event: Occurrence, name: Name, role: Role) -> bool:
    """Protested over strikes in Y: what follows an event that a preposition governs is that event's own."""
    piece = bids.piece
    for other in bids.by_clause.get(event.clause, []):
        if other is event or other.concepts & event.concepts or name not in other.fillers.get(role, []):
            continue
        if _of_others(event, other):
            return True
        word = nearest(other, name)
        if event.words[-1].last < word.first < name.first and governed(piece, word):
            return True
        own = name.first > word.last and name.mark and follows(piece, word, name)
        if own and not _paired(piece, event, other) and _apart(piece, event, word):
            return True
    return False


def word_for_evidence(event: Occurrence) -> int:
    """Which word of the event to show: the one nearest to the actor, else to the place."""
    names = event.fillers.get("actor") or event.fillers.get("place")
    return event.words.index(nearest(event, names[0])) if names else 0
