"""A stage's tables inside the writer's transaction: recent rows in memory, indexes kept along."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from monitor.records import Record, decode_row
from monitor.runtime.batch import EncodedPut
from monitor.runtime.embedded.store import Store
from monitor.stage import Stage

CACHE_BYTES = 4 * 1024 * 1024  # of rows as stored, for one stage; in memory they take several times that
_ENTRY = 256  # bytes that a cached row takes besides
_PAGE = 1000

_At = tuple[str, bytes]


class StageRows:
    """The ``State`` of one stage. The writer is its only user, so cached rows are true."""

    def __init__(self, stage: Stage, store: Store) -> None:
        self._stage = stage
        self._store = store
        self._cache: OrderedDict[_At, tuple[Record | None, int]] = OrderedDict()
        self._cached = 0
        self._undo: list[tuple[str, bytes, Record | None, Record | None]] = []

    def load(self) -> None:
        """Fill the stage's indexes from its tables."""
        for table, index in self._stage.indexes.items():
            after = b""
            while rows := self._store.scan(table, after, _PAGE):
                for key, row in rows:
                    index.apply(key, None, row)
                after = rows[-1][0]

    def get(self, table: str, key: bytes) -> Record | None:
        self._own(table)
        at = (table, key)
        cached = self._cache.get(at)
        if cached is not None:
            self._cache.move_to_end(at)
            return cached[0]
        value = self._store.value(table, key)
        row = None if value is None else decode_row(value)
        self._remember(at, row, value)
        return row

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        self._own(table)
        return self._store.scan(table, after, limit)

    def write(self, changes: Sequence[EncodedPut]) -> None:
        """Write rows in the order given, indexes too. Where an index refuses a row nothing is written."""
        if self._stage.indexes:
            self._undo.extend(self._index(changes))
        for change in changes:
            self._store.put(change)
            self._remember((change.table, change.key), change.record, change.value)

    def _index(self, changes: Sequence[EncodedPut]) -> list[tuple[str, bytes, Record | None, Record | None]]:
        """Bring the indexes up to ``changes``; returns what undoes it."""
        done: list[tuple[str, bytes, Record | None, Record | None]] = []
        newest: dict[_At, Record | None] = {}
        try:
            for change in changes:
                index = self._stage.indexes.get(change.table)
                if index is None:
                    continue
                at = (change.table, change.key)
                old = newest[at] if at in newest else self.get(*at)
                newest[at] = change.record
                index.apply(change.key, old, change.record)
                done.append((change.table, change.key, old, change.record))
        except Exception:
            self._revert(done)
            raise
        return done

    def committed(self) -> None:
        """The transaction is through."""
        self._undo.clear()

    def rolled_back(self) -> None:
        """The transaction is undone: forget what was cached, undo the indexes."""
        self._cache.clear()
        self._cached = 0
        self._revert(self._undo)
        self._undo.clear()

    def _revert(self, done: Sequence[tuple[str, bytes, Record | None, Record | None]]) -> None:
        for table, key, old, new in reversed(done):
            self._stage.indexes[table].apply(key, new, old)

    def _own(self, table: str) -> None:
        if table not in self._stage.tables:
            raise PermissionError(f"stage {self._stage.name} does not own table {table}")

    def _remember(self, at: _At, row: Record | None, value: bytes | None) -> None:
        size = _ENTRY + len(at[1]) + len(value or b"")
        before = self._cache.pop(at, None)
        if before is not None:
            self._cached -= before[1]
        self._cache[at] = (row, size)
        self._cached += size
        while self._cached > CACHE_BYTES and len(self._cache) > 1:
            _, (_, freed) = self._cache.popitem(last=False)
            self._cached -= freed
