"""Where a character of a YAML text stands in its file: errors in a query point at the very column."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_key = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)\s*:""")
_between = re.compile(r"(?:\s+|(?<=\s)#[^\n]*)*")
_header = re.compile(r"[|>][^\n]*")
_ESCAPED = {"x": 2, "u": 4, "U": 8}


def line_starts(source: str) -> list[int]:
    """The offset of the first character of each line, as YAML counts lines."""
    return [0, *(found.end() for found in _BREAK.finditer(source))]


def place_in_yaml(
    source: str, starts: Sequence[int], line: int, column: int, value: str, at: int
) -> tuple[int, int] | None:
    """The line and column, from 1, of character ``at`` of ``value``.

    ``starts`` are the ``line_starts`` of ``source``. ``value`` is the text under the key that stands at ``line`` and ``column`` of ``source``, in
    whatever style it is written there. None if it is not found so.
    """
    if line > len(starts):
        return None
    key = _key.match(source, starts[line - 1] + column - 1)
    if key is None:
        return None
    gap = _between.match(source, key.end())
    begin = gap.end() if gap is not None else key.end()
    found = _character(source, begin, value, at)
    if found is None:
        return None
    number = bisect_right(starts, found)
    return number, found - starts[number - 1] + 1


def _character(source: str, begin: int, value: str, at: int) -> int | None:
    """The offset in ``source`` of ``value[at]``, or of what follows the last that is no white space.

    Styles differ in white space and escapes alone, so the rest is walked through side by side.
    """
    raw = _raw(source, begin)
    last = begin
    for number, char in enumerate(value):
        if char.isspace():
            if number == at:
                return last
            continue
        found = next((one for one in raw if one[2] is None or not one[2].isspace()), None)
        if found is None or found[2] not in (None, char):
            return None
        if number == at:
            return found[0]
        last = found[0] + found[1]
    return last


def _raw(source: str, begin: int) -> Iterator[tuple[int, int, str | None]]:
    """Offset, length and character of each character of a scalar; none stands for an escape."""
    style = source[begin : begin + 1]
    offset = begin
    if style in ("|", ">"):
        header = _header.match(source, begin)
        offset = header.end() if header is not None else begin
    elif style in ("'", '"'):
        offset += 1
    while offset < len(source):
        char = source[offset]
        if style == "'" and char == "'":
            yield offset, 2, "'"
            offset += 2
        elif style == '"' and char == "\\":
            kind = source[offset + 1 : offset + 2]
            if kind in ("\n", "\r"):
                offset += 2
                continue
            size = 2 + _ESCAPED.get(kind, 0)
            yield offset, size, " " if kind in "nrt Nv0_LP" else None
            offset += size
        else:
            yield offset, 1, char
            offset += 1
