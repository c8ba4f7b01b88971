"""A port of one partition in memory: the outbox stage's own handler over dictionaries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from monitor.notify.outbox import ENDPOINTS, OUTBOX, entry_key, outbox_handler
from monitor.records import Attempt, DeadLetter, Endpoint, OutboxEntry, Record, decode, encode
from monitor.stage import Assigned, Changed, Out, PublishError, Revoked
from tests.notify.test_outbox import Tables

Event = Assigned | Revoked | Changed


class MemoryPort:
    """Handles what is published at once, unless ``handling`` is off; fails as often as told."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.attempts: list[Attempt] = []
        self.letters: list[DeadLetter] = []
        self.commands: list[Record] = []
        self.fail_publishes = 0
        self.handling = True
        self.changed = asyncio.Condition()
        self._watchers: list[tuple[str, asyncio.Queue[Event | None]]] = []
        self._handle = outbox_handler()

    async def publish(self, *outs: Out) -> None:
        await asyncio.sleep(0)
        if self.fail_publishes:
            self.fail_publishes -= 1
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._notify()))
            raise PublishError("the log does not answer")
        for out in outs:
            record = decode(encode(out.record))
            if isinstance(record, Attempt):
                self.attempts.append(record)
            if self.handling:
                self._take(record)
        await self._notify()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _take(self, record: Record) -> None:
        step = self._handle(record, self.tables, datetime.now(UTC))
        self.tables.apply(step)
        for out in step.outputs:
            if isinstance(out.record, DeadLetter):
                self.letters.append(out.record)
            else:
                self.commands.append(out.record)
        for put in step.changes:
            self._tell(put.table, Changed(0, put.key, put.value))

    def _tell(self, table: str, event: Event) -> None:
        for watched, queue in self._watchers:
            if watched == table:
                queue.put_nowait(event)

    def reassign(self) -> None:
        """The partition goes away and comes back."""
        for table in (ENDPOINTS, OUTBOX):
            self._tell(table, Revoked(0))
            self._tell(table, Assigned(0, self.tables.scan(table, b"", 10**6)))

    def end(self) -> None:
        """The runtime stops: watches end."""
        for _, queue in self._watchers:
            queue.put_nowait(None)

    async def watch(self, table: str) -> AsyncIterator[Event]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._watchers.append((table, queue))
        yield Assigned(0, self.tables.scan(table, b"", 10**6))
        while (event := await queue.get()) is not None:
            yield event

    def partition(self, table: str, key: bytes) -> int:
        return 0

    async def room(self) -> None:
        return

    def entry(self, id: str, subscriber: str = "desk") -> OutboxEntry:
        row = self.tables.get(OUTBOX, entry_key(subscriber, id))
        assert isinstance(row, OutboxEntry)
        return row

    def endpoint(self, subscriber: str = "desk") -> Endpoint:
        row = self.tables.get(ENDPOINTS, subscriber.encode())
        assert isinstance(row, Endpoint)
        return row

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds after some publish."""
        async with asyncio.timeout(15), self.changed:
            await self.changed.wait_for(condition)
