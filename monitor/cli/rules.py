"""``rules list``, ``rules show``: the rules as they were loaded."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer
from rich import box
from rich.cells import cell_len
from rich.table import Table

from monitor.cli.output import complain, console, plain, print_json
from monitor.cli.rule_terms import cell, print_terms, spoken

if TYPE_CHECKING:
    from monitor.rules.book import LoadedRule, RuleBook

RULES = typer.Option(
    [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
)
app = typer.Typer(no_args_is_help=True, help="The rules as they were loaded.")

_COLUMNS = ("rule", "title", "severity", "status", "tags", "owner", "file")
_BY_NEED = ("rule", "title", "status", "severity", "file", "tags", "owner")
_WRAPPED = {"title": 20, "tags": 14}  # columns of the table that may be so narrow: they are broken at spaces
_GAP = 3  # columns of the terminal between two of the table
_FORMS = ("yaml", "query")


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
    form: str = typer.Option("yaml", "--as", metavar="[yaml|query]", help="As YAML, or as a Boolean query."),
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
    if form not in _FORMS:
        written = "write yaml or query; for JSON give --json, for every form in print --terms"
        raise typer.BadParameter(f"a rule cannot be shown as {plain(form)!r}: {written}", param_hint="--as")
    book = _book(rules)
    loaded = _found(book, id)
    if as_json:
        _print_json(loaded, book, terms, language or ())
    elif terms:
        print_terms(loaded.rule.clause, book.lexicon, language or ())
    elif form == "query":
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
        table.add_row(*(cell(row[column]) for column in kept))
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
    from monitor.rules.surfaces import leaves

    try:
        query, without = write_query(loaded.rule.clause, loaded.rule.where), ""
    except Inexpressible as error:
        query, without = "", str(error)
    shown = _line(loaded) | {"rule": rule_value(loaded), "query": query, "inexpressible": without}
    if terms:
        shown["terms"] = [
            msgspec.to_builtins(msgspec.structs.replace(leaf, surfaces=spoken(leaf, languages)))
            for leaf in leaves(loaded.rule.clause, book.lexicon)
        ]
    print_json(shown)
