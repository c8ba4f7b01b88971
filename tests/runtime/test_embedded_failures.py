"""What is the embedded runtime's own: failing writes, a full disk, other processes, the file's integrity."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.records import Record, Tick, decode
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.runtime.embedded.logfile import LogFile
from monitor.runtime.embedded.rows import CACHE_BYTES
from monitor.runtime.embedded.runtime import FILE_NAME
from monitor.runtime.embedded.store import StoreError, connect, log_table, row_table
from monitor.stage import Out, Pipeline, PublishError, State, Step
from tests.runtime.counting import Total, count, ids, out, pipeline
from tests.runtime.harness import ROOT, commands, until

PLENTY = 1 << 40


class Disk:
    """Free bytes, as a test wants them."""

    def __init__(self) -> None:
        self.free = PLENTY

    def __call__(self) -> int:
        return self.free


class World:
    """A folder, the runtime on it, what it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = Disk()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.runtime: EmbeddedRuntime | None = None

    def emit(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))

    async def start(self, pipeline: Pipeline, most_lag: int = 5000) -> EmbeddedRuntime:
        settings = EmbeddedSettings(folder=self.folder, most_lag=most_lag)
        runtime = EmbeddedRuntime(pipeline, settings, emit=self.emit, free_bytes=self.disk)
        await runtime.start()
        self.runtime = runtime
        return runtime

    async def stop(self) -> None:
        runtime, self.runtime = self.runtime, None
        if runtime is not None:
            await runtime.stop()

    def sql(self, statement: str) -> list[Any]:
        """Run by another connection."""
        with contextlib.closing(sqlite3.connect(self.folder / FILE_NAME, timeout=10)) as file, file:
            return file.execute(statement).fetchall()

    def ids(self, topic: str) -> list[str]:
        """The ids in a topic."""
        with contextlib.closing(LogFile(self.folder / FILE_NAME)) as log:
            return [command.id for command in commands([(key, value) for _, key, value in log.read(topic)])]

    def counted(self) -> list[str]:
        """The ids that the row of key ``a`` holds."""
        with contextlib.closing(LogFile(self.folder / FILE_NAME)) as log:
            return ids(log.row("counts", b"a"))

    async def receipts(self, wanted: list[str]) -> None:
        async def there() -> bool:
            return self.ids("receipts") == wanted

        await until(there, f"receipts {wanted}, not {self.ids('receipts')}")

    async def told(self, event: str) -> dict[str, Any]:
        async def there() -> bool:
            return any(name == event for name, _ in self.events)

        await until(there, event)
        return next(fields for name, fields in self.events if name == event)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "data")
    yield world
    await world.stop()


# --- writes that fail -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "table"),
    [
        ("a state write", row_table("counts")),
        ("an append of an output", log_table("counted")),
        ("an append of the next stage's output", log_table("receipts")),
        ("the offset", "offsets"),
    ],
)
async def test_a_write_that_fails_ends_the_runtime_and_leaves_all_as_it_was(
    world: World, what: str, table: str
) -> None:
    total = Total()
    runtime = await world.start(pipeline(total=total))
    await runtime.port.publish(out("1"))
    await world.receipts(["1"])
    world.sql(f"CREATE TRIGGER fail BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no such luck'); END")
    await asyncio.gather(runtime.port.publish(out("2"), out("3")), return_exceptions=True)
    with pytest.raises(sqlite3.Error, match="no such luck"):
        async with asyncio.timeout(10):
            await runtime.failed()
    assert not runtime.state().ready
    assert total.pages == {b"a": 1}
    with pytest.raises(PublishError):
        async with asyncio.timeout(10):
            await runtime.port.publish(out("4"))
    await world.stop()
    assert (world.counted(), world.ids("receipts")) == (["1"], ["1"])
    world.sql("DROP TRIGGER fail")
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("2"), out("3"))
    await world.receipts(["1", "2", "3"])
    assert world.counted() == ["1", "2", "3"]


