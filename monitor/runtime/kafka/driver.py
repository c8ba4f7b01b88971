"""Faust's aiokafka driver with its ways of losing messages closed.

Pinned exactly: private methods of faust-streaming 0.15.3, mode-streaming 0.7.1 and aiokafka 0.14.0
are overridden. What stock Faust does instead:

- commits by acknowledged offsets, past records in flight and past records that it dropped itself
  (faust#606): here the ``Ledger`` decides;
- clears queues after a recovery, with records in them that the consumer does not fetch again: here
  every seek stops the flow first and begins a new epoch, and all partitions are sought, also those
  without a committed offset;
- goes on with records of an older assignment: here they are dropped when their epoch is over;
- gives up waiting for streams and flushes by halves: here a partition is given up when the batches
  in hand are finished, or the process ends;
- logs failed sends: here whoever sends is told (producer.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, ClassVar, cast

from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as stock
from faust.types import TP, Message
from faust.types.transports import ConsumerT, ProducerT
from mode.types import ServiceT

from monitor.runtime.kafka.errors import KafkaFailed
from monitor.runtime.kafka.fetched import Fetched, FetchedMessage
from monitor.runtime.kafka.ledger import Ledger, Place
from monitor.runtime.kafka.producer import Producer
from monitor.runtime.kafka.thread import ConsumerThread

if TYPE_CHECKING:
    from monitor.runtime.kafka.app import MonitorApp

GIVE_UP_SECONDS = 30.0  # for batches in hand when partitions are revoked; the group waits 60 s
STOP_SECONDS = 3.0  # for batches in hand when the worker stops
COMMIT_SECONDS = 2.0  # for the last commit
_POLL_SECONDS = 1.0
_BACKLOG = 48 * 1024 * 1024  # bytes fetched and not yet taken by a stage


class Consumer(stock.Consumer):
    """Fetches records, hands them to the stages, commits what the ledger allows."""

    _thread: ConsumerThread
    frozen = False  # a failure: nothing is committed any more

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def thread(self) -> ConsumerThread:
        return self._thread

    @property
    def ledger(self) -> Ledger:
        return cast("MonitorApp", self.app).ledger

    async def create_topic(self, *_: Any, **__: Any) -> None:
        """All topics are declared before the app starts."""

    async def perform_seek(self) -> None:
        self.stop_flow()
        await self._thread.seek_streams()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        self._buffered_partitions.clear()  # or a queue that empties later would bring a lost partition back

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        app = cast("MonitorApp", self.app)
        try:
            while not (self.should_stop or fetcher.should_stop):
                if not self.flow_active:
                    await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
                    continue
                active = frozenset(self._get_active_partitions())
                if not active:
                    await self.sleep(0.05)
                    continue
                fetched = await self._thread.fetch(active, _POLL_SECONDS)
                await self._deliver(fetched, app)
                await asyncio.sleep(0)
        except ConsumerStoppedError:
            if not app.should_stop:
                raise
        except asyncio.CancelledError:
            if not app.should_stop:
                raise

    async def _deliver(self, fetched: Fetched, app: MonitorApp) -> None:
        for tp, record in self.scheduler.iterate(fetched.records):
            if tp.topic in app.stream_topics:
                await app.backlog.room(len(record.value or b""), _BACKLOG)
            while not self.flow_active and not self.should_stop:
                await self.wait(self.can_resume_flow)  # type: ignore[arg-type]
            # A stopped flow delays records: only the end of their epoch brings them again.
            if self.should_stop or not self.ledger.holds(fetched.epoch):
                return
            message = self._to_message(tp, record)
            message.epoch = fetched.epoch
            if tp.topic in app.stream_topics:
                app.backlog.add(len(record.value or b""))
            await self.callback(message)

    def _to_message(self, tp: TP, record: Any) -> FetchedMessage:
        return FetchedMessage(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp / 1000.0 if record.timestamp else 0.0,
            record.timestamp_type,
            record.headers,
            record.key,
            record.value,
            record.checksum,
            record.serialized_key_size,
            record.serialized_value_size,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def ack(self, message: Message) -> bool:
        """Stages finish records in the ledger."""
        return False

    async def on_task_error(self, exc: BaseException) -> None:
        """A failed agent commits nothing."""

    async def verify_all_partitions_active(self) -> None:
        """The watchdog looks after progress."""

    async def wait_empty(self) -> None:
        """Let the batches in hand finish, begin no others, commit, and give the partitions up."""
        app = cast("MonitorApp", self.app)
        self.ledger.close()
        app.backlog.clear()
        if not self.frozen and not app.crashed:
            await self._finish_in_hand(app)
        self.ledger.interrupt()

    async def _finish_in_hand(self, app: MonitorApp) -> None:
        try:
            await asyncio.wait_for(app.idle(), STOP_SECONDS if app.should_stop else GIVE_UP_SECONDS)
        except TimeoutError:
            if not app.should_stop:
                self.frozen = True
                await app.crash(
                    KafkaFailed(
                        "a batch did not finish before its partition was given up: the worker must restart"
                    )
                )
                return
        if self.ledger.committable():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.commit(), COMMIT_SECONDS)

    async def on_stop(self) -> None:
        await self.wait_empty()

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        app = cast("MonitorApp", self.app)
        if self.frozen or app.crashed:
            return False
        offsets = {TP(*place): offset for place, offset in self.ledger.committable().items()}
        if not offsets:
            return False
        try:
            committed = await self._thread.commit(offsets)
        except Exception as error:  # what cannot be retried
            self.log.error("Offsets could not be committed: %r", error)
            await app.crash(error)
            return False
        if committed:
            self.ledger.committed({Place(*tp): offset for tp, offset in offsets.items()})
        return committed


class Transport(stock.Transport):
    """Our consumer and producer."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer
    Producer: ClassVar[type[ProducerT]] = Producer
