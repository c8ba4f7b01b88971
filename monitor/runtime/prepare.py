"""``prepare`` in processes of its own, under a time and a memory limit.

A parser that hangs or eats memory on a hostile page takes its own process down, not the monitor.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from monitor.records import Record
from monitor.stage import Prepare

LIMIT_SECONDS = 15.0
LIMIT_MEMORY = 1536 * 1024 * 1024  # bytes of address space

Done = Callable[[], None]
_Task = tuple[Prepare, Record, "Future[Record]"]


class PrepareError(Exception):
    """A record could not be prepared."""


class PreparePool:
    """Runs ``prepare`` in ``workers`` processes; each starts when first needed."""

    def __init__(
        self, workers: int = 1, *, limit_seconds: float = LIMIT_SECONDS, limit_memory: int = LIMIT_MEMORY
    ) -> None:
        self._limit_seconds = limit_seconds
        self._limit_memory = limit_memory
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, daemon=True, name=f"prepare-{n}") for n in range(workers)
        ]
        self._started = False
        self._closing = False
        self._processes: set[BaseProcess] = set()
        self._lock = threading.Lock()

    def submit(self, prepare: Prepare, record: Record) -> Future[Record]:
        """The prepared record, later; fails with ``PrepareError``. ``prepare`` is a module's function."""
        with self._lock:
            if not self._started:
                self._started = True
                for thread in self._threads:
                    thread.start()
        future: Future[Record] = Future()
        self._tasks.put((prepare, record, future))
        return future

    def close(self) -> None:
        """Stop the processes at once; what is not done stays undone, and unanswered."""
        with self._lock:
            self._closing = True
            for process in self._processes:
                process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        if self._started:
            for thread in self._threads:
                thread.join(timeout=2)

    def _serve(self) -> None:
        process: BaseProcess | None = None
        pipe: Connection | None = None
        try:
            while (task := self._tasks.get()) is not None and not self._closing:
                prepare, record, future = task
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    if process is None or pipe is None or not process.is_alive():
                        process, pipe = self._start()
                    future.set_result(self._ask(pipe, prepare, record))
                except _Refused as error:
                    future.set_exception(error)
                except Exception as error:
                    if process is not None and pipe is not None:
                        self._end(process, pipe)
                    process = pipe = None
                    if self._closing:
                        return
                    # Whatever it is must not leave the record unanswered, nor those behind it.
                    failed = (
                        error
                        if isinstance(error, PrepareError)
                        else PrepareError(f"cannot be prepared: {error}")
                    )
                    future.set_exception(failed)
        finally:
            if process is not None and pipe is not None:
                self._end(process, pipe)

    def _start(self) -> tuple[BaseProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_work, args=(theirs, self._limit_memory), daemon=True, name="prepare"
        )
        with self._lock:
            if self._closing:
                raise PrepareError("the pool is closed")
            process.start()
            self._processes.add(process)
        theirs.close()
        return process, ours

    def _end(self, process: BaseProcess, pipe: Connection) -> None:
        pipe.close()
        process.kill()
        process.join(timeout=2)
        with self._lock:
            self._processes.discard(process)

    def _ask(self, pipe: Connection, prepare: Prepare, record: Record) -> Record:
        try:
            pipe.send((prepare, record))
            if not pipe.poll(self._limit_seconds):
                raise PrepareError(f"not prepared within {self._limit_seconds:g} s")
            answer: Record | str = pipe.recv()
        except (EOFError, OSError) as error:
            raise PrepareError("the process that prepared it died, most likely for want of memory") from error
        if isinstance(answer, str):
            raise _Refused(answer)
        return answer


class _Refused(PrepareError):
    """``prepare`` itself raised: its process is fine."""


def _work(pipe: Connection, limit_memory: int) -> None:
    """The process: prepares one record after the other until its pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit_memory, limit_memory))
    while True:
        try:
            prepare, record = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send(prepare(record))
        except Exception as error:  # the answer to a record that cannot be prepared
            pipe.send(f"{type(error).__name__}: {error}"[:2000])
