"""The tail over a worker's SQLite file, through a reading connection of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from monitor.archive.errors import TailError
from monitor.archive.tail import READ_BYTES, TOPICS, Entry, Place
from monitor.runtime.embedded.store import Store, connect

T = TypeVar("T")


class EmbeddedTail:
    """Reads ``path``, the worker's file, in a thread of its own: a slow disk holds up no alert."""

    def __init__(self, path: Path, topics: tuple[str, ...] = TOPICS) -> None:
        self._path = path
        self._topics = topics
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(1, "archive-tail")
        self._turn = 0

    @property
    def topics(self) -> tuple[str, ...]:
        return self._topics

    @property
    def log(self) -> str:
        """All embedded logs are one: a file that was begun anew is told by its offsets."""
        return "embedded"

    async def read(
        self, offsets: Mapping[Place, int], most: int, without: frozenset[Place] = frozenset()
    ) -> Sequence[Entry]:
        """See ``Tail.read``."""
        wanted = dict(offsets)
        return await self._call(lambda store: self._read(store, wanted, most, without))

    async def lag(self, offsets: Mapping[Place, int]) -> Mapping[str, int]:
        """See ``Tail.lag``."""
        wanted = dict(offsets)
        return await self._call(
            lambda store: {
                topic: max(0, store.end(topic) - wanted.get((topic, 0), 1)) for topic in self._topics
            }
        )

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def _call(self, work: Callable[[Store], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    # --- the thread -----------------------------------------------------------------------

    def _work(self, work: Callable[[Store], T]) -> T:
        try:
            if self._store is None:
                self._store = Store(connect(self._path, read_only=True))
            return work(self._store)
        except sqlite3.Error as error:
            self._close()
            raise TailError(f"{self._path} cannot be read: {error}") from error

    def _close(self) -> None:
        if self._store is not None:
            self._store.connection.close()
            self._store = None

    def _read(
        self, store: Store, offsets: Mapping[Place, int], most: int, without: frozenset[Place]
    ) -> list[Entry]:
        topics = [topic for topic in self._topics if (topic, 0) not in without]
        if not topics:
            return []
        next_offset = {topic: self._first(store, topic, offsets.get((topic, 0))) for topic in topics}
        # Each topic gets its share, the first ones in turn, so that a long one starves no other; what
        # is left over goes to those that have more.
        self._turn = (self._turn + 1) % len(topics)
        found: list[Entry] = []
        room = READ_BYTES
        for share in (most // len(topics), most):
            for topic in (*topics[self._turn :], *topics[: self._turn]):
                wanted = min(share, most - len(found))
                if wanted <= 0 or room <= 0:
                    continue
                least = room if share == most else max(1, READ_BYTES // len(topics))
                rows = store.read(topic, next_offset[topic], wanted, least)
                for offset, key, value in rows:
                    if found and len(value) > room:
                        room = 0
                        break
                    found.append(Entry(topic, 0, offset, key, value))
                    room -= len(value)
                    next_offset[topic] = offset + 1
        return found

    def _first(self, store: Store, topic: str, offset: int | None) -> int:
        return 0 if offset is None or offset > store.end(topic) else offset
