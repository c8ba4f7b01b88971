"""``rules list``, ``rules show``: the rules as they were loaded."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer
from rich import box
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from monitor.cli.output import complain, console, plain, print_json

if TYPE_CHECKING:
    from monitor.lexicon.schema import Lexicon
    from monitor.rules.book import LoadedRule, RuleBook
    from monitor.rules.surfaces import Leaf, Surface

RULES = typer.Option(
    [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
)
app = typer.Typer(no_args_is_help=True, help="The rules as they were loaded.")

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
_COLUMNS = ("rule", "title", "severity", "status", "tags", "owner", "file")
_BY_NEED = ("rule", "title", "status", "severity", "file", "tags", "owner")
_WRAPPED = {"title": 20, "tags": 14}  # columns of the table that may be so narrow: they are broken at spaces
_GAP = 3  # columns of the terminal between two of the table
_ISOLATE, _END = "\u2068", "\u2069"


class Form(StrEnum):
    """How a rule is written out."""

    YAML = "yaml"
    QUERY = "query"


def add_to(main: typer.Typer) -> None:
    """Register the group."""
    main.add_typer(app, name="rules")


@app.command("list")
def list_rules(
    rules: list[Path] = RULES,
    as_json: bool = typer.Option(False, "--json", help="One JSON line a rule."),
) -> None:
    """List all rules, drafts included. Exit code 1 if some could not be loaded.

    Example: monitor rules list
    """
    book = _book(rules)
    if as_json:
        for loaded in book.rules:
            print_json(_line(loaded))
    else:
        _print_list(book)
    if book.errors():
        raise typer.Exit(1)


@app.command("show")
def show_rule(
    id: str = typer.Argument(metavar="RULE", help="The rule's id."),
    rules: list[Path] = RULES,
    form: Form = typer.Option(Form.YAML, "--as", help="As YAML, or as a Boolean query."),
    terms: bool = typer.Option(False, "--terms", help="Every form in print that it listens for instead."),
    language: list[str] = typer.Option(
        None, "--language", "-l", help="With --terms: only forms of this language; may be repeated."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON line."),
) -> None:
    """Print a rule as it was loaded: `let`, `use` and `extends` resolved, every default left out.

    The YAML loads again to the same rule. A rule that no query can express says which clause it is:
    exit code 1. With --terms, names count in every language of their script, all else in its own
    language; weak words count only where the text says who or where.

    Example: monitor rules show ru-strikes-raqqa --terms
    """
    book = _book(rules)
    loaded = _found(book, id)
    if as_json:
        _print_json(loaded, book, terms, language or ())
    elif terms:
        _print_terms(loaded, book, language or ())
    elif form is Form.QUERY:
        _print_query(loaded)
    else:
        _print_yaml(loaded)


def _book(rules: Sequence[Path]) -> RuleBook:
    from monitor.cli.packs import pack_for
    from monitor.rules.load import load_rules

    book = load_rules(rules, pack=pack_for(rules))
    complain(book.errors())
    return book


def _found(book: RuleBook, id: str) -> LoadedRule:
    loaded = book.by_id.get(id)
    if loaded is None:
        close = get_close_matches(id, book.by_id, n=3, cutoff=0.5)
        hint = f": did you mean {' or '.join(close)}?" if close else "; `monitor rules list` names all"
        among = " among those that could be loaded" if book.errors() else ""
        raise typer.BadParameter(f"there is no rule {id!r}{among}{hint}")
    return loaded


def _print_list(book: RuleBook) -> None:
    """A table; where the terminal is too narrow for all columns, the less needed ones are left out."""
    out = console()
    rows = [
        (
            one.rule.id,
            one.rule.title,
            one.rule.severity,
            one.rule.status,
            ", ".join(one.rule.tags),
            one.model.owner or "",
            f"{one.file}:{one.line}",
        )
        for one in book.rules
    ]
    kept = _fitting(rows, out.width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in kept:
        name = _COLUMNS[column]
        table.add_column(name, overflow="fold", no_wrap=name not in _WRAPPED)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in kept))
    out.print(table)
    left = [name for column, name in enumerate(_COLUMNS) if column not in kept]
    if left:
        out.print(f"[dim]no room for {', '.join(left)}: --json has them[/]")


def _fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The columns, in their order, that fit into ``width``, the more needed ones first."""
    kept: list[int] = []
    used = 1
    for name in _BY_NEED:
        column = _COLUMNS.index(name)
        need = max([len(name), *(cell_len(row[column]) for row in rows)]) + _GAP
        used += min(need, _WRAPPED.get(name, need))
        if kept and used > width:
            break
        kept.append(column)
    return sorted(kept)


