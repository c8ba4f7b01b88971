"""Step 4 (a) to (c): who speaks, and where from, neither acts nor suffers."""

from __future__ import annotations

from bisect import bisect_left

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Clause, Name, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_dash

_DATELINE = 14  # tokens that a dateline may have
_CHINESE_DATELINE = 40
_COMPOUND_ENDINGS = ("si", "sini", "sinin", "sinda", "sina", "lari", "larini", "larinin", "leri", "lerini")


def put_out(piece: Piece) -> None:
    """Mark the names that are speakers; start new clauses after their verbs."""
    for i in range(piece.n):
        bits = piece.bits[i]
        if bits & w.ACCORDING:
            _according(piece, i)
        if bits & w.ACCORDING_AFTER and i and (name := _name_before(piece, i)) is not None:
            name.out = True
    verbs = [i for i in range(piece.n) if piece.bits[i] & w.REPORT]
    for verb in verbs:
        _report(piece, verb)
    _hand_down(piece)


def dateline(piece: Piece) -> None:
    """Step 4 (c): names, dates, agencies up to a dash at the start of a paragraph."""
    end = _dateline_end(piece)
    for name in piece.names:
        if name.first < end:
            name.out = True
    if end and end < piece.n and not is_dash(piece.gaps[end]):
        piece.gaps[end] = "—"


def _dateline_end(piece: Piece) -> int:
    if piece.grammar.grammar.no_spaces:
        return _chinese_dateline_end(piece)
    known = 0
    for i in range(min(_DATELINE, piece.n)):
        if i and known and is_dash(piece.gaps[i]):
            return i
        if piece.event_at[i] >= 0:
            return 0
        token = piece.surface(i)
        if piece.name_at[i] >= 0 or piece.bits[i] & (w.DATE | w.MEDIA):
            known += 1
        elif not (
            token.isdigit() or (token.isupper() and len(token) > 1) or piece.bits[i] & (w.ARTICLE | w.SKIP)
        ):
            opening = piece.gaps[i]
            if "(" not in opening and len(token) > 3 and i:
                return 0
            if not i and not token.istitle():
                return 0
    return 0


def _chinese_dateline_end(piece: Piece) -> int:
    """新华社莫斯科11月17日电"""
    agency = False
    for i in range(min(_CHINESE_DATELINE, piece.n)):
        agency = agency or piece.folds[i] == "社"
        if agency and piece.folds[i] == "电":
            return i + 1
        if piece.event_at[i] >= 0 or (
            i and is_barrier(piece.gaps[i]) and "（" not in piece.gaps[i] and agency is False
        ):
            return 0
    return 0


def _according(piece: Piece, i: int) -> None:
    """Step 4 (b): names within six tokens after ``according to``."""
    start = i + max(1, piece.word_length[i])
    for j in range(start, min(start + 6, piece.n)):
        gap = piece.gaps[j]
        if (j > start and is_barrier(gap) and "(" not in gap and ")" not in gap) or piece.event_at[j] >= 0:
            return
        if piece.bits[j] & (w.REPORT | w.COMPLEMENTIZER | w.SUBORDINATOR):
            return
        if piece.name_at[j] >= 0:
            piece.names[piece.name_at[j]].out = True


def _name_before(piece: Piece, verb: int) -> Name | None:
    """The name directly before, over suffixes and words for media and officials."""
    at = verb - 1
    for _ in range(4):
        if at < 0 or is_barrier(piece.gaps[at + 1]):
            return None
        if piece.name_at[at] >= 0:
            return piece.names[piece.name_at[at]]
        if piece.folds[at] not in piece.grammar.suffixes and not piece.bits[at] & (
            w.MEDIA | w.INSIDE | w.ARTICLE
        ):
            return None
        at -= 1
    return None


