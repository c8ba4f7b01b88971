"""The hand-written tables of `tools/lexicon/tables`: rows of fields parted by |, items by commas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).with_name("tables")
FIELDS = ("names", "adjectives", "inhabitants", "metonyms")


class TableError(ValueError):
    """A row that cannot be read; the message names file and line."""


@dataclass(frozen=True)
class Item:
    """One word or phrase of a table with its marks."""

    text: str
    exact: bool = False
    """Counts only in exactly this case (!)."""
    fixed: bool = False
    """Is not inflected (=)."""
    bound: bool = False
    """Counts only in texts of its own language (@), because elsewhere it is another word."""


@dataclass(frozen=True)
class Row:
    """What a language's table says of a country. `replaces` are the fields for which CLDR's name is not taken."""

    fields: dict[str, tuple[Item, ...]]
    replaces: frozenset[str]


def _lines(name: str) -> list[tuple[str, list[str]]]:
    path = TABLES / f"{name}.txt"
    found: list[tuple[str, list[str]]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            found.append((f"{path.name}:{number}", [field.strip() for field in line.split("|")]))
    return found


def items(field: str) -> tuple[Item, ...]:
    """The items of one field; a lone dash is none."""
    return tuple(_item(text.strip()) for text in field.split(",") if text.strip() not in ("", "-"))


def _item(text: str) -> Item:
    word = text.rstrip("!=@")
    marks = text[len(word) :]
    return Item(word, exact="!" in marks, fixed="=" in marks, bound="@" in marks)


def language(name: str) -> dict[str, Row]:
    """Country code → row; several lines for one country add up. A dash in a field forbids what would be made for it."""
    fields: dict[str, dict[str, tuple[Item, ...]]] = {}
    replaces: dict[str, set[str]] = {}
    for place, (code, *columns) in _lines(name):
        if len(code) != 2 or len(columns) > len(FIELDS):
            raise TableError(f"{place}: want a two-letter country and at most {len(FIELDS)} fields after it")
        row = fields.setdefault(code, dict.fromkeys(FIELDS, ()))
        for key, text in zip(FIELDS, columns, strict=False):
            if text.startswith("=") or text == "-":
                replaces.setdefault(code, set()).add(key)
            row[key] += items(text.removeprefix("="))
    return {code: Row(row, frozenset(replaces.get(code, ()))) for code, row in fields.items()}


def pairs(name: str) -> list[tuple[str, str]]:
    """The rows of a table of two fields."""
    found: list[tuple[str, str]] = []
    for place, columns in _lines(name):
        if len(columns) != 2:
            raise TableError(f"{place}: want two fields, not {len(columns)}")
        found.append((columns[0], columns[1]))
    return found


def seats(languages: tuple[str, ...]) -> dict[tuple[str, str], tuple[Item, ...]]:
    """(country, language) → capital and seats of government that CLDR does not name."""
    found: dict[tuple[str, str], tuple[Item, ...]] = {}
    for place, (code, *columns) in _lines("seats"):
        if len(columns) != len(languages):
            raise TableError(f"{place}: want {len(languages)} languages, not {len(columns)}")
        for name, text in zip(languages, columns, strict=True):
            found[code, name] = found.get((code, name), ()) + items(text)
    return found
