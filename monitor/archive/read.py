"""What people ask the archive: newest alerts, one alert with all that became of it, dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, select
from sqlalchemy.engine import URL, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.archive import database, schema
from monitor.archive.errors import ArchiveError, told

MOST = 100_000


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a story, in short."""

    story: str
    revision: int
    title: str
    url: str
    source: str
    language: str
    severity: str
    seen: datetime
    published: datetime | None
    backlog: bool
    articles: int
    sources: list[str]
    languages: list[str]
    rules: list[str]


class ArticleLine(msgspec.Struct, frozen=True, kw_only=True):
    """An article of a story. Title and URL are the alert's if the article itself is not archived."""

    id: str
    title: str
    url: str
    source: str
    language: str
    seen: datetime
    published: datetime | None


class RouteLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a revision for one subscriber, and why."""

    revision: int
    subscriber: str
    outcome: str
    rules: list[str]
    delivery: str
    reason: str


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery and how far it came."""

    id: str
    subscriber: str
    story: str
    revision: int
    channel: str
    title: str
    severity: str
    seen: datetime
    published: datetime | None
    replay: int
    state: str  # pending, delivered, dead
    attempts: int  # under this replay
    last_attempt: datetime | None
    next_attempt: datetime | None
    last_status: int
    last_error: str


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """A story: its newest revision, its articles, what became of each revision, its deliveries."""

    alert: AlertLine
    evidence: Mapping[str, list[dict[str, Any]]]  # rule -> evidence of the newest revision
    articles: list[ArticleLine]
    routes: list[RouteLine]
    deliveries: list[DeliveryLine]


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter; ``key`` and ``value`` are the original bytes."""

    id: str
    at: datetime
    stage: str
    topic: str
    place: str
    error: str
    message: str
    key: bytes
    value: bytes


class ArchiveReader:
    """Reads the archive at ``url``; use it as an async context. Raises ``ArchiveError`` throughout."""

    def __init__(self, url: str) -> None:
        self._url = database.parse_url(url)
        self._engine = database.engine(_read_only(self._url))
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> ArchiveReader:
        try:
            self._connection = await self._engine.connect()
            await self._connection.run_sync(schema.check)
        except ArchiveError:
            await self.close()
            raise
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            await self.close()
            raise ArchiveError(f"the archive cannot be read: {told(error)}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await database.close(self._connection, self._engine)
        self._connection = None

    async def newest_alerts(self, most: int = 50, *, rule: str = "") -> list[AlertLine]:
        """The newest revisions, newest first; of one rule if it is named."""
        table = schema.alerts
        query = (
            select(table).order_by(table.c.seen.desc(), table.c.story, table.c.revision.desc()).limit(most)
        )
        if rule:
            fired = schema.alert_rules
            query = query.join(
                fired, and_(fired.c.story == table.c.story, fired.c.revision == table.c.revision)
            ).where(fired.c.rule == rule)
        return await self._alert_lines(query)

    async def alert(self, story: str) -> AlertPage | None:
        """A story by its id; none if there is no such."""
        table = schema.alerts
        query = select(table).where(table.c.story == story).order_by(table.c.revision.desc())
        revisions = await self._alert_lines(query)
        if not revisions:
            return None
        fired = schema.alert_rules
        evidence = await self._rows(
            select(fired.c.rule, fired.c.evidence).where(
                fired.c.story == story, fired.c.revision == revisions[0].revision
            )
        )
        routes = schema.alert_routes
        became = await self._rows(
            select(routes).where(routes.c.story == story).order_by(routes.c.revision, routes.c.subscriber)
        )
        return AlertPage(
            alert=revisions[0],
            evidence={row.rule: row.evidence for row in evidence},
            articles=await self._articles(story),
            routes=[
                RouteLine(
                    revision=row.revision,
                    subscriber=row.subscriber,
                    outcome=row.outcome,
                    rules=row.rules,
                    delivery=row.delivery,
                    reason=row.reason,
                )
                for row in became
            ],
            deliveries=await self.deliveries(MOST, story=story),
        )

    async def deliveries(
        self, most: int = 50, *, state: str = "", subscriber: str = "", story: str = "", id: str = ""
    ) -> list[DeliveryLine]:
        """Deliveries, newest first; of a state, subscriber, story, or with ids that begin so."""
        table, newest = schema.deliveries, _last_attempts()
        reached = func.coalesce(newest.c.outcome, "pending")
        query = (
            select(table, newest.c.number, newest.c.at, newest.c.outcome, newest.c.retry_at)
            .add_columns(newest.c.status, newest.c.error)
            .outerjoin(
                newest,
                and_(newest.c.delivery == table.c.id, newest.c.replay == table.c.replay, newest.c.place == 1),
            )
            .order_by(table.c.seen.desc(), table.c.id)
            .limit(most)
        )
        if subscriber:
            query = query.where(table.c.subscriber == subscriber)
        if story:
            query = query.where(table.c.story == story)
        if id:
            query = query.where(table.c.id.startswith(id, autoescape=True))
        if state:
            outcomes = [outcome for outcome, name in _STATES.items() if name == state]
            query = query.where(reached.in_(outcomes))
        return [
            DeliveryLine(
                id=row.id,
                subscriber=row.subscriber,
                story=row.story,
                revision=row.revision,
                channel=row.channel,
                title=row.title,
                severity=row.severity,
                seen=row.seen,
                published=row.published,
                replay=row.replay,
                state=_STATES.get(row.outcome or "pending", "pending"),
                attempts=row.number or 0,
                last_attempt=row.at,
                next_attempt=row.retry_at,
                last_status=row.status or 0,
                last_error=row.error or "",
            )
            for row in await self._rows(query)
        ]

    async def body(self, delivery: str) -> bytes | None:
        """The body of a delivery as it was or will be sent."""
        table = schema.deliveries
        found = await self._rows(select(table.c.body).where(table.c.id == delivery))
        return bytes(found[0].body) if found else None

    async def dead_letters(self, most: int = 50, *, id: str = "") -> list[LetterLine]:
        """Dead letters, newest first, or those with ids that begin so."""
        table = schema.dead_letters
        query = select(table).order_by(table.c.at.desc(), table.c.id).limit(most)
        if id:
            query = query.where(table.c.id.startswith(id, autoescape=True))
        return [
            LetterLine(
                id=row.id,
                at=row.at,
                stage=row.stage,
                topic=row.topic,
                place=row.place,
                error=row.error,
                message=row.message,
                key=bytes(row.key),
                value=bytes(row.value),
            )
            for row in await self._rows(query)
        ]

    # --- parts ----------------------------------------------------------------------------

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        if self._connection is None:
            raise ArchiveError("the archive is not open")
        try:
            return list((await self._connection.execute(query)).all())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ArchiveError(f"the archive cannot be read: {told(error)}") from error

    async def _alert_lines(self, query: Select[Any]) -> list[AlertLine]:
        found = await self._rows(query)
        fired = schema.alert_rules
        names: dict[tuple[str, int], list[str]] = {}
        stories = sorted({row.story for row in found})
        for first in range(0, len(stories), 500):
            some = stories[first : first + 500]
            chosen = select(fired.c.story, fired.c.revision, fired.c.rule).where(fired.c.story.in_(some))
            for row in await self._rows(chosen.order_by(fired.c.rule)):
                names.setdefault((row.story, row.revision), []).append(row.rule)
        return [
            AlertLine(
                story=row.story,
                revision=row.revision,
                title=row.title,
                url=row.url,
                source=row.source,
                language=row.language,
                severity=row.severity,
                seen=row.seen,
                published=row.published,
                backlog=row.backlog,
                articles=row.articles,
                sources=row.sources,
                languages=row.languages,
                rules=names.get((row.story, row.revision), []),
            )
            for row in found
        ]

    async def _articles(self, story: str) -> list[ArticleLine]:
        told_of = schema.alerts
        query = (
            select(told_of.c.article, told_of.c.title, told_of.c.url, told_of.c.source)
            .add_columns(told_of.c.language, told_of.c.seen, told_of.c.published)
            .where(told_of.c.story == story)
            .order_by(told_of.c.revision)
        )
        found: dict[str, ArticleLine] = {}
        for row in await self._rows(query):
            found[row.article] = ArticleLine(
                id=row.article,
                title=row.title,
                url=row.url,
                source=row.source,
                language=row.language,
                seen=row.seen,
                published=row.published,
            )
        return list(found.values())


_STATES = {
    "pending": "pending",
    "retry": "pending",
    "delivered": "delivered",
    "failed": "dead",
    "gone": "dead",
}


def _last_attempts() -> Any:
    """Each attempt with its place from the last one of its delivery and replay."""
    table = schema.attempts
    place = func.row_number().over(
        partition_by=(table.c.delivery, table.c.replay), order_by=(table.c.number.desc(), table.c.at.desc())
    )
    return select(table, place.label("place")).subquery()


def _read_only(url: URL) -> URL:
    """A reader makes no file where there is none."""
    if url.drivername != database.SQLITE or not url.database:
        return url
    path = Path(url.database)
    if not path.exists():
        raise ArchiveError(f"{path} does not exist: nothing has been archived in this data folder yet")
    return url.set(database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"})
