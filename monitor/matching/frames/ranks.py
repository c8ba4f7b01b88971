"""Step 6: how well a name suits a role of an event."""

from __future__ import annotations

from collections.abc import Callable

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.compounds import compound, compounded, participle, threatened
from monitor.matching.frames.contact import (
    accused,
    accused_of,
    adjoins,
    agent_behind,
    bound_by_noun_before,
    by_an_event,
    carried_out_after,
    directly,
    event_start,
    follows,
    governed,
    harmed,
    is_subject,
    leads,
    nearest,
    noun_between,
    object_of_another,
    other_place,
    piles_up,
    subject_before,
    suffers,
    topic,
)
from monitor.matching.frames.model import GATHERINGS, Name, Occurrence, Piece, Word
from monitor.matching.frames.placing import (
    against,
    attributive,
    behind_another,
    belongs_left,
    felt,
    heads_phrase,
    of_what_follows,
    opposed,
    subject_between,
    under_on,
)
from monitor.matching.frames.punctuation import is_hyphen

Suit = tuple[int, int, int]
"""Rank, distance in tokens, and which side a tie prefers; the least suits best."""

_DOING = frozenset(("duzenleyen", "gerceklestiren", "yapan", "baslatan", "uygulayan", "firlatan"))
_POSSESSOR_REACH = 8  # tokens from a possessor to its event
_VERB_FIRST_REACH = 4  # tokens from a verb to its subject


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


def beside(piece: Piece, event: Occurrence, name: Name) -> int | None:
    """Rank of a demonym, or a name that piles up before the noun, directly by a word of the event.

    Where adjectives follow their noun, a demonym before the event word belongs to another noun.
    """
    grammar = piece.grammar.grammar
    for word in event.words:
        if name.last < word.first:
            if not adjoins(piece, name.last, word.first):
                continue
            if name.demonym and not name.of_place:
                if grammar.noun_first and name.mark in (w.ON, w.AT):
                    continue
                return 1 if grammar.noun_first else 0
            if is_hyphen(piece.gaps[name.last + 1]):
                return 0
            gathered = name.mark == w.AT and event.concepts & GATHERINGS
            if not word.verb and name.preposition >= 0 and not gathered and piles_up(piece, name):
                return 0
        elif name.demonym and grammar.adjective_after and name.first > word.last:
            if not adjoins(piece, word.last, name.first):
                continue
            if not (word.verb or piece.language == "ar") or not subject_before(piece, event, word, name):
                return 0
    return None


