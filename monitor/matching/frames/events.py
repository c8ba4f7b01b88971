"""Step 3: event words of one concept in a clause are one event."""

from __future__ import annotations

from monitor.matching.fold import fold
from monitor.matching.frames import words as w
from monitor.matching.frames.lists import begins_anew
from monitor.matching.frames.model import ROLES, Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_comma, is_hard

_VERB_ENDINGS = {
    "en": ("ed", "struck", "hit"),
    "ru": ("ла", "ло", "ли", "ил", "ал", "ел", "ет", "ют", "ут", "ят", "ит"),
    "uk": ("ла", "ло", "ли", "ив", "ав", "ує", "ують", "ить", "ять"),
    "ar": ("ت", "وا", "ون"),
    "fr": ("ent", "é", "ée", "és", "ées"),
    "es": ("ó", "aron", "ieron", "ado", "ada", "ados", "adas", "ar"),
}
_NOUN_ENDINGS = {"ar": ("ات", "ية"), "fr": ("age", "ement", "aque", "appe", "ie")}


def group(piece: Piece) -> None:
    """Make the events of the piece out of its event words."""
    open_groups: dict[int, list[Word]] = {}
    for word in piece.words:
        word.verb = word.verb or _looks_like_verb(piece, word)
        before = open_groups.get(word.clause)
        if before is not None and _together(piece, before, word):
            before.append(word)
            continue
        open_groups[word.clause] = group = [word]
        piece.events.append(Occurrence(len(piece.events), word.clause, group))
    for event in piece.events:
        _mean(piece, event)


def _looks_like_verb(piece: Piece, word: Word) -> bool:
    """By its ending, where the lexicon does not tell verbs from nouns."""
    if any(form.kind in ("verb", "weak_verb") for form in word.hit.forms):
        return False  # the lexicon tells
    surface = piece.surface(word.first)
    token = surface.lower()
    if piece.language == "de":
        return surface[0].islower()
    if piece.language == "es" and token.endswith("ó"):
        return True
    if piece.bits[word.first] & w.PATIENT or token.endswith(_NOUN_ENDINGS.get(piece.language, ("\0",))):
        return False
    return token.endswith(_VERB_ENDINGS.get(piece.language, ("\0",)))


def _together(piece: Piece, before: list[Word], word: Word) -> bool:
    """No comma or conjunction between, a meaning in common, and no new doer directly before."""
    last = before[-1]
    if not (_meanings(last) & _meanings(word)) and not _verb_of(piece, before, word):
        return False
    if word.first - last.last > 24:
        return False
    for i in range(last.last + 1, word.first + 1):
        gap = piece.gaps[i]
        if gap != " " and (is_comma(gap) or is_hard(gap)):
            return False
        if i < word.first and piece.bits[i] & (w.CONJUNCTION | w.SUBORDINATOR) and not _joins_names(piece, i):
            return False
    if piece.language == "ar" and _prefixed(piece, word):
        return False
    fronted = piece.bits[piece.clauses[word.clause].start] & w.ANY_PREPOSITION
    if fronted and piece.grammar.grammar.bracket and word.verb and not last.verb:
        return False  # the verb in second place begins its own event behind a fronted phrase
    return not _new_doer(piece, before, word)


def _verb_of(piece: Piece, before: list[Word], word: Word) -> bool:
    """A weak verb behind another concept's noun only says what that did: missiles hit."""
    if word.strong or not any(other.strong for other in before):
        return False
    if piece.language == "ar" and piece.folds[word.first].startswith(("لل", "بال", "ال")):
        return False
    if not (word.verb or any(form.kind == "weak_verb" for form in word.hit.forms)):
        return False
    at = word.first - 1
    unmarked_name = piece.name_at[at] >= 0 and not piece.names[piece.name_at[at]].mark
    return not unmarked_name and not piece.bits[at] & (w.ANY_PREPOSITION | w.ARTICLE | w.ATTRIBUTE | w.INSIDE)


def _prefixed(piece: Piece, word: Word) -> bool:
    """The Arabic "and" is written together with the event word."""
    token = piece.folds[word.first]
    return token[0] == "و" and not any(fold(form.text).startswith("و") for form in word.hit.forms)


def _joins_names(piece: Piece, i: int) -> bool:
    """A conjunction between two names joins them, not two events."""
    before = i - 1
    if before >= 0 and piece.name_at[before] < 0 and piece.folds[before] in piece.grammar.suffixes:
        before -= 1
    after = i + piece.word_length[i] if piece.word_length[i] else i + 1
    while after < piece.n and piece.bits[after] & (w.ARTICLE | w.PLACE_NOUN | w.SKIP):
        after += 1
    if before < 0 or after >= piece.n or piece.name_at[before] < 0 or piece.name_at[after] < 0:
        return False
    later = piece.names[piece.name_at[after]]
    if begins_anew(piece, piece.names[piece.name_at[before]], later):
        return False
    return not (later.last + 1 < piece.n and piece.event_at[later.last + 1] >= 0)


def _new_doer(piece: Piece, before: list[Word], word: Word) -> bool:
    """A doer directly before the later word, while the earlier one has one before it too."""
    at = word.first - 1
    if at < 0 or piece.name_at[at] < 0:
        possessive = at > 0 and piece.name_at[at - 1] >= 0 and piece.folds[at] in piece.grammar.suffixes
        if not possessive:
            return False
        at -= 1
    name = piece.names[piece.name_at[at]]
    if not name.entries["actor"] or name.first <= before[-1].last + 1:
        return False
    start = piece.clauses[word.clause].start
    if not name.mark and piece.bits[start] & w.ANY_PREPOSITION and not before[-1].verb:
        return not any(piece.bits[i] & w.RELATIVE for i in range(before[-1].last + 1, at))
    return any(
        _acts(other) and other.last < before[0].first and other.clause == word.clause for other in piece.names
    )


def _acts(name: Name) -> bool:
    return bool(name.entries["actor"]) and not name.out and not name.qualifier


def _meanings(word: Word) -> frozenset[str]:
    return word.strong | word.weak


def _mean(piece: Piece, event: Occurrence) -> None:
    """The concepts that the words mean together, and the roles that these take."""
    strong = frozenset().union(*(word.strong for word in event.words))
    concepts = strong or frozenset.intersection(*(_meanings(word) for word in event.words))
    if not concepts:
        concepts = _meanings(event.words[0])
    event.weak = not strong
    entries = piece.lexicon.entries
    event.concepts = concepts
    taken = {role for id in concepts for role in entries[id].roles}
    event.roles = tuple(role for role in ROLES if role in taken)
