"""Weapons: what a weak verb of attack means is told by what was used.

A weapon alone is no event (drones circled, missiles were sold). With a verb of attack in reach it is one, and the
verb is its word: attacked Kyiv with drones, атаковали Одессу беспилотниками, griff Kiew mit Raketen an. Verbs of
sending are `launch`: they have the weapon for their object (fired five missiles at); those of attack are `assault`.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.matching.document import Hit
from monitor.matching.fold import fold
from monitor.matching.frames import words as w
from monitor.matching.frames.model import Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_hard

Weapon = tuple[Hit, int, int, frozenset[str]]
"""The hit, its first and last token in the piece, the concepts that it arms."""

_REACH = 12  # tokens between a weapon and its verb
_REACH_OF_MEANS = 20
_REACH_OF_LAUNCH = 7
_RELATIVE_REACH = 5  # tokens from "that" to the verb: missiles that Iran fired
_ENDS = frozenset(("ardindan", "sonra"))  # Turkish: what stands before them is another clause
_STOPS = w.SUBORDINATOR | w.COMPLEMENTIZER | w.REPORT
_OBLIQUE = {
    "ru": ("ами", "ями", "ой", "ою", "ом", "ем"),
    "uk": ("ами", "ями", "ою", "ею", "ом", "ем"),
    "tr": ("larla", "lerle", "yla", "yle", "la", "le"),
}


def weapon_of(piece: Piece, hit: Hit) -> frozenset[str]:
    """The concepts whose weapons, and no more, the hit names; empty if it names an event."""
    stems = piece.grammar.grammar.weapons
    if not stems:
        return frozenset()
    return frozenset(
        form.entry
        for form in hit.forms
        if form.kind == "weak" and form.language == piece.language and _is_weapon(form.text, stems)
    )


@lru_cache(maxsize=4096)
def _is_weapon(text: str, stems: tuple[str, ...]) -> bool:
    folded = fold(text)
    return any(folded.removeprefix("ال").startswith(fold(stem)) for stem in stems)


def arm(piece: Piece, weapons: list[Weapon]) -> None:
    """Add the weapons that some verb in reach uses to the piece's event words, and these verbs."""
    verbs: dict[int, tuple[Hit, set[str]]] = {}
    idle: set[int] = set()  # event words that only say what a weapon could do
    for number, (hit, first, last, concepts) in enumerate(weapons):
        if _describes(piece, first, last):
            continue
        verb = _verb_of(piece, first, last)
        if verb >= 0 and _could(piece, verb):
            if piece.event_at[verb] >= 0:
                idle.add(piece.event_at[verb])
            continue
        if verb < 0 and number and _listed(piece, weapons[number - 1][2], first):
            earlier = weapons[number - 1][1]
            verb = next((at for at, (_, _) in verbs.items() if _near(at, earlier)), -1)
        if verb < 0 and not _aimed(piece, last):
            continue
        if verb < 0:
            piece.words.append(Word(hit, first, last, concepts, frozenset()))
            continue
        verbs.setdefault(verb, (hit, set()))[1].update(concepts)
        word = Word(hit, first, last, concepts, frozenset())
        piece.words.append(word)
    for at, (hit, means) in verbs.items():
        known = piece.event_at[at]
        if known < 0:
            word = Word(hit, at, at, frozenset(means), frozenset())
            word.verb = True
            piece.words.append(word)
        else:
            word = piece.words[known]
            word.strong, word.weak = frozenset(means), frozenset()
    for number in idle:
        word = piece.words[number]
        if not word.strong:
            for i in range(word.first, word.last + 1):
                piece.event_at[i] = -1
    piece.words = [word for at, word in enumerate(piece.words) if at not in idle or word.strong]
    piece.words.sort(key=lambda word: word.first)
    for number, word in enumerate(piece.words):
        for i in range(word.first, word.last + 1):
            piece.event_at[i] = number


_MADE_OF = frozenset((
    "defence", "defense", "programme", "program", "technology", "test", "launch", "deal", "base", "factory",
    "system", "maker", "launcher", "shield", "production", "site", "storage", "depot", "unit", "interceptor",
))  # fmt: skip


_AT = frozenset((
    "at", "against", "towards", "toward", "sur", "contre", "vers", "sobre", "contra", "hacia", "auf", "gegen",
    "по", "على", "باتجاه", "نحو",
))  # fmt: skip


_FOLDED_AT = frozenset(fold(word) for word in _AT)


