from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cleaning.canonical import article_id
from monitor.feeds import inbox as module
from monitor.feeds.dropped import DropError, articles
from monitor.feeds.inbox import Inbox
from monitor.records import RawArticle, Source
from tests.feeds.port import Events, MemoryPort

SEEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARABIC = "قالت مصادر محلية إن الطائرات الروسية شنت غارات على مدينة الرقة السورية"


@asynccontextmanager
async def taking(port: MemoryPort, folder: Path, events: Events) -> AsyncIterator[Inbox]:
    inbox = Inbox(port, folder, events, clock=lambda: SEEN)
    running = asyncio.create_task(inbox.run())
    try:
        yield inbox
    finally:
        await inbox.stop()
        await running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLED", 0.1)
    monkeypatch.setattr(module, "EVERY", 0.02)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


# --- files to articles ------------------------------------------------------------------------


def test_plain_text_and_html() -> None:
    (text,) = articles("a.txt", ARABIC.encode(), SEEN)
    digest = hashlib.sha256(ARABIC.encode()).hexdigest()
    assert (text.id, text.source, text.seen) == (article_id("inbox", digest, ""), Source(id="inbox"), SEEN)
    assert (text.item.title, text.item.content, text.item.content_type) == ("", ARABIC, "text")
    (page,) = articles("a.HTM", b"<h1>x</h1>", SEEN)
    assert (page.item.content, page.item.content_type) == ("<h1>x</h1>", "html")


def test_json_says_more() -> None:
    one = {
        "id": 5,
        "title": "A & B",
        "html": "<p>x</p>",
        "lang": "ar",
        "url": "https://example.org/1",
        "published": "2026-11-24T10:00:00Z",
        "source": "example",
        "unknown": [1],
    }
    (article,) = articles("a.json", json.dumps(one).encode(), SEEN)
    assert article.id == article_id("example", "5", "")
    assert article.source == Source(id="example", language="ar")
    item = article.item
    assert (item.title, item.content, item.content_type, item.url) == (
        "A & B",
        "<p>x</p>",
        "html",
        "https://example.org/1",
    )
    assert (item.published, item.language) == (datetime(2026, 11, 24, 10, tzinfo=UTC), "ar")


@pytest.mark.parametrize(
    "data",
    [
        b'[{"text": "one"}, {"text": "two"}]',
        b'{"text": "one"}\n{"text": "two"}\n',
        b'\xef\xbb\xbf{"text": "one"}\r\n\r\n{"text": "two"}',
        '[{"text": "one"}, {"text": "two"}]'.encode("utf-16"),
    ],
)
def test_json_may_hold_several_articles(data: bytes) -> None:
    found = articles("a.json", data, SEEN)
    assert [a.item.content for a in found] == ["one", "two"]
    assert len({a.id for a in found}) == 2
    assert [a.id for a in found] == [a.id for a in articles("b.json", data, SEEN)]


def test_what_json_gets_wrong_in_passing_is_noted() -> None:
    (article,) = articles("a.json", b'{"text": "x", "published": "soon", "url": "javascript:1"}', SEEN)
    assert article.item.published is None
    assert article.notes == (
        "published 'soon' is no date that is understood",
        "url 'javascript:1' is no web address",
    )


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \0\n", "empty"),
        ("a.txt", b"x" * 4_500_000, "at most"),
        ("a.json", b'{"a":' * 100_000, "deep|not JSON"),
        ("a.json", b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        ("a.json", b'{"text": "x"', "not JSON"),
        ("a.json", b'{"text": "x"}\n{"text": ', "line 2: not JSON"),
        ("a.json", b'[{"text": "x"}, {"title": ""}]', "article 2 has neither title, text nor html"),
        ("a.json", b'{"text": 5}', r"the article: Expected `str`, got `int`"),
        ("a.json", b"17", "the article: Expected `object`"),
        ("a.json", b'[{"text": "x"}' + b',{"text": "x"}' * 10_000 + b"]", "10,001 articles"),
    ],
)
def test_what_cannot_be_taken_is_told(name: str, data: bytes, message: str) -> None:
    with pytest.raises(DropError, match=message):
        articles(name, data, SEEN)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1256", "utf-16"])
def test_text_is_read_in_any_charset(charset: str) -> None:
    (article,) = articles("a.txt", ARABIC.encode(charset), SEEN)
    assert article.item.content == ARABIC


def test_invalid_bytes_and_nul_cost_their_own_characters() -> None:
    (article,) = articles("a.txt", ARABIC.encode() + b"\xff\0 end", SEEN)
    assert article.item.content == ARABIC + "\ufffd end"
    assert article.notes == ("characters that fit no charset were replaced",)


# --- the folder -------------------------------------------------------------------------------


