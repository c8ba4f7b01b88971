"""Workers as processes: killed, restarted, many, without their broker."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from monitor.runtime.kafka import EXIT_CODE, KafkaLog, KafkaSettings
from monitor.runtime.kafka.declare import declare
from monitor.stage import PublishError
from tests.kafka.broker import Broker
from tests.runtime.kafka.chain import pipeline, raw
from tests.runtime.kafka.conftest import Settings
from tests.runtime.kafka.processes import Worker, alerted, all_committed, eventually, uncommitted, workers

pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(120)]


class Load:
    """Articles that were acknowledged: none of them may be lost."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self._more = asyncio.Condition()

    async def run(self, settings: KafkaSettings) -> None:
        async with KafkaLog(pipeline(), settings) as log:
            for number in itertools.count():
                ids = [f"{number}.{n}" for n in range(20)]
                try:
                    await log.append([raw(id, f"s{id[-2:]}") for id in ids])
                except PublishError:  # the broker is away; some may be on their topics all the same
                    continue
                async with self._more:
                    self.sent.update(ids)
                    self._more.notify_all()
                await asyncio.sleep(0.05)

    async def more(self, count: int) -> None:
        """Wait for so many further articles."""
        async with self._more:
            goal = len(self.sent) + count
            await asyncio.wait_for(self._more.wait_for(lambda: len(self.sent) >= goal), 60)


@asynccontextmanager
async def loaded(settings: KafkaSettings) -> AsyncIterator[Load]:
    """About 300 articles a second while the block runs."""
    load = Load()
    task = asyncio.ensure_future(load.run(settings))
    try:
        yield load
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def nothing_lost(settings: KafkaSettings, load: Load, started: list[Worker]) -> None:
    """Every acknowledged article comes out, and committed equals end on every partition."""

    async def through() -> bool:
        return load.sent <= set(await alerted(settings))

    try:
        await eventually(through)
        await eventually(lambda: all_committed(settings))
    except AssertionError:
        missing = sorted(load.sent - set(await alerted(settings)))
        pytest.fail(
            "\n".join(
                (
                    f"{len(missing)} of {len(load.sent)} articles did not come out: {missing[:10]}",
                    f"not committed: {await uncommitted(settings)}",
                    *(
                        f"worker {n}: ended {worker.process.returncode}; {worker.events[-20:]}\n{worker.errors()}"
                        for n, worker in enumerate(started)
                    ),
                )
            )
        )


async def test_restart_with_wiped_tables_under_load_loses_nothing_and_commits_to_the_end(
    settings: Settings,
) -> None:
    mine = settings()
    await declare(pipeline(), mine)
    async with workers(mine) as started:
        async with loaded(mine) as load:
            for _ in range(2):
                await load.more(200)
                assert await started[0].end(signal.SIGKILL) == -signal.SIGKILL
                tables = next(path for path in (mine.data_dir / "kafka").iterdir() if path.is_dir())
                shutil.rmtree(tables)
                started[0] = await Worker.start(mine)
                await started[0].seen("kafka.ready")
            await load.more(60)
        await nothing_lost(mine, load, started)


async def test_killed_workers_partitions_go_to_the_other_and_come_back_and_nothing_is_lost(
    settings: Settings,
) -> None:
    first, second = settings("first", session_timeout=6.0), settings("second", session_timeout=6.0)
    await declare(pipeline(), first)
    async with workers(first) as started:
        async with loaded(first) as load:
            started.append(await Worker.start(second))
            await started[1].seen("kafka.ready")
            await load.more(60)
            await started[1].end(signal.SIGKILL)
            known = len([line for line in started[0].events if line["event"] == "kafka.assigned"])
            survivor = (await started[0].seen("kafka.assigned", known + 1))[-1]
            await load.more(60)
            started[1] = await Worker.start(second)
            await started[1].seen("kafka.ready")
            await load.more(60)
        await nothing_lost(first, load, started)
        shares = [[e for e in w.events if e["event"] == "kafka.assigned"][-1]["partitions"] for w in started]
    # Two topics and a table of four partitions, a topic and a table of one: the survivor had them all.
    assert int(survivor["partitions"]) == 14
    assert sum(map(int, shares)) == 14
    assert min(map(int, shares)) >= 6


async def test_broker_that_is_killed_and_comes_back_loses_nothing(
    settings: Settings, killable_broker: Broker
) -> None:
    mine = settings()
    await declare(pipeline(), mine)
    async with workers(mine) as started:
        async with loaded(mine) as load:
            await load.more(150)
            await asyncio.to_thread(killable_broker.kill)
            await asyncio.to_thread(killable_broker.restart)
            await load.more(150)
        await nothing_lost(mine, load, started)
        assert started[0].process.returncode is None


async def test_worker_stops_within_ten_seconds_of_sigterm_and_the_next_goes_on(settings: Settings) -> None:
    mine = settings()
    await declare(pipeline(), mine)
    async with workers(mine) as started:
        async with loaded(mine) as load:
            await load.more(100)
            began = time.monotonic()
            assert await started[0].end() == 0
            assert time.monotonic() - began < 10
            assert started[0].events[-1]["event"] == "kafka.stopped"
            await load.more(20)
        started[0] = await Worker.start(mine)
        await nothing_lost(mine, load, started)


async def test_second_worker_on_one_data_folder_is_refused_and_the_first_goes_on(settings: Settings) -> None:
    mine = settings()
    async with workers(mine) as started:
        second = await Worker.start(mine)
        assert await second.wait() == 2
        message = second.errors()
        assert f"another worker (process {started[0].process.pid}) runs on {mine.data_dir}" in message
        assert "data_dir of its own" in message
        async with KafkaLog(pipeline(), mine) as log:
            await log.append([raw("a")])

        async def through() -> bool:
            return await alerted(mine) == ["a"]

        await eventually(through)


async def test_watchdog_ends_a_worker_that_lost_its_coordination_with_its_exit_code(
    settings: Settings,
) -> None:
    worker = await Worker.start(settings(), "lose-coordinator")
    assert await worker.wait() == EXIT_CODE
    (event,) = [line for line in worker.events if line["event"] == "kafka.watchdog"]
    assert event["reason"] == "the group's coordination task has ended"
