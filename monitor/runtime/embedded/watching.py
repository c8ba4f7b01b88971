"""Watches of tables: what the writer commits, told in the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from monitor.records import Record
from monitor.runtime.batch import EncodedPut
from monitor.runtime.embedded.store import Store
from monitor.runtime.embedded.writer import Committed, Writer
from monitor.stage import Assigned, Changed, Revoked

Event = Assigned | Revoked | Changed
_PAGE = 1000


class Watchers:
    """All watches. ``in_loop`` has something called in the event loop, in the order in which it is asked."""

    def __init__(self, in_loop: Callable[[Callable[[], None]], None]) -> None:
        self._in_loop = in_loop
        self._queues: dict[str, list[asyncio.Queue[Event | None]]] = {}
        self._open: set[asyncio.Queue[Event | None]] = set()  # of all watches, begun or about to
        self._watched: set[str] = set()  # the writer's own: from these changes are told
        self._ended = False

    async def watch(self, table: str, writer: Writer) -> AsyncIterator[Event]:
        """The table's rows, then its changes, none lost in between, until ``end``."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        if self._ended:
            return
        self._open.add(queue)

        def begin() -> None:
            self._watched.add(table)
            rows = _all_rows(writer.store, table)
            self._in_loop(lambda: self._begin(table, queue, rows))

        writer.ask(begin)
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._open.discard(queue)
            if queue in self._queues.get(table, ()):
                self._queues[table].remove(queue)

    def tell(self, committed: Committed) -> None:
        """Called by the writer after each round."""
        changes = [change for change in committed.changes if change.table in self._watched]
        if changes:
            self._in_loop(lambda: self._spread(changes))

    def end(self) -> None:
        """End all watches."""
        self._ended = True
        for queue in self._open:
            queue.put_nowait(None)

    def _begin(
        self, table: str, queue: asyncio.Queue[Event | None], rows: Sequence[tuple[bytes, Record]]
    ) -> None:
        # Runs in the loop, after all changes that were told before the rows were read.
        if queue not in self._open:
            return
        self._queues.setdefault(table, []).append(queue)
        queue.put_nowait(Assigned(0, rows))

    def _spread(self, changes: Sequence[EncodedPut]) -> None:
        for change in changes:
            for queue in self._queues.get(change.table, ()):
                queue.put_nowait(Changed(0, change.key, change.record))


def _all_rows(store: Store, table: str) -> list[tuple[bytes, Record]]:
    found: list[tuple[bytes, Record]] = []
    after = b""
    while rows := store.scan(table, after, _PAGE):
        found.extend(rows)
        after = rows[-1][0]
    return found
