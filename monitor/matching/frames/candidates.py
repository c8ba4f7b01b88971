"""Step 1: which mentions may fill a role, and which words tell of an event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from monitor.lexicon.schema import VERB_KINDS, WEAK_KINDS, Role
from monitor.matching.document import Hit
from monitor.matching.frames import words as w
from monitor.matching.frames.arms import Weapon, arm, weapon_of
from monitor.matching.frames.causes import drop
from monitor.matching.frames.model import CUES, Name, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_hyphen
from monitor.matching.frames.tags import tag

_PREFIXES_OUT = frozenset(("pro", "non"))
_AGAINST = ("anti", "анти", "对", "對")
"""What is written together with whom an event is against: anti-Russian, антироссийские, 对俄."""


def find(piece: Piece, hits: Sequence[Hit], extra: frozenset[str]) -> None:
    """Put the names, event words and cues among ``hits`` into the piece, then its grammar words."""
    entries = piece.lexicon.entries
    weapons: list[Weapon] = []
    for hit, following in zip(hits, (*hits[1:], None), strict=True):
        if following is not None and following.first <= hit.last and _cut_short(piece, hit):
            continue
        first, last = hit.first - piece.lo, hit.last - piece.lo
        strong: set[str] = set()
        weak: set[str] = set()
        verb = noun = named = False
        for form in hit.forms:
            id = form.entry
            if "/" in id:
                named = True
            elif id in CUES:
                piece.cues.append((id, hit, first))
            else:
                if id in extra:
                    named = True
                if entries[id].roles:
                    (weak if form.kind in WEAK_KINDS else strong).add(id)
                    verb = verb or form.kind in VERB_KINDS
                    noun = noun or form.kind not in VERB_KINDS
        if weak and not strong and not _verb_use(piece, verb, first) and (weapon := weapon_of(piece, hit)):
            weapons.append((hit, first, last, weapon))
        elif (strong or weak) and not (verb and not noun and first == last and _noun_use(piece, first)):
            word = Word(hit, first, last, frozenset(strong), frozenset(weak - strong))
            word.verb = verb and not noun
            for i in range(first, last + 1):
                piece.event_at[i] = len(piece.words)
            piece.words.append(word)
        if named:
            name = _name(piece, hit, first, last, extra)
            if name is not None:
                for i in range(first, last + 1):
                    piece.name_at[i] = len(piece.names)
                piece.names.append(name)
    if weapons:
        arm(piece, weapons)
    tag(piece)
    seen = 0
    for bits in piece.bits:
        seen |= bits
    piece.seen = seen
    drop(piece, seen)
    for name in piece.names:
        _modifier(piece, name)
        if seen & w.NEGATOR and _negated(piece, name):
            name.out = True
        if seen & w.MISSION:
            _mission(piece, name)
    _qualifiers(piece)
    for name in piece.names:
        _demonym_of_place(piece, name)


def _cut_short(piece: Piece, hit: Hit) -> bool:
    """对俄 where 俄罗斯 stands: the longer name behind is meant."""
    return piece.language == "zh" and piece.text.folds[hit.first] in ("对", "對")


def _verb_use(piece: Piece, verb: bool, first: int) -> bool:
    """What may be a verb, directly behind the name of who does it: Russia shells Kherson."""
    at = piece.name_at[first - 1] if first else -1
    return verb and at >= 0 and piece.gaps[first] == " " and not piece.names[at].demonym


def _noun_use(piece: Piece, first: int) -> bool:
    """A verb form that is a noun here: the targets, Iran's targets, Iranian targets, plusieurs cibles."""
    if piece.language == "fr" and first and piece.surface(first).lower() in ("cible", "cibles"):
        before = piece.folds[first - 1]
        return before.isdigit() or bool(piece.grammar.single.get(before, 0) & (w.ARTICLE | w.SKIP))
    if (
        piece.language != "en"
        or not first
        or not piece.folds[first].endswith("s")
        or piece.gaps[first] != " "
    ):
        return False
    before = piece.folds[first - 1]
    if before in ("the", "its", "their", "of", "on", "at", "against", "s", "military", "all", "several"):
        return True
    if piece.event_at[first - 1] >= 0:
        return True
    at = piece.name_at[first - 1]
    if at < 0:
        return False
    name = piece.names[at]
    if name.demonym:
        return not before.endswith("s")
    i = name.first - 1
    return (i >= 0 and not is_barrier(piece.gaps[name.first])) and (
        piece.folds[i].isdigit()
        or piece.folds[i] in ("the", "of", "on", "at", "against")
        or piece.event_at[i] >= 0
    )