def _report(piece: Piece, verb: int) -> None:
    """Step 4 (a) for one verb of saying."""
    grammar = piece.grammar.grammar
    number = piece.clause_of[verb]
    clause = piece.clauses[number]
    end = verb + max(1, piece.word_length[verb])
    names = [name for name in piece.names if name.clause == number]
    before = [name for name in names if name.last < verb]
    after = [name for name in names if name.first >= end]
    words = [word for word in piece.words if word.clause == number]
    earlier = [word for word in words if word.last < verb]
    later = [word for word in words if word.first >= end]
    spoken: list[Name] = []
    bits = piece.bits[verb]
    direct = _name_before(piece, verb)
    if bits & w.SAY and verb and piece.bits[verb - 1] & w.PASSIVE and piece.language in ("en", "fr", "es"):
        return  # explosions were reported: nobody speaks
    if w.preposition_of(bits) == w.AGENT:  # blamed on: only who blames is out
        if direct is not None:
            direct.out = direct.speaks = True
        return
    if not words:
        spoken = names
    elif later:
        split_at = end
        if earlier:
            close = direct is not None and direct in before and direct.first > earlier[-1].last
            spoken = [direct] if direct is not None and close and _unmarked(piece, direct) else []
        else:
            spoken = list(before)
        if grammar.verb_first:
            if not before:
                spoken = _first_run(piece, [name for name in after if name.first < later[0].first])
            else:
                spoken += [name for name in after[:1] if name.first <= end + 1 and name.last < later[0].first]
            if spoken and spoken[-1].last >= end:
                split_at = spoken[-1].last + 1
        _split(piece, clause, split_at, spoken, bits)
    elif grammar.verb_final or (grammar.bracket and not after):
        if not grammar.bare_genitive:
            spoken = [name for name in before if name.first > earlier[-1].last and _unmarked(piece, name)]
        spoken = spoken or _first_unmarked(piece, before, earlier[-1].last)
        clause.direct = True
    elif not after and bits & (w.ATTITUDE | w.OWN):
        spoken = []
    else:
        spoken = after
        if grammar.verb_first and not after:
            spoken = []
    verb_final_marked = (
        (grammar.verb_final or grammar.bracket) and direct is not None and not _unmarked(piece, direct)
    )
    if (
        bits & w.SAY
        and direct is not None
        and direct.clause == number
        and direct not in spoken
        and not verb_final_marked
    ):
        spoken.append(direct)
    for name in spoken:
        name.out = name.speaks = True
    if not later:
        if not words and bits & w.ATTITUDE and not grammar.verb_final:
            clause.addressees = after[:1]
        clause.speakers = spoken
        clause.verb |= bits


def _first_run(piece: Piece, names: list[Name]) -> list[Name]:
    """The first name and those that follow it without anything between."""
    run = names[:1]
    for name in names[1:]:
        person = any(id.startswith("person/") for id in name.entries["actor"])
        if name.first > run[-1].last + 2 or not person:
            break
        run.append(name)
    return run


def _first_unmarked(piece: Piece, before: list[Name], until: int) -> list[Name]:
    """The clause's first name, if nothing marks it; verb-final languages put the speaker there."""
    for name in before:
        if name.first > until:
            break
        beside = any(
            (word.first == name.last + 1 and (name.demonym or _compound(piece, word)))
            or (word.last == name.first - 1 and piece.grammar.grammar.bare_genitive)
            for word in piece.words
            if word.clause == name.clause
        )
        if not beside and _unmarked(piece, name):
            return [name]
    return []


def _compound(piece: Piece, word: Word) -> bool:
    """A Turkish noun with the ending of a compound belongs to the name before it (ABD saldırısı)."""
    if piece.language == "fa":
        return False  # what describes a noun stands behind it
    return piece.language != "tr" or piece.folds[word.last].endswith(_COMPOUND_ENDINGS)


def _unmarked(piece: Piece, name: Name) -> bool:
    """No case ending, postposition or preposition marks the name."""
    following = name.last + 1
    ends = following >= piece.n or is_barrier(piece.gaps[following])
    if not ends and (
        piece.folds[following] in piece.grammar.suffixes or piece.bits[following] & w.ANY_POSTPOSITION
    ):
        return False
    i = name.first - 1
    joined = False
    forces = w.FORCES | w.MILITARY | w.MEDIA if piece.grammar.grammar.bare_genitive else 0
    while i >= 0 and not piece.bits[i] & w.ANY_PREPOSITION:
        if piece.bits[i] & w.CONJUNCTION:
            joined = True
        elif joined and piece.name_at[i] >= 0:
            i = piece.names[
                piece.name_at[i]
            ].first  # the name before it in a list has the preposition of both
        elif not piece.bits[i] & (w.PASSED_OVER | forces):
            break
        i -= 1
    return i < 0 or not piece.bits[i] & (w.ANY_PREPOSITION | w.INSIDE)


def _split(piece: Piece, clause: Clause, at: int, spoken: list[Name], bits: int) -> None:
    """A new clause from token ``at``, governed by the report."""
    new = Clause(len(piece.clauses), at, relative=clause.relative, parent=clause.parent)
    new.last = clause.last
    new.speakers = spoken
    new.verb = bits
    new.direct = True
    new.complement_of = clause.number
    piece.clauses.append(new)
    clause.last = max(clause.start, at - 1)
    for i in range(at, new.last + 1):
        if piece.clause_of[i] == clause.number:
            piece.clause_of[i] = new.number
    starts = [name.first for name in piece.names]
    for name in piece.names[bisect_left(starts, at) :]:
        if name.clause == clause.number:
            name.clause = new.number
    for word in piece.words:
        if word.clause == clause.number and word.first >= at:
            word.clause = new.number


def _hand_down(piece: Piece) -> None:
    """A clause begun by "that" knows the speakers of the report that governs it."""
    for clause in piece.clauses:
        if clause.complement_of >= 0 and not clause.verb:
            governor = piece.clauses[clause.complement_of]
            if governor.verb and not governor.direct:
                clause.speakers = governor.speakers
                clause.addressees = governor.addressees
                clause.verb = governor.verb
