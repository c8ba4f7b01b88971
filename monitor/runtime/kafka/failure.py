"""The one failure that ends a worker, for whoever waits for it."""

from __future__ import annotations

import asyncio
import time

from monitor.runtime.kafka.errors import KafkaFailed, KafkaRuntimeError


class Failure:
    """Set once; later ones are consequences of the first."""

    def __init__(self) -> None:
        self.since: float | None = None  # monotonic seconds
        self._future: asyncio.Future[None] | None = None

    def arm(self) -> None:
        """From now on, in this loop, it can be waited for."""
        self._future = asyncio.get_running_loop().create_future()

    def set(self, error: BaseException) -> bool:
        """Returns whether it is the first."""
        if self.since is not None:
            return False
        self.since = time.monotonic()
        if self._future is not None and not self._future.done():
            failure = (
                error if isinstance(error, KafkaFailed) else KafkaFailed(f"the worker failed: {error!r}")
            )
            failure.__cause__ = None if failure is error else error
            self._future.set_exception(failure)
            self._future.exception()  # seen: whoever wants it waits
        return True

    async def wait(self) -> None:
        """Raises ``KafkaFailed`` when it is set."""
        if self._future is None:
            raise KafkaRuntimeError("the runtime is not started")
        await asyncio.shield(self._future)
