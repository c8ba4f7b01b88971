"""The runtime contract over Kafka, on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from monitor.records import Record
from monitor.runtime.kafka import KafkaLog, KafkaRuntime, KafkaSettings
from monitor.runtime.kafka.declare import MAX_MESSAGE
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.lock import FolderInUse
from monitor.stage import Pipeline, Runtime
from tests.kafka.broker import Broker
from tests.runtime.contract import RuntimeContract
from tests.runtime.counting import pipeline as counting

PARTITIONS = 4


class KafkaHarness:
    """One data folder and the topics under one prefix."""

    exact = False
    kills = 3
    start_seconds = 3.0
    folder_in_use: type[Exception] = FolderInUse

    def __init__(self, folder: Path, bootstrap: str, prefix: str) -> None:
        self.settings = KafkaSettings(
            bootstrap=bootstrap, data_dir=folder, prefix=prefix, partitions=PARTITIONS
        )
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._layout = Layout(counting(), self.settings)
        self._runtime: KafkaRuntime | None = None
        self._producer: AIOKafkaProducer | None = None

    def emit(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))

    async def start(self, pipeline: Pipeline) -> Runtime:
        runtime = KafkaRuntime(pipeline, self.settings, emit=self.emit)
        await runtime.start()
        self._runtime = runtime
        return runtime

    async def stop(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            await runtime.stop()

    async def close(self) -> None:
        await self.stop()
        if self._producer is not None:
            await self._producer.stop()

    async def second(self, pipeline: Pipeline) -> Runtime:
        runtime = KafkaRuntime(pipeline, self.settings, emit=self.emit)
        await runtime.start()
        return runtime

    async def raw(self, topic: str, key: bytes, value: bytes) -> None:
        await self._produce(self.settings.topic(topic), self._layout.of_topic(topic, key), key, value)

    async def raw_row(self, table: str, key: bytes, value: bytes) -> None:
        await self._produce(self.settings.changelog(table), self._layout.of_table(table, key), key, value)

    async def _produce(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                bootstrap_servers=self.settings.bootstrap, acks="all", max_request_size=MAX_MESSAGE
            )
            await self._producer.start()
        await self._producer.send_and_wait(topic, value, key=key, partition=partition)

    async def read(self, topic: str) -> list[tuple[bytes, bytes]]:
        async with KafkaLog(counting(), self.settings) as log:
            return [(record.key, record.value) async for record in log.read(topic, newest=False)]

    async def rows(self, table: str) -> dict[bytes, Record]:
        async with KafkaLog(counting(), self.settings) as log:
            return await log.rows(table)

    async def expire(self, topic: str) -> None:
        """Brokers look at retention every few minutes: the same by hand, up to what is committed."""
        runtime = self._runtime
        assert runtime is not None
        async with asyncio.timeout(30):
            while any(runtime.state().lag.values()):  # noqa: ASYNC110  nothing tells when it is committed
                await asyncio.sleep(0.1)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.bootstrap)
        await admin.start()
        try:
            name = self.settings.topic(topic)
            await admin.delete_records(
                {TopicPartition(name, number): RecordsToDelete(-1) for number in range(PARTITIONS)}
            )
        finally:
            await admin.close()

    def worker(self) -> Sequence[str]:
        settings = self.settings
        return [
            "--runtime", "kafka", "--folder", str(settings.data_dir), "--bootstrap", settings.bootstrap,
            "--prefix", settings.prefix, "--partitions", str(settings.partitions),
        ]  # fmt: skip


@pytest.fixture
async def harness(tmp_path: Path, kafka_broker: Broker, topic_prefix: str) -> AsyncIterator[KafkaHarness]:
    harness = KafkaHarness(tmp_path / "data", kafka_broker.bootstrap, topic_prefix)
    yield harness
    await harness.close()


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
class TestKafka(RuntimeContract):
    """All of it."""
