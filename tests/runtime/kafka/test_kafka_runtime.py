"""One worker in this process, on a real broker."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from monitor.records import (
    MAX_RECORD,
    DeadLetter,
    RawArticle,
    Record,
    SourceLines,
    Story,
    Tick,
    encode,
)
from monitor.runtime.kafka import KafkaFailed, KafkaLog, KafkaRuntime, KafkaSettings
from monitor.runtime.kafka.declare import declare
from monitor.stage import Assigned, Changed, Out, PublishError, Put, RecordTooLarge, Stage, State, Step
from tests.kafka.broker import Broker
from tests.runtime.kafka.chain import ALERT, CLEAN, MATCH, NOW, clean, pipeline, raw
from tests.runtime.kafka.conftest import Settings, running
from tests.runtime.kafka.processes import alerted, all_committed, eventually, uncommitted

pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(90)]


async def dead_letters(settings: KafkaSettings) -> list[DeadLetter]:
    async with KafkaLog(pipeline(), settings) as log:
        found = [entry.record async for entry in log.read("dead-letters", newest=False)]
    return [record for record in found if isinstance(record, DeadLetter)]


async def first(stream: AsyncIterator[Any], count: int) -> list[Any]:
    """That many changed rows of a watched table."""
    found: list[Any] = []
    async for notice in stream:
        found += [notice] if isinstance(notice, Changed) else []
        if len(found) >= count:
            break
    return found


async def through(settings: KafkaSettings, ids: set[str]) -> list[str]:
    """Wait until these articles reached the end of the chain; returns all that did."""
    found: list[str] = []

    async def check() -> bool:
        found[:] = await alerted(settings)
        return ids <= set(found)

    await eventually(check)
    return found


class Seen:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.errors: list[tuple[str, str]] = []
        self.topics: list[str] = []

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        self.stages.append(stage)

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        self.errors.append((stage, error))

    def committed(self, outs: Sequence[Out]) -> None:
        self.topics += [out.topic for out in outs]


async def test_articles_go_through_all_stages_once_and_everything_is_committed(settings: Settings) -> None:
    mine, seen = settings(), Seen()
    ids = {f"a{n}" for n in range(600)}
    async with running(pipeline(), mine, observer=seen) as runtime:
        watched = asyncio.ensure_future(first(runtime.port.watch("stories"), len(ids)))
        await runtime.port.room()
        await runtime.port.publish(*[raw(id, f"s{n % 9}") for n, id in enumerate(sorted(ids))])
        rows = await watched
        assert {row.key.decode() for row in rows} == ids
        assert all(isinstance(row.value, Story) for row in rows)
        assert sorted(await through(mine, ids)) == sorted(ids)
        await eventually(lambda: all_committed(mine))
        assert {name: seen.stages.count(name) for name in ("clean", "match", "alert")} == dict.fromkeys(
            ("clean", "match", "alert"), len(ids)
        )
        assert seen.topics.count("alerts") == len(ids)
        await eventually(lambda: asyncio.sleep(0, not any(runtime.state().lag.values())))
        state = runtime.state()
        assert (state.ready, state.partitions, state.stopped) == (True, 4, {})
    async with KafkaLog(pipeline(), mine) as log:
        assert {key.decode() for key in await log.rows("stories")} == ids
        lines = await log.rows("source-lines")
        newest = [entry async for entry in log.read("alerts", 5)]
    assert {key.decode() for key in lines} == {f"s{n}" for n in range(9)}
    assert len(newest) == 5
    assert [entry.at for entry in newest] == sorted((entry.at for entry in newest), reverse=True)


async def test_records_that_arrive_while_the_flow_is_stopped_wait_for_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a seek they may: the consumer's thread is at the new positions before the flow goes on."""
    mine = settings()
    ids = {f"a{n}" for n in range(200)}
    async with running(pipeline(), mine) as runtime:
        assert runtime._app is not None
        consumer: Any = runtime._app.consumer
        fetch = consumer.thread.fetch

        async def fetch_and_stop(active: Any, seconds: float) -> Any:
            fetched = await fetch(active, seconds)
            if fetched.records:
                consumer.stop_flow()
                asyncio.get_running_loop().call_later(0.05, consumer.resume_flow)
            return fetched

        monkeypatch.setattr(consumer.thread, "fetch", fetch_and_stop)
        await runtime.port.publish(*[raw(id, "s1") for id in sorted(ids)])
        assert sorted(await through(mine, ids)) == sorted(ids)
        await eventually(lambda: all_committed(mine))


