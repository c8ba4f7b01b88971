"""From Faust to a stage and back: the one place where records, batches and offsets meet.

For every batch: prepare, handle, outputs acknowledged, changes acknowledged and stored, offsets
finished. A record that cannot be handled becomes a dead letter, with its original key and bytes,
acknowledged like any output. Whatever else goes wrong stops the worker before anything is committed.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from aiokafka.errors import MessageSizeTooLargeError

from monitor.runtime.batch import EncodedOut, Poison, dead_letter, encode_out, handle_record
from monitor.runtime.kafka.errors import KafkaFailed
from monitor.runtime.kafka.fetched import FetchedMessage
from monitor.runtime.kafka.intake import Intake, Item
from monitor.runtime.kafka.ledger import Ledger
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.kafka.producer import Send
from monitor.runtime.kafka.rows import BatchRows, Change, waves
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.runtime.kafka.store import RowStore
from monitor.runtime.kafka.tables import TablePartitions
from monitor.runtime.prepare import PreparePool
from monitor.stage import BATCH_SECONDS, Handle, Observer, Out, Stage, Step


class Publish(Protocol):
    """The driver's producer: an answer or an error for each record sent."""

    async def __call__(self, sends: Sequence[Send]) -> list[Any]: ...


class Done(msgspec.Struct):
    """A record that was handled, and what is to be written for it."""

    item: Item
    outputs: Sequence[EncodedOut] = ()
    changes: Sequence[Change] = ()
    step: Step | None = None  # none: a dead letter
    seconds: float = 0.0


