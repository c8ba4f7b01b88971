"""What poller, inbox, sender and command line see of the Kafka runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from aiokafka.errors import MessageSizeTooLargeError

from monitor.runtime.batch import encode_out
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.kafka.producer import Send
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.runtime.kafka.tables import TablePartitions
from monitor.stage import Assigned, Changed, Observer, Out, PublishError, RecordTooLarge, Revoked


class KafkaPort:
    """The ``Port`` of a running worker."""

    def __init__(
        self,
        *,
        settings: KafkaSettings,
        layout: Layout,
        tables: TablePartitions,
        publish: Callable[[Sequence[Send]], Awaitable[list[Any]]],
        room: Callable[[], Awaitable[None]],
        observer: Observer | None,
    ) -> None:
        self._settings = settings
        self._layout = layout
        self._tables = tables
        self._publish = publish
        self._room = room
        self._observer = observer

    async def publish(self, *outs: Out) -> None:
        """Append records; returns when they are acknowledged. Raises ``PublishError``; some of ``outs``
        may be on their topics then. Those of concurrent calls travel together."""
        sends = encode_sends(outs, self._layout, self._settings)
        if sends:
            raise_refused(sends, await self._publish(sends))
            if self._observer is not None:
                self._observer.committed(outs)

    def watch(self, table: str) -> AsyncIterator[Assigned | Revoked | Changed]:
        """Acknowledged rows of the partitions that are ours, from the first step of the iteration until
        the runtime stops. Raises ``KeyError`` for an unknown table."""
        if table not in self._layout.tables:
            raise KeyError(table)
        return self._tables.watch(table)

    def partition(self, table: str, key: bytes) -> int:
        """The partition of ``table`` in which ``key`` lies."""
        return self._layout.of_table(table, key)

    async def room(self) -> None:
        """Wait while lag is high, consumption is paused or a rebalance is on."""
        await self._room()


def encode_sends(outs: Sequence[Out], layout: Layout, settings: KafkaSettings) -> list[Send]:
    """Records as the driver sends them. Raises ``RecordTooLarge``, and ``PublishError`` for a topic that
    the pipeline does not have."""
    sends = []
    for out in outs:
        if out.topic not in layout.topics:
            raise PublishError(f"there is no topic {out.topic}")
        encoded = encode_out(out)
        partition = layout.of_topic(out.topic, out.key)
        sends.append(Send(settings.topic(out.topic), partition, out.key, encoded.value))
    return sends


def raise_refused(sends: Sequence[Send], answers: Sequence[Any]) -> None:
    """Raises ``PublishError`` for the first record that was not acknowledged."""
    for send, answer in zip(sends, answers, strict=True):
        if isinstance(answer, MessageSizeTooLargeError):
            raise RecordTooLarge(
                f"a record for {send.topic} is larger than the broker takes: {answer}"
            ) from answer
        if isinstance(answer, BaseException):
            raise PublishError(f"a record for {send.topic} was not acknowledged: {answer!r}") from answer