async def test_a_seek_that_a_rebalance_overtook_leaves_the_ledger_to_the_rebalance(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(pipeline(), settings()) as runtime:
        assert runtime._app is not None
        ledger, thread = runtime._app.ledger, runtime._app.consumer.thread  # type: ignore[attr-defined]
        known = ledger.epoch, ledger.positions()
        consumer: Any = thread._ensure_consumer()
        assignment = consumer.assignment()
        gone = next(tp for tp in assignment if tp.topic in runtime._app.stream_topics)
        ends = consumer.end_offsets

        async def ends_and_rebalance(places: Any) -> Any:
            monkeypatch.setattr(consumer, "assignment", lambda: assignment - {gone})
            return await ends(places)

        monkeypatch.setattr(consumer, "end_offsets", ends_and_rebalance)
        await thread.seek_streams()
        assert (ledger.epoch, ledger.positions()) == known
        monkeypatch.undo()
        await thread.seek_streams()
        assert ledger.epoch == known[0] + 1


async def test_stop_is_quick_and_leaves_nothing_behind_and_a_new_start_has_the_rows(
    settings: Settings,
) -> None:
    mine = settings()
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    async with running(pipeline(), mine) as runtime:
        rows = asyncio.ensure_future(first(runtime.port.watch("stories"), 1))
        await runtime.port.publish(raw("a"))
        await rows
        began = time.monotonic()
    assert time.monotonic() - began < 10
    # Workers of asyncio's own pool are kept for later use by whoever comes.
    left = {t.name for t in set(threading.enumerate()) - threads if not t.name.startswith("asyncio_")}
    assert left == set()
    assert asyncio.all_tasks() == tasks
    assert await uncommitted(mine) == {}
    async with running(pipeline(), mine) as runtime:
        async for notice in runtime.port.watch("stories"):
            assert isinstance(notice, Assigned)
            assert [key for key, _ in notice.rows] == [b"a"]
            break


async def test_order_within_a_key_is_kept(settings: Settings) -> None:
    mine = settings()
    seen: dict[str, list[str]] = {}

    def note(record: Record, state: State, now: datetime) -> Step:
        assert isinstance(record, RawArticle)
        seen.setdefault(record.source.id, []).append(record.id)
        return Step()

    async with running(pipeline(msgspec.structs.replace(CLEAN, handle=note)), mine) as runtime:
        for n in range(0, 300, 50):
            await runtime.port.publish(*[raw(f"{m:03}", f"s{m % 5}") for m in range(n, n + 50)])
        await eventually(lambda: all_committed_of(mine))
    assert seen == {f"s{k}": [f"{m:03}" for m in range(k, 300, 5)] for k in range(5)}


async def all_committed_of(settings: KafkaSettings) -> bool:
    return not [place for place in await uncommitted(settings) if place[0].endswith("raw-articles")]


class Loud:
    """A listener on a full disk."""

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        raise OSError("no space left for the log")

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        raise OSError("no space left for the log")

    def committed(self, outs: object) -> None:
        raise OSError("no space left for the log")

    def emit(self, event: str, /, **fields: object) -> None:
        raise OSError("no space left for the log")


async def test_a_listener_that_fails_stops_nothing(settings: Settings) -> None:
    mine, loud = settings(), Loud()
    async with running(pipeline(), mine, observer=loud, emit=loud.emit) as runtime:
        await runtime.port.publish(raw("1"))
        await eventually(lambda: all_committed_of(mine))
        assert runtime.state().ready


async def test_poison_becomes_a_dead_letter_with_its_own_key_and_bytes_and_the_rest_goes_on(
    settings: Settings,
) -> None:
    mine, seen = settings(), Seen()
    async with running(pipeline(), mine, observer=seen) as runtime:
        producer = AIOKafkaProducer(bootstrap_servers=mine.bootstrap)
        await producer.start()
        for value in (b"\xff\x00", b"[" * 100_000, b"", None, encode(Tick(at=NOW))):
            await producer.send_and_wait(mine.topic("raw-articles"), value, key=b"k", partition=0)
        await producer.stop()
        await runtime.port.publish(raw("bad1", "x"), raw("good", "x"))
        assert await through(mine, {"good"}) == ["good"]
        await eventually(lambda: all_committed(mine))
    letters = await dead_letters(mine)
    assert sorted((d.error, d.key, d.value[:2]) for d in letters if d.error == "RecordError") == [
        ("RecordError", b"k", b""), ("RecordError", b"k", b""),
        ("RecordError", b"k", b"[["), ("RecordError", b"k", b"\xff\x00"),
    ]  # fmt: skip
    (bad,) = [d for d in letters if d.error == "ValueError"]
    assert (bad.topic, bad.key, bad.stage, bad.message) == (
        "raw-articles",
        b"x",
        "clean",
        "bad1 cannot be cleaned",
    )
    assert bad.value == encode(raw("bad1", "x").record)
    assert bad.place.startswith("raw-articles/")
    assert sorted(seen.errors) == [("clean", "RecordError")] * 4 + [("clean", "ValueError")]


async def test_outputs_and_rows_that_are_too_large_make_a_dead_letter_and_drop_the_changes(
    settings: Settings,
) -> None:
    mine = settings()

    def swell(record: Record, state: State, now: datetime) -> Step:
        assert isinstance(record, RawArticle)
        change = Put("source-lines", record.id.encode(), SourceLines(pages=1))
        huge = Put("source-lines", b"huge", SourceLines(lines={str(n): n for n in range(20_000)}))
        match record.id:
            case "output":
                return Step([raw("x", text="y" * (MAX_RECORD + 1))], [change])
            case "row":
                return Step([], [change, huge])
            case "topic":
                return Step([Out("no-such-topic", b"", record)], [change])
            case "table":
                return Step([], [change, Put("stories", b"k", None)])
        return Step([], [change])

    async with running(pipeline(msgspec.structs.replace(CLEAN, handle=swell)), mine) as runtime:
        await runtime.port.publish(*[raw(id) for id in ("output", "row", "topic", "table", "fine")])
        with pytest.raises(RecordTooLarge):
            await runtime.port.publish(raw("x", text="y" * (MAX_RECORD + 1)))
        with pytest.raises(PublishError, match="no-such-topic"):
            await runtime.port.publish(Out("no-such-topic", b"", raw("x").record))
        await eventually(lambda: all_committed_of(mine))
    assert sorted(letter.error for letter in await dead_letters(mine)) == [
        "RecordTooLarge", "RecordTooLarge", "ValueError", "ValueError",
    ]  # fmt: skip
    async with KafkaLog(pipeline(), mine) as log:
        assert list(await log.rows("source-lines")) == [b"fine"]


async def test_what_the_broker_will_never_take_makes_a_dead_letter_and_its_neighbours_go_on(
    settings: Settings,
) -> None:
    mine = settings()
    async with running(pipeline(), mine) as runtime:
        admin = AIOKafkaAdminClient(bootstrap_servers=mine.bootstrap)
        await admin.start()
        narrow = {"max.message.bytes": "3000"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, mine.topic("articles"), narrow)])
        await admin.close()
        noise = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(5000))  # gzip must not save it
        await runtime.port.publish(raw("a"), raw("large", text=noise), raw("b"))
        assert sorted(await through(mine, {"a", "b"})) == ["a", "b"]
    (letter,) = await dead_letters(mine)
    assert (letter.error, letter.stage) == ("RecordTooLarge", "clean")
    async with KafkaLog(pipeline(), mine) as log:
        (lines,) = (await log.rows("source-lines")).values()
    assert isinstance(lines, SourceLines)
    assert set(lines.lines) == {"a", "b"}


