"""How a worker is doing: lag, room for more, and the pulse that the watchdog looks at."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Hashable, Mapping

from faust.types import TP

from monitor.runtime.kafka.adapter import StageAdapter
from monitor.runtime.kafka.app import MonitorApp
from monitor.runtime.kafka.driver import Consumer
from monitor.runtime.kafka.ledger import Place
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.runtime.kafka.watchdog import Pulse
from monitor.stage import Pipeline

_PERIOD = 0.25  # seconds


class Measures:
    """Measured four times a second by ``run``."""

    def __init__(
        self,
        app: MonitorApp,
        pipeline: Pipeline,
        settings: KafkaSettings,
        adapters: Mapping[str, StageAdapter],
        *,
        ready: Callable[[], bool],
        failed: Callable[[], float | None],
    ) -> None:
        """``failed``: since when the runtime has failed, monotonic seconds, if it has."""
        self._app = app
        self._settings = settings
        self._adapters = adapters
        self._ready = ready
        self._failed = failed
        self._ends: dict[Place, int] = {}
        self._beat = time.monotonic()
        self.lag: dict[str, int] = {stage.name: 0 for stage in pipeline.stages}
        self._room = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._beat = time.monotonic()
                self._measure()
                if self._busy() or max(self.lag.values(), default=0) > self._settings.busy_lag:
                    self._room.clear()
                else:
                    self._room.set()
                await asyncio.sleep(_PERIOD)
        finally:
            self._room.clear()

    async def wait_for_room(self) -> None:
        """Until lag is low, no rebalance is on and nothing has failed."""
        await self._room.wait()

    def partitions(self) -> int:
        """How many of the settings' partitions this worker has."""
        positions = self._app.ledger.positions()
        shared = [place for place in positions if self._app.layout.topics[self._bare(place.topic)] > 1]
        return len({place.partition for place in shared or positions})

    def pulse(self) -> Pulse:
        """Called from the watchdog's thread: reads, never writes."""
        app, consumer = self._app, self._app.consumer
        rebalancing: Hashable = None
        if app.rebalancing or app.in_recovery:
            rebalancing = (
                app.consumer_generation_id,
                sum(offset or 0 for offset in dict(app.recovery.active_offsets).values()),
            )
        return Pulse(
            wrong=consumer.thread.health() if isinstance(consumer, Consumer) else "",
            failed=self._failed(),
            beat=self._beat,
            rebalancing=rebalancing,
            waiting=self._waiting(),
        )

    def _waiting(self) -> dict[str, Hashable]:
        """Partitions with records beyond the committed offset that are not stopped on purpose."""
        waiting: dict[str, Hashable] = {}
        ledger = self._app.ledger
        uncommitted = ledger.committable()
        for place, at in ledger.positions().items():
            stages = self._app.layout.readers[self._bare(place.topic)]
            if any(place.partition in self._adapters[stage].stopped for stage in stages):
                continue
            if place in uncommitted or self._ends.get(place, 0) > at[0]:
                waiting[f"{place.topic}/{place.partition}"] = at
        return waiting

    def _busy(self) -> bool:
        app = self._app
        return app.rebalancing or app.in_recovery or not self._ready() or self._failed() is not None

    def _measure(self) -> None:
        lag = dict.fromkeys(self.lag, 0)
        for place, (position, _) in self._app.ledger.positions().items():
            end = max(position, self._app.ends.get(place, 0))
            with contextlib.suppress(Exception):  # not assigned just now
                end = max(end, self._app.consumer.highwater(TP(*place)) or 0)
            self._ends[place] = end
            behind = end - position
            for stage in self._app.layout.readers[self._bare(place.topic)]:
                lag[stage] += behind
        self.lag = lag

    def _bare(self, topic: str) -> str:
        return topic.removeprefix(self._settings.prefix)
