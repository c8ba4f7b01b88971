"""From records to rows: each record becomes the same rows however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.archive import schema
from monitor.records import SEVERITIES, Alert, Article, Attempt, DeadLetter, Delivery, FeedPoll, Record

Values = dict[str, Any]

_ORDER: tuple[Table, ...] = (
    schema.articles,
    schema.alerts,
    schema.alert_rules,
    schema.alert_routes,
    schema.deliveries,
    schema.attempts,
    schema.feed_polls,
    schema.dead_letters,
)
_CHILDREN = (schema.alert_rules, schema.alert_routes)


class Row(msgspec.Struct, frozen=True):
    """One row of one table; it takes the place of an older one with its key."""

    table: Table
    values: Values


def rows(record: Record) -> list[Row]:
    """The rows of a record; none for ticks, commands and whatever else is not archived."""
    match record:
        case Article():
            return [Row(schema.articles, _article(record))]
        case Alert():
            return _alert(record)
        case Delivery():
            return [Row(schema.deliveries, _delivery(record))]
        case Attempt():
            return [Row(schema.attempts, _attempt(record))]
        case FeedPoll():
            return [Row(schema.feed_polls, _feed_poll(record))]
        case DeadLetter():
            return [Row(schema.dead_letters, _dead_letter(record))]
    return []


async def write(
    connection: AsyncConnection, many: Iterable[Row], offsets: Mapping[tuple[str, int], int]
) -> None:
    """Write rows and the offsets behind them, in the order given, in the caller's transaction."""
    by_table = _gather(many)
    for table in _ORDER:
        values = by_table.get(table.name)
        if not values:
            continue
        if table is schema.alerts:
            await _clear_children(connection, values)
        await connection.execute(_upsert(table, connection.dialect.name), values)
    if offsets:
        moved = [
            {"topic": topic, "partition": partition, "next_offset": offset}
            for (topic, partition), offset in offsets.items()
        ]
        await connection.execute(_upsert(schema.offsets, connection.dialect.name), moved)


def _gather(many: Iterable[Row]) -> dict[str, list[Values]]:
    """Rows by table. Of a revision that comes twice the last one's rules and routes count."""
    found: dict[str, list[Values]] = {}
    children: dict[tuple[str, object, object], list[Values]] = {}
    for row in many:
        own = (row.values.get("story"), row.values.get("revision"))
        if row.table is schema.alerts:
            for table in _CHILDREN:
                children[(table.name, *own)] = []
        if row.table in _CHILDREN:
            children.setdefault((row.table.name, *own), []).append(row.values)
        else:
            found.setdefault(row.table.name, []).append(row.values)
    for (name, *_), values in children.items():
        found.setdefault(name, []).extend(values)
    return found


async def _clear_children(connection: AsyncConnection, alerts: Sequence[Values]) -> None:
    """A revision that is written again may have fewer rules or routes than the first time."""
    keys = [{"s": alert["story"], "r": alert["revision"]} for alert in alerts]
    for table in _CHILDREN:
        statement = delete(table).where(table.c.story == bindparam("s"), table.c.revision == bindparam("r"))
        await connection.execute(statement, keys)


def _upsert(table: Table, dialect: str) -> Any:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys
    }
    # The first body of a delivery counts, unless it is sent anew on purpose.
    where = statement.excluded.replay > table.c.replay if table is schema.deliveries else None
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=where)


# --- each kind ------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Text that every database takes: PostgreSQL has no NUL, UTF-8 no lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "�")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def _key(text: str) -> str:
    return clean(text)[: schema.KEY]


def _plain(part: object) -> Any:
    """Structs as JSON values, clean."""
    return _clean_all(msgspec.to_builtins(part))


def _clean_all(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _clean_all(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_all(one) for one in value]
    return value


def _article(article: Article) -> Values:
    return {
        "id": _key(article.id),
        "source": _key(article.source.id),
        "feed": clean(article.source.feed),
        "country": clean(article.source.country),
        "tags": _plain(article.source.tags),
        "url": clean(article.url),
        "canonical_url": clean(article.canonical_url),
        "title": clean(article.title),
        "text": clean(article.text),
        "language": _key(article.language),
        "seen": article.seen,
        "published": article.published,
        "updated": article.updated,
        "backlog": article.backlog,
        "content_hash": clean(article.content_hash),
        "notes": _plain(article.notes),
    }


def _alert(alert: Alert) -> list[Row]:
    article = alert.article
    severity = max((rule.severity for rule in alert.rules), key=SEVERITIES.index, default="info")
    own = {"story": _key(alert.story), "revision": alert.revision}
    found = [
        Row(
            schema.alerts,
            own
            | {
                "article": _key(article.id),
                "title": clean(article.title),
                "url": clean(article.url),
                "source": _key(article.source.id),
                "language": _key(article.language),
                "severity": severity,
                "seen": alert.seen,
                "published": article.published,
                "backlog": article.backlog,
                "articles": alert.articles,
                "sources": _plain(alert.sources),
                "languages": _plain(alert.languages),
                "sentences": _plain(article.sentences),
            },
        )
    ]
    found.extend(
        Row(
            schema.alert_rules,
            own
            | {
                "rule": _key(rule.id),
                "version": clean(rule.version),
                "title": clean(rule.title),
                "status": rule.status,
                "severity": rule.severity,
                "tags": _plain(rule.tags),
                "evidence": _plain(rule.evidence),
                "score": rule.score,
            },
        )
        for rule in alert.rules
    )
    found.extend(
        Row(
            schema.alert_routes,
            own
            | {
                "subscriber": _key(routed.subscriber),
                "outcome": routed.outcome,
                "rules": _plain(routed.rules),
                "delivery": _key(routed.delivery),
                "reason": clean(routed.reason),
            },
        )
        for routed in alert.routed
    )
    return found


def _delivery(delivery: Delivery) -> Values:
    return {
        "id": _key(delivery.id),
        "subscriber": _key(delivery.subscriber),
        "story": _key(delivery.story),
        "revision": delivery.revision,
        "channel": _key(delivery.channel),
        "title": clean(delivery.title),
        "severity": delivery.severity,
        "body": delivery.body,
        "seen": delivery.seen,
        "published": delivery.published,
        "replay": delivery.replay,
    }


def _attempt(attempt: Attempt) -> Values:
    return {
        "delivery": _key(attempt.delivery),
        "replay": attempt.replay,
        "number": attempt.number,
        "at": attempt.at,
        "subscriber": _key(attempt.subscriber),
        "outcome": attempt.outcome,
        "status": attempt.status,
        "error": clean(attempt.error),
        "elapsed": attempt.elapsed,
        "retry_at": attempt.retry_at,
    }


def _feed_poll(poll: FeedPoll) -> Values:
    return {
        "feed": _key(poll.feed),
        "at": poll.at,
        "health": poll.health,
        "status": poll.status,
        "error": clean(poll.error),
        "items": poll.items,
        "new_items": poll.new_items,
        "failures": poll.failures,
        "elapsed": poll.elapsed,
        "interval_seconds": poll.interval,
        "next_due": poll.next_due,
        "moved_to": clean(poll.moved_to),
    }


def _dead_letter(letter: DeadLetter) -> Values:
    return {
        "id": _key(letter.id),
        "topic": _key(letter.topic),
        "key": letter.key,
        "value": letter.value,
        "stage": _key(letter.stage),
        "error": clean(letter.error),
        "message": clean(letter.message),
        "place": clean(letter.place),
        "at": letter.at,
    }
