"""Weak verbs of attack that tell of something else: the quake struck, Paris frappé par la grève.

A weak verb means what its subject does. If a word for a natural or economic cause, or a strong event that is no
attack, is its subject or its "by" phrase, it is no event word.
"""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Piece, Word
from monitor.matching.frames.punctuation import is_barrier

_ENDS = w.ANY_PREPOSITION | w.CONJUNCTION | w.SUBORDINATOR | w.REPORT
_REACH = 8  # tokens between a cause and its verb


def drop(piece: Piece, seen: int) -> None:
    """Take the weak verbs of other causes from the event words; ``seen`` are all bits of the piece's grammar words."""
    entries = piece.lexicon.entries
    if not seen & w.CAUSE and all("actor" in entries[id].roles for word in piece.words for id in word.strong):
        return
    gone = [word for word in piece.words if not word.strong and _caused(piece, word)]
    if not gone:
        return
    for word in gone:
        for i in range(word.first, word.last + 1):
            piece.event_at[i] = -1
    piece.words = [word for word in piece.words if word not in gone]
    for number, word in enumerate(piece.words):
        for i in range(word.first, word.last + 1):
            piece.event_at[i] = number


def _caused(piece: Piece, word: Word) -> bool:
    return _subject(piece, word) or _agent(piece, word) or _behind(piece, word)


def _subject(piece: Piece, word: Word) -> bool:
    """A cause before the verb, with no name between but behind a preposition."""
    i = word.first - 1
    while i >= 0 and word.first - i <= _REACH and not is_barrier(piece.gaps[i + 1]):
        bits = piece.bits[i]
        if bits & w.CAUSE or _other_event(piece, i, word):
            before = i - 1
            while before >= 0 and piece.bits[before] & (w.ARTICLE | w.ATTRIBUTE):
                before -= 1
            governed = before >= 0 and piece.bits[before] & w.ANY_PREPOSITION
            return not governed or piece.grammar.grammar.verb_final
        if bits & (w.CONJUNCTION | w.SUBORDINATOR | w.REPORT):
            return False
        if piece.name_at[i] >= 0:
            name = piece.names[piece.name_at[i]]
            if (
                not name.demonym
                and not _behind_preposition(piece, name.first)
                and not _before_suffix(piece, i)
            ):
                return False
            i = name.first
        i -= 1
    return False


def _behind(piece: Piece, word: Word) -> bool:
    """Fas'ı vuran deprem, ضرب زلزال: the subject follows its verb, or its participle."""
    if piece.language == "en":
        return False
    for i in range(word.last + 1, min(piece.n, word.last + 4)):
        if is_barrier(piece.gaps[i]) or piece.name_at[i] >= 0 or piece.bits[i] & _ENDS:
            return False
        if piece.bits[i] & w.CAUSE or _other_event(piece, i, word):
            return True
    return False


def _agent(piece: Piece, word: Word) -> bool:
    """Hit by floods, frappé par la grève."""
    i = word.last + 1
    if i >= piece.n or w.preposition_of(piece.bits[i]) != w.AGENT:
        return False
    for j in range(i + 1, min(piece.n, i + 5)):
        if is_barrier(piece.gaps[j]) or piece.name_at[j] >= 0:
            return False
        if piece.bits[j] & w.CAUSE or _other_event(piece, j, word):
            return True
    return False


def _other_event(piece: Piece, i: int, word: Word) -> bool:
    """A strong event at the token that shares no meaning with the verb and is no attack."""
    at = piece.event_at[i]
    if at < 0:
        return False
    other = piece.words[at]
    if other is word or not other.strong or other.strong & word.weak:
        return False
    return all("actor" not in piece.lexicon.entries[id].roles for id in other.strong)


def _behind_preposition(piece: Piece, first: int) -> bool:
    i = first - 1
    while i >= 0 and piece.bits[i] & w.PASSED_OVER and not piece.bits[i] & w.ANY_PREPOSITION:
        i -= 1
    return i >= 0 and bool(piece.bits[i] & w.ANY_PREPOSITION)


def _before_suffix(piece: Piece, i: int) -> bool:
    """A case ending or a postposition follows the name."""
    after = i + 1
    if after >= piece.n:
        return False
    return piece.folds[after] in piece.grammar.suffixes or bool(piece.bits[after] & w.ANY_POSTPOSITION)
