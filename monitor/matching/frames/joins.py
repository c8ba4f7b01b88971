"""Step 7: names that share a part, and names that only say what another is."""

from __future__ import annotations

from itertools import pairwise

from monitor.matching.frames import words as w
from monitor.matching.frames.lists import (
    alike,
    begins_anew,
    closes_fronted,
    shares_role,
    stands_before_event,
)
from monitor.matching.frames.model import Name, Piece
from monitor.matching.frames.punctuation import is_apostrophe, is_barrier, is_comma, is_enumeration

_APPOSITION = 9  # tokens that an apposition may have


def coordinate(piece: Piece) -> None:
    """Step 7: names joined by a conjunction or an enumeration fill a role together."""
    names = [name for name in piece.names if not name.qualifier]
    chain: Name | None = None  # the name that a conjunction joins to the next
    pairs = list(pairwise(names))
    joined: list[bool] = []
    for earlier, later in reversed(pairs):
        joins = _joined(piece, earlier, later, listed=chain is later) or _apposed(piece, earlier, later)
        chain = earlier if joins else None
        joined.append(joins)
    for (earlier, later), joins in zip(pairs, reversed(joined), strict=True):
        if later.clause != earlier.clause or later.first <= earlier.last:
            continue
        if earlier.out != later.out or not joins:
            continue
        if stands_before_event(piece, earlier, later):
            continue
        if earlier.group < 0:
            earlier.group = earlier.first
        later.group = earlier.group
        if later.mark and not earlier.mark and piece.language == "tr":
            _mark_before(names, later)
        if not later.mark or later.mark == earlier.mark:
            later.mark = earlier.mark
            later.prepositional = later.prepositional or earlier.prepositional
            if later.preposition < 0:
                later.preposition = earlier.preposition


def _mark_before(names: list[Name], last: Name) -> None:
    """Belgrad, Prag ve Viyana'da: the ending behind the last of a list marks them all."""
    kinds = _kinds(last)
    for name in names:
        if name.group == last.group and not name.mark and kinds == _kinds(name):
            name.mark, name.prepositional = last.mark, last.prepositional


def _kinds(name: Name) -> frozenset[str]:
    return frozenset(id.partition("/")[0] for id in name.entries["place"])


def appositions(piece: Piece) -> None:
    """Names that only say what another is: Turkey, a NATO member, ..."""
    starts = [i for i in range(1, piece.n) if is_comma(piece.gaps[i])]
    for start, end in pairwise([*starts, piece.n]):
        if end == piece.n or end - start > _APPOSITION or not piece.bits[start] & w.ARTICLE:
            continue
        if piece.name_at[start - 1] < 0 or piece.clause_of[end - 1] != piece.clause_of[start]:
            continue
        names = {piece.name_at[i] for i in range(start, end) if piece.name_at[i] >= 0}
        if any(
            piece.event_at[i] >= 0 or piece.bits[i] & (w.REPORT | w.CONJUNCTION) for i in range(start, end)
        ):
            continue
        if end < piece.n and piece.bits[end] & w.CONJUNCTION:
            continue
        for at in names:
            name = piece.names[at]
            if name.group < 0 and name.mark in (0, w.GENITIVE, w.OF) and name.last + 1 < end:
                name.out = True


def _joined(piece: Piece, earlier: Name, later: Name, *, listed: bool) -> bool:
    """Whether only a conjunction (or a bare comma) stands between, with articles and place nouns."""
    start = earlier.last + 1
    if later.first - start > 8:
        return False
    conjunction = later.prefixed
    comma = False
    words = 0
    for i in range(start, later.first + 1):
        gap = piece.gaps[i]
        if is_enumeration(gap):
            conjunction = True
        elif gap not in (" ", "") and is_barrier(gap) and not _closing(gap):
            if not any(char in ",،，" for char in gap):
                return False
            comma = True
        if i == later.first:
            break
        bits = piece.bits[i]
        at = piece.name_at[i]
        if bits & w.CONJUNCTION:
            conjunction = True
        elif at >= 0:
            if not piece.names[at].qualifier:
                return False
        elif (
            bits & w.ANY_PREPOSITION
            and conjunction
            and (
                w.preposition_of(bits) == earlier.prepositional
                or (w.preposition_of(bits) == w.AT and piece.bits[i - 1] & w.PLACE_NOUN)
            )
        ):
            pass
        elif (
            bits & (w.ARTICLE | w.PLACE_NOUN | w.SKIP | w.INSIDE | w.BACKED_AFTER)
            or (bits & w.MEDIA and earlier.demonym and not conjunction)
            or w.postposition_of(bits) in (w.AT, w.ON)
        ):
            words += 1
        elif not (piece.folds[i] in piece.grammar.suffixes and is_apostrophe(gap)):
            return False
    if not conjunction and comma and closes_fronted(piece, earlier, later):
        return False
    if (conjunction or not listed) and begins_anew(piece, earlier, later):
        return False
    if conjunction:
        return not (earlier.demonym or later.demonym) or shares_role(earlier, later)
    return (
        comma
        and (shares_role(earlier, later) if listed else not words and alike(earlier, later))
        and later.mark in (0, earlier.mark)
    )


def _apposed(piece: Piece, earlier: Name, later: Name) -> bool:
    """A country and its officer: Russian President Vladimir Putin, الرئيس الروسي فلاديمير بوتين."""
    if not any(id.startswith("person/") for id in later.entries["actor"]) or later.first - earlier.last > 5:
        return False
    if not any(id.startswith("country/") for id in earlier.entries["actor"]):
        return False
    for i in range(earlier.last + 1, later.first + 1):
        if is_barrier(piece.gaps[i]):
            return False
        if i < later.first and not (piece.bits[i] & w.MEDIA or piece.folds[i] in piece.grammar.suffixes):
            return False
    return True


def _closing(gap: str) -> bool:
    return not any(char in ",،，;:؛；：—" for char in gap)
