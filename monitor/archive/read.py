"""What people ask the archive: newest alerts, one alert with all that became of it, dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.engine import URL, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.archive import database, schema
from monitor.archive.articles import article_of, between, columns_among
from monitor.archive.errors import ArchiveError, told
from monitor.archive.lines import AlertLine, AlertPage, ArticleLine, DeliveryLine, LetterLine, RouteLine
from monitor.records import Article

MOST = 100_000
PAGE = 200  # articles that are read at once


class ArchiveReader:
    """Reads the archive at ``url``; use it as an async context. Raises ``ArchiveError`` throughout."""

    def __init__(self, url: str) -> None:
        self._url = database.parse_url(url)
        self._engine = database.engine(_read_only(self._url), write=False)
        self._connection: AsyncConnection | None = None
        self._article_columns: list[ColumnElement[Any]] = []

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
        table, newest = schema.deliveries, schema.attempts.alias("newest")
        dead = schema.dead_letters.alias("dead")
        reached = _state(newest, dead)
        query = (
            select(table, newest.c.number, newest.c.at, newest.c.retry_at, newest.c.status)
            .add_columns(
                reached.label("state"), func.coalesce(newest.c.error, dead.c.message, "").label("why")
            )
            .select_from(table)
            .outerjoin(
                newest,
                and_(newest.c.delivery == table.c.id, newest.c.replay == table.c.replay, _is_last(newest)),
            )
            .outerjoin(dead, dead.c.id == _letter_id(table))
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
            query = query.where(reached == state)
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
                state=row.state,
                attempts=row.number or 0,
                last_attempt=row.at,
                next_attempt=row.retry_at if row.state == "pending" else None,
                last_status=row.status or 0,
                last_error=row.why,
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

    async def article(self, id: str) -> Article | None:
        """An article that the monitor has seen, as it stands in the archive; none if it is not there.

        What only cleaning needs is not archived: its sketch, and the language that its feed declares.
        """
        columns = await self._columns_of_articles()
        found = await self._rows(select(*columns).where(schema.articles.c.id == id))
        return article_of(found[0]) if found else None

    async def article_at(self, url: str) -> Article | None:
        """The newest article with this address, or whose canonical address it is; none if there is none.

        Addresses have no index: all articles are gone through.
        """
        table = schema.articles
        columns = await self._columns_of_articles()
        there = or_(table.c.canonical_url == url, table.c.url == url)
        found = await self._rows(select(*columns).where(there).order_by(table.c.seen.desc()).limit(1))
        return article_of(found[0]) if found else None

    async def alerts_of(self, article: str) -> list[AlertLine]:
        """The revisions of stories that an article made, by its id, in their order."""
        table = schema.alerts
        query = select(table).where(table.c.article == article).order_by(table.c.seen, table.c.revision)
        return await self._alert_lines(query)

    async def articles(
        self, since: datetime | None = None, until: datetime | None = None, *, page: int = PAGE
    ) -> AsyncIterator[list[Article]]:
        """Articles first seen from ``since`` on and before ``until``, the oldest first, ``page`` at a time.

        Between pages no transaction is open, so reading holds up nobody, however long it takes.
        """
        table = schema.articles
        columns = await self._columns_of_articles()
        query = select(*columns).where(*between(since, until)).order_by(table.c.seen, table.c.id).limit(page)
        beyond: list[ColumnElement[bool]] = []
        while True:
            found = await self._rows(query.where(*beyond))
            await self._release()
            if found:
                yield [article_of(row) for row in found]
            if len(found) < page:
                return
            last = found[-1]
            beyond = [
                table.c.seen >= last.seen,  # alone it finds the place in the index
                or_(table.c.seen > last.seen, table.c.id > last.id),
            ]

    async def count_articles(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many articles there are, see ``articles``."""
        counted = select(func.count()).select_from(schema.articles).where(*between(since, until))
        found = await self._rows(counted)
        await self._release()
        return int(found[0][0])

    # --- parts ----------------------------------------------------------------------------

    async def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        if self._connection is None:
            raise ArchiveError("the archive is not open")
        try:
            return list((await self._connection.execute(query)).all())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ArchiveError(f"the archive cannot be read: {told(error)}") from error

    async def _release(self) -> None:
        """End the transaction in which something was read."""
        if self._connection is not None:
            await self._connection.rollback()

    async def _columns_of_articles(self) -> list[ColumnElement[Any]]:
        """All, but those that the archive lacks since an earlier release wrote it."""
        if not self._article_columns:
            if self._connection is None:
                raise ArchiveError("the archive is not open")
            there = await self._connection.run_sync(schema.columns, schema.articles)
            self._article_columns = columns_among(there)
        return self._article_columns

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


def _state(newest: Any, dead: Any) -> Any:
    """How far a delivery came, by its last attempt and its dead letter."""
    return case(
        (newest.c.outcome == "delivered", "delivered"),
        (newest.c.outcome.in_(("failed", "gone")), "dead"),
        (dead.c.id.is_not(None), "dead"),
        else_="pending",
    )


def _letter_id(delivery: Any) -> Any:
    """The id that the outbox gives a delivery's dead letter."""
    replay = cast(delivery.c.replay, String)
    return literal("delivery/") + delivery.c.subscriber + "/" + delivery.c.id + "/" + replay


def _is_last(attempt: Any) -> Any:
    """No later attempt was made under the same replay."""
    later = schema.attempts.alias("later")
    return ~exists().where(
        later.c.delivery == attempt.c.delivery,
        later.c.replay == attempt.c.replay,
        or_(
            later.c.number > attempt.c.number,
            and_(later.c.number == attempt.c.number, later.c.at > attempt.c.at),
        ),
    )


def _read_only(url: URL) -> URL:
    """A reader makes no file where there is none."""
    if url.drivername != database.SQLITE or not url.database:
        return url
    path = Path(url.database)
    if not path.exists():
        raise ArchiveError(f"{path} does not exist: nothing has been archived in this data folder yet")
    return url.set(database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"})
