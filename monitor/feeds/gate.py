"""Politeness: how many requests one host gets at once, and how close together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HostGate:
    """``most`` requests to a host at once, ``gap`` seconds between their beginnings."""

    def __init__(self, most: int, gap: float) -> None:
        self._most = most
        self._gap = gap
        self._busy: dict[str, int] = {}
        self._next: dict[str, float] = {}
        self._left = asyncio.Event()

    def enter(self, host: str) -> float | None:
        """Takes a place at ``host`` if it returns 0; ``leave`` gives it back.

        Else seconds until one may be taken, or none while as many as allowed are under way.
        """
        if self._busy.get(host, 0) >= self._most:
            return None
        now = asyncio.get_running_loop().time()
        early = self._next.get(host, 0.0) - now
        if early > 0:
            return early
        self._busy[host] = self._busy.get(host, 0) + 1
        if self._gap > 0:
            self._next[host] = now + self._gap
            if len(self._next) > 1000:
                self._next = {host: time for host, time in self._next.items() if time > now}
        return 0.0

    def leave(self, host: str) -> None:
        """Gives a place back."""
        self._busy[host] -= 1
        if not self._busy[host]:
            del self._busy[host]
        self._left.set()
        self._left = asyncio.Event()

    @asynccontextmanager
    async def place(self, host: str) -> AsyncIterator[None]:
        """Holds a place at ``host``, waiting for it if need be."""
        while (early := self.enter(host)) != 0.0:
            if early is None:
                await self._left.wait()
            else:
                await asyncio.sleep(early)
        try:
            yield
        finally:
            self.leave(host)
