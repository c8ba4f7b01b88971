"""The log as other processes use it: the command line reads it and appends to it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.records import Record, RecordError, decode
from monitor.runtime.batch import encode_out
from monitor.runtime.embedded.store import Store, StoreError, connect, log_table
from monitor.stage import Out, PublishError

_PAGE = 500


class LogFile:
    """A worker's SQLite file, opened beside the worker, which may run or not."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        if not path.exists():
            raise StoreError(f"{path} does not exist: nothing has run in this data folder yet")
        self._store = Store(connect(path, read_only=not write))
        if not self._store.has("meta"):
            self.close()
            raise StoreError(f"{path} holds no log yet: run `monitor run` with this data folder first")

    def close(self) -> None:
        """Close the file."""
        self._store.connection.close()

    def append(self, *outs: Out) -> None:
        """Append records; a running worker notices within a tenth of a second."""
        encoded = [encode_out(out) for out in outs]
        execute = self._store.connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            self._store.append(encoded, time.time())
            execute("COMMIT")
        except sqlite3.Error as error:
            if self._store.connection.in_transaction:
                execute("ROLLBACK")
            raise PublishError(f"not appended: {error}") from error

    def newest(self, topic: str, most: int) -> list[tuple[int, Record]]:
        """The last ``most`` records of a topic, newest first; unreadable ones are left out."""
        found: list[tuple[int, Record]] = []
        cursor = self._store.connection.execute(
            f"SELECT offset, value FROM {log_table(topic)} ORDER BY offset DESC"
        )
        for offset, value in cursor:
            try:
                found.append((offset, decode(value)))
            except RecordError:
                continue
            if len(found) >= most:
                break
        cursor.close()
        return found

    def read(self, topic: str, first: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Offset, key and bytes of all records from ``first`` on."""
        while rows := self._store.read(topic, first, _PAGE, 1 << 30):
            yield from rows
            first = rows[-1][0] + 1

    def rows(self, table: str) -> Iterator[tuple[bytes, Record]]:
        """All rows of a table in key order."""
        after = b""
        while rows := self._store.scan(table, after, _PAGE):
            yield from rows
            after = rows[-1][0]

    def row(self, table: str, key: bytes) -> Record | None:
        """One row."""
        return self._store.get(table, key)
