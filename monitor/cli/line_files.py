"""Files of articles as JSON lines, handed out line by line: whoever gets a line cleans it."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from monitor.backtest.findings import Taken
from monitor.cli.documents import Report, line_document, lines_of
from monitor.cli.line_problems import UNREADABLE, line_problem
from monitor.located import InvalidFile, Problem
from monitor.records import Source

MOST_LINES = 64  # of a task
MOST_TASK_BYTES = 1024 * 1024  # of a task that has more than one line


class Line(msgspec.Struct, frozen=True):
    """A line of a file that is not read yet."""

    file: str
    number: int
    data: bytes


class _Origin(msgspec.Struct, frozen=True):
    """What a line may say beside the article: when it was seen, and by which source."""

    seen: datetime | None = None
    source: str | None = None
    country: str = ""
    tags: tuple[str, ...] = ()


_origin = msgspec.json.Decoder(_Origin)


def warm_up() -> None:
    """Let cleaning load what it loads when it first reads, before processes share it."""
    text = "A first paragraph of a text.\n\nA second one, in which nothing happens either."
    read_line(Line("", 1, msgspec.json.encode({"title": "A title", "text": text})))


class LineFiles:
    """The lines of ``files`` (``-``: standard input; ``.gz`` is unpacked), in order.

    What cannot be read is reported, and reading goes on behind it.
    """

    def __init__(self, files: list[str], report: Report) -> None:
        self._files = files
        self._report = report
        self._before = 0  # bytes of the files behind us
        self._stream: BinaryIO | None = None

    @property
    def size(self) -> int | None:
        """Bytes of all files, as they lie on disk; none if one of them has no size."""
        total = 0
        for name in self._files:
            if name == "-" or not Path(name).is_file():
                return None
            total += Path(name).stat().st_size
        return total

    @property
    def position(self) -> int:
        """Bytes of them that are read."""
        return self._before + (self._stream.tell() if self._stream is not None else 0)

    def chunks(self) -> Iterator[list[Line]]:
        """The lines, some at a time, of one file after the other."""
        chunk: list[Line] = []
        size = 0
        for name in self._files:
            try:
                for line in self._lines(name):
                    if chunk and (len(chunk) >= MOST_LINES or size + len(line.data) > MOST_TASK_BYTES):
                        yield chunk
                        chunk, size = [], 0
                    chunk.append(line)
                    size += len(line.data)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self._report(Problem(name, 1, 1, f"cannot be unpacked: {error}", "pack it again"))
            except OSError as error:
                self._report(Problem(name, 1, 1, f"cannot be read: {error.strerror or error}"))
            except InvalidFile as error:
                for problem in error.problems:
                    self._report(problem)
        if chunk:
            yield chunk

    def _lines(self, name: str) -> Iterator[Line]:
        if name == "-":
            if sys.stdin is None:  # closed by whoever started us
                raise InvalidFile([Problem("standard input", 1, 1, "is closed", "name a file")])
            yield from self._read(sys.stdin.buffer, "standard input")
            return
        with Path(name).open("rb") as stream:
            self._stream = stream
            try:
                if name.lower().endswith(".gz"):
                    with gzip.GzipFile(fileobj=stream) as packed, io.BufferedReader(packed) as unpacked:
                        yield from self._read(unpacked, name)
                else:
                    yield from self._read(stream, name)
            finally:
                self._before += stream.tell()
                self._stream = None

    def _read(self, stream: BinaryIO | io.BufferedReader, name: str) -> Iterator[Line]:
        for number, data in lines_of(stream, name, self._report):
            yield Line(name, number, data)


def read_line(line: Line) -> Taken:
    """The article of a line, cleaned as live. Raises ``InvalidFile``.

    It counts as seen when the line says so (``seen``), else when it was published; if neither is known
    it has no day. Of a source that is not named (``source``, ``country``, ``tags``) filters know nothing.
    """
    document = line_document(line.data, line.file, line.number)
    try:
        origin = _origin.decode(line.data)
    except UNREADABLE as error:
        raise InvalidFile([line_problem(error, line.data, line.file, line.number)]) from error
    article = document.article
    seen = origin.seen
    if seen is not None and seen.tzinfo is None:
        seen = seen.replace(tzinfo=UTC)
    at = seen or article.published
    source = Source(id=origin.source or "", country=origin.country.lower(), tags=origin.tags)
    return Taken(msgspec.structs.replace(article, id=document.id, source=source, seen=at or article.seen), at)
