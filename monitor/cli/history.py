"""What became of an article that the monitor has seen: its stories, who was told, and why others were not.

Read from the archive, or from the log where there is no archive. One that cannot be read is an error, never
an article that was not seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from monitor.archive.database import parse_url
from monitor.archive.errors import ArchiveError, SchemaTooNew
from monitor.archive.lines import DeliveryLine
from monitor.archive.read import ArchiveReader
from monitor.cli.lists import MOST_READ, deliveries
from monitor.cli.open import open_log
from monitor.config import Settings
from monitor.matching.rule import Rule
from monitor.records import Alert, Article
from monitor.runtime.embedded.store import StoreError

T = TypeVar("T")
_RESTORE = (
    "; restore it from a copy; or stop the monitor, delete it with its -wal and -shm files, and start: "
    "it is filled again from the log"
)
_CONNECT = "; see that the database runs and that `archive` in the settings is right"
Kept = Literal["archive", "log"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one revision of a story for one subscriber. ``state`` is that of the delivery."""

    subscriber: str
    outcome: str  # sent, known, shadow, unrouted, backlog, expired
    rules: list[str]
    reason: str = ""
    delivery: str = ""
    channel: str = ""
    state: str = ""  # pending, delivered, dead; empty if nothing was sent
    attempts: int = 0
    last_attempt: datetime | None = None
    next_attempt: datetime | None = None
    last_error: str = ""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision of a story that the article made, and the rules that fired on it then."""

    story: str
    revision: int
    articles: int  # of the story, by then
    rules: list[str]
    told: list[Told]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of an article's alerts; no revisions if no rule fired on it."""

    article: str
    kept: Kept
    revisions: list[Revision] = []


def seen_article(settings: Settings, config: Path | None, *, id: str = "", url: str = "") -> Article | None:
    """The article with this id, else the newest with this address; none if the monitor has seen none.

    Raises ``ArchiveError``, ``StoreError``.
    """

    async def read(reader: ArchiveReader) -> Article | None:
        found = await reader.article(id) if id else None
        return found if found is not None or not url else await reader.article_at(url)

    if _has_archive(settings):
        return _ask(settings, read)
    for article in _logged(config, "articles"):
        if isinstance(article, Article) and (
            article.id == id or (url and url in (article.url, article.canonical_url))
        ):
            return article
    return None


def history(settings: Settings, config: Path | None, article: str) -> History:
    """What became of the article with this id. Raises ``ArchiveError``, ``StoreError``."""

    async def read(reader: ArchiveReader) -> list[Revision]:
        found: list[Revision] = []
        for line in await reader.alerts_of(article):
            page = await reader.alert(line.story)
            if page is None:
                continue
            sent = {one.id: one for one in page.deliveries}
            told = [
                _told(
                    one.subscriber, one.outcome, one.rules, one.reason, sent.get(one.delivery), one.delivery
                )
                for one in page.routes
                if one.revision == line.revision
            ]
            found.append(
                Revision(
                    story=line.story,
                    revision=line.revision,
                    articles=line.articles,
                    rules=line.rules,
                    told=told,
                )
            )
        return found

    if _has_archive(settings):
        return History(article=article, kept="archive", revisions=_ask(settings, read))
    sent = {one.id: one for one in deliveries(config, MOST_READ)}
    revisions = [
        Revision(
            story=alert.story,
            revision=alert.revision,
            articles=alert.articles,
            rules=[rule.id for rule in alert.rules],
            told=[
                _told(
                    one.subscriber,
                    one.outcome,
                    list(one.rules),
                    one.reason,
                    sent.get(one.delivery),
                    one.delivery,
                )
                for one in alert.routed
            ],
        )
        for alert in _logged(config, "alerts")
        if isinstance(alert, Alert) and alert.article.id == article
    ]
    return History(article=article, kept="log", revisions=revisions[::-1])


