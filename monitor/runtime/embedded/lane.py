"""One stage on one of its topics: where it stands, and the records that are being prepared for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from monitor.records import Record, Tick, UnknownVersion
from monitor.runtime.batch import Poison, read_record
from monitor.runtime.embedded.store import Row
from monitor.runtime.prepare import PrepareError, PreparePool
from monitor.stage import BATCH_RECORDS, Stage

_LEAST_READ = 16


class Lane:
    """``next`` is the offset of the first record not handled; ``stopped`` says why it goes no further."""

    def __init__(
        self, stage: Stage, topic: str, next_offset: int, pool: PreparePool, wake: Callable[[], None]
    ) -> None:
        self.stage = stage
        self.topic = topic
        self.next = next_offset
        self.stopped = ""
        self._pool = pool
        self._wake = wake
        self._preparing: dict[int, Future[Record]] = {}
        self._read: dict[int, Record] = {}  # of the batch, not heavy
        self._pace = BATCH_RECORDS

    def ready(self, end: int) -> bool:
        """Whether there is a record to handle, prepared if need be. ``end``: the topic's."""
        if self.stopped or self.next >= end:
            return False
        waiting = self._preparing.get(self.next)
        return waiting is None or waiting.done()

    @property
    def most(self) -> int:
        """How many records to read for a batch: no more than twice what the last one handled."""
        return min(BATCH_RECORDS, max(_LEAST_READ, 2 * self._pace))

    def handled(self, count: int) -> None:
        """A batch of so many records is done."""
        self._pace = count

    def prepare_ahead(self, rows: Sequence[Row]) -> None:
        """Have the heavy ones of a batch prepared, before those in front of them are handled."""
        heavy, prepare = self.stage.heavy, self.stage.prepare
        self._read.clear()
        if heavy is None or prepare is None:
            return
        for offset, _, value in rows:
            if offset in self._preparing:
                continue
            try:
                record = read_record(value)
                if not isinstance(record, Tick) and heavy(record):
                    self._submit(offset, record)
                else:
                    self._read[offset] = record
            except Exception:  # said where the record's turn comes
                return

    def record(self, offset: int, value: bytes) -> Record | None:
        """The record, prepared if its stage asks for it; none while a process still works on it.

        Raises ``Poison``, and ``UnknownVersion``.
        """
        waiting = self._preparing.get(offset)
        if waiting is not None:
            if not waiting.done():
                return None
            del self._preparing[offset]
            try:
                return waiting.result()
            except PrepareError as error:
                raise Poison("PrepareError", str(error)) from error
        record = self._read.pop(offset, None) or read_record(value)
        prepare, heavy = self.stage.prepare, self.stage.heavy
        if prepare is None or isinstance(record, Tick):
            return record
        try:
            if heavy is not None and heavy(record):
                self._submit(offset, record)
                return None
            return prepare(record)
        except UnknownVersion:
            raise
        except Exception as error:  # the record's fault
            raise Poison(type(error).__name__, str(error)) from error

    def _submit(self, offset: int, record: Record) -> None:
        assert self.stage.prepare is not None
        future = self._pool.submit(self.stage.prepare, record)
        self._preparing[offset] = future
        future.add_done_callback(lambda _: self._wake())
