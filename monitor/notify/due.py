"""The queue of one subscriber: which entry is due when, and which wait for their attempt to be known."""

from __future__ import annotations

import heapq
from datetime import datetime

import msgspec

from monitor.notify.schedule import Breaker
from monitor.records import OutboxEntry

Sent = tuple[int, int]  # replay, number of an attempt


class DueQueue:
    """Entries of one subscriber by the time at which they are due. Knows no clock.

    An entry that was taken is not given again until its row shows that attempt.
    """

    def __init__(self) -> None:
        self.breaker = Breaker()
        self.disabled = False
        self.last_sent: datetime | None = None
        self._entries: dict[bytes, OutboxEntry] = {}
        self._taken: dict[bytes, Sent] = {}
        self._heap: list[tuple[datetime, datetime, bytes, Sent]] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def oldest(self) -> datetime | None:
        """When the article of the longest waiting entry was seen."""
        return min((entry.seen for entry in self._entries.values()), default=None)

    def put(self, key: bytes, entry: OutboxEntry) -> None:
        """The row under ``key`` is now ``entry``, which is pending."""
        taken = self._taken.get(key)
        if taken is not None and taken <= (entry.replay, entry.attempts):
            del self._taken[key]
        self._entries[key] = entry
        due = entry.next_attempt or entry.seen
        heapq.heappush(self._heap, (due, entry.seen, key, (entry.replay, entry.attempts)))

    def drop(self, key: bytes) -> None:
        """The row under ``key`` is done, deleted, or no longer ours."""
        self._entries.pop(key, None)
        self._taken.pop(key, None)

    def hold(self, key: bytes, sent: Sent) -> None:
        """Do not give the entry again before its row shows this attempt."""
        self._taken[key] = sent

    def next_due(self) -> datetime | None:
        """When the next entry is due; none if there is none to wait for."""
        while self._heap:
            due, _, key, version = self._heap[0]
            entry = self._entries.get(key)
            if (
                entry is not None
                and key not in self._taken
                and version == (entry.replay, entry.attempts)
                and due == (entry.next_attempt or entry.seen)
            ):
                return due
            heapq.heappop(self._heap)
        return None

    def take(self) -> tuple[bytes, OutboxEntry]:
        """The entry that ``next_due`` spoke of; it is held from now on."""
        _, _, key, (replay, attempts) = heapq.heappop(self._heap)
        self._taken[key] = (replay, attempts + 1)
        return key, self._entries[key]


class Waiting(msgspec.Struct, frozen=True):
    """What waits for one subscriber, for health and metrics."""

    entries: int
    oldest: datetime | None
    disabled: bool
    failures: int  # in a row
    held_until: datetime | None  # by the breaker
