"""The sender's picture of the tables: one lane a subscriber, kept by the rows it is told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from monitor.notify.due import DueQueue, Sent, Waiting
from monitor.notify.schedule import Breaker
from monitor.records import Endpoint, OutboxEntry, Record
from monitor.stage import Assigned, Changed, Revoked

UNSETTLED = 8  # attempts of one subscriber that may wait to be acknowledged while it goes on


class Lane:
    """A subscriber's queue with its worker's tools."""

    def __init__(self, subscriber: str) -> None:
        self.subscriber = subscriber
        self.queue = DueQueue()
        self.wake = asyncio.Event()
        self.window = asyncio.Semaphore(UNSETTLED)
        self.worker: asyncio.Task[None] | None = None


class Lanes:
    """All lanes. ``opened`` is called with each new one."""

    def __init__(self, opened: Callable[[Lane], None]) -> None:
        self._opened = opened
        self._lanes: dict[str, Lane] = {}
        self._rows: dict[int, dict[bytes, str]] = {}  # partition -> key -> subscriber
        self.unsettled: dict[bytes, Sent] = {}  # being sent, or sent and not yet published

    def all(self) -> tuple[Lane, ...]:
        """Every lane there is."""
        return tuple(self._lanes.values())

    def waiting(self) -> Mapping[str, Waiting]:
        """What waits, by subscriber."""
        return {
            name: Waiting(
                len(lane.queue),
                lane.queue.oldest,
                lane.queue.disabled,
                lane.queue.breaker.failures,
                lane.queue.breaker.until,
            )
            for name, lane in self._lanes.items()
        }

    def endpoints(self, event: Assigned | Revoked | Changed) -> None:
        """Take in an event of the table ``endpoints``."""
        if isinstance(event, Assigned):
            for _, row in event.rows:
                self._endpoint(row)
        elif isinstance(event, Changed):
            self._endpoint(event.value)

    def outbox(self, event: Assigned | Revoked | Changed) -> None:
        """Take in an event of the table ``outbox``."""
        if isinstance(event, Revoked | Assigned):
            for key, subscriber in self._rows.pop(event.partition, {}).items():
                self._lanes[subscriber].queue.drop(key)
        if isinstance(event, Assigned):
            for key, row in event.rows:
                self._row(event.partition, key, row)
        elif isinstance(event, Changed):
            self._row(event.partition, event.key, event.value)

    def _endpoint(self, row: Record | None) -> None:
        if not isinstance(row, Endpoint):
            return
        lane = self._lanes.get(row.subscriber)
        if lane is None and row.disabled:
            lane = self._lane(row.subscriber)
        if lane is None or lane.queue.disabled == row.disabled:
            return
        lane.queue.disabled = row.disabled
        if not row.disabled:
            lane.queue.breaker = Breaker()
        lane.wake.set()

    def _row(self, partition: int, key: bytes, row: Record | None) -> None:
        rows = self._rows.setdefault(partition, {})
        if isinstance(row, OutboxEntry) and row.state == "pending" and row.delivery is not None:
            lane = self._lane(row.subscriber)
            unsettled = self.unsettled.get(key)
            if key not in rows and unsettled is not None and unsettled > (row.replay, row.attempts):
                lane.queue.hold(key, unsettled)
            rows[key] = row.subscriber
            lane.queue.put(key, row)
            lane.wake.set()
        elif (subscriber := rows.pop(key, None)) is not None:
            self._lanes[subscriber].queue.drop(key)

    def _lane(self, subscriber: str) -> Lane:
        lane = self._lanes.get(subscriber)
        if lane is None:
            lane = self._lanes[subscriber] = Lane(subscriber)
            self._opened(lane)
        return lane
