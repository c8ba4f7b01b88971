"""Which event a place belongs to: what stands between it and the event word, and what it is against."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.contact import directly
from monitor.matching.frames.model import Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_comma


def behind_another(piece: Piece, word: Word, name: Name) -> bool:
    """Against the war in Iran: the preposition belongs to another noun behind a preposition."""
    end = name.preposition if name.preposition >= 0 else name.first
    i = word.last + 1
    while i < end:
        mark = w.preposition_of(piece.bits[i])
        if mark and mark not in (w.AT, w.OF) and piece.name_at[i] < 0:
            return True
        i += 1
    return False


def heads_phrase(piece: Piece, name: Name) -> bool:
    """Fearing strikes, Romania moved ...: a name behind a comma that nothing marks is the subject of what follows."""
    start = name.group if name.group >= 0 else name.first
    while start > 0 and piece.bits[start - 1] & w.ARTICLE and not is_comma(piece.gaps[start]):
        start -= 1
    after = name.last + 1
    ends = after >= piece.n or is_barrier(piece.gaps[after])
    return is_comma(piece.gaps[start]) and not ends


def attributive(piece: Piece, word: Word, name: Name) -> bool:
    """Irak'taki saldırılara karşı gösteri: the ending -ki ties the name to the noun behind it, an event too."""
    after = name.last + 1
    if after >= piece.n or not piece.folds[after].endswith(("taki", "deki", "daki", "teki")):
        return False
    return any(
        piece.event_at[i] >= 0 and piece.words[piece.event_at[i]] is not word
        for i in range(after + 1, word.first)
    )


def under_on(piece: Piece, word: Word, name: Name) -> bool:
    """Sanctions on firms in Lebanon: the name says where those on whom it falls are."""
    end = name.preposition if name.preposition >= 0 else name.first
    found = False
    for i in range(word.last + 1, end):
        if piece.name_at[i] >= 0:
            return False
        found = found or w.preposition_of(piece.bits[i]) == w.ON
    return found


_AGAINST = frozenset(
    ("against", "contre", "contra", "gegen", "против", "проти", "ضد", "عليه", "علیه", "karsi")
)


def against(piece: Piece, word: Word, name: Name) -> bool:
    """What stands between is what the event is against, as in a protest: it tells no place."""
    end = name.preposition if name.preposition >= 0 else name.first
    return any(piece.folds[i] in _AGAINST for i in range(word.last + 1, end))


def opposed(piece: Piece, word: Word, name: Name) -> bool:
    """The name's own preposition, or postposition, is "against", if not the event's last word."""
    after = name.last + 1
    while after < piece.n and piece.folds[after] in piece.grammar.suffixes:
        after += 1
    if piece.language == "fa" and _behind_against(piece, word, name):
        return True
    if piece.language == "tr" and word.verb and name.mark == w.GENITIVE:
        return piece.folds[word.first - 1].endswith(_ACCUSATIVES)  # Berlin'in yaptırımlarını protesto etti
    if piece.language == "tr" and word.verb and _attribute_of_object(piece, word, name):
        return True
    own = piece.folds[name.preposition] if name.preposition >= 0 else ""
    if piece.folds[word.last] in _AGAINST and name.first > word.last and directly(piece, word, name):
        return True
    return own in _AGAINST or (piece.language == "tr" and after < piece.n and piece.folds[after] in _AGAINST)


_ACCUSATIVES = ("ini", "sunu", "larini", "lerini")


def _behind_against(piece: Piece, word: Word, name: Name) -> bool:
    """علیه بمباران بیروت توسط اسرائیل تظاهرات شد: all between "against" and the event is what it is against."""
    for i in range(name.first - 1, max(-1, name.first - 9), -1):
        if piece.folds[i] in _AGAINST:
            return piece.clause_of[i] == name.clause and name.last < word.first
        if w.preposition_of(piece.bits[i]) == w.AT and piece.name_at[i] < 0:
            return False
    return False


def of_what_follows(piece: Piece, word: Word, name: Name) -> bool:
    """در برلین علیه بمباران: "against" parts the name from the event, which another is about."""
    return any(piece.folds[i] in _AGAINST for i in range(name.last + 1, word.first))


def _attribute_of_object(piece: Piece, word: Word, name: Name) -> bool:
    """Ukrayna'daki savaş protesto edildi: the ending -ki ties the name to what was protested against."""
    after = name.last + 1
    if not after < word.first or not piece.folds[after].endswith(("taki", "deki", "daki", "teki")):
        return False
    between = range(after + 1, word.first)
    return bool(between) and not any(
        piece.name_at[i] >= 0 or w.postposition_of(piece.bits[i]) or is_comma(piece.gaps[i]) for i in between
    )


def felt(piece: Piece, word: Word, name: Name) -> bool:
    """The quake of Malatya was felt in Aleppo: where it was noticed is not where it was."""
    if piece.grammar.grammar.verb_final and name.first > word.last:
        between = range(name.last + 1, min(piece.n, name.last + 8))
    else:
        between = range(word.last + 1, name.first)
    return any(piece.bits[i] & w.FELT and piece.clause_of[i] == name.clause for i in between)


def subject_between(piece: Piece, word: Word, name: Name) -> bool:
    """A name that may act, unmarked, stands between a fronted phrase and the event word."""
    return any(
        other.entries["actor"] and not other.mark and not other.out and name.last < other.first < word.first
        for other in piece.names
        if other.clause == name.clause
    )


def belongs_left(piece: Piece, event: Occurrence, name: Name) -> bool:
    """A prepositional phrase between two events goes with the one before it."""
    grammar = piece.grammar.grammar
    if grammar.no_spaces or (grammar.verb_final and not grammar.bare_genitive):
        return False
    return any(
        word.clause == event.clause
        and word.last < name.first
        and word not in event.words
        and not (grammar.verb_final and word.verb)
        for word in piece.words
    )
