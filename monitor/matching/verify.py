"""The verifier: whether a clause tree holds on a document, and by which hits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import msgspec

from monitor.lexicon.schema import WEAK_KINDS, Lexicon
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Stretch,
    Term,
    children,
)
from monitor.matching.conditions import term_leaf
from monitor.matching.document import Document, Hit
from monitor.matching.near import combine
from monitor.matching.stretches import Span, lying, paragraphs, scope, sentences, whole, windows

BUDGET = 200_000
"""Steps that verifying one rule on one article may take; a usual rule takes fewer than a hundred."""

ARTICLE_BUDGET = 1_000_000
"""Steps for all rules together, from which on each rule has no more than ``ALWAYS``."""

ALWAYS = 2_000
"""Steps that a rule has however much others took."""


class BudgetExceeded(Exception):
    """A rule takes too long on an article."""


class Found(msgspec.Struct, frozen=True):
    """A hit that supports a rule, the kind of clause it supports, and the entry meant."""

    hit: Hit
    clause: str
    entry: str = ""


Support = list[Found]


class FrameReader(Protocol):
    """Reads frames in one document."""

    def fire(
        self, frame: Frame, document: Document, where: Sequence[Span], spend: Callable[[int], None]
    ) -> Sequence[tuple[str, Hit, str]] | None:
        """Role, hit and entry of all that supports the frame, or none if it does not hold."""

    def bound(self, document: Document, hit: Hit, spend: Callable[[int], None]) -> bool:
        """Whether the hit is a word of an event with an actor or a place."""


class Verifier:
    """Answers for one document; hits and frames are found once and shared by all rules."""

    def __init__(self, document: Document, lexicon: Lexicon, frames: FrameReader) -> None:
        self._document = document
        self._lexicon = lexicon
        self._frames = frames
        self._concepts: dict[tuple[str, bool], Sequence[Hit]] = {}
        self._steps = 0
        self._spent = 0
        self._limit = BUDGET
        self.score: float | None = None
        self._whole = whole(document)

    def verify(self, clause: Clause) -> Support | None:
        """The support of ``clause`` on the whole document, in text order, or none if it does not hold.

        Afterwards ``score`` is that of the first ``score`` clause that held. Raises
        ``BudgetExceeded``.
        """
        self._steps = 0
        self._limit = max(ALWAYS, min(BUDGET, ARTICLE_BUDGET - self._spent))
        self.score = None
        try:
            support = self._holds(clause, self._whole)
        finally:
            self._spent += self._steps
        if support is None:
            return None
        unique: dict[tuple[int, int, int], Found] = {}
        for found in support:
            unique.setdefault((found.hit.field, found.hit.start, found.hit.end), found)
        return [unique[key] for key in sorted(unique)]

    @property
    def document(self) -> Document:
        """The article that is answered for."""
        return self._document

    def holds(self, clause: Clause, where: tuple[Span, ...] | None = None) -> Support | None:
        """The support of ``clause`` in these stretches (default: everywhere), or none. For explanations.

        Raises ``BudgetExceeded``.
        """
        self._steps, self._limit = 0, BUDGET
        return self._holds(clause, self._whole if where is None else where)

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > self._limit:
            raise BudgetExceeded(f"more than {self._limit} steps on one article")

    def _holds(self, clause: Clause, where: tuple[Span, ...]) -> Support | None:
        self._spend(1)
        match clause:
            case Term() | Names():
                return self._leaf(clause, where) or None
            case All():
                return self._all(clause, where)
            case Any(parts=parts):
                held = [s for s in (self._holds(part, where) for part in parts) if s is not None]
                return [one for support in held for one in support] if held else None
            case AtLeast(count=count, parts=parts):
                held = [s for s in (self._holds(part, where) for part in parts) if s is not None]
                return [one for support in held for one in support] if len(held) >= count else None
            case Mentions(count=count, of=of):
                support = self._holds(of, where)
                return support if support is not None and _count_apart(support) >= count else None
            case Score():
                return self._scored(clause, where)
            case Scope(field=field, of=of):
                return self._holds(of, scope(self._document, field, where))
            case Near():
                return self._near(clause, where)
            case Frame():
                found = self._frames.fire(clause, self._document, where, self._spend)
                return None if found is None else [Found(hit, role, entry) for role, hit, entry in found]
        raise TypeError(f"not a clause: {clause!r}")

    # --- leaves ---------------------------------------------------------------------------

    def _leaf(self, clause: Clause, where: tuple[Span, ...]) -> Support:
        if isinstance(clause, Term):
            return [
                Found(hit, "term") for hit in self._lying(self._document.spelled(term_leaf(clause)), where)
            ]
        assert isinstance(clause, Names)
        support: Support = []
        label = "concept" if clause.concept else "entity"
        for id in clause.ids:
            for hits in self._named(id, inner=clause.inner):
                support.extend([Found(hit, label, self._meant(hit, id)) for hit in self._lying(hits, where)])
        support.sort(key=lambda found: (found.hit.field, found.hit.first, found.hit.last))
        return support

    def _meant(self, hit: Hit, id: str) -> str:
        """The entry by which the hit meets ``id``: a concept may be met by a narrower one."""
        wholes = self._lexicon.wholes
        return next((form.entry for form in hit.forms if "/" not in id and id in wholes[form.entry]), id)

    def _lying(self, hits: Sequence[Hit], where: tuple[Span, ...]) -> Sequence[Hit]:
        found, looked = lying(hits, where)
        self._spend(looked)
        return found

    def _named(self, id: str, *, inner: bool) -> tuple[Sequence[Hit], ...]:
        if not inner:
            return (self._meeting(id, inner=False),)
        return (self._meeting(id, inner=False), self._meeting(id, inner=True))

    def _meeting(self, id: str, *, inner: bool) -> Sequence[Hit]:
        """Hits of the entry; a concept is named by its narrower ones too, by weak words only if bound."""
        if "/" in id:
            return self._document.named(id, inner=inner)
        known = self._concepts.get((id, inner))
        if known is None:
            members = self._lexicon.members(id)
            hits = {
                (hit.field, hit.first, hit.last): hit
                for member in members
                for hit in self._document.named(member, inner=inner)
            }
            known = self._concepts[id, inner] = [
                hits[place] for place in sorted(hits) if self._means(hits[place], members)
            ]
        return known

    def _means(self, hit: Hit, members: Collection[str]) -> bool:
        return any(
            form.entry in members and (form.kind not in WEAK_KINDS or self._bound(hit)) for form in hit.forms
        )

    def _bound(self, hit: Hit) -> bool:
        return self._frames.bound(self._document, hit, self._spend)

    # --- stretches ------------------------------------------------------------------------

    def _all(self, clause: All, where: tuple[Span, ...]) -> Support | None:
        if clause.within is None:
            return self._parts(clause, where)
        together: Support = []
        held = False
        for stretch in self._stretches(clause, clause.within, where):
            support = self._parts(clause, (stretch,))
            if support is not None:
                held = True
                together.extend(support)
        return together if held else None

    def _parts(self, clause: All, where: tuple[Span, ...]) -> Support | None:
        together: Support = []
        for part in clause.parts:
            support = self._holds(part, where)
            if support is None:
                return None
            together.extend(support)
        for part in clause.none:
            if self._holds(part, where) is not None:
                return None
        return together

    def _stretches(self, clause: All, within: Stretch, where: tuple[Span, ...]) -> Sequence[Span]:
        leaf = next((part for part in clause.parts if isinstance(part, Term | Names)), None)
        found: Sequence[Span]
        if leaf is not None and not isinstance(within, int):  # it holds nowhere else
            found = self._around(self._leaf(leaf, where), within, where)
        elif within == "sentence":
            found = list(sentences(self._document, where))
        elif isinstance(within, int):
            found = [
                window
                for paragraph in paragraphs(self._document, where)
                for window in windows(paragraph, within, self._all_hits(clause, paragraph))
            ]
        else:
            found = list(paragraphs(self._document, where))
        self._spend(len(found))
        return found

    def _around(self, support: Support, unit: Stretch, where: tuple[Span, ...]) -> Sequence[Span]:
        """The sentences or paragraphs in which the hits lie, as far as they lie in ``where``."""
        spans: dict[Span, None] = {}
        for found in support:
            hit = found.hit
            text = self._document.fields[hit.field]
            lo, hi = text.sentence(hit.first) if unit == "sentence" else text.paragraph(hit.first)
            for field, begin, end in where:
                if field == hit.field and begin <= hit.first < end and hit.last < min(hi, end):
                    spans[field, max(lo, begin), min(hi, end)] = None
        return tuple(spans)

    def _all_hits(self, clause: Clause, span: Span) -> Sequence[Hit]:
        """Hits of every leaf in the tree, negative ones too."""
        hits: list[Hit] = []
        todo: list[Clause] = [clause]
        while todo:
            at = todo.pop()
            if isinstance(at, Term | Names):
                hits.extend(found.hit for found in self._leaf(at, (span,)))
            elif isinstance(at, Frame):
                hits.extend(self._document.between(*span))  # any name may compete for a role
            todo.extend(children(at))
        return hits

    # --- counting -------------------------------------------------------------------------

    def _scored(self, clause: Score, where: tuple[Span, ...]) -> Support | None:
        before = self.score
        total = 0.0
        together: Support = []
        for weighted in clause.parts:
            support = self._holds(weighted.clause, where)
            if support is not None:
                total += weighted.weight
                if weighted.weight > 0:
                    together.extend(support)
        held = total >= clause.threshold
        self.score = total if held and before is None else before  # the outer one's, not an inner one's
        return together if held else None

    def _near(self, clause: Near, where: tuple[Span, ...]) -> Support | None:
        together: Support = []
        first = self._holds(clause.parts[0], where) or []
        for paragraph in self._around(first, "paragraph", where):
            parts = [self._holds(part, (paragraph,)) or [] for part in clause.parts]
            if not all(parts):
                continue
            self._spend(sum(map(len, parts)) << len(parts) >> 2)
            support = {(number, id(one.hit)): one for number, found in enumerate(parts) for one in found}
            hits = [[one.hit for one in found] for found in parts]
            taken = combine(hits, clause.words, ordered=clause.ordered)
            together.extend(support[number, id(hit)] for hit, number in taken)
        return together or None


def _count_apart(support: Support) -> int:
    """How many hits that share no token, taken from the left by where they end."""
    count = 0
    field, reach = -1, -1
    for hit in sorted((found.hit for found in support), key=lambda hit: (hit.field, hit.last, hit.first)):
        if hit.field != field or hit.first > reach:
            count += 1
            field, reach = hit.field, hit.last
    return count