async def test_unknown_version_stops_its_partition_visibly_and_no_other_and_is_not_committed(
    settings: Settings,
) -> None:
    mine = settings()
    later = encode(raw("later", "x").record).replace(b'"v":1', b'"v":9')
    events: list[str] = []
    async with running(pipeline(), mine, emit=lambda event, /, **_: events.append(event)) as runtime:
        number = runtime.port.partition("source-lines", b"x")
        other = next(
            f"y{n}" for n in range(99) if runtime.port.partition("source-lines", b"y%d" % n) != number
        )
        producer = AIOKafkaProducer(bootstrap_servers=mine.bootstrap)
        await producer.start()
        await runtime.port.publish(raw("before", "x"))
        await producer.send_and_wait(mine.topic("raw-articles"), later, key=b"x", partition=number)
        await producer.stop()
        await runtime.port.publish(raw("behind", "x"), raw("aside", other))
        await through(mine, {"before", "aside"})
        await eventually(lambda: asyncio.sleep(0, runtime.state().stopped))
        (stopped,) = runtime.state().stopped.items()
        assert stopped[0] == f"clean/{number}"
        assert "version 9" in stopped[1]
        assert runtime.state().ready
        assert events.count("kafka.partition_stopped") == 1

        async def rest_committed() -> bool:
            return set(await uncommitted(mine)) == {(mine.topic("raw-articles"), number)}

        await eventually(rest_committed)
    assert (await uncommitted(mine))[mine.topic("raw-articles"), number] == (1, 3)
    assert sorted(await alerted(mine)) == ["aside", "before"]


