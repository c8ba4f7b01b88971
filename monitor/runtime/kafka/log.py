"""The log as the command line uses it: read and append without joining the workers' group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from monitor.records import Record, RecordError, decode, decode_row
from monitor.runtime.kafka.declare import MAX_MESSAGE
from monitor.runtime.kafka.errors import KafkaRuntimeError, KafkaUnreachable
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.kafka.port import encode_sends, raise_refused
from monitor.runtime.kafka.producer import send_all
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.stage import Out, Pipeline

_SECONDS = 15.0
_PAGE = 500


class LogRecord(msgspec.Struct, frozen=True):
    """A record of a topic, and where it lies. ``record`` is none if its bytes are no record of ours."""

    partition: int
    offset: int
    at: datetime  # when it was appended
    key: bytes
    value: bytes
    record: Record | None


class KafkaLog:
    """``async with KafkaLog(pipeline, settings) as log``. Raises ``KafkaUnreachable``."""

    def __init__(self, pipeline: Pipeline, settings: KafkaSettings) -> None:
        self._layout = Layout(pipeline, settings)
        self._settings = settings
        self._options = settings.client_options() | {"request_timeout_ms": int(_SECONDS * 1000)}
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def append(self, outs: Sequence[Out]) -> None:
        """Append records; returns when they are acknowledged. Raises ``PublishError``."""
        sends = encode_sends(outs, self._layout, self._settings)
        producer = await self._started_producer()
        raise_refused(sends, await send_all(producer, sends))

    async def read(
        self, topic: str, limit: int | None = None, *, newest: bool = True
    ) -> AsyncIterator[LogRecord]:
        """Records of a topic as it is now: the newest first, by time of appending, or, not ``newest``, from
        the oldest on, partition by partition. Raises ``KafkaRuntimeError`` for an unknown topic."""
        if topic not in self._layout.topics:
            raise KafkaRuntimeError(f"there is no topic {topic}")
        name = self._settings.topic(topic)
        if newest:
            found = [record async for record in self._records(name, limit)]
            found.sort(key=lambda record: (record.at, record.offset), reverse=True)
            for record in found[:limit]:
                yield record
            return
        given = 0
        async for record in self._records(name, None):
            if limit is not None and given >= limit:
                return
            given += 1
            yield record

    async def rows(self, table: str) -> dict[bytes, Record]:
        """All rows of a table, read from its changelog. Unreadable ones are left out."""
        if table not in self._layout.tables:
            raise KafkaRuntimeError(f"there is no table {table}")
        values: dict[bytes, bytes] = {}
        async for message in self._messages(self._settings.changelog(table), None):
            if message.value is None:
                values.pop(message.key, None)
            else:
                values[message.key] = message.value
        rows: dict[bytes, Record] = {}
        for key in sorted(values):
            try:
                rows[key] = decode_row(values[key])
            except RecordError:
                continue
        return rows

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._options, acks="all", compression_type="gzip", max_request_size=MAX_MESSAGE
            )
            try:
                await asyncio.wait_for(producer.start(), _SECONDS)
            except (KafkaError, OSError, TimeoutError) as error:
                await producer.stop()
                raise self._unreachable(error) from error
            self._producer = producer
        return self._producer

    async def _records(self, name: str, last: int | None) -> AsyncIterator[LogRecord]:
        async for message in self._messages(name, last):
            value = message.value or b""
            try:
                record: Record | None = decode(value)
            except RecordError:
                record = None
            at = datetime.fromtimestamp(message.timestamp / 1000, UTC)
            yield LogRecord(message.partition, message.offset, at, message.key or b"", value, record)

    async def _messages(self, name: str, last: int | None) -> AsyncIterator[Any]:
        """Messages of a topic up to its present end, the ``last`` ones of each partition."""
        consumer = AIOKafkaConsumer(
            **self._options, enable_auto_commit=False, auto_offset_reset="earliest",
            max_partition_fetch_bytes=MAX_MESSAGE,
        )  # fmt: skip
        try:
            try:
                await asyncio.wait_for(consumer.start(), _SECONDS)
                await consumer._client.force_metadata_update()
                places = [TopicPartition(name, n) for n in range(await self._count(consumer, name))]
                consumer.assign(places)
                ends = await consumer.end_offsets(places)
                begins = await consumer.beginning_offsets(places)
            except (KafkaError, OSError, TimeoutError) as error:
                raise self._unreachable(error) from error
            for place in places:
                consumer.seek(
                    place, begins[place] if last is None else max(begins[place], ends[place] - last)
                )
            for place in places:
                while (position := await consumer.position(place)) < ends[place]:
                    found = await consumer.getmany(place, timeout_ms=int(_SECONDS * 1000), max_records=_PAGE)
                    messages = found.get(place, [])
                    if not messages and await consumer.position(place) == position:
                        raise self._unreachable(TimeoutError(f"no answer about {name}"))
                    for message in messages:
                        if message.offset < ends[place]:
                            yield message
        finally:
            await consumer.stop()

    async def _count(self, consumer: AIOKafkaConsumer, name: str) -> int:
        topics = await consumer.topics()
        if name not in topics:
            raise KafkaRuntimeError(
                f"topic {name} does not exist on {self._settings.bootstrap}: no worker ran there yet"
            )
        return len(consumer.partitions_for_topic(name) or ())

    def _unreachable(self, error: BaseException) -> KafkaUnreachable:
        return KafkaUnreachable(
            f"Kafka at {self._settings.bootstrap} does not answer ({error or type(error).__name__}): check that it runs, "
            "and kafka.bootstrap, kafka.tls and kafka.sasl in the settings"
        )
