"""The match stage: an article in, a match out if any rule fires."""

from __future__ import annotations

import hashlib
from datetime import datetime

from monitor.matching.engine import Engine, Fired, Suspended
from monitor.records import Article, DeadLetter, FiredRule, Match, MatchedArticle, Record, encode
from monitor.stage import Handle, Out, State, Step

KEY = b"all"  # matches and commands have one partition
MOST_EVIDENCE = 200  # of one rule on one article; the rest is counted by nobody


def match_handler(engine: Engine) -> Handle:
    """The handler over this rule set."""

    def handle(record: Record, state: State, now: datetime) -> Step:
        if not isinstance(record, Article):
            return Step()
        match, suspended = match_article(engine, record)
        outputs = [] if match is None else [Out("matches", KEY, match)]
        outputs.extend(_given_up(record, one) for one in suspended)
        return Step(outputs=outputs)

    return handle


def match_article(engine: Engine, article: Article) -> tuple[Match | None, tuple[Suspended, ...]]:
    """What fires on the article, or none; and the rules that were given up on it."""
    reading = engine.read(
        article.title,
        article.text,
        article.language,
        source=article.source,
        published=article.published,
        seen=article.seen,
        url=article.canonical_url or article.url,
    )
    fired = tuple(_fired(one) for one in reading.fired if one.rule.status != "draft")
    if not fired:
        return None, reading.suspended
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
    return Match(article=matched, rules=fired), reading.suspended


def _given_up(article: Article, suspended: Suspended) -> Out:
    """A rule that took too long on an article is named with it; the other rules' match goes on."""
    key = article.source.id.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(f"{suspended.rule}\0{article.id}".encode()).hexdigest()[:24]
    letter = DeadLetter(
        id=digest,
        topic="articles",
        key=key,
        value=encode(article),
        stage="match",
        error="BudgetExceeded",
        message=f"rule {suspended.rule} was given up on this article: {suspended.reason}",
        at=article.seen,
        place=f"rule {suspended.rule}",
    )
    return Out("dead-letters", key, letter)


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
