"""The one door for YAML: YAML 1.2 scalars, located errors, nothing clever let in.

Anchors, aliases, tags, duplicate keys, keys that are no strings and several documents are errors.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml
from pydantic import BaseModel, ValidationError

from monitor.wording import line_and_column, of_model, of_reading, of_yaml

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_BYTES = 4 * MAX_CHARACTERS  # as UTF-8
MAX_DEPTH = 64

Key = str | int
Place = tuple[Key, ...]
Level = Literal["error", "warning", "info"]

Model = TypeVar("Model", bound=BaseModel)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_int = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_float = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_LONGEST_INT = 20  # characters; what is longer is some id
# C1 too, which YAML allows: they come of files in another encoding, and terminals obey them.
_control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_null = frozenset(("", "~", "null", "Null", "NULL"))
_bool = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Problem(msgspec.Struct, frozen=True, order=True):
    """What is wrong in a file, where (from 1), and what to do about it."""

    file: str
    line: int
    column: int
    message: str
    remedy: str = ""
    level: Level = "error"
    code: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}; {self.remedy}" if self.remedy else text


class Located(msgspec.Struct):
    """A document's value, and the line and column of each of its parts."""

    file: str
    value: Any
    marks: dict[Place, tuple[int, int]]

    def at(self, place: Sequence[Key]) -> tuple[int, int]:
        """The line and column of ``place`` or of the nearest part around it."""
        for size in range(len(place), -1, -1):
            mark = self.marks.get(tuple(place[:size]))
            if mark is not None:
                return mark
        return (1, 1)

    def problem(
        self, place: Sequence[Key], message: str, remedy: str = "", level: Level = "error"
    ) -> Problem:
        """A problem at ``place``."""
        line, column = self.at(place)
        return Problem(self.file, line, column, message, remedy, level)


class InvalidFile(ValueError):
    """A file that cannot be used; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_yaml(path: Path, name: str = "") -> Located:
    """The document in a file. Raises ``InvalidFile``."""
    shown = name or str(path)
    return decode_yaml(read_file(path, shown), shown)


def read_file(path: Path, name: str = "") -> bytes:
    """A file's bytes, bounded. Raises ``InvalidFile``, also for pipes and devices: one never waits."""
    shown = name or str(path)
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                problem = Problem(shown, 1, 1, "cannot be read: it is no regular file", "remove it")
                raise InvalidFile([problem])
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidFile([Problem(shown, 1, 1, *of_reading(error))]) from error
    if len(data) > MAX_BYTES:
        raise InvalidFile([Problem(shown, 1, 1, f"has more than {MAX_BYTES} bytes", "split the file")])
    return data


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # the other end of a pipe may never come


def decode_yaml(data: bytes, file: str) -> Located:
    """The document in a file's bytes. Raises ``InvalidFile``."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise InvalidFile([Problem(file, line, column, "is not UTF-8", "save the file as UTF-8")]) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Located:
    """The document in ``text``; ``file`` names it in errors. Raises ``InvalidFile``."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidFile(
            [Problem(file, 1, 1, f"has more than {MAX_CHARACTERS} characters", "split the file")]
        )
    if found := _control.search(text):
        line, column = line_and_column(text, found.start())
        message = f"is not YAML: the character U+{ord(found[0]):04X} is not allowed"
        raise InvalidFile(
            [Problem(file, line, column, message, "remove it: it is an invisible control character")]
        )
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line, column, said, remedy = of_yaml(error, text)
        builder.problems.append(Problem(file, line, column, f"is not YAML: {said}", remedy))
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        builder.problems.append(
            Problem(file, 1, 1, f"is not YAML: {message}", "save the file as plain text in UTF-8")
        )
    if builder.problems:
        raise InvalidFile(builder.problems)
    return Located(file, builder.value, builder.marks)


def validate(located: Located, model: type[Model], at: Place = ()) -> Model:
    """The document, or what stands at ``at`` in it, as a model. Raises ``InvalidFile``."""
    value = located.value
    for key in at:
        value = value[key]
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidFile(problems_of(error, located, at, model)) from error


def problems_of(
    error: ValidationError, located: Located, at: Place = (), model: type[BaseModel] | None = None
) -> list[Problem]:
    """Each error of a model where it stands in the file; with the ``model``, remedies name its keys."""
    problems: dict[Problem, None] = {}
    for complaint in of_model(error, model):
        place = (*at, *complaint.place)
        message = complaint.message
        if not complaint.of_key:
            name = ".".join(key for key in place if isinstance(key, str)) or "the file"
            message = f"{name}: {message}"
        problems[located.problem(place, message, complaint.remedy)] = None
    return list(problems)


class _Open:
    """A mapping or list that is being read."""

    def __init__(self, value: dict[str, Any] | list[Any], place: Place) -> None:
        self.value = value
        self.place = place
        self.key: str | None = None
        self.keys: dict[str, int] = {}


class _Builder:
    """Builds the value from parser events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.value: Any = None
        self.marks: dict[Place, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._check(event)
            self._put(event, self._scalar(event))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._check(event)
            self._open(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._problem(event, "aliases (*) are not allowed", "write the value out, or use `let` and `use`")
            self._put(event, None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self._problem(event, "holds a second document", "put it into a file of its own")

    def _check(self, event: Any) -> None:
        if event.anchor is not None:
            self._problem(event, "anchors (&) are not allowed", "write the value out, or use `let` and `use`")
        if event.tag is not None and event.tag != "!":
            self._problem(
                event,
                f"tags ({event.tag}) are not allowed",
                "remove it; put text that begins with ! into quotes",
            )

    def _problem(self, event: yaml.Event, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(self.file, *_mark(event), message, remedy))

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if event.style is not None and event.style != "":
            return text
        if text in _null:
            return None
        if text in _bool:
            return _bool[text]
        if _int.fullmatch(text):
            if len(text) > _LONGEST_INT:
                return text
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _float.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return text

    def _open(self, event: yaml.Event, value: dict[str, Any] | list[Any]) -> None:
        if self._stack and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None:
            self._problem(event, "a key must be plain text", "put text with brackets or braces into quotes")
        if len(self._stack) >= MAX_DEPTH:
            self._problem(event, f"is nested more than {MAX_DEPTH} deep", "nest less")
            raise InvalidFile(self.problems)
        self._stack.append(_Open(value, self._put(event, value)))

    def _put(self, event: yaml.Event, value: Any) -> Place:
        mark = _mark(event)
        if not self._stack:
            if self._documents <= 1:
                self.value = value
                self.marks[()] = mark
            return ()
        top = self._stack[-1]
        if isinstance(top.value, list):
            place = (*top.place, len(top.value))
            top.value.append(value)
        elif top.key is None:
            self._key(event, top, value)
            return top.place
        else:
            place = (*top.place, top.key)
            top.value[top.key] = value
            top.key = None
        if not isinstance(top.value, dict):
            self.marks[place] = mark
        return place

    def _key(self, event: yaml.Event, top: _Open, value: Any) -> None:
        """A key's place is where the key stands: errors name keys, not values."""
        if isinstance(value, dict | list):
            top.key = ""
            return
        key = event.value if isinstance(event, yaml.ScalarEvent) else ""
        line, column = _mark(event)
        if key in top.keys:
            self._problem(event, f"duplicate key {key!r}", f"the first is on line {top.keys[key]}; keep one")
        top.keys.setdefault(key, line)
        top.key = key
        self.marks.setdefault((*top.place, key), (line, column))


def _mark(event: yaml.Event) -> tuple[int, int]:
    """Line and column of an event, from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