async def test_a_file_locked_by_another_process_is_waited_for(world: World) -> None:
    runtime = await world.start(pipeline())
    with contextlib.closing(sqlite3.connect(world.folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        publishing = asyncio.create_task(runtime.port.publish(out("1")))
        done, _ = await asyncio.wait([publishing], timeout=0.3)
        assert not done
        other.execute("ROLLBACK")
        async with asyncio.timeout(15):
            await publishing
    await world.receipts(["1"])


async def test_a_listener_that_fails_stops_nothing(tmp_path: Path) -> None:
    class Loud:
        def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
            raise OSError("no space left for the log")

        def dead_lettered(self, stage: str, error: str, message: str) -> None:
            raise OSError("no space left for the log")

        def committed(self, outs: object) -> None:
            raise OSError("no space left for the log")

        def emit(self, event: str, /, **fields: object) -> None:
            raise OSError("no space left for the log")

    loud = Loud()
    runtime = EmbeddedRuntime(
        pipeline(), EmbeddedSettings(folder=tmp_path), observer=loud, emit=loud.emit, free_bytes=Disk()
    )
    await runtime.start()
    try:
        await runtime.port.publish(out("1"), out("bad", what="raises"))
        await runtime.port.publish(out("2"))
        assert runtime.state().ready
    finally:
        await runtime.stop()


# --- a full disk ----------------------------------------------------------------------------


async def test_a_full_disk_pauses_and_goes_on_by_itself_when_there_is_room(world: World) -> None:
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("1"))
    await world.receipts(["1"])
    world.disk.free = 1000
    publishing = asyncio.create_task(runtime.port.publish(out("2")))
    assert "space" in (await world.told("disk-full"))["remedy"]
    assert runtime.state().detail == "the disk is full"
    assert not runtime.state().ready
    room = asyncio.create_task(runtime.port.room())
    await asyncio.wait([publishing, room], timeout=0.2)
    assert not publishing.done()
    assert not room.done()
    world.disk.free = PLENTY
    async with asyncio.timeout(15):
        await asyncio.gather(publishing, room)
    await world.receipts(["1", "2"])
    assert runtime.state().ready
    await world.told("disk-has-room")


async def test_a_pause_ends_though_nobody_publishes(world: World) -> None:
    """Poller and inbox wait for room, so nothing comes that would find out that there is some."""
    runtime = await world.start(pipeline())
    world.disk.free = 1000
    with contextlib.closing(LogFile(world.folder / FILE_NAME, write=True)) as other:
        other.append(out("1"))
    await world.told("disk-full")
    with contextlib.closing(sqlite3.connect(world.folder / FILE_NAME, timeout=10)) as file, file:
        file.execute(f"DELETE FROM {log_table('orders')}")  # nor is there anything left to handle
    room = asyncio.create_task(runtime.port.room())
    await asyncio.wait([room], timeout=0.2)
    assert not room.done()
    world.disk.free = PLENTY
    async with asyncio.timeout(15):
        await room


async def test_a_write_for_which_sqlite_has_no_room_is_repeated(world: World) -> None:
    """SQLite's own answer to a full disk, brought about by a limit on the file's pages."""
    runtime = await world.start(pipeline())
    connection = runtime.writer.store.connection

    def limit(pages: int) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    pages = int(world.sql("PRAGMA page_count")[0][0])
    runtime.writer.ask(lambda: limit(pages + 20))
    publishing = asyncio.create_task(runtime.port.publish(out("1", what="x" * 200_000)))
    await world.told("disk-full")
    assert not publishing.done()
    runtime.writer.ask(lambda: limit(1_000_000))
    async with asyncio.timeout(15):
        await publishing
    await world.receipts(["1"])


async def test_a_stop_while_the_disk_is_full_refuses_what_waits(world: World) -> None:
    runtime = await world.start(pipeline())
    world.disk.free = 0
    publishing = asyncio.create_task(runtime.port.publish(out("1")))
    await world.told("disk-full")
    async with asyncio.timeout(10):
        await world.stop()
        with pytest.raises(PublishError):
            await publishing
    assert world.ids("orders") == []


async def test_a_tick_that_met_a_full_disk_comes_when_there_is_room(world: World) -> None:
    world.disk.free = 0
    runtime = await world.start(pipeline(tick=timedelta(hours=1)))
    await world.told("disk-full")
    world.disk.free = PLENTY

    async def ticked() -> bool:
        return any(isinstance(decode(value), Tick) for _, _, value in _log(world, "orders"))

    await until(ticked, "the tick")
    assert runtime.state().ready


# --- other processes ------------------------------------------------------------------------


async def test_what_the_command_line_appends_is_noticed(world: World) -> None:
    runtime = await world.start(pipeline())
    log = LogFile(world.folder / FILE_NAME, write=True)
    log.append(out("from outside"))
    await world.receipts(["from outside"])
    # Own and foreign appends in turn, without a pause in which the runtime could look around.
    for n in range(20):
        log.append(out(f"theirs-{n}"))
        await runtime.port.publish(out(f"ours-{n}"))
    log.close()
    await world.receipts(
        ["from outside", *(f"{whose}-{n}" for n in range(20) for whose in ("theirs", "ours"))]
    )


async def test_what_is_appended_while_no_worker_runs_is_handled_at_the_next_start(world: World) -> None:
    await world.start(pipeline())
    await world.stop()
    log = LogFile(world.folder / FILE_NAME, write=True)
    log.append(out("1"))
    log.close()
    await world.start(pipeline())
    await world.receipts(["1"])


async def test_an_append_to_a_topic_that_is_not_there_is_an_error(world: World) -> None:
    await world.start(pipeline())
    log = LogFile(world.folder / FILE_NAME, write=True)
    with pytest.raises(PublishError, match="nowhere"):
        log.append(Out("nowhere", b"", out("1").record))
    log.append(out("2"))
    log.close()
    await world.receipts(["2"])


async def test_the_log_is_readable_while_no_worker_runs(world: World) -> None:
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("1"))
    await world.receipts(["1"])
    await world.stop()
    with contextlib.closing(LogFile(world.folder / FILE_NAME)) as log:
        assert [offset for offset, _, _ in log.read("orders")] == [1]
        assert log.newest("orders", 5)[0][1] == out("1").record
        assert len(list(log.rows("counts"))) == 1


