"""Articles as rows of the archive, read back as the records that they were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row

from monitor.archive import schema
from monitor.records import Article, Source


def columns_among(there: Collection[str]) -> list[ColumnElement[Any]]:
    """The columns of articles that an archive has; one of an earlier release lacks some."""
    return [column for column in schema.articles.columns if column.name in there]


def between(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """First seen from ``since`` on and before ``until``."""
    seen = schema.articles.c.seen
    return [*([seen >= since] if since is not None else ()), *([seen < until] if until is not None else ())]


def article_of(row: Row[Any]) -> Article:
    """The article of a row. What only cleaning and alerting need of it is not archived."""
    return Article(
        id=row.id,
        source=Source(
            id=row.source, feed=row.feed, country=row.country, tags=tuple(getattr(row, "tags", None) or ())
        ),
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        text=row.text,
        language=row.language,
        seen=row.seen,
        published=row.published,
        updated=row.updated,
        backlog=row.backlog,
        content_hash=row.content_hash,
        notes=tuple(row.notes),
    )
