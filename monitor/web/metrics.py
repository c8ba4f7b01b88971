"""Metrics in Prometheus' format, fed by what runtime and services report.

An ``Observer`` and an ``Emit``; runtimes may call it from any thread. Labels have few values: stages,
topics, channels, outcomes, subscribers, events; never titles, addresses, sources or ids.
"""

from __future__ import annotations

import platform
import threading
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from monitor import __version__
from monitor.archive.state import ArchiveState
from monitor.records import Article, FeedPoll, Match, Record
from monitor.stage import Out, RunningState, Step
from monitor.web.catalogue import Described, describe, described
from monitor.web.state import Sources, StateCollector, Waiting

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_VALUES = 200  # of a label; what comes after is counted as "other"
MOST_FEEDS = 100_000
FEED_OVERDUE = timedelta(hours=1)
"""After which a feed that was due and not polled counts no more: it was removed or went elsewhere."""

# A second series with the time of its creation for each series: no one reads them.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


def _now() -> datetime:
    return datetime.now(UTC)


class Metrics:
    """All metrics of this process. ``clock`` gives the time in UTC."""

    def __init__(self, *, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._label_values: dict[str, set[str]] = {}
        self._polled: dict[str, tuple[str, datetime]] = {}  # feed -> health, when it is due again
        self._broken: set[str] = set()  # files told broken since the last load
        self._stage_records = self._counter("monitor_stage_records_total")
        self._stage_seconds = self._histogram("monitor_stage_seconds")
        self._outputs = self._counter("monitor_outputs_total")
        self._dead_letters = self._counter("monitor_dead_letters_total")
        self._published_to_seen = self._histogram("monitor_published_to_seen_seconds")
        self._seen_to_matched = self._histogram("monitor_seen_to_matched_seconds")
        self._seen_to_sent = self._histogram("monitor_seen_to_sent_seconds")
        self._published_to_sent = self._histogram("monitor_published_to_sent_seconds")
        self._attempts = self._counter("monitor_delivery_attempts_total")
        self._attempt_seconds = self._histogram("monitor_delivery_attempt_seconds")
        self._polls = self._counter("monitor_feed_polls_total")
        self._poll_seconds = self._histogram("monitor_feed_poll_seconds")
        self._new_items = self._counter("monitor_feed_new_items_total")
        self._offline = self._gauge("monitor_network_offline")
        self._rules = self._gauge("monitor_rules")
        self._subscribers = self._gauge("monitor_subscribers")
        self._feeds = self._gauge("monitor_feeds_configured")
        self._broken_files = self._gauge("monitor_rules_broken_files")
        self._loads = self._counter("monitor_rules_loads_total")
        self._last_good_load = self._gauge("monitor_rules_last_good_load_timestamp_seconds")
        self._events = self._counter("monitor_events_total")
        self._gauge("monitor_build_info").labels(__version__, platform.python_version()).set(1)
        self._sources = Sources()
        self._sources.feeds = self._feed_health
        self._registry.register(StateCollector(self._sources, clock))
        ProcessCollector(registry=self._registry)

    def ask(
        self,
        *,
        state: Callable[[], RunningState] | None = None,
        waiting: Callable[[], Mapping[str, Waiting]] | None = None,
        archive: Callable[[], ArchiveState] | None = None,
        feeds: Callable[[], Mapping[str, int]] | None = None,
    ) -> None:
        """Whom to ask at each scrape; may be told bit by bit. ``feeds`` gives counts by health; without
        it they are made of the polls that this worker has made."""
        self._sources.state = state or self._sources.state
        self._sources.waiting = waiting or self._sources.waiting
        self._sources.archive = archive or self._sources.archive
        self._sources.feeds = feeds or self._sources.feeds

    def text(self) -> bytes:
        """A scrape, as ``CONTENT_TYPE``. Call it in the event loop: the sources live there."""
        return generate_latest(self._registry)

    @staticmethod
    def describe() -> tuple[Described, ...]:
        """Every metric with its meaning."""
        return describe()

    # --- the observer ---------------------------------------------------------------------

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        """Count it, and its time."""
        self._stage_records.labels(stage).inc()
        self._stage_seconds.labels(stage).observe(seconds)

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        """Count it."""
        self._dead_letters.labels(stage).inc()

    def committed(self, outs: Sequence[Out]) -> None:
        """Count outputs by topic; take times from articles and matches."""
        now = self._clock()
        for out in outs:
            self._outputs.labels(self._bounded("topic", out.topic)).inc()
            match out.record:
                case Article(published=datetime() as published, seen=seen, backlog=False):
                    self._published_to_seen.observe(_seconds(published, seen))
                case Match(article=article) if not article.backlog:
                    self._seen_to_matched.observe(_seconds(article.seen, now))
                case FeedPoll() as poll:
                    self._poll(poll, now)

    # --- events ---------------------------------------------------------------------------

    def __call__(self, event: str, /, **fields: object) -> None:
        """Count an event, and take what it tells."""
        self._events.labels(self._bounded("event", event)).inc()
        match event:
            case "attempt":
                self._attempt(fields)
            case "offline" | "online":
                self._offline.set(event == "offline")
            case "rules-broken":
                self._rules_broken(str(fields.get("place", "")))
            case "rules-loaded" | "started":
                self._rules_loaded(fields)

    def _attempt(self, fields: Mapping[str, object]) -> None:
        channel = self._bounded("channel", str(fields.get("channel", "")))
        outcome = self._bounded("outcome", str(fields.get("outcome", "")))
        self._attempts.labels(channel, outcome).inc()
        self._attempt_seconds.labels(channel).observe(_number(fields.get("elapsed")))
        if outcome == "delivered":
            self._seen_to_sent.observe(_number(fields.get("age")))
            published = fields.get("published")
            if isinstance(published, datetime):
                self._published_to_sent.observe(_seconds(published, self._clock()))

    def _rules_broken(self, place: str) -> None:
        file, _, column = place.rpartition(":")
        file, _, line = file.rpartition(":")
        if not (line.isdecimal() and column.isdecimal()):  # the whole folder could not be read
            self._broken.clear()
            self._broken_files.set(1)
            self._loads.labels("broken").inc()
            return
        self._broken.add(file)

    def _rules_loaded(self, fields: Mapping[str, object]) -> None:
        """Comes after the ``rules-broken`` of the same load."""
        self._rules.set(_number(fields.get("rules")))
        self._subscribers.set(_number(fields.get("subscribers")))
        self._feeds.set(_number(fields.get("feeds")))
        good = not self._broken and not _number(fields.get("problems"))
        self._broken_files.set(len(self._broken))
        self._broken.clear()
        self._loads.labels("good" if good else "broken").inc()
        if good:
            self._last_good_load.set(self._clock().timestamp())

    # --- what is remembered ---------------------------------------------------------------

    def _poll(self, poll: FeedPoll, now: datetime) -> None:
        self._polls.labels(poll.health).inc()
        self._poll_seconds.observe(poll.elapsed)
        self._new_items.inc(poll.new_items)
        with self._lock:
            if poll.feed in self._polled or len(self._polled) < MOST_FEEDS:
                self._polled[poll.feed] = (poll.health, poll.next_due)

    def _feed_health(self) -> Mapping[str, int]:
        since = self._clock() - FEED_OVERDUE
        with self._lock:
            for feed in [feed for feed, (_, due) in self._polled.items() if due < since]:
                del self._polled[feed]
            return Tally(health for health, _ in self._polled.values())

    def _bounded(self, label: str, value: str) -> str:
        with self._lock:
            known = self._label_values.setdefault(label, set())
            if value in known:
                return value
            if len(known) >= MOST_VALUES:
                return "other"
            known.add(value)
            return value

    # --- from the catalogue ---------------------------------------------------------------

    def _counter(self, name: str) -> Counter:
        one = described(name)
        return Counter(name, one.meaning, one.labels, registry=self._registry)

    def _gauge(self, name: str) -> Gauge:
        one = described(name)
        return Gauge(name, one.meaning, one.labels, registry=self._registry)

    def _histogram(self, name: str) -> Histogram:
        one = described(name)
        return Histogram(name, one.meaning, one.labels, registry=self._registry, buckets=one.buckets)


def _seconds(earlier: datetime, later: datetime) -> float:
    """From one to the other; none is negative: clocks differ, and feeds announce."""
    return max(0.0, (later - earlier).total_seconds())


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
