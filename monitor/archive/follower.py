"""The follower: copies what the log has into the archive; alerts neither wait for it nor see it.

Rows and the offsets behind them are written in one transaction, so after a crash anywhere it goes on
exactly behind the last row. What it misses while the database is away it reads from the log later.
To fill an archive again, delete it and start: the log is read from its oldest kept record on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.archive import database, schema
from monitor.archive.errors import ArchiveError, TailError, is_of_the_row, told
from monitor.archive.state import ArchiveState, Role
from monitor.archive.tail import READ_BYTES, Entry, Place, Tail
from monitor.archive.writer import Row, rows, write
from monitor.records import RecordError, UnknownVersion, decode
from monitor.stage import Emit

BATCH = 200  # records of a transaction at most: so many take the event loop some 20 ms
PAUSE = 0.5  # seconds between reads while nothing is left behind
LAG_SECONDS = 5.0  # between looks at the lag
STANDBY_SECONDS = 2.0  # between tries to become the one that writes
FIRST_RETRY, LONGEST_RETRY = 0.5, 30.0
REFUSED_SECONDS = 60.0  # between looks at an archive that a later release wrote
STOP_SECONDS = 5.0  # that the batch in hand gets on stop
FORGET = 1000  # articles of a transaction that are too old
FORGET_SECONDS = 60.0  # between looks for such
TOLD_SKIPS = 20  # skipped records that are told one by one between two good reconnections

_WRITE_ERRORS = (SQLAlchemyError, OverflowError, ValueError)  # drivers raise the last two unwrapped


class _Refused(Exception):
    """The database works but must not be written."""


class Follower:
    """Follows ``tail`` into the database at ``url`` (SQLAlchemy's, see ``Settings.archive_url``).

    Articles seen longer ago than ``keep`` are deleted; alerts, deliveries and what became of them stay.
    Emits ``archive-behind`` once when log or database go, ``archive-back`` when they are back,
    ``archive-refused``, ``archive-standby``, ``archive-writing``, ``archive-skipped``,
    ``archive-gap``, ``archive-log-changed``, ``archive-partition-stopped``.
    Raises ``ArchiveError`` if ``url`` cannot be one.
    """

    def __init__(
        self,
        url: str,
        tail: Tail,
        emit: Emit,
        *,
        batch: int = BATCH,
        pause: float = PAUSE,
        keep: timedelta | None = None,
    ) -> None:
        self._url = database.parse_url(url)
        self._tail = tail
        self._emit = emit
        self._batch = batch
        self._pause = pause
        self._keep = keep
        self._forget_due = 0.0
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._role: Role = "starting"
        self._detail = ""
        self._lag: Mapping[str, int] = {}
        self._lag_due = 0.0
        self._written = 0
        self._skipped = 0
        self._skips_told = 0
        self._stopped: dict[Place, str] = {}
        self._away = False
        self._offsets: dict[Place, int] = {}
        self._known_log: str | None = None  # of which the offsets are
        self._retry = FIRST_RETRY

    def state(self) -> ArchiveState:
        """How it is doing."""
        return ArchiveState(
            role=self._role,
            detail=self._detail,
            lag=self._lag,
            written=self._written,
            skipped=self._skipped,
            stopped={f"{topic}/{partition}": why for (topic, partition), why in self._stopped.items()},
        )

    async def run(self) -> None:
        """Until ``stop``. Raises only what a defect raises: a database that is away is waited for."""
        self._ended.clear()
        try:
            while not self._stopping.is_set():
                try:
                    await self._session()
                except _Refused as refused:
                    if self._role != "refused":
                        self._emit("archive-refused", error=str(refused))
                    self._role, self._detail = "refused", str(refused)
                    await self._wait(REFUSED_SECONDS)
                except (SQLAlchemyError, OSError, TimeoutError, TailError) as error:
                    await self._be_away(error)
        finally:
            self._role = "stopped"
            with contextlib.suppress(Exception):
                await self._tail.close()
            self._ended.set()

    async def stop(self) -> None:
        """End once what is in the log is archived, within some seconds."""
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), STOP_SECONDS)

    # --- one connection -------------------------------------------------------------------

    async def _session(self) -> None:
        """Connect, become the writer, and follow until stopped. Raises what ends the connection."""
        made = database.engine(self._url)
        connection: AsyncConnection | None = None
        try:
            async with asyncio.timeout(2 * LONGEST_RETRY):
                connection = await made.connect()
            if not await self._become_writer(connection):
                return
            await self._prepare(connection)
            while not self._stopping.is_set():
                if not await self._step(connection):
                    await self._wait(self._pause)
            while await self._step(connection):  # what is there already is archived before the end
                pass
        finally:
            await database.close(connection, made)

    async def _become_writer(self, connection: AsyncConnection) -> bool:
        while not await database.take_lock(connection):
            self._be_back()
            if self._role != "standby":
                self._role, self._detail = "standby", "another worker writes the archive"
                self._lag = {}
                self._emit("archive-standby", reason=self._detail)
            if await self._wait(STANDBY_SECONDS):
                return False
        return True

    async def _prepare(self, connection: AsyncConnection) -> None:
        try:
            async with connection.begin():
                await connection.run_sync(schema.create)
        except ArchiveError as error:
            raise _Refused(str(error)) from error
        found = await connection.execute(select(schema.offsets))
        self._offsets = {(row.topic, row.partition): row.next_offset for row in found}
        log = select(schema.meta.c.value).where(schema.meta.c.name == "log")
        self._known_log = await connection.scalar(log)
        await connection.commit()
        self._lag_due = 0.0

    async def _step(self, connection: AsyncConnection) -> bool:
        """Read and write once; whether there is more at once."""
        entries = await self._tail.read(self._offsets, self._batch, frozenset(self._stopped))
        if self._known_log != self._tail.log:
            known, self._known_log = self._known_log, self._tail.log
            await self._take_log(connection, first=known is None)
            if known is not None:
                return True  # read again, from the oldest record on
        if entries:
            await self._store(connection, entries)
        self._be_back()
        if self._role != "writing":
            self._emit("archive-writing", database=self._url.get_backend_name())
        self._role, self._detail = "writing", ""
        self._retry, self._skips_told = FIRST_RETRY, 0
        await self._look_at_lag()
        await self._forget(connection)
        return len(entries) >= self._batch or sum(len(entry.value) for entry in entries) >= READ_BYTES // 2

    async def _take_log(self, connection: AsyncConnection, *, first: bool) -> None:
        """Note which log the offsets are of; those of another log are forgotten, its rows are kept."""
        async with connection.begin():
            if not first:
                await connection.execute(delete(schema.offsets))
                await connection.execute(delete(schema.meta).where(schema.meta.c.name == "log"))
            await connection.execute(schema.meta.insert().values(name="log", value=self._tail.log))
        if not first:
            self._offsets = {}
            self._emit("archive-log-changed", log=self._tail.log, action="followed from its oldest record on")

    async def _store(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        offsets = dict(self._offsets)
        found: list[tuple[Entry, list[Row]]] = []
        for entry in entries:
            place = (entry.topic, entry.partition)
            if place in self._stopped:
                continue
            try:
                made = rows(decode(entry.value))
            except UnknownVersion as error:
                self._stop_partition(entry, error)
                continue
            except RecordError as error:
                self._skip(entry, str(error))
                made = []
            self._tell_jump(entry, offsets.get(place))
            offsets[place] = entry.offset + 1
            found.append((entry, made))
        if not found:
            return
        try:
            async with connection.begin():
                await write(connection, (row for _, made in found for row in made), offsets)
        except _WRITE_ERRORS as error:
            if not is_of_the_row(error):
                raise
            await self._store_each(connection, found)
        self._offsets = offsets
        self._written += len(found)

    async def _store_each(
        self, connection: AsyncConnection, found: Sequence[tuple[Entry, list[Row]]]
    ) -> None:
        """One record a transaction, to tell the one that is refused from the others."""
        for entry, made in found:
            offset = {(entry.topic, entry.partition): entry.offset + 1}
            try:
                async with connection.begin():
                    await write(connection, made, offset)
            except _WRITE_ERRORS as error:
                if not is_of_the_row(error):
                    raise
                self._skip(entry, told(error))
                async with connection.begin():
                    await write(connection, (), offset)

    async def _forget(self, connection: AsyncConnection) -> None:
        """Delete articles that are older than is kept, a few at a time: writing goes on between."""
        now = asyncio.get_running_loop().time()
        if self._keep is None or now < self._forget_due:
            return
        table = schema.articles
        old = select(table.c.id).where(table.c.seen < datetime.now(UTC) - self._keep)
        async with connection.begin():
            done = await connection.execute(
                delete(table).where(table.c.id.in_(old.order_by(table.c.seen).limit(FORGET)))
            )
        if done.rowcount < FORGET:
            self._forget_due = now + FORGET_SECONDS

    # --- what is told ---------------------------------------------------------------------

    def _skip(self, entry: Entry, why: str) -> None:
        self._skipped += 1
        if self._skips_told < TOLD_SKIPS:
            self._skips_told += 1
            self._emit("archive-skipped", place=_place(entry), error=why[:300])

    def _stop_partition(self, entry: Entry, error: UnknownVersion) -> None:
        self._stopped[(entry.topic, entry.partition)] = str(error)
        self._emit("archive-partition-stopped", place=_place(entry), reason=str(error))

    def _tell_jump(self, entry: Entry, expected: int | None) -> None:
        if expected is None or entry.offset == expected:
            return
        if entry.offset > expected:
            self._emit("archive-gap", place=_place(entry), missing=entry.offset - expected)
        else:
            self._emit("archive-log-changed", log=f"{entry.topic}/{entry.partition}", action="begun anew")

    async def _be_away(self, error: Exception) -> None:
        words = str(error) if isinstance(error, TailError) else told(error)
        if not self._away:
            self._away = True
            self._emit("archive-behind", error=words, retry="until it is back; alerts go on")
        self._role, self._detail = "away", words
        await self._wait(self._retry)
        self._retry = min(LONGEST_RETRY, self._retry * 2)

    def _be_back(self) -> None:
        if self._away:
            self._away = False
            self._emit("archive-back")

    async def _look_at_lag(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._lag_due:
            self._lag_due = now + LAG_SECONDS
            self._lag = await self._tail.lag(self._offsets)

    async def _wait(self, seconds: float) -> bool:
        """Wait so long; True at once when it is to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()


def _place(entry: Entry) -> str:
    return f"{entry.topic}/{entry.partition}/{entry.offset}"
