"""The stage contract: what a stage is given, what it returns, what services see of a runtime.

A stage is pure. It does no I/O and reads no clock: ``now`` is the record's ``seen`` or a tick's
time. A replay may meet the stage's own later state, since outputs are acknowledged first, changes
are written next in the order given, and the offset moves last. So a handler does nothing where its
state says that it is done, counts only by id, and puts the change that says so last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from monitor.records import Record

BATCH_RECORDS = 256
BATCH_BYTES = 1024 * 1024
BATCH_SECONDS = 0.020  # of handling
PRUNE_LIMIT = 1000  # rows a tick deletes at most


class Out(msgspec.Struct, frozen=True):
    """A record for a topic."""

    topic: str
    key: bytes
    record: Record


class Put(msgspec.Struct, frozen=True):
    """A row of a table; ``None`` deletes it."""

    table: str
    key: bytes
    value: Record | None


class Step(msgspec.Struct, frozen=True):
    """What handling one record comes to."""

    outputs: Sequence[Out] = ()
    changes: Sequence[Put] = ()


class State(Protocol):
    """A stage's own tables: this partition, this batch's earlier changes included."""

    def get(self, table: str, key: bytes) -> Record | None:
        """The row, or none."""

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        """At most ``limit`` rows with keys above ``after``, in key order."""


class Index(Protocol):
    """Derived from a table; refilled when a partition is assigned."""

    def apply(self, key: bytes, old: Record | None, new: Record | None) -> None:
        """The row changed from ``old`` to ``new``; undone by ``apply(key, new, old)``."""


Handle = Callable[[Record, State, datetime], Step]
Prepare = Callable[[Record], Record]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A pure handler over topics and tables.

    ``topics`` share one key, one partition count and one queue; ``tables`` have this stage as their
    only writer and the same partition count. ``prepare`` needs no state and runs in a process pool
    under a time limit for those records that ``heavy`` names, in place for the others.
    """

    name: str
    topics: tuple[str, ...]
    handle: Handle
    tables: tuple[str, ...] = ()
    prepare: Prepare | None = None
    heavy: Callable[[Record], bool] | None = None
    indexes: Mapping[str, Index] = {}
    tick: timedelta | None = None


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A log. ``single`` has one partition whatever the settings say."""

    name: str
    retention: timedelta
    single: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A keyed table, written by one stage."""

    name: str
    single: bool = False


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """Topics, tables and stages, in the order of the picture."""

    topics: tuple[Topic, ...]
    tables: tuple[Table, ...]
    stages: tuple[Stage, ...]
    dead_letters: str


class Assigned(msgspec.Struct, frozen=True):
    """A partition of a watched table is ours, with these rows."""

    partition: int
    rows: Sequence[tuple[bytes, Record]]


class Revoked(msgspec.Struct, frozen=True):
    """A partition of a watched table is no longer ours."""

    partition: int


class Changed(msgspec.Struct, frozen=True):
    """A row of a watched table was acknowledged; ``None``: deleted."""

    partition: int
    key: bytes
    value: Record | None


class Port(Protocol):
    """What poller, inbox, sender and command line see of a runtime."""

    async def publish(self, *outs: Out) -> None:
        """Append records; returns when they are acknowledged. Raises ``PublishError``."""

    def watch(self, table: str) -> AsyncIterator[Assigned | Revoked | Changed]:
        """Acknowledged rows of the partitions that are ours, from now until the runtime stops."""

    def partition(self, table: str, key: bytes) -> int:
        """The partition of ``table`` in which ``key`` lies."""

    async def room(self) -> None:
        """Wait while lag is high, the disk is full or a rebalance is on."""


class RunningState(msgspec.Struct, frozen=True, kw_only=True):
    """How a runtime is doing, for health and metrics."""

    ready: bool
    detail: str = ""
    lag: Mapping[str, int] = {}  # topic or stage -> records not yet handled
    partitions: int = 1
    stopped: Mapping[str, str] = {}  # stage/partition -> why it was stopped


class Runtime(Protocol):
    """Runs a pipeline. ``start`` returns when records flow; ``stop`` within 10 s."""

    @property
    def port(self) -> Port: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def failed(self) -> None:
        """Returns or raises only if the runtime cannot go on."""

    def swap(self, name: str, handle: Handle) -> None:
        """Replace a stage's handler between batches."""

    def state(self) -> RunningState: ...


class Observer(Protocol):
    """Where runtimes and services report what happens; metrics and log listen."""

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None: ...

    def dead_lettered(self, stage: str, error: str, message: str) -> None: ...

    def committed(self, outs: Sequence[Out]) -> None:
        """These outputs are acknowledged now."""


class PublishError(Exception):
    """A record was not acknowledged; the caller must not forget it."""


class RecordTooLarge(PublishError):
    """A record or row exceeds its limit: permanent."""


class Emit(Protocol):
    """Where services report named events with fields; log and metrics listen. No secrets."""

    def __call__(self, event: str, /, **fields: object) -> None: ...