def _actor(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    if name.antecedent == event.clause:
        return 2
    if compounded(piece, event, word, name) or threatened(piece, event, name):
        return None
    near = beside(piece, event, name)
    if near is not None:
        return near
    if (told := participle(piece, word, name)) is not None:
        return 0 if told == "actor" else None
    if piece.language == "fa" and event.concepts & GATHERINGS and opposed(piece, word, name):
        return None
    if before and piece.language == "ar" and _resumed(piece, name, word):
        return None
    doing = not before and name.first == word.last + 2 and piece.folds[name.first - 1] in _DOING
    if doing and piece.language == "tr":
        return 0  # saldırı düzenleyen İran: the participle is about the name behind it
    mark = name.mark
    if mark == w.GENITIVE:
        if before and word.first - name.last <= _POSSESSOR_REACH and not noun_between(piece, name, word):
            return 0
        if not before and piece.language in ("de",) and directly(piece, word, name):
            return 0
        if before and word.verb and name.first == event_start(piece, event):
            return None if harmed(piece, event, name.last + 1, word) else 3  # Israel's army has ... bombed
        mark = name.prepositional
        if mark == w.GENITIVE:
            return None
    if mark == w.AGENT:
        return 2 if before and name.preposition >= 0 and belongs_left(piece, event, name) else 0
    if mark == w.OF:
        return _of(piece, event, name, word, before)
    if mark == w.SOURCE:
        if before:
            final = piece.grammar.grammar.verb_final
            if not final or harmed(piece, event, name.last + 1, word):
                return None
            return 1 if name.last + 3 >= word.first or not word.verb else None
        return 1 if follows(piece, word, name) else None
    if mark == w.ON and before and accused_of(piece, word, name):
        return 1
    if mark:
        return None
    grammar = piece.grammar.grammar
    if before:
        if compound(piece, name, word):
            return 1
        if (
            (not accused(piece, name) and topic(piece, name, word))
            or harmed(piece, event, name.last + 1, word)
            or object_of_another(piece, event, name)
            or (grammar.verb_first and suffers(piece, event, name))
        ):
            return None
        if not is_subject(piece, name) and governed(piece, word):
            return 5
        if (
            grammar.verb_final
            and not (name.demonym or leads(piece, name))
            and (word.verb or not adjoins(piece, name.last, word.first))
        ):
            return 4
        return 4 if any(id.startswith("place/") for id in name.entries["actor"]) else 2
    if word.first < word.last and piece.bits[word.last] & w.PATIENT:
        at = piece.name_at[word.last + 1]
        if at >= 0 and (piece.names[at] is name or 0 <= name.group == piece.names[at].group):
            return None  # خرج الآلاف إلى شوارع براغ
    if grammar.bare_genitive and piece.language != "de" and not word.verb and directly(piece, word, name):
        if (
            piece.bits[word.first] & w.PATIENT
            and name.entries["place"]
            and (not other_place(piece, event, name) or agent_behind(piece, name))
        ):
            return None
        if bound_by_noun_before(piece, event, word):
            return None
        return 0
    if grammar.verb_first and carried_out_after(piece, event, word, name):
        return 3
    if grammar.verb_first and name.first - word.last <= _VERB_FIRST_REACH and word is event.words[0]:
        if any(piece.bits[i] & w.PRONOUN for i in range(event_start(piece, event), word.first)):
            return None
        return 3 if not subject_before(piece, event, word, name) else None
    if grammar.bracket and word.verb and directly(piece, word, name) and other_place(piece, event, name):
        return 3 if not subject_before(piece, event, word, name) else None
    if (
        piece.language in ("ru", "uk")
        and word.verb
        and _forces(piece, name.first - 1)
        and directly(piece, word, name)
        and other_place(piece, event, name)
        and not subject_before(piece, event, word, name)
    ):
        return 2  # Ракку бомбила авиация США
    if piece.bits[name.first - 1] & w.LIGHT and not subject_before(piece, event, word, name):
        return 3
    return 3 if carried_out_after(piece, event, word, name) else None


def _of(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    """The strikes of Russia; but in the bombing of Syria the name suffers."""
    if before:
        if name.preposition > 0 and _forces(piece, name.preposition - 1):
            return None if harmed(piece, event, name.last + 1, word) else 2
        if piece.language == "de" and name.preposition < 0 and word.verb:
            return None  # Stellungen der PKK angegriffen
        if piece.language == "de" and (
            word.first == name.last + 1 or harmed(piece, event, event_start(piece, event), word)
        ):
            return 1
        return 2 if name.demonym and not harmed(piece, event, name.last + 1, word) else None
    if word.verb:
        return None  # toman las calles de Belgrado
    if not name.entries["place"]:
        return 1 if follows(piece, word, name) else None
    if piece.bits[word.first] & w.PATIENT and not other_place(piece, event, name):
        return None
    if piece.language == "en" and not other_place(piece, event, name):
        return None
    return 1 if follows(piece, word, name) else None


def _forces(piece: Piece, i: int) -> bool:
    """The air force of the United States: the head of the phrase acts for the name."""
    while i > 0 and piece.bits[i] & w.INSIDE:
        i -= 1
    return bool(piece.bits[i] & (w.FORCES | w.MILITARY))


def _place(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    mark = name.mark if name.mark != w.GENITIVE else name.prepositional
    if mark == w.GENITIVE:
        mark = 0
    if (told := participle(piece, word, name)) is not None:
        return 0 if told == "place" else None
    if before and piece.language == "ar" and _resumed(piece, name, word):
        return 0
    if piece.seen & w.FELT and "actor" not in event.roles and felt(piece, word, name):
        return 5
    if before and piece.language == "zh" and _undergoes(piece, event, name, word):
        return 0
    if name.metonym and mark not in (w.ON, w.AT) and (before or not directly(piece, word, name)):
        return None
    if before and mark in (w.ON, w.AT, w.OF) and belongs_left(piece, event, name):
        return 2
    if event.concepts & GATHERINGS and opposed(piece, word, name):
        return None
    if piece.language == "tr" and before and attributive(piece, word, name):
        return None
    if before and mark == w.AT and piece.language == "fa" and of_what_follows(piece, word, name):
        return None if event.concepts & GATHERINGS == frozenset() else 0
    if mark in (w.ON, w.AT):
        if before and beside(piece, event, name) is not None and not name.of_place:
            return 3
        if not before and behind_another(piece, word, name):
            return 2 if not under_on(piece, word, name) or against(piece, word, name) else 0
        if before and name.preposition >= 0 and subject_between(piece, word, name):
            return 1
        grammar = piece.grammar.grammar
        if not before and grammar.verb_final and (word.verb or not grammar.bare_genitive):
            return 2  # what follows the noun belongs to the verb behind it
        return 0
    if not mark and not before and heads_phrase(piece, name):
        return None
    if mark == w.OF:
        if before:
            settled = word.verb or any(id.startswith("place/") for id in name.entries["place"])
            return 2 if settled and harmed(piece, event, name.last + 1, word) else None
        return 1
    if mark:
        return None
    if name.antecedent == event.clause:
        return 3
    if not before and directly(piece, word, name):
        beside_verb = any(other.verb for other in event.words)
        return (
            0
            if beside_verb and all(piece.bits[i] & w.PLACE_NOUN for i in range(word.last + 1, name.first))
            else 1
        )
    if before and belongs_left(piece, event, name):
        adjoining = name.last + 1 == word.first and not piece.grammar.grammar.verb_first
        return 3 if adjoining else 4
    return 3


def _resumed(piece: Piece, name: Name, word: Word) -> bool:
    """الحديدة التي قصفتها واشنطن: the verb's ending points back at the name before the relative."""
    middle = name.last + 1
    return (
        word.first == middle + 1
        and bool(piece.bits[middle] & w.RELATIVE)
        and piece.folds[word.last].endswith(("ها", "هم"))
    )


def _undergoes(piece: Piece, event: Occurrence, name: Name, word: Word) -> bool:
    """阿勒颇遭轰炸: the word of the passive directly behind the name."""
    after = name.last + 1
    if after == word.first:
        return piece.folds[after] in "被遭受"
    return bool(piece.bits[after] & w.PASSIVE) and piece.clause_of[after] == event.clause


def _target(piece: Piece, event: Occurrence, name: Name, word: Word, before: bool) -> int | None:
    mark = name.mark if name.mark != w.GENITIVE else name.prepositional
    if mark == w.GENITIVE:
        mark = 0
    if compounded(piece, event, word, name):
        return 0
    if mark in (w.ON, w.OF) and before and belongs_left(piece, event, name):
        return 1
    if mark == w.ON:
        return 0
    if mark == w.OF:
        return 0 if not before else None
    if (
        mark == w.AT
        and "place" not in event.roles
        and not before
        and (under_on(piece, word, name) or (piece.language == "fr" and follows(piece, word, name)))
    ):
        return 1
    if mark:
        return None
    if not before and directly(piece, word, name):
        return 0
    if not before and piece.grammar.grammar.no_spaces and piece.folds[name.first - 1] == "的":
        return 0  # 制裁协助伊朗的中国公司: the relative clause between is about the name behind it
    if name.demonym and (before or by_an_event(piece, name)):
        named = before and "place" not in event.roles and not adjoins(piece, name.last, word.first)
        return 2 if named and not by_an_event(piece, name) else None
    return 1


_RANKS: dict[Role, Callable[[Piece, Occurrence, Name, Word, bool], int | None]] = {
    "actor": _actor,
    "place": _place,
    "target": _target,
}
