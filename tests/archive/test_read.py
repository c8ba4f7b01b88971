"""What people ask the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.archive.errors import ArchiveError, SchemaTooNew
from monitor.archive.read import ArchiveReader
from tests.archive.rig import Events, Log, execute, following, until
from tests.archive.samples import SEEN, alert, attempt, delivery, letter, rule


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "monitor.db")
    yield made
    made.close()


async def _archive(url: str, log: Log) -> None:
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().role == "writing" and not any(follower.state().lag.values()))


async def test_newest_alerts_come_first_and_by_rule(url: str, log: Log) -> None:
    log.append(
        "alerts", alert("s-1"), alert("s-1", 2, "a-2"), alert("s-2", rules=(rule("other"),), seen=SEEN)
    )
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        found = await archive.newest_alerts()
        assert [(line.story, line.revision) for line in found] == [("s-1", 2), ("s-1", 1), ("s-2", 1)]
        assert found[0].rules == ["raqqa", "ru-strikes-raqqa"]
        assert found[0].seen == SEEN + timedelta(minutes=2)
        assert [line.story for line in await archive.newest_alerts(rule="other")] == ["s-2"]
        assert len(await archive.newest_alerts(1)) == 1


async def test_a_story_has_its_articles_routes_and_deliveries(url: str, log: Log) -> None:
    log.append("alerts", alert("s-1"), alert("s-1", 2, "a-2"), alert("s-2"))
    log.append("deliveries", delivery())
    log.append("attempts", attempt(1, "retry"), attempt(2))
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        page = await archive.alert("s-1")
        assert page is not None
        assert page.alert.revision == 2
        assert [line.id for line in page.articles] == ["a-1", "a-2"]
        assert [(line.revision, line.subscriber, line.outcome) for line in page.routes] == [
            (1, "", "unrouted"),
            (1, "desk", "sent"),
            (2, "", "unrouted"),
            (2, "desk", "sent"),
        ]
        [sent] = page.deliveries
        assert (sent.state, sent.attempts, sent.last_status) == ("delivered", 2, 204)
        assert page.evidence["raqqa"][0]["text"] == "روسية"
        assert await archive.alert("no such") is None


async def test_deliveries_tell_how_far_they_came(url: str, log: Log) -> None:
    log.append(
        "deliveries",
        delivery("d-new"),
        delivery("d-waits"),
        delivery("d-dead"),
        delivery("d-disabled"),
        delivery("d-again", replay=1),
        delivery("d-sent", subscriber="mail"),
    )
    log.append(
        "attempts",
        attempt(1, "retry", "d-waits"),
        attempt(1, "retry", "d-dead"),
        attempt(2, "failed", "d-dead"),
        attempt(1, "failed", "d-again"),
        attempt(1, "delivered", "d-sent"),
    )
    log.append(
        "dead-letters", letter("delivery/desk/d-disabled/0", message="the endpoint of desk is disabled")
    )
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        found = {line.id: (line.state, line.attempts, line.last_error) for line in await archive.deliveries()}
        assert found == {
            "d-new": ("pending", 0, ""),
            "d-waits": ("pending", 1, "answered 503"),
            "d-dead": ("dead", 2, "answered 503"),
            "d-disabled": ("dead", 0, "the endpoint of desk is disabled"),
            "d-again": ("pending", 0, ""),
            "d-sent": ("delivered", 1, ""),
        }
        dead = await archive.deliveries(state="dead")
        assert sorted(line.id for line in dead) == ["d-dead", "d-disabled"]
        assert [line.id for line in await archive.deliveries(subscriber="mail")] == ["d-sent"]
        assert sorted(line.id for line in await archive.deliveries(id="d-d")) == ["d-dead", "d-disabled"]
        assert await archive.deliveries(id="%") == []
        [waits] = await archive.deliveries(id="d-waits")
        assert waits.next_attempt == SEEN + timedelta(minutes=5)
        assert await archive.body("d-new") == delivery().body
        assert await archive.body("none") is None


async def test_dead_letters_newest_first_with_their_bytes(url: str, log: Log) -> None:
    log.append("dead-letters", letter("x-1"), letter("y-1", at=SEEN + timedelta(seconds=1)))
    await _archive(url, log)
    async with ArchiveReader(url) as archive:
        assert [line.id for line in await archive.dead_letters()] == ["y-1", "x-1"]
        [one] = await archive.dead_letters(id="x")
        assert (one.value, one.key, one.place) == (b"\xff\x00 not json", b"example-ar", "raw-articles/0/7")


async def test_reading_goes_on_while_the_follower_writes(tmp_path: Path, log: Log) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'archive.db'}"
    async with following(url, log.path, Events()) as follower:
        await until(lambda: follower.state().role == "writing")
        async with ArchiveReader(url) as archive:
            assert await archive.newest_alerts() == []
            log.append("alerts", alert())
            await until(lambda: follower.state().written == 1)
            assert len(await archive.newest_alerts()) == 1


async def test_where_nothing_was_archived_the_reader_says_so(tmp_path: Path, postgres_url: str) -> None:
    path = tmp_path / "archive.db"
    for url in (f"sqlite+aiosqlite:///{path}", postgres_url):
        with pytest.raises(ArchiveError, match=r"does not exist|nothing has been archived"):
            async with ArchiveReader(url):
                pass
    assert not path.exists()


async def test_an_archive_that_is_away_is_an_error_to_act_on() -> None:
    with pytest.raises(ArchiveError, match="cannot be read") as caught:
        async with ArchiveReader("postgresql+asyncpg://u:hush@127.0.0.1:9/x"):
            pass
    assert "hush" not in str(caught.value)


async def test_an_archive_of_a_later_release_is_refused(url: str, log: Log) -> None:
    await _archive(url, log)
    await execute(url, text("UPDATE archive_meta SET value = '2' WHERE name = 'schema'"))
    with pytest.raises(SchemaTooNew, match="knows up to 1"):
        async with ArchiveReader(url):
            pass
