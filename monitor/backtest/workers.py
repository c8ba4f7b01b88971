"""A function over many tasks in processes of this machine's cores; results come in the tasks' order.

Processes are forked, so what the function holds (engines of a hundred megabytes) is there at once and
shared. A process has one task at a time: neither end ever waits to send while the other does too.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Generic, TypeVar

from monitor.backtest.errors import BacktestError, WorkerDied

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4  # tasks for each process that may be done before the oldest one is
_END_SECONDS = 2.0


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


class Crew(Generic[T, R]):
    """Processes that do ``work``; use it as a context. With one worker all is done in this process.

    Start it before anything that starts threads: they do not outlive a fork.
    """

    def __init__(self, work: Callable[[T], R], workers: int) -> None:
        self._work = work
        can_fork = "fork" in multiprocessing.get_all_start_methods()
        self.workers = workers if can_fork else 1
        self._processes: dict[Connection, BaseProcess] = {}

    def __enter__(self) -> Crew[T, R]:
        if self.workers > 1:
            context = multiprocessing.get_context("fork")
            gc.collect()
            gc.freeze()  # a collection in a worker would copy every page that is shared
            # Ctrl-C reaches all processes of a terminal; the first one ends the others.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                for _ in range(self.workers):
                    self._start(context)
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            except BaseException:
                self.close()
                raise
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                gc.unfreeze()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, whatever they do."""
        for pipe, process in self._processes.items():
            pipe.close()
            process.kill()
        for process in self._processes.values():
            process.join(_END_SECONDS)
        self._processes.clear()

    def map(self, tasks: Iterable[T]) -> Iterator[R]:
        """The results, in order; only a few tasks are taken ahead.

        Raises ``WorkerDied`` if a process does, ``BacktestError`` with the words of what ``work`` raised.
        """
        return self._spread(tasks) if self._processes else map(self._work, tasks)

    def _spread(self, tasks: Iterable[T]) -> Iterator[R]:
        waiting = iter(tasks)
        exhausted = False
        idle = list(self._processes)
        busy: dict[Connection, int] = {}
        done: dict[int, R] = {}
        sent = given = 0
        while True:
            while idle and not exhausted and sent - given < self.workers * AHEAD:
                try:
                    task = next(waiting)
                except StopIteration:
                    exhausted = True
                    break
                pipe = idle.pop()
                self._send(pipe, task)
                busy[pipe] = sent
                sent += 1
            if not busy:
                return
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                done[busy.pop(pipe)] = self._receive(pipe)
                idle.append(pipe)
            while given in done:
                yield done.pop(given)
                given += 1

    def _start(self, context: Any) -> None:
        ours, theirs = context.Pipe()
        # A process that held an end of another's pipe would keep it from seeing that we are gone.
        process = context.Process(
            target=_serve, args=(theirs, (*self._processes, ours), self._work), daemon=True, name="backtest"
        )
        process.start()
        theirs.close()
        self._processes[ours] = process

    def _send(self, pipe: Connection, task: T) -> None:
        try:
            pipe.send(task)
        except OSError as error:
            raise self._died(pipe) from error

    def _receive(self, pipe: Connection) -> R:
        try:
            ok, answer = pipe.recv()
        except (EOFError, OSError) as error:
            raise self._died(pipe) from error
        if not ok:
            raise BacktestError(answer)
        result: R = answer
        return result

    def _died(self, pipe: Connection) -> WorkerDied:
        process = self._processes[pipe]
        process.join(_END_SECONDS)
        code = process.exitcode
        if code is not None and code < 0:
            try:
                how = f"was ended by {signal.Signals(-code).name}"
            except ValueError:
                how = f"was ended by signal {-code}"
        else:
            how = f"ended with exit code {code}"
        cause = ", most likely for want of memory: use fewer --workers" if code == -signal.SIGKILL else ""
        return WorkerDied(f"a worker process {how}{cause}; the backtest is not complete")


def _serve(pipe: Connection, others: Sequence[Connection], work: Callable[[Any], Any]) -> None:
    """The process: does one task after the other until its pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in others:
        other.close()
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (True, work(task))
        except Exception as error:  # told to whoever waits for the answer
            answer = (False, f"{type(error).__name__}: {error}"[:2000])
        with contextlib.suppress(OSError):
            pipe.send(answer)
