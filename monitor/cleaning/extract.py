"""HTML to title and paragraphs: pages by trafilatura, fragments whole.

Input is hostile. It is cut at ``MAX_PAGE``, read by a linear tokenizer, and only what that writes
out again, if it nests like a page, is given to the tree tools.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import msgspec

from monitor.cleaning.canonical import page_canonical
from monitor.cleaning.characters import clean_characters, squeeze
from monitor.cleaning.markup import Block, blocks, read, unshield, write
from monitor.cleaning.pagedata import page_data
from monitor.records import MAX_PAGE

if TYPE_CHECKING:
    from lxml.etree import _Element

LEAST = 120  # characters below which trafilatura's answer is not believed to be the article
_PAGE = re.compile(
    r"<(?:!doctype|html|head|body|title|meta|article|main|nav|header|footer|aside|h1)\b", re.IGNORECASE
)
_TREE_BLOCKS = frozenset(
    ["p", "head", "item", "quote", "cell", "code", "list", "row", "table", "body", "main"]
)


class ExtractError(Exception):
    """A page that cannot be read; the message says which limit it broke or what failed in it."""


class Extracted(msgspec.Struct, frozen=True):
    """What a page holds. ``plain``: page chrome may still stand among the paragraphs."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    published: datetime | None = None
    canonical_url: str = ""
    language_hint: str = ""
    plain: bool = False
    notes: tuple[str, ...] = ()


def is_page(html: str) -> bool:
    """Whether ``html`` has the frame of a page; else it is a fragment, as feeds carry it."""
    return _PAGE.search(html, 0, 200_000) is not None


def bounded(text: str) -> tuple[str, bool]:
    """``text`` cut to ``MAX_PAGE`` bytes of UTF-8, and whether it was cut."""
    if len(text) * 4 <= MAX_PAGE:
        return text, False
    data = text[:MAX_PAGE].encode("utf-8", "surrogatepass")
    if len(data) <= MAX_PAGE and len(text) <= MAX_PAGE:
        return text, False
    return data[:MAX_PAGE].decode("utf-8", "ignore"), True


def fragment(html: str) -> tuple[str, ...]:
    """The paragraphs of an HTML fragment, all of them."""
    html, _ = bounded(html)
    return _texts(blocks(read(clean_characters(html)), whole=True))


def extract(html: str, url: str = "") -> Extracted:
    """Title, paragraphs and metadata of ``html``, a page at ``url`` or a fragment.

    A fragment is kept whole. Of a page only the article is kept, by trafilatura; where that finds
    next to nothing, all its blocks outside ``nav`` and the like, marked ``plain``. A published time is
    one the page names, never one guessed. Raises ``ExtractError``.
    """
    html, cut = bounded(html)
    notes: tuple[str, ...] = (f"page cut at {MAX_PAGE} bytes",) if cut else ()
    stream = read(clean_characters(html))
    if not is_page(html):
        return Extracted(
            paragraphs=_texts(blocks(stream, whole=True)), canonical_url=page_canonical("", url), notes=notes
        )
    data = page_data(stream)
    found: tuple[str, ...] = ()
    plain = False
    if stream.sane:
        found = _with_headings(_article(write(stream)), blocks(stream, whole=True))
    else:
        notes += ("page nested too deep or too long for article extraction: all its text was taken",)
    if sum(map(len, found)) < LEAST:
        everything = _texts(blocks(stream, whole=False))
        if sum(map(len, everything)) > sum(map(len, found)):
            found, plain = everything, True
    if found and data.title and squeeze(found[0]).casefold() == squeeze(data.title).casefold():
        found = found[1:]
    return Extracted(
        title=data.title,
        paragraphs=found,
        published=data.published,
        canonical_url=page_canonical(data.canonical, url),
        language_hint=data.language,
        plain=plain,
        notes=notes,
    )


def _texts(found: list[Block]) -> tuple[str, ...]:
    return tuple(block.text for block in found)


def _with_headings(article: tuple[str, ...], page: list[Block]) -> tuple[str, ...]:
    """``article`` with the headings that stand before its paragraphs on the page: trafilatura loses some."""
    kept = set(article)
    before: dict[str, str] = {}
    begun = False
    for block, following in pairwise(page):
        if block.heading and begun and block.text not in kept and following.text in kept:
            before.setdefault(following.text, block.text)
        begun = begun or block.text in kept
    found: list[str] = []
    for text in article:
        if text in before:
            found.append(before.pop(text))
        found.append(text)
    return tuple(found)


def _article(html: str) -> tuple[str, ...]:
    # 0.5 s: only a process that meets a page pays for it.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    found: tuple[str, ...] = ()
    for tables in (False, True):
        try:
            document = bare_extraction(
                html,
                favor_precision=True,
                include_comments=False,
                include_tables=tables,
                with_metadata=False,
            )
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:  # a library's own faults on broken pages, of any class
            raise ExtractError(
                f"the page could not be read: {type(error).__name__}: {error}"[:300]
            ) from error
        if isinstance(document, Document) and document.body is not None:
            again = _paragraphs(cast("_Element", document.body))
            if sum(map(len, again)) > sum(map(len, found)):
                found = again
        if sum(map(len, found)) >= LEAST or "<table" not in html:
            break
    return found


def _paragraphs(body: _Element) -> tuple[str, ...]:
    """The texts of the block elements of trafilatura's tree, its line breaks as ``\\n``."""
    from lxml.etree import iterwalk

    found: list[str] = []
    buffer: list[str] = []

    def flush() -> None:
        lines = (
            " ".join(part for part in re.split("[ \t\n\r\f]+", line) if part)
            for line in "".join(buffer).split("\0")
        )
        text = unshield("\n".join(line for line in lines if line.strip()))
        buffer.clear()
        if text.strip():
            found.append(text)

    for event, element in iterwalk(body, events=("start", "end")):
        block = element.tag in _TREE_BLOCKS
        if block:
            flush()
        if event == "start":
            if element.tag == "lb":
                buffer.append("\0")
            buffer.append(element.text or "")
        else:
            buffer.append(element.tail or "")
    flush()
    return tuple(found)