def _aimed(piece: Piece, last: int) -> bool:
    """Missiles at Tel Aviv, قذائف روسية على خيرسون: headlines leave the verb out."""
    i = last + 1
    while i < piece.n and i <= last + 2 and (piece.name_at[i] >= 0 or _bits(piece, i) & w.ATTRIBUTE):
        i += 1
    if i >= piece.n or fold(piece.folds[i]) not in _FOLDED_AT or is_barrier(piece.gaps[i]):
        return False
    i += 1
    while i < piece.n and _bits(piece, i) & (w.ARTICLE | w.PLACE_NOUN):
        i += 1
    return i < piece.n and piece.name_at[i] >= 0


def _describes(piece: Piece, first: int, last: int) -> bool:
    """Missile launchers, drone makers: the weapon only says of what kind the next noun is."""
    after = last + 1
    if (
        piece.language != "en"
        or after >= piece.n
        or piece.gaps[after] != " "
        or piece.folds[last].endswith("s")
    ):
        return False
    token = piece.folds[after]
    if token in _MADE_OF:
        return True
    verb = _bits(piece, after) or piece.event_at[after] >= 0 or piece.name_at[after] >= 0
    return not verb and token.endswith("s")


def _near(at: int, other: int) -> bool:
    return abs(at - other) <= _REACH + 1


def _listed(piece: Piece, last: int, first: int) -> bool:
    """With missiles and drones: nothing between two weapons but a conjunction and words that count or describe."""
    return first - last <= 4 and all(
        not is_hard(piece.gaps[i]) and (i == first or _bits(piece, i) or not piece.folds[i].isalpha())
        for i in range(last + 1, first + 1)
    )


def _bits(piece: Piece, i: int) -> int:
    bits = piece.grammar.at(piece.folds, i)[0]
    if not bits and piece.language == "ar":
        return piece.grammar.single.get(_bare(piece.folds[i]), 0)
    return bits


def _bare(token: str) -> str:
    """An Arabic token without its proclitics: لهجوم, بالهجوم, للهجوم."""
    for prefix in ("لل", "وال", "بال", "فال", "كال", "ال", "و", "ف", "ب", "ل", "ك"):
        if token.startswith(prefix) and len(token) - len(prefix) >= 3:
            return token[len(prefix) :]
    return token


def _verb_of(piece: Piece, first: int, last: int) -> int:
    """The token of the verb that uses the weapon; -1 if none does."""
    for i in range(first, last + 1):
        if first < last and piece.grammar.single.get(piece.folds[i], 0) & (w.ASSAULT | w.LAUNCH):
            return i
    left, right = _left(piece, first, last), _right(piece, last)
    if left >= 0 and (right < 0 or first - left <= right - last):
        return left
    return right


def _could(piece: Piece, verb: int) -> bool:
    """Could hit, capable of striking, treffen könnten: what a weapon may do it has not done."""
    before = range(max(0, verb - 3), verb)
    if any(_able(piece, i) for i in before):
        return True
    if piece.grammar.grammar.bracket and verb + 1 < piece.n:
        return _able(piece, verb + 1)
    return _able(piece, verb)


def _able(piece: Piece, i: int) -> bool:
    return bool(_bits(piece, i) & w.ABLE)


def _right(piece: Piece, last: int) -> int:
    """Drones attacked; drones launched by Russia; in verb-final languages also the verb behind objects."""
    relative = -1
    final = (
        piece.grammar.grammar.verb_final or piece.grammar.grammar.no_spaces or piece.grammar.grammar.bracket
    )
    for i in range(last + 1, min(piece.n, last + 1 + _REACH)):
        gap = piece.gaps[i]
        bits = _bits(piece, i)
        participle = i == last + 1 and bits & (w.LAUNCH | w.RELATIVE) and not is_hard(gap)
        if gap != " " and not participle and (is_hard(gap) or is_comma(gap)) and not _inside_list(piece, i):
            return -1
        if piece.folds[i] in _ENDS:
            return -1
        if bits & w.ASSAULT or _weak_verb(piece, i):
            return -1 if _armed(piece, i) or _downed(piece, i) else i
        if bits & w.LAUNCH and (final or i <= last + 3 or relative >= i - _RELATIVE_REACH):
            return -1 if _armed(piece, i) else i
        if bits & w.RELATIVE and i <= last + 2:
            relative = i
            continue
        if bits & _STOPS or (bits & w.CONJUNCTION and not _between_names(piece, i)):
            return -1
    return -1


