"""What is reported shows up in a scrape, under the names that are documented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.archive.state import ArchiveState
from monitor.notify.due import Waiting
from monitor.records import (
    Article,
    FeedPoll,
    Health,
    Match,
    MatchedArticle,
    Record,
    Source,
    Tick,
)
from monitor.stage import Observer, Out, RunningState, Step
from monitor.web.catalogue import table
from monitor.web.metrics import MOST_VALUES, Metrics

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
SOURCE = Source(id="example")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics(clock: Clock) -> Metrics:
    return Metrics(clock=clock)


def scrape(metrics: Metrics) -> dict[str, float]:
    """Samples by name and labels: ``name{label=value,…}``."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def commit(metrics: Metrics, topic: str, *records: Record) -> None:
    metrics.committed([Out(topic, b"k", record) for record in records])


def article(published: datetime | None, *, backlog: bool = False) -> Article:
    return Article(
        id="a", source=SOURCE, url="", canonical_url="", title="", text="", language="en", seen=NOW,
        published=published, backlog=backlog,
    )  # fmt: skip


def poll(feed: str, health: Health, *, due: datetime = NOW, new: int = 0) -> FeedPoll:
    return FeedPoll(feed=feed, at=NOW, next_due=due, interval=600, health=health, new_items=new, elapsed=0.2)


def populated(metrics: Metrics) -> Metrics:
    """With something in every metric."""
    metrics.handled("clean", Tick(at=NOW), Step(), 0.002)
    metrics.dead_lettered("clean", "RecordError", "…")
    commit(metrics, "articles", article(NOW - timedelta(minutes=5)))
    commit(metrics, "feed-polls", poll("f", "ok", new=2))
    matched = MatchedArticle(id="a", title="", url="", source=SOURCE, language="en", seen=NOW)
    commit(metrics, "matches", Match(article=matched, rules=()))
    metrics("attempt", channel="webhook", outcome="delivered", delivery="d", elapsed=0.1, age=0.5)
    metrics("rules-loaded", rules=3, subscribers=2, feeds=1, problems=0)
    metrics.ask(
        state=lambda: RunningState(
            ready=True, lag={"clean": 7}, partitions=4, stopped={"match/articles": "v"}
        ),
        waiting=lambda: {"desk": Waiting(3, NOW - timedelta(seconds=90), True, 5, None)},
        archive=lambda: ArchiveState(role="writing", lag={"alerts": 2}, written=9, skipped=1),
    )
    return metrics


def test_is_an_observer(metrics: Metrics) -> None:
    observer: Observer = metrics
    observer.handled("clean", Tick(at=NOW), Step(), 0.002)
    observer.handled("clean", Tick(at=NOW), Step(), 0.004)
    observer.dead_lettered("match", "ValueError", "secret title")
    found = scrape(metrics)
    assert found["monitor_stage_records_total{stage=clean}"] == 2
    assert found["monitor_stage_seconds_sum{stage=clean}"] == pytest.approx(0.006)
    assert found["monitor_dead_letters_total{stage=match}"] == 1
    assert "secret" not in metrics.text().decode()


def test_every_metric_is_described_and_every_description_exported(metrics: Metrics) -> None:
    families = {
        (family.name, family.type): family
        for family in text_string_to_metric_families(populated(metrics).text().decode())
    }
    exported = {(f"{name}_total" if kind == "counter" else name, kind) for name, kind in families}
    assert exported == {(one.name, one.kind) for one in metrics.describe()}
    for one in metrics.describe():
        family = families[(one.name.removesuffix("_total") if one.kind == "counter" else one.name, one.kind)]
        assert family.samples, one.name
        assert set(family.samples[0].labels) - {"le"} == set(one.labels), one.name
        if one.name.startswith("monitor_"):
            assert family.documentation == one.meaning


def test_the_table_for_the_docs_has_a_line_for_each(metrics: Metrics) -> None:
    lines = table().splitlines()
    assert len(lines) == 2 + len(metrics.describe())
    assert all(line.count(" | ") == 3 for line in lines if "---" not in line)


def test_outputs_are_counted_by_topic_and_give_latencies(metrics: Metrics, clock: Clock) -> None:
    commit(metrics, "articles", article(NOW - timedelta(seconds=90)), article(None))
    commit(metrics, "articles", article(NOW - timedelta(days=30), backlog=True))
    commit(metrics, "articles", article(NOW + timedelta(hours=1)))  # a feed that announces
    clock.now = NOW + timedelta(seconds=2)
    matched = MatchedArticle(id="a", title="", url="", source=SOURCE, language="en", seen=NOW)
    commit(metrics, "matches", Match(article=matched, rules=()))
    found = scrape(metrics)
    assert found["monitor_outputs_total{topic=articles}"] == 4
    assert found["monitor_published_to_seen_seconds_count"] == 2
    assert found["monitor_published_to_seen_seconds_sum"] == 90
    assert found["monitor_seen_to_matched_seconds_sum"] == 2


