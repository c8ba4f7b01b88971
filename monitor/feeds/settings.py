"""Models of ``rules/feeds.yaml``, what analysts write about feeds."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from monitor.durations import Duration
from monitor.feeds.feed import Feed, host_of
from monitor.records import Source

_SOURCE = re.compile(r"[^\s\x00-\x1f]{1,100}")


class FeedEntry(BaseModel):
    """One feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(description="Address of the feed, http or https.", max_length=4096)]
    source: Annotated[
        str, Field(description="Short name of the publisher; the feed's host if left out.", max_length=100)
    ] = ""
    language: Annotated[
        str,
        Field(
            description="Language of its articles, such as en or pt-BR.",
            pattern=r"^([a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*)?$",
        ),
    ] = ""
    country: Annotated[
        str, Field(description="Country of the publisher, two letters.", pattern=r"^([a-zA-Z]{2})?$")
    ] = ""
    tags: Annotated[tuple[str, ...], Field(description="Tags to route and filter by.", max_length=50)] = ()
    interval: Annotated[
        Duration,
        Field(
            description="How often to poll it, such as 10m, which is the default.",
            default_factory=lambda: timedelta(minutes=10),
        ),
    ]
    fetch_pages: Annotated[
        bool, Field(description="Also fetch the page behind each new item, where the feed has no full text.")
    ] = False

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            bad = parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", url)
            _ = parts.port
        except ValueError:
            bad = True
        if bad:
            raise ValueError("not an http or https address: write https://example.org/feed.xml")
        return url

    @field_validator("source")
    @classmethod
    def _short_name(cls, source: str) -> str:
        if source and not _SOURCE.fullmatch(source):
            raise ValueError("a source is a short name without spaces, such as bbc-world")
        return source

    @field_validator("interval")
    @classmethod
    def _positive(cls, interval: timedelta) -> timedelta:
        if interval <= timedelta(0):
            raise ValueError("the interval must be longer than zero: write 10m or 1h")
        return interval

    def to_feed(self) -> Feed:
        """The plain value that the poller works with."""
        return Feed(
            source=Source(
                id=self.source or host_of(self.url),
                feed=self.url,
                language=self.language.lower().partition("-")[0],
                country=self.country.lower(),
                tags=self.tags,
            ),
            interval=self.interval.total_seconds(),
            fetch_pages=self.fetch_pages,
        )


class FeedsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="feeds.yaml")

    feeds: Annotated[tuple[FeedEntry, ...], Field(description="The feeds to poll.")] = ()

    @model_validator(mode="after")
    def _each_once(self) -> FeedsFile:
        seen: set[str] = set()
        for entry in self.feeds:
            if entry.url in seen:
                raise ValueError(f"the feed {entry.url} is listed twice: remove one")
            seen.add(entry.url)
        return self

    def to_feeds(self) -> tuple[Feed, ...]:
        """The plain values, in the file's order."""
        return tuple(entry.to_feed() for entry in self.feeds)
