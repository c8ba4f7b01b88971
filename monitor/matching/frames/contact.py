"""How a name stands to an event word: what touches, what governs, what stands between."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_comma

_PASSIVE_REACH = 4  # tokens from an auxiliary to the event word
_BESIDE_ATTRIBUTES = 3  # words that may describe an event between it and its demonym


def adjoins(piece: Piece, last: int, first: int) -> bool:
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


def subject_before(piece: Piece, event: Occurrence, word: Word, name: Name) -> bool:
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


def noun_between(piece: Piece, name: Name, word: Word) -> bool:
    """The possessive's own noun phrase ends before the event: a verb or a preposition between."""
    for i in range(name.last + 1, word.first):
        bits = piece.bits[i]
        if bits & (w.REPORT | w.HARM | w.LIGHT) or (bits & w.ANY_PREPOSITION and piece.language != "zh"):
            return bool(bits & w.HARM or bits & w.ANY_PREPOSITION)
    return False


def other_place(piece: Piece, event: Occurrence, name: Name) -> bool:
    """Another name of the clause is where, or at whom, the event happens."""
    return any(
        other is not name
        and other.clause == event.clause
        and not other.out
        and (other.mark in (w.ON, w.AT) or (other.entries["place"] and not other.entries["actor"]))
        for other in piece.names
        if (not other.qualifier and other.group != name.group) or other.group < 0
    )


def agent_behind(piece: Piece, name: Name) -> bool:
    """The bombing of Beirut by Israel: a "by" name follows."""
    return any(
        other.mark == w.AGENT and other.clause == name.clause and name.last < other.first <= name.last + 4
        for other in piece.names
    )


def harmed(piece: Piece, event: Occurrence, start: int, word: Word) -> bool:
    """What stands before the event suffers it: were killed in, came under, was bombed."""
    number = event.clause
    grammar = piece.grammar.grammar
    for i in range(start, word.first):
        if piece.clause_of[i] != number:
            continue
        bits = piece.bits[i]
        if bits & w.HARM and not _takes_under(piece, event, i):
            return True
        if bits & w.PASSIVE and (grammar.bracket or word.first - i <= _PASSIVE_REACH):
            if piece.language == "en" and piece.folds[word.last].endswith("ing"):
                continue
            if piece.language == "en" and not _participle(piece, i, word):
                continue
            return True
    carried_out = any(piece.bits[i] & w.LIGHT for i in range(max(start, word.first - 2), word.first))
    if (grammar.verb_final or grammar.no_spaces) and not carried_out:
        limit = min(piece.n, word.last + 6)
        for i in range(word.last + 1, limit):
            if (
                piece.clause_of[i] != number
                or is_barrier(piece.gaps[i])
                or (piece.bits[i] & w.CONJUNCTION and not piece.bits[i] & w.ANY_POSTPOSITION)
            ):
                break
            if piece.bits[i] & (w.HARM | w.PASSIVE) and not grammar.no_spaces:
                return True
    return False


_TAKE = frozenset(("nahm", "nahmen", "nimmt", "nehmen", "genommen"))


def _takes_under(piece: Piece, event: Occurrence, under: int) -> bool:
    """Nahm Sarakib unter Beschuss: the German verb makes the subject the doer."""
    if piece.language != "de" or piece.folds[under] != "unter":
        return False
    clause = piece.clauses[event.clause]
    return any(piece.folds[i] in _TAKE for i in range(clause.start, clause.last + 1))


def suffers(piece: Piece, event: Occurrence, name: Name) -> bool:
    """In verb-first languages what was hit follows its verb: تعرض مطار الخرطوم لهجوم."""
    start = piece.clauses[event.clause].start
    for i in range(name.first - 1, start - 1, -1):
        if piece.clause_of[i] != event.clause or piece.name_at[i] >= 0 or piece.event_at[i] >= 0:
            return False
        if piece.bits[i] & w.HARM:
            return name.first - i <= 4
    return False


def _participle(piece: Piece, auxiliary: int, word: Word) -> bool:
    """Between "was" and the event word stand adverbs at most."""
    return word.first - auxiliary <= 2 and not any(
        piece.bits[i] & w.ANY_PREPOSITION or piece.name_at[i] >= 0 for i in range(auxiliary + 1, word.first)
    )


def directly(piece: Piece, word: Word, name: Name) -> bool:
    """The name follows the word with nothing between but articles, place nouns, qualifiers."""
    passed = w.ARTICLE | w.PLACE_NOUN | w.SKIP | w.INSIDE | w.ATTRIBUTE
    if piece.grammar.grammar.bare_genitive:
        passed |= w.MEDIA | w.FORCES | w.MILITARY  # the strikes of the army of Turkey
    for i in range(word.last + 1, name.first):
        at = piece.name_at[i]
        if at >= 0:
            if not piece.names[at].qualifier:
                return False
        elif not piece.bits[i] & passed:
            return False
        if is_barrier(piece.gaps[i]):
            return False
    return not is_barrier(piece.gaps[name.first])


