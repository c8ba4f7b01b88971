"""Steps 9 to 11: whether a frame holds, and what shows it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from monitor.lexicon.schema import Lexicon, Role
from monitor.matching.clauses import Frame
from monitor.matching.document import Document, Hit
from monitor.matching.frames.analyse import analyse
from monitor.matching.frames.model import ROLES, Event, Filler

Span = tuple[int, int, int]
"""Field, first token, end (excluded)."""

Evidence = tuple[str, Hit, str]
"""``event``, ``actor``, ``place``, ``target`` or ``cue``; the hit; the entry that it names."""

_SHARED_ROLES: tuple[Role, ...] = ("place", "target")


class Reader:
    """Reads the frames of one document; each sentence is analysed once for all rules."""

    def __init__(self, lexicon: Lexicon, extra: frozenset[str] = frozenset()) -> None:
        """``extra``: the concepts that rules name as actor, place or target."""
        self._lexicon = lexicon
        self._extra = extra
        self._kept: dict[Span, tuple[Event, ...]] = {}
        self._sentences: dict[frozenset[str], tuple[Span, ...]] = {}
        self._named: dict[Span, frozenset[str]] = {}

    def fire(
        self, frame: Frame, document: Document, where: Sequence[Span], spend: Callable[[int], None]
    ) -> list[Evidence] | None:
        """Role, hit and entry of all that supports the frame in ``where``, or none if it does not hold.

        Per event that fulfils the frame: the first named filler of each role that the frame names,
        the event word nearest to it, and cues that it does not forbid. ``spend`` is told the tokens read.
        """
        found: list[Evidence] = []
        own = (frame.actor, frame.place, frame.target) if frame.scope == "sentence" else (frame.actor,)
        asked = [ids for ids in own if ids]
        for sentence in self._candidates(frame, document):
            if asked and not self._mentions(document, sentence, asked):
                continue
            for field, lo, hi in where:
                if field == sentence[0] and lo < sentence[2] and sentence[1] < hi:
                    span = (field, max(lo, sentence[1]), min(hi, sentence[2]))
                    for event in self._events(document, span, spend):
                        evidence = self._holds(frame, event, document, span, spend)
                        if evidence is not None:
                            found.extend(evidence)
        return found or None

    def bound(self, document: Document, hit: Hit, spend: Callable[[int], None]) -> bool:
        """Whether the hit is a word of an event with an actor or a place."""
        span = (hit.field, *document.fields[hit.field].sentence(hit.first))
        return any(
            hit in event.words and ("actor" in event.fillers or "place" in event.fillers)
            for event in self._events(document, span, spend)
        )

    def _events(self, document: Document, span: Span, spend: Callable[[int], None]) -> tuple[Event, ...]:
        kept = self._kept.get(span)
        if kept is None:
            # What is read is weighed by what competes in it: names among names cost more than words.
            spend((span[2] - span[1]) * (1 + len(document.between(*span))))
            kept = self._kept[span] = analyse(document, *span, self._lexicon, extra=self._extra)
        else:
            spend(1 + len(kept))
        return kept

    def _candidates(self, frame: Frame, document: Document) -> tuple[Span, ...]:
        """The sentences in which a word of one of the frame's concepts stands."""
        wanted = frozenset(frame.event)
        kept = self._sentences.get(wanted)
        if kept is not None:
            return kept
        members = {member for id in frame.event for member in self._lexicon.members(id)}
        spans: dict[Span, None] = {}
        for hit in sorted(
            (hit for member in members for hit in document.named(member)),
            key=lambda hit: (hit.field, hit.first),
        ):
            spans[hit.field, *document.fields[hit.field].sentence(hit.first)] = None
        self._sentences[wanted] = found = tuple(spans)
        return found

    def _mentions(self, document: Document, sentence: Span, asked: Sequence[tuple[str, ...]]) -> bool:
        """Whether of each role's ids one is named in the sentence, as whatever."""
        there = self._named.get(sentence)
        if there is None:
            wholes = self._lexicon.wholes
            entries = {form.entry for hit in document.between(*sentence) for form in hit.forms}
            there = self._named[sentence] = frozenset().union(*(wholes[entry] for entry in entries))
        return all(not there.isdisjoint(ids) for ids in asked)

    def _holds(
        self, frame: Frame, event: Event, document: Document, span: Span, spend: Callable[[int], None]
    ) -> list[Evidence] | None:
        concept = next((id for id in frame.event if id in event.concepts), None)
        if concept is None or any(id in frame.unless for id, _ in event.cues):
            return None
        asked: dict[Role, tuple[str, ...]] = {
            "actor": frame.actor,
            "place": frame.place,
            "target": frame.target,
        }
        evidence: list[Evidence] = [("event", event.words[0], self._entry_of(event.words[0], concept))]
        for role in ROLES:
            ids = asked[role]
            if not ids:
                continue
            fillers: Sequence[Filler] = event.fillers.get(role, ())
            if not fillers and frame.scope != "sentence" and role in _SHARED_ROLES:
                fillers = self._around(frame, document, span, role, spend)
            named = _named(fillers, ids, self._lexicon.wholes)
            if named is None:
                return None
            evidence.append((role, *named))
        evidence.extend(("cue", hit, id) for id, hit in event.cues)
        return evidence

    def _entry_of(self, hit: Hit, concept: str) -> str:
        """The lexicon's entry by which the event word meets the concept."""
        for form in hit.forms:
            if concept in self._lexicon.wholes[form.entry]:
                return form.entry
        return concept

    def _around(
        self, frame: Frame, document: Document, span: Span, role: Role, spend: Callable[[int], None]
    ) -> tuple[Filler, ...]:
        """Step 11: what fills the role in the sentence before, then in the one after."""
        field, lo, hi = span
        text = document.fields[field]
        spans: list[Span] = []
        if lo > 0:
            spans.append((field, *text.sentence(lo - 1)))
        if hi < len(text.folds):
            spans.append((field, *text.sentence(hi)))
        for near in spans:
            if frame.scope == "paragraph" and not _one_paragraph(text.paragraph_starts, near[1], lo):
                continue
            found = self._mentioned(document, near, role, spend)
            if found:
                return found
        return ()

    def _mentioned(
        self, document: Document, span: Span, role: Role, spend: Callable[[int], None]
    ) -> tuple[Filler, ...]:
        """Fillers of the role in a sentence; without an event there, its places."""
        events = self._events(document, span, spend)
        if events:
            return next((fillers for event in events if (fillers := event.fillers.get(role))), ())
        found: list[Filler] = []
        for hit in document.between(*span):
            entries = tuple(
                form.entry
                for form in hit.forms
                if form.kind == "name" and form.entry.startswith(("place/", "country/"))
            )
            if entries:
                found.append(Filler(hit, entries))
        return tuple(found)


def _one_paragraph(starts: Sequence[int], one: int, other: int) -> bool:
    return bisect_right(starts, one) == bisect_right(starts, other)


def _named(
    fillers: Sequence[Filler], ids: tuple[str, ...], wholes: Mapping[str, frozenset[str]]
) -> tuple[Hit, str] | None:
    """The first filler that is one of the ids or a part of one."""
    for filler in fillers:
        for entry in filler.entries:
            if not wholes[entry].isdisjoint(ids):
                return filler.hit, entry
    return None
