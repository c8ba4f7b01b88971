"""What a page says of itself: title, publication time, canonical link, language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from monitor.cleaning.characters import clean_characters, decode_references, strip_tags
from monitor.cleaning.language import primary_tag
from monitor.cleaning.markup import MAX_SCRIPT, Stream

MAX_TITLE = 1000  # characters
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
_MAX_NODES = 2000  # of linked data that are looked at

# In order of trust. Times of changes (modified, updated) are no publication times.
_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished",
    "date.published", "publishdate", "publish_date", "publish-date", "pubdate", "publication_date",
    "parsely-pub-date", "sailthru.date", "article.published", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date", "cxenseparse:recs:publishtime", "article_date_original",
)  # fmt: skip
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)? ?(Z|z|[+-]\d\d:?(?:\d\d)?)?)?$"
)
_SITE_END = re.compile(r"\s+[|\u2013\u2014\u00bb\u00b7-]\s+([^|\u2013\u2014\u00bb\u00b7]{2,40})$")


class PageData(msgspec.Struct, frozen=True):
    """Found in the page, never guessed; empty or none where it says nothing."""

    title: str = ""
    published: datetime | None = None
    canonical: str = ""  # as declared, may be relative
    language: str = ""  # ISO 639 primary tag


def read_time(value: str) -> datetime | None:
    """The UTC time that an ISO 8601 or RFC 5322 date names; without a zone it is taken as UTC.

    None for everything else, and for years before 1990 or after 2100.
    """
    value = value.strip()[:64]
    match = _ISO.match(value)
    try:
        if match:
            year, month, day, hour, minute, second, zone = match.groups()
            text = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
            found = datetime.fromisoformat(text + (zone or "+00:00").upper())
        else:
            found = parsedate_to_datetime(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        found = found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if 1990 <= found.year <= 2100 else None


def page_data(stream: Stream) -> PageData:
    """What the tokens of a page say of it."""
    metas: dict[str, str] = {}
    canonical = language = title = headline = ""
    linked: list[Mapping[str, object]] = []
    times: list[str] = []
    heading: list[str] | None = None
    headings: list[str] = []
    for token in stream.tokens:
        if isinstance(token, str):
            if heading is not None:
                heading.append(token)
            continue
        name, found = token.name, token.attributes
        if token.closing:
            if name == "h1" and heading is not None:
                headings.append(" ".join("".join(heading).split()))
                heading = None
            continue
        if name == "meta":
            key = found.get("property") or found.get("name") or found.get("itemprop") or ""
            metas.setdefault(key.strip().lower(), found.get("content", ""))
            if found.get("http-equiv", "").lower() == "content-language":
                metas.setdefault("content-language", found.get("content", ""))
        elif name == "link":
            if "canonical" in found.get("rel", "").lower().split():
                canonical = canonical or found.get("href", "").strip()
        elif name == "html":
            language = language or found.get("lang") or found.get("xml:lang") or ""
        elif name == "title":
            title = title or strip_tags(token.raw[: 4 * MAX_TITLE])
        elif name == "h1":
            heading = []
        elif name == "script" and "ld+json" in found.get("type", "").lower():
            linked.extend(_linked(token.raw))
        elif name == "time" and ("pubdate" in found or "datepublished" in found.get("itemprop", "").lower()):
            times.append(found.get("datetime", ""))
    for node in linked:
        if not headline and isinstance(node.get("headline"), str):
            headline = strip_tags(str(node["headline"])[: 4 * MAX_TITLE])
    times = [
        *(metas[name] for name in _PUBLISHED if name in metas),
        *(str(node["datePublished"]) for node in linked if "datePublished" in node),
        *times,
    ]
    return PageData(
        title=_title(metas, headline, headings, title)[:MAX_TITLE],
        published=next((time for value in times if (time := read_time(value))), None),
        canonical=canonical,
        language=primary_tag(language or metas.get("content-language") or metas.get("og:locale", "")),
    )


def _title(metas: Mapping[str, str], headline: str, headings: list[str], title: str) -> str:
    for found in (metas.get("og:title", ""), headline, metas.get("twitter:title", "")):
        # Attributes are decoded already; decoding again would turn a title's &amp;lt; into a tag.
        text = " ".join(clean_characters(found).split())
        if text:
            return _without_site(text, metas.get("og:site_name", ""), headings)
    if len(headings) == 1 and headings[0]:
        return clean_characters(headings[0])
    return _without_site(title, metas.get("og:site_name", ""), headings)


def _without_site(title: str, site: str, headings: list[str]) -> str:
    """``title`` without the name of the site at its end, where the page itself shows it without."""
    match = _SITE_END.search(title)
    if match:
        bare = title[: match.start()].strip()
        if bare in headings or (site and match[1].strip().casefold() == site.strip().casefold()):
            return bare
    return title


def _linked(source: str) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON-LD script that are articles."""
    if len(source) > MAX_SCRIPT:
        return
    text = source.strip().removeprefix("<!--").removesuffix("-->").strip()
    try:
        waiting: list[object] = [msgspec.json.decode(text.encode("utf-8", "replace"), strict=False)]
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return
    seen = 0
    while waiting and seen < _MAX_NODES:
        seen += 1
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node[:_MAX_NODES])
        elif isinstance(node, dict):
            kind = str(node.get("@type", "")).lower()
            if "article" in kind or "posting" in kind or "report" in kind:
                yield {
                    key: decode_references(value) if isinstance(value, str) else value
                    for key, value in node.items()
                    if key in ("headline", "datePublished")
                }
            waiting.extend(node[key] for key in _NESTED if key in node)
