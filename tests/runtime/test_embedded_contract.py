"""The runtime contract over the embedded runtime."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.records import Record
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.runtime.embedded.logfile import LogFile
from monitor.runtime.embedded.runtime import FILE_NAME
from monitor.runtime.embedded.store import log_table, row_table
from monitor.runtime.lock import FolderInUse
from monitor.stage import Pipeline, Runtime
from tests.runtime.contract import RuntimeContract


class EmbeddedHarness:
    """One data folder."""

    exact = True
    kills = 6
    start_seconds = 0.6
    folder_in_use: type[Exception] = FolderInUse

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.ahead = timedelta(0)
        self._runtime: EmbeddedRuntime | None = None

    def emit(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))

    def _clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def make(self, pipeline: Pipeline) -> EmbeddedRuntime:
        return EmbeddedRuntime(
            pipeline,
            EmbeddedSettings(folder=self.folder, housekeeping=0.05),
            emit=self.emit,
            clock=self._clock,
        )

    async def start(self, pipeline: Pipeline) -> Runtime:
        runtime = self.make(pipeline)
        await runtime.start()
        self._runtime = runtime
        return runtime

    async def stop(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            await runtime.stop()

    async def second(self, pipeline: Pipeline) -> Runtime:
        runtime = self.make(pipeline)
        await runtime.start()
        return runtime

    async def raw(self, topic: str, key: bytes, value: bytes) -> None:
        await asyncio.to_thread(self._insert, topic, key, value)

    def _insert(self, topic: str, key: bytes, value: bytes) -> None:
        with contextlib.closing(sqlite3.connect(self.folder / FILE_NAME, timeout=10)) as file, file:
            file.execute(
                f"INSERT INTO {log_table(topic)} (at, key, value) VALUES (?, ?, ?)", (time.time(), key, value)
            )

    async def raw_row(self, table: str, key: bytes, value: bytes) -> None:
        with contextlib.closing(sqlite3.connect(self.folder / FILE_NAME, timeout=10)) as file, file:
            file.execute(f"INSERT OR REPLACE INTO {row_table(table)} VALUES (?, ?)", (key, value))

    async def read(self, topic: str) -> list[tuple[bytes, bytes]]:
        with contextlib.closing(LogFile(self.folder / FILE_NAME)) as log:
            return [(key, value) for _, key, value in log.read(topic)]

    async def rows(self, table: str) -> dict[bytes, Record]:
        with contextlib.closing(LogFile(self.folder / FILE_NAME)) as log:
            return dict(log.rows(table))

    async def expire(self, topic: str) -> None:
        self.ahead += timedelta(days=2)

    def worker(self) -> Sequence[str]:
        return ["--runtime", "embedded", "--folder", str(self.folder)]


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EmbeddedHarness]:
    harness = EmbeddedHarness(tmp_path / "data")
    yield harness
    await harness.stop()


class TestEmbedded(RuntimeContract):
    """All of it."""
