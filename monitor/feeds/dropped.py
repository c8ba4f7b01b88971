"""Files that people drop into the inbox, to articles. Bytes in, items out; no files here."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from monitor.cleaning.canonical import article_id
from monitor.feeds.articles import ROOM
from monitor.feeds.charset import decode
from monitor.feeds.dates import parse_date
from monitor.feeds.item import make_item
from monitor.records import RawArticle, Source, encode

SOURCE = "inbox"
SUFFIXES = (".txt", ".html", ".htm", ".json")
MAX_ARTICLES = 10_000  # in one file
_DAMAGED = "characters that fit no charset were replaced"


class DropError(ValueError):
    """The file cannot be taken in; the message says where and why, for whoever dropped it."""


class DroppedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What a JSON file says of one article."""

    id: str | int = ""
    title: str = ""
    text: str = ""
    html: str = ""
    lang: str | None = ""
    url: str | None = ""
    published: str | None = ""
    source: str | None = ""


def articles(name: str, data: bytes, seen: datetime) -> tuple[RawArticle, ...]:
    """The articles in a file called ``name``; all of them, or ``DropError``.

    Ids come from the content, or from the ``id`` that a JSON object gives, so that the same file taken
    twice gives the same articles.
    """
    suffix = name[name.rfind(".") :].lower()
    decoded = decode(data)
    text = decoded.text.replace("\0", "")
    if not text.strip():
        raise DropError("the file is empty")
    notes = (_DAMAGED,) if decoded.damaged else ()
    if suffix == ".json":
        found = _objects(text)
        if len(found) > MAX_ARTICLES:
            raise DropError(f"the file holds {len(found):,} articles; {MAX_ARTICLES:,} are taken")
        made = tuple(_from_object(place, one, seen, notes) for place, one in found)
    else:
        made = (_whole(text, data, suffix, seen, notes),)
    for article in made:
        size = len(encode(article))
        if size > ROOM:
            raise DropError(f"an article is {size:,} bytes as a record; at most {ROOM:,} are taken")
    return made


def _whole(text: str, data: bytes, suffix: str, seen: datetime, notes: tuple[str, ...]) -> RawArticle:
    guid = hashlib.sha256(data).hexdigest()
    item = msgspec.structs.replace(
        make_item("", guid=guid, plain=suffix == ".txt"), content=text
    )  # not cut as those of feeds: the file's own limit holds
    return RawArticle(
        id=article_id(SOURCE, guid, ""), source=Source(id=SOURCE), item=item, seen=seen, notes=notes
    )


def _objects(text: str) -> list[tuple[str, DroppedArticle]]:
    """The objects in a document, a list or lines of JSON, each with its place for messages."""
    data = text.encode("utf-8", "replace")
    try:
        document = msgspec.json.decode(data)
    except RecursionError:
        raise DropError("the JSON is nested too deep") from None
    except msgspec.DecodeError as error:
        lines = [(n, line) for n, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].strip().endswith(b"}"):
            raise DropError(f"not JSON: {error}") from None
        return [(f"line {n}", _article(f"line {n}", _line(n, line))) for n, line in lines]
    if not isinstance(document, list):
        return [("the article", _article("the article", document))]
    return [(f"article {n}", _article(f"article {n}", one)) for n, one in enumerate(document, start=1)]


def _line(number: int, line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except RecursionError:
        raise DropError(f"line {number}: the JSON is nested too deep") from None
    except msgspec.DecodeError as error:
        raise DropError(f"line {number}: not JSON: {error}") from None


def _article(place: str, document: Any) -> DroppedArticle:
    try:
        return msgspec.convert(document, DroppedArticle)
    except msgspec.ValidationError as error:
        raise DropError(f"{place}: {error}") from None


def _from_object(place: str, one: DroppedArticle, seen: datetime, notes: tuple[str, ...]) -> RawArticle:
    if not (one.title.strip() or one.text.strip() or one.html.strip()):
        raise DropError(f"{place} has neither title, text nor html")
    source = " ".join((one.source or "").split())[:100] or SOURCE
    given = str(one.id).strip()
    identity = given or hashlib.sha256(msgspec.json.encode(one)).hexdigest()
    item = make_item(
        "",
        guid=identity,
        link=one.url or "",
        title=one.title,
        title_is_html=False,
        plain=not one.html.strip(),
        published=one.published or "",
        language=one.lang or "",
    )
    item = msgspec.structs.replace(item, content=one.html if one.html.strip() else one.text)
    if (one.published or "").strip() and parse_date(one.published or "") is None:
        notes = (*notes, f"published {one.published!r:.80} is no date that is understood")
    if (one.url or "").strip() and not item.url:
        notes = (*notes, f"url {one.url!r:.200} is no web address")
    return RawArticle(
        id=article_id(source, item.guid, ""),
        source=Source(id=source, language=item.language.lower().partition("-")[0]),
        item=item,
        seen=seen,
        notes=notes,
    )
