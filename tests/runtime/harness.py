"""What the contract suite needs of a runtime, and how it judges what came of a test."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from monitor.records import (
    Command,
    DeadLetter,
    Record,
    SourceLines,
    decode,
)
from monitor.stage import (
    Out,
    Pipeline,
    Runtime,
)
from tests.runtime.counting import (
    ids,
)

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds until a test gives up


class Harness(Protocol):
    """A runtime under test: one folder, one set of topics, started and stopped as often as wanted."""

    exact: bool
    kills: int  # of a worker, in one test
    start_seconds: float  # about how long a worker takes to start
    folder_in_use: type[Exception]
    events: list[tuple[str, dict[str, Any]]]

    async def start(self, pipeline: Pipeline) -> Runtime:
        """A worker on the harness's folder, running."""

    async def stop(self) -> None:
        """Stop the worker that runs, if one does."""

    async def second(self, pipeline: Pipeline) -> Runtime:
        """Another worker on the same folder; starting it should raise ``folder_in_use``."""

    async def raw(self, topic: str, key: bytes, value: bytes) -> None:
        """Append bytes as they are, past the runtime's own checks."""

    async def raw_row(self, table: str, key: bytes, value: bytes) -> None:
        """Put bytes into a table while no worker runs."""

    async def read(self, topic: str) -> list[tuple[bytes, bytes]]:
        """Keys and values that stand in a topic, in order within a key."""

    async def rows(self, table: str) -> dict[bytes, Record]:
        """The rows of a table, acknowledged ones only."""

    async def expire(self, topic: str) -> None:
        """Let retention take all that it may of a topic while a worker runs."""

    def worker(self) -> Sequence[str]:
        """Arguments of ``tests.runtime.worker`` for a worker on this harness's folder."""


async def until(check: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until ``check`` holds."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await check():  # noqa: ASYNC110  what is checked lies in files and on brokers
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"{what}: not within {PATIENCE:g} s")


def commands(records: Sequence[tuple[bytes, bytes]]) -> list[Command]:
    """The commands among a topic's records."""
    decoded = [decode(value) for _, value in records]
    return [record for record in decoded if isinstance(record, Command)]


def without_repeats(records: Sequence[tuple[bytes, bytes]], *, exact: bool) -> dict[str, list[str]]:
    """Ids by key, in order, each once. Repeats fail if they differ, or at all if ``exact``."""
    found: dict[str, bytes] = {}
    order: dict[str, list[str]] = defaultdict(list)
    for key, value in records:
        record = decode(value)
        assert isinstance(record, Command)
        if record.id in found:
            assert found[record.id] == value, f"{record.id} was repeated with another body"
            assert not exact, f"{record.id} was repeated"
            continue
        found[record.id] = value
        order[key.decode()].append(record.id)
    return dict(order)


async def letters(harness: Harness) -> list[DeadLetter]:
    """The dead letters, each once."""
    found = [decode(value) for _, value in await harness.read("dead-letters")]
    unique = {letter.id: letter for letter in found if isinstance(letter, DeadLetter)}
    return list(unique.values())


class Judge:
    """Waits for what a test expects, and judges it."""

    async def receipts(self, harness: Harness, wanted: int) -> dict[str, list[str]]:
        """Receipts by key, once there are as many as wanted."""

        async def there() -> bool:
            return len({command.id for command in commands(await harness.read("receipts"))}) >= wanted

        await until(there, f"{wanted} receipts")
        return without_repeats(await harness.read("receipts"), exact=harness.exact)

    async def counted(self, harness: Harness, wanted: Mapping[str, list[str]]) -> None:
        """The rows come to hold these ids by key. Outputs are acknowledged before rows."""

        async def there() -> bool:
            rows = await harness.rows("counts")
            return {key.decode(): ids(row) for key, row in rows.items()} == wanted and all(
                isinstance(row, SourceLines) and row.pages == len(row.lines) for row in rows.values()
            )

        await until(there, f"rows {wanted}")


async def truth(value: bool) -> bool:
    return value


async def empty(harness: Harness, topic: str) -> bool:
    return not await harness.read(topic)


def batched(outs: Sequence[Out], size: int) -> list[Sequence[Out]]:
    return [outs[start : start + size] for start in range(0, len(outs), size)]


async def killed_once(harness: Harness, first: int, wait: float, *, blindly: bool) -> list[int]:
    """Run a worker from order ``first`` on and kill it; the orders that it saw acknowledged."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.worker", *harness.worker(), "--first", str(first),
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    ready = asyncio.Event()

    async def read(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if not line.endswith(b"\n"):
                return  # cut off in the middle of a number
            lines.append(line.decode().strip())
            ready.set()
        ready.set()

    reading = asyncio.create_task(read(process.stdout))
    try:
        if not blindly:
            async with asyncio.timeout(PATIENCE):
                await ready.wait()
        await asyncio.sleep(wait)
    finally:
        assert process.returncode is None, "the worker ended by itself"
        process.kill()
        await process.wait()
        await reading
    return [int(line.removeprefix("ack ")) for line in lines if line.startswith("ack ")]
