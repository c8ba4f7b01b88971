"""Ends a worker that is alive and does nothing.

A coordinator's error can leave a Faust worker running and silent (faust#175, #523, #532, #640). The
watchdog has a thread of its own, since the loops that it watches may be what hangs. It ends the
process with an exit code that tells the supervisor to start it again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable, Mapping

import msgspec

from monitor.runtime.kafka.errors import EXIT_CODE

_PERIOD = 0.5


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What the watchdog looks at. ``waiting``: what must change while it is there, such as offsets with
    records beyond them; ``rebalancing``: the same while a rebalance or a recovery goes on."""

    wrong: str = ""  # what cannot heal by itself
    failed: float | None = None  # since when the runtime is known to have failed, monotonic seconds
    beat: float = 0.0  # when the event loop last ran, monotonic seconds
    rebalancing: Hashable = None
    waiting: Mapping[str, Hashable] = {}


class Watchdog:
    """Looks at the pulse twice a second."""

    def __init__(
        self,
        pulse: Callable[[], Pulse],
        *,
        stall: float,
        end: Callable[[int], object] = os._exit,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``stall``: seconds without progress that are forgiven. ``tell`` is called before ``end``."""
        self._pulse = pulse
        self._stall = stall
        self._end = end
        self._tell = tell
        self._clock = clock
        self._since: dict[str, tuple[Hashable, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kafka-watchdog", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def judge(self) -> str:
        """Why the process must end, or nothing."""
        pulse, now = self._pulse(), self._clock()
        if pulse.wrong:
            return pulse.wrong
        if pulse.failed is not None and now - pulse.failed > 10:
            return "the runtime failed and nobody ended the process"
        if pulse.beat and now - pulse.beat > self._stall:
            return f"the event loop has not run for {now - pulse.beat:.0f} s"
        marks = dict(pulse.waiting)
        if pulse.rebalancing is not None:
            marks = {"the rebalance or the recovery of tables": pulse.rebalancing}
        self._since = {
            name: known if (known := self._since.get(name)) is not None and known[0] == mark else (mark, now)
            for name, mark in marks.items()
        }
        for name, (_, since) in self._since.items():
            if now - since > self._stall:
                return f"no progress for {now - since:.0f} s: {name}"
        return ""

    def _run(self) -> None:
        while not self._stop.wait(_PERIOD):
            reason = self.judge()
            if reason and not self._stop.is_set():
                self._tell(reason)
                self._end(EXIT_CODE)
                return