def _told(
    subscriber: str,
    outcome: str,
    rules: list[str],
    reason: str,
    sent: DeliveryLine | None,
    delivery: str,
) -> Told:
    about = Told(subscriber=subscriber, outcome=outcome, rules=rules, reason=reason, delivery=delivery)
    if sent is None:
        return about
    return msgspec.structs.replace(
        about,
        channel=sent.channel,
        state=sent.state,
        attempts=sent.attempts,
        last_attempt=sent.last_attempt,
        next_attempt=sent.next_attempt,
        last_error=sent.last_error,
    )


# --- in words -------------------------------------------------------------------------------


def told(past: History, rule: Rule, *, fires: bool) -> list[tuple[str, str]]:
    """The history of a rule's alert in sentences, each with its style. ``fires``: it does so now."""
    return list(_told_of(past, rule, fires))


def _told_of(past: History, rule: Rule, fires: bool) -> Iterator[tuple[str, str]]:
    fired = [one for one in past.revisions if rule.id in one.rules]
    if not fired:
        others = list(dict.fromkeys(id for one in past.revisions for id in one.rules))
        instead = f"; {', '.join(others[:5])} fired" if others else ", nor any other"
        yield f"the rule did not fire on it when it came{instead}", "yellow"
        if rule.status == "draft":
            yield "its status is draft: it is not evaluated while the monitor runs", "yellow"
        elif fires:
            yield "it fires on it now: rule or lexicon have changed since, or the article came before it", ""
        return
    if not fires:
        yield "the rule fired on it when it came: rule or lexicon have changed since", "yellow"
    for one in fired:
        yield f"story {one.story}, revision {one.revision}, article {one.articles} of it", "dim"
        for told in one.told:
            if rule.id in told.rules:
                yield _became(told)


def _became(told: Told) -> tuple[str, str]:
    if told.outcome != "sent":
        who = f"not sent to {told.subscriber}" if told.subscriber else "sent to no one"
        return f"{who}: {told.reason or told.outcome}", "yellow"
    who = f"{told.subscriber}{f' ({told.channel})' if told.channel else ''}"
    tries = f"{told.attempts} attempt{'' if told.attempts == 1 else 's'}"
    why = f": {told.last_error}" if told.last_error else ""
    if told.state == "delivered":
        when = f" at {told.last_attempt:%Y-%m-%d %H:%M:%S} UTC" if told.last_attempt is not None else ""
        return f"delivered to {who}{when}, {tries} (delivery {told.delivery})", "green"
    if told.state == "dead":
        return f"could not be delivered to {who} after {tries}{why} (delivery {told.delivery})", "red"
    if told.state == "pending":
        when = f", the next at {told.next_attempt:%Y-%m-%d %H:%M:%S} UTC" if told.next_attempt else ""
        return f"waits to be sent to {who}, {tries} so far{when}{why} (delivery {told.delivery})", "yellow"
    return f"sent to {who} (delivery {told.delivery}, of which no more is known)", ""


# --- where it is read -----------------------------------------------------------------------


def _has_archive(settings: Settings) -> bool:
    path = settings.archive_file()
    return bool(settings.archive_url()) and (path is None or path.exists())


def _ask(settings: Settings, read: Callable[[ArchiveReader], Awaitable[T]]) -> T:
    """What the archive answers. Raises ``ArchiveError``: where it is, and what to do."""

    async def ask() -> T:
        async with ArchiveReader(settings.archive_url()) as reader:
            return await read(reader)

    try:
        return asyncio.run(ask())
    except SchemaTooNew:
        raise
    except ArchiveError as error:
        path = settings.archive_file()
        where = path if path is not None else parse_url(settings.archive_url()).render_as_string()
        remedy = ""
        if error.__cause__ is not None:  # else it can be read, and its own words say what is wrong
            remedy = _RESTORE if path is not None else _CONNECT
        raise ArchiveError(f"what the monitor has seen is not known: {error} ({where}){remedy}") from error


def _logged(config: Path | None, topic: str) -> Iterator[object]:
    """Records of the log, newest first; none where nothing has run yet. Raises ``StoreError``."""
    try:
        log = open_log(config)
    except StoreError as error:
        if error.__cause__ is not None:  # something is there, and cannot be read
            raise
        return
    try:
        yield from log.newest(topic, MOST_READ)
    finally:
        log.close()
