"""``backtest``: what a rule would have done on articles that the monitor has seen, or on a file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from monitor.cli.open import CONFIG
from monitor.cli.output import complain, console, print_json

if TYPE_CHECKING:
    from monitor.backtest.rulesets import RuleSet
    from monitor.backtest.tally import Tally
    from monitor.cli.backtest_run import Run
    from monitor.cli.backtest_sets import Against

SINCE = "30d"  # for the archive; files are read whole


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(backtest)


def backtest(
    subject: str = typer.Argument(
        ..., metavar="RULE|FILE", help="The id of a rule, a draft or shadow too, or a file of rules to try."
    ),
    rules: list[Path] = typer.Option(
        None,
        "--rules",
        help="A folder or file of rules, entities, concepts; may be repeated. `rules_dir` of the settings, if left out.",
    ),
    config: Path = CONFIG,
    articles: list[str] = typer.Option(
        [],
        "--articles",
        help="A file of articles as JSON lines, also .gz; - is standard input; may be repeated. "
        "The archive, if left out.",
    ),
    since: str = typer.Option(
        None,
        "--since",
        help=f"From so long ago (30d, 12h) or a day on. {SINCE} for the archive, if left out.",
    ),
    until: str = typer.Option(None, "--until", help="Up to so long ago, or up to the end of a day."),
    against: str = typer.Option(
        None,
        "--against",
        help="Compare with the rules at a revision of git (HEAD, HEAD~3, a tag), or with another file or folder.",
    ),
    examples: int = typer.Option(5, "--examples", min=0, max=1000, help="So many fires are shown."),
    changes: int = typer.Option(
        20, "--changes", min=0, max=10_000, help="So many articles gained, and lost, are shown."
    ),
    limit: int = typer.Option(None, "--limit", "-n", min=1, help="Stop after so many articles."),
    workers: int = typer.Option(
        None, "--workers", min=1, max=256, help="Processes; one a core, if left out."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON line a rule."),
) -> None:
    """Show what a rule would have done: on the archive's articles, or on a file of articles.

    Fires by day, examples with their evidence, other rules that fire on the same articles, and, with
    --against, which articles a change of the rule gains and loses. Exit code 2 if something could not
    be read; the rest is counted all the same.

    Example: monitor backtest ru-strikes-raqqa --since 30d --against HEAD
    """
    from monitor.backtest.workers import cores
    from monitor.cli.backtest_run import Problems, Run
    from monitor.cli.backtest_sets import load_sets
    from monitor.config import load_settings

    now = datetime.now(UTC)
    settings = load_settings(config) if not rules or not articles else None
    folders = list(rules or ()) or [settings.rules_dir if settings is not None else Path("rules")]
    begin = _moment("--since", since if since is not None or articles else SINCE, now, end=False)
    end = _moment("--until", until, now, end=True)
    if begin is not None and end is not None and begin >= end:
        raise typer.BadParameter(f"nothing lies between --since {since or SINCE} and --until {until}")
    started = time.monotonic()
    current, older = load_sets(subject, folders, against)
    for problems in (current.problems, older.problems if older is not None else ()):
        if problems:
            complain(problems)
            errors = f"{len(problems)} error{'' if len(problems) == 1 else 's'}"
            console(err=True).print(f"{errors}: what is broken is left out")
    tally = _tally(current, older, examples)
    problems_told = Problems()
    examining = Run(current, older, begin, end, limit, workers or cores(), problems_told)
    if articles:
        examining.over_files(list(articles), tally)
    else:
        assert settings is not None
        url = settings.archive_url()
        if not url:
            raise typer.BadParameter("the settings have `archive: none`: name a file, --articles FILE")
        examining.over_archive(url, tally)
    seconds = time.monotonic() - started
    run = {
        "since": begin,
        "until": end,
        "articles": tally.articles,
        "outside": tally.outside,
        "unread": problems_told.count,
        "workers": examining.workers,
        "seconds": round(examining.seconds, 3),
        "articles_per_second": round(tally.articles / examining.seconds, 1) if examining.seconds else 0.0,
    }
    if as_json:
        _print_lines(current, older, tally, run)
    else:
        nothing = _nothing(tally, problems_told.count, in_files=bool(articles))
        _print_text(current, older, tally, changes, examining, seconds, nothing)
    if problems_told.count:
        raise typer.Exit(2)


def _tally(current: RuleSet, older: Against | None, examples: int) -> Tally:
    from monitor.backtest.tally import Tally

    ids = [loaded.rule.id for loaded in current.tested]
    compared = older.pairs if older is not None and not older.alike else ()
    return Tally(ids, examples=examples, compared=compared)


def _moment(option: str, text: str | None, now: datetime, *, end: bool) -> datetime | None:
    """A time as people write it: so long ago, a day, or a time of ISO 8601."""
    from monitor.durations import parse_duration

    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return start + timedelta(days=1) if end else start
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return now - parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option} {text!r}: write 30d, 12h, or a day such as 2026-11-24") from error


# --- what is printed ----------------------------------------------------------------------------


def _print_lines(current: RuleSet, older: Against | None, tally: Tally, run: Mapping[str, Any]) -> None:
    for loaded in current.tested:
        found = msgspec.to_builtins(tally.of(loaded.rule.id), builtin_types=(datetime, date))
        days = found.pop("days")
        rule = loaded.rule
        line = {
            "rule": rule.id,
            "title": rule.title,
            "version": rule.version,
            "status": rule.status,
            "file": loaded.file,
            "line": loaded.line,
        }
        found.pop("rule")
        found["days"] = [
            {"day": day, "fires": days.get(day, 0), "articles": count}
            for day, count in sorted(tally.days.items(), key=lambda item: str(item[0] or ""))
        ]
        against = None
        if older is not None:
            against = {"label": older.label, "rule": older.pairs.get(rule.id), "notes": older.notes(rule.id)}
        print_json(line | found | {"against": against, "run": run})


def _nothing(tally: Tally, unread: int, *, in_files: bool) -> str:
    """Why there was no article to look at."""
    if unread and not tally.outside:
        return "no article could be read"
    if in_files and not tally.outside:
        return "there is no article in what was given"
    return "there is no article between these dates"


def _print_text(
    current: RuleSet,
    older: Against | None,
    tally: Tally,
    changes: int,
    run: Run,
    seconds: float,
    nothing: str,
) -> None:
    from monitor.cli.backtest_text import Compared, Report

    out = console()
    report = Report(out, changes)
    for number, loaded in enumerate(current.tested):
        if number:
            out.print()
        compared = None
        if older is not None:
            compared = Compared(label=older.label, notes=older.notes(loaded.rule.id))
        report.rule(loaded, tally.of(loaded.rule.id), tally.articles, tally.days, compared, nothing)
    out.print()
    rate = tally.articles / run.seconds if run.seconds else 0.0
    outside = f", {tally.outside:,} outside the dates" if tally.outside else ""
    processes = f"{run.workers} process{'' if run.workers == 1 else 'es'}"
    out.print(
        f"{tally.articles:,} articles in {run.seconds:.1f} s ({rate:,.0f}/s, {processes}){outside}; "
        f"{seconds:.1f} s in all"
    )
