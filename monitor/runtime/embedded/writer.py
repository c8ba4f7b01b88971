"""The writer thread: the only writing connection, in rounds of one transaction each.

A round appends what others published, then lets each stage, in the picture's order, handle what is
there, what earlier stages just produced included. After its commit publishers are answered and
watchers told.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.records import Record, Tick, UnknownVersion
from monitor.runtime.batch import (
    EncodedOut,
    EncodedPut,
    Poison,
    dead_letter,
    encode_out,
    handle_record,
    read_record,
)
from monitor.runtime.embedded.rows import StageRows
from monitor.runtime.embedded.store import Row, Store
from monitor.runtime.prepare import PrepareError, PreparePool
from monitor.stage import (
    BATCH_BYTES,
    BATCH_RECORDS,
    BATCH_SECONDS,
    Emit,
    Handle,
    Observer,
    Out,
    Pipeline,
    Stage,
    Step,
)

IDLE_SECONDS = 0.1  # between looks for appends of other processes
FULL_DISK_SECONDS = 2.0  # between tries while the disk is full
HOUSEKEEPING_SECONDS = 30.0
EXPIRE_ROWS = 2000  # a round of housekeeping
FREE_BYTES = 32 * 1024 * 1024  # less than this counts as a full disk
_TRANSIENT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

Clock = Callable[[], datetime]


class Append(msgspec.Struct, frozen=True):
    """What someone published, and whom to answer."""

    outs: Sequence[EncodedOut]
    done: Future[None]


class Committed(msgspec.Struct, frozen=True):
    """What a round wrote, told after its commit."""

    outs: Sequence[Out]
    changes: Sequence[EncodedPut]


class _Lane:
    """One stage on one of its topics."""

    def __init__(self, stage: Stage, topic: str, next_offset: int) -> None:
        self.stage = stage
        self.topic = topic
        self.next = next_offset
        self.stopped = ""
        self.prepared: dict[int, Future[Record]] = {}


class Writer:
    """Owns the file. All methods but ``append``, ``wake``, ``swap`` and ``ask`` are its thread's."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        folder: Path,
        *,
        observer: Observer,
        emit: Emit,
        clock: Clock,
        committed: Callable[[Committed], None],
        free_bytes: Callable[[], int],
    ) -> None:
        self._pipeline = pipeline
        self.store = self._store = store
        self._folder = folder
        self._observer = observer
        self._emit = emit
        self._clock = clock
        self._committed = committed
        self._free_bytes = free_bytes
        self._topics = frozenset(topic.name for topic in pipeline.topics)
        self._handles: dict[str, Handle] = {stage.name: stage.handle for stage in pipeline.stages}
        self._rows = {stage.name: StageRows(stage, store) for stage in pipeline.stages}
        self._lanes = [
            _Lane(stage, topic, store.next_offset(stage.name, topic))
            for stage in pipeline.stages
            for topic in stage.topics
        ]
        self._ends = {topic: store.end(topic) for topic in self._topics}
        self._ticks = {stage.name: 0.0 for stage in pipeline.stages if stage.tick is not None}
        self._pool = PreparePool()
        self._condition = threading.Condition()
        self._appends: deque[Append] = deque()
        self._questions: deque[Callable[[], None]] = deque()
        self._woken = False
        self._stopping = False
        self._ended = False
        self._version = store.data_version()
        self._housekept = time.monotonic()
        self._busy = 0
        self.paused = ""
        self._new_outs: list[Out] = []
        self._new_changes: list[EncodedPut] = []

    # --- from other threads ---------------------------------------------------------------

    def append(self, append: Append) -> None:
        """Join the next round; cancelled if there is none any more."""
        with self._condition:
            if self._ended:
                append.done.cancel()
                return
            self._appends.append(append)
            self._woken = True
            self._condition.notify()

    def ask(self, question: Callable[[], None]) -> None:
        """Call ``question`` in the writer's thread, between rounds."""
        with self._condition:
            self._questions.append(question)
            self._woken = True
            self._condition.notify()

    def wake(self) -> None:
        """Look again."""
        with self._condition:
            self._woken = True
            self._condition.notify()

    def swap(self, name: str, handle: Handle) -> None:
        """Replace a stage's handler from the next batch on."""
        if name not in self._handles:
            raise KeyError(f"no stage {name!r}")
        self._handles[name] = handle

    def stop(self) -> None:
        """End after the round that is running."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def lag(self) -> dict[str, int]:
        """Records not yet handled, by stage."""
        lags: dict[str, int] = {}
        for lane in self._lanes:
            lags[lane.stage.name] = lags.get(lane.stage.name, 0) + max(0, self._ends[lane.topic] - lane.next)
        return lags

    def stopped(self) -> dict[str, str]:
        """Lanes that were stopped, and why."""
        return {f"{lane.stage.name}/{lane.topic}": lane.stopped for lane in self._lanes if lane.stopped}

    # --- the thread -----------------------------------------------------------------------

    def run(self) -> None:
        """Rounds until stopped. Raises what cannot be mended."""
        for rows in self._rows.values():
            rows.load()
        try:
            while not self._stopping:
                if not self._round():
                    self._wait()
            self._last_round()
        finally:
            self._pool.close()
            with self._condition:
                self._ended = True
                for append in self._appends:
                    append.done.cancel()

    def _last_round(self) -> None:
        """What was published before the stop is kept."""
        if self._appends:
            self._round()

    def _wait(self) -> None:
        with self._condition:
            if not self._woken and not self._stopping:
                self._condition.wait(FULL_DISK_SECONDS if self.paused else IDLE_SECONDS)
            self._woken = False

    def _round(self) -> bool:
        """One transaction; whether there was anything to do."""
        while self._questions:
            self._questions.popleft()()
        appends = list(self._appends)
        ticks = self._due_ticks()
        if not appends and not ticks and not self._anything():
            self._keep_house()
            return False
        if self._disk_is_full():
            return False
        self._new_outs, self._new_changes = [], []
        before = {id(lane): (lane.next, lane.stopped) for lane in self._lanes}
        ends = dict(self._ends)
        execute = self._store.connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            now = self._clock().timestamp()
            for append in appends:
                self._append(append.outs, now)
            self._append(ticks, now)
            worked = False
            for lane in self._lanes:
                worked = self._work(lane) or worked
            execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back(before, ends)
            self._survive(error)
            return False
        except BaseException:
            self._roll_back(before, ends)
            raise
        self._busy = 0
        self._conclude(appends)
        return worked or bool(appends)

    def _conclude(self, appends: Sequence[Append]) -> None:
        for rows in self._rows.values():
            rows.committed()
        if self.paused:
            self._emit("disk-has-room")
            self.paused = ""
        with self._condition:
            for _ in appends:
                self._appends.popleft()
        for append in appends:
            append.done.set_result(None)
        if self._new_outs or self._new_changes:
            self._observer.committed(self._new_outs)
            self._committed(Committed(self._new_outs, self._new_changes))

    def _roll_back(self, before: dict[int, tuple[int, str]], ends: dict[str, int]) -> None:
        if self._store.connection.in_transaction:
            self._store.connection.execute("ROLLBACK")
        for rows in self._rows.values():
            rows.rolled_back()
        for lane in self._lanes:
            lane.next, lane.stopped = before[id(lane)]
        self._ends = ends
        for name in self._ticks:
            self._ticks[name] = 0.0

    def _survive(self, error: sqlite3.OperationalError) -> None:
        """Wait out a full disk or a lock; anything else ends the runtime."""
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_FULL:
            self._pause("the disk is full")
        elif code in _TRANSIENT and self._busy < 100:
            self._busy += 1
            time.sleep(0.05)
        else:
            raise error

    def _pause(self, why: str) -> None:
        if not self.paused:
            self.paused = why
            self._emit(
                "disk-full", folder=str(self._folder), remedy="free some space; the monitor goes on by itself"
            )

    def _disk_is_full(self) -> bool:
        if self._free_bytes() >= FREE_BYTES:
            return False
        self._pause("the disk is full")
        return True

    def _anything(self) -> bool:
        """Whether a lane has records, other processes' appends included."""
        version = self._store.data_version()
        if version != self._version:
            self._version = version
            for topic in self._ends:
                self._ends[topic] = self._store.end(topic)
        return any(self._ready(lane) for lane in self._lanes)

    def _ready(self, lane: _Lane) -> bool:
        if lane.stopped or lane.next >= self._ends[lane.topic]:
            return False
        waiting = lane.prepared.get(lane.next)
        return waiting is None or waiting.done()

    def _due_ticks(self) -> list[EncodedOut]:
        now = time.monotonic()
        due: list[EncodedOut] = []
        for stage in self._pipeline.stages:
            if stage.tick is None:
                continue
            if now >= self._ticks[stage.name]:
                self._ticks[stage.name] = now + stage.tick.total_seconds()
                due.append(encode_out(Out(stage.topics[0], b"", Tick(at=self._clock().astimezone(UTC)))))
        return due

    # --- one batch ------------------------------------------------------------------------

    def _work(self, lane: _Lane) -> bool:
        """Handle what is queued for one stage on one topic, at most a batch."""
        if not self._ready(lane):
            return False
        rows = self._store.read(lane.topic, lane.next, BATCH_RECORDS, BATCH_BYTES)
        if not rows:  # retention took what was never handled by this stage
            lane.next = self._ends[lane.topic]
            self._store.set_next_offset(lane.stage.name, lane.topic, lane.next)
            return True
        first = lane.next
        until = time.perf_counter() + BATCH_SECONDS
        execute = self._store.connection.execute
        execute("SAVEPOINT batch")
        for row in rows:
            if not self._one(lane, row):
                break
            lane.next = row[0] + 1
            if time.perf_counter() > until:
                break
        if lane.next != first:
            self._store.set_next_offset(lane.stage.name, lane.topic, lane.next)
        execute("RELEASE batch")
        return lane.next != first

    def _one(self, lane: _Lane, row: Row) -> bool:
        """Handle one record; whether the lane goes on behind it."""
        offset, _, value = row
        stage = lane.stage
        begun = time.perf_counter()
        try:
            record = self._prepared(lane, offset, value)
            if record is None:
                return False
            current = msgspec.structs.replace(stage, handle=self._handles[stage.name])
            handled = handle_record(current, record, self._rows[stage.name], self._topics)
        except UnknownVersion as error:
            lane.stopped = str(error)
            self._emit(
                "partition-stopped", stage=stage.name, topic=lane.topic, offset=offset, reason=lane.stopped
            )
            return False
        except Poison as poison:
            self._bury(lane, row, poison)
            return True
        now = self._clock().timestamp()
        self._append(handled.outputs, now)
        self._rows[stage.name].write(handled.changes)
        self._new_changes.extend(handled.changes)
        self._observer.handled(stage.name, record, handled.step, time.perf_counter() - begun)
        return True

    def _prepared(self, lane: _Lane, offset: int, value: bytes) -> Record | None:
        """The record, prepared if its stage asks for it; none while a process still works on it."""
        waiting = lane.prepared.get(offset)
        if waiting is not None:
            if not waiting.done():
                return None
            del lane.prepared[offset]
            try:
                return waiting.result()
            except PrepareError as error:
                raise Poison("PrepareError", str(error)) from error
        record = read_record(value)
        stage = lane.stage
        if stage.prepare is None or isinstance(record, Tick):
            return record
        if stage.heavy is not None and stage.heavy(record):
            future = self._pool.submit(stage.prepare, record)
            lane.prepared[offset] = future
            future.add_done_callback(lambda _: self.wake())
            return None
        try:
            return stage.prepare(record)
        except Exception as error:  # the record's fault
            raise Poison(type(error).__name__, str(error)[:2000]) from error

    def _bury(self, lane: _Lane, row: Row, poison: Poison) -> None:
        offset, key, value = row
        now = self._clock()
        letter = dead_letter(
            topic=lane.topic,
            key=key,
            value=value,
            stage=lane.stage.name,
            poison=poison,
            place=f"{lane.topic}/0/{offset}",
            at=now.astimezone(UTC),
        )
        self._append([encode_out(Out(self._pipeline.dead_letters, key, letter))], now.timestamp())
        self._observer.dead_lettered(lane.stage.name, poison.error, poison.message)
        self._observer.handled(lane.stage.name, letter, Step(), 0.0)

    def _append(self, outs: Sequence[EncodedOut], now: float) -> None:
        self._store.append(outs, now)
        for out in outs:
            self._ends[out.topic] += 1
            self._new_outs.append(Out(out.topic, out.key, out.record))

    # --- housekeeping ---------------------------------------------------------------------

    def _keep_house(self) -> None:
        """Delete what is past its retention and handled; give pages back, a little at a time."""
        now = time.monotonic()
        if now - self._housekept < HOUSEKEEPING_SECONDS:
            return
        self._housekept = now
        clock = self._clock().timestamp()
        for topic in self._pipeline.topics:
            needed = [lane.next for lane in self._lanes if lane.topic == topic.name]
            below = min(needed, default=self._ends[topic.name])
            before = clock - topic.retention.total_seconds()
            if self._store.expire(topic.name, below, before, EXPIRE_ROWS) == EXPIRE_ROWS:
                self._housekept = 0.0  # more to do: go on in the next idle moment
        self._store.vacuum(200)
