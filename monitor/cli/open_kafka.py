"""The log on Kafka, for commands: one connection a call, outside the workers' group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from monitor.alerting.routing import Routing
from monitor.app.kafka import kafka_settings
from monitor.config import Settings
from monitor.lexicon.schema import EMPTY
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.pipeline import build
from monitor.records import Record
from monitor.runtime.kafka import KafkaLog
from monitor.stage import Out


class OnKafka:
    """See ``monitor.cli.open.Log``. Raises ``KafkaRuntimeError``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = kafka_settings(settings)
        self._pipeline = build(Engine((), file_lexicon(EMPTY)), Routing())

    def newest(self, topic: str, most: int) -> list[Record]:
        async def read() -> list[Record]:
            async with KafkaLog(self._pipeline, self._settings) as log:
                return [found.record async for found in log.read(topic, most) if found.record is not None]

        return asyncio.run(read())

    def rows(self, table: str) -> Iterator[tuple[bytes, Record]]:
        async def read() -> dict[bytes, Record]:
            async with KafkaLog(self._pipeline, self._settings) as log:
                return await log.rows(table)

        return iter(asyncio.run(read()).items())

    def append(self, *outs: Out) -> None:
        async def append() -> None:
            async with KafkaLog(self._pipeline, self._settings) as log:
                await log.append(outs)

        asyncio.run(append())

    def close(self) -> None:
        """Nothing is kept open."""
