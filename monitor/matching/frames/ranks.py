"""Step 6: how well a name suits a role of an event."""

from __future__ import annotations

from collections.abc import Callable

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.model import Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_hyphen

Suit = tuple[int, int, int]
"""Rank, distance in tokens, and which side a tie prefers; the least suits best."""

_POSSESSOR_REACH = 8
_PASSIVE_REACH = 4
_BESIDE_ATTRIBUTES = 3
_VERB_FIRST_REACH = 4


def suit(piece: Piece, event: Occurrence, name: Name, role: Role) -> Suit | None:
    """How well ``name`` suits ``role`` of ``event``; none if it cannot fill it."""
    if not name.entries[role] or name.qualifier or name.out:
        return None
    word = nearest(event, name)
    if word.first <= name.first and name.last <= word.last:
        return None
    before = name.last < word.first
    rank = _RANKS[role](piece, event, name, word, before)
    if rank is None:
        return None
    distance = word.first - name.last if before else name.first - word.last
    return rank, distance, (0 if before else 1) if role == "actor" else (1 if before else 0)


def nearest(event: Occurrence, name: Name) -> Word:
    """The word of the event that stands nearest to the name."""
    return min(
        event.words,
        key=lambda word: word.first - name.last if name.last < word.first else name.first - word.last,
    )


def beside(piece: Piece, event: Occurrence, name: Name) -> int | None:
    """Rank of a demonym, or a name that piles up before the noun, directly by a word of the event.

    Where adjectives follow their noun, a demonym before the event word belongs to another noun.
    """
    grammar = piece.grammar.grammar
    for word in event.words:
        if name.last < word.first:
            if not _adjoins(piece, name.last, word.first):
                continue
            if name.demonym and not name.of_place:
                return 1 if grammar.noun_first else 0
            if is_hyphen(piece.gaps[name.last + 1]):
                return 0
            if not word.verb and name.preposition >= 0 and _piles_up(piece):
                return 0
        elif name.demonym and grammar.adjective_after and name.first > word.last:
            if not _adjoins(piece, word.last, name.first):
                continue
            if not (word.verb or piece.language == "ar") or not _subject_before(piece, event, word, name):
                return 0
    return None


def _piles_up(piece: Piece) -> bool:
    return piece.language in ("en", "zh")


def _adjoins(piece: Piece, last: int, first: int) -> bool:
    """Nothing between but words that describe events (drone, overnight)."""
    if first - last - 1 > _BESIDE_ATTRIBUTES:
        return False
    for i in range(last + 1, first):
        bits = piece.bits[i]
        if is_barrier(piece.gaps[i]):
            return False
        if not (bits & w.ATTRIBUTE or (bits & w.CONJUNCTION and i > last + 1)):
            return False
    return not is_barrier(piece.gaps[first])


def _subject_before(piece: Piece, event: Occurrence, word: Word, name: Name) -> bool:
    """An unmarked name that may act stands before the verb in its clause."""
    return any(
        other is not name
        and other.entries["actor"]
        and not other.out
        and not other.qualifier
        and other.clause == event.clause
        and other.last < word.first
        and other.mark in (0, w.AGENT)
        for other in piece.names
    )


