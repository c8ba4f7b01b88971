from __future__ import annotations

import asyncio
import email.utils
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from monitor.cleaning.canonical import article_id
from monitor.feeds.feed import Feed, PollingSettings
from monitor.feeds.poll import Poller
from monitor.feeds.reach import Reach
from monitor.net.client import Client, NetworkSettings
from monitor.records import FeedPoll, Source
from monitor.stage import Out
from tests.feeds.port import Events, MemoryPort
from tests.net.server import site

OFTEN = PollingSettings(min_interval=0.05, timeout=2.0, user_agent="test-reader/1")
HERE = NetworkSettings(allow=("127.0.0.0/8",), connect_timeout=1.0)


def feed(url: str, interval: float = 0.05, **more: bool) -> Feed:
    return Feed(source=Source(id="example", feed=url, language="en"), interval=interval, **more)


def rss(*titles: str, age: timedelta = timedelta()) -> str:
    date = email.utils.format_datetime(datetime.now(UTC) - age)
    items = "".join(
        f"<item><title>{t}</title><guid>{t.split()[0]}</guid><link>page?{t.split()[0]}</link><pubDate>{date}</pubDate></item>"
        for t in titles
    )
    return f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>"


class Site:
    """A feed server whose feed can be set; remembers what it was asked."""

    def __init__(self, body: str = "", status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.body, self.status, self.headers = body or rss("a", "b"), status, headers or {}
        self.asked: list[dict[str, str]] = []
        self.at_once = self.most = 0

    async def rss(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.asked.append({**request.headers, "query": request.query_string})
        await asyncio.sleep(0.001)
        self.at_once -= 1
        etag = self.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(text=self.body, status=self.status, headers=self.headers, content_type="text/xml")


@asynccontextmanager
async def polling(
    port: MemoryPort,
    *feeds: Feed,
    events: Events | None = None,
    settings: PollingSettings = OFTEN,
    network: NetworkSettings = HERE,
    grace: float = 0.2,
) -> AsyncIterator[Poller]:
    events = events or Events()
    async with Client(network) as client:
        reach = Reach(events, grace=grace, first_pause=0.05)
        poller = Poller(port, client, feeds, settings, events, random=lambda: 0.5, reach=reach)
        running = asyncio.create_task(poller.run())
        try:
            yield poller
        finally:
            await poller.stop()
            await running


async def test_new_items_are_published_oldest_first_and_then_the_outcome() -> None:
    port, server = MemoryPort(), Site(rss("b", "a"))
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss", 600)):
        (poll,) = await port.until_polls(1)
    assert [(out.topic, out.key) for out in port.outs] == [
        ("raw-articles", b"example"),
        ("raw-articles", b"example"),
        ("feed-polls", (here + "/rss").encode()),
    ]
    assert [a.item.title for a in port.articles] == ["a", "b"]
    assert port.articles[0].id == article_id("example", "a", here + "/page?a")
    assert port.articles[0].source == Source(id="example", feed=here + "/rss", language="en")
    assert not port.articles[0].backlog
    assert (poll.health, poll.status, poll.items, poll.new_items, poll.failures) == ("ok", 200, 2, 2, 0)
    assert server.asked[0]["User-Agent"] == "test-reader/1"
    assert poll.next_due - poll.at == timedelta(seconds=600)


async def test_only_what_is_new_or_changed_is_published_later() -> None:
    port, server = MemoryPort(), Site(rss("b", "a"))
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss")):
        await port.until_polls(2)
        server.body = rss("c", "b edited", "a")
        await port.until_articles(4)
        await port.until_polls(len(port.polls) + 2)
    assert [a.item.title for a in port.articles] == ["a", "b", "c", "b edited"]
    assert port.articles[3].id == port.articles[1].id


async def test_old_items_of_a_first_poll_are_backlog_and_new_ones_never() -> None:
    port, server = MemoryPort(), Site(rss("old", age=timedelta(days=2)))
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss")):
        await port.until_polls(1)
        server.body = rss("late", "old", age=timedelta(days=2))
        await port.until_articles(2)
    assert [(a.item.title, a.backlog) for a in port.articles] == [("old", True), ("late", False)]


async def test_validators_go_back_as_they_came() -> None:
    etag, date = 'W/"a b+%2F=="', "Tue, 24 Nov 2026 10:00:00 +0000 (odd)"
    port, server = MemoryPort(), Site(headers={"ETag": etag, "Last-Modified": date})
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss")):
        await port.until_polls(3)
    assert "If-None-Match" not in server.asked[0]
    for asked in server.asked[1:3]:
        assert (asked["If-None-Match"], asked["If-Modified-Since"]) == (etag, date)
    assert [(p.health, p.status) for p in port.polls[:3]] == [
        ("ok", 200),
        ("unchanged", 304),
        ("unchanged", 304),
    ]
    assert port.state(here + "/rss").etag == etag


async def test_a_body_seen_before_is_not_looked_at_again() -> None:
    port, server = MemoryPort(), Site()
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss")):
        await port.until_polls(2)
    assert [(p.health, p.status) for p in port.polls[:2]] == [("ok", 200), ("unchanged", 200)]


@pytest.mark.parametrize(
    ("server", "health", "error"),
    [
        (Site(status=404), "failing", "status 404"),
        (Site(status=410), "gone", "status 410"),
        (Site("<html><body>no feed</body></html>"), "failing", "web page"),
        (Site(status=503, headers={"Retry-After": "7200"}), "failing", "status 503"),
        (Site("x" * 6_000_000), "failing", "longer than"),
    ],
    ids=["404", "410", "page", "503", "huge"],
)
async def test_failures_are_outcomes(server: Site, health: str, error: str) -> None:
    port, events = MemoryPort(), Events()
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss", 600), events=events):
        (poll,) = await port.until_polls(1)
    assert (poll.health, poll.failures) == (health, 1)
    assert error in poll.error
    hours = {"gone": 24.0, "failing": 1200 / 3600}[health] if "Retry-After" not in server.headers else 2.0
    assert (poll.next_due - poll.at) == timedelta(hours=hours)
    assert port.articles == []


async def test_a_redirect_to_a_private_address_is_a_failure_and_neighbours_go_on() -> None:
    async def evil(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/")

    port, server = MemoryPort(), Site()
    async with (
        site(rss=server.rss, evil=evil) as here,
        polling(port, feed(here + "/evil", 600), feed(here + "/rss", 600)),
    ):
        polls = {p.feed: p for p in await port.until_polls(2)}
    assert "169.254.169.254 (link-local) is not allowed" in polls[here + "/evil"].error
    assert polls[here + "/rss"].health == "ok"


async def test_a_permanent_redirect_is_recorded_and_the_feed_keeps_its_key() -> None:
    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/rss")

    port, server = MemoryPort(), Site()
    async with site(rss=server.rss, moved=moved) as here, polling(port, feed(here + "/moved", 600)):
        (poll,) = await port.until_polls(1)
    assert (poll.feed, poll.moved_to, poll.health) == (here + "/moved", here + "/rss", "ok")


async def test_a_feed_is_not_polled_again_before_its_outcome_stands_in_the_table() -> None:
    port, server = MemoryPort(), Site()
    port.applying = False
    other = Site()
    async with (
        site(rss=server.rss, other=other.rss) as here,
        polling(port, feed(here + "/rss")) as poller,
    ):
        (poll,) = await port.until_polls(1)
        port.applying = True
        poller.update([feed(here + "/rss"), feed(here + "/other")])
        while len([p for p in port.polls if p.feed == here + "/other"]) < 3:
            await port.until_polls(len(port.polls) + 1)
        assert len(server.asked) == 1
        port.apply(poll)
        await port.until_polls(len(port.polls) + 3)
        assert len(server.asked) > 1


async def test_only_feeds_of_our_partitions_are_polled_and_they_move_with_their_state() -> None:
    server = Site(headers={"ETag": '"v1"'})
    port = MemoryPort(partitions=4, assigned=False)
    async with site(rss=server.rss) as here:
        feeds = [feed(f"{here}/rss?{n}", 600) for n in range(12)]
        homes = {f.url: port.partition("feed-state", f.key) for f in feeds}
        async with polling(port, *feeds):
            port.assign(0)
            await port.until_polls(sum(home == 0 for home in homes.values()))
            assert {homes[p.feed] for p in port.polls} == {0}
            port.revoke(0)
            port.assign(1)
            await port.until_polls(sum(home in (0, 1) for home in homes.values()))
        for url, home in homes.items():
            if home == 0:
                row = port.state(url)
                port.rows[url.encode()] = type(row)(
                    feed=url, next_due=datetime.now(UTC), interval=600, etag=row.etag, succeeded=row.succeeded
                )
        before = len(server.asked)
        port.owned = {0}
        async with polling(port, *feeds):
            await port.until_polls(
                sum(home in (0, 1) for home in homes.values()) + sum(h == 0 for h in homes.values())
            )
    assert all(asked["If-None-Match"] == '"v1"' for asked in server.asked[before:])


async def test_polling_waits_for_room() -> None:
    port, server, other = MemoryPort(), Site(), Site()
    port.open.clear()
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss", 600)):
        await asyncio.sleep(0.05)  # nothing to wait for: nothing is to happen
        assert server.asked == []
        port.open.set()
        await port.until_polls(1)
    assert other.asked == []


async def test_two_requests_at_once_to_a_host() -> None:
    port, server = MemoryPort(), Site()
    settings = PollingSettings(min_interval=0.0001, timeout=2.0)
    async with (
        site(rss=server.rss) as here,
        polling(port, *(feed(f"{here}/rss?{n}", 600) for n in range(12)), settings=settings),
    ):
        await port.until_polls(12)
    assert server.most <= 2
    assert {p.feed for p in port.polls} == {f"{here}/rss?{n}" for n in range(12)}


async def test_what_was_not_acknowledged_is_published_again() -> None:
    port, server, events = MemoryPort(), Site(), Events()
    port.failing = True
    async with site(rss=server.rss) as here:
        async with polling(port, feed(here + "/rss"), events=events):
            await events.until("feed-not-published")
            port.failing = False
        async with polling(port, feed(here + "/rss", 600), events=events):
            await port.until_polls(1)
    assert [a.item.title for a in port.articles] == ["b", "a"]


async def test_pages_are_fetched_on_request_and_their_failure_loses_nothing() -> None:
    async def page(request: web.Request) -> web.Response:
        if request.query_string == "a":
            return web.Response(status=500)
        return web.Response(
            body="<p>Раqqa</p>".encode("windows-1251"),
            headers={"Content-Type": "text/html; charset=windows-1251"},
        )

    port, server = MemoryPort(), Site(rss("b", "a"))
    async with (
        site(rss=server.rss, page=page) as here,
        polling(port, feed(here + "/rss", 600, fetch_pages=True)),
    ):
        await port.until_polls(1)
    a, b = port.articles
    assert (a.page, a.notes) == (None, ("page not fetched: the server answered with status 500",))
    assert b.page is not None
    assert (b.page.url, b.page.text, b.notes) == (here + "/page?b", "<p>Раqqa</p>", ())


class Flapping(MemoryPort):
    """Gives the feed away once its first article is published, and takes it back a little later."""

    async def publish(self, *outs: Out) -> None:
        first = not self.outs
        await super().publish(*outs)
        if first:
            self.revoke(0)
            await asyncio.sleep(0.05)  # until the poller was told
            asyncio.get_running_loop().call_later(0.1, self.assign, 0)


async def test_a_feed_that_goes_and_comes_back_during_a_poll_loses_no_item() -> None:
    port, server = Flapping(), Site(rss("c", "b", "a"))

    async def page(request: web.Request) -> web.Response:
        if request.query_string == "c" and not port.owned:  # the article of b was not ours to publish
            await asyncio.sleep(0.2)
        return web.Response(text="<p>Page</p>", content_type="text/html")

    async with (
        site(rss=server.rss, page=page) as here,
        polling(port, feed(here + "/rss", fetch_pages=True)),
    ):
        await port.until_polls(1)
    assert {article.item.guid for article in port.articles} == {"a", "b", "c"}


async def test_without_a_network_one_event_says_so_and_polling_goes_on_when_it_is_back() -> None:
    port, server, events = MemoryPort(), Site(), Events()
    lost = [feed(f"http://host{n}.invalid/rss", 600) for n in range(6)]
    async with site(rss=server.rss) as here, polling(port, *lost, events=events) as poller:
        (offline,) = await events.until("offline")
        assert "cannot be resolved" in str(offline["error"])
        assert port.polls == []
        poller.update([*lost, feed(here + "/rss", 600)])
        await events.until("online")
        await port.until_polls(1)
    assert events.named("offline") == [offline]
    assert [p.feed for p in port.polls if p.health == "ok"] == [here + "/rss"]


async def test_one_dead_host_among_living_ones_is_that_feeds_failure() -> None:
    port, server, events = MemoryPort(), Site(), Events()
    feeds = [feed("http://dead.invalid/rss", 600), feed("http://dead2.invalid/rss", 600)]
    async with site(rss=server.rss) as here, polling(port, *feeds, feed(here + "/rss"), events=events):
        while {"dead", "dead2"} - {p.feed.split(".")[0][7:] for p in port.polls}:
            await port.until_polls(len(port.polls) + 1)
    failing = {p.feed: p for p in port.polls if p.health == "failing"}
    assert len(failing) == 2
    assert events.named("offline") == []


async def test_feeds_come_and_go_with_an_edit() -> None:
    port, server = MemoryPort(), Site()
    async with site(rss=server.rss) as here, polling(port, feed(here + "/rss?1")) as poller:
        await port.until_polls(1)
        poller.update([feed(here + "/rss?2")])
        await port.until_polls(len(port.polls) + 3)
        assert {p.feed for p in port.polls[-2:]} == {here + "/rss?2"}


async def test_an_outcome_is_later_than_the_one_before_even_if_the_clock_goes_back() -> None:
    port, server = MemoryPort(), Site()
    async with site(rss=server.rss) as here:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        port.apply(
            FeedPoll(
                feed=here + "/rss", at=tomorrow, next_due=datetime.now(UTC), interval=600, health="failing"
            )
        )
        async with polling(port, feed(here + "/rss", 600)):
            (poll,) = await port.until_polls(1)
    assert poll.at == tomorrow + timedelta(microseconds=1)
    assert port.state(here + "/rss").health == "ok"


async def test_stopping_does_not_wait_for_slow_feeds() -> None:
    async def slow(request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(30)
        return web.Response()

    asked = asyncio.Event()
    port = MemoryPort()
    async with site(slow=slow) as here:
        async with polling(port, feed(here + "/slow"), settings=PollingSettings(timeout=30.0)):
            await asked.wait()
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < 5
    assert port.outs == []
