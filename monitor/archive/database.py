"""Connections to the archive: engine, who may write, and what they must not leave behind."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from monitor.archive.errors import ArchiveError

SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"
_LOCK = 0x6E6577736D6F6E  # "newsmon": of the one follower that writes
_CONNECT_SECONDS = 10.0
_COMMAND_SECONDS = 60.0
_CLOSE_SECONDS = 2.0


def parse_url(url: str) -> URL:
    """The archive's URL. Raises ``ArchiveError``, without the password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ArchiveError(
            "the archive's URL is none: write sqlite, or postgresql://user:password@host/database"
        ) from None
    if parsed.drivername not in (SQLITE, POSTGRESQL):
        raise ArchiveError(
            f"no archive on {parsed.drivername!r}: SQLite ({SQLITE}:///path) and PostgreSQL ({POSTGRESQL}://…) are supported"
        )
    return parsed


def engine(url: URL, *, write: bool = True) -> AsyncEngine:
    """An engine without a pool: each connection is opened and closed by whoever uses it."""
    arguments: dict[str, Any] = {"timeout": _CONNECT_SECONDS}
    if url.drivername == POSTGRESQL:
        arguments["command_timeout"] = _COMMAND_SECONDS
        arguments["server_settings"] = {
            "application_name": "news-monitor archive",
            # A writer whose machine is gone holds its lock no longer than half a minute.
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        }
    made = create_async_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    if url.drivername == SQLITE and write:
        event.listen(made.sync_engine, "connect", _set_up_sqlite)
    return made


def _set_up_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # After a power cut rows and offsets may both be older, never apart; the log still has the rest.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA journal_size_limit = 67108864")
    cursor.close()


async def take_lock(connection: AsyncConnection) -> bool:
    """Become the one that writes, as long as the connection lives; False: another one is.

    A SQLite file lies in a data folder, which belongs to one worker anyway.
    """
    if connection.dialect.name != "postgresql":
        return True
    taken = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(:key)").bindparams(key=_LOCK)))
    await connection.commit()
    return taken


async def close(connection: AsyncConnection | None, made: AsyncEngine | None) -> None:
    """Close both, within seconds even if nobody answers, and also when cancelled."""
    for closing in (
        connection.close if connection is not None else None,
        made.dispose if made is not None else None,
    ):
        if closing is None:
            continue
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await closing()
