"""Step 5: what marks a name's part."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from monitor.lexicon.schema import Lexicon
from monitor.matching.fold import fold
from monitor.matching.frames import words as w
from monitor.matching.frames.joins import appositions, coordinate
from monitor.matching.frames.model import Name, Piece
from monitor.matching.frames.punctuation import is_apostrophe, is_barrier, is_hyphen

_PROCLITICS = {"ب": w.AT, "ل": w.OF, "ك": w.OTHER}
_WALK = 7  # words that may stand between a name and its preposition


def mark(piece: Piece) -> None:
    """Give every name its mark, then join the names that share one."""
    for name in piece.names:
        _mark(piece, name)
    coordinate(piece)
    appositions(piece)


def _mark(piece: Piece, name: Name) -> None:
    if name.against:
        name.mark = name.prepositional = w.ON
        return
    _walk_left(piece, name)
    after = _suffix(piece, name)
    post = _postposition(piece, after)
    if piece.grammar.grammar.no_spaces and post == w.GENITIVE and name.prepositional:
        post = 0
    if post:
        name.mark = name.prepositional = post
        return
    proclitic = _proclitic(piece, name) if piece.language == "ar" else 0
    if proclitic:
        name.mark = name.prepositional = proclitic
        return
    if not name.mark and piece.language == "tr" and name.demonym and _dative(piece, name.last + 1):
        name.mark = name.prepositional = w.ON
        return
    if name.prepositional == w.OTHER and piece.language == "en" and _for_to(piece, name):
        name.mark = name.prepositional = 0
    if not name.mark:
        name.mark = name.prepositional
    clause = piece.clauses[name.clause]
    if (
        clause.direct
        and clause.verb & w.ATTITUDE
        and name.first - clause.start <= 2
        and piece.language != "en"
        and name.mark in (0, w.ON, w.OTHER)
    ):
        name.mark = name.prepositional = 0  # whom the report accuses or calls on
        return
    if not name.mark and piece.language == "de" and _german_genitive(piece, name):
        name.mark = name.prepositional = w.OF
    if not name.mark and piece.language in ("ru", "uk", "de"):
        name.mark = name.prepositional = _case(piece, name)


def _dative(piece: Piece, i: int) -> bool:
    """The Turkish noun behind the demonym is what the event falls on: İranlı yetkililere yaptırım."""
    for at in range(i, min(piece.n, i + 3)):
        if is_barrier(piece.gaps[at]) or piece.event_at[at] >= 0 or piece.name_at[at] >= 0:
            return False
        if piece.folds[at].endswith(("lere", "lara", "lerine", "larina")):
            return True
    return False


def _for_to(piece: Piece, name: Name) -> bool:
    """The way for the EU to extend sanctions: the name is the infinitive's subject."""
    after = name.last + 1
    return piece.folds[name.preposition] == "for" and after < piece.n and piece.folds[after] == "to"


def _german_genitive(piece: Piece, name: Name) -> bool:
    """Ziele der Huthi: an article of the genitive between a noun and the name."""
    article = name.first - 1
    if article < 1 or piece.folds[article] not in ("der", "des") or is_barrier(piece.gaps[article]):
        return False
    noun = article - 1
    known = piece.name_at[noun] >= 0 or piece.bits[noun] & ~(w.MEDIA | w.FORCES | w.MILITARY | w.PLACE_NOUN)
    return not known and noun > 0 and piece.surface(noun)[:1].isupper()


def _suffix(piece: Piece, name: Name) -> int:
    """Read a case ending behind an apostrophe; returns the token after it."""
    after = name.last + 1
    if after > piece.n - 1:
        if is_apostrophe(piece.gaps[piece.n].strip()) and piece.surface(name.last).endswith("s"):
            name.mark = w.GENITIVE
        return after
    gap = piece.gaps[after]
    suffix = piece.grammar.suffixes.get(piece.folds[after])
    if suffix and is_apostrophe(gap):
        if name.demonym and piece.language == "tr":  # Fas'ı: with a case ending the word names the country
            name.demonym = False
            name.entries = {**name.entries, "place": name.entries["target"]}
        name.mark = suffix
        if suffix != w.GENITIVE:
            name.prepositional = suffix
        return after + 1
    plural = len(gap) == 2 and gap[1] == " " and is_apostrophe(gap[0])
    if plural and piece.language == "en" and piece.surface(name.last).endswith("s"):
        name.mark = w.GENITIVE
    return after


def _postposition(piece: Piece, i: int) -> int:
    """The mark of a postposition behind the name, over place nouns and qualifiers."""
    for _ in range(4):
        if i >= piece.n or is_barrier(piece.gaps[i]):
            return 0
        bits = piece.bits[i]
        found = w.postposition_of(bits)
        if found == w.OTHER and piece.folds[i] == "ait":  # X'e ait uçaklar act, X'e ait hedefler suffer
            after = i + 1
            armed = after < piece.n and (piece.event_at[after] >= 0 or piece.bits[after] & w.FORCES)
            return w.AGENT if armed else w.OTHER
        if found:
            return found
        if not bits & (w.PLACE_NOUN | w.SKIP | w.INSIDE):
            return 0
        i += 1
    return 0


