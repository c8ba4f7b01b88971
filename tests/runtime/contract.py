"""What both runtimes promise, as tests over a ``Harness``. Each runtime's test module subclasses the suite.

Tests judge from outside: what stands in the topics and tables afterwards. ``harness.exact`` says whether
outputs may stand there twice after a crash: where they may, repeats must have the same bytes.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from monitor.records import (
    Command,
    DeadLetter,
    Endpoint,
    Record,
    SourceLines,
    decode,
    encode,
    encode_row,
)
from monitor.stage import (
    Assigned,
    Changed,
    Out,
    Pipeline,
    PublishError,
    RecordTooLarge,
    Runtime,
    State,
    Step,
)
from tests.runtime.counting import (
    MISFORTUNES,
    UNREADABLE,
    Total,
    count,
    ids,
    order,
    out,
    pipeline,
    slow,
)
from tests.runtime.worker import KEYS, key_of

ROOT = Path(__file__).parents[2]

PATIENCE = 30.0  # seconds until a test gives up


class Harness(Protocol):
    """A runtime under test: one folder, one set of topics, started and stopped as often as wanted."""

    exact: bool
    kills: int  # of a worker, in one test
    start_seconds: float  # about how long a worker takes to start
    folder_in_use: type[Exception]
    events: list[tuple[str, dict[str, Any]]]

    async def start(self, pipeline: Pipeline) -> Runtime:
        """A worker on the harness's folder, running."""

    async def stop(self) -> None:
        """Stop the worker that runs, if one does."""

    async def second(self, pipeline: Pipeline) -> Runtime:
        """Another worker on the same folder; starting it should raise ``folder_in_use``."""

    async def raw(self, topic: str, key: bytes, value: bytes) -> None:
        """Append bytes as they are, past the runtime's own checks."""

    async def raw_row(self, table: str, key: bytes, value: bytes) -> None:
        """Put bytes into a table while no worker runs."""

    async def read(self, topic: str) -> list[tuple[bytes, bytes]]:
        """Keys and values that stand in a topic, in order within a key."""

    async def rows(self, table: str) -> dict[bytes, Record]:
        """The rows of a table, acknowledged ones only."""

    async def expire(self, topic: str) -> None:
        """Let retention take all that it may of a topic while a worker runs."""

    def worker(self) -> Sequence[str]:
        """Arguments of ``tests.runtime.worker`` for a worker on this harness's folder."""


async def until(check: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until ``check`` holds."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await check():  # noqa: ASYNC110  what is checked lies in files and on brokers
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"{what}: not within {PATIENCE:g} s")


def commands(records: Sequence[tuple[bytes, bytes]]) -> list[Command]:
    """The commands among a topic's records."""
    decoded = [decode(value) for _, value in records]
    return [record for record in decoded if isinstance(record, Command)]


def without_repeats(records: Sequence[tuple[bytes, bytes]], *, exact: bool) -> dict[str, list[str]]:
    """Ids by key, in order, each once. Repeats fail if they differ, or at all if ``exact``."""
    found: dict[str, bytes] = {}
    order: dict[str, list[str]] = defaultdict(list)
    for key, value in records:
        record = decode(value)
        assert isinstance(record, Command)
        if record.id in found:
            assert found[record.id] == value, f"{record.id} was repeated with another body"
            assert not exact, f"{record.id} was repeated"
            continue
        found[record.id] = value
        order[key.decode()].append(record.id)
    return dict(order)


async def letters(harness: Harness) -> list[DeadLetter]:
    """The dead letters, each once."""
    found = [decode(value) for _, value in await harness.read("dead-letters")]
    unique = {letter.id: letter for letter in found if isinstance(letter, DeadLetter)}
    return list(unique.values())


