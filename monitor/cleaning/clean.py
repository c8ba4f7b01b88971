"""The clean stage: raw articles in, articles out.

``prepare`` reads HTML and needs no state, so it may run in another process. ``handle`` parts the
chrome of plain text with what is known of the source, finds the language and makes the sketch. The
command line's documents go through the same code by ``clean_document``.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from monitor.cleaning.boilerplate import Split, paragraphs, split, trim
from monitor.cleaning.canonical import article_id, canonical_url
from monitor.cleaning.characters import clean_characters, decode_references, strip_tags
from monitor.cleaning.extract import Extracted, bounded, extract, is_page
from monitor.cleaning.language import detect
from monitor.cleaning.sketch import content_hash, sketch
from monitor.cleaning.source_lines import learn
from monitor.records import (
    MAX_PAGE,
    Article,
    ExtractedArticle,
    FeedItem,
    RawArticle,
    Record,
    Source,
    SourceLines,
    Tick,
)
from monitor.stage import Out, Put, State, Step

TOPIC = "articles"
TABLE = "source-lines"
MAX_TITLE = 1000  # characters
MAX_TEXT = 200_000  # characters
MAX_LINK = 4096  # characters
IN_PLACE = 16_384  # characters of an HTML fragment that are read without another process
DOCUMENT = Source(id="document")


class CleanError(Exception):
    """A record that the clean stage does not take; the message says which."""


class _Text(NamedTuple):
    paragraphs: tuple[str, ...]
    plain: bool
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(map(len, self.paragraphs))


_NOTHING = _Text((), False)


def heavy(record: Record) -> bool:
    """Whether ``prepare`` of this record parses an HTML page, or much HTML: not in the loop's thread."""
    if not isinstance(record, RawArticle):
        return False
    if record.page is not None and record.page.media_type == "html":
        return True
    item = record.item
    if item.content_type != "html":
        return False
    content = item.content or item.summary
    return "<" in content and (len(content) > IN_PLACE or is_page(content))


def _plain(text: str) -> _Text:
    text, cut = bounded(text)
    notes = (f"text cut at {MAX_PAGE} bytes",) if cut else ()
    return _Text(paragraphs(decode_references(clean_characters(text))), True, notes)


def _markup(html: str, url: str) -> tuple[_Text, Extracted | None]:
    """HTML as paragraphs, and all that a page says of itself if it is one."""
    if "<" not in html and "&" not in html:
        # Feeds declare text as HTML; it has no paragraphs then but those of its blank lines.
        return _Text(_plain(html).paragraphs, False), None
    found = extract(html, url)
    return _Text(found.paragraphs, found.plain, found.notes), found


def _item_text(item: FeedItem) -> tuple[_Text, Extracted | None]:
    """The longer of an item's content and summary."""
    best, page = _NOTHING, None
    for source in dict.fromkeys((item.content, item.summary)):
        if source.strip():
            if item.content_type == "html":
                text, found = _markup(source, item.url)
            else:
                text, found = _plain(source), None
            if text.size > best.size:
                best, page = text, found
    return best, page


def _join(title: str, text: tuple[str, ...]) -> tuple[str, ...]:
    """``text`` without a first paragraph that only repeats the title."""
    if len(text) > 1 and title and " ".join(text[0].split()).casefold() == title.casefold():
        return text[1:]
    return text


def prepare(record: Record) -> Record:
    """A raw article's title, paragraphs and metadata; every other record as it is.

    The item's title and date come before the page's. The page's text is taken if it is longer than
    the item's own. Raises ``ExtractError`` for a page that cannot be read.
    """
    if not isinstance(record, RawArticle):
        return record
    item, page = record.item, record.page
    own, embedded = _item_text(item)
    fetched: Extracted | None = None
    behind = _NOTHING
    if page is not None:
        if page.media_type == "html":
            fetched = extract(page.text, page.url or item.url)
            behind = _Text(fetched.paragraphs, fetched.plain, fetched.notes)
        else:
            behind = _plain(page.text)
    chosen = behind if behind.size > own.size else own
    said = [found for found in (fetched, embedded) if found is not None]
    title = strip_tags(item.title) or next((found.title for found in said if found.title), "")
    notes = (*record.notes, *behind.notes, *own.notes)
    return ExtractedArticle(
        raw=record if notes == record.notes else _with_notes(record, notes),
        title=title[:MAX_TITLE],
        paragraphs=chosen.paragraphs if chosen.plain else trim(_join(title, chosen.paragraphs)),
        # A fragment without a title is a page somebody cut out, frame and all.
        plain=chosen.plain or not title,
        published=item.published or next((found.published for found in said if found.published), None),
        canonical_url=next(
            (found.canonical_url for found in said if found.canonical_url), canonical_url(item.url)
        ),
        language_hint=next((found.language_hint for found in said if found.language_hint), ""),
    )