def _name(piece: Piece, hit: Hit, first: int, last: int, extra: frozenset[str]) -> Name | None:
    """The mention with the entries that it may name in each role."""
    lexicon = piece.lexicon
    roles: dict[Role, list[str]] = {"actor": [], "place": [], "target": []}
    kinds: set[str] = set()
    native = {form.entry for form in hit.forms if form.language == piece.language}
    for form in hit.forms:
        if form.entry in native and form.language != piece.language:
            continue  # روسية is Russian in Arabic, Russia in Persian
        id = form.entry
        kind = id.partition("/")[0] if "/" in id else "concept"
        if kind == "concept":
            if id in extra:
                for role in roles:
                    roles[role].append(id)
                kinds.add("name")
            continue
        if kind == "product":
            continue
        kinds.add(form.kind)
        roles["target"].append(id)
        if kind != "place" or lexicon.entries[id].capital_of:
            roles["actor"].append(id)
        if kind == "place" or (kind == "country" and form.kind != "demonym"):
            roles["place"].append(id)
    if not kinds:
        return None
    name = Name(hit, first, last)
    name.entries = {role: tuple(dict.fromkeys(found)) for role, found in roles.items()}
    name.demonym = kinds == {"demonym"}
    name.metonym = kinds == {"metonym"}
    ids = {id for found in roles.values() for id in found}
    name.wholes = frozenset(whole for id in ids for whole in lexicon.wholes[id])
    return name


def _modifier(piece: Piece, name: Name) -> None:
    """Names that only describe another: US-backed, pro-Iranian, backed by Russia."""
    after = name.last + 1
    if after < piece.n and piece.bits[after] & w.BACKED_AFTER:
        joined = is_hyphen(piece.gaps[after])
        if joined or piece.language in ("zh", "tr", "de"):
            name.out = True
    token = piece.folds[name.first]
    if name.demonym and token.startswith(_AGAINST) and not token.startswith("antigu"):
        _against(name)
        return
    before = name.first - 1
    if before < 0:
        return
    if is_hyphen(piece.gaps[name.first]):
        if piece.folds[before] in _PREFIXES_OUT:
            name.out = True
        elif piece.folds[before] == "anti":
            _against(name)
    for _ in range(3):
        while before >= 0 and piece.bits[before] & w.INSIDE:
            before -= 1
        if before < 0 or is_barrier(piece.gaps[before + 1]):
            return
        if piece.bits[before] & w.BACKED:
            name.out = True
            return
        if not piece.bits[before] & (w.ARTICLE | w.SKIP):
            return
        before -= 1


def _against(name: Name) -> None:
    """Anti-Russian: the named neither acts nor is where it happens."""
    name.against = True
    name.entries = {**name.entries, "actor": (), "place": ()}


def _negated(piece: Piece, name: Name) -> bool:
    """Not Iran; by France, not by Russia; İran değil."""
    if piece.language == "tr":
        after = name.last + 1
        while after < piece.n and piece.folds[after] in piece.grammar.suffixes:
            after += 1
        return after < piece.n and bool(piece.bits[after] & w.NEGATOR)
    before = name.first - 1
    while (
        before >= 0
        and (piece.bits[before] & (w.ANY_PREPOSITION | w.ARTICLE | w.INSIDE))
        and (not piece.bits[before] & w.NEGATOR)
    ):
        before -= 1
    return before >= 0 and name.first - before <= 3 and bool(piece.bits[before] & w.NEGATOR)


def _mission(piece: Piece, name: Name) -> None:
    """The embassy of Iran stands elsewhere: the name is no place there."""
    after = name.last + 1
    if after < piece.n and piece.folds[after] in piece.grammar.suffixes:
        after += 1
    while after < piece.n and w.postposition_of(piece.bits[after]) == w.GENITIVE:
        after += 1
    before = name.first - 1
    while before >= 0 and (piece.bits[before] & w.ARTICLE or w.preposition_of(piece.bits[before]) == w.OF):
        before -= 1
    behind = after < piece.n and piece.bits[after] & w.MISSION and not is_barrier(piece.gaps[after])
    if behind or (before >= 0 and piece.bits[before] & w.MISSION and not is_barrier(piece.gaps[before + 1])):
        places = tuple(id for id in name.entries["place"] if id.startswith("place/"))
        # The Damascus consulate is in Damascus; who gathers before an embassy is not its country.
        name.entries = {**name.entries, "actor": (), "place": places}


