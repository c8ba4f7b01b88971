"""Deliveries and dead letters for people: from the archive, or from the log where there is none yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from monitor.archive.errors import ArchiveError
from monitor.archive.lines import DeliveryLine, LetterLine
from monitor.archive.read import ArchiveReader
from monitor.cli.open import Log, open_log
from monitor.cli.output import console
from monitor.config import Settings, load_settings
from monitor.records import DeadLetter, Delivery, OutboxEntry

MOST_READ = 100_000  # records of the log in which an id is sought

T = TypeVar("T")


def deliveries(
    config: Path | None, most: int, *, state: str = "", subscriber: str = "", id: str = ""
) -> list[DeliveryLine]:
    """Deliveries, newest first; of a state, of a subscriber, with ids that begin so."""

    async def read(reader: ArchiveReader) -> list[DeliveryLine]:
        return await reader.deliveries(most, state=state, subscriber=subscriber, id=id)

    settings = load_settings(config)
    found = _from_archive(settings, read)
    if found is not None:
        return found
    log = open_log(config)
    sent = {
        record.id: record for record in log.newest("deliveries", MOST_READ) if isinstance(record, Delivery)
    }
    rows = [row for _, row in log.rows("outbox") if isinstance(row, OutboxEntry) and row.subscriber]
    log.close()
    lines = [
        _line(row, row.delivery or sent.get(row.id))
        for row in rows
        if state in ("", row.state) and subscriber in ("", row.subscriber) and row.id.startswith(id)
    ]
    return sorted(lines, key=lambda line: line.seen, reverse=True)[:most]


def dead_letters(config: Path | None, most: int, *, id: str = "") -> list[LetterLine]:
    """Dead letters, newest first, or those with ids that begin so."""

    async def read(reader: ArchiveReader) -> list[LetterLine]:
        return await reader.dead_letters(most, id=id)

    found = _from_archive(load_settings(config), read)
    if found is not None:
        return found
    log = open_log(config)
    letters = [
        one for one in log.newest("dead-letters", MOST_READ if id else most) if isinstance(one, DeadLetter)
    ]
    log.close()
    return [
        LetterLine(
            id=one.id,
            at=one.at,
            stage=one.stage,
            topic=one.topic,
            place=one.place,
            error=one.error,
            message=one.message,
            key=one.key,
            value=one.value,
        )
        for one in letters
        if one.id.startswith(id)
    ][:most]


def sent_delivery(log: Log, id: str) -> Delivery | None:
    """The newest delivery with this id that is still in the log."""
    newest = [
        one for one in log.newest("deliveries", MOST_READ) if isinstance(one, Delivery) and one.id == id
    ]
    return newest[0] if newest else None


def _from_archive(settings: Settings, read: Callable[[ArchiveReader], Awaitable[T]]) -> T | None:
    """What the archive answers; none where there is none, or, with a word, where it cannot be read."""
    url = settings.archive_url()
    if not url:
        return None
    path = settings.archive_file()
    if path is not None and not path.exists():
        return None

    async def ask() -> T:
        async with ArchiveReader(url) as reader:
            return await read(reader)

    try:
        return asyncio.run(ask())
    except ArchiveError as error:
        console(err=True).print(f"the archive cannot be read, the log is: {error}", markup=False)
        return None


def _line(row: OutboxEntry, delivery: Delivery | None) -> DeliveryLine:
    return DeliveryLine(
        id=row.id,
        subscriber=row.subscriber,
        story=delivery.story if delivery is not None else "",
        revision=delivery.revision if delivery is not None else 0,
        channel=delivery.channel if delivery is not None else "",
        title=delivery.title if delivery is not None else "",
        severity=delivery.severity if delivery is not None else "",
        seen=row.seen,
        published=delivery.published if delivery is not None else None,
        replay=row.replay,
        state=row.state,
        attempts=row.attempts,
        last_attempt=row.done,
        next_attempt=row.next_attempt,
        last_status=row.last_status,
        last_error=row.last_error,
    )