def _with_notes(raw: RawArticle, notes: tuple[str, ...]) -> RawArticle:
    return RawArticle(
        v=raw.v, id=raw.id, source=raw.source, item=raw.item, seen=raw.seen, page=raw.page,
        backlog=raw.backlog, notes=notes,
    )  # fmt: skip


def _finish(extracted: ExtractedArticle, known: SourceLines | None) -> Article:
    raw = extracted.raw
    item = raw.item
    notes = raw.notes
    title, body = extracted.title, extracted.paragraphs
    if extracted.plain:
        parted = _part(body, known, title)
        title, body = title or parted.title, parted.paragraphs
    text = "\n\n".join(body)
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rstrip()
        notes = (*notes, f"text cut at {MAX_TEXT} characters")
    if not text and not title:
        notes = (*notes, "no text found")
    hint = item.language or extracted.language_hint or raw.source.language
    return Article(
        id=raw.id,
        source=raw.source,
        url=item.url[:MAX_LINK],
        canonical_url=extracted.canonical_url,
        title=title[:MAX_TITLE],
        text=text,
        language=detect(text, hint, title),
        seen=raw.seen,
        published=extracted.published,
        updated=item.updated,
        backlog=raw.backlog,
        content_hash=content_hash(title, text),
        sketch=sketch(text or title),
        notes=notes,
    )


def _part(blocks: tuple[str, ...], known: SourceLines | None, title: str) -> Split:
    if len(blocks) == 1:
        return Split("", blocks, ())
    return split(blocks, known, title)


def handle(record: Record, state: State, now: datetime) -> Step:
    """The article, and what the page teaches of its source's lines if that is new.

    Ticks are skipped. A raw article that was not prepared is prepared here. Raises ``CleanError`` for
    any other record, ``ExtractError`` for a page that cannot be read.
    """
    if isinstance(record, Tick):
        return Step()
    prepared = prepare(record)
    if not isinstance(prepared, ExtractedArticle):
        raise CleanError(f"the clean stage takes raw articles, not {type(record).__name__}")
    key = prepared.raw.source.id.encode("utf-8", "surrogatepass")
    if not prepared.plain or len(prepared.paragraphs) < 2:
        return Step(outputs=(Out(TOPIC, key, _finish(prepared, None)),))
    row = state.get(TABLE, key)
    known = row if isinstance(row, SourceLines) else None
    # The page counts among its source's pages before it is judged: a replay judges it alike.
    learned = learn(known, prepared.paragraphs, prepared.raw.id)
    article = _finish(prepared, learned or known)
    changes = () if learned is None else (Put(TABLE, key, learned),)
    return Step(outputs=(Out(TOPIC, key, article),), changes=changes)


def clean_document(
    *,
    title: str = "",
    text: str | None = None,
    html: str | None = None,
    url: str = "",
    published: datetime | None = None,
    language: str = "",
    seen: datetime,
    source: Source = DOCUMENT,
    document_id: str = "",
) -> Article:
    """The article that the stage would make of a document: ``text``, or ``html``, or both empty.

    ``language`` is a hint only. A page's canonical link, title and date count as they do in the stage.
    ``seen`` stands in the article. Raises ``ExtractError``.
    """
    content = html if html is not None else text or ""
    item = FeedItem(
        guid=document_id,
        url=url,
        # A JSON title is text, and has its references decoded once like every title.
        title=title,
        content=content,
        content_type="text" if html is None else "html",
        published=published,
        language=language,
    )
    raw = RawArticle(
        id=article_id(source.id, document_id, url, f"{title}\0{content}"), source=source, item=item, seen=seen
    )
    prepared = prepare(raw)
    assert isinstance(prepared, ExtractedArticle)
    return _finish(prepared, None)


__all__ = ["CleanError", "clean_document", "handle", "heavy", "prepare"]
