"""The pipeline: topics, tables and stages, in the order of the picture. Read this first.

feeds ─▶ poller ─▶ raw-articles ──clean──▶ articles ──match──▶ matches ──alert──▶ deliveries ──outbox──▶ sender
inbox       │                                        commands ─────┤                  ▲           │
            └─▶ feed-polls ──feed-polls──▶ (feed-state)            └─▶ alerts         └─ attempts ┘
any stage ─▶ dead-letters
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from monitor.alerting.alert import alert_handler
from monitor.alerting.routing import Routing
from monitor.alerting.stories import StoryIndex
from monitor.cleaning import clean
from monitor.feeds.feed_polls import handle as feed_polls_handle
from monitor.matching.engine import Engine
from monitor.matching.match import match_handler
from monitor.notify.outbox import outbox_handler
from monitor.stage import Handle, Pipeline, Stage, Table, Topic

TICK = timedelta(minutes=5)
"""Between ticks, on which stages prune their tables."""

DAYS_OF_RAW, DAYS_OF_ARTICLES, DAYS = timedelta(days=3), timedelta(days=14), timedelta(days=90)

TOPICS = (
    Topic(name="feed-polls", retention=DAYS),  # key: feed
    Topic(name="raw-articles", retention=DAYS_OF_RAW),  # key: source
    Topic(name="articles", retention=DAYS_OF_ARTICLES),  # key: source
    Topic(name="matches", retention=DAYS, single=True),
    Topic(name="commands", retention=DAYS, single=True),
    Topic(name="alerts", retention=DAYS),  # key: story
    Topic(name="deliveries", retention=DAYS),  # key: subscriber
    Topic(name="attempts", retention=DAYS),  # key: subscriber
    Topic(name="dead-letters", retention=DAYS),  # key: as it was
)

TABLES = (
    Table(name="feed-state"),  # key: feed
    Table(name="source-lines"),  # key: source
    Table(name="stories", single=True),  # key: story
    Table(name="outbox"),  # key: subscriber, delivery
    Table(name="endpoints"),  # key: subscriber
)


def build(engine: Engine, routing: Routing) -> Pipeline:
    """The pipeline with these rules and this routing."""
    stories = StoryIndex()
    stages = (
        Stage(
            name="feed-polls",
            topics=("feed-polls",),
            tables=("feed-state",),
            handle=feed_polls_handle,
        ),
        Stage(
            name="clean",
            topics=("raw-articles",),
            tables=("source-lines",),
            prepare=clean.prepare,
            heavy=clean.heavy,
            handle=clean.handle,
        ),
        Stage(
            name="match",
            topics=("articles",),
            handle=match_handler(engine),
        ),
        Stage(
            name="alert",
            topics=("matches", "commands"),
            tables=("stories",),
            indexes={"stories": stories},
            handle=alert_handler(routing, stories),
            tick=TICK,
        ),
        Stage(
            name="outbox",
            topics=("deliveries", "attempts"),
            tables=("outbox", "endpoints"),
            handle=outbox_handler(),
            tick=TICK,
        ),
    )
    return Pipeline(topics=TOPICS, tables=TABLES, stages=stages, dead_letters="dead-letters")


def with_rules(engine: Engine) -> Mapping[str, Handle]:
    """The handlers to swap when rules have changed."""
    return {"match": match_handler(engine)}


def with_routing(pipeline: Pipeline, routing: Routing) -> Mapping[str, Handle]:
    """The handlers to swap when subscribers have changed; the index of stories stays."""
    alert = next(stage for stage in pipeline.stages if stage.name == "alert")
    index = alert.indexes["stories"]
    assert isinstance(index, StoryIndex)
    return {"alert": alert_handler(routing, index)}
