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
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.records import Tick
from monitor.runtime.batch import (
    EncodedOut,
    EncodedPut,
    encode_out,
)
from monitor.runtime.embedded.lanes import Lanes, Places
from monitor.runtime.embedded.store import Store
from monitor.runtime.listeners import Listeners
from monitor.stage import Handle, Out, Pipeline

IDLE_SECONDS = 0.1  # between looks for appends of other processes
FULL_DISK_SECONDS = 2.0  # between tries while the disk is full
EXPIRE_ROWS = 2000  # a round of housekeeping
VACUUM_PAGES = 2000  # likewise
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


class Writer:
    """Owns the file. All methods but ``append``, ``wake``, ``swap`` and ``ask`` are its thread's."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        folder: Path,
        *,
        listeners: Listeners,
        clock: Clock,
        committed: Callable[[Committed], None],
        free_bytes: Callable[[], int],
        housekeeping: float,
    ) -> None:
        self._pipeline = pipeline
        self.store = self._store = store
        self._folder = folder
        self._observer = listeners
        self._emit = listeners.emit
        self._clock = clock
        self._committed = committed
        self._free_bytes = free_bytes
        self._housekeeping = housekeeping
        self._lanes = Lanes(
            pipeline, store, append=self._append, wake=self.wake, listeners=listeners, clock=clock
        )
        self._ends = {topic: store.end(topic) for topic in [one.name for one in pipeline.topics]}
        self._ticks = {stage.name: 0.0 for stage in pipeline.stages if stage.tick is not None}
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
        """Call ``question`` in the writer's thread, between rounds; never, if there are none any more."""
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
        self._lanes.swap(name, handle)

    def stop(self) -> None:
        """End after the round that is running."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def lag(self) -> dict[str, int]:
        """Records not yet handled, by stage."""
        return self._lanes.lag(self._ends)

    def stopped(self) -> dict[str, str]:
        """Lanes that were stopped, and why."""
        return self._lanes.stopped()

    # --- the thread -----------------------------------------------------------------------

    def run(self) -> None:
        """Rounds until stopped. Raises what cannot be mended."""
        try:
            self._lanes.load()
            while not self._stopping:
                if not self._round():
                    self._wait()
            self._last_round()
        finally:
            self._lanes.close()
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
        self._look_for_others()
        appends = list(self._appends)
        ticks = self._due_ticks()
        # While paused there is always something to do: to find out whether writing works again.
        if not (appends or ticks or self.paused or self._lanes.ready(self._ends)):
            self._keep_house()
            return False
        if self._disk_is_full():
            return False
        self._new_outs = []
        before = self._lanes.begin()
        ends = dict(self._ends)
        execute = self._store.connection.execute
        try:
            execute("BEGIN IMMEDIATE")
            if self.paused:
                self._store.set_meta("resumed", str(self._clock().timestamp()))
            for append in appends:
                self._append(append.outs)
            self._append(list(ticks.values()))
            worked = self._lanes.work(self._ends)
            execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back(before, ends)
            self._survive(error)
            return False
        except BaseException:
            self._roll_back(before, ends)
            raise
        self._busy = 0
        self._ticked(ticks)
        self._conclude(appends)
        return worked or bool(appends)

    def _conclude(self, appends: Sequence[Append]) -> None:
        self._lanes.committed()
        if self.paused:
            self._emit("disk-has-room")
            self.paused = ""
        with self._condition:
            for _ in appends:
                self._appends.popleft()
        for append in appends:
            append.done.set_result(None)
        if self._new_outs or self._lanes.changes:
            self._observer.committed(self._new_outs)
            self._committed(Committed(self._new_outs, self._lanes.changes))

    def _roll_back(self, before: Places, ends: dict[str, int]) -> None:
        if self._store.connection.in_transaction:
            self._store.connection.execute("ROLLBACK")
        self._lanes.rolled_back(before)
        self._ends = ends

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

    def _look_for_others(self) -> None:
        """Take note of what other processes appended."""
        version = self._store.data_version()
        if version != self._version:
            self._version = version
            for topic in self._ends:
                self._ends[topic] = self._store.end(topic)

    def _due_ticks(self) -> dict[str, EncodedOut]:
        """Ticks that are due, by stage; they stay so until they are written."""
        now = time.monotonic()
        return {
            stage.name: encode_out(Out(stage.topics[0], b"", Tick(at=self._clock().astimezone(UTC))))
            for stage in self._pipeline.stages
            if stage.tick is not None and now >= self._ticks[stage.name]
        }

    def _ticked(self, ticks: Iterable[str]) -> None:
        now = time.monotonic()
        for stage in self._pipeline.stages:
            if stage.tick is not None and stage.name in ticks:
                self._ticks[stage.name] = now + stage.tick.total_seconds()

    def _append(self, outs: Sequence[EncodedOut]) -> None:
        self._store.append(outs, self._clock().timestamp())
        for out in outs:
            self._ends[out.topic] += 1
            self._new_outs.append(Out(out.topic, out.key, out.record))

    # --- housekeeping ---------------------------------------------------------------------

    def _keep_house(self) -> None:
        """Delete what is past its retention and handled; give pages back, a little at a time."""
        now = time.monotonic()
        if now - self._housekept < self._housekeeping:
            return
        self._housekept = now
        clock = self._clock().timestamp()
        try:
            for topic in self._pipeline.topics:
                below = self._lanes.handled_below(topic.name, self._ends[topic.name])
                before = clock - topic.retention.total_seconds()
                if self._store.expire(topic.name, below, before, EXPIRE_ROWS) == EXPIRE_ROWS:
                    self._housekept = 0.0  # more to do: go on in the next idle moment
            self._store.vacuum(VACUUM_PAGES)
        except sqlite3.OperationalError as error:
            self._survive(error)
