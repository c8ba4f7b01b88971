"""Workers as processes, and what the broker says of their group."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.records import Alert
from monitor.runtime.kafka import KafkaLog, KafkaSettings
from tests.runtime.kafka.chain import pipeline

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds


class Worker:
    """One process; its events are collected as they come."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self._log = log  # a pipe that nobody reads would hold the worker up
        self.events: list[dict[str, str]] = []
        self._seen = asyncio.Condition()
        self._reader = asyncio.ensure_future(self._read())

    @classmethod
    async def start(cls, settings: KafkaSettings, *arguments: str) -> Worker:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        file = settings.data_dir / "settings.json"
        file.write_bytes(msgspec.json.encode(settings, enc_hook=str))
        log = settings.data_dir / f"stderr-{time.monotonic_ns()}.txt"
        with log.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.runtime.kafka.worker", str(file), *arguments,
                cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=stderr,
            )  # fmt: skip
        return cls(process, log)

    async def seen(self, event: str, count: int = 1) -> list[dict[str, str]]:
        """Wait for the ``count``-th of these events."""

        def found() -> list[dict[str, str]]:
            return [line for line in self.events if line["event"] == event]

        async with self._seen:
            await asyncio.wait_for(
                self._seen.wait_for(lambda: len(found()) >= count or self.process.returncode is not None),
                PATIENCE,
            )
        assert len(found()) >= count, (event, self.events, self.errors())
        return found()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; returns the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.wait()

    async def wait(self) -> int:
        code = await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self._reader
        return code

    def errors(self) -> str:
        """The end of its standard error."""
        return self._log.read_text()[-5000:]

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            async with self._seen:
                self.events.append(json.loads(line))
                self._seen.notify_all()
        await self.process.wait()
        async with self._seen:
            self._seen.notify_all()


@asynccontextmanager
async def workers(*all_settings: KafkaSettings) -> AsyncIterator[list[Worker]]:
    """Ready workers, all of them killed in the end; restarted ones belong into the list."""
    started = [await Worker.start(settings) for settings in all_settings]
    try:
        for worker in started:
            await worker.seen("kafka.ready")
        yield started
    finally:
        for worker in started:
            await worker.end(signal.SIGKILL)


async def eventually(check: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Ask until the answer is true: for what no event tells."""
    deadline = time.monotonic() + seconds
    while not (answer := await check()):
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.2)
    return answer


async def alerted(settings: KafkaSettings) -> list[str]:
    """The articles that reached the end of the chain, as often as they did."""
    async with KafkaLog(pipeline(), settings) as log:
        found = [entry.record async for entry in log.read("alerts", newest=False)]
    return [record.story for record in found if isinstance(record, Alert)]


async def uncommitted(settings: KafkaSettings) -> dict[tuple[str, int], tuple[int, int]]:
    """Partitions whose committed offset is not their end: (committed, end)."""
    chain = pipeline()
    counts = {topic.name: 1 if topic.single else settings.partitions for topic in chain.topics}
    read = {topic for stage in chain.stages for topic in stage.topics}
    places = [TopicPartition(settings.topic(name), n) for name in sorted(read) for n in range(counts[name])]
    options = settings.client_options()
    admin = AIOKafkaAdminClient(**options)
    consumer = AIOKafkaConsumer(**options, enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        ends = await consumer.end_offsets(places)
        committed = await admin.list_consumer_group_offsets(settings.app_id)
    finally:
        await consumer.stop()
        await admin.close()
    offsets = {place: committed[place].offset if place in committed else 0 for place in places}
    return {tuple(p): (max(0, offsets[p]), ends[p]) for p in places if max(0, offsets[p]) != ends[p]}


async def all_committed(settings: KafkaSettings) -> bool:
    """Whether committed equals end on every partition."""
    try:
        return not await uncommitted(settings)
    except KafkaError:  # the broker may be on its way up
        return False