class RuntimeContract:
    """The suite. A subclass gives the fixture ``harness``."""

    async def receipts(self, harness: Harness, wanted: int) -> dict[str, list[str]]:
        """Receipts by key, once there are as many as wanted."""

        async def there() -> bool:
            return len({command.id for command in commands(await harness.read("receipts"))}) >= wanted

        await until(there, f"{wanted} receipts")
        return without_repeats(await harness.read("receipts"), exact=harness.exact)

    async def counted(self, harness: Harness, wanted: Mapping[str, list[str]]) -> None:
        """The rows come to hold these ids by key. Outputs are acknowledged before rows."""

        async def there() -> bool:
            rows = await harness.rows("counts")
            return {key.decode(): ids(row) for key, row in rows.items()} == wanted and all(
                isinstance(row, SourceLines) and row.pages == len(row.lines) for row in rows.values()
            )

        await until(there, f"rows {wanted}")

    # --- records in order -----------------------------------------------------------------

    async def test_records_of_a_key_stay_in_order_through_all_stages(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        keys = [f"key-{n}" for n in range(7)]
        wanted = {key: [f"{key}/{n}" for n in range(60)] for key in keys}
        outs = [
            out(id, key)
            for ids_of_all in zip(*wanted.values(), strict=True)
            for key, id in zip(keys, ids_of_all, strict=True)
        ]
        for some in _batched(outs, 50):
            await runtime.port.publish(*some)
        assert await self.receipts(harness, len(outs)) == wanted
        await self.counted(harness, wanted)

    async def test_a_published_record_stands_in_its_topic_when_publish_returns(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"), out("2"))
        assert [command.id for command in commands(await harness.read("orders"))] == ["1", "2"]

    async def test_an_order_that_comes_twice_is_counted_once(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"), out("1"), out("2"))
        assert await self.receipts(harness, 2) == {"a": ["1", "2"]}
        await self.counted(harness, {"a": ["1", "2"]})

    async def test_what_a_stage_is_told_is_its_state_with_earlier_changes_of_the_batch(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(*(out(str(n)) for n in range(200)))
        await self.receipts(harness, 200)
        await self.counted(harness, {"a": [str(n) for n in range(200)]})

    # --- poison ---------------------------------------------------------------------------

    @pytest.mark.parametrize("misfortune", sorted(MISFORTUNES))
    async def test_a_record_that_fails_becomes_a_dead_letter_and_leaves_no_other_trace(
        self, harness: Harness, misfortune: str
    ) -> None:
        total = Total()
        runtime = await harness.start(pipeline(total=total))
        poison = out("bad", what=misfortune)
        await runtime.port.publish(out("1"), poison, out("2"), out("3", "b"))
        assert await self.receipts(harness, 3) == {"a": ["1", "2"], "b": ["3"]}
        (letter,) = await letters(harness)
        assert (letter.topic, letter.key, letter.value) == ("orders", b"a", encode(poison.record))
        assert letter.stage == "count"
        assert letter.message
        assert letter.place.startswith("orders/")
        await self.counted(harness, {"a": ["1", "2"], "b": ["3"]})
        await until(lambda: _truth(total.pages == {b"a": 2, b"b": 1}), "the index")

    async def test_bytes_that_are_no_record_become_dead_letters_with_key_and_bytes(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("before"))
        for value in UNREADABLE.values():
            await harness.raw("orders", b"a", value)
        await runtime.port.publish(out("after"))
        assert await self.receipts(harness, 2) == {"a": ["before", "after"]}
        found = {letter.value: letter for letter in await letters(harness)}
        assert [name for name, value in UNREADABLE.items() if value not in found] == []
        assert {letter.key for letter in found.values()} == {b"a"}

    async def test_a_version_from_the_future_stops_its_stage_visibly_and_loses_nothing(
        self, harness: Harness
    ) -> None:
        newer = encode(order("2")).replace(b'"v":1', b'"v":99')
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"))
        await self.receipts(harness, 1)
        await harness.raw("orders", b"a", newer)
        await runtime.port.publish(out("3"))
        await until(lambda: _truth(bool(runtime.state().stopped)), "the stop is said")
        (why,) = runtime.state().stopped.values()
        assert "version 99" in why
        assert any("stopped" in event for event, _ in harness.events)
        assert await self.receipts(harness, 1) == {"a": ["1"]}
        # The next start meets it again: it was neither skipped nor taken for a dead letter.
        await harness.stop()
        runtime = await harness.start(pipeline())
        await until(lambda: _truth(bool(runtime.state().stopped)), "the stop is said again")
        assert await letters(harness) == []
        assert [value for _, value in await harness.read("orders")][1:] == [newer, encode(order("3"))]
        assert await self.receipts(harness, 1) == {"a": ["1"]}

    async def test_an_unknown_version_of_an_unknown_kind_stops_too(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.raw("orders", b"a", b'{"kind":"hologram","v":2}')
        await until(lambda: _truth(bool(runtime.state().stopped)), "the stop is said")
        assert await letters(harness) == []

    # --- limits ---------------------------------------------------------------------------

    async def test_a_record_too_large_is_refused_where_it_is_published(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(RecordTooLarge):
            await runtime.port.publish(out("1"), out("large", what="x" * (4 * 1024 * 1024)))
        await runtime.port.publish(out("2"))
        assert await self.receipts(harness, 1) == {"a": ["2"]}

    async def test_the_largest_record_passes(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        room = 4 * 1024 * 1024 - len(encode(order("large")))
        await runtime.port.publish(out("large", what="x" * room), out("2"))
        assert await self.receipts(harness, 2) == {"a": ["large", "2"]}

    async def test_a_dead_letter_of_the_largest_record_fits(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.raw("orders", b"a", b"[" + b"x" * (4 * 1024 * 1024 - 1))
        await runtime.port.publish(out("2"))
        await self.receipts(harness, 1)
        (letter,) = await letters(harness)
        assert letter.value.startswith(b"[xxx")
        assert len(letter.value) > 3_000_000
        assert "cut" in letter.message

    # --- publishing -----------------------------------------------------------------------

    async def test_publishing_to_a_topic_that_is_not_there_fails(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(PublishError):
            await runtime.port.publish(Out("nowhere", b"a", order("1")))

    async def test_publishing_what_has_no_form_on_the_wire_fails(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(PublishError):
            await runtime.port.publish(out("half \ud800 a pair"))

    async def test_publishing_after_the_stop_fails_and_does_not_hang(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.stop()
        with pytest.raises(PublishError):
            async with asyncio.timeout(10):
                await runtime.port.publish(out("1"))

    async def test_publishing_during_the_stop_is_answered(self, harness: Harness) -> None:
        """Each record is acknowledged and kept, or refused."""
        runtime = await harness.start(pipeline())
        publishing = [asyncio.create_task(runtime.port.publish(out(str(n)))) for n in range(50)]
        await asyncio.sleep(0)
        await harness.stop()
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*publishing, return_exceptions=True)
        assert all(answer is None or isinstance(answer, PublishError) for answer in answers)
        kept = {command.id for command in commands(await harness.read("orders"))}
        assert {str(n) for n, answer in enumerate(answers) if answer is None} <= kept

    async def test_room_is_given_at_rest(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        async with asyncio.timeout(10):
            await runtime.port.room()

    # --- stop, start, recovery ------------------------------------------------------------

    async def test_state_and_indexes_are_there_after_a_restart(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline(total=Total()))
        await runtime.port.publish(*(out(f"{n}", f"key-{n % 3}") for n in range(30)))
        await self.receipts(harness, 30)
        await harness.stop()
        total = Total()
        runtime = await harness.start(pipeline(total=total))
        await runtime.port.publish(*(out(f"{n}", f"key-{n % 3}") for n in range(31)))
        await self.receipts(harness, 31)
        await until(lambda: _truth(total.pages == {b"key-0": 11, b"key-1": 10, b"key-2": 10}), "the index")

    async def test_what_was_published_before_a_stop_is_handled_after_it(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline(handle=slow(0.05)))
        await runtime.port.publish(*(out(str(n)) for n in range(40)))
        await harness.stop()
        await harness.start(pipeline())
        assert await self.receipts(harness, 40) == {"a": [str(n) for n in range(40)]}

    async def test_a_stop_takes_less_than_ten_seconds_while_handlers_are_slow(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline(handle=slow(1.0)))
        await runtime.port.publish(*(out(str(n)) for n in range(20)))
        async with asyncio.timeout(10):
            await harness.stop()

    async def test_a_stop_takes_less_than_ten_seconds_while_a_page_hangs(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline(prepared=True))
        await runtime.port.publish(out("1", what="heavy-hang"), out("2", what="heavy-hang"), out("3"))
        await asyncio.sleep(0.5)  # until its process has begun, or not: both must stop
        async with asyncio.timeout(10):
            await harness.stop()
        assert await letters(harness) == []

    async def test_a_second_worker_on_the_same_folder_is_refused(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(harness.folder_in_use, match="another worker"):
            await harness.second(pipeline())
        await runtime.port.publish(out("1"))
        assert await self.receipts(harness, 1) == {"a": ["1"]}

    async def test_retention_leaves_state_and_what_is_not_handled(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline(retention=timedelta(days=1)))
        await runtime.port.publish(*(out(str(n)) for n in range(10)))
        await self.receipts(harness, 10)
        await harness.expire("orders")
        await until(lambda: _empty(harness, "orders"), "the log is empty")
        await harness.stop()
        runtime = await harness.start(pipeline(total=(total := Total())))
        await runtime.port.publish(*(out(str(n)) for n in range(12)))
        assert await self.receipts(harness, 12) == {"a": [str(n) for n in range(12)]}
        await self.counted(harness, {"a": [str(n) for n in range(12)]})
        await until(lambda: _truth(total.pages == {b"a": 12}), "the index")

    async def test_a_row_from_the_future_stops_its_stage(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"))
        await self.receipts(harness, 1)
        await harness.stop()
        newer = encode_row(SourceLines(v=99))
        await harness.raw_row("counts", b"a", newer)
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("2"))
        await until(lambda: _truth(bool(runtime.state().stopped)), "the stop is said")
        assert await letters(harness) == []

    # --- swap, ticks, watch ---------------------------------------------------------------

    async def test_a_swapped_handler_takes_over_and_no_record_is_handled_by_both(
        self, harness: Harness
    ) -> None:
        def marked(record: Record, state: State, now: Any) -> Step:
            if isinstance(record, Command):
                record = msgspec.structs.replace(record, reason="swapped")
            return count(record, state, now)

        runtime = await harness.start(pipeline(handle=slow(0.002)))
        await runtime.port.publish(*(out(str(n)) for n in range(100)))
        runtime.swap("count", marked)
        await self.receipts(harness, 100)
        await runtime.port.publish(out("100"))
        assert await self.receipts(harness, 101) == {"a": [str(n) for n in range(101)]}
        marks = [command.reason for command in commands(await harness.read("receipts"))]
        assert marks[-1] == "swapped"
        assert marks == sorted(marks), "once swapped, the old handler came back"

    async def test_swapping_a_stage_that_is_not_there_fails(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(KeyError):
            runtime.swap("no-such-stage", count)

    async def test_ticks_come_to_the_stage_that_asks_for_them(self, harness: Harness) -> None:
        await harness.start(pipeline(tick=timedelta(seconds=0.2)))

        async def ticked() -> bool:
            return b"clock" in await harness.rows("clock")

        await until(ticked, "a tick")
        row = (await harness.rows("clock"))[b"clock"]
        assert isinstance(row, Endpoint)
        assert row.last_success is not None

    async def test_a_watch_begins_with_all_rows_and_goes_on_with_every_change(self, harness: Harness) -> None:
        """Rows and changes together give the table, whenever the watch begins."""
        runtime = await harness.start(pipeline())
        await runtime.port.publish(*(out(f"early-{n}", f"key-{n % 5}") for n in range(20)))
        await self.receipts(harness, 20)
        seen: dict[bytes, Record | None] = {}
        assigned = asyncio.Event()

        async def watch() -> None:
            async for event in runtime.port.watch("counts"):
                if isinstance(event, Assigned):
                    seen.update(event.rows)
                    assigned.set()
                elif isinstance(event, Changed):
                    seen[event.key] = event.value

        async def write() -> None:
            for n in range(100):
                await runtime.port.publish(out(f"late-{n}", f"key-{n % 5}"))

        writing = asyncio.create_task(write())
        await asyncio.sleep(0.01)  # the watch begins in the midst of the changes
        watching = asyncio.create_task(watch())
        await writing
        await self.receipts(harness, 120)
        async with asyncio.timeout(PATIENCE):
            await assigned.wait()

        async def complete() -> bool:
            return seen == await harness.rows("counts")

        await until(complete, "the watch has what the table has")
        await harness.stop()
        async with asyncio.timeout(10):
            await watching  # a watch ends when the runtime stops

    async def test_a_change_is_told_only_when_it_stands_in_the_table(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        told = asyncio.Queue[Changed]()

        async def watch() -> None:
            async for event in runtime.port.watch("counts"):
                if isinstance(event, Changed):
                    told.put_nowait(event)

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0.1)
        for n in range(5):
            await runtime.port.publish(out(str(n)))
            async with asyncio.timeout(PATIENCE):
                event = await told.get()
            stored = (await harness.rows("counts"))[b"a"]
            assert ids(event.value) == ids(stored)[: len(ids(event.value))]
            assert ids(event.value)[-1] == str(n)
        await harness.stop()
        await watching

    async def test_a_watch_after_the_stop_ends_at_once(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        port = runtime.port
        await harness.stop()
        async with asyncio.timeout(10):
            assert [event async for event in port.watch("counts")] == []

    # --- preparation ----------------------------------------------------------------------

    async def test_what_is_prepared_keeps_its_order_and_what_cannot_be_is_a_dead_letter(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline(prepared=True))
        whats = [
            "",
            "heavy",
            "light",
            "heavy-crash",
            "heavy",
            "heavy-refused",
            "light-refused",
            "heavy-memory",
            "heavy",
        ]
        await runtime.port.publish(*(out(str(n), what=what) for n, what in enumerate(whats)))
        good = [str(n) for n, what in enumerate(whats) if what in ("", "heavy", "light")]
        assert await self.receipts(harness, len(good)) == {"a": good}
        marks = [command.reason for command in commands(await harness.read("receipts"))]
        assert [mark for mark in marks if "prepared" not in mark] == [""]
        buried = [decode(letter.value) for letter in await letters(harness)]
        bad = ["heavy-crash", "heavy-memory", "heavy-refused", "light-refused"]
        assert sorted(record.reason for record in buried if isinstance(record, Command)) == bad

    # --- kill -9 --------------------------------------------------------------------------

    @pytest.mark.timeout(300)
    @pytest.mark.parametrize("seed", [1, 2])
    async def test_kill_9_at_any_point_loses_nothing(self, harness: Harness, seed: int) -> None:
        """A worker that publishes and handles is killed at random points, during its start too."""
        chance = random.Random(seed)
        acknowledged: list[int] = []
        for _ in range(harness.kills):
            first = acknowledged[-1] + 1 if acknowledged else 0
            blindly = chance.random() < 0.3
            wait = chance.uniform(0.0, harness.start_seconds if blindly else 0.3)
            acknowledged += await _killed_once(harness, first, wait, blindly=blindly)
        last = acknowledged[-1] + 1 if acknowledged else 0
        assert last, "no worker came so far as to publish"
        runtime = await harness.start(pipeline(total=(total := Total())))
        await runtime.port.publish(*(out(str(n), key_of(n)) for n in range(last, last + 8)))
        receipts = await self.receipts(harness, last + 8)
        wanted = {key_of(n): [str(m) for m in range(n, last + 8, KEYS)] for n in range(KEYS)}
        assert receipts == wanted
        await self.counted(harness, wanted)
        await until(lambda: _truth(sum(total.pages.values()) == last + 8), "the index")
        assert await letters(harness) == []


async def _truth(value: bool) -> bool:
    return value


async def _empty(harness: Harness, topic: str) -> bool:
    return not await harness.read(topic)


def _batched(outs: Sequence[Out], size: int) -> list[Sequence[Out]]:
    return [outs[start : start + size] for start in range(0, len(outs), size)]


async def _killed_once(harness: Harness, first: int, wait: float, *, blindly: bool) -> list[int]:
    """Run a worker from order ``first`` on and kill it; the orders that it saw acknowledged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.worker", *harness.worker(), "--first", str(first),
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    ready = asyncio.Event()

    async def read(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if not line.endswith(b"\n"):
                return  # cut off in the middle of a number
            lines.append(line.decode().strip())
            ready.set()
        ready.set()

    reading = asyncio.create_task(read(process.stdout))
    try:
        if not blindly:
            async with asyncio.timeout(PATIENCE):
                await ready.wait()
        await asyncio.sleep(wait)
    finally:
        assert process.returncode is None, "the worker ended by itself"
        process.kill()
        await process.wait()
        await reading
    return [int(line.removeprefix("ack ")) for line in lines if line.startswith("ack ")]
