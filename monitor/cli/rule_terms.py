"""Every form in print that a rule listens for, as tables or lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.markup import escape
from rich.table import Table

from monitor.cli.output import console, plain

if TYPE_CHECKING:
    from monitor.lexicon.schema import Lexicon
    from monitor.matching.clauses import Clause
    from monitor.rules.surfaces import Leaf, Surface

_KINDS = {
    "name": "names",
    "demonym": "demonyms",
    "metonym": "metonyms",
    "term": "nouns",
    "verb": "verbs",
    "weak": "weak nouns",
    "weak_verb": "weak verbs",
    "not": "not in",
}
_ISOLATE, _END = "\u2068", "\u2069"


def spoken(leaf: Leaf, languages: Sequence[str]) -> tuple[Surface, ...]:
    """Its forms of these languages, or all."""
    return tuple(one for one in leaf.surfaces if not languages or one.language in languages)


def print_terms(clause: Clause, lexicon: Lexicon, languages: Sequence[str]) -> None:
    """Tables on a terminal; elsewhere a line for each group, as programs that search in lines want it."""
    from monitor.rules.surfaces import leaves

    out = console()
    seen = out.file.isatty()
    shown = cell if seen else _searchable
    for leaf in leaves(clause, lexicon):
        if leaf.clause == "term":
            case = ", exact case" if leaf.case else ""
            spelled = ", ".join(map(shown, leaf.spellings))
            out.print(f"[bold]term[/] {shown(leaf.text)}{case}: {spelled}\n")
            continue
        surfaces = spoken(leaf, languages)
        counted = sum(one.kind != "not" for one in surfaces)
        heard = len({one.language for one in surfaces if one.language})
        named = ", ".join(escape(_named(id, lexicon)) for id in leaf.ids)
        what = "silenced by" if leaf.clause == "unless" else leaf.clause
        out.print(f"[bold]{what}[/] {named}: {_count(counted, 'form')} in {_count(heard, 'language')}")
        if surfaces and seen:
            out.print(_table(leaf, surfaces, lexicon))
            continue
        for (entry, language, kind), words in _rows(surfaces):
            whose = f"{escape(entry)} " if len(leaf.entries) > 1 else ""
            out.print(f"  {whose}{language or 'all'} {_KINDS[kind]}: {', '.join(map(shown, words))}")
        out.print("")


def _searchable(text: str) -> str:
    """Text for a pipe: as it is written, so that it is found and may be copied into a rule."""
    return escape(plain(text))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _named(id: str, lexicon: Lexicon) -> str:
    gloss = lexicon.gloss(id)
    return id if gloss in (id, id.partition("/")[2]) else f"{id} ({gloss})"


def _table(leaf: Leaf, surfaces: Iterable[Surface], lexicon: Lexicon) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    several = len(leaf.entries) > 1
    if several:
        table.add_column("entry", overflow="fold", style="bold")
    table.add_column("in")
    table.add_column("kind")
    table.add_column("forms", overflow="fold")
    last = ""
    for (entry, language, kind), words in _rows(surfaces):
        cells = [language or "all", _KINDS[kind], ", ".join(map(cell, words))]
        if several:
            cells.insert(0, escape(entry) if entry != last else "")
            last = entry
        table.add_row(*cells, style="dim" if kind == "not" else None)
    return table


def _rows(surfaces: Iterable[Surface]) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
    """Forms of one entry, language and kind, in the order of the lexicon."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for one in surfaces:
        shown = f"{one.text} (exact case)" if one.case else one.text
        rows.setdefault((one.entry, one.language, one.kind), []).append(shown)
    order = list(_KINDS)
    entries = {entry: number for number, (entry, _, _) in enumerate(rows)}
    yield from sorted(rows.items(), key=lambda row: (entries[row[0][0]], row[0][1], order.index(row[0][2])))


def cell(text: str) -> str:
    """Text for a terminal; what runs from right to left stands by itself, so that commas keep their side.

    Such a phrase is not broken between lines: its rest would run the other way.
    """
    shown = escape(plain(text))
    if any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return f"{_ISOLATE}{shown}{_END}".replace(" ", "\u00a0")
    return shown