def _line(loaded: LoadedRule) -> dict[str, Any]:
    rule = loaded.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "status": rule.status,
        "tags": rule.tags,
        "owner": loaded.model.owner,
        "file": loaded.file,
        "line": loaded.line,
        "version": rule.version,
    }


def _print_yaml(loaded: LoadedRule) -> None:
    from monitor.rules.show import TooDeep, rule_yaml

    try:
        typer.echo(rule_yaml(loaded), nl=False)
    except TooDeep as error:
        typer.echo(f"monitor: {error}", err=True)
        raise typer.Exit(1) from None


def _print_query(loaded: LoadedRule) -> None:
    from monitor.rules.query.write import Inexpressible, unsaid, write_query

    try:
        typer.echo(write_query(loaded.rule.clause, loaded.rule.where))
        if left := unsaid(loaded.rule.where):
            typer.echo(f"beside it, under `where`: {', '.join(left)}", err=True)
    except Inexpressible as error:
        typer.echo(f"monitor: rule {loaded.rule.id} cannot be said as a query: it has {error}", err=True)
        raise typer.Exit(1) from None


def _print_json(loaded: LoadedRule, book: RuleBook, terms: bool, languages: Sequence[str]) -> None:
    from monitor.rules.query.write import Inexpressible, write_query
    from monitor.rules.show import rule_value

    try:
        query, without = write_query(loaded.rule.clause, loaded.rule.where), ""
    except Inexpressible as error:
        query, without = "", str(error)
    shown = _line(loaded) | {"rule": rule_value(loaded), "query": query, "inexpressible": without}
    if terms:
        shown["terms"] = [
            msgspec.to_builtins(msgspec.structs.replace(leaf, surfaces=_of(leaf, languages)))
            for leaf in _leaves(loaded, book)
        ]
    print_json(shown)


def _leaves(loaded: LoadedRule, book: RuleBook) -> tuple[Leaf, ...]:
    from monitor.rules.surfaces import leaves

    return leaves(loaded.rule.clause, book.lexicon)


def _of(leaf: Leaf, languages: Sequence[str]) -> tuple[Surface, ...]:
    return tuple(one for one in leaf.surfaces if not languages or one.language in languages)


def _print_terms(loaded: LoadedRule, book: RuleBook, languages: Sequence[str]) -> None:
    out = console()
    for leaf in _leaves(loaded, book):
        if leaf.clause == "term":
            case = ", exact case" if leaf.case else ""
            spelled = ", ".join(map(_cell, leaf.spellings))
            out.print(f"[bold]term[/] {_cell(leaf.text)}{case}: {spelled}\n")
            continue
        surfaces = _of(leaf, languages)
        counted = sum(one.kind != "not" for one in surfaces)
        spoken = len({one.language for one in surfaces if one.language})
        named = ", ".join(escape(_named(id, book.lexicon)) for id in leaf.ids)
        what = "silenced by" if leaf.clause == "unless" else leaf.clause
        out.print(f"[bold]{what}[/] {named}: {_count(counted, 'form')} in {_count(spoken, 'language')}")
        if surfaces:
            out.print(_table(leaf, surfaces, book.lexicon))
        else:
            out.print("")


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
        cells = [language or "all", _KINDS[kind], ", ".join(map(_cell, words))]
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


def _cell(text: str) -> str:
    """Text for a terminal; what runs from right to left stands by itself, so that commas keep their side.

    Such a phrase is not broken between lines: its rest would run the other way.
    """
    shown = escape(plain(text))
    if any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return f"{_ISOLATE}{shown}{_END}".replace(" ", "\u00a0")
    return shown
