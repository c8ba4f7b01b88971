"""What the poller is told: the feeds to poll and how, as plain values."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from monitor.records import Source


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed to poll. Its URL is its id, and the key of its state."""

    source: Source
    interval: float = 600.0  # seconds
    fetch_pages: bool = False

    @property
    def url(self) -> str:
        return self.source.feed

    @property
    def key(self) -> bytes:
        return self.source.feed.encode()


class PollingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How feeds are polled. Durations in seconds, sizes in bytes."""

    min_interval: float = 300.0
    max_interval: float = 86400.0
    user_agent: str = "news-monitor/0.1 (feed reader)"
    timeout: float = 30.0  # for one request, redirects included
    max_feed: int = 5 * 1024 * 1024
    redirects: int = 5
    at_once: int = 32
    at_once_per_host: int = 2

    @property
    def host_gap(self) -> float:
        """Seconds between two requests to one host: 1, less where feeds may be polled very often."""
        return min(1.0, self.min_interval / 300.0)


def host_of(url: str) -> str:
    """Host and port of ``url``, in lower case; what politeness counts by."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def shown(url: str) -> str:
    """``url`` for a log line: without credentials and query, where tokens hide."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
