"""Records on their way from the wire to the stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from faust.types import TP, ConsumerMessage


class Fetched(NamedTuple):
    """Records as they came off the wire, and the epoch in which they are worth something."""

    epoch: int
    records: Mapping[TP, list[Any]]


class FetchedMessage(ConsumerMessage):
    """A record on its way to the stages."""

    __slots__ = ("epoch",)

    epoch: int
