"""The Faust app: our driver, our tables, and nothing else of what Faust starts by default."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faust
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP
from faust.types.transports import ProducerT, TransportT
from yarl import URL

from monitor.runtime.kafka.declare import MAX_MESSAGE
from monitor.runtime.kafka.driver import Transport
from monitor.runtime.kafka.ledger import Ledger, Place
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.kafka.producer import Producer
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.runtime.kafka.store import RowTable
from monitor.stage import BATCH_RECORDS, Pipeline

_BATCH_BYTES = 1024 * 1024  # of a produce request for one partition
_NEVER = (
    7 * 86_400.0
)  # seconds: a spare worker polls nothing and must stay in the group; the watchdog looks after it
_QUEUE = 4 * BATCH_RECORDS  # records that wait for a stage


class Backlog:
    """Bytes that were fetched and that no stage has taken yet: large pages must not fill the memory."""

    def __init__(self) -> None:
        self._bytes = 0
        self._changed = asyncio.Event()

    def add(self, size: int) -> None:
        self._bytes += size

    def take(self, size: int) -> None:
        self._bytes = max(0, self._bytes - size)
        self._changed.set()

    def clear(self) -> None:
        """The queues were emptied."""
        self.take(self._bytes)

    async def room(self, size: int, most: int) -> None:
        """Wait until ``size`` more bytes fit under ``most``; one record always does."""
        while self._bytes and self._bytes + size > most:
            self._changed.clear()
            await self._changed.wait()


class Tables(TableManager):
    """Faust's, without its wait of a second before it begins."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class MonitorApp(faust.App):
    """What driver and adapter share hangs on here."""

    def __init__(
        self,
        pipeline: Pipeline,
        settings: KafkaSettings,
        *,
        instance: str,
        folder: Path,
        idle: Callable[[], Any],
        lost: Callable[[set[TP]], None],
    ) -> None:
        """``idle``: an awaitable for the end of all batches in hand. ``lost``: told of partitions before
        their tables are closed."""
        self.settings = settings
        self.instance = instance
        self.idle = idle
        self.backlog = Backlog()
        self.ends: dict[Place, int] = {}  # of the streams, as they were when they were assigned
        self._lost = lost
        self.layout = Layout(pipeline, settings)
        readers = {
            settings.topic(name): len(stages) for name, stages in self.layout.readers.items() if stages
        }
        self.stream_topics = frozenset(readers)
        self.ledger = Ledger(readers)
        super().__init__(
            settings.app_id,
            broker=[URL(f"kafka://{address}") for address in settings.brokers()],
            store="rocksdb://",
            datadir=folder,
            autodiscover=False,
            TableManager=Tables,
            Topic=faust.Topic,
            canonical_url=f"http://{instance}",
            broker_client_id=f"{settings.app_id}-{instance}",
            broker_commit_interval=settings.commit_interval,
            broker_session_timeout=settings.session_timeout,
            broker_heartbeat_interval=settings.session_timeout / 5,
            broker_request_timeout=max(60.0, settings.session_timeout * 2),
            broker_rebalance_timeout=60.0,
            broker_max_poll_interval=_NEVER,
            broker_max_poll_records=BATCH_RECORDS * 2,
            consumer_group_instance_id=instance,
            producer_request_timeout=settings.publish_timeout,
            producer_max_request_size=MAX_MESSAGE,
            producer_max_batch_size=_BATCH_BYTES,
            producer_compression_type="gzip",
            producer_linger=0.0,
            producer_acks=-1,
            stream_buffer_maxsize=_QUEUE,
            stream_recovery_delay=0.0,
            stream_wait_empty=True,
            table_standby_replicas=0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            reply_create_topic=False,
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        self.row_tables = [self._add_table(table.name) for table in pipeline.tables]

    def _add_table(self, name: str) -> RowTable:
        table = RowTable(
            self,
            name=name,
            partitions=self.layout.tables[name],
            key_type=bytes,
            value_type=bytes,
            beacon=self.tables.beacon,
        )
        self.tables.add(table)
        return table

    def _new_transport(self) -> TransportT:
        return Transport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> TransportT:
        return Transport(self.conf.broker_producer, self)

    def _update_assignment(self, assigned: set[TP]) -> tuple[set[TP], set[TP]]:
        revoked, added = super()._update_assignment(assigned)
        self._lost(revoked)
        return revoked, added

    @property
    def recovery(self) -> Recovery:
        """What brings tables up to their changelogs after an assignment."""
        manager = self.tables
        assert isinstance(manager, Tables)
        return manager.recovery

    @property
    def sender(self) -> Producer:
        """The producer, as ours."""
        producer: ProducerT = self.producer
        assert isinstance(producer, Producer)
        return producer