async def test_state_scans_in_key_order_with_the_batchs_own_changes_and_indexes_follow(
    settings: Settings,
) -> None:
    mine = settings(partitions=1)
    scans: dict[str, list[bytes]] = {}

    class Keys:
        def __init__(self) -> None:
            self.rows: dict[bytes, Record] = {}

        def apply(self, key: bytes, old: Record | None, new: Record | None) -> None:
            assert self.rows.get(key) == old
            if new is None:
                del self.rows[key]
            else:
                self.rows[key] = new

    keys = Keys()

    def scan(record: Record, state: State, now: datetime) -> Step:
        assert isinstance(record, RawArticle)
        word, _, key = record.id.partition(" ")
        if word == "scan":
            found = state.scan("source-lines", b"b", 3)
            assert all(state.get("source-lines", k) == row for k, row in found)
            scans[key] = [k for k, _ in found]
            return Step()
        change = Put("source-lines", key.encode(), None if word == "del" else SourceLines(pages=len(key)))
        if word == "fail":
            return Step([], [change, Put("stories", b"", None)])
        return Step([], [change])

    stage = msgspec.structs.replace(CLEAN, handle=scan, indexes={"source-lines": keys})

    async def play(*ids: str) -> None:
        await runtime.port.publish(*[raw(id) for id in ids])
        await eventually(lambda: all_committed_of(mine))

    async with running(pipeline(stage), mine) as runtime:
        await play("put a", "put b", "put c", "put d", "put e", "put f", "put __faust", "scan 1")
        await play("put cc", "scan 2", "del c", "put d", "fail cd", "scan 3", "del cc", "put bb", "scan 4")
        await play("scan 5")
        assert set(keys.rows) == {b"__faust", b"a", b"b", b"bb", b"d", b"e", b"f"}
    keys.rows.clear()
    async with running(pipeline(stage), mine):
        assert set(keys.rows) == {b"__faust", b"a", b"b", b"bb", b"d", b"e", b"f"}
    assert scans == {
        "1": [b"c", b"d", b"e"], "2": [b"c", b"cc", b"d"], "3": [b"cc", b"d", b"e"],
        "4": [b"bb", b"d", b"e"], "5": [b"bb", b"d", b"e"],
    }  # fmt: skip


