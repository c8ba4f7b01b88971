"""The one door for YAML: scalars of YAML 1.2, errors with their place, nothing clever."""

from __future__ import annotations

import errno
import os
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from monitor.located import (
    MAX_BYTES,
    MAX_CHARACTERS,
    MAX_DEPTH,
    InvalidFile,
    Problem,
    parse_yaml,
    read_yaml,
    validate,
)
from monitor.wording import of_reading, of_saving


def refused(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(text, "a.yaml")
    assert all(problem.file == "a.yaml" for problem in caught.value.problems)
    return [(problem.line, problem.column, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("1", 1),
        ("-12", -12),
        ("+3", 3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("190:20:30", "190:20:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        ("1.2.3", "1.2.3"),
        ("2024-01-01", "2024-01-01"),
        ("=", "="),
        ("<<", "<<"),
        ("'1'", "1"),
        ('"no"', "no"),
        ("|\n a\n b\n", "a\nb\n"),
        (">\n a\n b\n", "a b\n"),
        ("9" * 30, "9" * 30),
        ("الرقة", "الرقة"),
        ("[a, {b: c}]", ["a", {"b": "c"}]),
        ("{no: 1, 2: x}", {"no": 1, "2": "x"}),
        ("<<: {a: b}", {"<<": {"a": "b"}}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found = parse_yaml(text, "a.yaml").value
    assert found == value
    assert type(found) is type(value)


def test_infinity_and_not_a_number_are_numbers() -> None:
    assert parse_yaml(".inf", "a").value == float("inf")
    assert parse_yaml("-.INF", "a").value == float("-inf")
    assert parse_yaml(".nan", "a").value != parse_yaml(".nan", "a").value


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: &x 1\nb: *x\n", [(1, 4, "anchors (&) are not allowed"), (2, 4, "aliases (*) are not allowed")]),
        (
            "a: !!python/object:os.system ls",
            [(1, 4, "tags (tag:yaml.org,2002:python/object:os.system) are not allowed")],
        ),
        ("a: !secret x", [(1, 4, "tags (!secret) are not allowed")]),
        ("a: &x {b: !t [c]}", [(1, 4, "anchors (&) are not allowed"), (1, 11, "tags (!t) are not allowed")]),
        ("a: 1\nb: 2\na: 3\n", [(3, 1, "duplicate key 'a'")]),
        (
            "l:\n  - {x: 1, x: 2}\n  - {y: 1, 'y': 2}\n",
            [(2, 12, "duplicate key 'x'"), (3, 12, "duplicate key 'y'")],
        ),
        ("a: 1\n---\nb: 2\n", [(2, 1, "holds a second document")]),
        ("? [a, b]\n: c\n", [(1, 3, "a key must be plain text")]),
        ("? {a: b}\n: c\n", [(1, 3, "a key must be plain text")]),
    ],
)
def test_what_is_clever_is_refused_where_it_stands(text: str, problems: list[tuple[int, int, str]]) -> None:
    assert refused(text) == problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('q: "tear gas" AND b', "1:15: the value goes on behind its closing quote; put the whole value into single quotes: '\"tear gas\" AND b'"),
        ('l:\n  - "a" or b\n', "2:9: the value goes on behind its closing quote; put the whole value into single quotes: '\"a\" or b'"),
        ('q: {x: "a" b}', "1:12: the value goes on behind its closing quote; put the whole value into single quotes"),
        (f'q: "a" {"b" * 80}', "1:8: the value goes on behind its closing quote; put the whole value into single quotes"),
        ("a: 'Syria's army'", "1:11: the value goes on behind its closing quote; write '' for a ' inside single quotes"),
        ("q: [a] AND b", "1:8: text stands behind the closing ]; put the whole value into single quotes: '[a] AND b'"),
        ("a: b: c", "1:5: the value holds a colon and a space; put the whole value into single quotes: 'b: c'"),
        ("- t: it's war: d", "1:14: the value holds a colon and a space; put the whole value into single quotes: 'it''s war: d'"),
        ("a: x OR #y\n   z\nb: 1", "2:4: the value above ends at its #, which begins a comment; put the whole value into single quotes"),
        ("a: @x", "1:4: a value cannot begin with @; put the whole value into single quotes: '@x'"),
        ("a: * x", "1:4: a value cannot begin with *; put the whole value into single quotes: '* x'"),
        ("a: > b\n c", "1:6: text stands behind > or |; begin it on the next line, or put the whole value into single quotes: '> b'"),
        ('a: "\\d"', "1:5: \\ has a meaning inside double quotes; use single quotes, or write \\\\ for \\"),
        ('a: 1\nb: "cut off', "2:4: this quote is never closed; close it with the same quote"),
        ("a: 'it''s\nb", "1:4: this quote is never closed; close it with the same quote"),
        ("a: [1, 2", "1:4: this [ is never closed; close it with ]"),
        ("{a: b", "1:1: this { is never closed; close it with }"),
        ("rules:\n  - id: one\n    match: {all: [a,\n", "4:1: a bracket is never closed; close each [ with ] and each { with }"),
        ("a: {b: [c, d}\n", "1:13: a comma or ] is missing before this; separate items by commas; close the [ of line 1"),
        ("a: [b, }]", "1:8: } cannot stand here; check commas and brackets before this place"),
        ("a:\n\t- tab", "2:1: a tab stands here; indent with spaces, not with tabs"),
        ("a: 1\n b: 2", "2:3: this line is no part of what stands above it; indent it as far as the key that it belongs beside"),
        ("a:1\nb: 2", "2:2: the colon in the line above has no space behind it; write a space after each key's colon"),
        ("a: 1\n}", "2:1: a key is expected here; indent it as the keys above; if it belongs to a value, put the whole value into single quotes"),
        ("- a\nb: c", "2:1: a dash is expected here; begin items with a dash, all indented alike; indent keys as the key above"),
        ("a: b\nc\nd: 1", "2:1: a key without a colon; write key: value; if it belongs to the value above, put the whole value into single quotes"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_is_told_in_plain_words_with_a_remedy(text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(text, "a.yaml")
    place, _, words = problem.partition(" ")
    assert str(caught.value) == f"a.yaml:{place} is not YAML: {words}"


def test_a_control_character_is_named_where_it_stands() -> None:
    assert refused("a: 1\nbc: x\0y\n") == [(2, 6, "is not YAML: the character U+0000 is not allowed")]
    assert refused("é: \x1b[31m") == [(1, 4, "is not YAML: the character U+001B is not allowed")]


@pytest.mark.parametrize("char", ["\x7f", "\x85", "\x9b"])
def test_no_control_character_of_terminals_gets_in(char: str) -> None:
    assert refused(f"- a\n- x{char}y") == [
        (2, 4, f"is not YAML: the character U+{ord(char):04X} is not allowed")
    ]


@pytest.mark.parametrize(
    "word", ["می\u200cرود", "क्\u200dष", "Donau\u00addampf", "a\tb", "\u200fا", "\u202bا\u202c"]
)
def test_invisible_parts_of_words_stay(word: str) -> None:
    assert parse_yaml(f"a: {word}", "a").value == {"a": word}


@pytest.mark.parametrize(
    ("text", "place", "reason", "remedy"),
    [
        ("any: [a, b],", "1:12", "a comma stands behind the closing ]", "remove it"),
        ("- any: [a, b], # two\n- c", "1:14", "a comma stands behind the closing ]", "remove it"),
        ("m: {a: b},", "1:10", "a comma stands behind the closing }", "remove it"),
        ('term: "Raqqa",', "1:14", 'a comma stands behind the closing "', "remove it"),
        ('any: "a", "b"', "1:9", 'a comma stands behind the closing "', 'put several values into brackets: ["a", "b"]'),
        ("any: [a], none: [b]", "1:9", "a comma stands", "remove it, and write each key or item on a line of its own"),
    ],
)  # fmt: skip
def test_a_comma_too_many_is_told_as_such(text: str, place: str, reason: str, remedy: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse_yaml(text, "a.yaml")
    (one,) = caught.value.problems
    assert f"{one.line}:{one.column}" == place
    assert reason in one.message
    assert one.remedy.startswith(remedy)


def test_commas_inside_values_and_quotes_stay() -> None:
    assert parse_yaml("a: b, c\nd: 'e,'\nf: [g, h,]\ni: \"j,\"", "a").value == {
        "a": "b, c",
        "d": "e,",
        "f": ["g", "h"],
        "i": "j,",
    }


@pytest.mark.parametrize("number", [errno.EACCES, errno.EISDIR, errno.ENOENT, errno.EIO, errno.ELOOP])
def test_what_cannot_be_read_or_written_has_a_remedy(number: int) -> None:
    for message, remedy in (of_reading(OSError(number, "No")), of_saving(OSError(number, "No"))):
        assert message.startswith("cannot be ")
        assert remedy


def test_depth_and_size_are_bounded() -> None:
    assert refused("[" * (MAX_DEPTH + 1)) == [(1, MAX_DEPTH + 1, f"is nested more than {MAX_DEPTH} deep")]
    assert refused("[" * 100_000)
    assert refused("a:\n" + "".join(" " * at + "a:\n" for at in range(1, 3000)))
    assert refused("x" * (MAX_CHARACTERS + 1))[0][2] == f"has more than {MAX_CHARACTERS} characters"
    assert parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "a").value is not None


def test_marks_lead_to_keys_and_items() -> None:
    located = parse_yaml("a:\n  - b: 1\n    c: [x, y]\n  - d\n", "a.yaml")
    assert located.at(("a",)) == (1, 1)
    assert located.at(("a", 0)) == (2, 5)
    assert located.at(("a", 0, "c")) == (3, 5)
    assert located.at(("a", 0, "c", 1)) == (3, 12)
    assert located.at(("a", 1)) == (4, 5)
    assert located.at(("a", 1, "missing", "deeper")) == (4, 5)  # the nearest around it
    assert located.at(("elsewhere",)) == (1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert refused("{'الرقة': 1, 'الرقة': 2}") == [(1, 14, "duplicate key 'الرقة'")]


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    when: date
    count: int = 0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[Inner]


def test_all_errors_of_a_model_are_told_at_once_each_in_its_place() -> None:
    text = "items:\n  - {when: 2024-13-01, cuont: 1}\n  - count: many\nmore: 1\n"
    with pytest.raises(InvalidFile) as caught:
        validate(parse_yaml(text, "a.yaml"), Outer)
    found = {
        (problem.line, problem.column, problem.message.split(":")[0]) for problem in caught.value.problems
    }
    assert found == {
        (2, 6, "items.when"),
        (2, 24, "unknown key 'cuont'"),
        (3, 5, "'when' is missing"),
        (3, 5, "items.count"),
        (4, 1, "unknown key 'more'"),
    }
    assert "a.yaml:4:1: unknown key 'more'; remove it or correct its name; known here: items" in str(
        caught.value
    )


class Deep(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    kind: Literal["red", "green"] = "red"
    size: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    on: bool = False
    file: Path | None = None
    tags: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ("x",)
    inner: Inner | None = None
    more: dict[str, Inner] = {}
    until: AwareDatetime | date | None = None
    code: Annotated[str, Field(pattern="^[a-z]$")] = "a"
    not_: str = Field("", alias="not")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nmae: x", "1:1: unknown key 'nmae'; did you mean 'name'?"),
        ("Kind: red", "1:1: unknown key 'Kind'; did you mean 'kind'?"),
        ("nott: x", "1:1: unknown key 'nott'; did you mean 'not'?"),
        ("inner: {when: 2024-01-01, cuont: 1}", "1:27: unknown key 'cuont'; did you mean 'count'?"),
        ("inner: {when: 2024-01-01, zzz: 1}", "1:27: unknown key 'zzz'; remove it or correct its name; known here: when, count"),
        ("more: {any: {when: 2024-01-01, cuont: 1}}", "1:32: unknown key 'cuont'; did you mean 'count'?"),
        ("count: 1", "1:1: unknown key 'count'; move it below 'inner', or remove it"),
        ("zzz: 1", "1:1: unknown key 'zzz'; remove it or correct its name"),
        ("inner: {}", "1:1: 'when' is missing; add it"),
        ("kind: gren", "1:1: kind: must be one of red, green; did you mean 'green'?"),
        ("kind: 5", "1:1: kind: must be one of red, green; write one of them"),
        ("name: True", "1:1: name: must be text, but is true; put it into quotes"),
        ("name: 5", "1:1: name: must be text, but is a number; put it into quotes"),
        ("name: [a]", "1:1: name: must be text, but is a list; write one text, without brackets and dashes"),
        ("name: {a: b}", "1:1: name: must be text, but is a mapping; write one text; if it holds a colon, in single quotes"),
        ("name:", "1:1: name: must be text, but nothing is written; write it behind the colon, or remove the key"),
        ("name: ''", "1:1: name: is empty; write something, or remove the key"),
        ("name: abcdef", "1:1: name: has more than 5 characters; shorten it"),
        ("file: 5", "1:1: file: must be text, but is a number; put it into quotes"),
        ("size: 0", "1:1: size: must be 1 or more; write 1 or a larger number"),
        ("size: 10", "1:1: size: must be 9 or less; write 9 or a smaller number"),
        ("size: 1.5", "1:1: size: must be a whole number; leave out what stands behind the point"),
        ("size: many", "1:1: size: must be a whole number; write digits, without quotes"),
        ("share: 0", "1:1: share: must be more than 0.0; write a number above 0.0"),
        ("share: 1", "1:1: share: must be less than 1.0; write a number below 1.0"),
        ("on: maybe", "1:1: on: must be true or false; write one of them, without quotes"),
        ("tags: []", "1:1: tags: is empty; write something, or remove the key"),
        ("tags: [a, b, c]", "1:1: tags: has more than 2 items; shorten it"),
        ("tags: 5", "1:1: tags: must be a list, but is a number; begin each item with a dash, or write [one, two]"),
        ("tags: [a, 5]", "1:11: tags: must be text, but is a number; put it into quotes"),
        ("inner: [a]", "1:1: inner: must be a mapping, but is a list; write its keys below it, each as key: value"),
        ("until: soon", "1:1: until: is no date; write it as 2027-06-30"),
        ("code: AA", "1:1: code: is not written as it should be; see the documentation for its form"),
        ("- a", "1:1: the file: must be a mapping, but is a list; write its keys below it, each as key: value"),
    ],
)  # fmt: skip
def test_what_a_model_does_not_take_is_told_in_plain_words_with_a_remedy(text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        validate(parse_yaml(text, "a.yaml"), Deep)
    assert str(caught.value) == f"a.yaml:{problem}"


def test_no_value_is_repeated_for_it_may_be_a_secret() -> None:
    text = (
        "name: [hunter22]\nkind: hunter22\nsize: hunter22\ncode: hunter22\nuntil: hunter22\nfile: 22334455\n"
    )
    with pytest.raises(InvalidFile) as caught:
        validate(parse_yaml(text, "a.yaml"), Deep)
    assert len(caught.value.problems) == 6
    assert "22" not in str(caught.value)


def test_files_that_cannot_be_read_or_are_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(InvalidFile, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)
    file = tmp_path / "latin.yaml"
    file.write_bytes("a: 1\nb: é".encode("latin-1"))
    with pytest.raises(InvalidFile) as caught:
        read_yaml(file)
    assert caught.value.problems == (Problem(str(file), 2, 4, "is not UTF-8", "save the file as UTF-8"),)
    file.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(file).value == {"a": 1}


keys = st.text(alphabet="abcdefgh", min_size=1, max_size=4)
# What YAML 1.1 takes for a text and 1.2 for a number, such as 0E0, its writer does not quote.
texts = st.text(max_size=12).filter(lambda text: re.fullmatch(r"[-+.]*[0-9].*", text) is None)
values: st.SearchStrategy[Any] = st.recursive(
    texts | st.integers(-1000, 1000) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_what_a_yaml_writer_writes_is_read_back(value: object) -> None:
    class Writer(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    text = yaml.dump(value, Dumper=Writer, default_style='"' if isinstance(value, str) else None)
    assert parse_yaml(text, "a").value == value


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#? \n\t,%@`\x00é", max_size=40))
def test_no_text_breaks_the_door(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        parse_yaml(text, "a")
    except InvalidFile as error:
        problems = error.problems
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.column >= 1


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    for name, reason in (
        ("pipe.yaml", "no regular file"),
        ("folder.yaml", "Is a directory"),
        ("loop.yaml", "symbolic links"),
        ("none.yaml", "No such file"),
    ):
        with pytest.raises(InvalidFile, match=f"cannot be read: .*{reason}"):
            read_yaml(tmp_path / name)


def test_a_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InvalidFile, match="more than"):
        read_yaml(large)
