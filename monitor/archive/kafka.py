"""The tail over Kafka's topics: a consumer without a group, so that no rebalance ever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from monitor.archive.errors import TailError
from monitor.archive.tail import READ_BYTES, TOPICS, Entry, Place
from monitor.records import MAX_RECORD
from monitor.runtime.kafka.errors import KafkaRuntimeError
from monitor.runtime.kafka.settings import KafkaSettings

_SECONDS = 30.0  # that a request may take
_WAIT_MS = 100  # for records that are on their way
_TOPICS_SECONDS = 60.0  # between looks for new partitions

_ERRORS = (KafkaError, KafkaRuntimeError, TailError, OSError, TimeoutError)


class KafkaTail:
    """Reads all partitions of ``topics`` with ``settings``; connects at the first read, and anew after
    each failure."""

    def __init__(self, settings: KafkaSettings, topics: tuple[str, ...] = TOPICS) -> None:
        self._settings = settings
        self._topics = topics
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
            found = await consumer.getmany(*wanted, timeout_ms=_WAIT_MS, max_records=most)
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
            async with asyncio.timeout(_SECONDS):
                ends = await consumer.end_offsets(places)
                begins = await consumer.beginning_offsets(places)
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
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            cluster = await self._cluster(consumer)
            places: list[TopicPartition] = []
            for name in self._names:
                partitions = await self._partitions(consumer, name)
                places.extend(TopicPartition(name, partition) for partition in sorted(partitions))
        consumer.assign(places)
        self._positions = {}
        self._log = f"kafka {cluster} {self._settings.prefix}".strip()
        return consumer

    async def _cluster(self, consumer: AIOKafkaConsumer) -> str:
        from aiokafka.admin import AIOKafkaAdminClient

        admin = AIOKafkaAdminClient(
            **self._settings.client_options(), request_timeout_ms=int(_SECONDS * 1000)
        )
        try:
            await admin.start()
            described = await admin.describe_cluster()
        finally:
            await admin.close()
        return str(described.get("cluster_id") or "cluster")

    async def _partitions(self, consumer: AIOKafkaConsumer, name: str) -> set[int]:
        await consumer._client._wait_on_metadata(name)
        found: set[int] | None = consumer.partitions_for_topic(name)
        return found or set()

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
        if from_beginning and not await consumer.seek_to_beginning(*from_beginning):
            raise TailError("Kafka did not tell in time where its topics begin")
        return wanted

    async def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_SECONDS / 10):
                    await consumer.stop()

    def _failure(self, error: Exception) -> TailError:
        return TailError(
            f"Kafka at {self._settings.bootstrap} cannot be read: {type(error).__name__} {error}".strip()[
                :300
            ]
        )
