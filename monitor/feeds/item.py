"""One item of a feed from its raw parts, whatever format they came in: bounded, resolved, dated."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from monitor.feeds.dates import parse_date
from monitor.records import FeedItem

MAX_TITLE = 2000  # characters, as all of these
MAX_SUMMARY = 64 * 1024
MAX_CONTENT = 1024 * 1024
MAX_GUID = 1000
MAX_URL = 4096
MAX_NAME = 300
MAX_NAMES = 50

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|p|q|s|small|span|strike|strong"
    r"|sub|sup|u|wbr)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TRIMMED = " \t\r\n\f\v"


def make_item(
    base: str,
    *,
    guid: str = "",
    link: str = "",
    title: str = "",
    title_is_html: bool = True,
    summary: str = "",
    content: str = "",
    plain: bool = False,
    published: str = "",
    updated: str = "",
    authors: Iterable[str] = (),
    categories: Iterable[str] = (),
    language: str = "",
) -> FeedItem:
    """The item; ``base`` is what its link is relative to. ``plain``: summary and content are no HTML."""
    guid = guid.strip(_TRIMMED)
    if len(guid) > MAX_GUID:
        guid = "sha256:" + hashlib.sha256(guid.encode("utf-8", "surrogatepass")).hexdigest()
    return FeedItem(
        guid=guid,
        url=web_url(base, link),
        title=plain_title(title, title_is_html),
        summary=summary.strip(_TRIMMED)[:MAX_SUMMARY],
        content=content.strip(_TRIMMED)[:MAX_CONTENT],
        content_type="text" if plain else "html",
        published=parse_date(published),
        updated=parse_date(updated),
        authors=_names(authors),
        categories=_names(categories),
        language=_language(language),
    )


def web_url(base: str, link: str) -> str:
    """The absolute form of ``link``; empty if it leads anywhere but to http or https."""
    link = link.strip(_TRIMMED)
    if not link or len(link) > MAX_URL:
        return ""
    try:
        url = urljoin(base, link)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
    except ValueError:
        return ""
    return url if len(url) <= MAX_URL else ""


def plain_title(title: str, is_html: bool) -> str:
    """The title as text in one line: tags off, character references unescaped once if it is HTML."""
    title = title[: 4 * MAX_TITLE]
    if is_html:
        title = _TAG.sub("", title)
        if _ENTITY.search(title):
            title = html.unescape(title)
    return " ".join(title.split())[:MAX_TITLE]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        name = " ".join(name[: 2 * MAX_NAME].split())[:MAX_NAME]
        if name:
            found.setdefault(name)
            if len(found) == MAX_NAMES:
                break
    return tuple(found)


def _language(tag: str) -> str:
    tag = tag.strip(_TRIMMED).replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}", tag) else ""
