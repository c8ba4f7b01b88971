"""The world around the monitor, on loopback: feeds in several charsets, an inbox, and three webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web

from tests.storm.articles import TOKEN, TONGUES, Story

FEEDS: tuple[tuple[str, str], ...] = (
    ("one", "en"), ("two", "en"), ("three", "ar"), ("four", "ar"), ("five", "fr"),
    ("six", "ru"), ("seven", "zh"), ("eight", "de"), ("nine", "tr"), ("ten", "es"),
)  # fmt: skip
MOST_ITEMS = 800  # of one feed; all of them stay in it, as it must not be the feed that forgets
FLAKY = 0.3  # of the flaky webhook's answers are 503


class Feed:
    """A feed that grows. Every second one is Atom."""

    def __init__(self, name: str, language: str, number: int) -> None:
        self.name = name
        self.language = language
        self.charset = TONGUES[language].charset
        self.atom = number % 2 == 1
        self.items: list[tuple[Story, datetime]] = []
        self.polls = 0
        self.unchanged = 0

    def body(self) -> bytes:
        """The feed as it is now, newest first."""
        entries = "".join(self._entry(*item) for item in reversed(self.items))
        head = f'<?xml version="1.0" encoding="{self.charset}"?>\n'
        if self.atom:
            now = datetime.now(UTC).isoformat()
            text = (
                f'{head}<feed xmlns="http://www.w3.org/2005/Atom"><title>{self.name}</title><id>urn:{self.name}</id>'
                f"<updated>{now}</updated>{entries}</feed>"
            )
        else:
            text = (
                f'{head}<rss version="2.0"><channel><title>{self.name}</title><link>https://example.org</link>'
                f"<description>{self.name}</description>{entries}</channel></rss>"
            )
        return text.encode(self.charset, "xmlcharrefreplace")

    def _entry(self, story: Story, at: datetime) -> str:
        url = f"https://{self.name}.example.org/{story.number}"
        content = escape("".join(f"<p>{paragraph}</p>" for paragraph in story.text.split("\n\n")))
        if self.atom:
            return (
                f"<entry><id>{url}</id><title>{escape(story.title)}</title><link href='{url}'/>"
                f"<updated>{at.isoformat()}</updated><published>{at.isoformat()}</published>"
                f"<content type='html'>{content}</content></entry>"
            )
        return (
            f"<item><guid>{url}</guid><title>{escape(story.title)}</title><link>{url}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate><description>{content}</description></item>"
        )


class Sink:
    """A webhook: what came, and what it was answered."""

    def __init__(self, name: str, seconds: float, failing: float) -> None:
        self.name = name
        self.seconds = seconds
        self.failing = failing
        self.bodies: dict[str, str] = {}  # delivery id -> hash of its first body
        self.taken: Counter[str] = Counter()  # delivery id -> how often it was answered with 200
        self.refused = 0
        self.ids: dict[str, set[str]] = {}  # token -> delivery ids that told it
        self.differing: list[str] = []
        self.last = 0.0  # when something new came, on the loop's clock

    def take(self, id: str, body: bytes, *, refuse: bool) -> None:
        digest = hashlib.sha256(body).hexdigest()
        if self.bodies.setdefault(id, digest) != digest:
            self.differing.append(id)
        if refuse:
            self.refused += 1
            return
        self.taken[id] += 1
        tokens = {match[0] for match in TOKEN.finditer(body.decode())}
        for token in tokens:
            self.ids.setdefault(token, set()).add(id)
        if self.taken[id] == 1:
            self.last = asyncio.get_running_loop().time()


class World:
    """Serves on a free port of loopback from ``start`` to ``stop``; ``publish`` adds articles."""

    def __init__(self, seed: int, inboxes: Sequence[Path]) -> None:
        self._chance = random.Random(seed)
        self._inboxes = inboxes
        self.feeds = {name: Feed(name, language, n) for n, (name, language) in enumerate(FEEDS)}
        self.sinks = {
            sink.name: sink
            for sink in (Sink("fast", 0.0, 0.0), Sink("slow", 0.15, 0.0), Sink("flaky", 0.0, FLAKY))
        }
        self.published = 0
        self.expected: set[str] = set()  # tokens of stories that must be told
        self.silent: set[str] = set()  # tokens of articles on which nothing fires
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to serve."""
        app = web.Application()
        app.router.add_get("/feed/{name}", self._feed)
        app.router.add_post("/hook/{name}", self._hook)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Serve no longer."""
        if self._runner is not None:
            await self._runner.cleanup()

    def publish(self, story: Story) -> None:
        """Put an article into a feed of its language, some into the inbox, some stories into two feeds."""
        feeds = [feed for feed in self.feeds.values() if feed.language == story.language]
        into = (
            self._chance.sample(feeds, len(feeds))
            if story.alerts and self._chance.random() < 0.3
            else [self._chance.choice(feeds)]
        )
        for feed in into:
            if self._chance.random() < 0.15 or len(feed.items) >= MOST_ITEMS:
                self._drop(story)
            else:
                feed.items.append((story, datetime.now(UTC)))
        self.published += len(into)
        (self.expected if story.alerts else self.silent).add(story.token)

    def _drop(self, story: Story) -> None:
        inbox = self._chance.choice(self._inboxes)
        inbox.mkdir(parents=True, exist_ok=True)
        if self._chance.random() < 0.5:
            name, text = f"{story.token}.txt", f"{story.title}\n\n{story.text}"
        else:
            name = f"{story.token}.json"
            text = json.dumps(
                {"id": story.token, "title": story.title, "text": story.text, "lang": story.language}
            )
        part = inbox / f"{name}.part"
        part.write_text(text, encoding="utf-8")
        part.rename(inbox / name)

    def missing(self) -> dict[str, list[str]]:
        """Tokens that have not come, by webhook."""
        return {name: sorted(self.expected - sink.ids.keys()) for name, sink in self.sinks.items()}

    async def _feed(self, request: web.Request) -> web.Response:
        feed = self.feeds[request.match_info["name"]]
        feed.polls += 1
        etag = f'"{len(feed.items)}"'
        if request.headers.get("if-none-match") == etag:
            feed.unchanged += 1
            return web.Response(status=304, headers={"etag": etag})
        kind = "application/atom+xml" if feed.atom else "application/rss+xml"
        return web.Response(
            body=feed.body(), headers={"content-type": f"{kind}; charset={feed.charset}", "etag": etag}
        )

    async def _hook(self, request: web.Request) -> web.Response:
        sink = self.sinks[request.match_info["name"]]
        body = await request.read()
        await asyncio.sleep(sink.seconds)
        refuse = self._chance.random() < sink.failing
        # Counted before the answer: a monitor killed meanwhile has not been told, and must repeat it.
        sink.take(request.headers["webhook-id"], body, refuse=refuse)
        return web.Response(status=503 if refuse else 200)
