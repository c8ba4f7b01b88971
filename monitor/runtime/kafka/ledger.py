"""The commit barrier: which offsets may be committed.

An offset is committed only when every record below it is finished. Records count from the moment
the consumer takes them off the wire: one that is lost on its way to a stage stays unfinished, the
offset stays below it, and the watchdog notices. Offsets that the broker never showed are no gaps.

Every seek begins a new epoch. What was fetched before it is worth nothing any more: it is fetched
again. The consumer's thread and the event loop both write here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """A topic's partition; equal to Faust's and aiokafka's tuples of the same two values."""

    topic: str
    partition: int


class _Progress:
    """One partition: what is fetched and not finished, in order."""

    def __init__(self, position: int, committed: int | None) -> None:
        self.start = position
        self.next = position
        self.committed = committed
        self.order: deque[int] = deque()
        self.left: dict[int, int] = {}  # offset -> stages that have not finished it

    @property
    def done(self) -> int:
        while self.order and self.order[0] not in self.left:
            self.order.popleft()
        return self.order[0] if self.order else self.next


class Ledger:
    """What is fetched, finished and committed of the partitions that are ours."""

    def __init__(self, readers: Mapping[str, int]) -> None:
        """``readers``: topic on the broker -> how many stages read it."""
        self._readers = readers
        self._lock = threading.Lock()
        self._places: dict[Place, _Progress] = {}
        self._epoch = 0
        self._open = False

    @property
    def epoch(self) -> int:
        """Grows with every seek and every interruption."""
        return self._epoch

    def accepts(self, epoch: int) -> bool:
        """Whether work on records of ``epoch`` may begin."""
        return self._open and epoch == self._epoch

    def holds(self, epoch: int) -> bool:
        """Whether work on records of ``epoch`` may go on: their partitions are still ours."""
        return epoch == self._epoch

    def fetched(self, topic: str, partition: int, offsets: Iterable[int]) -> None:
        """Records were taken off the wire; offsets ascend."""
        readers = self._readers.get(topic, 0)
        if not readers:
            return
        with self._lock:
            progress = self._places.get(Place(topic, partition))
            if progress is None:
                return
            for offset in offsets:
                progress.order.append(offset)
                progress.left[offset] = readers
                progress.next = offset + 1

    def finished(self, topic: str, partition: int, offset: int, epoch: int) -> None:
        """One stage is done with a record: its outputs and its changes are acknowledged."""
        with self._lock:
            progress = self._places.get(Place(topic, partition))
            if epoch != self._epoch or progress is None or offset not in progress.left:
                return
            progress.left[offset] -= 1
            if not progress.left[offset]:
                del progress.left[offset]

    def sought(self, positions: Mapping[Place, tuple[int, int | None]]) -> None:
        """The consumer reads on at these positions: place -> (position, committed offset or none). Work
        may begin."""
        with self._lock:
            self._epoch += 1
            self._places = {
                place: _Progress(*at) for place, at in positions.items() if place.topic in self._readers
            }
            self._open = True

    def moved(self) -> None:
        """The consumer reads other partitions, changelogs, at other positions now."""
        with self._lock:
            self._epoch += 1

    def close(self) -> None:
        """No new work may begin; what is in hand may finish."""
        self._open = False

    def interrupt(self) -> None:
        """The partitions are given up: what is unfinished will be fetched again, by whomever."""
        with self._lock:
            self._open = False
            self._epoch += 1
            self._places = {}

    def committable(self) -> dict[Place, int]:
        """The offsets to commit, where they moved."""
        with self._lock:
            return {
                place: done
                for place, progress in self._places.items()
                if (done := progress.done)
                > (progress.start if progress.committed is None else progress.committed)
            }

    def committed(self, offsets: Mapping[Place, int]) -> None:
        """These offsets are committed now."""
        with self._lock:
            for place, offset in offsets.items():
                if (progress := self._places.get(place)) is not None:
                    progress.committed = max(offset, progress.committed or 0)

    def positions(self) -> dict[Place, tuple[int, int | None]]:
        """Place -> (lowest unfinished offset, committed offset or none)."""
        with self._lock:
            return {place: (progress.done, progress.committed) for place, progress in self._places.items()}

    def unfinished(self) -> int:
        """How many records are fetched and not finished."""
        with self._lock:
            return sum(len(progress.left) for progress in self._places.values())