def _proclitic(piece: Piece, name: Name) -> int:
    """The Arabic preposition written together with the name, and whether "and" is."""
    token = piece.folds[name.first]
    for form in name.hit.forms:
        bare = form.text.split()[0] if form.text else ""
        bare = fold(bare)
        if token == bare:
            return 0
        for stem in (bare, bare[2:] if bare.startswith("ال") else bare):
            if stem and token.endswith(stem):
                before = token[: len(token) - len(stem)]
                if before and set(before) <= set("وفبلكا"):
                    name.prefixed = before[0] in "وف"
                    letter = before.lstrip("وف")[:1]
                    if letter == "ل" and before.lstrip("وف") == "ال":
                        return 0
                    return _PROCLITICS.get(letter, 0)
    return 0


def _walk_left(piece: Piece, name: Name) -> None:
    """The first preposition to the left, over articles, place nouns, qualifiers."""
    i = name.first - 1
    gap = piece.gaps[name.first]
    if is_barrier(gap) and "(" not in gap and not _quoted(gap):
        return
    for _ in range(_WALK):
        if i < 0 or piece.clause_of[i] != name.clause:
            return
        at = piece.name_at[i]
        bits = piece.bits[i]
        if at >= 0:
            other = piece.names[at]
            if not other.qualifier:
                return
            i = other.first - 1
        elif bits & w.INSIDE:
            head = i
            while head > 0 and piece.bits[head] & w.INSIDE:
                head -= 1
            if not (piece.bits[head] & w.ANY_PREPOSITION or piece.bits[head] & w.PASSED_OVER):
                return
            i = head
            continue
        elif (
            bits & w.SUBORDINATOR and i == piece.clauses[name.clause].start and not _noun_phrase(piece, name)
        ):
            return
        elif (found := w.preposition_of(bits)) == w.OF and _of_place_noun(piece, i):
            i -= 1
        elif found:
            name.prepositional = found
            name.preposition = i
            return
        elif (
            (
                bits & (w.MEDIA | w.FORCES | w.MILITARY)
                and (name.demonym or (piece.grammar.grammar.bare_genitive and piece.language != "de"))
            )
            or bits & w.PASSED_OVER
            or piece.folds[i].isdigit()
            or is_hyphen(piece.gaps[i + 1])
        ):
            i -= 1
        else:
            return
        if i >= 0 and is_barrier(piece.gaps[i + 1]) and not _quoted(piece.gaps[i + 1]):
            return


def _of_place_noun(piece: Piece, i: int) -> bool:
    """The preposition at ``i`` only names a place noun: the city of Raqqa."""
    return i > 0 and bool(piece.bits[i - 1] & w.PLACE_NOUN) and not is_barrier(piece.gaps[i])


def _noun_phrase(piece: Piece, name: Name) -> bool:
    """After Russia's strikes, after the strikes: no verb of the name's follows."""
    after = name.last + 1
    return after >= piece.n or is_barrier(piece.gaps[after])


def _quoted(gap: str) -> bool:
    return not any(char in ",،，、;:؛；：—" for char in gap)


def _case(piece: Piece, name: Name) -> int:
    """What the ending of the form tells, beside the entry's first form in the language."""
    if name.demonym:
        return _demonym_case(piece, name)
    form = next((f for f in name.hit.forms if f.language == piece.language), None)
    if form is None or not piece.folds[name.last]:
        return 0
    base = _base_forms(piece).get(form.entry)
    token = piece.folds[name.last]
    if base is None:
        return 0
    if base == token:
        return _accusative(piece, name, token) if piece.language == "de" else 0
    if piece.language != "de" and token.endswith(("ами", "ями")):
        return w.AGENT
    if piece.language == "de":
        return w.GENITIVE if token == base + "s" else _accusative(piece, name, token)
    if base[-1] in "ая" and token == base[:-1] + ("у" if base[-1] == "а" else "ю"):
        return w.ON
    if base[-1] in "ая" and token[len(base) - 1 :] in ("ой", "ей", "ою", "єю", "ею", "иею"):
        return w.AGENT
    if base[-1] not in "аяоеиыуюії" and token[len(base.rstrip("йь")) :] in (
        "ом",
        "ем",
        "ым",
        "им",
        "єм",
        "ям",
    ):
        return w.AGENT
    return 0


_MASCULINE = frozenset(
    ("jemen", "iran", "irak", "libanon", "sudan", "sudsudan", "tschad", "gazastreifen", "kongo")
)


def _accusative(piece: Piece, name: Name, token: str) -> int:
    """The German article of a masculine object: den Jemen bombardierten."""
    object_ = name.first and piece.folds[name.first - 1] == "den" and token in _MASCULINE
    return w.ON if object_ else 0


def _demonym_case(piece: Piece, name: Name) -> int:
    """An instrumental adjective is the agent of a passive."""
    if piece.language == "de":
        return 0
    token = piece.folds[name.last]
    return w.AGENT if token.endswith(("ими", "ыми")) else 0


_bases: WeakKeyDictionary[Lexicon, dict[str, dict[str, str]]] = WeakKeyDictionary()


def _base_forms(piece: Piece) -> dict[str, str]:
    """Each entry's first name in the piece's language, its last token folded."""
    by_language = _bases.setdefault(piece.lexicon, {})
    bases = by_language.get(piece.language)
    if bases is None:
        bases = {}
        for form in piece.lexicon.forms.of(piece.language, "name", "metonym"):
            if form.text:
                bases.setdefault(form.entry, fold(form.text.split()[-1]))
        by_language[piece.language] = bases
    return bases
