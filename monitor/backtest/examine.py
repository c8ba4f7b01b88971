"""Rules over articles, a few at a time: the part of a backtest that runs in every process. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Generic, TypeVar

import msgspec

from monitor.alerting.notice import Notice
from monitor.backtest.findings import Findings, Fire, Shown, Taken
from monitor.located import InvalidFile, Problem
from monitor.matching.engine import Engine
from monitor.matching.match import match_article
from monitor.matching.rule import Rule
from monitor.notify.compose import Limits, message_of
from monitor.records import FiredRule, Match

T = TypeVar("T")

LIMITS = Limits(sentences=3, characters=400, rules=1, evidence=20, text=0)
"""How much of a fire is shown."""


def evaluated(rules: Sequence[Rule], tested: frozenset[str]) -> list[Rule]:
    """The rules that run live, and those under test even if they are drafts."""
    found = []
    for rule in rules:
        if rule.status != "draft":
            found.append(rule)
        elif rule.id in tested:
            found.append(msgspec.structs.replace(rule, status="shadow"))
    return found


class Examiner(Generic[T]):
    """Finds out which rules fire on articles, by the function that answers for live ones.

    ``take`` makes an article of whatever a source hands out; it may raise ``InvalidFile``.
    ``then`` are the rules before a change; ``tested`` has their ids there by their ids now.
    """

    def __init__(
        self,
        now: Engine,
        tested: Mapping[str, str],
        take: Callable[[T], Taken],
        *,
        then: Engine | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        self._now = now
        self._then = then
        self._tested = dict(tested)
        self._take = take
        self._since = since
        self._until = until

    def __call__(self, items: Sequence[T]) -> Findings:
        """What comes of these articles."""
        days: Counter[date | None] = Counter()
        totals: Counter[str] = Counter()
        suspended: Counter[str] = Counter()
        problems: list[Problem] = []
        fires: list[Fire] = []
        outside = 0
        for item in items:
            try:
                taken = self._take(item)
            except InvalidFile as error:
                problems.extend(error.problems)
                continue
            at = taken.at.astimezone(UTC) if taken.at is not None else None
            if not self._is_between(at):
                outside += 1
                continue
            days[at.date() if at is not None else None] += 1
            now, given_up = match_article(self._now, taken.article)
            suspended.update(one.rule for one in given_up if one.rule in self._tested)
            then = match_article(self._then, taken.article)[0] if self._then is not None else None
            if now is not None:
                totals.update(rule.id for rule in now.rules)
            fires.extend(self._fires(at, now, then))
        return Findings(
            articles=days.total(),
            outside=outside,
            days=dict(days),
            fires=tuple(fires),
            totals=dict(totals),
            suspended=dict(suspended),
            problems=tuple(problems),
        )

    def warm_up(self) -> None:
        """Let the engines load what they load when they first read, before processes share them."""
        for engine in (self._now, self._then):
            if engine is not None:
                engine.read("A title.", "A text in which nothing happens.", "en")

    def _is_between(self, at: datetime | None) -> bool:
        """An unknown time passes."""
        if at is None:
            return True
        return (self._since is None or at >= self._since) and (self._until is None or at < self._until)

    def _fires(self, at: datetime | None, now: Match | None, then: Match | None) -> list[Fire]:
        ours = {rule.id: rule for rule in now.rules} if now is not None else {}
        theirs = {rule.id: rule for rule in then.rules} if then is not None else {}
        found = []
        for id, older in self._tested.items():
            fired, before = ours.get(id), theirs.get(older)
            if fired is None and before is None:
                continue
            found.append(
                Fire(
                    rule=id,
                    now=shown(now, fired, at) if now is not None and fired is not None else None,
                    then=shown(then, before, at) if then is not None and before is not None else None,
                    others=tuple(other for other in ours if other != id),
                )
            )
        return found


def shown(match: Match, fired: FiredRule, at: datetime | None) -> Shown:
    """An article and the evidence of one of its rules, as an alert would show them."""
    article = match.article
    sentences = tuple(
        one
        for one in article.sentences
        if any(
            proof.field == one.field and one.start <= proof.start < one.end
            for proof in fired.evidence
        )
    )  # fmt: skip
    message = message_of(
        Notice(
            id="",
            subscriber="",
            story="",
            revision=0,
            severity=fired.severity,
            title=article.title,
            seen=article.seen,
            article=msgspec.structs.replace(article, sentences=sentences),
            rules=(fired,),
        ),
        LIMITS,
    )
    return Shown(
        article=message.article,
        url=message.link,
        source=article.source.id,
        language=article.language,
        at=at,
        title=message.title,
        direction=message.direction,
        headline=message.headline,
        sentences=message.sentences,
        reasons=message.rules[0].reasons,
        score=fired.score,
    )