def _qualifiers(piece: Piece) -> None:
    """Step 4 (d): a country word beside a place that it contains."""
    for left, right in pairwise(piece.names):
        if right.first <= left.last:
            continue
        if _country(left) and _inside(right, left) and _only_between(piece, left.last, right.first):
            left.qualifier = True
        elif _country(right) and _inside(left, right) and _qualifies_after(piece, left, right):
            right.qualifier = True


def _country(name: Name) -> bool:
    """Names a country, and not by its capital, which is a place of its own."""
    ids = name.entries["target"]
    return any(id.startswith("country/") for id in ids) and not any(id.startswith("place/") for id in ids)


def _inside(part: Name, whole: Name) -> bool:
    """``part`` names a place that lies in the country that ``whole`` names."""
    countries = {id for id in whole.entries["target"] if id.startswith("country/")}
    return any(id.startswith("place/") for id in part.entries["place"]) and not countries.isdisjoint(
        part.wholes
    )


def _only_between(piece: Piece, last: int, first: int) -> bool:
    """Nothing between but articles, place nouns, "of", case endings."""
    if first - last > 6:
        return False
    for i in range(last + 1, first):
        if is_barrier(piece.gaps[i]):
            return False
        bits = piece.bits[i]
        if bits & (w.ARTICLE | w.PLACE_NOUN | w.SKIP | w.INSIDE) or w.preposition_of(bits) == w.OF:
            continue
        if w.postposition_of(bits) in (w.GENITIVE,) or piece.folds[i] in piece.grammar.suffixes:
            continue
        return False
    return not is_barrier(piece.gaps[first])


def _qualifies_after(piece: Piece, place: Name, country: Name) -> bool:
    """Raqqa in northern Syria; Raqqa, Syria; Raqqa (Syria); مدينة الرقة السورية."""
    gap = piece.gaps[place.last + 1]
    inner = range(place.last + 1, country.first)
    if country.demonym:
        adjective = piece.grammar.grammar.adjective_after
        return adjective and country.first == place.last + 1 and not is_barrier(gap)
    if len(inner) > 5:
        return False
    if is_comma(gap) or "(" in gap or "（" in gap:
        if inner and any(not piece.bits[i] & (w.ARTICLE | w.SKIP) for i in inner):
            return False
        after = country.last + 1
        if piece.language != "en" and after < piece.n and not is_barrier(piece.gaps[after]):
            return "(" in gap or "（" in gap  # Тель-Авив, Израиль ответил: the country goes on
        if piece.bits[0] & w.ANY_PREPOSITION and not any(
            is_comma(piece.gaps[i]) for i in range(1, place.first)
        ):
            return after >= piece.n or is_barrier(piece.gaps[after])  # fronted: else the subject follows
        return not (after < piece.n and piece.event_at[after] >= 0 and not is_barrier(piece.gaps[after]))
    seen = False
    for i in inner:
        if is_barrier(piece.gaps[i]):
            return False
        bits = piece.bits[i]
        if w.preposition_of(bits) == w.AT or w.preposition_of(bits) == w.OF:
            seen = True
        elif not bits & (w.ARTICLE | w.PLACE_NOUN | w.SKIP | w.INSIDE):
            return False
    return seen


def _demonym_of_place(piece: Piece, name: Name) -> None:
    """A demonym beside a place noun (the Russian city of V.) names the country as a place."""
    if not name.demonym or name.qualifier:
        return
    grammar = piece.grammar.grammar
    noun_first = grammar.noun_first
    i = name.last + 1
    while i < piece.n and i <= name.last + 3 and piece.bits[i] & w.SKIP and not is_barrier(piece.gaps[i]):
        i += 1
    found = i < piece.n and piece.bits[i] & w.PLACE_NOUN and not is_barrier(piece.gaps[i]) and not noun_first
    if noun_first and name.first > 0:
        before = name.first - 1
        found = bool(piece.bits[before] & w.PLACE_NOUN) and not is_barrier(piece.gaps[name.first])
    if found:
        name.of_place = True
        name.entries = {**name.entries, "actor": (), "place": name.entries["target"]}
