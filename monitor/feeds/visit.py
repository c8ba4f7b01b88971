"""One visit to a feed: the request, what it came to, and the pages behind items."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime

import msgspec

from monitor.feeds.charset import decode
from monitor.feeds.feed import Feed, PollingSettings
from monitor.feeds.parse import FeedError, ParsedFeed, parse
from monitor.feeds.schedule import retry_after
from monitor.net.client import Answer, Client, NetError, Unreachable
from monitor.records import MAX_PAGE, FeedState, Health, Page

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
MAX_VALIDATOR = 1000  # characters
PAGE_TIMEOUT = 15.0


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one request. ``parsed`` only where there is something new to look at."""

    health: Health
    status: int = 0
    error: str = ""
    unreachable: bool = False  # perhaps it is the network, not the feed
    retry_after: float | None = None  # seconds
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    elapsed: float = 0.0  # seconds
    digest: bytes = b""  # of the body
    parsed: ParsedFeed | None = None


async def visit(
    feed: Feed,
    state: FeedState | None,
    known_digest: bytes,
    client: Client,
    settings: PollingSettings,
    parsers: Executor,
    clock: Callable[[], datetime],
) -> Visit:
    """Asks for ``feed``, if it changed since ``state``. Never raises for what the other side does.

    A body with ``known_digest`` is not parsed again: many servers know no conditional requests.
    """
    headers = {"User-Agent": settings.user_agent, "Accept": ACCEPT}
    if state is not None and state.etag:
        headers["If-None-Match"] = state.etag
    if state is not None and state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    started = asyncio.get_running_loop().time()
    try:
        answer = await client.fetch(
            "GET",
            feed.url,
            headers=headers,
            max_bytes=settings.max_feed,
            timeout=settings.timeout,
            follow_redirects=settings.redirects,
        )
    except NetError as error:
        return Visit(
            health="failing",
            error=str(error)[:500],
            unreachable=isinstance(error, Unreachable),
            elapsed=asyncio.get_running_loop().time() - started,
        )
    if answer.status == 200:
        return await _read(feed, answer, known_digest, parsers)
    health: Health = {304: "unchanged", 410: "gone"}.get(answer.status, "failing")  # type: ignore[assignment]
    if answer.status == 304 and state is None:
        health = "failing"  # nothing was known that could be unchanged
    return Visit(
        health=health,
        status=answer.status,
        error="" if health == "unchanged" else f"the server answered with status {answer.status}",
        retry_after=retry_after(answer.headers.get("retry-after", ""), clock()),
        moved_to=answer.permanent_url,
        elapsed=answer.elapsed,
    )


async def _read(feed: Feed, answer: Answer, known_digest: bytes, parsers: Executor) -> Visit:
    digest = hashlib.blake2b(answer.body, digest_size=16).digest()
    about = Visit(
        health="unchanged",
        status=200,
        moved_to=answer.permanent_url,
        elapsed=answer.elapsed,
        digest=digest,
    )
    if digest == known_digest:
        return about
    loop = asyncio.get_running_loop()
    try:
        parsed = await loop.run_in_executor(
            parsers, lambda: parse(answer.body, url=answer.url, headers=answer.headers)
        )
    except FeedError as error:
        return msgspec.structs.replace(about, health="failing", error=str(error)[:500], digest=b"")
    except Exception as error:  # a parser's own bug must not stop the other feeds
        why = f"the feed cannot be read: {type(error).__name__}: {error}"[:500]
        return msgspec.structs.replace(about, health="failing", error=why, digest=b"")
    if not parsed.complete:
        # The rest of it must not be answered with "unchanged" next time.
        return msgspec.structs.replace(about, health="ok", digest=b"", parsed=parsed)
    return msgspec.structs.replace(
        about,
        health="ok",
        etag=_validator(answer.headers.get("etag", "")),
        last_modified=_validator(answer.headers.get("last-modified", "")),
        parsed=parsed,
    )


def _validator(value: str) -> str:
    return value if len(value) <= MAX_VALIDATOR and value.isprintable() else ""


async def fetch_page(url: str, client: Client, settings: PollingSettings) -> tuple[Page | None, str]:
    """The page at ``url`` and a note on what is wrong with it; none and the reason if it is not to be had."""
    try:
        answer = await client.fetch(
            "GET",
            url,
            headers={"User-Agent": settings.user_agent, "Accept": "text/html, text/plain;q=0.5"},
            max_bytes=MAX_PAGE,
            timeout=PAGE_TIMEOUT,
            follow_redirects=settings.redirects,
            truncate=True,
        )
    except NetError as error:
        return None, f"page not fetched: {error}"[:500]
    kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    if answer.status != 200:
        return None, f"page not fetched: the server answered with status {answer.status}"
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", ""):
        return None, f"page not fetched: it is {kind[:60]!r}, no text"
    text = decode(answer.body, answer.headers.get("content-type", "")).text.replace("\0", "")
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_PAGE:
        text = text.encode("utf-8", "replace")[:MAX_PAGE].decode("utf-8", "ignore")
    note = "page cut at 1 MiB" if answer.truncated or size > MAX_PAGE else ""
    return Page(url=answer.url, text=text, media_type="text" if kind == "text/plain" else "html"), note
