"""Gapping: an event told again by nothing but its doer and its place.

غارات إسرائيلية على بيروت وروسية على إدلب; un ataque ucraniano en Bélgorod y otro ruso en Járkov. Only where
adjectives follow their noun: there the second adjective stands without one.
"""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.bids import with_group
from monitor.matching.frames.model import Name, Occurrence, Piece
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_dash

_REACH = 4  # tokens from the adjective to its place


def repeat(piece: Piece) -> None:
    """Add an event for each gapped doer and place; takes the place from the event told in full."""
    if not piece.events:
        return
    if piece.language in ("ru", "uk"):
        _dashed(piece)
    if not piece.grammar.grammar.noun_first:
        return
    for doer, place in zip(piece.names, piece.names[1:], strict=False):
        if not doer.demonym or doer.out or doer.qualifier or not _joined_on(piece, doer):
            continue
        if place.out or place.mark not in (w.ON, w.AT) or place.first - doer.last > _REACH:
            continue
        told = _told_before(piece, doer)
        if told is not None and told.fillers.get("place", [place]) and place.clause == doer.clause:
            _add(piece, told, doer, place)


def _dashed(piece: Piece) -> None:
    """Ракку бомбила авиация США, Идлиб — российские самолёты: a dash stands for the verb."""
    for place, doer in zip(piece.names, piece.names[1:], strict=False):
        if doer.out or place.out or not doer.entries["actor"] or doer.first != place.last + 1:
            continue
        if not is_dash(piece.gaps[doer.first]) or not _opens_clause(piece, place):
            continue
        told = next((event for event in reversed(piece.events) if event.words[-1].last < place.first), None)
        if told is None or not told.fillers.get("actor") or not told.fillers.get("place"):
            continue
        if told.fillers["place"][0].first < place.first and doer not in told.fillers["actor"]:
            _add(piece, told, doer, place)


def _opens_clause(piece: Piece, place: Name) -> bool:
    """A comma, and "but" at most, stands before the place."""
    i = place.first
    while i > 0 and not is_comma(piece.gaps[i]):
        i -= 1
        if not piece.bits[i] & (w.LEAD | w.CONJUNCTION | w.ANY_PREPOSITION):
            return False
    return i > 0


def _joined_on(piece: Piece, doer: Name) -> bool:
    """A conjunction directly before the adjective (and another), its place's preposition directly behind."""
    after = doer.last + 1
    if after >= piece.n or is_barrier(piece.gaps[after]) or not piece.bits[after] & w.ANY_PREPOSITION:
        return False
    if _and_prefix(piece, doer):
        return True
    i = doer.first - 1
    if i > 0 and piece.folds[i] in _ANOTHER:
        i -= 1
    return i > 0 and bool(piece.bits[i] & w.CONJUNCTION)


_ANOTHER = frozenset(("otro", "otra", "otros", "otras", "autre", "autres", "اخري", "ديگر"))


def _and_prefix(piece: Piece, doer: Name) -> bool:
    return piece.language == "ar" and doer.prefixed


def _told_before(piece: Piece, doer: Name) -> Occurrence | None:
    """The last event before with a doer of its own and a marked place between it and the adjective."""
    for event in reversed(piece.events):
        if event.clause != doer.clause or event.words[-1].last > doer.first:
            continue
        actors = event.fillers.get("actor", [])
        between = any(
            name.mark in (w.ON, w.AT) and event.words[-1].last < name.first and name.last < doer.first
            for name in piece.names
            if name.clause == event.clause and name.entries["place"]
        )
        return event if actors and actors[0].last < doer.first and between else None
    return None


def _add(piece: Piece, told: Occurrence, doer: Name, place: Name) -> None:
    again = Occurrence(len(piece.events), told.clause, told.words)
    again.concepts, again.weak, again.roles = told.concepts, told.weak, told.roles
    places = [name for name in with_group(piece, place, "place") if name.first >= place.first]
    again.fillers = {"actor": [doer]}
    if "place" in told.roles and place.entries["place"]:
        again.fillers["place"] = places
    if "target" in told.roles:
        again.fillers["target"] = places
    for role, names in told.fillers.items():
        told.fillers[role] = [name for name in names if name not in (doer, *places)]
    piece.events.append(again)
