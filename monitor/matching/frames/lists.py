"""Names side by side: whether they make a list, or the later one begins something new."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Name, Piece
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_dash, is_hard


def closes_fronted(piece: Piece, earlier: Name, later: Name) -> bool:
    """A day after the quake in Morocco, Turkey ...: the first comma closes what was put first."""
    after = later.last + 1
    goes_on = after < piece.n and (is_comma(piece.gaps[after]) or piece.bits[after] & w.CONJUNCTION)
    if goes_on and (_place(later) or not _place(earlier)):
        return False  # In strikes on Raqqa, Idlib and Aleppo
    start = earlier.first
    while start > 0 and not is_comma(piece.gaps[start]) and not is_hard(piece.gaps[start]):
        start -= 1
    if piece.bits[start] & w.SUBORDINATOR and not earlier.demonym:
        return True
    opens = piece.bits[start] & (w.ANY_PREPOSITION | w.DATE) or piece.folds[start].isdigit()
    opens = opens or any(piece.bits[i] & w.SUBORDINATOR for i in range(start, min(start + 4, earlier.first)))
    event = any(piece.event_at[i] >= 0 for i in range(start, earlier.first))
    return bool(opens) and event and not earlier.demonym


def alike(earlier: Name, later: Name) -> bool:
    """Two names of the same kind and form, such as make a list."""
    if earlier.demonym != later.demonym:
        return False
    return shares_role(earlier, later)


def begins_anew(piece: Piece, earlier: Name, later: Name) -> bool:
    """A country behind a place and before a verb is the subject of what follows, not one of a list."""
    after = later.last + 1
    if after < piece.n and is_dash(piece.gaps[after]):
        return True  # ..., Idlib — Russian jets: the dash stands for a verb
    if piece.language == "ar" and later.entries["actor"] and _imperfect(piece, after):
        return True
    if later.demonym or not _place(earlier) or _place(later):
        return False
    return after < piece.n and not is_barrier(piece.gaps[after]) and not piece.bits[after] & w.ANY_PREPOSITION


def _imperfect(piece: Piece, i: int) -> bool:
    """An Arabic verb of the present directly behind a name: ... وواشنطن ترفعها."""
    if i >= piece.n or is_barrier(piece.gaps[i]) or piece.name_at[i] >= 0 or piece.event_at[i] >= 0:
        return False
    return piece.folds[i][0] in "تي" and len(piece.folds[i]) >= 4 and not piece.bits[i]


def _place(name: Name) -> bool:
    return any(id.startswith("place/") for id in name.entries["place"])


def shares_role(one: Name, other: Name) -> bool:
    """Both may act, or both may be places."""
    return bool(
        (one.entries["actor"] and other.entries["actor"]) or (one.entries["place"] and other.entries["place"])
    )


def stands_before_event(piece: Piece, earlier: Name, later: Name) -> bool:
    """The later name stands directly before an event word, and an event precedes the earlier one."""
    after = later.last + 1
    while after < piece.n and (
        piece.folds[after] in piece.grammar.suffixes or piece.bits[after] & w.ATTRIBUTE
    ):
        after += 1
    if after >= piece.n or piece.event_at[after] < 0:
        return False
    return any(word.last < earlier.first for word in piece.words)
