"""The match stage: an article in, a match out if any rule fires."""

from __future__ import annotations

from datetime import datetime

from monitor.matching.engine import Engine, Fired
from monitor.records import Article, FiredRule, Match, MatchedArticle, Record
from monitor.stage import Handle, Out, State, Step

KEY = b"all"  # matches and commands have one partition
MOST_EVIDENCE = 200  # of one rule on one article; the rest is counted by nobody


def match_handler(engine: Engine) -> Handle:
    """The handler over this rule set."""

    def handle(record: Record, state: State, now: datetime) -> Step:
        if not isinstance(record, Article):
            return Step()
        match = match_article(engine, record)
        return Step() if match is None else Step(outputs=(Out("matches", KEY, match),))

    return handle


def match_article(engine: Engine, article: Article) -> Match | None:
    """What fires on the article, or none."""
    reading = engine.read(
        article.title,
        article.text,
        article.language,
        source=article.source,
        published=article.published,
        seen=article.seen,
    )
    fired = tuple(_fired(one) for one in reading.fired if one.rule.status != "draft")
    if not fired:
        return None
    matched = MatchedArticle(
        id=article.id,
        title=article.title,
        url=article.canonical_url or article.url,
        source=article.source,
        language=article.language,
        seen=article.seen,
        published=article.published,
        backlog=article.backlog,
        sketch=article.sketch,
        sentences=reading.sentences(),
    )
    return Match(article=matched, rules=fired)


def _fired(one: Fired) -> FiredRule:
    rule = one.rule
    return FiredRule(
        id=rule.id,
        version=rule.version,
        title=rule.title,
        status=rule.status,
        severity=rule.severity,
        evidence=one.evidence[:MOST_EVIDENCE],
        tags=rule.tags,
        again=rule.again,
        expires=rule.expires,
        subscribers=rule.subscribers,
        score=one.score,
    )
