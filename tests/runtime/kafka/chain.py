"""A small pipeline with tables, for tests: raw-articles → articles → matches → alerts and stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.records import (
    Alert,
    Article,
    FeedItem,
    Match,
    MatchedArticle,
    RawArticle,
    Record,
    Source,
    SourceLines,
    Story,
    Tick,
)
from monitor.stage import Out, Pipeline, Put, Stage, State, Step, Table, Topic

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def raw(id: str, source: str = "s", text: str = "") -> Out:
    """An article for the beginning of the chain."""
    item = FeedItem(title=id, content=text)
    return Out(
        "raw-articles", source.encode(), RawArticle(id=id, source=Source(id=source), item=item, seen=NOW)
    )


def clean(record: Record, state: State, now: datetime) -> Step:
    """Raises for an article called ``bad…``; keeps the ids of a source's last 50 pages."""
    if isinstance(record, Tick):
        return Step()
    assert isinstance(record, RawArticle)
    if record.id.startswith("bad"):
        raise ValueError(f"{record.id} cannot be cleaned")
    key = record.source.id.encode()
    known = state.get("source-lines", key)
    lines = dict(known.lines) if isinstance(known, SourceLines) else {}
    lines[record.id] = 1
    article = Article(
        id=record.id, source=record.source, url="", canonical_url="", title=record.id,
        text=record.item.content, language="en", seen=record.seen,
    )  # fmt: skip
    row = SourceLines(lines=dict(list(lines.items())[-50:]), pages=len(lines))
    return Step([Out("articles", key, article)], [Put("source-lines", key, row)])


def match(record: Record, state: State, now: datetime) -> Step:
    assert isinstance(record, Article)
    matched = MatchedArticle(
        id=record.id, title=record.title, url="", source=record.source, language="en", seen=record.seen
    )
    return Step([Out("matches", record.id.encode(), Match(article=matched, rules=()))])


def alert(record: Record, state: State, now: datetime) -> Step:
    """One story, and one alert, for each article id, however often it comes."""
    assert isinstance(record, Match)
    article = record.article
    key = article.id.encode()
    if state.get("stories", key) is not None:
        return Step()
    notice = Alert(
        story=article.id, revision=1, article=article, rules=(), routed=(), articles=1, sources=(),
        languages=(), seen=article.seen,
    )  # fmt: skip
    story = Story(id=article.id, title=article.title, seen=article.seen, sketch=(), title_key="")
    return Step([Out("alerts", key, notice)], [Put("stories", key, story)])


CLEAN = Stage(name="clean", topics=("raw-articles",), tables=("source-lines",), handle=clean)
MATCH = Stage(name="match", topics=("articles",), handle=match)
ALERT = Stage(name="alert", topics=("matches",), tables=("stories",), handle=alert)


def pipeline(*stages: Stage) -> Pipeline:
    """The chain, or with other stages over the same topics and tables."""
    week = timedelta(days=7)
    return Pipeline(
        topics=(
            Topic(name="raw-articles", retention=timedelta(days=3)),
            Topic(name="articles", retention=week),
            Topic(name="matches", retention=week, single=True),
            Topic(name="alerts", retention=week),
            Topic(name="dead-letters", retention=week),
        ),
        tables=(Table(name="source-lines"), Table(name="stories", single=True)),
        stages=stages or (CLEAN, MATCH, ALERT),
        dead_letters="dead-letters",
    )
