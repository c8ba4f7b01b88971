"""The follower on both databases: what it copies, and that nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.archive import schema
from monitor.archive.embedded import EmbeddedTail
from monitor.archive.errors import ArchiveError
from monitor.archive.follower import Follower
from monitor.records import Command, Tick
from monitor.runtime.embedded.runtime import FILE_NAME, EmbeddedRuntime, EmbeddedSettings
from monitor.stage import Out
from tests.archive.postgres import Postgres
from tests.archive.rig import PIPELINE, Events, Log, execute, following, table, until
from tests.archive.samples import SEEN, alert, article, attempt, delivery, letter, poll, rule


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "monitor.db")
    yield made
    made.close()


async def test_each_kind_becomes_rows(url: str, log: Log) -> None:
    log.append("articles", article())
    log.append("alerts", alert())
    log.append("deliveries", delivery())
    log.append("attempts", attempt(1, "retry"), attempt(2))
    log.append("feed-polls", poll())
    log.append("dead-letters", letter())
    events = Events()
    async with following(url, log.path, events) as follower:
        await until(lambda: follower.state().written == 7)
    [one] = await table(url, schema.articles)
    assert (one.id, one.source, one.seen, one.published) == ("a-1", "example-ar", SEEN, article().published)
    assert one.title == article().title
    assert one.notes == ["content cut at 1 MiB"]
    [told] = await table(url, schema.alerts)
    assert (told.story, told.revision, told.article, told.severity) == ("s-1", 1, "a-1", "high")
    fired = await table(url, schema.alert_rules)
    assert [(row.rule, row.severity) for row in fired] == [("raqqa", "low"), ("ru-strikes-raqqa", "high")]
    assert fired[0].evidence[0]["gloss"] == "Russia"
    routes = await table(url, schema.alert_routes)
    assert [(row.subscriber, row.outcome) for row in routes] == [("", "unrouted"), ("desk", "sent")]
    [sent] = await table(url, schema.deliveries)
    assert (sent.body, sent.replay) == (delivery().body, 0)
    assert [row.outcome for row in await table(url, schema.attempts)] == ["retry", "delivered"]
    [asked] = await table(url, schema.feed_polls)
    assert (asked.feed, asked.at, asked.new_items) == ("https://news.example/rss", SEEN, 2)
    [dead] = await table(url, schema.dead_letters)
    assert dead.value == b"\xff\x00 not json"
    offsets = {row.topic: row.next_offset for row in await table(url, schema.offsets)}
    assert offsets == {
        "articles": 2, "alerts": 2, "deliveries": 2, "attempts": 3, "feed-polls": 2, "dead-letters": 2,
    }  # fmt: skip


async def test_ticks_and_commands_move_the_offset_only(url: str, log: Log) -> None:
    log.append("deliveries", Tick(at=SEEN))
    log.append("attempts", Command(id="c", action="endpoint-enabled", at=SEEN, subscriber="desk"))
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().written == 2)
    assert await table(url, schema.deliveries) == []
    assert await table(url, schema.attempts) == []
    assert len(await table(url, schema.offsets)) == 2


async def test_what_comes_twice_stands_once(url: str, log: Log) -> None:
    fewer = alert(rules=(rule(),), routed=())
    log.append("articles", article(), article(title="edited"))
    log.append("alerts", alert(), fewer)
    log.append("deliveries", delivery(), delivery(body=b"other"))
    log.append("attempts", attempt(), attempt())
    log.append("dead-letters", letter(), letter())
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().written == 10)
    assert [row.title for row in await table(url, schema.articles)] == ["edited"]
    assert [row.rule for row in await table(url, schema.alert_rules)] == ["ru-strikes-raqqa"]
    assert await table(url, schema.alert_routes) == []
    assert [row.body for row in await table(url, schema.deliveries)] == [delivery().body]
    assert len(await table(url, schema.attempts)) == 1
    assert len(await table(url, schema.dead_letters)) == 1


async def test_a_deliberate_repeat_replaces_the_delivery(url: str, log: Log) -> None:
    log.append("deliveries", delivery(), delivery(replay=1, body=b"again"), delivery(body=b"late"))
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().written == 3)
    assert [(row.replay, row.body) for row in await table(url, schema.deliveries)] == [(1, b"again")]


async def test_goes_on_where_it_stopped(url: str, log: Log) -> None:
    log.append("articles", article("a-1"))
    async with following(url, log.path, Events()) as first:
        await until(lambda: first.state().written == 1)
    log.append("articles", article("a-2"))
    async with following(url, log.path, Events()) as second:
        await until(lambda: second.state().written >= 1)
        assert second.state().written == 1
    assert [row.id for row in await table(url, schema.articles)] == ["a-1", "a-2"]


async def test_follows_what_is_appended_meanwhile_and_tells_its_lag(url: str, log: Log) -> None:
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().role == "writing")
        for number in range(5):
            log.append("alerts", alert("s-1", number + 1))
            await until(lambda number=number: follower.state().written == number + 1)  # type: ignore[misc]
        assert follower.state().lag == dict.fromkeys(EmbeddedTail(log.path).topics, 0)
    assert follower.state().role == "stopped"


async def test_follows_a_worker_that_runs(url: str, tmp_path: Path) -> None:
    runtime = EmbeddedRuntime(PIPELINE, EmbeddedSettings(folder=tmp_path / "var", synchronous="OFF"))
    await runtime.start()
    async with following(url, tmp_path / "var" / FILE_NAME, Events()) as follower:
        for number in range(1, 41):
            await runtime.port.publish(Out("alerts", b"s", alert("s-1", number)))
        await until(lambda: follower.state().written == 40)
        await runtime.stop()
    assert [row.revision for row in await table(url, schema.alerts)] == list(range(1, 41))


async def test_unreadable_records_are_counted_and_skipped(url: str, log: Log) -> None:
    log.append_raw("alerts", b"\xff\x00{")
    log.append_raw("alerts", b'{"kind":"alert","v":1}')
    log.append("alerts", alert())
    events = Events()
    async with following(url, log.path, events) as follower:
        await until(lambda: follower.state().written == 3)
    assert follower.state().skipped == 2
    assert [fields["place"] for fields in events.named("archive-skipped")] == ["alerts/0/1", "alerts/0/2"]
    assert len(await table(url, schema.alerts)) == 1


async def test_a_record_of_a_later_release_stops_its_partition_alone(url: str, log: Log) -> None:
    log.append("alerts", alert("s-1"))
    log.append_raw("alerts", b'{"kind":"alert","v":99}')
    log.append("alerts", alert("s-2"))
    events = Events()
    async with following(url, log.path, events) as follower:
        await until(lambda: bool(follower.state().stopped))
        log.append("articles", article())
        await until(lambda: follower.state().written == 2)
        assert "upgrade" in follower.state().stopped["alerts/0"]
    assert [row.story for row in await table(url, schema.alerts)] == ["s-1"]
    assert len(events.named("archive-partition-stopped")) == 1


async def test_rows_that_the_database_refuses_cost_no_others(url: str, log: Log) -> None:
    log.append("attempts", attempt(1), attempt(2, status=10**30), attempt(3))
    events = Events()
    async with following(url, log.path, events) as follower:
        await until(lambda: follower.state().written == 3)
        assert follower.state().role == "writing"
    assert follower.state().skipped == 1
    assert [row.number for row in await table(url, schema.attempts)] == [1, 3]
    assert events.named("archive-behind") == []
    [skipped] = events.named("archive-skipped")
    assert skipped["place"] == "attempts/0/2"
    offsets = {row.topic: row.next_offset for row in await table(url, schema.offsets)}
    assert offsets == {"attempts": 4}


async def test_text_that_no_database_likes_is_kept(url: str, log: Log) -> None:
    long = "https://news.example/" + "é" * 5000
    log.append("articles", article(title="NUL \0 and \u202e", source=article().source, notes=("\0",)))
    log.append("feed-polls", poll(long))
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().written == 2)
    assert follower.state().skipped == 0
    [one] = await table(url, schema.articles)
    assert (one.title, one.notes) == ("NUL � and \u202e", ["�"])
    [asked] = await table(url, schema.feed_polls)
    assert asked.feed == long[: schema.KEY]


async def test_more_than_a_batch_and_more_than_a_readers_bytes(url: str, log: Log) -> None:
    big = "x" * 600_000
    log.append("articles", *(article(f"a-{number}", text=big) for number in range(20)))
    log.append("alerts", *(alert("s-1", number + 1) for number in range(120)))
    async with following(url, log.path, Events(), batch=50) as follower:
        await until(lambda: follower.state().written == 140)
    assert len(await table(url, schema.articles)) == 20
    assert len(await table(url, schema.alerts)) == 120


async def test_records_that_retention_took_are_told(url: str, log: Log) -> None:
    log.append("alerts", alert("s-1"))
    async with following(url, log.path, Events()) as first:
        await until(lambda: first.state().written == 1)
    log.append("alerts", alert("s-2"), alert("s-3"), alert("s-4"))
    log.forget("alerts", below=4)
    events = Events()
    async with following(url, log.path, events) as second:
        await until(lambda: second.state().written == 1)
    assert events.named("archive-gap") == [{"place": "alerts/0/4", "missing": 2}]


async def test_a_log_that_was_begun_anew_is_followed_from_its_beginning(url: str, tmp_path: Path) -> None:
    old, new = Log(tmp_path / "old.db"), Log(tmp_path / "new.db")
    old.append("alerts", *(alert(f"s-{number}") for number in range(9)))
    new.append("alerts", alert("s-new"))
    async with following(url, old.path, Events()) as first:
        await until(lambda: first.state().written == 9)
    events = Events()
    async with following(url, new.path, events) as second:
        await until(lambda: second.state().written == 1)
    assert "s-new" in [row.story for row in await table(url, schema.alerts)]
    assert len(events.named("archive-log-changed")) == 1
    old.close()
    new.close()


async def test_offsets_of_another_log_are_forgotten_and_its_rows_kept(url: str, tmp_path: Path) -> None:
    class Elsewhere(EmbeddedTail):
        log = "elsewhere"

    here, there = Log(tmp_path / "here.db"), Log(tmp_path / "there.db")
    here.append("alerts", alert("s-1"), alert("s-2"))
    there.append("alerts", alert("s-3"), alert("s-4"), alert("s-5"))
    async with following(url, here.path, Events()) as first:
        await until(lambda: first.state().written == 2)
    events = Events()
    second = Follower(url, Elsewhere(there.path), events, pause=0.02)
    running = asyncio.create_task(second.run())
    await until(lambda: second.state().written == 3)
    await second.stop()
    await running
    assert [row.story for row in await table(url, schema.alerts)] == ["s-1", "s-2", "s-3", "s-4", "s-5"]
    assert [fields["log"] for fields in events.named("archive-log-changed")] == ["elsewhere"]
    here.close()
    there.close()


async def test_a_deleted_archive_is_filled_again(tmp_path: Path, log: Log) -> None:
    log.append("articles", *(article(f"a-{number}") for number in range(5)))
    archive = tmp_path / "archive.db"
    url = f"sqlite+aiosqlite:///{archive}"
    for _ in range(2):
        async with following(url, log.path, Events()) as follower:
            await until(lambda: follower.state().written == 5)
        assert len(await table(url, schema.articles)) == 5
        archive.unlink()


async def test_an_archive_of_a_later_release_is_left_alone(url: str, log: Log) -> None:
    log.append("alerts", alert())
    async with following(url, log.path, Events()) as first:
        await until(lambda: first.state().written == 1)
    await execute(url, text("UPDATE archive_meta SET value = '99' WHERE name = 'schema'"))
    log.append("alerts", alert("s-2"))
    events = Events()
    async with following(url, log.path, events) as second:
        await until(lambda: second.state().role == "refused")
        assert "upgrade the monitor" in second.state().detail
    assert len(events.named("archive-refused")) == 1
    assert len(await table(url, schema.alerts)) == 1


async def test_a_log_that_cannot_be_read_is_waited_for(url: str, tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    events = Events()
    async with following(url, path, events) as follower:
        await until(lambda: follower.state().role == "away")
        log = Log(path)
        log.append("alerts", alert())
        await until(lambda: follower.state().written == 1)
        log.close()
    assert [name for name, _ in events.all] == ["archive-behind", "archive-back", "archive-writing"]


async def test_a_database_that_goes_is_told_once_and_caught_up_with(postgres: Postgres, log: Log) -> None:
    url = postgres.url()
    events = Events()
    log.append("alerts", alert("s-1"))
    async with following(url, log.path, events) as follower:
        await until(lambda: follower.state().written == 1)
        postgres.stop()
        try:
            log.append("alerts", alert("s-2"))
            await until(lambda: follower.state().role == "away")
            log.append("alerts", alert("s-3"))
        finally:
            await asyncio.to_thread(postgres.start)
        await until(lambda: follower.state().written == 3, 40)
    assert [row.story for row in await table(url, schema.alerts)] == ["s-1", "s-2", "s-3"]
    assert len(events.named("archive-behind")) == len(events.named("archive-back")) == 1
    assert "password" not in str(events.all)
    assert url.split(":")[2].split("@")[0] not in str(events.all)


async def test_one_of_two_followers_writes_and_the_other_takes_over(postgres: Postgres, log: Log) -> None:
    url = postgres.url()
    first_events, second_events = Events(), Events()
    async with following(url, log.path, second_events) as second:
        await until(lambda: second.state().role == "writing")
        async with following(url, log.path, first_events) as first:
            await until(lambda: first.state().role == "standby")
            log.append("alerts", alert("s-1"))
            await until(lambda: second.state().written == 1)
            await second.stop()
            log.append("alerts", alert("s-2"))
            await until(lambda: first.state().written == 1)
    assert [row.story for row in await table(url, schema.alerts)] == ["s-1", "s-2"]
    assert len(first_events.named("archive-standby")) == 1


async def test_cancelling_leaves_no_thread_and_no_half_of_a_batch(url: str, log: Log) -> None:
    log.append("attempts", *(attempt(number) for number in range(1, 3001)))
    follower = Follower(url, EmbeddedTail(log.path), Events(), pause=0.01)
    running = asyncio.create_task(follower.run())
    await until(lambda: follower.state().written > 0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 10)
    stored = await table(url, schema.attempts)
    [offset] = await table(url, schema.offsets)
    assert len(stored) == offset.next_offset - 1


async def test_stopping_while_the_database_is_away_is_quick(log: Log) -> None:
    events = Events()
    async with following("postgresql+asyncpg://u:hush@127.0.0.1:9/x", log.path, events) as follower:
        await until(lambda: follower.state().role == "away")
    assert "hush" not in str(events.all) + follower.state().detail


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:hush@h/db", "postgresql://h/db"])
def test_an_url_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"URL|supported") as caught:
        Follower(url, EmbeddedTail(tmp_path / "x"), Events())
    assert "hush" not in str(caught.value)
