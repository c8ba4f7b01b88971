"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) to items."""

from __future__ import annotations

from typing import Any

import msgspec

from monitor.feeds.entries import FoundFeed
from monitor.feeds.item import make_item
from monitor.feeds.repair import MAX_ITEMS

_VERSION = "https://jsonfeed.org/version/"


def read_json(text: str, url: str) -> FoundFeed | None:
    """The feed in ``text``; none if it is no JSON Feed, or no JSON, or nested beyond reason."""
    try:
        document = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    if _VERSION not in _text(document.get("version")).replace("http://", "https://"):
        return None
    base = _text(document.get("home_page_url")) or url
    language = _text(document.get("language"))
    items = []
    for entry in document["items"][:MAX_ITEMS]:
        if not isinstance(entry, dict):
            continue
        content_html = _text(entry.get("content_html"))
        summary = _text(entry.get("summary"))
        items.append(
            make_item(
                base,
                guid=_text(entry.get("id")),
                link=_text(entry.get("url")) or _text(entry.get("external_url")),
                title=_text(entry.get("title")),
                title_is_html=False,
                summary=summary,
                content=content_html or _text(entry.get("content_text")),
                plain=not content_html,
                published=_text(entry.get("date_published")),
                updated=_text(entry.get("date_modified")),
                authors=_people(entry.get("authors"), entry.get("author")),
                categories=[_text(tag) for tag in _list(entry.get("tags"))],
                language=_text(entry.get("language")) or language,
            )
        )
    return FoundFeed(items, _text(document.get("title"))[:300], language[:35])


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)  # ids that are numbers, which the standard tells readers to take
    return ""


def _list(value: Any) -> list[Any]:
    return value[:100] if isinstance(value, list) else []


def _people(authors: Any, author: Any) -> list[str]:
    return [_text(one.get("name")) for one in [*_list(authors), author] if isinstance(one, dict)]
