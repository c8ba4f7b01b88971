"""Telling a feed that is down from a network that is down."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from monitor.stage import Emit

HOSTS = 3  # that must fail in a row before the network is to blame
GRACE = 20.0  # seconds to wait for another host's word
FIRST_PAUSE = 15.0  # seconds between probes while offline; doubled each time
LONGEST_PAUSE = 300.0


class Reach:
    """What the polls say about the network together. Emits ``offline`` and ``online``, once each."""

    def __init__(self, emit: Emit, *, grace: float = GRACE, first_pause: float = FIRST_PAUSE) -> None:
        self._emit = emit
        self._grace = grace
        self._first_pause = first_pause
        self._suspects: set[str] = set()
        self._word = asyncio.Event()
        self.offline = False
        self.pause = first_pause

    def answered(self) -> None:
        """Some host answered, whatever it said."""
        self._suspects.clear()
        if self.offline:
            self.offline = False
            self.pause = self._first_pause
            self._emit("online")
        self._spread()

    async def is_to_blame(self, host: str, hosts: int, error: str) -> bool:
        """``host``, one of ``hosts`` that are polled, could not be reached: was it the network?

        Waits for what others find out, 20 s at most, before it blames the host.
        """
        if self.offline:
            return True
        self._suspects.add(host)
        if len(self._suspects) >= min(HOSTS, hosts):
            self.offline = True
            self.pause = self._first_pause
            self._emit("offline", error=error, retry_in=self.pause)
            self._spread()
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._word.wait(), self._grace)
        return self.offline

    def probed_in_vain(self) -> None:
        """The one request that is made while offline failed too: wait longer before the next."""
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _spread(self) -> None:
        self._word.set()
        self._word = asyncio.Event()
