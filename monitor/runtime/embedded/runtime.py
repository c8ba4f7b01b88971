"""The embedded runtime as the app sees it: start, stop, port."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.runtime.batch import encode_out
from monitor.runtime.embedded.store import Store, StoreError, Synchronous, connect
from monitor.runtime.embedded.watching import Event, Watchers
from monitor.runtime.embedded.writer import Append, Clock, Writer
from monitor.runtime.listeners import Listeners
from monitor.runtime.lock import FolderLock
from monitor.stage import (
    Emit,
    Handle,
    Observer,
    Out,
    Pipeline,
    PublishError,
    RunningState,
)

FILE_NAME = "monitor.db"
MOST_LAG = 5000  # records before poller and inbox wait
ROOM_SECONDS = 0.05
DISK_CHECK_SECONDS = 1.0
CHECKPOINT_WAIT_MS = 500


class EmbeddedSettings(msgspec.Struct, frozen=True):
    """``folder`` holds the file. ``synchronous`` FULL keeps what was acknowledged through a power cut.
    ``housekeeping`` is the time between looks for what is past its retention, in seconds."""

    folder: Path
    synchronous: Synchronous = "FULL"
    most_lag: int = MOST_LAG
    housekeeping: float = 30.0


def _now() -> datetime:
    return datetime.now(UTC)


class EmbeddedRuntime:
    """Runs a pipeline in one process on one SQLite file."""

    def __init__(
        self,
        pipeline: Pipeline,
        settings: EmbeddedSettings,
        *,
        observer: Observer | None = None,
        emit: Emit | None = None,
        clock: Clock = _now,
        free_bytes: Callable[[], int] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._settings = settings
        self._listeners = Listeners(observer, emit)
        self._emit = self._listeners.emit
        self._clock = clock
        self._free_bytes = free_bytes or _DiskGauge(settings.folder)
        self._lock = FolderLock(settings.folder)
        self._writer: Writer | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failed: asyncio.Future[None] | None = None
        self._watchers = Watchers(self._in_loop)
        self._ready = False
        self.topics = frozenset(topic.name for topic in pipeline.topics)
        self._port = EmbeddedPort(self)

    @property
    def port(self) -> EmbeddedPort:
        return self._port

    async def start(self) -> None:
        """Take the folder, open the file, begin. Raises ``FolderInUse`` or ``StoreError``."""
        self._loop = asyncio.get_running_loop()
        self._failed = self._loop.create_future()
        self._settings.folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="writer")
        self._thread.start()
        try:
            await asyncio.wrap_future(started)
        except BaseException:
            if self._writer is not None:
                self._writer.stop()
            await asyncio.to_thread(self._thread.join)
            self._lock.release()
            raise
        self._ready = True

    async def stop(self) -> None:
        """Finish the running round, close the file, give the folder free."""
        self._ready = False
        if self._writer is not None:
            self._writer.stop()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        self._watchers.end()
        self._lock.release()

    async def failed(self) -> None:
        assert self._failed is not None
        await asyncio.shield(self._failed)

    def swap(self, name: str, handle: Handle) -> None:
        """Replace a stage's handler between batches."""
        self.writer.swap(name, handle)

    def state(self) -> RunningState:
        """How it is doing."""
        if self._writer is None or not self._ready:
            return RunningState(ready=False, detail="not started" if self._writer is None else "stopped")
        paused = self._writer.paused
        return RunningState(
            ready=not paused, detail=paused, lag=self._writer.lag(), stopped=self._writer.stopped()
        )

    @property
    def writer(self) -> Writer:
        """The writer, once started."""
        if self._writer is None:
            raise PublishError("the runtime has not started")
        return self._writer

    @property
    def most_lag(self) -> int:
        """Records behind from which on ``room`` waits."""
        return self._settings.most_lag

    # --- the writer's thread --------------------------------------------------------------

    def _run(self, started: Future[None]) -> None:
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(self._settings.folder / FILE_NAME, synchronous=self._settings.synchronous)
            store = Store(connection)
            store.create(self._pipeline)
            unclean = store.meta("clean") == "0"
            store.set_meta("clean", "0")
            self._writer = Writer(
                self._pipeline,
                store,
                self._settings.folder,
                listeners=self._listeners,
                clock=self._clock,
                committed=self._watchers.tell,
                free_bytes=self._free_bytes,
                housekeeping=self._settings.housekeeping,
            )
        except BaseException as error:
            if connection is not None:
                connection.close()
            started.set_exception(
                error
                if isinstance(error, StoreError)
                else StoreError(f"{self._settings.folder / FILE_NAME}: {error}")
            )
            return
        if unclean:
            threading.Thread(target=self._check_integrity, daemon=True, name="integrity").start()
        started.set_result(None)
        failure: BaseException | None = None
        try:
            self._writer.run()
            with contextlib.suppress(sqlite3.OperationalError):  # a full disk, or a reader in the way
                store.set_meta("clean", "1")
                connection.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_MS}")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except BaseException as error:
            failure = error
        connection.close()
        if failure is not None:
            self._ready = False
            self._emit("runtime-failed", error=f"{type(failure).__name__}: {failure}")
            self._in_loop(lambda: self._fail(failure))

    def _fail(self, failure: BaseException) -> None:
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(failure)

    def _check_integrity(self) -> None:
        """After an unclean stop, on a reading connection, in the background."""
        begun = time.monotonic()
        try:
            with contextlib.closing(connect(self._settings.folder / FILE_NAME, read_only=True)) as connection:
                found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        except sqlite3.Error as error:
            found = [str(error)]
        self._emit(
            "integrity-checked",
            ok=found == ["ok"],
            findings=[] if found == ["ok"] else found,
            seconds=round(time.monotonic() - begun, 2),
        )

    def _in_loop(self, call: Callable[[], None]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens any more
                self._loop.call_soon_threadsafe(call)

    def watch(self, table: str) -> AsyncIterator[Event]:
        """See ``Port.watch``."""
        return self._watchers.watch(table, self.writer)


class _DiskGauge:
    """Free bytes of a folder's disk, looked up at most once a second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at = 0.0
        self._free = 0

    def __call__(self) -> int:
        now = time.monotonic()
        if now - self._at > DISK_CHECK_SECONDS or not self._at:
            self._at = now
            self._free = shutil.disk_usage(self._folder).free
        return self._free


class EmbeddedPort:
    """What poller, inbox, sender and the archive see of the embedded runtime."""

    def __init__(self, runtime: EmbeddedRuntime) -> None:
        self._runtime = runtime

    async def publish(self, *outs: Out) -> None:
        """Append records; returns after their commit."""
        if not outs:
            return
        known = self._runtime.topics
        for out in outs:
            if out.topic not in known:
                raise PublishError(f"there is no topic {out.topic!r}")
        done: Future[None] = Future()
        self._runtime.writer.append(Append([encode_out(out) for out in outs], done))
        try:
            await asyncio.shield(asyncio.wrap_future(done))
        except asyncio.CancelledError:
            if done.cancelled():
                raise PublishError("the runtime stopped before the record was written") from None
            raise

    def watch(self, table: str) -> AsyncIterator[Event]:
        """Acknowledged rows of the one partition."""
        return self._runtime.watch(table)

    def partition(self, table: str, key: bytes) -> int:
        """There is one."""
        return 0

    async def room(self) -> None:
        """Wait while stages are far behind or the disk is full."""
        while True:
            writer = self._runtime.writer
            if not writer.paused and max(writer.lag().values(), default=0) < self._runtime.most_lag:
                return
            await asyncio.sleep(ROOM_SECONDS)
