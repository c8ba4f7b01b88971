"""Articles as the command line takes them: JSON lines, plain text, HTML; files or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from monitor.cleaning.clean import clean_document
from monitor.cleaning.extract import ExtractError
from monitor.cli.line_problems import UNREADABLE, line_problem
from monitor.feeds.charset import decode
from monitor.located import InvalidFile, Problem
from monitor.records import Article

MOST_BYTES = 16 * 1024 * 1024  # of one document or line
_HTML = (".html", ".htm", ".xhtml")
_JSON = (".json", ".jsonl", ".ndjson")


class Document(msgspec.Struct, frozen=True):
    """One article given on the command line. ``place`` is its file, and its line if it is one of many."""

    id: str
    article: Article
    place: str


class _Given(msgspec.Struct, frozen=True):
    id: str | int | None = None
    title: str | None = None
    text: str | None = None
    html: str | None = None
    lang: str | None = None
    url: str | None = None
    published: datetime | None = None


Report = Callable[[Problem], None]

_decoder = msgspec.json.Decoder(_Given)


def documents(files: list[str], report: Report, *, url: str = "") -> Iterator[Document]:
    """The articles in ``files`` (``-``: standard input), in order; ``url`` is that of documents that
    name none. What cannot be read is reported, and the next one is taken."""
    for name in files or ["-"]:
        try:
            if name == "-":
                if sys.stdin is None:  # closed by whoever started us
                    raise InvalidFile([Problem("standard input", 1, 1, "is closed", "name a file")])
                yield from _stream(sys.stdin.buffer, "standard input", url, report)
                continue
            path = Path(name)
            suffix = path.suffix.lower()
            with path.open("rb") as stream:
                if suffix in _JSON:
                    yield from _lines(stream, name, url, report)
                elif suffix in _HTML:
                    yield _whole(_read(stream, name), name, url, html=True)
                else:
                    yield from _stream(stream, name, url, report)
        except InvalidFile as error:
            for problem in error.problems:
                report(problem)
        except OSError as error:
            report(Problem(name, 1, 1, f"cannot be read: {error.strerror}"))


def _stream(stream: BinaryIO, name: str, url: str, report: Report) -> Iterator[Document]:
    """JSON lines if the first character says so, else one document."""
    first = stream.peek(256) if hasattr(stream, "peek") else b""
    begin = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begin == b"{":
        yield from _lines(stream, name, url, report)
        return
    data = _read(stream, name)
    yield _whole(data, name, url, html=begin == b"<")


def _read(stream: BinaryIO, name: str) -> bytes:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InvalidFile([Problem(name, 1, 1, f"has more than {MOST_BYTES} bytes", "split it")])
    return data


def _whole(data: bytes, name: str, url: str, *, html: bool) -> Document:
    text = decode(data).text
    given = _Given(text=None if html else text, html=text if html else None, url=url)
    return _document(given, Path(name).name, Problem(name, 1, 1, ""), name)


def _lines(stream: BinaryIO, name: str, url: str, report: Report) -> Iterator[Document]:
    for number, line in lines_of(stream, name, report):
        try:
            yield line_document(line, name, number, url)
        except InvalidFile as error:
            report(error.problems[0])


def lines_of(stream: BinaryIO, name: str, report: Report) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers from 1; one that is too long is reported."""
    number = 0
    while line := stream.readline(MOST_BYTES + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > MOST_BYTES:
            report(Problem(name, number, 1, f"the line has more than {MOST_BYTES} bytes", "split it"))
            while line and not line.endswith(b"\n"):
                line = stream.readline(MOST_BYTES)
            continue
        if line.strip():
            yield number, line


def line_document(line: bytes, name: str, number: int, url: str = "") -> Document:
    """The article in a JSON line, cleaned. Raises ``InvalidFile``."""
    try:
        given = _decoder.decode(line)
    except UNREADABLE as error:
        raise InvalidFile([line_problem(error, line, name, number)]) from error
    if given.url is None:
        given = msgspec.structs.replace(given, url=url)
    id = str(number) if given.id is None else str(given.id)
    return _document(given, id, Problem(name, number, 1, ""), f"{name}:{number}")


def _document(given: _Given, id: str, at: Problem, place: str) -> Document:
    published = given.published
    if published is not None and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    try:
        article = clean_document(
            title=given.title or "",
            text=None if given.html is not None and given.text is None else given.text or "",
            html=given.html if given.text is None else None,
            url=given.url or "",
            published=published,
            language=given.lang or "",
            seen=datetime.now(UTC),
            document_id=id,
        )
    except ExtractError as error:
        raise InvalidFile([msgspec.structs.replace(at, message=str(error))]) from error
    return Document(id, article, place)


def article_json(article: Article) -> dict[str, Any]:
    """What ``monitor extract`` prints."""
    return {
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published": article.published,
        "canonical_url": article.canonical_url,
    }
