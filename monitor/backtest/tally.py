"""From findings to what is reported of a rule: counts, examples, overlap, what changed. Pure.

Findings come in the articles' order, so the report is the same however many processes found them.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec

from monitor.backtest.findings import Findings, Fire, Shown

MOST_CHANGES = 10_000  # articles gained or lost that are listed; all are counted
MOST_NAMES = 20  # languages and sources that are listed


class Overlap(msgspec.Struct, frozen=True):
    """Another rule that fires on the same articles; shares are from 0 to 1."""

    rule: str
    both: int
    of_this: float  # share of the tested rule's fires
    of_other: float  # share of the other rule's fires


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of the rule does: fires before it, and the articles that come and go with it."""

    before: int
    after: int
    both: int
    gained: int
    lost: int
    gained_articles: tuple[Shown, ...]
    lost_articles: tuple[Shown, ...]


class RuleFindings(msgspec.Struct, frozen=True, kw_only=True):
    """All that is found of one rule. The first of ``days`` may have no date: those of unknown days."""

    rule: str
    fires: int
    days: dict[date | None, int]  # fires
    languages: dict[str, int]
    sources: dict[str, int]
    examples: tuple[Shown, ...]
    overlap: tuple[Overlap, ...]
    suspended: int  # articles on which it was given up
    difference: Difference | None


class _OfRule:
    def __init__(self, examples: int) -> None:
        self.fires = 0
        self.days: Counter[date | None] = Counter()
        self.languages: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.suspended = 0
        self.sample = _Sample(examples)
        self.before = 0
        self.counts: Counter[str] = Counter()
        self.gained: list[Shown] = []
        self.lost: list[Shown] = []


class Tally:
    """Adds findings up for the rules under test; memory does not grow with the articles."""

    def __init__(self, tested: Iterable[str], *, examples: int, compared: Iterable[str] = ()) -> None:
        """``compared`` are the rules of which there is an older version."""
        self._rules = {rule: _OfRule(examples) for rule in tested}
        self._compared = frozenset(compared)
        self.articles = 0
        self.outside = 0
        self.unread = 0
        self.days: Counter[date | None] = Counter()
        self.totals: Counter[str] = Counter()

    def add(self, findings: Findings) -> None:
        """Count these in."""
        self.articles += findings.articles
        self.outside += findings.outside
        self.unread += len(findings.problems)
        self.days.update(findings.days)
        self.totals.update(findings.totals)
        for rule, count in findings.suspended.items():
            self._rules[rule].suspended += count
        for fire in findings.fires:
            self._add(fire)

    def of(self, rule: str) -> RuleFindings:
        """What was found of a rule so far."""
        own = self._rules[rule]
        overlap = [
            Overlap(other, both, both / own.fires, both / self.totals[other])
            for other, both in sorted(own.others.items(), key=lambda item: (-item[1], item[0]))
        ]
        difference = None
        if rule in self._compared:
            difference = Difference(
                before=own.before,
                after=own.fires,
                both=own.counts["both"],
                gained=own.counts["gained"],
                lost=own.counts["lost"],
                gained_articles=tuple(own.gained),
                lost_articles=tuple(own.lost),
            )
        return RuleFindings(
            rule=rule,
            fires=own.fires,
            days=_in_order(own.days),
            languages=_most(own.languages),
            sources=_most(own.sources),
            examples=own.sample.chosen(),
            overlap=tuple(overlap),
            suspended=own.suspended,
            difference=difference,
        )

    def _add(self, fire: Fire) -> None:
        own = self._rules[fire.rule]
        now, then = fire.now, fire.then
        if now is not None:
            own.fires += 1
            own.days[None if now.at is None else now.at.date()] += 1
            own.languages[now.language] += 1
            own.sources[now.source] += 1
            own.others.update(fire.others)
            own.sample.add(now)
        if fire.rule not in self._compared:
            return
        own.before += then is not None
        if now is not None and then is not None:
            own.counts["both"] += 1
        elif now is not None:
            own.counts["gained"] += 1
            _keep(own.gained, now)
        elif then is not None:
            own.counts["lost"] += 1
            _keep(own.lost, then)


class _Sample:
    """Some of many, evenly drawn and always the same ones: those whose titles have the smallest hashes.

    Copies of a story that share their title count once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[int, int, Shown]] = []  # the largest hash first
        self._in: set[int] = set()
        self._count = 0

    def add(self, one: Shown) -> None:
        title = " ".join(one.title.split()).casefold() or one.article
        digest = hashlib.blake2b(title.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        weight = int.from_bytes(digest, "big")
        if weight in self._in:
            return
        self._count += 1
        heapq.heappush(self._heap, (-weight, -self._count, one))
        if len(self._heap) > self._most:
            heapq.heappop(self._heap)  # the heaviest: should its like come again, it goes again
        self._in = {-heaviest for heaviest, _, _ in self._heap}

    def chosen(self) -> tuple[Shown, ...]:
        """In the order in which they came."""
        return tuple(one for _, _, one in sorted(self._heap, key=lambda entry: -entry[1]))


def _keep(kept: list[Shown], one: Shown) -> None:
    if len(kept) < MOST_CHANGES:
        kept.append(one)


def _most(counts: Counter[str]) -> dict[str, int]:
    """The most frequent ones; of equal ones the first by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMES])


def _in_order(days: Counter[date | None]) -> dict[date | None, int]:
    return dict(sorted(days.items(), key=lambda item: (item[0] is not None, item[0] or date.min)))