def _actor(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    if name.antecedent == event.clause:
        return 2
    near = beside(piece, event, name)
    if near is not None:
        return near
    mark = name.mark
    if mark == w.GENITIVE:
        if before and word.first - name.last <= _POSSESSOR_REACH and not _noun_between(piece, name, word):
            return 0
        if not before and piece.language in ("de",) and _directly(piece, word, name):
            return 0
        mark = name.prepositional
        if mark == w.GENITIVE:
            return None
    if mark == w.AGENT:
        return 0
    if mark == w.OF:
        return _of(piece, event, name, word, before)
    if mark == w.SOURCE:
        return 1 if not before and _follows(piece, word, name) else None
    if mark:
        return None
    grammar = piece.grammar.grammar
    if before:
        if (
            _topic(piece, name, word)
            or harmed(piece, event, name.last + 1, word)
            or _object_of_another(piece, event, name)
        ):
            return None
        if not _is_subject(piece, name) and _governed(piece, word):
            return 5
        return 4 if any(id.startswith("place/") for id in name.entries["actor"]) else 2
    if grammar.bare_genitive and piece.language != "de" and not word.verb and _directly(piece, word, name):
        if (
            piece.bits[word.first] & w.PATIENT
            and name.entries["place"]
            and not _other_place(piece, event, name)
        ):
            return None
        if _bound_by_noun_before(piece, event, word):
            return None
        return 0
    if grammar.verb_first and name.first - word.last <= _VERB_FIRST_REACH and word is event.words[0]:
        if any(piece.bits[i] & w.PRONOUN for i in range(event_start(piece, event), word.first)):
            return None
        return 3 if not _subject_before(piece, event, word, name) else None
    if grammar.bracket and word.verb and _directly(piece, word, name) and _other_place(piece, event, name):
        return 3 if not _subject_before(piece, event, word, name) else None
    if piece.bits[name.first - 1] & w.LIGHT and not _subject_before(piece, event, word, name):
        return 3
    return 3 if _carried_out_after(piece, event, word, name) else None


def _is_subject(piece: Piece, name: Name) -> bool:
    """The first unmarked name of its clause that may act, or one that shares its part."""
    for other in piece.names:
        if (
            other.clause == name.clause
            and other.entries["actor"]
            and not (other.out or other.qualifier or other.mark)
        ):
            return other is name or (other.group >= 0 and other.group == name.group)
    return True


def _governed(piece: Piece, word: Word) -> bool:
    """A preposition governs the event word: killed ten in air strikes."""
    if piece.grammar.grammar.verb_final or piece.grammar.grammar.no_spaces:
        return False
    i = word.first - 1
    while (
        i >= 0
        and piece.bits[i] & (w.ARTICLE | w.ATTRIBUTE | w.SKIP)
        and not piece.bits[i] & w.ANY_PREPOSITION
    ):
        i -= 1
    return i >= 0 and bool(piece.bits[i] & w.ANY_PREPOSITION)


def _topic(piece: Piece, name: Name, word: Word) -> bool:
    """The event is only what the clause is about: jailed over an attack."""
    i = word.first - 1
    while i > name.last and (piece.bits[i] & w.PASSED_OVER or piece.name_at[i] >= 0):
        i -= 1
    while i > name.last and piece.bits[i] & w.INSIDE:
        i -= 1
    return i > name.last and bool(piece.bits[i] & w.TOPIC)


def _object_of_another(piece: Piece, event: Occurrence, name: Name) -> bool:
    """The name directly follows a word of an earlier event, which takes it for its object."""
    verb_first = piece.grammar.grammar.verb_first
    return any(
        word.clause == event.clause
        and (word.verb or not verb_first)
        and word not in event.words
        and word.last < name.first
        and _directly(piece, word, name)
        for word in piece.words
    )


def _bound_by_noun_before(piece: Piece, event: Occurrence, word: Word) -> bool:
    """A later word of an event is its verb: what follows it is not the doer."""
    return word is not event.words[0]


def _noun_between(piece: Piece, name: Name, word: Word) -> bool:
    """The possessive's own noun phrase ends before the event: a verb or a preposition between."""
    for i in range(name.last + 1, word.first):
        bits = piece.bits[i]
        if bits & (w.REPORT | w.HARM | w.LIGHT) or (bits & w.ANY_PREPOSITION and piece.language != "zh"):
            return bool(bits & w.HARM or bits & w.ANY_PREPOSITION)
    return False


def _of(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    """The strikes of Russia; but in the bombing of Syria the name suffers."""
    if before:
        if piece.language == "de" and (
            word.first == name.last + 1 or harmed(piece, event, event_start(piece, event), word)
        ):
            return 1
        return 2 if name.demonym and not harmed(piece, event, name.last + 1, word) else None
    if not name.entries["place"]:
        return 1 if _follows(piece, word, name) else None
    if piece.bits[word.first] & w.PATIENT and not _other_place(piece, event, name):
        return None
    if piece.language == "en" and not _other_place(piece, event, name):
        return None
    return 1 if _follows(piece, word, name) else None


def event_start(piece: Piece, event: Occurrence) -> int:
    """Where the event's clause starts."""
    return piece.clauses[event.clause].start


def _other_place(piece: Piece, event: Occurrence, name: Name) -> bool:
    """Another name of the clause is where, or at whom, the event happens."""
    return any(
        other is not name
        and other.clause == event.clause
        and not other.out
        and (other.mark in (w.ON, w.AT) or (other.entries["place"] and not other.entries["actor"]))
        for other in piece.names
        if (not other.qualifier and other.group != name.group) or other.group < 0
    )


def harmed(piece: Piece, event: Occurrence, start: int, word: Word) -> bool:
    """What stands before the event suffers it: were killed in, came under, was bombed."""
    number = event.clause
    grammar = piece.grammar.grammar
    for i in range(start, word.first):
        if piece.clause_of[i] != number:
            continue
        bits = piece.bits[i]
        if bits & w.HARM:
            return True
        if bits & w.PASSIVE and (grammar.bracket or word.first - i <= _PASSIVE_REACH):
            if piece.language == "en" and piece.folds[word.last].endswith("ing"):
                continue
            if piece.language == "en" and not _participle(piece, i, word):
                continue
            return True
    if grammar.verb_final or grammar.no_spaces:
        limit = min(piece.n, word.last + 6)
        for i in range(word.last + 1, limit):
            if piece.clause_of[i] != number or is_barrier(piece.gaps[i]):
                break
            if piece.bits[i] & (w.HARM | w.PASSIVE) and not grammar.no_spaces:
                return True
    return False


def _participle(piece: Piece, auxiliary: int, word: Word) -> bool:
    """Between "was" and the event word stand adverbs at most."""
    return word.first - auxiliary <= 2 and not any(
        piece.bits[i] & w.ANY_PREPOSITION or piece.name_at[i] >= 0 for i in range(auxiliary + 1, word.first)
    )


def _directly(piece: Piece, word: Word, name: Name) -> bool:
    """The name follows the word with nothing between but articles, place nouns, qualifiers."""
    for i in range(word.last + 1, name.first):
        at = piece.name_at[i]
        if at >= 0:
            if not piece.names[at].qualifier:
                return False
        elif not piece.bits[i] & (w.ARTICLE | w.PLACE_NOUN | w.SKIP | w.INSIDE | w.ATTRIBUTE):
            return False
        if is_barrier(piece.gaps[i]):
            return False
    return not is_barrier(piece.gaps[name.first])


def _follows(piece: Piece, word: Word, name: Name) -> bool:
    """As ``_directly``, but with the name's own preposition between."""
    end = name.preposition if name.preposition > word.last else name.first
    for i in range(word.last + 1, end):
        if piece.name_at[i] >= 0 or is_barrier(piece.gaps[i]):
            return False
        if not piece.bits[i] & (w.ATTRIBUTE | w.ARTICLE | w.SKIP | w.PLACE_NOUN):
            return False
    return True


def _carried_out_after(piece: Piece, event: Occurrence, word: Word, name: Name) -> bool:
    """The strikes which Russia carried out: a relative on the event, then the name."""
    for i in range(word.last + 1, min(name.first, word.last + 14)):
        if piece.bits[i] & (w.RELATIVE | w.COMPLEMENTIZER) and piece.clause_of[i] == event.clause:
            if i == word.last + 1:
                return True
            nearby = range(i + 1, min(piece.n, name.last + 4))
            return any(piece.bits[j] & w.LIGHT for j in nearby)
    if piece.grammar.grammar.verb_first:
        return any(piece.bits[i] & w.LIGHT for i in range(max(word.last + 1, name.first - 5), name.first))
    return False


def _place(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    mark = name.mark if name.mark != w.GENITIVE else name.prepositional
    if mark == w.GENITIVE:
        mark = 0
    if name.metonym and mark not in (w.ON, w.AT) and (before or not _directly(piece, word, name)):
        return None
    if before and mark in (w.ON, w.AT, w.OF) and _belongs_left(piece, event, name):
        return 2
    if mark in (w.ON, w.AT):
        if before and beside(piece, event, name) is not None and not name.of_place:
            return 3
        if not before and _behind_another(piece, word, name):
            return 2
        return 0
    if mark == w.OF:
        return 1 if not before else None
    if mark:
        return None
    if name.antecedent == event.clause:
        return 3
    if not before and _directly(piece, word, name):
        return 1
    return 3


def _belongs_left(piece: Piece, event: Occurrence, name: Name) -> bool:
    """A prepositional phrase between two events goes with the one before it."""
    grammar = piece.grammar.grammar
    if grammar.no_spaces or (grammar.verb_final and not grammar.bare_genitive):
        return False
    return any(
        word.clause == event.clause and word.last < name.first and word not in event.words
        for word in piece.words
    )


def _behind_another(piece: Piece, word: Word, name: Name) -> bool:
    """Against the war in Iran: the preposition belongs to another noun behind a preposition."""
    end = name.preposition if name.preposition >= 0 else name.first
    i = word.last + 1
    while i < end:
        if piece.bits[i] & w.ANY_PREPOSITION and piece.name_at[i] < 0:
            return True
        i += 1
    return False


def _target(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    mark = name.mark if name.mark != w.GENITIVE else name.prepositional
    if mark == w.GENITIVE:
        mark = 0
    if mark in (w.ON, w.OF) and before and _belongs_left(piece, event, name):
        return 1
    if mark == w.ON:
        return 0
    if mark == w.OF:
        return 0 if not before else None
    if (
        mark == w.AT
        and piece.language == "fr"
        and "place" not in event.roles
        and not before
        and _follows(piece, word, name)
    ):
        return 1
    if mark:
        return None
    if not before and _directly(piece, word, name):
        return 0
    if name.demonym and (before or _by_an_event(piece, name)):
        return None
    return 1


def _by_an_event(piece: Piece, name: Name) -> bool:
    """A demonym that describes an event is no target of another."""
    after, before = name.last + 1, name.first - 1
    if after < piece.n and piece.event_at[after] >= 0:
        return True
    return piece.grammar.grammar.adjective_after and before >= 0 and piece.event_at[before] >= 0


_RANKS: dict[Role, Callable[[Piece, Occurrence, Name, Word, bool], int | None]] = {
    "actor": _actor,
    "place": _place,
    "target": _target,
}
