"""Why a role of an event is not filled by the one wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from monitor.lexicon.schema import Lexicon, Role
from monitor.matching.clauses import Names
from monitor.matching.document import Document, Hit
from monitor.matching.frames import Event
from monitor.matching.frames.misses import Standing, standings
from monitor.matching.stretches import Span, inside
from monitor.rules.explain.absent import Absence
from monitor.rules.explain.stretches import Ordinals, later
from monitor.rules.explain.wording import met, named, quoted, surface

ROLES: tuple[Role, Role, Role] = ("actor", "place", "target")

_SPOILT = {
    "actor": "it does not act",
    "place": "it is not where it happened",
    "target": "it is not the target",
}


class Read(msgspec.Struct, frozen=True, eq=False):
    """An event with the sentence in which it was read."""

    span: Span
    event: Event


class RoleTeller:
    """Explains roles on one article. ``analysed`` gives the events of a sentence, ``extra`` the concepts
    that count as mentions."""

    def __init__(
        self,
        document: Document,
        lexicon: Lexicon,
        absence: Absence,
        ordinals: Ordinals,
        analysed: Callable[[Span], tuple[Event, ...]],
        extra: frozenset[str],
    ) -> None:
        self._document = document
        self._lexicon = lexicon
        self._absence = absence
        self._ordinals = ordinals
        self._analysed = analysed
        self._extra = extra
        self._standings: dict[Span, tuple[Standing, ...]] = {}

    def why(
        self, role: Role, ids: tuple[str, ...], read: Read, others: Sequence[Read], nearest: Hit | None
    ) -> str:
        """Why none of ``ids`` fills the role of the event. ``nearest`` is the nearest mention of one of them,
        ``others`` are the events that might have it instead."""
        wanted = named(ids, self._lexicon)
        event = quoted(surface(self._document, read.event.words[0]))
        if nearest is None:
            absent = self._absence.of_names(
                Names(ids, concept=all("/" not in id for id in ids)), parts=True
            ).text
            instead = self._filler(role, read.event)
            return f"{absent}: the {role} is {instead}" if instead else absent
        who = self._lexicon.gloss(met(nearest.entries(), ids, self._lexicon)) or wanted
        if not inside(nearest, read.span):
            return f"{who} is in no sentence with {event}: {away(self._document, self._ordinals, nearest, (read.span,))}"
        entry = self._roles_of(read.event)
        if role not in entry:
            return f"an event of this kind takes no {role}"
        return (
            self._put_out(nearest, role, who, read)
            or self._elsewhere(nearest, role, who, read, others)
            or self._outdone(nearest, role, who, event, read)
            or f"nothing in the sentence ties {who} to {event}"
        )

    def _roles_of(self, event: Event) -> frozenset[Role]:
        """The roles that the event's concepts take."""
        entries = [self._lexicon.entries.get(id) for hit in event.words for id in hit.entries()]
        return frozenset(role for entry in entries if entry is not None for role in entry.roles)

    def _put_out(self, hit: Hit, role: Role, who: str, read: Read) -> str:
        for one in self._standing(read.span):
            if one.hit == hit:
                if one.speaks:
                    return f"{who} speaks here, {_SPOILT[role]}"
                if one.out:
                    return f"{who} is only where the report comes from: {_SPOILT[role]}"
                if one.qualifier:
                    return f"{who} only says where another place lies, or whose it is"
        return ""

    def _elsewhere(self, hit: Hit, role: Role, who: str, read: Read, others: Sequence[Read]) -> str:
        """The mention fills another role of this event, or this role of another one."""
        for other in ROLES:
            if other != role and any(one.hit == hit for one in read.event.fillers.get(other, ())):
                return f"{who} is the {other} here, not the {role}"
        for another in others:
            if another.event is not read.event and any(
                one.hit == hit for one in another.event.fillers.get(role, ())
            ):
                word = quoted(surface(self._document, another.event.words[0]))
                return f"{who} is the {role} of another event here: {self._sketch(another, word, role)}"
        for event in self._analysed(read.span):
            if event is not read.event and any(one.hit == hit for one in event.fillers.get(role, ())):
                return f"{who} is the {role} of {quoted(surface(self._document, event.words[0]))} here"
        return ""

    def _sketch(self, read: Read, word: str, but: Role) -> str:
        """The event's word and whom it has in its other roles: ``“strikes”, place Raqqa``."""
        parts = [word]
        for role in ROLES[:2]:
            fillers = read.event.fillers.get(role, ())
            if role != but and fillers:
                parts.append(f"{role} {self._lexicon.gloss(next(iter(fillers[0].entries), ''))}")
        return ", ".join(parts)

    def _outdone(self, hit: Hit, role: Role, who: str, event: str, read: Read) -> str:
        """Another name fills the role."""
        fillers = read.event.fillers.get(role, ())
        if not fillers:
            return self._in_another_clause(hit, who, event, read)
        filler, other = fillers[0], self._filler(role, read.event)
        words = read.event.words
        if min(apart(filler.hit, word) for word in words) < min(apart(hit, word) for word in words):
            return f"{other} is nearer to {event} than {who}"
        return f"the sentence ties {event} to {other}, not to {who}"

    def _filler(self, role: Role, event: Event) -> str:
        """Who fills the role, in English; empty if no one does."""
        fillers = event.fillers.get(role, ())
        if not fillers:
            return ""
        return self._lexicon.gloss(next(iter(fillers[0].entries), "")) or surface(
            self._document, fillers[0].hit
        )

    def _in_another_clause(self, hit: Hit, who: str, event: str, read: Read) -> str:
        for one in self._standing(read.span):
            if one.hit == hit and one.events and one.clause not in one.events:
                return f"{who} stands in another clause than {event}"
        return ""

    def _standing(self, span: Span) -> tuple[Standing, ...]:
        if span not in self._standings:
            self._standings[span] = standings(self._document, *span, self._lexicon, extra=self._extra)
        return self._standings[span]


def away(document: Document, ordinals: Ordinals, hit: Hit, where: Sequence[Span]) -> str:
    """How far a mention stands from these stretches."""
    spans = [span for span in where if span[0] == hit.field]
    if not spans:
        return f"{quoted(surface(document, hit))} is in the {('title', 'text')[hit.field]}"
    there = ordinals.sentence(hit.field, hit.first)
    gaps: list[int] = []
    for field, lo, hi in spans:
        first, last = ordinals.sentence(field, lo), ordinals.sentence(field, max(lo, hi - 1))
        gaps.append(there - last if there > last else min(0, there - first))
    gap = min(gaps, key=abs)
    if not gap:
        return f"{quoted(surface(document, hit))} is in the same sentence"
    return f"the nearest stands {later(gap, 'sentence')}"


def apart(one: Hit, other: Hit) -> int:
    """Tokens from the end of the one to the beginning of the other, whichever comes first."""
    return max(one.first - other.last, other.first - one.last, 0)