async def test_a_folder_in_which_nothing_ran_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing has run"):
        LogFile(tmp_path / FILE_NAME)


async def test_a_file_of_a_later_release_is_refused_and_the_folder_let_go(world: World) -> None:
    await world.start(pipeline())
    await world.stop()
    world.sql("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="upgrade"):
        await world.start(pipeline())
    world.sql("UPDATE meta SET value = '1' WHERE key = 'schema'")
    await world.start(pipeline())


async def test_a_file_that_is_no_database_is_said_so(world: World) -> None:
    world.folder.mkdir()
    (world.folder / FILE_NAME).write_bytes(b"not a database, " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        await world.start(pipeline())


# --- the file itself ------------------------------------------------------------------------


async def test_after_a_kill_the_file_is_checked_and_after_a_stop_it_is_not(world: World) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.worker", "--folder", str(world.folder),
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while not (await process.stdout.readline()).startswith(b"ack 50"):
            pass
    os.kill(process.pid, signal.SIGKILL)
    await process.communicate()
    await world.start(pipeline())
    checked = await world.told("integrity-checked")
    assert (checked["ok"], checked["findings"]) == (True, [])
    await world.stop()
    world.events.clear()
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("x", "z"))
    assert "integrity-checked" not in [event for event, _ in world.events]


async def test_a_damaged_file_is_told_after_a_kill(world: World) -> None:
    runtime = await world.start(pipeline())
    await runtime.port.publish(*(out(str(n), what="x" * 3000) for n in range(200)))
    await world.receipts([str(n) for n in range(200)])
    await world.stop()
    world.sql("UPDATE meta SET value = '0' WHERE key = 'clean'")
    root = int(world.sql("SELECT rootpage FROM sqlite_master WHERE name = 'log receipts'")[0][0])
    size = int(world.sql("PRAGMA page_size")[0][0])
    with (world.folder / FILE_NAME).open("r+b") as file:  # an inner page of the receipts' log
        file.seek((root - 1) * size + size // 2)
        file.write(random.Random(1).randbytes(size // 2))
    with contextlib.suppress(StoreError):
        await world.start(pipeline())
    checked = await world.told("integrity-checked")
    assert checked["ok"] is False
    assert checked["findings"]


async def test_a_stop_folds_the_write_ahead_log_into_the_file(world: World) -> None:
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("1"))
    await world.receipts(["1"])
    await world.stop()
    wal = world.folder / f"{FILE_NAME}-wal"
    assert not wal.exists() or wal.stat().st_size == 0


async def test_a_reader_that_does_not_let_go_delays_no_stop(world: World) -> None:
    runtime = await world.start(pipeline())
    await runtime.port.publish(out("1"))
    with contextlib.closing(connect(world.folder / FILE_NAME, read_only=True)) as reader:
        reader.execute("BEGIN")
        reader.execute(f"SELECT count(*) FROM {log_table('orders')}").fetchone()
        await runtime.port.publish(out("2"))
        async with asyncio.timeout(5):
            await world.stop()


async def test_rows_in_memory_are_bounded_by_their_bytes(world: World) -> None:
    """Rows of many keys go through; the oldest leave the cache and are read again when asked for."""
    runtime = await world.start(pipeline())
    keys = [f"key-{n}" for n in range(300)]
    big = "i" * 20_000
    await runtime.port.publish(*(out(f"{big}{key}", key) for key in keys))
    await runtime.port.publish(*(out(f"second {key}", key) for key in keys))

    async def there() -> bool:
        return len(world.ids("receipts")) == 600

    await until(there, "all receipts")
    rows = runtime.writer._lanes._rows["count"]
    assert rows._cached <= CACHE_BYTES
    assert rows._cached == sum(size for _, size in rows._cache.values())
    with contextlib.closing(LogFile(world.folder / FILE_NAME)) as log:
        assert [ids(row)[1] for _, row in log.rows("counts")] == [f"second {key}" for key in sorted(keys)]


async def test_room_is_waited_for_while_stages_are_far_behind(world: World) -> None:
    handling, gate = threading.Event(), threading.Event()

    def handle(record: Record, state: State, now: datetime) -> Step:
        handling.set()
        gate.wait(20)
        return count(record, state, now)

    runtime = await world.start(pipeline(handle=handle), most_lag=10)
    publishing = asyncio.create_task(runtime.port.publish(*(out(str(n)) for n in range(20))))
    assert await asyncio.to_thread(handling.wait, 10)
    room = asyncio.create_task(runtime.port.room())
    try:
        await asyncio.wait([room], timeout=0.2)
        assert not room.done()
    finally:
        gate.set()
    async with asyncio.timeout(10):
        await asyncio.gather(publishing, room)


async def _is(value: bool) -> bool:
    return value


def _log(world: World, topic: str) -> list[tuple[int, bytes, bytes]]:
    with contextlib.closing(LogFile(world.folder / FILE_NAME)) as log:
        return list(log.read(topic))
