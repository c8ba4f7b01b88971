"""What is wrong with a line that should be an article as JSON, in the words of whoever wrote the file."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from monitor.located import Problem

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding a line raises if the line is wrong."""

_LONGEST = 40  # characters of a value that is shown
_TIME = "a time"
_WANTED = {
    "id": "text or a whole number",
    "published": _TIME,
    "seen": _TIME,
    "tags": "a list of texts",
}
_GOT = {
    "str": "text",
    "int": "a number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object in braces",
}
_EXAMPLES = {"id": '"1"', "tags": '["war", "syria"]', "lang": '"ar"', "country": '"sy"'}
_WRITE = 'write one article a line: {"id": "1", "title": "…", "text": "…"}'
_at = re.compile(r" - at `\$\.(\w+)")
_got = re.compile(r"got `(\w+)`")
_half = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_byte = re.compile(r"\(byte (\d+)\)")


def line_problem(error: Exception, line: bytes, file: str, number: int) -> Problem:
    """The problem that ``error``, one of ``UNREADABLE``, stands for; ``number`` is the line's, from 1."""
    said, remedy = _told(error, line)
    return Problem(file, number, 1, f"is no article: {said}", remedy)


def _told(error: Exception, line: bytes) -> tuple[str, str]:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        before = len(line[: wrong.start].decode("utf-8"))
        return f"character {before + 1} is not in UTF-8", "save the file in the encoding UTF-8"
    if isinstance(error, RecursionError):
        return "lists or objects lie too deep in each other", _WRITE
    if isinstance(error, msgspec.ValidationError):
        return _of_value(str(error), line)
    return _of_syntax(str(error), line)


# --- JSON, but no article -------------------------------------------------------------------


def _of_value(said: str, line: bytes) -> tuple[str, str]:
    got = _GOT.get(found[1], "") if (found := _got.search(said)) else ""
    place = _at.search(said)
    if place is None:
        if got == "a list":
            return "it is a list", f"{_WRITE}, without [ ] around the articles and commas between them"
        return f"it is {got}, not an object in braces" if got else "it is no object in braces", _WRITE
    field = place[1]
    wanted = _WANTED.get(field, "text")
    if wanted == _TIME:
        return _of_time(field, got, line)
    example = _EXAMPLES.get(field, '"…"')
    remedy = f'write "{field}": {example}, or leave it out'
    if field == "tags" and "tags[" in said:
        return f'one of "tags" is {got or "not text"}, it must be text', remedy
    return f'"{field}" is {got or "something else"}, it must be {wanted}', remedy


def _of_time(field: str, got: str, line: bytes) -> tuple[str, str]:
    remedy = f'write "{field}": "2026-03-01T12:30:00Z", or leave it out'
    value = _value(field, line)
    if isinstance(value, str):
        return f'"{field}" is {_quoted(value)}, which is no time that can be read', remedy
    return f'"{field}" is {got or "something else"}, it must be a time', remedy


def _value(field: str, line: bytes) -> Any:
    """The value as it stands in the line; none if it cannot be had."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any]).get(field)
    except UNREADABLE:
        return None


# --- no JSON --------------------------------------------------------------------------------


def _of_syntax(said: str, line: bytes) -> tuple[str, str]:
    text = line.decode("utf-8").rstrip()
    if not text.lstrip().startswith("{"):
        if text.lstrip().startswith(("}", "]", "[", '"')):  # an article that is spread over several lines
            return f"it is not JSON by itself: {_quoted(text)}", _WRITE
        return f"it is not JSON: {_quoted(text)}", f"{_WRITE}; plain text belongs in a file named .txt"
    found = _byte.search(said)
    if found is None and (half := _half.search(text)):
        why = f"{half[0]} at character {half.start() + 1} is half a character"
        return why, "write the character itself, or both of its halves"
    if found is None:  # the decoder names no place: the line ended first
        why = "it is not whole JSON: it ends before a quotation mark or brace is closed"
        return why, f"{_WRITE}; a line break in a text is written \\n"
    at = len(line[: int(found[1])].decode("utf-8", "ignore"))
    if "trailing" in said:
        return f"something follows the article at character {at}", f"{_WRITE}, with nothing after it"
    why = f"it is not JSON from character {at + 1} on: {_quoted(text[at : at + 20])}"
    return why, f'{_WRITE}; names and texts stand in ", and a " in a text is written \\"'


def _quoted(text: str) -> str:
    """A piece of the line, which is from outside: cut, cleaned, right-to-left text isolated."""
    from monitor.cli.explained_text import isolated, short

    return f"“{isolated(short(text.strip(), _LONGEST))}”"
