"""Bytes of a feed to its items: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed.

The shapes that nearly all feeds have are read from the tree directly, 20 times as fast as feedparser
does it; documents of any other shape go to feedparser, repaired and bounded first, because its loose
parser takes quadratic time on what others write to hurt it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from monitor.feeds.charset import decode
from monitor.feeds.entries import FoundFeed, read_tree
from monitor.feeds.item import MAX_CONTENT, make_item
from monitor.feeds.json_feed import read_json
from monitor.feeds.repair import serialised, tree
from monitor.records import FeedItem

MAX_BYTES = 5 * 1024 * 1024
MAX_ITEMS = 500  # kept: the newest where all are dated, else the first


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed says. ``complete`` is false where the data broke off before the feed's end."""

    items: tuple[FeedItem, ...] = ()
    title: str = ""
    language: str = ""
    complete: bool = True
    notes: tuple[str, ...] = ()


class FeedError(ValueError):
    """The data are no feed. The message says what they are instead."""


def parse(data: bytes, *, url: str = "", headers: Mapping[str, str] = MappingProxyType({})) -> ParsedFeed:
    """The items of ``data`` in the feed's order, 500 at most.

    ``url`` is where the data came from, to resolve relative links; ``headers`` are those of the
    answer, with names in lower case (``content-type``, ``content-language`` matter). A date that
    cannot be understood is none; a link that does not lead to http or https is empty. Raises
    ``FeedError`` for what is no feed; a feed without items is one.
    """
    if len(data) > MAX_BYTES:
        raise FeedError(f"the feed has {len(data):,} bytes; {MAX_BYTES:,} are read")
    if not data.strip(b"\0 \t\r\n"):
        raise FeedError("the answer is empty")
    decoded = decode(data, headers.get("content-type", ""))
    notes = ["characters that are not in the feed's charset were replaced"] if decoded.damaged else []
    text = decoded.text.lstrip("\ufeff \t\r\n\0")
    if text.startswith("{"):
        found = read_json(text, url)
        complete = True
        if found is None:
            raise FeedError("JSON, but no JSON Feed")
    else:
        repaired = tree(text)
        if repaired is None:
            raise FeedError(f"no XML and no JSON: it begins with {text[:40]!r}")
        complete = repaired.complete
        if repaired.damaged:
            notes.append("the feed is not well-formed XML")
        found = read_tree(repaired.root, url) or _by_feedparser(repaired.root, url)
        if found is None:
            raise FeedError(_instead(text))
    items = [item for item in found.items if item.title or item.summary or item.content or item.url]
    if len(items) > MAX_ITEMS:
        notes.append(f"the feed has {len(items)} items; the newest {MAX_ITEMS} are taken")
        items = _newest(items)
    return ParsedFeed(
        items=tuple(items),
        title=found.title,
        language=found.language or headers.get("content-language", "")[:35],
        complete=complete,
        notes=tuple(notes),
    )


def was_cut(item: FeedItem) -> bool:
    """Whether the item's content was as long as is kept, so that its end may be missing."""
    return len(item.content) >= MAX_CONTENT


def _newest(items: list[FeedItem]) -> list[FeedItem]:
    dated = [(item.published or item.updated, place) for place, item in enumerate(items)]
    if any(date is None for date, _ in dated):
        return items[:MAX_ITEMS]
    oldest = datetime.min.replace(tzinfo=UTC)
    order = sorted(dated, key=lambda entry: (entry[0] or oldest, -entry[1]), reverse=True)
    kept = {place for _, place in order[:MAX_ITEMS]}
    return [item for place, item in enumerate(items) if place in kept]


def _instead(text: str) -> str:
    head = text[:2000].lower()
    if "<html" in head or "<!doctype html" in head:
        return "a web page, no feed: look for the address of its feed"
    return "XML, but no feed that is known here"


def _by_feedparser(root: Any, url: str) -> FoundFeed | None:
    import feedparser  # 100 ms, rarely needed

    for element in root.iter():
        # feedparser looks for addresses in authors in quadratic time: 32 KB take ten seconds.
        if "author" in str(element.tag) or "creator" in str(element.tag):
            element.text = (element.text or "")[:300]
    answer = feedparser.parse(
        serialised(root),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not answer.get("version"):
        return None
    items = []
    for entry in answer["entries"]:
        contents = entry.get("content") or [{}]
        items.append(
            make_item(
                url,
                guid=entry.get("id", ""),
                link=entry.get("link", ""),
                title=entry.get("title", ""),
                title_is_html="html" in (entry.get("title_detail") or {}).get("type", ""),
                summary=entry.get("summary", ""),
                content=contents[0].get("value", ""),
                published=entry.get("published", ""),
                updated=dict.get(entry, "updated", ""),
                authors=[entry.get("author", "")],
                categories=[tag.get("term") or "" for tag in entry.get("tags", ())],
                language=answer["feed"].get("language", ""),
            )
        )
    return FoundFeed(items, answer["feed"].get("title", ""), answer["feed"].get("language", ""))
