"""One look at a feed, for people who want to add it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec

from monitor.feeds.feed import Feed, PollingSettings
from monitor.feeds.visit import visit
from monitor.net.client import Client, NetworkSettings
from monitor.records import FeedItem, Source


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What one request for a feed came to."""

    status: int
    title: str
    items: tuple[FeedItem, ...]
    seconds: float
    note: str


async def look(url: str, network: NetworkSettings, user_agent: str) -> Looked:
    """Fetch and parse the feed at ``url`` once. Never raises for what the other side does."""
    feed = Feed(source=Source(id="look", feed=url))
    settings = PollingSettings(user_agent=user_agent)
    with ThreadPoolExecutor(1) as parsers:
        async with Client(network) as client:
            visited = await visit(feed, None, b"", client, settings, parsers, lambda: datetime.now(UTC))
    parsed = visited.parsed
    notes = [visited.error] if visited.error else []
    if visited.moved_to:
        notes.append(f"moved for good to {visited.moved_to}")
    if parsed is not None:
        notes.extend(parsed.notes)
    return Looked(
        status=visited.status,
        title=parsed.title if parsed is not None else "",
        items=parsed.items if parsed is not None else (),
        seconds=visited.elapsed,
        note="; ".join(notes),
    )
