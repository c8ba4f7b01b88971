"""``check``: what is wrong in the files that people write, and what is not wrong but not right either."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import msgspec
import typer

from monitor.cli.authoring import RULES
from monitor.cli.output import complain, console, print_json
from monitor.located import InvalidFile, Level, Problem, read_file
from monitor.rules.book import RuleBook

LEVELS: tuple[Level, ...] = ("error", "warning", "info")
Format = Literal["text", "json", "github"]

MOST_ALIKE = 20
"""Notes of one code that the text format prints in full; of more it prints ``FIRST_ALIKE``."""
FIRST_ALIKE = 5

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
"""What GitHub calls the levels."""

_OF_ROUTING = {
    "unknown-subscriber": ("error", "A rule names a subscriber that subscribers.yaml has not."),
    "no-subscription": ("error", "No subscription, and no default, takes an active rule."),
    "secret-not-set": ("warning", "A secret that a subscriber names cannot be read here."),
}


class Checked(msgspec.Struct, frozen=True):
    """What was looked at, and all that is to be said about it."""

    counted: tuple[str, ...]
    problems: tuple[Problem, ...]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(check)


def check(
    rules: list[Path] = RULES,
    form: Format = typer.Option("text", "--format", help="text, json (a line a finding) or github."),
    as_json: bool = typer.Option(False, "--json", help="The same as --format json."),
    strict: bool = typer.Option(False, "--strict", help="Exit with 1 for warnings, too."),
    severity: Level = typer.Option(
        "info", "--severity", help="Only findings at least so bad: error, warning, info."
    ),
    ignore: list[str] = typer.Option(
        [], "--ignore", metavar="CODE", help="Not these findings; may be repeated."
    ),
    codes: bool = typer.Option(
        False, "--codes", help="Print all codes with their meaning, and check nothing."
    ),
) -> None:
    """Check rules, lexicon, subscribers and feeds; print every finding with its place and remedy.

    Exit code 1 if there are errors. A comment "# check: ignore CODE" at the end of a line, or alone
    above it, leaves a finding out. Example: monitor check --rules rules --strict
    """
    if codes:
        _print_codes("json" if as_json else form)
        return
    known = {code for code, _, _ in _codes()}
    for code in ignore:
        if code not in known:
            close = get_close_matches(code, known, n=1)
            hint = f": did you mean {close[0]!r}?" if close else "; see monitor check --codes"
            raise typer.BadParameter(f"there is no code {code!r}{hint}", param_hint="--ignore")
    checked = look(rules)
    worst = LEVELS.index(severity)
    shown = [
        problem
        for problem in checked.problems
        if LEVELS.index(problem.level) <= worst and problem.code not in ignore
    ]
    _print(shown, checked.counted, "json" if as_json else form)
    if any(problem.level == "error" or (strict and problem.level == "warning") for problem in shown):
        raise typer.Exit(1)


def look(rules: Sequence[Path]) -> Checked:
    """Load and check all files in these folders and files. Raises ``InvalidFile`` if one is not there."""
    from monitor.cli.packs import pack_for
    from monitor.feeds.load import load_feeds
    from monitor.rules.lint import lint
    from monitor.rules.load import load_rules

    book = load_rules(rules, pack=pack_for(rules))
    problems = list(book.problems)
    counted = [_count(len(book.rules), "rule"), _count(len(book.lexicon.entries), "lexicon entry", "entries")]
    sources = []
    for folder in (path for path in rules if path.is_dir()):
        if (folder / "subscribers.yaml").exists():
            problems.extend(_subscribers(folder / "subscribers.yaml", book, counted))
        feeds = folder / "feeds.yaml"
        if feeds.exists():
            try:
                loaded = load_feeds(feeds)
            except InvalidFile as error:
                problems.extend(error.problems)
            else:
                counted.append(_count(len(loaded), "feed"))
                sources.extend([feed.source for feed in loaded])
    gc.disable()  # many objects are made, none of them in circles: looking for those takes longer than all else
    try:
        problems.extend(lint(book, today=datetime.now(UTC).date(), sources=sources or None))
    finally:
        gc.enable()
    return Checked(tuple(counted), tuple(_unignored(sorted(dict.fromkeys(problems)))))


def _subscribers(path: Path, book: RuleBook, counted: list[str]) -> Iterable[Problem]:
    from monitor.alerting.check import check_routing
    from monitor.notify.subscribers import load_subscribers, unreadable_secrets

    try:
        loaded = load_subscribers(path)
    except InvalidFile as error:
        return error.problems
    counted.append(_count(len(loaded.targets), "subscriber"))
    remedy = "set it before the monitor runs"
    return [
        *check_routing(book, loaded.routing),
        *(
            Problem(str(path), 1, 1, line, remedy, "warning", "secret-not-set")
            for line in unreadable_secrets(loaded)
        ),
    ]


def _unignored(problems: Iterable[Problem]) -> Iterable[Problem]:
    from monitor.rules.lint.ignored import is_ignored

    lines: dict[str, Sequence[str]] = {}
    for problem in problems:
        if problem.code and problem.file not in lines:
            lines[problem.file] = _lines(problem.file)
        if not problem.code or not is_ignored(problem, lines[problem.file]):
            yield problem


def _lines(file: str) -> Sequence[str]:
    try:
        return read_file(Path(file)).decode("utf-8-sig", "replace").splitlines()
    except InvalidFile:  # gone since it was loaded
        return ()


def _count(number: int, one: str, several: str = "") -> str:
    if number == 1:
        return f"1 {one}"
    return f"{number} {one.rpartition(' ')[0] + ' ' + several if several else one + 's'}"


# --- output ---------------------------------------------------------------------------------


def _print(problems: Sequence[Problem], counted: Sequence[str], form: Format) -> None:
    if form == "json":
        for problem in problems:
            print_json(msgspec.to_builtins(problem))
        return
    if form == "github":
        for problem in problems:
            typer.echo(github_line(problem))
    else:
        _complain(problems)
    console().print(_verdict(problems, counted))


def _complain(problems: Sequence[Problem]) -> None:
    """All errors and warnings; of notes of one kind, where they are very many, the first few."""
    notes = Counter(problem.code for problem in problems if _is_note(problem))
    seen: Counter[str] = Counter()
    shown: list[Problem] = []
    for problem in sorted(problems):
        if _is_note(problem) and notes[problem.code] > MOST_ALIKE:
            seen[problem.code] += 1
            if seen[problem.code] > FIRST_ALIKE:
                continue
        shown.append(_with_code(problem))
        if seen[problem.code] == FIRST_ALIKE and _is_note(problem):
            complain(shown)
            shown.clear()
            more = notes[problem.code] - FIRST_ALIKE
            console(err=True).print(f"    and {more} more of this kind: --format json lists all")
    complain(shown)


def _is_note(problem: Problem) -> bool:
    return problem.level == "info" and bool(problem.code)


def _with_code(problem: Problem) -> Problem:
    if not problem.code:
        return problem
    return msgspec.structs.replace(problem, message=f"{problem.message} [{problem.code}]")


def _verdict(problems: Sequence[Problem], counted: Sequence[str]) -> str:
    from monitor.matching.kernel.choice import NAME

    numbers = [sum(problem.level == level for problem in problems) for level in LEVELS]
    said = [f"[bold red]{_count(numbers[0], 'error')}[/]" if numbers[0] else "[green]no errors[/]"]
    if numbers[1]:
        said.append(f"[yellow]{_count(numbers[1], 'warning')}[/]")
    if numbers[2]:
        said.append(f"[cyan]{_count(numbers[2], 'note')}[/]")
    return f"{', '.join(counted)}; {', '.join(said)}; kernel: {NAME}"


def github_line(problem: Problem) -> str:
    """A finding as a workflow command of GitHub Actions, which shows it at its line.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    text = f"{problem.message}; {problem.remedy}" if problem.remedy else problem.message
    properties = {
        "file": problem.file,
        "line": str(problem.line),
        "col": str(problem.column),
        "title": problem.code or "monitor check",
    }
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[problem.level]} {told}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _codes() -> list[tuple[str, str, str]]:
    """Code, level and meaning of all findings that have a code."""
    from monitor.rules.lint import CHECKS

    found = [(one.code, one.level, one.meaning) for one in CHECKS]
    return [*found, *((code, level, meaning) for code, (level, meaning) in _OF_ROUTING.items())]


def _print_codes(form: Format) -> None:
    from rich.table import Table

    if form == "json":
        for code, level, meaning in _codes():
            print_json({"code": code, "level": level, "meaning": meaning})
        return
    table = Table(box=None, pad_edge=False)
    for title in ("CODE", "LEVEL", "MEANING"):
        table.add_column(title, no_wrap=title != "MEANING")
    for row in _codes():
        table.add_row(*row)
    console().print(table, soft_wrap=False)