async def test_files_are_published_and_moved(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    (tmp_path / "two.html").write_text("<p>two", encoding="utf-8")
    async with taking(port, tmp_path, events):
        await events.until("inbox-taken", 2)
    assert files(tmp_path) == {"done/one.txt", "done/two.html"}
    assert {out.topic for out in port.outs} == {"raw-articles"}
    assert {out.key for out in port.outs} == {b"inbox"}


async def test_a_name_taken_already_gets_a_number(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    async with taking(port, tmp_path, events):
        for number in (1, 2, 3):
            (tmp_path / "one.txt").write_text(f"text {number}", encoding="utf-8")
            await events.until("inbox-taken", number)
    assert files(tmp_path) == {"done/one.txt", "done/one-2.txt", "done/one-3.txt"}
    assert (tmp_path / "done/one-3.txt").read_text(encoding="utf-8") == "text 3"


async def test_a_file_that_still_grows_is_left_until_it_rests(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    async with taking(port, tmp_path, events):
        with (tmp_path / "slow.txt").open("w", encoding="utf-8") as file:
            for number in range(10):
                file.write(f"part {number}\n")
                file.flush()
                await asyncio.sleep(0.03)
        await events.until("inbox-taken")
    assert [a.item.content.count("part") for a in port.articles] == [10]


async def test_bad_files_fail_with_the_reason_beside_them_and_neighbours_go_on(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    (tmp_path / "deep.json").write_bytes(b"[" * 100_000)
    (tmp_path / "good.txt").write_text("good", encoding="utf-8")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(100_000_000)
    async with taking(port, tmp_path, events):
        await events.until("inbox-failed", 2)
        await events.until("inbox-taken")
    assert files(tmp_path) == {
        "done/good.txt",
        "failed/deep.json",
        "failed/deep.json.reason.txt",
        "failed/huge.txt",
        "failed/huge.txt.reason.txt",
    }
    assert "100,000,000 bytes; 5,000,000" in (tmp_path / "failed/huge.txt.reason.txt").read_text(
        encoding="utf-8"
    )


async def test_a_file_that_the_log_finds_too_large_fails_alone(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    port.largest = 2000
    (tmp_path / "large.txt").write_text("x" * 3000, encoding="utf-8")
    (tmp_path / "small.txt").write_text("small", encoding="utf-8")
    async with taking(port, tmp_path, events):
        await events.until("inbox-failed")
        await events.until("inbox-taken")
    assert files(tmp_path) == {"done/small.txt", "failed/large.txt", "failed/large.txt.reason.txt"}


async def test_what_hides_or_is_on_its_way_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "inbox"
    (folder / "sub").mkdir(parents=True)
    for name in (".x.txt", "~x.txt", "x.txt~", "x.txt.part", "x.tmp", "x.pdf", "sub/x.txt"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "away.txt").symlink_to(outside, target_is_directory=True)
    os.mkfifo(folder / "pipe.txt")
    (folder / "good.txt").write_text("good", encoding="utf-8")
    port, events = MemoryPort(), Events()
    before = files(folder)
    async with taking(port, folder, events):
        await events.until("inbox-taken")
    assert files(folder) == before - {"good.txt"} | {"done/good.txt"}
    assert [a.item.content for a in port.articles] == ["good"]


async def test_what_was_not_acknowledged_stays_and_is_said_once(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    port.failing = True
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    async with taking(port, tmp_path, events):
        await events.until("inbox-not-published")
        await asyncio.sleep(0.1)  # further attempts
        assert files(tmp_path) == {"one.txt"}
        port.failing = False
        await events.until("inbox-taken")
    assert len(events.named("inbox-not-published")) == 1
    assert files(tmp_path) == {"done/one.txt"}


async def test_a_crash_between_publishing_and_moving_repeats_the_same_ids(tmp_path: Path) -> None:
    async def once() -> list[RawArticle]:
        port, events = MemoryPort(), Events()
        (tmp_path / "one.txt").write_text("one", encoding="utf-8")
        async with taking(port, tmp_path, events):
            await events.until("inbox-taken")
        return port.articles

    assert [a.id for a in await once()] == [a.id for a in await once()]


async def test_no_file_is_taken_without_room(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    port.open.clear()
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    async with taking(port, tmp_path, events):
        await asyncio.sleep(0.3)  # nothing to wait for: nothing is to happen
        assert port.outs == []
        port.open.set()
        await events.until("inbox-taken")


async def test_stopping_does_not_wait_for_room(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    port.open.clear()
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    async with taking(port, tmp_path, events):
        await asyncio.sleep(0.3)  # until it waits
    assert files(tmp_path) == {"one.txt"}


async def test_many_files_keep_their_order(tmp_path: Path) -> None:
    port, events = MemoryPort(), Events()
    for number in range(200):
        path = tmp_path / f"{number:03}.txt"
        path.write_text(f"text {number}", encoding="utf-8")
        os.utime(path, ns=(1_700_000_000_000_000_000 + number, 1_700_000_000_000_000_000 + number))
    async with taking(port, tmp_path, events):
        await events.until("inbox-taken", 200)
    assert [a.item.content for a in port.articles] == [f"text {n}" for n in range(200)]