class StageAdapter:
    """Runs one stage over the records that Faust delivers for it."""

    def __init__(
        self,
        stage: Stage,
        *,
        settings: KafkaSettings,
        layout: Layout,
        ledger: Ledger,
        tables: TablePartitions,
        stores: dict[str, RowStore],
        publish: Publish,
        pool: PreparePool,
        dead_letters: str,
        clock: Callable[[], datetime],
        observer: Observer | None,
        failed: Callable[[BaseException], None],
        stop_partition: Callable[[str, int, str], None],
        taken: Callable[[int], None],
    ) -> None:
        """``failed`` ends the worker; ``stop_partition`` stops one partition of this stage; ``taken`` is
        told of the bytes that leave the queue."""
        self._stage = stage
        self._settings = settings
        self._layout = layout
        self._topics = frozenset(layout.topics)
        self._ledger = ledger
        self._tables = tables
        self._stores = stores
        self._publish = publish
        self._dead_letters = dead_letters
        self._clock = clock
        self._observer = observer
        self._failed = failed
        self._stop_partition = stop_partition
        self.stopped: dict[int, str] = {}  # partition -> why
        self.idle = asyncio.Event()
        self.idle.set()
        self._intake = Intake(stage, settings.prefix, ledger, pool, taken, self.stopped)

    @property
    def stage(self) -> Stage:
        return self._stage

    def swap(self, handle: Handle) -> None:
        """From the next batch on."""
        self._stage = msgspec.structs.replace(self._stage, handle=handle)

    async def run(self, queue: asyncio.Queue[Any]) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(0)  # a stage without outputs waits for nothing else
            batch = await self._intake.next_batch(queue)
            if not batch:
                continue
            self.idle.clear()
            try:
                await self._batch(batch)
            except Exception as error:
                self._failed(error)
                self.idle.set()
                await asyncio.Event().wait()  # nothing more is handled; the worker ends
            finally:
                self.idle.set()

    async def _batch(self, batch: deque[Item]) -> None:
        refused: dict[int, Poison] = {}
        while True:
            states: dict[int, BatchRows] = {}
            try:
                done = self._handle(batch, states, refused)
                again = await self._send(done)
                if not again:
                    await self._write(done)
                    break
            except BaseException:
                _undo(states)
                raise
            _undo(states)
            refused |= again
            batch.extendleft(entry.item for entry in reversed(done))
        self._intake.put_back(batch)
        self._finish(done)

    # --- handling -------------------------------------------------------------------------

    def _handle(
        self, batch: deque[Item], states: dict[int, BatchRows], refused: dict[int, Poison]
    ) -> list[Done]:
        """Handle records until the batch's time is up; takes them off ``batch``."""
        done: list[Done] = []
        began = time.monotonic()
        while batch and (not done or refused or time.monotonic() - began < BATCH_SECONDS):
            item = batch.popleft()
            if item.partition in self.stopped:
                continue
            if item.unknown:
                self._stop_partition(self._stage.name, item.partition, item.unknown)
                continue
            state = states.get(item.partition)
            if state is None:
                state = BatchRows(self._stage.name, item.partition, self._stores, self._stage.indexes)
                states[item.partition] = state
            entry = self._one(item, state, refused.get(id(item)))
            if entry is not None:
                done.append(entry)
        return done

    def _one(self, item: Item, state: BatchRows, poison: Poison | None) -> Done | None:
        poison = poison or item.poison
        if poison is None:
            began = time.perf_counter()
            try:
                return self._handled(item, state, began)
            except Poison as error:
                if state.unknown is not None:
                    self._stop_partition(self._stage.name, item.partition, str(state.unknown))
                    return None
                poison = error
        message = item.message
        letter = dead_letter(
            topic=item.topic,
            key=message.key or b"",
            value=message.value or b"",
            stage=self._stage.name,
            poison=poison,
            place=f"{item.topic}/{message.partition}/{message.offset}",
            at=self._clock(),
        )
        if self._observer is not None:
            self._observer.dead_lettered(self._stage.name, poison.error, poison.message)
        out = Out(self._dead_letters, message.key or b"", letter)
        return Done(item, [encode_out(out)])

    def _handled(self, item: Item, state: BatchRows, began: float) -> Done:
        assert item.record is not None
        handled = handle_record(self._stage, item.record, state, self._topics)
        try:
            state.apply(handled.changes)
        except Exception as error:
            raise Poison(type(error).__name__, str(error)[:2000]) from error
        changes = [Change(c.table, c.key, c.value, c.record, item.partition) for c in handled.changes]
        return Done(item, handled.outputs, changes, handled.step, time.perf_counter() - began)

    # --- writing --------------------------------------------------------------------------

    async def _send(self, done: Sequence[Done]) -> dict[int, Poison]:
        """Outputs, acknowledged. Returns the records whose outputs the broker will never take, by their
        item's id; nothing is written of the batch then, and it is handled again without them."""
        places = [(entry, out) for entry in done for out in entry.outputs]
        if not places:
            return {}
        self._check(done)
        sends = [
            Send(
                self._settings.topic(out.topic), self._layout.of_topic(out.topic, out.key), out.key, out.value
            )
            for _, out in places
        ]
        refused: dict[int, Poison] = {}
        for (entry, out), answer in zip(places, await self._publish(sends), strict=True):
            if isinstance(answer, MessageSizeTooLargeError) and entry.step is not None:
                text = f"a record for {out.topic} is larger than the broker takes: {answer}"
                refused[id(entry.item)] = Poison("RecordTooLarge", text)
            elif isinstance(answer, BaseException):
                raise KafkaFailed(
                    f"stage {self._stage.name} could not publish to {out.topic}: {answer!r}"
                ) from answer
        return refused

    async def _write(self, done: Sequence[Done]) -> None:
        for wave in waves([entry.changes for entry in done]):
            self._check(done)
            sends = [Send(self._settings.changelog(c.table), c.partition, c.key, c.value) for c in wave]
            answers = await self._publish(sends)
            stores: dict[tuple[str, int], list[tuple[Change, int]]] = {}
            for change, answer in zip(wave, answers, strict=True):
                if isinstance(answer, BaseException):
                    raise KafkaFailed(
                        f"stage {self._stage.name} could not write to table {change.table}: {answer!r}"
                    ) from answer
                stores.setdefault((change.table, change.partition), []).append((change, answer.offset))
            for (table, partition), written in stores.items():
                rows = [(change.key, change.value) for change, _ in written]
                self._stores[table].write(partition, rows, max(offset for _, offset in written))
                for change, _ in written:
                    self._tables.changed(table, partition, change.key, change.record)

    def _check(self, done: Sequence[Done]) -> None:
        """A poll in flight can outlive a revoke: never write to a partition that is another's by now."""
        if done and not self._ledger.holds(done[0].item.message.epoch):
            raise KafkaFailed(f"stage {self._stage.name} lost its partitions in the middle of a batch")

    def _finish(self, done: Sequence[Done]) -> None:
        for entry in done:
            message: FetchedMessage = entry.item.message
            self._ledger.finished(message.topic, message.partition, message.offset, message.epoch)
        observer = self._observer
        if observer is None:
            return
        outs = [Out(out.topic, out.key, out.record) for entry in done for out in entry.outputs]
        if outs:
            observer.committed(outs)
        for entry in done:
            if entry.step is not None and entry.item.record is not None:
                observer.handled(self._stage.name, entry.item.record, entry.step, entry.seconds)


def _undo(states: dict[int, BatchRows]) -> None:
    for state in states.values():
        state.undo()
