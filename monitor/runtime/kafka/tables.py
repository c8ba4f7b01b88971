"""Tables by their partitions: indexes filled and emptied, watchers told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from monitor.records import Record, RecordError, UnknownVersion, decode_row
from monitor.runtime.kafka.store import RowStore
from monitor.stage import Assigned, Changed, Index, Revoked

_PAGE = 1000
Notice = Assigned | Revoked | Changed


class TablePartitions:
    """The partitions of tables that are ours, recovered and in use."""

    def __init__(self, stores: Mapping[str, RowStore], indexes: Mapping[str, Index]) -> None:
        """``indexes``: by table, of whatever stage."""
        self._stores = stores
        self._indexes = indexes
        self._held: dict[str, set[int]] = {table: set() for table in stores}
        self._watchers: dict[str, list[asyncio.Queue[Notice | None]]] = {table: [] for table in stores}
        self._closed = False
        for store in stores.values():
            store.recovered = self._recovered

    def held(self, table: str) -> frozenset[int]:
        """The partitions of ``table`` in use."""
        return frozenset(self._held[table])

    def take(self, table: str, partition: int) -> None:
        """A partition is recovered. Raises ``UnknownVersion`` if a later release wrote a row of it."""
        if partition in self._held[table]:
            return
        rows = self._rows(table, partition)
        index = self._indexes.get(table)
        if index is not None:
            for key, row in rows:
                index.apply(key, None, row)
        self._held[table].add(partition)
        self._tell(table, Assigned(partition, rows))

    def give(self, table: str, partition: int) -> None:
        """A partition is lost; its rows are still there."""
        if partition not in self._held[table]:
            return
        self._held[table].discard(partition)
        index = self._indexes.get(table)
        if index is not None:
            for key, row in self._rows(table, partition):
                index.apply(key, row, None)
        self._tell(table, Revoked(partition))

    def changed(self, table: str, partition: int, key: bytes, row: Record | None) -> None:
        """A row is acknowledged and stored."""
        if self._watchers[table]:
            self._tell(table, Changed(partition, key, row))

    async def watch(self, table: str) -> AsyncIterator[Notice]:
        """What is ours now, then what becomes of it, until ``close``."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue()
        for partition in sorted(self._held[table]):
            queue.put_nowait(Assigned(partition, self._rows(table, partition)))
        if self._closed:
            return
        self._watchers[table].append(queue)
        try:
            while (notice := await queue.get()) is not None:
                yield notice
        finally:
            self._watchers[table].remove(queue)

    def close(self) -> None:
        """End all watches."""
        self._closed = True
        for queues in self._watchers.values():
            for queue in queues:
                queue.put_nowait(None)

    def _tell(self, table: str, notice: Notice) -> None:
        for queue in self._watchers[table]:
            queue.put_nowait(notice)

    def _recovered(
        self, table: str, partition: int, key: bytes, old: bytes | None, new: bytes | None
    ) -> None:
        """Another worker wrote to a partition that we hold: we were away without knowing it."""
        if partition not in self._held[table] or old == new:
            return
        before, after = _readable(old), _readable(new)
        if (index := self._indexes.get(table)) is not None:
            index.apply(key, before, after)
        self._tell(table, Changed(partition, key, after))

    def _rows(self, table: str, partition: int) -> list[tuple[bytes, Record]]:
        store = self._stores[table]
        found: list[tuple[bytes, Record]] = []
        after = b""
        while page := store.rows(partition, after, _PAGE):
            after = page[-1][0]
            for key, value in page:
                if (row := _readable(value)) is not None:
                    found.append((key, row))
        return found


def _readable(value: bytes | None) -> Record | None:
    """A row, none if it cannot be read: its stage meets the error when it handles a record of it."""
    if value is None:
        return None
    try:
        return decode_row(value)
    except UnknownVersion:
        raise
    except RecordError:
        return None
