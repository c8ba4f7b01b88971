"""A stage's tables as its handler sees them, and the order in which changes are written."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from monitor.records import Record, UnknownVersion, decode_row
from monitor.runtime.batch import EncodedPut
from monitor.runtime.kafka.store import RowStore
from monitor.stage import Index


class BatchRows:
    """The ``State`` of one stage for one partition and one batch: rows as they are stored, with what
    earlier records of the batch changed. Indexes follow at once and are put back by ``undo``."""

    def __init__(
        self, stage: str, partition: int, stores: Mapping[str, RowStore], indexes: Mapping[str, Index]
    ) -> None:
        self.partition = partition
        self.unknown: UnknownVersion | None = None  # a row that a later release wrote was met
        self._stage = stage
        self._stores = stores
        self._indexes = indexes
        self._changed: dict[str, dict[bytes, Record | None]] = {}

    def get(self, table: str, key: bytes) -> Record | None:
        store = self._store(table)
        changed = self._changed.get(table)
        if changed is not None and key in changed:
            return changed[key]
        value = store.row(self.partition, key)
        return None if value is None else self._decode(value)

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        store = self._store(table)
        changed = self._changed.get(table, {})
        # At most as many stored rows are hidden as were changed.
        stored = store.rows(self.partition, after, limit + len(changed))
        if not changed:
            return [(key, self._decode(value)) for key, value in stored]
        ours = sorted(key for key, row in changed.items() if key > after and row is not None)
        merged = heapq.merge((key for key, _ in stored if key not in changed), ours)
        values = dict(stored)
        found: list[tuple[bytes, Record]] = []
        for key in merged:
            if len(found) >= limit:
                break
            row = changed.get(key)
            found.append((key, self._decode(values[key]) if row is None else row))
        return found

    def apply(self, changes: Sequence[EncodedPut]) -> None:
        """Changes of one record. Raises what an index raises; then nothing of them is applied."""
        for change in changes:
            self._store(change.table)
        applied: list[tuple[EncodedPut, Record | None]] = []
        try:
            for change in changes:
                old = self.get(change.table, change.key)
                if (index := self._indexes.get(change.table)) is not None:
                    index.apply(change.key, old, change.record)
                applied.append((change, old))
                self._changed.setdefault(change.table, {})[change.key] = change.record
        except Exception:
            for change, old in reversed(applied):
                self._changed[change.table][change.key] = old
                if (index := self._indexes.get(change.table)) is not None:
                    index.apply(change.key, change.record, old)
            raise

    def undo(self) -> None:
        """Put the indexes back to what is stored, and forget the batch's changes."""
        for table, changed in self._changed.items():
            index = self._indexes.get(table)
            if index is None:
                continue
            for key, row in changed.items():
                value = self._stores[table].row(self.partition, key)
                index.apply(key, row, None if value is None else self._decode(value))
        self._changed.clear()

    def _store(self, table: str) -> RowStore:
        if table not in self._stores:
            raise PermissionError(f"stage {self._stage} does not own table {table}")
        return self._stores[table]

    def _decode(self, value: bytes) -> Record:
        try:
            return decode_row(value)
        except UnknownVersion as error:
            self.unknown = error
            raise


class Change(EncodedPut, frozen=True):
    """A row to write, and the partition it lies in."""

    partition: int


def waves(records: Iterable[Sequence[Change]]) -> list[list[Change]]:
    """Changes of the records of a batch, in groups to be written one after the other.

    Kafka keeps the order within one partition of one changelog, not between two. So a record's change
    to another table waits until those before it are acknowledged: after a crash what is there is a
    beginning of the record's changes. Changes of one table keep their order throughout.
    """
    groups: list[list[Change]] = []
    lowest: dict[str, int] = {}  # table -> the group that its next change may join
    for changes in records:
        level = 0
        before: str | None = None
        for change in changes:
            if before is not None and change.table != before:
                level += 1
            level = max(level, lowest.get(change.table, 0))
            before = change.table
            lowest[change.table] = level
            while len(groups) <= level:
                groups.append([])
            groups[level].append(change)
    return groups
