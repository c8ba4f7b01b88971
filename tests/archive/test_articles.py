"""Articles in the archive: read back as they were, kept so long, and files of earlier releases."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from monitor.archive import follower as following_module
from monitor.archive import schema
from monitor.archive.read import ArchiveReader
from monitor.records import Article, Source
from tests.archive.rig import Events, Log, following, table, until
from tests.archive.samples import SEEN, SOURCE, alert, article

DAY = timedelta(days=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "monitor.db")
    yield made
    made.close()


async def _archive(url: str, log: Log) -> None:
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().role == "writing" and not any(follower.state().lag.values()))


def _as_archived(one: Article) -> Article:
    return msgspec.structs.replace(one, sketch=(), source=msgspec.structs.replace(one.source, language=""))


async def test_an_article_is_read_back_as_it_was(url: str, log: Log) -> None:
    tagged = Source(id="bbc", feed="https://bbc.example/rss", country="gb", tags=("world", "syria"))
    one = article("a-1", source=tagged, updated=SEEN, backlog=True, sketch=(1, 2), content_hash="c0ffee")
    other = article("a-2", published=None)
    log.append("articles", one, other)
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        assert await archive.article("a-1") == _as_archived(one)
        assert await archive.article("a-2") == _as_archived(other)
        assert await archive.article("no such") is None


async def test_articles_come_by_the_time_they_were_seen_each_once(url: str, log: Log) -> None:
    # Several at the same moment, across the borders of pages.
    times = [SEEN + timedelta(seconds=number // 5) for number in range(23)]
    log.append("articles", *(article(f"a-{number:02}", seen=at) for number, at in enumerate(times)))
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        pages = [[one.id for one in page] async for page in archive.articles(page=4)]
        assert [len(page) for page in pages] == [4, 4, 4, 4, 4, 3]
        assert [id for page in pages for id in page] == [f"a-{number:02}" for number in range(23)]
        since, before = SEEN + timedelta(seconds=1), SEEN + timedelta(seconds=3)
        some = [one.id async for page in archive.articles(since, before, page=3) for one in page]
        assert some == [f"a-{number:02}" for number in range(5, 15)]
        assert await archive.count_articles(since, before) == 10
        assert await archive.count_articles() == 23
        assert [page async for page in archive.articles(SEEN + DAY)] == []


async def test_articles_that_are_too_old_are_deleted_and_their_alerts_stay(
    url: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "FORGET", 2)  # several rounds
    now = datetime.now(UTC)
    old = [article(f"old-{number}", seen=now - 31 * DAY) for number in range(5)]
    log.append("articles", *old, article("young", seen=now - 29 * DAY))
    log.append("alerts", alert(article="old-1", seen=now - 31 * DAY))
    async with following(url, log.path, Events(), keep=30 * DAY) as follower:
        await until(lambda: follower.state().written == 7)
        async with ArchiveReader(url) as archive, asyncio.timeout(15):
            while await archive.count_articles() > 1:
                pass
            assert await archive.article("young") is not None
            assert len(await archive.newest_alerts()) == 1


async def test_without_a_limit_old_articles_stay(url: str, log: Log) -> None:
    log.append("articles", article("old", seen=SEEN - 5000 * DAY))
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        assert await archive.count_articles() == 1


async def test_an_archive_of_an_earlier_release_is_read_and_gets_what_it_lacks(
    tmp_path: Path, log: Log
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'archive.db'}"
    log.append("articles", article("a-1"))
    await _archive(url, log)
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.db")) as file:
        file.execute("ALTER TABLE articles DROP COLUMN tags")
    async with ArchiveReader(url) as archive:
        assert await archive.article("a-1") == _as_archived(article("a-1"))
    tagged = msgspec.structs.replace(SOURCE, tags=("world",))
    log.append("articles", article("a-2", source=tagged))
    await _archive(url, log)
    assert [(row.id, row.tags) for row in await table(url, schema.articles)] == [
        ("a-1", None),
        ("a-2", ["world"]),
    ]
