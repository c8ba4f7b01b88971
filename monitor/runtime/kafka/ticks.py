"""Ticks: "it is now …", appended by the owner of each partition for the stages that ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from monitor.records import Tick, encode
from monitor.runtime.kafka.ledger import Ledger, Place
from monitor.runtime.kafka.producer import Send
from monitor.stage import Stage


class Ticker:
    """The clock of one stage. A partition gets no tick while its last one is not handled."""

    def __init__(
        self,
        stage: Stage,
        topic: str,
        *,
        ledger: Ledger,
        publish: Callable[[Sequence[Send]], Awaitable[list[Any]]],
        clock: Callable[[], datetime],
        stopped: Callable[[int], bool],
    ) -> None:
        """``topic``: the stage's first, as it is named on the broker."""
        assert stage.tick is not None
        self._seconds = stage.tick.total_seconds()
        self._topic = topic
        self._ledger = ledger
        self._publish = publish
        self._clock = clock
        self._stopped = stopped
        self._last: dict[int, int] = {}  # partition -> offset of its last tick

    async def run(self) -> None:
        """Until cancelled. A tick that is not acknowledged is lost; the next one says more."""
        while True:
            await asyncio.sleep(self._seconds)
            partitions = self._due()
            if not partitions:
                continue
            value = encode(Tick(at=self._clock()))
            answers = await self._publish(
                [Send(self._topic, partition, b"", value) for partition in partitions]
            )
            for partition, answer in zip(partitions, answers, strict=True):
                if not isinstance(answer, BaseException):
                    self._last[partition] = answer.offset

    def _due(self) -> list[int]:
        due = []
        for place, (position, _) in self._ledger.positions().items():
            if Place(self._topic, place.partition) != place or self._stopped(place.partition):
                continue
            if position > self._last.get(place.partition, -1):
                due.append(place.partition)
        return due
