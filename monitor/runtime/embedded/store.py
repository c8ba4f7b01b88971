"""The SQLite file: logs, tables and offsets. No thread and no clock of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from monitor.records import Record, decode_row
from monitor.runtime.batch import EncodedOut, EncodedPut
from monitor.stage import Pipeline

SCHEMA_VERSION = 1
Synchronous = Literal["FULL", "NORMAL", "OFF"]

Row = tuple[int, bytes, bytes]
"""Offset, key, value."""


class StoreError(Exception):
    """The file cannot be used; the message says what to do."""


def log_table(topic: str) -> str:
    """The SQL name of a topic's log."""
    return f'"log {topic}"'


def row_table(table: str) -> str:
    """The SQL name of a table's rows."""
    return f'"row {table}"'


def connect(path: Path, *, read_only: bool = False, synchronous: Synchronous = "FULL") -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand."""
    if read_only:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10
        )
    else:
        connection = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA cache_size = -16384")
    return connection


class Store:
    """Reads and writes through one connection; the caller begins and ends transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._execute = connection.execute

    def create(self, pipeline: Pipeline) -> None:
        """Make what is missing. Raises ``StoreError`` if a later release wrote the file."""
        self._execute("BEGIN IMMEDIATE")
        self._execute("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        found = self.meta("schema")
        if found is not None and int(found) > SCHEMA_VERSION:
            self._execute("ROLLBACK")
            raise StoreError(
                f"the file has schema {found}, this release knows up to {SCHEMA_VERSION}: upgrade the monitor"
            )
        self.set_meta("schema", str(SCHEMA_VERSION))
        self._execute(
            "CREATE TABLE IF NOT EXISTS offsets (stage TEXT, topic TEXT, next INTEGER NOT NULL, PRIMARY KEY (stage, topic))"
        )
        for topic in pipeline.topics:
            self._execute(
                f"CREATE TABLE IF NOT EXISTS {log_table(topic.name)} (offset INTEGER PRIMARY KEY AUTOINCREMENT, "
                # `at` before the value: retention must not walk the overflow pages of large records.
                "at REAL NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL)"
            )
        for table in pipeline.tables:
            self._execute(
                f"CREATE TABLE IF NOT EXISTS {row_table(table.name)} (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
            )
        self._execute("COMMIT")

    def has(self, table: str) -> bool:
        """Whether there is an SQL table of this name."""
        found = self._execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
        return found.fetchone() is not None

    # --- meta -----------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A note about the file."""
        row = self._execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Write a note about the file."""
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def data_version(self) -> int:
        """Changes whenever another connection has committed."""
        return int(self._execute("PRAGMA data_version").fetchone()[0])

    # --- logs -----------------------------------------------------------------------------

    def append(self, outs: Iterable[EncodedOut], at: float) -> None:
        """Append records; ``at`` is the time of the append in seconds since 1970."""
        for out in outs:
            self._execute(
                f"INSERT INTO {log_table(out.topic)} (at, key, value) VALUES (?, ?, ?)",
                (at, out.key, out.value),
            )

    def read(self, topic: str, first: int, most: int, most_bytes: int) -> list[Row]:
        """At most ``most`` records from offset ``first`` on, and no more bytes, but one at least."""
        rows: list[Row] = []
        size = 0
        cursor = self._execute(
            f"SELECT offset, key, value FROM {log_table(topic)} WHERE offset >= ? ORDER BY offset LIMIT ?",
            (first, most),
        )
        for offset, key, value in cursor:
            size += len(value)
            if rows and size > most_bytes:
                break
            rows.append((offset, key, value))
        cursor.close()
        return rows

    def end(self, topic: str) -> int:
        """The offset that the next record gets."""
        row = self._execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (f"log {topic}",)).fetchone()
        return 1 if row is None else int(row[0]) + 1

    def next_offset(self, stage: str, topic: str) -> int:
        """The first offset that a stage has not handled."""
        row = self._execute(
            "SELECT next FROM offsets WHERE stage = ? AND topic = ?", (stage, topic)
        ).fetchone()
        return 1 if row is None else int(row[0])

    def set_next_offset(self, stage: str, topic: str, offset: int) -> None:
        """Move a stage's offset."""
        self._execute("INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)", (stage, topic, offset))

    def expire(self, topic: str, below: int, before: float, most: int) -> int:
        """Delete records under offset ``below`` and older than ``before``, from the log's beginning up to
        the first that stays; ``most`` at most. Returns how many."""
        cursor = self._execute(
            f"SELECT offset, at FROM {log_table(topic)} WHERE offset < ? ORDER BY offset LIMIT ?",
            (below, most),
        )
        last = None
        for offset, at in cursor:  # reads no further than it has to: the log may hold millions
            if at >= before:
                break
            last = offset
        cursor.close()
        if last is None:
            return 0
        return self._execute(f"DELETE FROM {log_table(topic)} WHERE offset <= ?", (last,)).rowcount

    def vacuum(self, pages: int) -> None:
        """Give back at most so many free pages to the file system."""
        self._execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    # --- tables ---------------------------------------------------------------------------

    def get(self, table: str, key: bytes) -> Record | None:
        """A row."""
        value = self.value(table, key)
        return None if value is None else decode_row(value)

    def value(self, table: str, key: bytes) -> bytes | None:
        """A row as it is stored."""
        row = self._execute(f"SELECT value FROM {row_table(table)} WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        """Rows with keys above ``after``, in key order."""
        rows = self._execute(
            f"SELECT key, value FROM {row_table(table)} WHERE key > ? ORDER BY key LIMIT ?", (after, limit)
        ).fetchall()
        return [(key, decode_row(value)) for key, value in rows]

    def put(self, change: EncodedPut) -> None:
        """Write or delete a row."""
        if change.value is None:
            self._execute(f"DELETE FROM {row_table(change.table)} WHERE key = ?", (change.key,))
        else:
            self._execute(
                f"INSERT OR REPLACE INTO {row_table(change.table)} VALUES (?, ?)", (change.key, change.value)
            )
