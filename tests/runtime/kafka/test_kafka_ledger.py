"""The commit barrier, the order of changes, the watchdog's judgement: no broker needed."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from monitor.runtime.kafka.errors import EXIT_CODE
from monitor.runtime.kafka.folder import DataFolder
from monitor.runtime.kafka.ledger import Ledger, Place
from monitor.runtime.kafka.partition import partition_of
from monitor.runtime.kafka.rows import Change, waves
from monitor.runtime.kafka.settings import SaslSettings
from monitor.runtime.kafka.watchdog import Pulse, Watchdog
from monitor.runtime.lock import FolderInUse

PLACE = Place("t", 0)


def ledger(start: int = 0, committed: int | None = None, readers: int = 1) -> Ledger:
    made = Ledger({"t": readers})
    made.sought({PLACE: (start, committed)})
    return made


def test_offset_stays_below_the_lowest_unfinished_record() -> None:
    book = ledger()
    book.fetched("t", 0, [0, 1, 2, 3])
    book.finished("t", 0, 1, book.epoch)
    book.finished("t", 0, 3, book.epoch)
    assert book.committable() == {}
    book.finished("t", 0, 0, book.epoch)
    assert book.committable() == {PLACE: 2}
    book.finished("t", 0, 2, book.epoch)
    assert book.committable() == {PLACE: 4}
    book.committed({PLACE: 4})
    assert book.committable() == {}


def test_offsets_that_the_broker_skipped_are_no_gaps() -> None:
    book = ledger(start=5, committed=5)
    book.fetched("t", 0, [7, 12])
    for offset in (7, 12):
        book.finished("t", 0, offset, book.epoch)
    assert book.committable() == {PLACE: 13}


def test_record_is_finished_when_all_stages_that_read_it_are() -> None:
    book = ledger(readers=2)
    book.fetched("t", 0, [0])
    book.finished("t", 0, 0, book.epoch)
    assert book.committable() == {}
    book.finished("t", 0, 0, book.epoch)
    assert book.committable() == {PLACE: 1}


def test_seek_forgets_what_was_fetched_and_what_is_finished_later_of_it() -> None:
    book = ledger()
    book.fetched("t", 0, [0, 1])
    before = book.epoch
    book.sought({PLACE: (0, None)})
    assert not book.accepts(before)
    book.finished("t", 0, 0, before)
    book.finished("t", 0, 1, before)
    book.fetched("t", 0, [0])
    assert book.committable() == {}
    assert book.positions() == {PLACE: (0, None)}


def test_closed_ledger_lets_batches_in_hand_finish_but_none_begin() -> None:
    book = ledger()
    book.fetched("t", 0, [0])
    epoch = book.epoch
    book.close()
    assert not book.accepts(epoch)
    assert book.holds(epoch)
    book.finished("t", 0, 0, epoch)
    assert book.committable() == {PLACE: 1}
    book.interrupt()
    assert not book.holds(epoch)
    assert book.committable() == {}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_never_commits_past_an_unfinished_record(steps: list[int], order: random.Random) -> None:
    offsets = [sum(steps[: n + 1]) for n in range(len(steps))]
    book = ledger()
    book.fetched("t", 0, offsets)
    left = list(offsets)
    order.shuffle(left)
    while left:
        book.finished("t", 0, left.pop(), book.epoch)
        done = book.positions()[PLACE][0]
        assert done == (min(left) if left else offsets[-1] + 1)


def change(table: str, key: bytes = b"k") -> Change:
    return Change(table, key, b"v", None, 0)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([["a"], ["a"], ["a"]], [["a", "a", "a"]]),
        ([["a", "b"], ["a", "b"]], [["a", "a"], ["b", "b"]]),
        ([["a", "b", "a"], ["a"]], [["a"], ["b"], ["a", "a"]]),
        ([["b"], ["a", "b"]], [["b", "a"], ["b"]]),
        ([[], []], []),
    ],
)
def test_changes_to_other_tables_wait_for_those_before_them(
    records: list[list[str]], expected: list[list[str]]
) -> None:
    found = waves([[change(table) for table in tables] for tables in records])
    assert [[c.table for c in wave] for wave in found] == expected


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=8))
def test_waves_keep_each_tables_order_and_each_records_beginnings(records: list[list[str]]) -> None:
    made = [[change(t, b"%d.%d" % (r, n)) for n, t in enumerate(tables)] for r, tables in enumerate(records)]
    found = waves(made)
    level = {c.key: number for number, wave in enumerate(found) for c in wave}
    flat = [c for wave in found for c in wave]
    for table in "abc":
        assert [c for c in flat if c.table == table] == [c for m in made for c in m if c.table == table]
    for changes in made:
        for before, after in itertools.pairwise(changes):
            assert level[before.key] <= level[after.key] - (before.table != after.table)


@given(st.binary(max_size=40), st.integers(1, 50))
def test_partitions_are_those_of_kafkas_own_partitioner(key: bytes, count: int) -> None:
    assert partition_of(key, count) == DefaultPartitioner()(key, list(range(count)), [])


def test_data_folder_keeps_its_name_and_takes_one_worker(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "w")
    name = first.take()
    with pytest.raises(FolderInUse, match=r"another worker \(process \d+\) runs on .*data_dir of its own"):
        DataFolder(tmp_path / "w").take()
    first.release()
    again = DataFolder(tmp_path / "w")
    assert again.take() == name
    again.release()
    other = DataFolder(tmp_path / "v")
    assert other.take() != name
    other.release()


def test_password_is_not_shown() -> None:
    assert "hunter2" not in repr(SaslSettings(mechanism="PLAIN", user="u", password="hunter2"))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def watchdog(pulses: list[Pulse], clock: Clock) -> Watchdog:
    return Watchdog(lambda: pulses[-1], stall=30, end=lambda _: None, tell=lambda _: None, clock=clock)


@pytest.mark.parametrize(
    ("first", "later", "reason"),
    [
        (Pulse(wrong="gone"), Pulse(wrong="gone"), "gone"),
        (Pulse(failed=1000.0), Pulse(failed=1000.0), "the runtime failed"),
        (Pulse(beat=1000.0), Pulse(beat=1000.0), "the event loop has not run for 31 s"),
        (Pulse(beat=1000.0), Pulse(beat=1030.0), ""),
        (Pulse(rebalancing=(1, 5)), Pulse(rebalancing=(1, 5)), "no progress for 31 s: the rebalance"),
        (Pulse(rebalancing=(1, 5)), Pulse(rebalancing=(1, 6)), ""),
        (Pulse(waiting={"t/0": 7}), Pulse(waiting={"t/0": 7}), "no progress for 31 s: t/0"),
        (Pulse(waiting={"t/0": 7}), Pulse(waiting={"t/0": 8}), ""),
        (Pulse(waiting={"t/0": 7}), Pulse(waiting={"t/1": 7}), ""),
        (Pulse(waiting={"t/0": 7}), Pulse(waiting={"t/0": 7}, rebalancing=(1, 5)), ""),
        (Pulse(), Pulse(), ""),
    ],
)
def test_watchdog_ends_what_makes_no_progress(first: Pulse, later: Pulse, reason: str) -> None:
    clock = Clock()
    pulses = [first]
    dog = watchdog(pulses, clock)
    early = dog.judge()
    assert early == first.wrong
    pulses.append(later)
    clock.now += 31
    found = dog.judge()
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_watchdog_ends_the_process_from_a_thread_of_its_own() -> None:
    ended: list[int] = []
    said: list[str] = []
    dog = Watchdog(lambda: Pulse(wrong="gone"), stall=30, end=ended.append, tell=said.append)
    dog.start()
    dog._thread.join(timeout=10)
    assert (ended, said) == ([EXIT_CODE], ["gone"])
