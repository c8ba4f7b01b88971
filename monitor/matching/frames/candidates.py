"""Step 1: which mentions may fill a role, and which words tell of an event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from monitor.lexicon.schema import VERB_KINDS, WEAK_KINDS, Role
from monitor.matching.document import Hit
from monitor.matching.frames import words as w
from monitor.matching.frames.model import CUES, Name, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_hyphen

_PREFIXES_OUT = frozenset(("anti", "pro", "non"))
_PROCLITICS = {"ب": w.AT, "ل": w.OTHER, "ك": w.OTHER}


def find(piece: Piece, hits: Sequence[Hit], extra: frozenset[str]) -> None:
    """Put the names, event words and cues among ``hits`` into the piece, then its grammar words."""
    entries = piece.lexicon.entries
    for hit in hits:
        first, last = hit.first - piece.lo, hit.last - piece.lo
        strong: set[str] = set()
        weak: set[str] = set()
        verb = noun = named = False
        for form in hit.forms:
            entry = entries[form.entry]
            if entry.kind != "concept":
                named = True
            elif entry.id in CUES:
                piece.cues.append((entry.id, hit, first))
            else:
                if entry.id in extra:
                    named = True
                if entry.roles:
                    (weak if form.kind in WEAK_KINDS else strong).add(entry.id)
                    verb = verb or form.kind in VERB_KINDS
                    noun = noun or form.kind not in VERB_KINDS
        if (strong or weak) and not (verb and not noun and first == last and _noun_use(piece, first)):
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
    _tag(piece)
    for name in piece.names:
        _modifier(piece, name)
    _qualifiers(piece)
    for name in piece.names:
        _demonym_of_place(piece, name)


def _noun_use(piece: Piece, first: int) -> bool:
    """An English verb form that is a noun here: the targets, Iran's targets, Iranian targets."""
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
    return i >= 0 and (piece.folds[i] in ("the", "of", "on", "at", "against") or piece.event_at[i] >= 0)


def _name(piece: Piece, hit: Hit, first: int, last: int, extra: frozenset[str]) -> Name | None:
    """The mention with the entries that it may name in each role."""
    lexicon = piece.lexicon
    roles: dict[Role, list[str]] = {"actor": [], "place": [], "target": []}
    kinds: set[str] = set()
    native = {form.entry for form in hit.forms if form.language == piece.language}
    for form in hit.forms:
        if form.entry in native and form.language != piece.language:
            continue  # روسية is Russian in Arabic, Russia in Persian
        entry = lexicon.entries[form.entry]
        if entry.kind == "concept":
            if entry.id in extra:
                for role in roles:
                    roles[role].append(entry.id)
                kinds.add("name")
            continue
        if entry.kind == "product":
            continue
        kinds.add(form.kind)
        roles["target"].append(entry.id)
        if entry.kind != "place" or entry.capital_of:
            roles["actor"].append(entry.id)
        if entry.kind == "place" or (entry.kind == "country" and form.kind != "demonym"):
            roles["place"].append(entry.id)
    if not kinds:
        return None
    name = Name(hit, first, last)
    name.entries = {role: tuple(dict.fromkeys(found)) for role, found in roles.items()}
    name.demonym = kinds == {"demonym"}
    name.metonym = kinds == {"metonym"}
    ids = {id for found in roles.values() for id in found}
    name.wholes = frozenset(whole for id in ids for whole in lexicon.wholes[id])
    return name


def _tag(piece: Piece) -> None:
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


def _modifier(piece: Piece, name: Name) -> None:
    """Names that only describe another: US-backed, pro-Iranian, backed by Russia."""
    after = name.last + 1
    if after < piece.n and piece.bits[after] & w.BACKED_AFTER:
        joined = is_hyphen(piece.gaps[after])
        if joined or piece.language in ("zh", "tr", "de"):
            name.out = True
    before = name.first - 1
    if before < 0:
        return
    if is_hyphen(piece.gaps[name.first]) and piece.folds[before] in _PREFIXES_OUT:
        name.out = True
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


def _qualifiers(piece: Piece) -> None:
    """Step 4 (d): a country word beside a place that it contains."""
    names, lexicon = piece.names, piece.lexicon
    for left, right in pairwise(names):
        if right.first <= left.last:
            continue
        if (
            _country(left, lexicon.entries)
            and _inside(right, left)
            and _only_between(piece, left.last, right.first)
        ):
            left.qualifier = True
        elif (
            _country(right, lexicon.entries) and _inside(left, right) and _qualifies_after(piece, left, right)
        ):
            right.qualifier = True


def _country(name: Name, entries: object) -> bool:
    return any(id.startswith("country/") for id in name.entries["target"])


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
