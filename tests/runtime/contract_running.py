"""The contract, second part: stop and start, swap, ticks, watch, preparation, kill -9."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from monitor.records import (
    Command,
    Endpoint,
    Record,
    SourceLines,
    decode,
    encode_row,
)
from monitor.stage import (
    Assigned,
    Changed,
    State,
    Step,
)
from tests.runtime.counting import (
    Total,
    count,
    ids,
    out,
    pipeline,
    slow,
)
from tests.runtime.harness import (
    PATIENCE,
    Harness,
    Judge,
    commands,
    empty,
    killed_once,
    letters,
    truth,
    until,
)
from tests.runtime.worker import KEYS, key_of


class RunningContract(Judge):
    """A subclass gives the fixture ``harness``."""

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
        await until(lambda: truth(total.pages == {b"key-0": 11, b"key-1": 10, b"key-2": 10}), "the index")

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
        await until(lambda: empty(harness, "orders"), "the log is empty")
        await harness.stop()
        runtime = await harness.start(pipeline(total=(total := Total())))
        await runtime.port.publish(*(out(str(n)) for n in range(12)))
        assert await self.receipts(harness, 12) == {"a": [str(n) for n in range(12)]}
        await self.counted(harness, {"a": [str(n) for n in range(12)]})
        await until(lambda: truth(total.pages == {b"a": 12}), "the index")

    async def test_a_row_from_the_future_stops_its_stage(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"))
        await self.receipts(harness, 1)
        await harness.stop()
        newer = encode_row(SourceLines(v=99))
        await harness.raw_row("counts", b"a", newer)
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("2"))
        await until(lambda: truth(bool(runtime.state().stopped)), "the stop is said")
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
            acknowledged += await killed_once(harness, first, wait, blindly=blindly)
        last = acknowledged[-1] + 1 if acknowledged else 0
        assert last, "no worker came so far as to publish"
        runtime = await harness.start(pipeline(total=(total := Total())))
        await runtime.port.publish(*(out(str(n), key_of(n)) for n in range(last, last + 8)))
        receipts = await self.receipts(harness, last + 8)
        wanted = {key_of(n): [str(m) for m in range(n, last + 8, KEYS)] for n in range(KEYS)}
        assert receipts == wanted
        await self.counted(harness, wanted)
        await until(lambda: truth(sum(total.pages.values()) == last + 8), "the index")
        assert await letters(harness) == []
