"""A log, an archive behind it, and what one asks of them in tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from monitor.archive import database
from monitor.archive.embedded import EmbeddedTail
from monitor.archive.follower import Follower
from monitor.archive.tail import TOPICS
from monitor.records import Record
from monitor.runtime.batch import encode_out
from monitor.runtime.embedded.store import Store, connect, log_table
from monitor.stage import Out, Pipeline, Topic

PIPELINE = Pipeline(
    topics=tuple(Topic(name=name, retention=timedelta(days=90)) for name in TOPICS),
    tables=(),
    stages=(),
    dead_letters="dead-letters",
)


class Log:
    """A worker's file, written here as a worker would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = Store(connect(path, synchronous="OFF"))
        self.store.create(PIPELINE)

    def append(self, topic: str, *records: Record) -> None:
        self.store.connection.execute("BEGIN")
        self.store.append([encode_out(Out(topic, b"k", record)) for record in records], 0.0)
        self.store.connection.execute("COMMIT")

    def append_raw(self, topic: str, value: bytes) -> None:
        self.store.connection.execute(
            f"INSERT INTO {log_table(topic)} (key, value, at) VALUES (?, ?, 0)", (b"k", value)
        )

    def forget(self, topic: str, below: int) -> None:
        """As retention does."""
        self.store.connection.execute(f"DELETE FROM {log_table(topic)} WHERE offset < ?", (below,))

    def close(self) -> None:
        self.store.connection.close()


class Events:
    """What was emitted."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        self.all.append((event, fields))

    def named(self, event: str) -> list[dict[str, object]]:
        return [fields for name, fields in self.all if name == event]


@asynccontextmanager
async def following(
    url: str, log: Path, emit: Events, *, pause: float = 0.02, **options: Any
) -> AsyncIterator[Follower]:
    """A follower that runs meanwhile."""
    follower = Follower(url, EmbeddedTail(log), emit, pause=pause, **options)
    running = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        await follower.stop()
        await asyncio.wait_for(running, 5)


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something that is told nowhere."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def table(url: str, which: Table) -> list[Any]:
    """All rows, by key."""
    made = database.engine(database.parse_url(url))
    try:
        async with made.connect() as connection:
            return list((await connection.execute(select(which).order_by(*which.primary_key.columns))).all())
    finally:
        await made.dispose()


async def execute(url: str, statement: Any) -> None:
    made = database.engine(database.parse_url(url))
    try:
        async with made.begin() as connection:
            await connection.execute(statement)
    finally:
        await made.dispose()