def test_attempts_by_channel_and_outcome_and_the_way_to_the_reader(metrics: Metrics, clock: Clock) -> None:
    published = NOW - timedelta(seconds=60)
    clock.now = NOW + timedelta(seconds=6)
    metrics("attempt", channel="webhook", outcome="retry", elapsed=1.0, age=1.0, published=published)
    metrics("attempt", channel="webhook", outcome="delivered", elapsed=0.5, age=6.0, published=published)
    metrics("attempt", channel="email", outcome="delivered", elapsed=0.5, age=6.0, published=None)
    found = scrape(metrics)
    assert found["monitor_delivery_attempts_total{channel=webhook,outcome=retry}"] == 1
    assert found["monitor_delivery_attempts_total{channel=webhook,outcome=delivered}"] == 1
    assert found["monitor_delivery_attempt_seconds_sum{channel=webhook}"] == 1.5
    assert found["monitor_seen_to_sent_seconds_count"] == 2
    assert found["monitor_seen_to_sent_seconds_sum"] == 12
    assert found["monitor_published_to_sent_seconds_count"] == 1
    assert found["monitor_published_to_sent_seconds_sum"] == 66


def test_feeds_count_by_their_last_poll_until_they_are_overdue(metrics: Metrics, clock: Clock) -> None:
    soon, later = NOW + timedelta(minutes=10), NOW + timedelta(days=1)
    commit(metrics, "feed-polls", poll("a", "ok", due=soon, new=3), poll("b", "failing", due=later))
    commit(metrics, "feed-polls", poll("a", "unchanged", due=soon))
    found = scrape(metrics)
    assert found["monitor_feeds{health=unchanged}"] == 1
    assert found["monitor_feeds{health=failing}"] == 1
    assert "monitor_feeds{health=ok}" not in found
    assert found["monitor_feed_polls_total{health=ok}"] == 1
    assert found["monitor_feed_new_items_total"] == 3
    clock.now = NOW + timedelta(hours=2)
    assert "monitor_feeds{health=unchanged}" not in scrape(metrics)
    assert scrape(metrics)["monitor_feeds{health=failing}"] == 1


def test_broken_files_are_counted_until_they_are_mended(metrics: Metrics, clock: Clock) -> None:
    metrics("started", rules=5, feeds=40, subscribers=2)
    good = NOW.timestamp()
    clock.now = NOW + timedelta(minutes=1)
    metrics("rules-broken", place="rules/watch/a.yaml:3:1", problem="…")
    metrics("rules-broken", place="rules/watch/a.yaml:9:4", problem="…")
    metrics("rules-broken", place="rules/feeds.yaml:1:1", problem="…")
    metrics("rules-loaded", rules=5, subscribers=2, feeds=40, problems=3)
    found = scrape(metrics)
    assert found["monitor_rules_broken_files"] == 2
    assert found["monitor_rules_last_good_load_timestamp_seconds"] == good
    metrics("rules-broken", place="rules", problem="permission denied")
    assert scrape(metrics)["monitor_rules_broken_files"] == 1
    metrics("rules-loaded", rules=6, subscribers=2, feeds=41, problems=0)
    found = scrape(metrics)
    assert found["monitor_rules_broken_files"] == 0
    assert found["monitor_rules_last_good_load_timestamp_seconds"] == clock.now.timestamp()
    assert (found["monitor_rules"], found["monitor_feeds_configured"]) == (6, 41)
    assert found["monitor_rules_loads_total{result=good}"] == 2
    assert found["monitor_rules_loads_total{result=broken}"] == 2


def test_state_is_asked_for_when_scraped(metrics: Metrics) -> None:
    assert "monitor_ready" not in scrape(metrics)
    found = scrape(populated(metrics))
    assert found["monitor_lag_records{stage=clean}"] == 7
    assert (found["monitor_ready"], found["monitor_partitions"], found["monitor_partitions_stopped"]) == (
        1,
        4,
        1,
    )
    assert found["monitor_delivery_queue_entries{subscriber=desk}"] == 3
    assert found["monitor_delivery_queue_oldest_seconds"] == 90
    assert found["monitor_endpoint_disabled{subscriber=desk}"] == 1
    assert found["monitor_endpoint_failures{subscriber=desk}"] == 5
    assert found["monitor_archive_lag_records{topic=alerts}"] == 2
    assert (found["monitor_archive_up"], found["monitor_archive_writing"]) == (1, 1)
    assert found["monitor_archive_records_total"] == 9
    assert found["monitor_archive_skipped_total"] == 1


def test_no_waiting_delivery_has_no_age(metrics: Metrics) -> None:
    metrics.ask(waiting=lambda: {"desk": Waiting(0, None, False, 0, None)})
    assert scrape(metrics)["monitor_delivery_queue_oldest_seconds"] == 0


def test_the_network_is_offline_until_it_is_online(metrics: Metrics) -> None:
    metrics("offline", error="…", retry_in=15)
    assert scrape(metrics)["monitor_network_offline"] == 1
    metrics("online")
    found = scrape(metrics)
    assert found["monitor_network_offline"] == 0
    assert found["monitor_events_total{event=offline}"] == 1


def test_labels_have_few_values_whatever_is_reported(metrics: Metrics) -> None:
    for number in range(MOST_VALUES + 50):
        metrics(f"event-{number}")
    found = [name for name in scrape(metrics) if name.startswith("monitor_events_total")]
    assert len(found) == MOST_VALUES + 1
    assert scrape(metrics)["monitor_events_total{event=other}"] == 50


def test_two_in_one_process_do_not_share(metrics: Metrics) -> None:
    other = Metrics()
    other.dead_lettered("clean", "", "")
    assert "monitor_dead_letters_total{stage=clean}" not in scrape(metrics)
