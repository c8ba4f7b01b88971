"""Metrics that are asked for when they are scraped: runtime, queues, archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.archive.state import ArchiveState
from monitor.stage import RunningState
from monitor.web.catalogue import described


class Waiting(Protocol):
    """What waits for a subscriber, as the sender tells it."""

    @property
    def entries(self) -> int: ...
    @property
    def oldest(self) -> datetime | None: ...
    @property
    def disabled(self) -> bool: ...
    @property
    def failures(self) -> int: ...


class Sources:
    """Whom to ask; what is none yet is left out of a scrape."""

    def __init__(self) -> None:
        self.state: Callable[[], RunningState] | None = None
        self.waiting: Callable[[], Mapping[str, Waiting]] | None = None
        self.archive: Callable[[], ArchiveState] | None = None
        self.feeds: Callable[[], Mapping[str, int]] | None = None


class StateCollector(Collector):
    """Asks ``sources`` at each scrape. ``clock`` gives the time in UTC."""

    def __init__(self, sources: Sources, clock: Callable[[], datetime]) -> None:
        self._sources = sources
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The families; the registry calls it."""
        if self._sources.state is not None:
            yield from _running(self._sources.state())
        if self._sources.waiting is not None:
            yield from _queues(self._sources.waiting(), self._clock())
        if self._sources.archive is not None:
            yield from _archive(self._sources.archive())
        if self._sources.feeds is not None:
            yield _labelled("monitor_feeds", self._sources.feeds().items())

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not ask before there is anyone to ask."""
        return ()


def _running(state: RunningState) -> Iterator[Metric]:
    yield _labelled("monitor_lag_records", state.lag.items())
    yield _gauge("monitor_ready", state.ready)
    yield _gauge("monitor_partitions", state.partitions)
    yield _gauge("monitor_partitions_stopped", len(state.stopped))


def _queues(waiting: Mapping[str, Waiting], now: datetime) -> Iterator[Metric]:
    yield _labelled("monitor_delivery_queue_entries", ((name, one.entries) for name, one in waiting.items()))
    oldest = min((one.oldest for one in waiting.values() if one.oldest is not None), default=now)
    yield _gauge("monitor_delivery_queue_oldest_seconds", max(0.0, (now - oldest).total_seconds()))
    yield _labelled("monitor_endpoint_disabled", ((name, one.disabled) for name, one in waiting.items()))
    yield _labelled("monitor_endpoint_failures", ((name, one.failures) for name, one in waiting.items()))


def _archive(state: ArchiveState) -> Iterator[Metric]:
    yield _labelled("monitor_archive_lag_records", state.lag.items())
    yield _gauge("monitor_archive_up", state.role in ("writing", "standby"))
    yield _gauge("monitor_archive_writing", state.role == "writing")
    yield _counter("monitor_archive_records_total", state.written)
    yield _counter("monitor_archive_skipped_total", state.skipped)


def _gauge(name: str, value: float) -> Metric:
    return GaugeMetricFamily(name, described(name).meaning, value=float(value))


def _counter(name: str, value: float) -> Metric:
    return CounterMetricFamily(name, described(name).meaning, value=float(value))


def _labelled(name: str, values: Iterable[tuple[str, float]]) -> Metric:
    one = described(name)
    family = GaugeMetricFamily(name, one.meaning, labels=one.labels)
    for label, value in values:
        family.add_metric([label], float(value))
    return family
