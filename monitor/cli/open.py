"""The log that commands read and append to: a worker's SQLite file, or the topics on Kafka."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import typer

from monitor.config import Settings, load_settings
from monitor.records import OutboxEntry, Record
from monitor.stage import Out

CONFIG = typer.Option(
    None, "--config", help="The settings file; monitor.yaml here, or the defaults, if left out."
)


class Log(Protocol):
    """What commands need of a runtime's log."""

    def newest(self, topic: str, most: int) -> list[Record]:
        """Up to ``most`` records of a topic, newest first."""

    def rows(self, table: str) -> Iterator[tuple[bytes, Record]]:
        """All rows of a table."""

    def append(self, *outs: Out) -> None:
        """Append records."""

    def close(self) -> None: ...


class _Embedded:
    def __init__(self, settings: Settings, *, write: bool) -> None:
        from monitor.runtime.embedded.logfile import LogFile
        from monitor.runtime.embedded.runtime import FILE_NAME

        self._path = settings.data_dir / FILE_NAME
        with self._readable():
            self._file = LogFile(self._path, write=write)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        from monitor.runtime.embedded.store import StoreError

        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}; restore it from a copy") from error

    def newest(self, topic: str, most: int) -> list[Record]:
        with self._readable():
            return [record for _, record in self._file.newest(topic, most)]

    def rows(self, table: str) -> Iterator[tuple[bytes, Record]]:
        with self._readable():
            yield from self._file.rows(table)

    def append(self, *outs: Out) -> None:
        self._file.append(*outs)

    def close(self) -> None:
        self._file.close()


def open_log(config: Path | None, *, write: bool = False) -> Log:
    """The log of the configured runtime. Raises ``InvalidFile`` or ``StoreError``."""
    settings = load_settings(config)
    if settings.runtime == "kafka":
        from monitor.cli.open_kafka import OnKafka

        return OnKafka(settings)
    return _Embedded(settings, write=write)


def outbox_entry(log: Log, id: str) -> OutboxEntry:
    """The outbox's row of this delivery, or of the beginning of its id."""
    found = [
        row
        for _, row in log.rows("outbox")
        if isinstance(row, OutboxEntry) and row.id.startswith(id) and row.subscriber
    ]
    if not found:
        raise typer.BadParameter(f"there is no delivery {id!r}; see `monitor deliveries list`")
    if len(found) > 1:
        raise typer.BadParameter(f"{len(found)} deliveries begin with {id!r}: give more of the id")
    return found[0]
