"""A port in memory, as the contract describes it: acknowledges, runs ``feed-polls``, tells watchers."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

from monitor.feeds import feed_polls
from monitor.records import FeedPoll, FeedState, RawArticle, Record, decode, encode
from monitor.stage import Assigned, Changed, Out, PublishError, RecordTooLarge, Revoked


class MemoryPort:
    def __init__(self, partitions: int = 1, *, assigned: bool = True) -> None:
        self.partitions = partitions
        self.outs: list[Out] = []
        self.rows: dict[bytes, Record] = {}
        self.owned = set(range(partitions)) if assigned else set()
        self.failing = False
        self.applying = True  # the stage keeps up
        self.largest = 4 * 1024 * 1024
        self.open = asyncio.Event()
        self.open.set()
        self._happened = asyncio.Condition()
        self._watchers: list[asyncio.Queue[Assigned | Revoked | Changed]] = []

    async def publish(self, *outs: Out) -> None:
        if self.failing:
            raise PublishError("the log does not answer")
        for out in outs:
            data = encode(out.record)
            if len(data) > self.largest:
                raise RecordTooLarge(f"{len(data)} bytes")
            assert decode(data) == out.record
        self.outs.extend(outs)
        for out in outs:
            if out.topic == "feed-polls" and self.applying:
                self.apply(out.record)
        async with self._happened:
            self._happened.notify_all()

    def apply(self, record: Record) -> None:
        assert isinstance(record, FeedPoll)
        for put in feed_polls.handle(record, self, record.at).changes:
            assert put.value is not None
            self.rows[put.key] = put.value
            if self.partition(put.table, put.key) in self.owned:
                self._tell(Changed(self.partition(put.table, put.key), put.key, put.value))

    def get(self, table: str, key: bytes) -> Record | None:
        return self.rows.get(key)

    def scan(self, table: str, after: bytes, limit: int) -> list[tuple[bytes, Record]]:
        return []

    def partition(self, table: str, key: bytes) -> int:
        return zlib.crc32(key) % self.partitions

    async def room(self) -> None:
        await self.open.wait()

    async def watch(self, table: str) -> AsyncIterator[Assigned | Revoked | Changed]:
        queue: asyncio.Queue[Assigned | Revoked | Changed] = asyncio.Queue()
        for number in sorted(self.owned):
            queue.put_nowait(self._assignment(number))
        self._watchers.append(queue)
        while True:
            yield await queue.get()

    def assign(self, number: int) -> None:
        self.owned.add(number)
        self._tell(self._assignment(number))

    def revoke(self, number: int) -> None:
        self.owned.discard(number)
        self._tell(Revoked(number))

    def _assignment(self, number: int) -> Assigned:
        rows = [(k, v) for k, v in self.rows.items() if self.partition("feed-state", k) == number]
        return Assigned(number, rows)

    def _tell(self, change: Assigned | Revoked | Changed) -> None:
        for queue in self._watchers:
            queue.put_nowait(change)

    # --- what tests ask ----------------------------------------------------------------------

    @property
    def articles(self) -> list[RawArticle]:
        return [out.record for out in self.outs if isinstance(out.record, RawArticle)]

    @property
    def polls(self) -> list[FeedPoll]:
        return [out.record for out in self.outs if isinstance(out.record, FeedPoll)]

    def state(self, url: str) -> FeedState:
        row = self.rows[url.encode()]
        assert isinstance(row, FeedState)
        return row

    async def until_polls(self, number: int) -> list[FeedPoll]:
        async with asyncio.timeout(10), self._happened:
            await self._happened.wait_for(lambda: len(self.polls) >= number)
        return self.polls

    async def until_articles(self, number: int) -> list[RawArticle]:
        async with asyncio.timeout(10), self._happened:
            await self._happened.wait_for(lambda: len(self.articles) >= number)
        return self.articles


class Events:
    """Collects what services emit."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, object]]] = []
        self._happened = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, event: str, /, **fields: object) -> None:
        self.all.append((event, fields))
        task = asyncio.ensure_future(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._happened:
            self._happened.notify_all()

    def named(self, event: str) -> list[dict[str, object]]:
        return [fields for name, fields in self.all if name == event]

    async def until(self, event: str, number: int = 1) -> list[dict[str, object]]:
        async with asyncio.timeout(10), self._happened:
            await self._happened.wait_for(lambda: len(self.named(event)) >= number)
        return self.named(event)
