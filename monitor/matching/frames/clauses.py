"""Step 2: where the clauses of a sentence start."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.lists import alike, begins_anew, closes_fronted, stands_before_event
from monitor.matching.frames.model import Clause, Piece
from monitor.matching.frames.punctuation import is_barrier, is_comma, is_hard


def split(piece: Piece) -> None:
    """Give each token of the piece its clause."""
    n = piece.n
    commas = [i for i in range(1, n) if is_comma(piece.gaps[i])]
    events, reports = _counts(piece)
    current = Clause(0, 0)
    piece.clauses.append(current)
    next_comma = 0
    for i in range(n):
        if i:
            gap = piece.gaps[i]
            while next_comma < len(commas) and commas[next_comma] <= i:
                next_comma += 1
            until = commas[next_comma] if next_comma < len(commas) else n
            if gap != " ":
                current = _at_punctuation(piece, current, i, until, events, reports)
            bits = piece.bits[i]
            if piece.language == "tr" and _converb(piece, i - 1) and i > current.start + 1:
                current = _start(piece, i)
            if (bits & w.COMPLEMENTIZER and _after_report(piece, current, i) and i > current.start) or (
                bits & w.SUBORDINATOR and i > current.start and not (bits & w.RELATIVE and is_comma(gap))
            ):
                governor = current
                current = _complement(piece, governor, i)
                if bits & w.SUBORDINATOR and _subject_only(piece, governor, events, reports):
                    current.parent, current.resumes = governor.number, True
        piece.clause_of[i] = current.number
        current.last = i
    for name in piece.names:
        name.clause = piece.clause_of[name.first]
    for word in piece.words:
        word.clause = piece.clause_of[word.first]


def _counts(piece: Piece) -> tuple[list[int], list[int]]:
    """How many event words and report verbs begin before each token."""
    events, reports = [0], [0]
    for i in range(piece.n):
        events.append(events[-1] + (piece.event_at[i] >= 0))
        reports.append(reports[-1] + bool(piece.bits[i] & w.REPORT))
    return events, reports


def _at_punctuation(
    piece: Piece, current: Clause, i: int, until: int, events: list[int], reports: list[int]
) -> Clause:
    gap = piece.gaps[i]
    if is_hard(gap):
        if is_comma(gap) and (_fronted(piece, current, i) or _list(piece, i)):
            return current
        return _start(piece, i, governor=current)
    if not is_comma(gap) or _list(piece, i):
        return current
    bits = piece.bits[i]
    said = bits & w.SUBORDINATOR and _after_report(piece, current, i)
    if (
        bits & (w.RELATIVE | w.RELATIVE_OF_PLACE)
        and not said
        and not _on_event(piece, current, i)
        and not _article(piece, i, until)
    ):
        return _start(piece, i, relative=True, parent=current)
    if current.relative and current.parent >= 0:
        current = piece.clauses[current.parent]
    if current.resumes and piece.name_at[i] < 0 and events[until] > events[i]:
        return piece.clauses[current.parent]
    if bits & w.LEAD or bits & w.AND_PREFIX:
        return current if bits & w.RELATIVE else _start(piece, i, governor=current)
    if _apposed(piece, i) or _participial(piece, i):
        return _start(piece, i, relative=True, parent=current)
    left_event = _in_clause(piece, current, events)
    if piece.bits[current.start] & w.SUBORDINATOR:
        if not left_event and events[until] > events[i] and not piece.bits[i] & w.ANY_PREPOSITION:
            return _start(piece, i)
        if left_event and (_main_subject(piece, i) or _main_verb(piece, i)):
            return _start(piece, i)
    if left_event and _parallel(piece, current, i):
        return _start(piece, i)
    if _fronted(piece, current, i):
        return current
    right_event = events[until] > events[i]
    if left_event and right_event:
        return _start(piece, i)
    left_report = _in_clause(piece, current, reports)
    right_report = reports[until] > reports[i]
    if left_report and not left_event and bits & w.PRONOUN and piece.language == "de":
        return _complement(piece, current, i)  # teilte mit, sie habe ... angegriffen
    if left_report and not left_event and _infinitive(piece, i, until):
        return _complement(piece, current, i)
    if (left_report and not left_event) or (right_report and not right_event):
        return _start(piece, i)
    return current


def _article(piece: Piece, i: int, until: int) -> bool:
    """A German article behind a comma: a relative clause would end with its verb."""
    if piece.language != "de" or not piece.bits[i] & w.ARTICLE:
        return False
    last = piece.surface(until - 1)
    return not (last[:1].islower() and last.endswith(("t", "n", "te", "hat", "ist", "sei")))


def _apposed(piece: Piece, i: int) -> bool:
    """Isfahan, a city bombed by Israel: a place noun and a participle behind the comma."""
    at = i
    while at < piece.n and piece.bits[at] & w.ARTICLE:
        at += 1
    if at + 1 >= piece.n or not piece.bits[at] & w.PLACE_NOUN or piece.name_at[i - 1] < 0:
        return False
    return piece.event_at[at + 1] >= 0 and piece.gaps[at + 1] == " "


_PARTICIPLES = {
    "es": ("ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas"),
    "fr": ("e", "ee", "es", "ees"),
    "en": ("ed", "hit", "struck"),
}


def _participial(piece: Piece, i: int) -> bool:
    """Hodeida, bombardeada por Estados Unidos: a participle with its doer, behind a place and a comma."""
    endings = _PARTICIPLES.get(piece.language)
    at = piece.name_at[i - 1]
    if endings is None or at < 0 or piece.event_at[i] < 0 or not piece.names[at].entries["place"]:
        return False
    word = piece.words[piece.event_at[i]]
    after = word.last + 1
    by = after < piece.n and w.preposition_of(piece.bits[after]) == w.AGENT
    return by and piece.names[at].last == i - 1 and piece.folds[word.last].endswith(endings)


def _main_subject(piece: Piece, i: int) -> bool:
    """Hours after drones hit a market, Kenya offered ...: a name behind the comma, and its verb."""
    while i < piece.n and piece.bits[i] & w.ARTICLE:
        i += 1
    if i >= piece.n or piece.name_at[i] < 0:
        return False
    name = piece.names[piece.name_at[i]]
    after = name.last + 1
    if name.demonym or not name.entries["actor"] or after >= piece.n or is_barrier(piece.gaps[after]):
        return False
    return not piece.bits[after] & (w.CONJUNCTION | w.ANY_PREPOSITION)


def _main_verb(piece: Piece, i: int) -> bool:
    """Während X bombardierte, beriet Y: behind a German subordinate clause the verb comes first."""
    bits = w.ANY_PREPOSITION | w.CONJUNCTION | w.LEAD | w.ARTICLE | w.SUBORDINATOR
    return (
        piece.language == "de"
        and piece.surface(i)[:1].islower()
        and piece.name_at[i] < 0
        and not piece.bits[i] & bits
        and piece.bits[i - 1] & bits == 0
        and piece.surface(i - 1)[:1].islower()
    )


def _infinitive(piece: Piece, i: int, until: int) -> bool:
    """Wirft Kiew vor, Belgorod angegriffen zu haben: what was said is an infinitive."""
    return piece.language == "de" and any(piece.folds[j] == "zu" for j in range(max(i + 1, until - 3), until))


def _parallel(piece: Piece, current: Clause, i: int) -> bool:
    """In X there was shelling, in Y power came back: the second begins as the first did."""
    if not piece.bits[i] & w.ANY_PREPOSITION or piece.folds[i] != piece.folds[current.start]:
        return False
    after = i + 1
    while after < piece.n and piece.bits[after] & w.PASSED_OVER:
        after += 1
    return after < piece.n and piece.name_at[after] >= 0 and piece.name_at[i - 1] < 0


def _in_clause(piece: Piece, clause: Clause, counts: list[int]) -> bool:
    """Whether the tokens of a clause so far hold what is counted."""
    if counts[clause.last + 1] == counts[clause.start]:
        return False
    return any(
        counts[i + 1] > counts[i] and piece.clause_of[i] == clause.number
        for i in range(clause.start, clause.last + 1)
    )


def _start(
    piece: Piece,
    i: int,
    *,
    relative: bool = False,
    parent: Clause | None = None,
    governor: Clause | None = None,
) -> Clause:
    """A new clause from token ``i``; a word such as "that" there puts it under its ``governor``."""
    clause = Clause(len(piece.clauses), i, relative=relative, parent=parent.number if parent else -1)
    if governor is not None and piece.bits[i] & (w.COMPLEMENTIZER | w.SUBORDINATOR):
        clause.complement_of = governor.number
    piece.clauses.append(clause)
    return clause


def _subject_only(piece: Piece, clause: Clause, events: list[int], reports: list[int]) -> bool:
    """A clause has so far one name that may act, and neither event nor report: its verb is to come."""
    if (
        not piece.grammar.grammar.verb_final
        or _in_clause(piece, clause, events)
        or _in_clause(piece, clause, reports)
    ):
        return False
    at = piece.name_at[clause.last]
    return at >= 0 and bool(piece.names[at].entries["actor"])


def _complement(piece: Piece, current: Clause, i: int) -> Clause:
    clause = _start(piece, i)
    clause.complement_of = current.number
    return clause


def _after_report(piece: Piece, current: Clause, i: int) -> bool:
    return any(
        piece.bits[j] & w.REPORT and piece.clause_of[j] == current.number
        for j in range(max(current.start, i - 12), i)
    )


def _on_event(piece: Piece, current: Clause, i: int) -> bool:
    """A relative directly after the event word, or one whose verb only carries the event out."""
    if piece.event_at[i - 1] >= 0:
        return True
    has_event = any(
        piece.event_at[j] >= 0 and piece.clause_of[j] == current.number for j in range(current.start, i)
    )
    if not has_event:
        return False
    for j in range(i + 1, min(i + 6, piece.n)):
        if is_comma(piece.gaps[j]) or piece.event_at[j] >= 0:
            return False
        if piece.bits[j] & w.LIGHT:
            return True
    return False


def _fronted(piece: Piece, current: Clause, i: int) -> bool:
    """The clause so far is a preposition and names (在柏林，), with an event perhaps, but no report."""
    start = current.start
    while (
        start < i
        and piece.bits[start] & (w.LEAD | w.CONJUNCTION)
        and not piece.bits[start] & w.ANY_PREPOSITION
    ):
        start += 1
    if i - start > 10 or start >= i or not piece.bits[start] & w.ANY_PREPOSITION:
        return False
    if piece.bits[start] & (w.ACCORDING | w.SUBORDINATOR):
        return False
    return not any(piece.bits[j] & w.REPORT or piece.clause_of[j] != current.number for j in range(start, i))


def _list(piece: Piece, i: int) -> bool:
    """The comma before token ``i`` stands inside a list of names; Chinese has another comma for these."""
    if piece.grammar.grammar.no_spaces and is_hard(piece.gaps[i]):
        return False
    left = i - 1
    while left > 0 and piece.name_at[left] < 0 and piece.bits[left] & (w.PLACE_NOUN | w.SKIP | w.ARTICLE):
        left -= 1
    if piece.name_at[left] < 0 and piece.folds[left] in piece.grammar.suffixes and left:
        left -= 1
    if piece.name_at[left] < 0:
        return False
    right = i
    conjunction = False
    while right < piece.n and right < i + 4 and piece.name_at[right] < 0:
        if not piece.bits[right] & (w.ARTICLE | w.CONJUNCTION | w.PLACE_NOUN | w.SKIP):
            return False
        conjunction = conjunction or bool(piece.bits[right] & w.CONJUNCTION)
        right += 1
    if right >= piece.n or piece.name_at[right] < 0:
        return False
    earlier, later = piece.names[piece.name_at[left]], piece.names[piece.name_at[right]]
    if not conjunction and closes_fronted(piece, earlier, later):
        return False
    return (
        alike(earlier, later)
        and not stands_before_event(piece, earlier, later)
        and (conjunction or not begins_anew(piece, earlier, later))
    )


_NO_CONVERBS = frozenset(("boyunca", "dusunce", "yeterince", "duzence"))
_IN_THE_WAKE = frozenset(("ardindan",))
_CONVERBS = ("rken", "inca", "ince", "unca", "unce")


def _converb(piece: Piece, i: int) -> bool:
    """A Turkish verb that ends its clause: bombalarken (while bombing), kaldırınca (having lifted)."""
    if piece.folds[i] in _IN_THE_WAKE:
        return True
    token = piece.folds[i]
    return (
        len(token) > 6
        and token.endswith(_CONVERBS)
        and token not in _NO_CONVERBS
        and piece.name_at[i] < 0
        and not piece.bits[i] & ~w.HARM
    )
