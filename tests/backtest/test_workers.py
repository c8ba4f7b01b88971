"""Processes: the order of results, how few tasks are taken ahead, and what happens when one dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest

from monitor.backtest.errors import BacktestError, WorkerDied
from monitor.backtest.workers import AHEAD, Crew, cores


def _square(number: int) -> tuple[int, int]:
    return os.getpid(), number * number


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_tasks(workers: int) -> None:
    with Crew(_square, workers) as crew:
        answers = list(crew.map(range(100)))
    assert [square for _, square in answers] == [number * number for number in range(100)]
    processes = {process for process, _ in answers}
    assert (os.getpid() in processes) == (workers == 1)
    assert not multiprocessing.active_children()


def test_large_tasks_and_answers_pass() -> None:
    def double(data: bytes) -> bytes:
        return data + data

    with Crew(double, 2) as crew:
        assert [len(answer) for answer in crew.map([b"x" * 3_000_000] * 5)] == [6_000_000] * 5


def test_few_tasks_are_taken_before_their_turn() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    with Crew(_square, 2) as crew:
        for given, _ in enumerate(crew.map(tasks())):
            assert taken <= given + 2 * AHEAD


def test_a_process_that_is_killed_is_an_error_and_no_hang() -> None:
    def work(number: int) -> int:
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with Crew(work, 2) as crew, pytest.raises(WorkerDied, match=r"SIGKILL.*memory.*--workers") as caught:
        list(crew.map(range(20)))
    assert isinstance(caught.value, BacktestError)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(("code", "said"), [(3, "exit code 3"), (0, "exit code 0")])
def test_a_process_that_ends_by_itself_is_an_error_too(code: int, said: str) -> None:
    def work(number: int) -> int:
        os._exit(code)

    with Crew(work, 2) as crew, pytest.raises(WorkerDied, match=said):
        list(crew.map(range(20)))


def test_an_error_in_a_process_is_told_in_its_words() -> None:
    def work(number: int) -> int:
        raise ValueError(f"cannot take {number}")

    with Crew(work, 2) as crew, pytest.raises(BacktestError, match="ValueError: cannot take 0"):
        list(crew.map([0]))
    assert not multiprocessing.active_children()


def test_an_error_of_the_source_ends_the_processes() -> None:
    def tasks() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Crew(_square, 2) as crew:
        list(crew.map(tasks()))
    assert not multiprocessing.active_children()


def test_processes_end_when_the_first_one_is_gone() -> None:
    reading, writing = os.pipe()
    parent = os.fork()
    if not parent:
        with Crew(_square, 2) as crew:
            processes = {process for process, _ in crew.map(range(50))}
            os.write(writing, " ".join(map(str, sorted(processes))).encode())
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    os.waitpid(parent, 0)
    assert os.read(reading, 1000)
    # The workers hold the other end of our pipe: it closes when the last one of them is gone.
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_there_is_a_core() -> None:
    assert cores() >= 1
