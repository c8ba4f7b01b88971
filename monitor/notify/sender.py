"""The sender: watches the outbox and sends what is due, one queue and one worker a subscriber.

Only acknowledged rows are sent. What came of it is published as an ``Attempt``; the entry is not sent
again before its row shows that attempt. So a crash repeats at most what was under way, under the
same ids; nothing is lost, since a row stays pending until an attempt says otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from monitor.notify.channel import Answer, SendContext, Target, attempt
from monitor.notify.due import DueQueue, Waiting
from monitor.notify.lanes import Lane, Lanes
from monitor.notify.outbox import ENDPOINTS, OUTBOX
from monitor.notify.schedule import DEFAULT_SCHEDULE, open_seconds, verdict
from monitor.records import Attempt, Delivery, OutboxEntry
from monitor.stage import Emit, Out, Port, PublishError, RecordTooLarge

CONCURRENT = 64  # attempts at once, over all subscribers
GRACE = 5.0  # seconds that attempts under way get on stop


class Sender:
    """Sends deliveries. ``subscribers`` maps ids to targets; ``schedule`` is in seconds; ``clock``
    gives the time in UTC; ``random`` gives numbers in 0..1 for the jitter."""

    def __init__(
        self,
        *,
        port: Port,
        subscribers: Mapping[str, Target],
        context: SendContext,
        emit: Emit,
        clock: Callable[[], datetime],
        random: Callable[[], float],
        schedule: Sequence[float] = DEFAULT_SCHEDULE,
    ) -> None:
        self._port = port
        self._subscribers = subscribers
        self._context = context
        self._emit = emit
        self._clock = clock
        self._random = random
        self._schedule = tuple(schedule)
        self._lanes = Lanes(self._open)
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._group: asyncio.TaskGroup | None = None
        self._watchers: list[asyncio.Task[None]] = []
        self._publishers: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Send until ``stop``, or until the runtime ends its watches. Raises what a defect raises."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            # Endpoints first: what is disabled should be known before its rows come.
            self._watchers = [group.create_task(self._watch(table)) for table in (ENDPOINTS, OUTBOX)]
            await asyncio.wait(self._watchers)
            await self._finish(GRACE)
        self._group = None

    async def stop(self, grace: float = GRACE) -> None:
        """Start nothing more; attempts under way get ``grace`` seconds, then they are cut off."""
        await self._finish(grace)
        for task in self._watchers:
            task.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)

    def update(self, subscribers: Mapping[str, Target]) -> None:
        """Take new settings. An attempt under way ends with the old ones."""
        self._subscribers = subscribers
        for lane in self._lanes.all():
            lane.wake.set()

    def waiting(self) -> Mapping[str, Waiting]:
        """What waits, by subscriber."""
        return self._lanes.waiting()

    async def _watch(self, table: str) -> None:
        take = self._lanes.endpoints if table == ENDPOINTS else self._lanes.outbox
        async for event in self._port.watch(table):
            take(event)

    def _open(self, lane: Lane) -> None:
        if self._group is not None and not self._stopping:
            lane.worker = self._group.create_task(self._work(lane))

    async def _work(self, lane: Lane) -> None:
        while not self._stopping:
            lane.wake.clear()
            start = self._start(lane)
            now = self._clock()
            if start is None or start > now:
                delay = None if start is None else (start - now).total_seconds()
                with suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await lane.wake.wait()
                continue
            await lane.window.acquire()  # given back when the attempt is published
            async with self._slots:
                # Waiting for a slot may have taken long: look again.
                start = self._start(lane)
                if self._stopping or start is None or start > self._clock():
                    lane.window.release()
                    continue
                key, entry = lane.queue.take()
                await self._send(lane, key, entry)

    def _start(self, lane: Lane) -> datetime | None:
        """When the next attempt may begin; none if something has to change first."""
        queue = lane.queue
        due = queue.next_due()
        if due is None or queue.disabled:
            return None
        target = self._subscribers.get(lane.subscriber)
        if target is None:
            return due
        held = queue.breaker.until
        spaced = queue.last_sent
        if spaced is not None:
            spaced += timedelta(seconds=target.channel.interval)
        return max(time for time in (due, held, spaced) if time is not None)

    async def _send(self, lane: Lane, key: bytes, entry: OutboxEntry) -> None:
        subscriber, delivery = lane.subscriber, entry.delivery
        assert delivery is not None  # only such rows are queued
        number = entry.attempts + 1
        self._lanes.unsettled[key] = (entry.replay, number)
        started = self._clock()
        target = self._subscribers.get(subscriber)
        published = False
        try:
            if target is None:
                answer = Answer(
                    "failed",
                    error=f"subscriber {subscriber} is not in the settings any more",
                )
            elif target.channel.kind != delivery.channel:
                now_on = target.channel.kind
                answer = Answer(
                    "failed", error=f"rendered for {delivery.channel}, but {subscriber} is now on {now_on}"
                )
            else:
                lane.queue.last_sent = started
                answer = await attempt(target, delivery, self._context, started)
            record = self._outcome(lane.queue, entry, answer, number, started)
            self._report(record, delivery)
            self._publish(lane, key, record)
            published = True
        finally:
            if not published:  # cut off: repeated by the next owner of the row
                self._lanes.unsettled.pop(key, None)
                lane.window.release()

    def _outcome(
        self,
        queue: DueQueue,
        entry: OutboxEntry,
        answer: Answer,
        number: int,
        started: datetime,
    ) -> Attempt:
        ended = self._clock()
        queue.breaker = queue.breaker.after(
            answer.outcome,
            ended,
            open_seconds=open_seconds(self._schedule),
            asked=answer.retry_after,
        )
        decided = verdict(
            answer.outcome,
            number,
            ended,
            schedule=self._schedule,
            jitter=2 * self._random() - 1,
            asked=answer.retry_after,
        )
        error = f"given up after {number} attempts: {answer.error}" if decided.exhausted else answer.error
        return Attempt(
            delivery=entry.id,
            subscriber=entry.subscriber,
            number=number,
            at=started,
            outcome=decided.outcome,
            replay=entry.replay,
            status=answer.status,
            error=error,
            elapsed=max(0.0, (ended - started).total_seconds()),
            retry_at=decided.retry_at,
        )

    def _report(self, record: Attempt, delivery: Delivery) -> None:
        self._emit(
            "attempt",
            delivery=record.delivery,
            subscriber=record.subscriber,
            channel=delivery.channel,
            number=record.number,
            outcome=record.outcome,
            status=record.status,
            error=record.error,
            elapsed=record.elapsed,
            age=max(0.0, (record.at - delivery.seen).total_seconds() + record.elapsed),
            retry_at=record.retry_at,
            published=delivery.published,
        )

    def _publish(self, lane: Lane, key: bytes, record: Attempt) -> None:
        assert self._group is not None
        task = self._group.create_task(self._publishing(lane, key, record))
        self._publishers.add(task)
        task.add_done_callback(self._publishers.discard)

    async def _publishing(self, lane: Lane, key: bytes, record: Attempt) -> None:
        """Publish until it is acknowledged: the entry must not be sent again before."""
        wait = 0.1
        try:
            while True:
                try:
                    await self._port.publish(Out("attempts", record.subscriber.encode(), record))
                except RecordTooLarge:
                    record = msgspec.structs.replace(record, error="")
                except PublishError as error:
                    self._emit(
                        "attempt-not-published",
                        delivery=record.delivery,
                        error=str(error),
                    )
                else:
                    return
                await asyncio.sleep(wait)
                wait = min(5.0, wait * 2)
        finally:
            self._lanes.unsettled.pop(key, None)
            lane.window.release()

    async def _finish(self, grace: float) -> None:
        self._stopping = True
        for lane in self._lanes.all():
            lane.wake.set()
        deadline = asyncio.get_running_loop().time() + grace
        while True:  # a worker that ends may leave a publisher
            workers = {lane.worker for lane in self._lanes.all() if lane.worker is not None}
            tasks = {task for task in workers | self._publishers if not task.done()}
            left = deadline - asyncio.get_running_loop().time()
            if not tasks or left <= 0:
                break
            await asyncio.wait(tasks, timeout=left)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
