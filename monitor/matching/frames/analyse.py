"""The whole reading of a sentence: steps 1 to 9 in order, within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.lexicon.schema import Lexicon, Role
from monitor.matching.document import Document, Hit
from monitor.matching.frames import allot, candidates, clauses, events, gaps, marks, speakers
from monitor.matching.frames import words as w
from monitor.matching.frames.model import CUES, ROLES, Event, Filler, Occurrence, Piece
from monitor.matching.frames.punctuation import is_comma, is_hard
from monitor.matching.frames.words import words
from monitor.matching.text import Segmented

MOST_TOKENS = 200
MOST_EVENTS = 24
MOST_NAMES = 64
_ANTECEDENT = 4  # tokens before a relative clause in which a cue is what the clause tells of


def analyse(
    document: Document, field: int, lo: int, hi: int, lexicon: Lexicon, *, extra: frozenset[str] = frozenset()
) -> tuple[Event, ...]:
    """The events told in tokens ``lo`` to ``hi`` (end excluded) of a field, all their roles filled.

    ``extra`` are concepts that count as mentions too, because rules name them as actor, place or
    target. A stretch over 200 tokens, 24 event words or 64 names is read in parts, each cut at the
    last clause start before the bound.
    """
    text = document.fields[field]
    hits = document.between(field, lo, hi)
    found: list[Event] = []
    for begin, end, inside in parts(text, lo, hi, hits, lexicon):
        if any(_tells(hit, lexicon) for hit in inside):
            found.extend(_read(document, field, begin, end, inside, lexicon, extra))
    return tuple(found)


def _tells(hit: Hit, lexicon: Lexicon) -> bool:
    """Whether a hit is an event word."""
    return any("/" not in form.entry and form.entry not in CUES for form in hit.forms)


def parts(
    text: Segmented, lo: int, hi: int, hits: Sequence[Hit], lexicon: Lexicon
) -> Iterator[tuple[int, int, Sequence[Hit]]]:
    """Stretches within the bounds, with their hits."""
    if hi - lo <= MOST_TOKENS and len(hits) <= MOST_EVENTS:
        yield lo, hi, hits
        return
    begin = lo
    at = 0
    while begin < hi:
        end = min(hi, begin + MOST_TOKENS)
        events = names = 0
        stop = at
        while stop < len(hits) and hits[stop].last < end:
            tells = _tells(hits[stop], lexicon)
            events += tells
            names += not tells
            if events > MOST_EVENTS or names > MOST_NAMES:
                end = max(hits[stop].first, begin + 1)
                break
            stop += 1
        if end < hi:
            end = _last_start(text, begin, end)
        stop = at
        while stop < len(hits) and hits[stop].first < end:
            stop += 1
        yield begin, end, [hit for hit in hits[at:stop] if hit.last < end]
        begin, at = end, stop


def _last_start(text: Segmented, begin: int, end: int) -> int:
    """The last token before ``end`` at which a clause may start; ``end`` itself if there is none."""
    for i in range(end, begin, -1):
        if i < len(text.starts):
            gap = text.raw[text.ends[i - 1] : text.starts[i]]
            if is_hard(gap) or is_comma(gap):
                return i
    return end


def _language(hits: Sequence[Hit], document: Document) -> str:
    """The event words' language, the document's if one of them is of it."""
    first = ""
    for hit in hits:
        for form in hit.forms:
            if "/" not in form.entry and form.entry not in CUES:
                if form.language == document.language:
                    return form.language
                first = first or form.language
    return first or document.language


def marked(
    document: Document,
    field: int,
    lo: int,
    hi: int,
    hits: Sequence[Hit],
    lexicon: Lexicon,
    extra: frozenset[str],
) -> Piece | None:
    """Steps 1 to 5: the piece with its mentions, clauses, speakers and marks; none if nothing happens in it."""
    text = document.fields[field]
    piece = Piece(text, field, lo, hi, words(_language(hits, document)), lexicon)
    candidates.find(piece, hits, extra)
    if not piece.words:
        return None
    if field == 1 and (lo == 0 or text.paragraph(lo)[0] == lo):
        speakers.dateline(piece)
    clauses.split(piece)
    speakers.put_out(piece)
    marks.mark(piece)
    return piece


def _read(
    document: Document,
    field: int,
    lo: int,
    hi: int,
    hits: Sequence[Hit],
    lexicon: Lexicon,
    extra: frozenset[str],
) -> Iterator[Event]:
    piece = marked(document, field, lo, hi, hits, lexicon, extra)
    if piece is None:
        return
    events.group(piece)
    allot.allot(piece)
    gaps.repeat(piece)
    for event in piece.events:
        if event.weak and not any(event.fillers.get(role) for role in ROLES):
            continue
        yield _event(piece, event)


def _event(piece: Piece, event: Occurrence) -> Event:
    fillers: dict[Role, tuple[Filler, ...]] = {}
    for role in ROLES:
        names = event.fillers.get(role)
        if names:
            fillers[role] = tuple(Filler(name.hit, name.entries[role]) for name in names)
    shown = allot.word_for_evidence(event)
    ordered = [event.words[shown], *(word for number, word in enumerate(event.words) if number != shown)]
    concepts = frozenset(whole for id in event.concepts for whole in piece.lexicon.wholes[id])
    return Event(
        concepts=concepts,
        words=tuple(word.hit for word in ordered),
        fillers=fillers,
        cues=_cues(piece, event),
        weak=event.weak,
    )


def _cues(piece: Piece, event: Occurrence) -> tuple[tuple[str, Hit], ...]:
    """Cues in the event's clause, and in the report that governs it."""
    if not piece.cues:
        return ()
    numbers = {event.clause}
    clause = piece.clauses[event.clause]
    if (clause.complement_of >= 0 and piece.bits[clause.start] & w.SUBORDINATOR == 0) or clause.verb:
        numbers.add(clause.complement_of)
    if ":" in piece.gaps[clause.start]:
        numbers.add(piece.before(clause))  # a headline's first word: Match report: ...
    if clause.relative:
        opening = clause.start - _ANTECEDENT
        told = {hit for _, hit, first in piece.cues if opening <= first < clause.start}
    else:
        told = set()
    return tuple(
        (id, hit)
        for id, hit, first in piece.cues
        if piece.clause_of[first] in numbers or piece.clause_of[hit.last - piece.lo] in numbers or hit in told
    )
