"""What waits for a stage: read, prepared, and cut into batches."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from monitor.records import Record, Tick, UnknownVersion
from monitor.runtime.batch import Poison, read_record
from monitor.runtime.kafka.fetched import FetchedMessage
from monitor.runtime.kafka.ledger import Ledger
from monitor.runtime.prepare import PreparePool
from monitor.stage import BATCH_BYTES, BATCH_RECORDS, BATCH_SECONDS, Stage


class Item(msgspec.Struct):
    """One record on its way through a stage."""

    message: FetchedMessage
    topic: str  # without the prefix
    record: Record | None = None
    poison: Poison | None = None
    unknown: str = ""  # a later release wrote it
    preparing: asyncio.Future[Record] | None = None

    @property
    def partition(self) -> int:
        return self.message.partition

    @property
    def size(self) -> int:
        return len(self.message.value or b"")


class Intake:
    """Takes records off Faust's queue, starts their preparation, hands out batches in order."""

    def __init__(
        self,
        stage: Stage,
        prefix: str,
        ledger: Ledger,
        pool: PreparePool,
        taken: Callable[[int], None],
        stopped: Mapping[int, str],
    ) -> None:
        self._stage = stage
        self._prefix = prefix
        self._ledger = ledger
        self._pool = pool
        self._taken = taken
        self._stopped = stopped
        self._waiting: deque[Item] = deque()
        self._bytes = 0

    async def next_batch(self, queue: asyncio.Queue[Any]) -> deque[Item]:
        """What is there and prepared, in order; empty if nothing of it is to be handled any more.

        Nothing waits for a batch to fill. Only the oldest record's preparation is waited for: those
        behind it are prepared meanwhile.
        """
        while self._waiting and not self._ledger.accepts(self._waiting[0].message.epoch):
            self._bytes -= self._waiting.popleft().size
        if not self._waiting:
            self._admit(await queue.get())
        self._fill(queue)
        if self._waiting and (head := self._waiting[0]).preparing is not None:
            await asyncio.wait([head.preparing])
            self._fill(queue)
        batch: deque[Item] = deque()
        while self._waiting:
            item = self._waiting[0]
            if item.preparing is not None and not item.preparing.done():
                break
            self._waiting.popleft()
            self._bytes -= item.size
            if self._ledger.accepts(item.message.epoch) and item.partition not in self._stopped:
                _prepared(item)
                batch.append(item)
        return batch

    def put_back(self, items: deque[Item]) -> None:
        """The batch's time was up before these."""
        self._waiting.extendleft(reversed(items))
        self._bytes += sum(item.size for item in items)

    def _fill(self, queue: asyncio.Queue[Any]) -> None:
        began = time.monotonic()  # light records are prepared here, in the event loop
        while len(self._waiting) < BATCH_RECORDS and self._bytes < BATCH_BYTES and not queue.empty():
            self._admit(queue.get_nowait())
            if time.monotonic() - began > BATCH_SECONDS:
                break

    def _admit(self, event: Any) -> None:
        message: FetchedMessage = event.message
        self._taken(len(message.value or b""))
        if not self._ledger.accepts(message.epoch) or message.partition in self._stopped:
            return
        item = Item(message, message.topic.removeprefix(self._prefix))
        try:
            item.record = read_record(message.value or b"")
            self._prepare(item, item.record)
        except UnknownVersion as error:
            item.unknown = str(error)
        except Poison as error:
            item.poison = error
        self._waiting.append(item)
        self._bytes += item.size

    def _prepare(self, item: Item, record: Record) -> None:
        prepare = self._stage.prepare
        if prepare is None or isinstance(record, Tick):
            return
        try:
            if self._stage.heavy is not None and self._stage.heavy(record):
                item.preparing = asyncio.wrap_future(self._pool.submit(prepare, record))
            else:
                item.record = prepare(record)
        except Exception as error:  # the record's fault, whatever it is
            raise Poison(type(error).__name__, str(error)[:2000]) from error


def _prepared(item: Item) -> None:
    """Take over what the pool made of a record."""
    future, item.preparing = item.preparing, None
    if future is None:
        return
    if future.cancelled():
        item.poison = Poison("PrepareError", "its preparation was cut off")
    elif (error := future.exception()) is not None:
        item.poison = Poison(type(error).__name__, str(error)[:2000])
    else:
        item.record = future.result()