async def test_owner_ticks_every_partition_and_a_swapped_handler_takes_over(settings: Settings) -> None:
    mine = settings()
    ticks: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue()

    def ticking(name: str) -> Any:
        def handle(record: Record, state: State, now: datetime) -> Step:
            if isinstance(record, Tick):
                ticks.put_nowait((name, now))
                return Step()
            return clean(record, state, now)

        return handle

    stage = msgspec.structs.replace(CLEAN, handle=ticking("old"), tick=timedelta(seconds=0.1))
    async with running(pipeline(stage, MATCH, ALERT), mine, clock=lambda: NOW) as runtime:
        assert [await ticks.get() for _ in range(8)] == [("old", NOW)] * 8
        runtime.swap("clean", ticking("new"))
        while (await ticks.get())[0] == "old":
            pass
        with pytest.raises(KeyError):
            runtime.swap("nobody", ticking("new"))
    async with KafkaLog(pipeline(), mine) as log:
        places = {entry.partition async for entry in log.read("raw-articles", newest=False)}
    assert places == {0, 1, 2, 3}


def shout(record: Record) -> Record:
    """Runs in another process for heavy records."""
    assert isinstance(record, RawArticle)
    if record.id == "bad":
        raise ValueError("cannot be prepared")
    return msgspec.structs.replace(record, id=record.id.upper())


def is_heavy(record: Record) -> bool:
    return isinstance(record, RawArticle) and record.id != "light"


async def test_records_are_prepared_before_they_are_handled(settings: Settings) -> None:
    mine = settings()
    stage = msgspec.structs.replace(CLEAN, prepare=shout, heavy=is_heavy)
    async with running(pipeline(stage, MATCH, ALERT), mine) as runtime:
        await runtime.port.publish(raw("heavy"), raw("light"), raw("bad"))
        assert sorted(await through(mine, {"HEAVY", "LIGHT"})) == ["HEAVY", "LIGHT"]
    (letter,) = await dead_letters(mine)
    assert letter.message == "ValueError: cannot be prepared"


async def test_failing_publish_is_told_to_the_caller_and_ends_the_worker_without_a_commit(
    settings: Settings, killable_broker: Broker
) -> None:
    mine = settings(publish_timeout=2.0)

    def last(record: Record, state: State, now: datetime) -> Step:
        killable_broker.kill()
        return clean(record, state, now)

    stage = msgspec.structs.replace(CLEAN, handle=last)
    async with running(pipeline(stage, MATCH, ALERT), mine) as runtime:
        await runtime.port.publish(raw("a"))
        with pytest.raises(KafkaFailed, match="could not publish to articles"):
            await asyncio.wait_for(runtime.failed(), 30)
        with pytest.raises(PublishError):
            await runtime.port.publish(raw("b"))
        assert not runtime.state().ready
        began = time.monotonic()
    assert time.monotonic() - began < 10
    await asyncio.to_thread(killable_broker.restart)
    assert sum(end - done for done, end in (await uncommitted(mine)).values()) >= 1
    async with running(pipeline(), mine):
        assert "a" in await through(mine, {"a"})


async def test_room_waits_while_lag_is_high(settings: Settings) -> None:
    mine = settings(busy_lag=50)
    handled: list[Record] = []

    def slow(record: Record, state: State, now: datetime) -> Step:
        time.sleep(0.005)
        handled.append(record)
        return Step()

    await declare(pipeline(), mine)
    async with KafkaLog(pipeline(), mine) as log:
        await log.append([raw(f"a{n}", f"s{n}") for n in range(150)])
    async with running(pipeline(msgspec.structs.replace(CLEAN, handle=slow)), mine) as runtime:
        await asyncio.wait_for(runtime.port.room(), 30)
        assert runtime.state().lag["clean"] <= 50
        assert len(handled) >= 100


def test_stages_of_unequal_partition_counts_are_refused(settings: Settings) -> None:
    mixed: Stage = msgspec.structs.replace(ALERT, tables=("source-lines",))
    with pytest.raises(ValueError, match="alert differ"):
        KafkaRuntime(pipeline(mixed), settings())