def follows(piece: Piece, word: Word, name: Name) -> bool:
    """As ``directly``, but with the name's own preposition between."""
    end = name.preposition if name.preposition > word.last else name.first
    for i in range(word.last + 1, end):
        if piece.name_at[i] >= 0 or is_barrier(piece.gaps[i]):
            return False
        if not piece.bits[i] & (w.ATTRIBUTE | w.ARTICLE | w.SKIP | w.PLACE_NOUN):
            return False
    return True


def carried_out_after(piece: Piece, event: Occurrence, word: Word, name: Name) -> bool:
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


_INFINITIVES = {"fr": ("er", "ir", "re"), "es": ("ar", "er", "ir"), "ru": ("ть",), "uk": ("ти",)}


def topic(piece: Piece, name: Name, word: Word) -> bool:
    """The event is only what the clause is about: jailed over an attack. An infinitive is not."""
    if word.verb and piece.folds[word.first].endswith(_INFINITIVES.get(piece.language, ("\0",))):
        return False
    i = word.first - 1
    while i > name.last and (piece.bits[i] & w.PASSED_OVER or piece.name_at[i] >= 0):
        i -= 1
    while i > name.last and piece.bits[i] & w.INSIDE:
        i -= 1
    return i > name.last and bool(piece.bits[i] & w.TOPIC)


def accused(piece: Piece, name: Name) -> bool:
    """The name begins what a report is about: blamed Israel for the strike."""
    clause = piece.clauses[name.clause]
    return clause.direct and bool(clause.verb & w.ATTITUDE) and name.first - clause.start <= 2


_ACCUSED = frozenset(("متهم", "sucladi", "sucluyor", "sucladilar", "suclayan"))


def accused_of(piece: Piece, word: Word, name: Name) -> bool:
    """With the verb at the end: ایران را به حمله متهم کرد, İran'ı saldırıyla suçladı."""
    if not piece.grammar.grammar.verb_final:
        return False
    end = min(piece.n, word.last + 12)
    return any(
        piece.folds[i] in _ACCUSED and piece.clause_of[i] == name.clause for i in range(word.last + 1, end)
    )


def object_of_another(piece: Piece, event: Occurrence, name: Name) -> bool:
    """The name directly follows a word of an earlier event, which takes it for its object."""
    verb_first = piece.grammar.grammar.verb_first
    return any(
        word.clause == event.clause
        and (word.verb or not verb_first)
        and word not in event.words
        and word.last < name.first
        and directly(piece, word, name)
        for word in piece.words
    )


def is_subject(piece: Piece, name: Name) -> bool:
    """The first unmarked name of its clause that may act, or one that shares its part."""
    for other in piece.names:
        if (
            other.clause == name.clause
            and other.entries["actor"]
            and not (other.out or other.qualifier or other.mark)
        ):
            return other is name or (other.group >= 0 and other.group == name.group)
    return True


def leads(piece: Piece, name: Name) -> bool:
    """The first that may act, or, in Turkish, one set off by a comma behind it."""
    after = name.last + 1
    return is_subject(piece, name) or (after < piece.n and is_comma(piece.gaps[after]))


def governed(piece: Piece, word: Word) -> bool:
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
    if i >= 0 and piece.language == "en" and piece.folds[i] == "to" and word.verb:
        return False  # an infinitive
    return i >= 0 and bool(piece.bits[i] & w.ANY_PREPOSITION)


def event_start(piece: Piece, event: Occurrence) -> int:
    """Where the event's clause starts."""
    return piece.clauses[event.clause].start


def by_an_event(piece: Piece, name: Name) -> bool:
    """A demonym that describes an event is no target of another."""
    after, before = name.last + 1, name.first - 1
    if after < piece.n and piece.event_at[after] >= 0:
        return True
    return piece.grammar.grammar.adjective_after and before >= 0 and piece.event_at[before] >= 0


def nearest(event: Occurrence, name: Name) -> Word:
    """The word of the event that stands nearest to the name."""
    return min(
        event.words,
        key=lambda word: word.first - name.last if name.last < word.first else name.first - word.last,
    )


def bound_by_noun_before(piece: Piece, event: Occurrence, word: Word) -> bool:
    """A later word of an event is its verb: what follows it is not the doer."""
    return word is not event.words[0]


def piles_up(piece: Piece, name: Name) -> bool:
    """Names stand before the noun that they describe: in US strikes."""
    return piece.language == "en" or (piece.language == "zh" and name.mark != w.ON)
