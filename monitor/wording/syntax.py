"""Plain words for what the YAML parser says, found in the text around the place that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

Words = tuple[str, str]
_LONGEST = 2_000  # characters of a line that are looked at
_LONGEST_SHOWN = 60
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as the parser counts lines
_VALUE = re.compile(r"[ ]*(?:- +)*(?:[^\s:#'\"{\[][^:#{\[]*:[ ]+)?")  # what stands before a line's value
_NO_SPACE = re.compile(r"[ ]*(?:- +)*[A-Za-z_]+:[^ /]")
_QUOTE = "put the whole value into single quotes"
_KEY = re.compile(r"[\w-]+:(?: |$)")
_CLOSING = {"[": "]", "{": "}"}
_BEGINNINGS = {"alias": "*", "anchor": "&"}


class NotYaml(NamedTuple):
    """What is wrong with a text that is no YAML; line and column count from 1."""

    line: int
    column: int
    message: str
    remedy: str


def of_yaml(error: yaml.MarkedYAMLError, text: str) -> NotYaml:
    """What the parser's ``error`` in ``text`` means."""
    at = _place(error.problem_mark or error.context_mark, text)
    began = _place(error.context_mark, text) if error.context_mark is not None else None
    said, context = error.problem or error.context or "", error.context or ""
    lines = _LINE_END.split(text)
    line = lines[at[0] - 1][:_LONGEST] if at[0] <= len(lines) else ""
    above = lines[at[0] - 2][:_LONGEST] if 2 <= at[0] <= len(lines) + 1 else ""
    here = line[at[1] - 1 : at[1]]
    before = line[: at[1] - 1].rstrip()
    if "cannot start any token" in said:
        if here == "\t":
            return NotYaml(*at, "a tab stands here", "indent with spaces, not with tabs")
        return NotYaml(*at, f"a value cannot begin with {here}", _quoted(line))
    if "expected alphabetic or numeric" in said and began is not None:
        sign = next((sign for word, sign in _BEGINNINGS.items() if word in context), "this character")
        return NotYaml(*began, f"a value cannot begin with {sign}", _quoted(line))
    if "unexpected end of stream" in said and began is not None:
        return NotYaml(*began, "this quote is never closed", "close it with the same quote")
    if "unknown escape" in said:
        return NotYaml(
            *at, "\\ has a meaning inside double quotes", "use single quotes, or write \\\\ for \\"
        )
    if "expected comment or line break" in said:
        return NotYaml(*at, "text stands behind > or |", f"begin it on the next line, or {_quoted(line)}")
    if "mapping values are not allowed" in said:
        return NotYaml(*at, *_colon(line, above, before))
    if before and "did not find expected" in said and before[-1] in "'\"]}":
        return NotYaml(*at, *_goes_on(line, before, here, flow="flow" in context))
    if " #" in above and ("did not find expected" in said or "expected ':'" in said):
        return NotYaml(*at, "the value above ends at its #, which begins a comment", _QUOTE)
    if "flow" in context:
        return _bracket(at, here, began, lines, ends=at[0] >= len(lines) and not here)
    return NotYaml(*(began or at if "expected ':'" in said else at), *_expected(said))


def _quoted(line: str, start: int | None = None) -> str:
    """The remedy, with the line's value in quotes where it is short."""
    if start is None:
        found = _VALUE.match(line)
        start = found.end() if found is not None else 0
    value = line[start:].strip().replace("'", "''")
    return f"{_QUOTE}: '{value}'" if value and len(value) <= _LONGEST_SHOWN else _QUOTE


def _colon(line: str, above: str, before: str) -> Words:
    """A colon where none may be: inside a value, or in a line that does not belong here."""
    found = _VALUE.match(line)
    start = found.end() if found is not None else 0
    if line[start:].strip() and start <= len(before) and ":" in line[:start]:
        return "the value holds a colon and a space", _quoted(line, start)
    if _NO_SPACE.match(above):
        return "the colon in the line above has no space behind it", "write a space after each key's colon"
    return (
        "this line is no part of what stands above it",
        "indent it as far as the key that it belongs beside",
    )


def _goes_on(line: str, before: str, here: str, flow: bool) -> Words:
    """Text behind a closing quote or bracket."""
    if here == "," and not flow:
        return _comma(line, before)
    if before[-1] in "]}":
        return f"text stands behind the closing {before[-1]}", _QUOTE if flow else _quoted(line)
    if before[-1] == "'" and line[len(before) : len(before) + 1] == here:
        return "the value goes on behind its closing quote", "write '' for a ' inside single quotes"
    return "the value goes on behind its closing quote", _QUOTE if flow else _quoted(line)


def _comma(line: str, before: str) -> Words:
    """A comma behind a closing quote or bracket, where no list in brackets is open."""
    said = f"a comma stands behind the closing {before[-1]}"
    rest = line[len(before) :].lstrip(" ,")
    if not rest or rest.startswith("#"):
        return said, "remove it: outside brackets the line's end ends a value"
    found = _VALUE.match(line)
    values = line[found.end() if found is not None else 0 :].strip().rstrip(",")
    if _KEY.match(rest) or len(values) > _LONGEST_SHOWN:
        return said, "remove it, and write each key or item on a line of its own"
    return said, f"put several values into brackets: [{values}]"


def _bracket(
    at: tuple[int, int], here: str, began: tuple[int, int] | None, lines: Sequence[str], ends: bool
) -> NotYaml:
    """A list or mapping in brackets that is not closed, or lacks a comma."""
    opened = lines[began[0] - 1][began[1] - 1 : began[1]] if began and began[0] <= len(lines) else ""
    closing = _CLOSING.get(opened)
    if began is not None and closing is not None:
        if ends:
            return NotYaml(*began, f"this {opened} is never closed", f"close it with {closing}")
        message = f"a comma or {closing} is missing before this"
        return NotYaml(*at, message, f"separate items by commas; close the {opened} of line {began[0]}")
    if ends:
        return NotYaml(*at, "a bracket is never closed", "close each [ with ] and each { with }")
    return NotYaml(*at, f"{here or 'this'} cannot stand here", "check commas and brackets before this place")


def _expected(said: str) -> Words:
    if "expected key" in said:
        return "a key is expected here", f"indent it as the keys above; if it belongs to a value, {_QUOTE}"
    if "'-' indicator" in said:
        return (
            "a dash is expected here",
            "begin items with a dash, all indented alike; indent keys as the key above",
        )
    if "expected ':'" in said:
        return "a key without a colon", f"write key: value; if it belongs to the value above, {_QUOTE}"
    return said or "cannot be read", "check the indentation, the quotes and the brackets before this place"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Of the character at ``offset``, from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _place(mark: Any, text: str) -> tuple[int, int]:
    """Line and column of a mark; what lies behind the end of a text that was cut off is its end."""
    if mark is None:
        return (1, 1)
    if mark.line > text.count("\n"):
        return line_and_column(text, len(text))
    return (mark.line + 1, mark.column + 1)
