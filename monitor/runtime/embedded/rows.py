"""A stage's tables inside the writer's transaction: recent rows in memory, indexes kept along."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from monitor.records import Record
from monitor.runtime.batch import EncodedPut
from monitor.runtime.embedded.store import Store
from monitor.stage import Stage

_MOST_CACHED = 4096
_PAGE = 1000


class StageRows:
    """The ``State`` of one stage. The writer is its only user, so cached rows are true."""

    def __init__(self, stage: Stage, store: Store) -> None:
        self._stage = stage
        self._store = store
        self._cache: OrderedDict[tuple[str, bytes], Record | None] = OrderedDict()
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
        if at in self._cache:
            self._cache.move_to_end(at)
            return self._cache[at]
        row = self._store.get(table, key)
        self._remember(at, row)
        return row

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        self._own(table)
        return self._store.scan(table, after, limit)

    def write(self, changes: Sequence[EncodedPut]) -> None:
        """Write rows in the order given, indexes too."""
        for change in changes:
            self._own(change.table)
            old = self.get(change.table, change.key)
            self._store.put(change)
            self._remember((change.table, change.key), change.record)
            index = self._stage.indexes.get(change.table)
            if index is not None:
                index.apply(change.key, old, change.record)
                self._undo.append((change.table, change.key, old, change.record))

    def committed(self) -> None:
        """The transaction is through."""
        self._undo.clear()

    def rolled_back(self) -> None:
        """The transaction is undone: forget what was cached, undo the indexes."""
        self._cache.clear()
        for table, key, old, new in reversed(self._undo):
            self._stage.indexes[table].apply(key, new, old)
        self._undo.clear()

    def _own(self, table: str) -> None:
        if table not in self._stage.tables:
            raise PermissionError(f"stage {self._stage.name} does not own table {table}")

    def _remember(self, at: tuple[str, bytes], row: Record | None) -> None:
        self._cache[at] = row
        self._cache.move_to_end(at)
        if len(self._cache) > _MOST_CACHED:
            self._cache.popitem(last=False)
