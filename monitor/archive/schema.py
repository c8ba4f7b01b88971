"""The archive's tables, on SQLite and PostgreSQL alike, and how they come to be.

No foreign keys: topics are followed each at its own pace, so an attempt may stand here before its
delivery, and an alert before its article. Times are in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from monitor.archive.errors import ArchiveError, SchemaTooNew

SCHEMA_VERSION = 1
KEY = 500
"""Characters that an indexed text has at most; PostgreSQL's indexes take 2,700 bytes."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_JSON = JSON().with_variant(JSONB(), "postgresql")

metadata = MetaData()


def _key(name: str, **options: Any) -> Column[str]:
    return Column(name, String(KEY), nullable=False, **options)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


def _moment(name: str, *, nullable: bool = False, **options: Any) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable, **options)


def _number(name: str, **options: Any) -> Column[int]:
    return Column(name, BigInteger, nullable=False, **options)


meta = Table("archive_meta", metadata, Column("name", String(50), primary_key=True), _text("value"))

offsets = Table(
    "follower_offsets",
    metadata,
    _key("topic", primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    _number("next_offset"),
)

articles = Table(
    "articles",
    metadata,
    _key("id", primary_key=True),
    _key("source"),
    _text("feed"),
    _text("country"),
    # Archives of earlier releases do not have it; see `create`.
    Column("tags", _JSON, nullable=True),
    _text("url"),
    _text("canonical_url"),
    _text("title"),
    _text("text"),
    _key("language"),
    _moment("seen"),
    _moment("published", nullable=True),
    _moment("updated", nullable=True),
    Column("backlog", Boolean, nullable=False),
    _text("content_hash"),
    Column("notes", _JSON, nullable=False),
    Index("articles_seen", "seen"),
    Index("articles_source_seen", "source", "seen"),
)

alerts = Table(
    "alerts",
    metadata,
    _key("story", primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    _key("article"),
    _text("title"),
    _text("url"),
    _key("source"),
    _key("language"),
    _key("severity"),  # the highest of its rules
    _moment("seen"),
    _moment("published", nullable=True),
    Column("backlog", Boolean, nullable=False),
    _number("articles"),
    Column("sources", _JSON, nullable=False),
    Column("languages", _JSON, nullable=False),
    Column("sentences", _JSON, nullable=False),  # field, start, end, text
    Index("alerts_seen", "seen"),
    Index("alerts_article", "article"),
)

alert_rules = Table(
    "alert_rules",
    metadata,
    _key("story", primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    _key("rule", primary_key=True),
    _text("version"),
    _text("title"),
    _key("status"),
    _key("severity"),
    Column("tags", _JSON, nullable=False),
    Column("evidence", _JSON, nullable=False),  # field, start, end, text, clause, entry, gloss
    Column("score", Float),
    Index("alert_rules_rule", "rule"),
)

alert_routes = Table(
    "alert_routes",
    metadata,
    _key("story", primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    _key("subscriber", primary_key=True),
    _key("outcome", primary_key=True),
    Column("rules", _JSON, nullable=False),
    _key("delivery"),
    _text("reason"),
    Index("alert_routes_subscriber", "subscriber"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _key("id", primary_key=True),
    _key("subscriber"),
    _key("story"),
    _number("revision"),
    _key("channel"),
    _text("title"),
    _key("severity"),
    Column("body", LargeBinary, nullable=False),
    _moment("seen"),
    _moment("published", nullable=True),
    _number("replay"),
    Index("deliveries_seen", "seen"),
    Index("deliveries_story", "story", "revision"),
    Index("deliveries_subscriber_seen", "subscriber", "seen"),
)

attempts = Table(
    "attempts",
    metadata,
    _key("delivery", primary_key=True),
    Column("replay", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # After a crash the same attempt may be made again: both were.
    Column("at", Moment, primary_key=True),
    _key("subscriber"),
    _key("outcome"),
    _number("status"),
    _text("error"),
    Column("elapsed", Float, nullable=False),
    _moment("retry_at", nullable=True),
    Index("attempts_at", "at"),
)

feed_polls = Table(
    "feed_polls",
    metadata,
    _key("feed", primary_key=True),
    Column("at", Moment, primary_key=True),
    _key("health"),
    _number("status"),
    _text("error"),
    _number("items"),
    _number("new_items"),
    _number("failures"),
    Column("elapsed", Float, nullable=False),
    Column("interval_seconds", Float, nullable=False),
    _moment("next_due"),
    _text("moved_to"),
    Index("feed_polls_at", "at"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    _key("id", primary_key=True),
    _key("topic"),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    _key("stage"),
    _text("error"),
    _text("message"),
    _text("place"),
    _moment("at"),
    Index("dead_letters_at", "at"),
)


def create(connection: Connection) -> None:
    """Make what is missing and note the version. Raises ``SchemaTooNew``.

    Columns that came later may be null, so that an earlier release can still write the archive.
    """
    check(connection, must_exist=False)
    metadata.create_all(connection)
    there = columns(connection, articles)
    for column in articles.columns:
        if column.name not in there:
            kind = column.type.compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {articles.name} ADD COLUMN {column.name} {kind}"))
    if _found(connection) is None:
        connection.execute(meta.insert().values(name="schema", value=str(SCHEMA_VERSION)))


def columns(connection: Connection, table: Table) -> frozenset[str]:
    """The columns that a table of the archive has: one of an earlier release may lack some."""
    return frozenset(column["name"] for column in inspect(connection).get_columns(table.name))


def check(connection: Connection, *, must_exist: bool = True) -> None:
    """Raises ``SchemaTooNew`` if a later release wrote the archive, ``ArchiveError`` if nothing is there
    that has to be."""
    found = _found(connection) if inspect(connection).has_table(meta.name) else None
    if found is None:
        if must_exist:
            raise ArchiveError(
                "nothing has been archived here yet: is the monitor running with this archive?"
            )
        return
    if not found.isdecimal() or int(found) > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"the archive has schema {found[:20]}, this release knows up to {SCHEMA_VERSION}: upgrade the monitor, "
            "or point `archive` in the settings at another database"
        )


def _found(connection: Connection) -> str | None:
    found = connection.execute(select(meta.c.value).where(meta.c.name == "schema")).scalar_one_or_none()
    return None if found is None else str(found)
