"""Names to addresses, off the event loop and off its shared thread pool.

A resolver that hangs would otherwise fill the loop's default pool, on which files and databases
wait too; and its threads would delay the end of the process. Lookups here are daemon threads.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUPS = 32  # at once


class Resolver(AbstractResolver):
    """The system's resolver, given ``timeout`` seconds for a name.

    ``resolve`` raises ``OSError`` where a name has no address or none in time.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._slots = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of ``host``, numeric, in the system's order of preference."""
        loop = asyncio.get_running_loop()
        await self._slots.acquire()
        answer: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def settle(value: list[ResolveResult] | Exception) -> None:
            # Only here: an abandoned lookup keeps its slot until its thread is really done.
            self._slots.release()
            if answer.done():
                return
            if isinstance(value, Exception):
                answer.set_exception(value)
            else:
                answer.set_result(value)

        def look_up() -> None:
            value: list[ResolveResult] | Exception
            try:
                value = _addresses(host, port, family)
            except OSError as error:
                value = error
            except (UnicodeError, ValueError) as error:
                value = OSError(f"not a host name: {error}")
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(settle, value)

        threading.Thread(target=look_up, name="resolve", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._timeout)
        except TimeoutError:
            raise OSError(f"no answer from the name service within {self._timeout:g} s") from None

    async def close(self) -> None:
        """Nothing to release: lookups under way end by themselves."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = []
    for info_family, _, proto, _, sockaddr in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
    ):
        if info_family not in (socket.AF_INET, socket.AF_INET6):
            continue
        address = str(sockaddr[0])
        if info_family == socket.AF_INET6 and len(sockaddr) == 4 and sockaddr[3] and "%" not in address:
            address = f"{address}%{sockaddr[3]}"
        found.append(
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=info_family,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
        )
    if not found:
        raise OSError("the name has no address")
    return found
