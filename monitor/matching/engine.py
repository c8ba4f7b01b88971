"""One engine for the live stage, the command line and the examples: a rule set that answers texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from monitor.matching import kernel_py
from monitor.matching.clauses import Frame, children
from monitor.matching.document import FIELDS, Document, Hit
from monitor.matching.frames import Reader
from monitor.matching.hits import settle
from monitor.matching.plan import Leaf, LexiconTable, Plan, build
from monitor.matching.rule import Rule
from monitor.matching.text import segment
from monitor.matching.verify import BudgetExceeded, Found, Verifier
from monitor.records import Evidence, EvidenceSentence, Source

NO_SOURCE = Source(id="")


class Fired(msgspec.Struct, frozen=True):
    """A rule that fired on an article, with its evidence in text order."""

    rule: Rule
    evidence: tuple[Evidence, ...]
    score: float | None


class Suspended(msgspec.Struct, frozen=True):
    """A rule that was given up on an article, and why."""

    rule: str
    reason: str


class Reading(msgspec.Struct, frozen=True):
    """What an engine made of one article."""

    document: Document
    fired: tuple[Fired, ...]
    suspended: tuple[Suspended, ...] = ()

    def sentences(self) -> tuple[EvidenceSentence, ...]:
        """The sentences in which evidence lies, in text order, each once."""
        spans: dict[tuple[int, int], None] = {}
        for one in self.fired:
            for evidence in one.evidence:
                spans[_sentence_of(self.document, evidence)] = None
        return tuple(_sentence(self.document, number, token) for number, token in sorted(spans))


class Engine:
    """An immutable rule set over a lexicon. Safe to share between threads."""

    def __init__(self, rules: Sequence[Rule], table: LexiconTable) -> None:
        """``table`` is the lexicon with its patterns (``file_lexicon``)."""
        self.rules = tuple(rules)
        self.table = table
        self.lexicon = table.lexicon
        self.plan: Plan = build(self.table, [rule.clause for rule in self.rules])
        self._extra = frozenset(id for rule in self.rules for id in _role_concepts(rule))

    def read(
        self,
        title: str,
        text: str,
        language: str,
        *,
        source: Source = NO_SOURCE,
        published: datetime | None = None,
        seen: datetime | None = None,
    ) -> Reading:
        """All rules that fire on an article. ``language`` is ISO 639-1, empty if unknown."""
        document, terms = self.hits(title, text, language)
        present = self._present(document, terms)
        fired: list[Fired] = []
        suspended: list[Suspended] = []
        verifier: Verifier | None = None
        for number in self._candidates(present):
            rule = self.rules[number]
            refused = rule.where.refuses(
                language=language, source=source, published=published, seen=seen, length=len(text)
            )
            if refused:
                continue
            if verifier is None:
                verifier = Verifier(document, terms, self.lexicon, Reader(self.lexicon, self._extra))
            try:
                support = verifier.verify(rule.clause)
            except BudgetExceeded as error:
                suspended.append(Suspended(rule.id, str(error)))
                continue
            if support is not None:
                evidence = tuple(self._evidence(document, found) for found in support)
                fired.append(Fired(rule, evidence, verifier.score))
        return Reading(document, tuple(fired), tuple(suspended))

    def examine(self, title: str, text: str, language: str) -> Verifier:
        """What answers for single clauses on a text: for explanations, not for the live stage."""
        document, terms = self.hits(title, text, language)
        return Verifier(document, terms, self.lexicon, Reader(self.lexicon, self._extra))

    def hits(self, title: str, text: str, language: str) -> tuple[Document, Mapping[Leaf, Sequence[Hit]]]:
        """The document with every hit that counts in it, and the hits of plain terms."""
        fields = (segment(title, language), segment(text, language))
        found = (kernel_py.scan(self.plan, fields[0]), kernel_py.scan(self.plan, fields[1]))
        return settle(fields, found, language)

    def _present(self, document: Document, terms: Mapping[Leaf, Sequence[Hit]]) -> set[Leaf]:
        """Every leaf that the article may fulfil: terms, entries and all that they are part of."""
        present: set[Leaf] = set(terms)
        wholes = self.lexicon.wholes
        for hits in (*document.hits, *document.inner):
            for hit in hits:
                for form in hit.forms:
                    if form.entry not in present:
                        present |= wholes[form.entry]
        return present

    def _candidates(self, present: set[Leaf]) -> list[int]:
        watch, needs = self.plan.watch, self.plan.needs
        numbers = {number for leaf in present & watch.keys() for number in watch[leaf]}
        numbers.update(self.plan.always)
        return sorted(
            number for number in numbers if all(not present.isdisjoint(need) for need in needs[number][1:])
        )

    def _evidence(self, document: Document, found: Found) -> Evidence:
        hit = found.hit
        raw = document.fields[hit.field].raw
        return Evidence(
            field=FIELDS[hit.field],
            start=hit.start,
            end=hit.end,
            text=raw[hit.start : hit.end],
            clause=found.clause,
            entry=found.entry,
            gloss=self.lexicon.gloss(found.entry) if found.entry else "",
        )


def _role_concepts(rule: Rule) -> set[str]:
    """Concepts that the rule's frames name in a role other than the event."""
    found: set[str] = set()
    todo = [rule.clause]
    while todo:
        clause = todo.pop()
        if isinstance(clause, Frame):
            found.update(id for id in (*clause.actor, *clause.place, *clause.target) if "/" not in id)
        todo.extend(children(clause))
    return found


def _sentence_of(document: Document, evidence: Evidence) -> tuple[int, int]:
    number = FIELDS.index(evidence.field)
    text = document.fields[number]
    token = max(0, _token_at(text.starts, evidence.start))
    return number, text.sentence(token)[0]


def _token_at(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset) - 1


def _sentence(document: Document, number: int, first: int) -> EvidenceSentence:
    """From the sentence's first token to the last character before the next one's."""
    text = document.fields[number]
    _, end = text.sentence(first)
    start = 0 if first == 0 else _begin(text.raw, text.ends[first - 1], text.starts[first])
    stop = len(text.raw) if end >= len(text.folds) else _begin(text.raw, text.ends[end - 1], text.starts[end])
    sentence = text.raw[start:stop]
    stop = start + len(sentence.rstrip())
    start += len(sentence) - len(sentence.lstrip())
    return EvidenceSentence(field=FIELDS[number], start=start, end=stop, text=text.raw[start:stop])


def _begin(raw: str, after: int, token: int) -> int:
    """Where a sentence begins whose first token is at ``token``: with its opening quotes and brackets."""
    at = token
    while at > after and not raw[at - 1].isspace():
        at -= 1
    if at == after:
        return token
    return at
