from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import feed_polls
from monitor.feeds.dates import parse_date
from monitor.feeds.schedule import backlog, is_first, new_items, next_due, retry_after
from monitor.records import FeedItem, FeedPoll, FeedState, Health, Record, Tick
from monitor.stage import Step

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://example.org/feed"


@pytest.mark.parametrize(
    ("health", "failures", "wish", "seconds"),
    [
        ("ok", 0, None, 600),
        ("unchanged", 0, None, 600),
        ("failing", 1, None, 1200),
        ("failing", 3, None, 4800),
        ("failing", 1000, None, 86400),
        ("gone", 1, None, 86400),
        ("ok", 0, 60.0, 600),
        ("ok", 0, 3600.0, 3600),
        ("failing", 1, 10_000_000.0, 86400),
    ],
)
def test_the_next_poll_backs_off_and_heeds_the_servers_wish(
    health: Health, failures: int, wish: float | None, seconds: float
) -> None:
    assert next_due(NOW, 600.0, health, failures, 0.5, wish) == NOW + timedelta(seconds=seconds)


@given(st.floats(0, 1, exclude_max=True))
def test_feeds_spread_by_a_tenth_either_way(random01: float) -> None:
    wait = (next_due(NOW, 1000.0, "ok", 0, random01) - NOW).total_seconds()
    assert 900 <= wait <= 1100


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("Tue, 24 Nov 2026 12:01:00", None),
        ("9" * 5000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def item(guid: str, title: str = "title", **more: object) -> FeedItem:
    return FeedItem(guid=guid, title=title, **more)  # type: ignore[arg-type]


def known(*items: FeedItem) -> FeedState:
    return FeedState(feed=URL, next_due=NOW, interval=600, fingerprints=new_items(items, None).fingerprints)


def test_new_and_changed_items_are_told_from_those_known() -> None:
    before = known(item("1"), item("2", "old title"), item("3", content="<p>one two</p>"))
    selected = new_items(
        [
            item("0"),
            item("1"),
            item("2", "new title"),
            item("3", content=" <div>one\n two</div>"),
            item("0", "again"),
        ],
        before,
    )
    assert [i.guid for i in selected.new] == ["0"]
    assert [(i.guid, i.title) for i in selected.changed] == [("2", "new title")]
    assert len(selected.fingerprints) == 4


def test_a_server_that_gives_two_versions_in_turn_changes_an_item_once() -> None:
    state = known(item("1", "a"))
    poll = new_items([item("1", "b")], state)
    both = feed_polls.after(state, _poll(1, fingerprints=poll.fingerprints))
    assert not new_items([item("1", "a")], both).changed
    assert not new_items([item("1", "b")], both).changed


def test_items_without_guid_go_by_url_and_without_url_by_text() -> None:
    state = known(FeedItem(url="https://e.org/1", title="a"), FeedItem(title="only a title"))
    selected = new_items(
        [
            FeedItem(url="https://e.org/1", title="b"),
            FeedItem(title="only a title"),
            FeedItem(title="another"),
        ],
        state,
    )
    assert [i.title for i in selected.new] == ["another"]
    assert [i.title for i in selected.changed] == ["b"]


def test_on_a_first_poll_what_is_old_is_backlog() -> None:
    items = [
        item("fresh", published=NOW - timedelta(hours=23)),
        item("old", published=NOW - timedelta(hours=25)),
        item("future", published=NOW + timedelta(days=3)),
        item("u1"),
        item("u2"),
        item("edited", updated=NOW - timedelta(hours=1)),
        item("u3"),
        item("u4"),
    ]
    assert backlog(items, NOW) == {1, 7}


def test_a_feed_that_only_failed_so_far_is_still_to_have_its_first_poll() -> None:
    assert is_first(None)
    assert is_first(feed_polls.after(None, _poll(1, health="failing")))
    assert not is_first(feed_polls.after(None, _poll(1)))


# --- the stage --------------------------------------------------------------------------------


def _poll(minute: int, **more: object) -> FeedPoll:
    values = {"interval": 600.0, "health": "ok", "status": 200, **more}
    at = NOW + timedelta(minutes=minute)
    return FeedPoll(feed=URL, at=at, next_due=at + timedelta(minutes=10), **values)  # type: ignore[arg-type]


class _Table:
    def __init__(self) -> None:
        self.rows: dict[bytes, Record] = {}

    def get(self, table: str, key: bytes) -> Record | None:
        return self.rows.get(key)

    def scan(self, table: str, after: bytes, limit: int) -> list[tuple[bytes, Record]]:
        raise AssertionError("not needed")

    def take(self, record: Record) -> Step:
        step = feed_polls.handle(record, self, NOW)
        for put in step.changes:
            assert put.value is not None
            self.rows[put.key] = put.value
        return step

    @property
    def state(self) -> FeedState:
        row = self.rows[URL.encode()]
        assert isinstance(row, FeedState)
        return row


def test_an_answer_brings_validators_and_fingerprints() -> None:
    table = _Table()
    table.take(
        _poll(1, etag='"1"', last_modified="yesterday", fingerprints=("b", "a"), moved_to="https://e.org/new")
    )
    table.take(_poll(2, etag='"2"', fingerprints=("c", "b")))
    assert (table.state.etag, table.state.last_modified) == ('"2"', "")
    assert table.state.fingerprints == ("c", "b", "a")
    assert table.state.moved_to == "https://e.org/new"
    assert (table.state.polls, table.state.succeeded) == (2, NOW + timedelta(minutes=2))


@pytest.mark.parametrize("health", ["unchanged", "failing", "gone"])
def test_no_news_keeps_validators_and_fingerprints(health: Health) -> None:
    table = _Table()
    table.take(_poll(1, etag='"1"', last_modified="yesterday", fingerprints=("a",)))
    table.take(_poll(2, health=health, status=503, error="why", failures=1))
    state = table.state
    assert (state.etag, state.last_modified, state.fingerprints) == ('"1"', "yesterday", ("a",))
    assert (state.health, state.error, state.failures) == (health, "why", 1)
    assert state.succeeded == NOW + timedelta(minutes=2 if health == "unchanged" else 1)


def test_a_replay_and_what_came_before_it_change_nothing() -> None:
    table = _Table()
    table.take(_poll(1, fingerprints=("a",)))
    table.take(_poll(2, fingerprints=("b",)))
    assert table.take(_poll(1, fingerprints=("a",))) == Step()
    assert table.take(_poll(2, fingerprints=("b",))) == Step()
    assert table.take(Tick(at=NOW)) == Step()


def test_a_thousand_fingerprints_are_kept() -> None:
    table = _Table()
    for n in range(5):
        table.take(_poll(n, fingerprints=tuple(f"{n}.{i}" for i in range(400))))
    assert len(table.state.fingerprints) == 1000
    assert table.state.fingerprints[0] == "4.0"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Tue, 24 Nov 2026 22:34:22 GMT", datetime(2026, 11, 24, 22, 34, 22, tzinfo=UTC)),
        ("Tuesday, 24-Nov-26 22:34:22 UTC", datetime(2026, 11, 24, 22, 34, 22, tzinfo=UTC)),
        ("24 Nov 2026 22:34 EST", datetime(2026, 11, 25, 3, 34, tzinfo=UTC)),
        ("Вт, 24 Nov 2026 10:00:00 +0300", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("2026-11-24T22:34:22.5+03:00", datetime(2026, 11, 24, 19, 34, 22, tzinfo=UTC)),
        ("2026-11-24 22:34", datetime(2026, 11, 24, 22, 34, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("20261124T103000Z", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("2026-11-24T24:00:00Z", datetime(2026, 11, 25, tzinfo=UTC)),
        ("Tue Nov 24 22:34:22 2026", datetime(2026, 11, 24, 22, 34, 22, tzinfo=UTC)),
        ("Nov 24, 2026 10:00 GMT", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026", None),
        ("2026-11", None),
        ("yesterday", None),
        ("Tue, 24 Nov 2026 10:00:00 IST", None),
        ("Tue, 24 Nov 2026 25:00:00 GMT", None),
        ("24/11/2026", None),
        ("0000-00-00T00:00:00Z", None),
        ("9999-12-31T23:59:59-05:00", None),
    ],
)
def test_dates_are_understood_or_none(text: str, time: datetime | None) -> None:
    assert parse_date(text) == time


@given(st.text(max_size=100))
def test_no_date_raises(text: str) -> None:
    parse_date(text)
