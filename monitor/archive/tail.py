"""What the follower needs of a log, whichever runtime writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

TOPICS = ("articles", "alerts", "deliveries", "attempts", "feed-polls", "dead-letters")
"""What is archived."""

READ_BYTES = 8 * 1024 * 1024
"""Bytes of values that one read returns at most, but one record at least."""

Place = tuple[str, int]
"""Topic, partition."""


class Entry(msgspec.Struct, frozen=True):
    """A record as it stands in the log."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


class Tail(Protocol):
    """Reads a log from given offsets on; keeps nothing that a new reader would miss."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are read."""

    @property
    def log(self) -> str:
        """Which log it is; offsets of another are worth nothing. Known after the first ``read``."""

    async def read(
        self, offsets: Mapping[Place, int], most: int, without: frozenset[Place] = frozenset()
    ) -> Sequence[Entry]:
        """At most ``most`` entries, in order within a partition, that are there now.

        A partition that ``offsets`` does not name is read from the oldest kept record on, one whose
        offset lies beyond the log's end too: that log was begun anew. Those in ``without`` are left
        out. Raises ``TailError`` while the log cannot be read.
        """

    async def lag(self, offsets: Mapping[Place, int]) -> Mapping[str, int]:
        """Topic -> records at or above the offsets. Raises ``TailError``."""

    async def close(self) -> None:
        """Give back what it holds."""
