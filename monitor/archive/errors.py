"""What can go wrong with the archive. Messages name no password and no row's content."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError

_OF_THE_ROW = ("22", "23", "54")
"""SQLSTATE classes that are a row's fault: data exception, integrity, program limit exceeded."""


class ArchiveError(Exception):
    """The archive cannot be used; the message says what to do."""


class SchemaTooNew(ArchiveError):
    """A later release wrote the archive."""


class TailError(Exception):
    """The log cannot be read now."""


def told(error: BaseException) -> str:
    """The driver's words in one line, without SQL and parameters."""
    origin: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        origin = error.orig
    lines = str(origin).splitlines() or [""]
    # SQLAlchemy puts the driver's class in front of its words.
    words = lines[0].partition(">: ")[2] if lines[0].startswith("<class ") else lines[0]
    return f"{type(origin).__name__}: {words}"[:300] if words else type(origin).__name__


def is_of_the_row(error: Exception) -> bool:
    """Whether a row was refused for what it holds: a database that works would refuse it again."""
    if not isinstance(error, DBAPIError):
        # A value that could not be bound; SQLite's driver raises OverflowError for integers too large.
        return isinstance(error, StatementError | OverflowError | ValueError)
    if error.connection_invalidated:
        return False
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        return isinstance(origin, sqlite3.DataError | sqlite3.IntegrityError)
    state = getattr(origin, "sqlstate", None)
    if state is None:  # not from the server: the driver could not encode a value, or has no connection
        return "asyncpg.exceptions.DataError" in str(origin)[:200]
    return str(state)[:2] in _OF_THE_ROW
