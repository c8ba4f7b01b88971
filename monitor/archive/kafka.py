"""The tail over Kafka's topics: a consumer without a group, so that no rebalance ever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from monitor.archive.errors import TailError
from monitor.archive.tail import READ_BYTES, TOPICS, Entry, Place
from monitor.records import MAX_RECORD
from monitor.runtime.kafka.errors import KafkaRuntimeError
from monitor.runtime.kafka.settings import KafkaSettings

_SECONDS = 30.0  # that a request may take
_ANSWER_SECONDS = 10.0  # until a broker that says nothing counts as away
_STOP_SECONDS = 3.0
_WAIT_MS = 100  # for records that are on their way
_TOPICS_SECONDS = 60.0  # between looks for new partitions

T = TypeVar("T")

_ERRORS = (KafkaError, KafkaRuntimeError, TailError, OSError, TimeoutError)


class KafkaTail:
    """Reads all partitions of ``topics`` with ``settings``; connects at the first read, and anew after
    each failure."""

    def __init__(
        self,
        settings: KafkaSettings,
        topics: tuple[str, ...] = TOPICS,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._answer_seconds = answer_seconds
        self._names = {settings.topic(topic): topic for topic in topics}
        self._consumer: AIOKafkaConsumer | None = None
        self._positions: dict[TopicPartition, int] = {}
        self._log = ""

    @property
    def topics(self) -> tuple[str, ...]:
        return self._topics

    @property
    def log(self) -> str:
        """The cluster and the prefix of the topics."""
        return self._log

    async def read(
        self, offsets: Mapping[Place, int], most: int, without: frozenset[Place] = frozenset()
    ) -> Sequence[Entry]:
        """See ``Tail.read``."""
        try:
            consumer = self._consumer or await self._connect()
            wanted = await self._seek(consumer, offsets, without)
            if not wanted:
                return []
            found: dict[TopicPartition, list[ConsumerRecord]] = await _apart(
                consumer.getmany(*wanted, timeout_ms=_WAIT_MS, max_records=most), _SECONDS
            )
        except _ERRORS as error:
            await self._disconnect()
            raise self._failure(error) from error
        entries: list[Entry] = []
        size = 0
        for place, records in found.items():
            for record in records:
                size += len(record.value or b"")
                if entries and size > READ_BYTES:
                    break  # the rest is sought again
                # A record without a value is none of ours; it is skipped by whoever reads it.
                entries.append(
                    Entry(
                        self._names[place.topic],
                        place.partition,
                        record.offset,
                        record.key or b"",
                        record.value or b"",
                    )
                )
                self._positions[place] = record.offset + 1
        # What getmany took and we did not give out has to be sought again.
        for place, records in found.items():
            if self._positions.get(place) != records[-1].offset + 1:
                self._positions.pop(place, None)
        return entries

    async def lag(self, offsets: Mapping[Place, int]) -> Mapping[str, int]:
        """See ``Tail.lag``."""
        try:
            consumer = self._consumer or await self._connect()
            places = list(consumer.assignment())
            # Also how a broker that is gone is noticed: fetching just goes on trying, in silence.
            ends, begins = await _apart(_bounds(consumer, places), self._answer_seconds)
        except _ERRORS as error:
            await self._disconnect()
            raise self._failure(error) from error
        lags = dict.fromkeys(self._topics, 0)
        for place, end in ends.items():
            topic = self._names[place.topic]
            first = max(offsets.get((topic, place.partition), 0), begins[place])
            lags[topic] += max(0, end - first)
        return lags

    async def close(self) -> None:
        """Leave the brokers."""
        await self._disconnect()

    # --- the consumer ---------------------------------------------------------------------

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._settings.client_options(),
            client_id="news-monitor-archive",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # also where an offset lies outside the log
            max_partition_fetch_bytes=MAX_RECORD + 128 * 1024,
            fetch_max_bytes=2 * READ_BYTES,
            request_timeout_ms=int(_SECONDS * 1000),
            metadata_max_age_ms=int(_TOPICS_SECONDS * 1000),
        )
        self._consumer = consumer
        cluster, partitions = await _apart(self._start(consumer), _SECONDS)
        places = [
            TopicPartition(name, number) for name, count in partitions.items() for number in range(count)
        ]
        consumer.assign(places)
        self._positions = {}
        self._log = f"kafka {cluster} {self._settings.prefix}".strip()
        return consumer

    async def _start(self, consumer: AIOKafkaConsumer) -> tuple[str, dict[str, int]]:
        """Connect; the cluster's id, and how many partitions each topic has."""
        await consumer.start()
        admin = AIOKafkaAdminClient(
            **self._settings.client_options(), request_timeout_ms=int(_SECONDS * 1000)
        )
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
            described = await admin.describe_topics(list(self._names))
        finally:
            await admin.close()
        missing = [topic["topic"] for topic in described if topic["error_code"]]
        if missing:
            raise TailError(f"there are no topics {', '.join(missing)} on {self._settings.bootstrap} yet")
        partitions = {topic["topic"]: len(topic["partitions"]) for topic in described}
        return str(cluster.get("cluster_id") or "cluster"), partitions

    async def _seek(
        self, consumer: AIOKafkaConsumer, offsets: Mapping[Place, int], without: frozenset[Place]
    ) -> list[TopicPartition]:
        wanted: list[TopicPartition] = []
        from_beginning: list[TopicPartition] = []
        for place in consumer.assignment():
            own = (self._names[place.topic], place.partition)
            if own in without:
                consumer.pause(place)
                continue
            wanted.append(place)
            offset = offsets.get(own)
            if place in self._positions and self._positions[place] == offset:
                continue
            if offset is None:
                if self._positions.get(place) == -1:
                    continue  # at its beginning, where nothing has come yet
                from_beginning.append(place)
                self._positions[place] = -1
            else:
                consumer.seek(place, offset)
                self._positions[place] = offset
        if from_beginning and not await _apart(consumer.seek_to_beginning(*from_beginning), 2 * _SECONDS):
            raise TailError("Kafka did not tell in time where its topics begin")
        return wanted

    async def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(*_ERRORS):
                await _apart(consumer.stop(), _STOP_SECONDS)

    def _failure(self, error: Exception) -> TailError:
        if isinstance(error, TailError):
            return error
        return TailError(
            f"Kafka at {self._settings.bootstrap} cannot be read: {type(error).__name__} {error}".strip()[
                :300
            ]
        )


async def _bounds(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """Where logs end and where they begin."""
    return await consumer.end_offsets(places), await consumer.beginning_offsets(places)


async def _apart(call: Coroutine[Any, Any, T], seconds: float) -> T:
    """Await a call of aiokafka in a task of its own, for so long at most.

    Where a connection breaks, aiokafka lets the cancellation of its own tasks out: here it must not
    look like ours. Raises ``TimeoutError``, ``TailError`` for such a cancellation, and what the call
    raises.
    """
    task = asyncio.create_task(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=1.0)
        raise TimeoutError(f"no answer within {seconds:g} s")
    if task.cancelled():
        raise TailError("the connection to Kafka broke")
    return task.result()
