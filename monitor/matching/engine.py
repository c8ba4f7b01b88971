"""One engine for the live stage, the command line and the examples: a rule set that answers texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from monitor.matching.document import FIELDS, Document
from monitor.matching.filing.lexicon import LexiconTable
from monitor.matching.filing.plan import Plan
from monitor.matching.filing.rarity import NO_TRAFFIC, Rarity, Traffic
from monitor.matching.filing.rules import file_rules
from monitor.matching.frames import Reader
from monitor.matching.hits import document_of
from monitor.matching.kernel.choice import NAME, make_kernel
from monitor.matching.kernel.read import Kernel
from monitor.matching.names import Names
from monitor.matching.rule import Rule
from monitor.matching.ruleset import FiledRules
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


class Reading:
    """What an engine made of one article."""

    def __init__(
        self, fired: tuple[Fired, ...], suspended: tuple[Suspended, ...], document: Callable[[], Document]
    ) -> None:
        self.fired = fired
        self.suspended = suspended
        self._open = document
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        """The article with its hits, opened when it is first asked for."""
        if self._document is None:
            self._document = self._open()
        return self._document

    def sentences(self) -> tuple[EvidenceSentence, ...]:
        """The sentences in which evidence lies, in text order, each once."""
        spans: dict[tuple[int, int], None] = {}
        for one in self.fired:
            for evidence in one.evidence:
                spans[_sentence_of(self.document, evidence)] = None
        return tuple(_sentence(self.document, number, token) for number, token in sorted(spans))


class Engine:
    """An immutable rule set over a lexicon. Safe to share between threads.

    ``changed`` makes another one of it, in which some rules are new or gone, in a few milliseconds.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        table: LexiconTable,
        *,
        traffic: Traffic = NO_TRAFFIC,
        kernel: str = NAME,
        watched: bool = True,
    ) -> None:
        """``table`` is the lexicon with its patterns (``file_lexicon``). ``traffic`` tells what is rare in
        the articles to come. ``kernel`` is one of ``make_kernel``; without ``watched`` every rule is looked
        at on every article. Neither changes what fires."""
        rarity = Rarity(table, traffic)
        base = file_rules([rule.clause for rule in rules], table, rarity, table.leaf_count)
        plan = Plan(table, base)
        self._take(FiledRules(plan, tuple(rules)), rarity, make_kernel(plan, kernel), watched)

    def _take(self, filed: FiledRules, rarity: Rarity, kernel: Kernel, watched: bool) -> None:
        self.table = filed.plan.table
        self.lexicon = self.table.lexicon
        self._filed = filed
        self._rarity = rarity
        self._watched = watched
        self._kernel = kernel
        self._names = Names(filed.plan)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in their order."""
        return self._filed.rules

    @property
    def edits(self) -> int:
        """Rules that were added, replaced or taken away since the whole set was filed."""
        return self._filed.edits

    def changed(self, rules: Sequence[Rule]) -> Engine:
        """The engine of these rules over the same lexicon; only what is new is filed.

        It costs what the number of ``edits`` costs: file the set anew (``Engine``) when they are many.
        """
        filed = self._filed.changed(tuple(rules), self._rarity)
        engine = Engine.__new__(Engine)
        engine._take(filed, self._rarity, self._kernel.over(filed.plan), self._watched)
        return engine

    def traffic(self) -> Traffic:
        """What was counted in the articles read so far."""
        return self._filed.traffic(*self._kernel.counts())

    def read(
        self,
        title: str,
        text: str,
        language: str,
        *,
        source: Source = NO_SOURCE,
        published: datetime | None = None,
        seen: datetime | None = None,
        url: str = "",
    ) -> Reading:
        """All rules that fire on an article. ``language`` is ISO 639-1, empty if unknown."""
        if self._watched:
            read = self._kernel.candidates(title, text, language)
            numbers: Iterable[int] = () if read is None else self._filed.in_order(read.rules)
        else:
            read = self._kernel.read(title, text, language)
            numbers = self._filed.in_order(range(self._filed.numbers))
        if read is None:
            return Reading((), (), lambda: self.open(title, text, language))
        document = document_of(read, language, self._names)
        fired: list[Fired] = []
        suspended: list[Suspended] = []
        verifier: Verifier | None = None
        for number in numbers:
            rule = self._filed.rule(number)
            refused = rule.where.refuses(
                language=language,
                source=source,
                published=published,
                seen=seen,
                length=len(text),
                url=url,
            )
            if refused:
                continue
            if verifier is None:
                verifier = self._verifier(document)
            try:
                support = verifier.verify(rule.clause)
            except BudgetExceeded as error:
                suspended.append(Suspended(rule.id, str(error)))
                continue
            if support is not None:
                evidence = tuple([self._evidence(document, found) for found in support])
                fired.append(Fired(rule, evidence, verifier.score))
        return Reading(tuple(fired), tuple(suspended), lambda: document)

    def candidates(self, title: str, text: str, language: str) -> int:
        """How many rules are verified on the article."""
        read = self._kernel.candidates(title, text, language)
        return 0 if read is None else len(set(read.rules))

    def examine(self, title: str, text: str, language: str) -> Verifier:
        """What answers for single clauses on a text: for explanations, not for the live stage."""
        return self._verifier(self.open(title, text, language))

    def open(self, title: str, text: str, language: str) -> Document:
        """The document with every hit that counts in it."""
        return document_of(self._kernel.read(title, text, language), language, self._names)

    def _verifier(self, document: Document) -> Verifier:
        return Verifier(document, self.lexicon, Reader(self.lexicon, self._filed.extra))

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
