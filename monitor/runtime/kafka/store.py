"""Faust tables whose rows we write and read ourselves.

Faust recovers them from their changelogs and moves them with their partitions. Rows get here only
after the changelog has acknowledged them, so a store is never ahead of it.
"""

from __future__ import annotations

import gc
import logging
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import faust
import rocksdict
from faust.stores.rocksdb import Store
from faust.types import TP, CollectionT, EventT, StoreT
from yarl import URL

from monitor.runtime.kafka.declare import TOMBSTONES

_BLOCK_CACHE = 32 * 1024 * 1024  # bytes, for all stores of the process together
_WRITE_BUFFER = 2 * 1024 * 1024
_OPEN_FILES = 64
_FORGOTTEN = TOMBSTONES.total_seconds() / 2  # after so many seconds out of use a store may hold deleted rows

Recovered = Callable[[str, int, bytes, bytes | None, bytes | None], None]
"""Told of each row that recovery changes in a partition: table, partition, key, old, new."""

_cache = rocksdict.Cache(_BLOCK_CACHE)
_log = logging.getLogger(__name__)


class RowStore(Store):
    """RocksDB, one database a partition, bytes to bytes."""

    recovered: Recovered | None = None

    def row(self, partition: int, key: bytes) -> bytes | None:
        """A row's bytes."""
        value: bytes | None = self._db_for_partition(partition).get(key)
        return value

    def rows(self, partition: int, after: bytes, limit: int) -> list[tuple[bytes, bytes]]:
        """At most ``limit`` rows with keys above ``after``, in key order."""
        found: list[tuple[bytes, bytes]] = []
        if limit <= 0:
            return found
        for key, value in self._db_for_partition(partition).items(from_key=after + b"\0" if after else None):
            if key == self.offset_key or key <= after:
                continue
            found.append((key, value))
            if len(found) >= limit:
                break
        return found

    def write(self, partition: int, changes: Sequence[tuple[bytes, bytes | None]], offset: int) -> None:
        """Write rows that the changelog has acknowledged, ``offset`` the last of them."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in changes:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(self.offset_key, str(offset).encode())
        self._db_for_partition(partition).write(batch)

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Recovery: rows that this or another worker wrote."""
        events = list(batch)
        if self.recovered is not None:
            for event in events:
                message = event.message
                if message.key is not None:
                    old = self.row(message.partition, message.key)
                    self.recovered(self.table.name, message.partition, message.key, old, message.value)
        grouped: dict[TP, list[Any]] = {}
        for event in events:
            grouped.setdefault(TP(event.message.topic, event.message.partition), []).append(event.message)
        for tp, messages in grouped.items():
            changes = [(message.key, message.value) for message in messages if message.key is not None]
            self.write(tp.partition, changes, max(message.offset for message in messages))

    def revoke_partitions(self, table: CollectionT, tps: set[TP]) -> None:
        for tp in tps:
            if tp.topic in table.changelog_topic.topics:
                self._close(tp.partition)

    async def stop(self) -> None:
        for partition in list(self._dbs):
            self._close(partition)
        gc.collect()

    def _close(self, partition: int) -> None:
        database: Any = self._dbs.pop(partition, None)
        if database is not None:
            database.close()

    def _open_for_partition(self, partition: int) -> Any:
        path = self.partition_path(partition)
        if _last_used(path) < time.time() - _FORGOTTEN:
            shutil.rmtree(path, ignore_errors=True)
        try:
            return rocksdict.Rdict(str(path), options=_options())
        except Exception as error:  # rocksdict has no class of its own for it
            if "lock" in str(error).lower():
                raise
            _log.warning(
                "table files in %s cannot be read (%s): they are built again from Kafka", path, error
            )
            shutil.rmtree(path, ignore_errors=True)
            return rocksdict.Rdict(str(path), options=_options())


class RowTable(faust.Table[bytes, bytes]):
    """A table of raw bytes in a ``RowStore``."""

    def _new_store_by_url(self, url: str | URL) -> StoreT[Any, Any]:
        return RowStore(
            url,
            self.app,
            self,
            table_name=self.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            loop=self.loop,
            options={"driver": "rocksdict"},
        )


def row_stores(tables: Iterable[RowTable]) -> dict[str, RowStore]:
    """Table -> its store."""
    stores = {}
    for table in tables:
        store = table.data
        assert isinstance(store, RowStore)
        stores[table.name] = store
    return stores


def _options() -> rocksdict.Options:
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_max_open_files(_OPEN_FILES)
    options.set_write_buffer_size(_WRITE_BUFFER)
    options.set_max_write_buffer_number(2)
    options.set_keep_log_file_num(2)
    blocks = rocksdict.BlockBasedOptions()
    blocks.set_block_cache(_cache)
    blocks.set_bloom_filter(10, block_based=False)
    options.set_block_based_table_factory(blocks)
    return options


def _last_used(path: Path) -> float:
    """Seconds since 1970; now, if there is nothing."""
    if not path.is_dir():
        return time.time()
    return max((entry.stat().st_mtime for entry in path.iterdir()), default=time.time())
