"""Preparation in processes of its own: limits on time and memory, crashes, and what comes after them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import psutil
import pytest

from monitor.records import Command, Record
from monitor.runtime.prepare import PrepareError, PreparePool
from tests.runtime.counting import order, prepare

MEMORY = 1 << 30
"""Bytes of address space: enough for the interpreter, not for what a hostile page wants."""


@pytest.fixture
def pool() -> Iterator[PreparePool]:
    pool = PreparePool(limit_seconds=5.0, limit_memory=MEMORY)
    yield pool
    pool.close()


async def prepared(pool: PreparePool, what: str) -> str:
    """What becomes of an order."""
    async with asyncio.timeout(30):
        record = await asyncio.wrap_future(pool.submit(prepare, order("1", what=what)))
    assert isinstance(record, Command)
    return record.reason


def children() -> set[int]:
    """The processes that prepare for this one."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.add(process.pid)
        except psutil.Error:
            continue
    return found


async def test_a_record_is_prepared_in_another_process(pool: PreparePool) -> None:
    assert await prepared(pool, "heavy") == "heavy, prepared"
    assert os.getpid() not in children()
    assert len(children()) == 1


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("heavy-crash", "died"),
        ("heavy-memory", "MemoryError"),
        ("heavy-refused", "ValueError: cannot be prepared"),
    ],
)
async def test_a_record_that_cannot_be_prepared_says_why_and_the_next_one_is(
    pool: PreparePool, what: str, message: str
) -> None:
    with pytest.raises(PrepareError, match=message):
        await prepared(pool, what)
    assert await prepared(pool, "heavy") == "heavy, prepared"


async def test_a_record_that_takes_too_long_is_given_up_with_its_process() -> None:
    pool = PreparePool(limit_seconds=1.0)
    try:
        first = asyncio.create_task(prepared(pool, "heavy-hang"))
        second = asyncio.create_task(prepared(pool, "heavy"))
        with pytest.raises(PrepareError, match="within 1 s"):
            await first
        assert await second == "heavy, prepared"
    finally:
        pool.close()


async def test_a_function_that_no_process_can_import_is_an_error_not_a_hang(pool: PreparePool) -> None:
    def local(record: Record) -> Record:
        return record

    with pytest.raises(PrepareError, match="local"):
        await asyncio.wait_for(asyncio.wrap_future(pool.submit(local, order("1"))), 30)
    assert await prepared(pool, "heavy") == "heavy, prepared"


async def test_text_that_is_no_unicode_passes_between_the_processes(pool: PreparePool) -> None:
    assert await prepared(pool, "heavy-surrogate") == "\ud800"


async def test_a_record_given_up_by_its_caller_costs_the_next_one_nothing(pool: PreparePool) -> None:
    futures = [pool.submit(prepare, order(str(n), what="heavy")) for n in range(3)]
    futures[1].cancel()
    async with asyncio.timeout(30):
        await asyncio.wrap_future(futures[2])
    assert await prepared(pool, "heavy") == "heavy, prepared"


async def test_closing_ends_the_process_even_in_the_midst_of_a_record() -> None:
    before = children()
    pool = PreparePool(limit_seconds=60)
    hanging = pool.submit(prepare, order("1", what="heavy-hang"))
    while not (begun := children() - before):  # noqa: ASYNC110  processes tell nobody
        await asyncio.sleep(0.02)
    await asyncio.to_thread(pool.close)
    for pid in begun:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert not hanging.done()
