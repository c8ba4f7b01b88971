"""Which grammar words stand in a piece of text."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Piece

_PROCLITICS = {"ب": w.AT, "ل": w.OF, "ك": w.OTHER}


def tag(piece: Piece) -> None:
    """Grammar words where no name and no event word stands."""
    folds, grammar, bits = piece.folds, piece.grammar, piece.bits
    if not grammar.single:
        return
    arabic = piece.language == "ar"
    i = 0
    while i < piece.n:
        if piece.name_at[i] >= 0:
            i += 1
            continue
        found, length = grammar.at(folds, i)
        if piece.event_at[i] >= 0:
            bits[i] = found & (w.PATIENT | w.FORCES)
            i += 1
            continue
        if not length and arabic and len(folds[i]) > 2:
            if folds[i][0] in "وف":
                found, length = _without_prefix(piece, i)
                found |= w.AND_PREFIX
            else:
                found = _with_preposition(piece, folds[i])
            if not found:
                i += 1
                continue
            length = max(length, 1)
        elif not length:
            i += 1
            continue
        stop = i + 1
        while stop < i + length and stop < piece.n and piece.name_at[stop] < 0 and piece.event_at[stop] < 0:
            stop += 1
        if stop < i + length:  # a longer word that runs into a name: take the plain one
            found = grammar.single.get(folds[i], 0)
            stop = i + 1
        if piece.language == "fr" and length == 1:
            found = _unaccented(piece.surface(i).lower(), found)
        bits[i] = found
        piece.word_length[i] = stop - i
        for inner in range(i + 1, stop):
            bits[inner] = w.INSIDE
        i = stop


def _unaccented(surface: str, bits: int) -> int:
    """French a is no à, ou no où, though they fold alike."""
    if surface == "a":
        return 0
    if surface == "ou":
        return w.CONJUNCTION | w.LEAD
    return w.RELATIVE_OF_PLACE | w.LEAD if surface == "où" else bits


def _without_prefix(piece: Piece, i: int) -> tuple[int, int]:
    """The word at ``i`` read without the Arabic "and" before it."""
    rest = [piece.folds[i][1:], *piece.folds[i + 1 : i + 6]]
    found, length = piece.grammar.at(rest, 0)
    return (found, length) if length else (_with_preposition(piece, rest[0]), 0)


def _with_preposition(piece: Piece, token: str) -> int:
    """Bits of an Arabic place noun that is written together with its preposition (بمدينة)."""
    mark = _PROCLITICS.get(token[:1])
    if mark is None or not piece.grammar.single.get(token[1:], 0) & w.PLACE_NOUN:
        return 0
    return w.PLACE_NOUN | 1 << (w.PREPOSITION + mark)