def _inside_list(piece: Piece, i: int) -> bool:
    """A comma between two names, where the verb stands behind them: droneları Moskova, Bryansk ve Kursk'u vurdu."""
    after = i
    while after < piece.n and _bits(piece, after) & (w.ARTICLE | w.PLACE_NOUN):
        after += 1
    final = piece.grammar.grammar.verb_final
    return final and after < piece.n and piece.name_at[after] >= 0 and piece.name_at[i - 1] >= 0


def _downed(piece: Piece, i: int) -> bool:
    """Drones destroyed over Belgorod: a participle, what was done to the weapon."""
    after = i + 1
    ends = after >= piece.n or piece.gaps[after] != " " or bool(_bits(piece, after) & w.ANY_PREPOSITION)
    return piece.folds[i] == "destroyed" and ends


def _left(piece: Piece, first: int, last: int) -> int:
    """Fired missiles; attacked Kyiv with missiles; Одессу атаковали беспилотники."""
    uses = _used(piece, first, last)
    for i in range(first - 1, max(-1, first - 1 - (_REACH_OF_MEANS if uses else _REACH)), -1):
        bits = _bits(piece, i)
        if bits & w.LAUNCH and first - i <= _REACH_OF_LAUNCH:
            return -1 if _armed(piece, i) else i
        if (bits & w.ASSAULT or _weak_verb(piece, i)) and (
            uses or _subject_behind(piece, i, first) or _attack_of(piece, i, first)
        ):
            return -1 if _armed(piece, i) else i
        gap = piece.gaps[i + 1]
        if gap != " " and (is_hard(gap) or (is_comma(gap) and not uses)):
            return -1
        if bits & _STOPS or (bits & w.CONJUNCTION and not _between_names(piece, i)):
            return -1
    return -1


def _weak_verb(piece: Piece, i: int) -> bool:
    """A word that the lexicon calls a weak word of attack: hit, struck, an attack."""
    at = piece.event_at[i]
    return at >= 0 and not piece.words[at].strong


def _armed(piece: Piece, i: int) -> bool:
    """The lexicon already knows what this word means, and it is no lone verb (bombed, бомбила)."""
    at = piece.event_at[i]
    if at < 0:
        return False
    word = piece.words[at]
    lone = word.first == word.last and any(form.kind == "verb" for form in word.hit.forms)
    return bool(word.strong) and not lone


def _used(piece: Piece, first: int, last: int) -> bool:
    """With, by, using: a preposition or a case says that the weapon was the means."""
    endings = _OBLIQUE.get(piece.language)
    if endings and piece.folds[last].endswith(endings):
        return True
    if piece.language == "ar" and piece.folds[first][:1] == "ب":
        return True
    i = first - 1
    for _ in range(4):
        if i < 0 or is_barrier(piece.gaps[i + 1]):
            return False
        bits = _bits(piece, i)
        mark = w.preposition_of(bits)
        if mark == w.AGENT or bits & w.MEANS:
            return True
        if mark or bits & (w.ASSAULT | w.LAUNCH) or piece.name_at[i] >= 0:
            return False
        i -= 1
    return False


def _subject_behind(piece: Piece, verb: int, first: int) -> bool:
    """Where the subject may stand behind its verb, and does."""
    if piece.language == "ar":
        return first - verb <= 2
    return piece.language in ("ru", "uk", "de") and first - verb <= 4


def _attack_of(piece: Piece, noun: int, first: int) -> bool:
    """Une attaque massive de missiles: "of" between a noun of attack and the weapon."""
    before = first - 1
    while before > noun and _bits(piece, before) & (w.ATTRIBUTE | w.ARTICLE | w.SKIP):
        before -= 1
    at = piece.event_at[noun]
    return (
        first - noun <= 5
        and at >= 0
        and not piece.words[at].verb
        and w.preposition_of(_bits(piece, before)) == w.OF
    )


def _between_names(piece: Piece, i: int) -> bool:
    """A conjunction that joins names, not clauses."""
    before = i - 1
    if before >= 0 and piece.name_at[before] < 0 and piece.folds[before] in piece.grammar.suffixes:
        before -= 1
    after = i + 1
    while after < piece.n and _bits(piece, after) & (w.ARTICLE | w.PLACE_NOUN | w.SKIP):
        after += 1
    return before >= 0 and after < piece.n and piece.name_at[before] >= 0 and piece.name_at[after] >= 0
