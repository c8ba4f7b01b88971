"""Frames explained: which events were read, who fills their roles, and why not the one wanted."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.lexicon.schema import WEAK_KINDS, Lexicon, Role
from monitor.matching.clauses import Clause, Frame, Names, children
from monitor.matching.document import Hit
from monitor.matching.engine import Engine
from monitor.matching.frames import Event, analyse
from monitor.matching.rule import Rule
from monitor.matching.stretches import Span, cut, inside
from monitor.matching.verify import Found
from monitor.records import Evidence
from monitor.rules.explain.absent import Absence, Why
from monitor.rules.explain.asked import Asked
from monitor.rules.explain.model import EventRead, RoleRead
from monitor.rules.explain.roles import ROLES, Read, RoleTeller, apart, away
from monitor.rules.explain.stretches import Ordinals, stretch
from monitor.rules.explain.wording import evidence, met, named, quoted, surface

MOST_SENTENCES = 60
MOST_EVENTS = 24


class FrameTeller:
    """Explains frames on one article."""

    def __init__(self, engine: Engine, asked: Asked, absence: Absence, ordinals: Ordinals) -> None:
        self._lexicon: Lexicon = engine.lexicon
        self._asked = asked
        self._document = asked.document
        self._absence = absence
        self._ordinals = ordinals
        self._extra = frozenset(id for rule in engine.rules for id in role_concepts(rule))
        self._read: dict[Span, tuple[Event, ...]] = {}
        self._roles = RoleTeller(
            self._document, self._lexicon, absence, ordinals, self._analysed, self._extra
        )

    def events(
        self, frame: Frame, where: Sequence[Span], support: Sequence[Found] = ()
    ) -> tuple[EventRead, ...]:
        """The events of the frame's concepts in these stretches, in text order, at most ``MOST_EVENTS``.

        ``support`` is that of the frame, if it holds: its events are among them, however late they stand.
        """
        spans = self._sentences(frame, where)
        held = [one.hit for one in support if one.clause == "event"]
        sure = [span for span in spans if any(inside(hit, span) for hit in held)][:MOST_SENTENCES]
        chosen = {*sure, *spans[: MOST_SENTENCES - len(sure)]}
        found = [
            Read(span, event)
            for span in sorted(chosen)
            for event in self._analysed(span)
            if not event.concepts.isdisjoint(frame.event)
        ]
        first = [read for read in found if any(word in held for word in read.event.words)][:MOST_EVENTS]
        rest = [read for read in found if read not in first][: MOST_EVENTS - len(first)]
        told = [read for read in found if read in first or read in rest]
        return tuple(self._told(frame, read, found) for read in told)

    def nothing(self, frame: Frame, where: Sequence[Span]) -> Why:
        """Why no event of the frame's concepts was read in these stretches."""
        names = Names(frame.event, concept=True)
        event = named(frame.event, self._lexicon)
        for hit in self._mentions(frame.event, strictly=False):
            written = quoted(surface(self._document, hit))
            if not any(inside(hit, span) for span in where):
                return Why(
                    f"{event} stands elsewhere: {away(self._document, self._ordinals, hit, where)}",
                    there=True,
                )
            if any(form.kind in WEAK_KINDS for form in hit.forms):
                return Why(
                    f"{written} is a weak word for {event}: it counts only with an actor or a place",
                    there=True,
                )
            return Why(f"{written} was read as no event", there=True)
        return self._absence.of_names(names)

    def roles_there(self, frame: Frame) -> float:
        """How close a frame is whose event was not read: the share of its roles that the article names."""
        wanted = [ids for ids in (frame.actor, frame.place, frame.target) if ids]
        there = sum(bool(self._mentions(ids, strictly=True)) for ids in wanted)
        return 0.45 * there / (1 + len(wanted))  # less than one with an event and no role

    # --- events ---------------------------------------------------------------------------

    def _sentences(self, frame: Frame, where: Sequence[Span]) -> list[Span]:
        """The sentences, as far as they lie in ``where``, in which a word of the concepts stands."""
        spans: dict[Span, None] = {}
        for hit in self._mentions(frame.event, strictly=False):
            sentence = (hit.field, *self._document.fields[hit.field].sentence(hit.first))
            for span in where:
                part = cut(sentence, span)
                if part is not None:
                    spans[part] = None
        return list(spans)

    def _mentions(self, ids: Sequence[str], *, strictly: bool) -> list[Hit]:
        """Hits that name one of the ids or a part of one; ``strictly``: one that may fill a role."""
        return [
            hit
            for hits in self._document.hits
            for hit in hits
            if met(hit.entries(), ids, self._lexicon)
            and not (strictly and all(form.kind in WEAK_KINDS for form in hit.forms))
        ]

    def _analysed(self, span: Span) -> tuple[Event, ...]:
        if span not in self._read:
            self._read[span] = analyse(self._document, *span, self._lexicon, extra=self._extra)
        return self._read[span]

    def _told(self, frame: Frame, read: Read, others: Sequence[Read]) -> EventRead:
        event = read.event
        roles = tuple(
            self._role(role, ids, frame, read, others)
            for role, ids in zip(ROLES, (frame.actor, frame.place, frame.target), strict=True)
            if ids
        )
        cues = tuple(evidence(self._document, self._lexicon, hit, "cue", id) for id, hit in event.cues)
        silenced = next(
            (
                f"a {cue.entry} cue silences it: {quoted(cue.text)}"
                for cue in cues
                if cue.entry in frame.unless
            ),
            "",
        )
        return EventRead(
            sentence=stretch(self._document, read.span),
            held=not silenced and all(role.held for role in roles),
            words=tuple(self._word(hit, frame) for hit in event.words),
            roles=roles,
            cues=cues,
            silenced=silenced,
        )

    def _word(self, hit: Hit, frame: Frame) -> Evidence:
        entry = met(hit.entries(), frame.event, self._lexicon)
        if not entry:  # a verb without a meaning of its own, joined to the event
            entry = next((id for id in hit.entries() if "/" not in id), "")
        return evidence(self._document, self._lexicon, hit, "event", entry)

    # --- roles ----------------------------------------------------------------------------

    def _role(
        self, role: Role, ids: tuple[str, ...], frame: Frame, read: Read, others: Sequence[Read]
    ) -> RoleRead:
        fillers = read.event.fillers.get(role, ())
        filled = tuple(
            evidence(
                self._document,
                self._lexicon,
                one.hit,
                role,
                met(one.entries, ids, self._lexicon) or next(iter(one.entries), ""),
            )
            for one in fillers
        )
        wanted = named(ids, self._lexicon)
        if any(met(one.entries, ids, self._lexicon) for one in fillers):
            return RoleRead(role=role, wanted=wanted, held=True, filled=filled)
        if not fillers and frame.scope != "sentence" and role != "actor":
            around = self._around(frame, role, ids, read.span)
            if around is not None:
                return RoleRead(role=role, wanted=wanted, held=True, filled=(around,))
        nearest = self._nearest(ids, read)
        why = self._roles.why(role, ids, read, others, nearest)
        shown = (
            evidence(self._document, self._lexicon, nearest, role, met(nearest.entries(), ids, self._lexicon))
            if nearest is not None
            else None
        )
        return RoleRead(role=role, wanted=wanted, held=False, filled=filled, why=why, nearest=shown)

    def _around(self, frame: Frame, role: Role, ids: tuple[str, ...], span: Span) -> Evidence | None:
        """Whom the engine takes for the role from the sentences around."""
        alone = msgspec.structs.replace(
            frame,
            actor=(),
            place=ids if role == "place" else (),
            target=ids if role == "target" else (),
            unless=(),
        )
        # In the sentence itself it may be the filler of another event.
        mixed = any(
            role in event.fillers
            for event in self._analysed(span)
            if not event.concepts.isdisjoint(frame.event)
        )
        for found in self._asked.holds(alone, (span,)) or ():
            if found.clause == role and not (mixed and inside(found.hit, span)):
                return evidence(self._document, self._lexicon, found.hit, role, found.entry)
        return None

    def _nearest(self, ids: Sequence[str], read: Read) -> Hit | None:
        """The mention of one of the ids that stands nearest to the event, in its sentence if there is one."""
        field, lo, hi = read.span
        mentions = self._mentions(ids, strictly=True)
        here = [hit for hit in mentions if inside(hit, (field, lo, hi))]
        words = read.event.words
        if here:
            return min(here, key=lambda hit: min(apart(hit, word) for word in words))
        return min(
            mentions, key=lambda hit: (hit.field != field, abs(hit.first - words[0].first)), default=None
        )


def role_concepts(rule: Rule) -> set[str]:
    """Concepts that the rule's frames name in a role other than the event: they count as mentions."""
    found: set[str] = set()
    todo: list[Clause] = [rule.clause]
    while todo:
        clause = todo.pop()
        if isinstance(clause, Frame):
            found.update(id for id in (*clause.actor, *clause.place, *clause.target) if "/" not in id)
        todo.extend(children(clause))
    return found
