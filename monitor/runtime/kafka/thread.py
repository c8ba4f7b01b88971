"""The consumer's own thread: it fetches, seeks and commits; what it hands over belongs to an epoch.

Private methods of faust-streaming 0.15.3, mode-streaming 0.7.1 and aiokafka 0.14.0 are overridden:
pinned exactly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import aiokafka
from aiokafka.errors import CommitFailedError, ConsumerStoppedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as stock
from faust.types import TP
from mode.threads import ServiceThread, WorkerThread

from monitor.runtime.kafka.declare import MAX_MESSAGE
from monitor.runtime.kafka.fetched import Fetched
from monitor.runtime.kafka.ledger import Ledger, Place

if TYPE_CHECKING:
    from monitor.runtime.kafka.app import MonitorApp

_PREFETCH_BACKOFF = 0.005  # aiokafka's 0.1 s shows in the latency
_FETCH_MAX = 32 * 1024 * 1024  # bytes an answer of a broker may have


class DaemonThread(WorkerThread):
    """A consumer that hangs must not hold up the end of its process."""

    def __init__(self, service: ServiceThread, **options: Any) -> None:
        super().__init__(service, **options)
        self.daemon = True


class ConsumerThread(stock.AIOKafkaConsumerThread):
    """The consumer's own thread and event loop."""

    Worker = DaemonThread

    async def on_start(self) -> None:
        await super().on_start()
        self._ensure_consumer()._fetcher._prefetch_backoff = _PREFETCH_BACKOFF

    async def on_thread_stop(self) -> None:
        try:
            await super().on_thread_stop()
        except asyncio.CancelledError:
            # aiokafka's fetcher cancels its requests in flight and trips over that while a broker is away.
            if self._consumer is not None:
                await self._consumer._client.close()

    def _create_worker_consumer(self, transport: stock.Transport) -> aiokafka.AIOKafkaConsumer:
        app = cast("MonitorApp", self.app)
        conf = app.conf
        self._assignor = app.assignor
        return aiokafka.AIOKafkaConsumer(
            **app.settings.client_options(),
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=app.instance,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=MAX_MESSAGE,
            fetch_max_bytes=_FETCH_MAX,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
        )

    @property
    def ledger(self) -> Ledger:
        return cast("MonitorApp", self.app).ledger

    async def fetch(self, active: frozenset[TP], seconds: float) -> Fetched:
        """Records of the partitions ``active``, called from the app's loop. It waits in a task of its own:
        the thread's two method workers stay free for commits."""
        try:
            future = asyncio.run_coroutine_threadsafe(self._fetch(active, seconds), self.thread_loop)
        except RuntimeError as error:  # the thread's loop is closed
            raise ConsumerStoppedError() from error
        return await asyncio.wrap_future(future)

    async def _fetch(self, active: frozenset[TP], seconds: float) -> Fetched:
        consumer = self._ensure_consumer()
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError()
        if not self.consumer.flow_active:
            return Fetched(self.ledger.epoch, {})
        with fetcher._subscriptions.fetch_context():
            records: Mapping[TP, list[Any]] = await fetcher.fetched_records(
                active, timeout=seconds, max_records=consumer._max_poll_records
            )
        # Nothing is awaited from here to the return: no seek can come between.
        for tp, found in records.items():
            self.ledger.fetched(tp.topic, tp.partition, [record.offset for record in found])
        return Fetched(self.ledger.epoch, records)

    async def seek_streams(self) -> None:
        """Seek all partitions of the stages' topics to their committed offsets, or to their beginning."""
        await self.call_thread(self._seek_streams)

    async def _seek_streams(self) -> None:
        consumer = self._ensure_consumer()
        app = cast("MonitorApp", self.app)
        streams = [tp for tp in consumer.assignment() if tp.topic in app.stream_topics]
        if not streams:
            self.ledger.sought({})
            return
        found = await consumer._coordinator.fetch_committed_offsets(streams)
        committed = {tp: found[tp].offset for tp in streams if tp in found and found[tp].offset >= 0}
        begins = await consumer.beginning_offsets(streams)
        ends = await consumer.end_offsets(streams)
        positions: dict[Place, tuple[int, int | None]] = {}
        # Nothing is awaited from here on: a fetch belongs to the old epoch or to the new one.
        if {tp for tp in consumer.assignment() if tp.topic in app.stream_topics} != set(streams):
            return  # a rebalance came in between: it seeks anew, and may have done so already
        for tp in streams:
            position = max(committed.get(tp, 0), begins[tp])
            consumer.seek(tp, position)
            positions[Place(tp.topic, tp.partition)] = (position, committed.get(tp))
        app.ends = {Place(*tp): end for tp, end in ends.items()}
        self.ledger.sought(positions)

    async def _seek_wait(self, consumer: aiokafka.AIOKafkaConsumer, partitions: Mapping[TP, int]) -> None:
        """Recovery's seek of changelogs: what was fetched of them before would hide rows."""
        for tp, offset in partitions.items():
            consumer.seek(tp, offset)
        self.ledger.moved()
        await asyncio.wait_for(
            asyncio.gather(*[consumer.position(tp) for tp in partitions]),
            self.app.conf.broker_request_timeout,
        )

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        structures = {TopicPartition(*tp): OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}
        try:
            await self._ensure_consumer().commit(structures)
        except (CommitFailedError, IllegalStateError) as error:
            self.log.info("Offsets were not committed, a rebalance is on: %s", error)
            return False
        return True

    def verify_recovery_event_path(self, now: float, tp: TP) -> None:
        """The watchdog looks after progress."""

    def health(self) -> str:
        """What is wrong with the group's coordination, or nothing. Called from the watchdog's thread."""
        coordinator = self._consumer._coordinator if self._consumer is not None else None
        if coordinator is None:
            return ""
        if coordinator._pending_exception is not None:
            return f"the group's coordination failed: {coordinator._pending_exception!r}"
        if coordinator._coordination_task.done():
            return "the group's coordination task has ended"
        return ""
