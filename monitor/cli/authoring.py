"""``check``, ``test``, ``schema``: for those who write rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer
from rich.markup import escape

from monitor.cli.output import complain, console, print_json
from monitor.located import InvalidFile, Problem

RULES = typer.Option(
    [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(check)
    app.command("test")(run_tests)
    app.command()(schema)


def check(
    rules: list[Path] = RULES,
    as_json: bool = typer.Option(False, "--json", help="One JSON line a finding."),
) -> None:
    """Check rules, lexicon, subscribers and feeds; print every error with its place and remedy.

    Exit code 1 if there are errors. Example: monitor check --rules rules
    """
    from monitor.alerting.check import check_routing
    from monitor.feeds.load import load_feeds
    from monitor.matching import kernel_py
    from monitor.notify.subscribers import load_subscribers, unreadable_secrets
    from monitor.rules.load import load_rules

    book = load_rules(rules)
    problems = list(book.problems)
    counted = [f"{len(book.rules)} rules", f"{len(book.lexicon.entries)} lexicon entries"]
    for folder in (path for path in rules if path.is_dir()):
        subscribers = folder / "subscribers.yaml"
        if subscribers.exists():
            try:
                loaded = load_subscribers(subscribers)
                counted.append(f"{len(loaded.targets)} subscribers")
                problems.extend(check_routing(book, loaded.routing))
                problems.extend(
                    Problem(str(subscribers), 1, 1, line, "set it before the monitor runs", "warning")
                    for line in unreadable_secrets(loaded)
                )
            except InvalidFile as error:
                problems.extend(error.problems)
        feeds = folder / "feeds.yaml"
        if feeds.exists():
            try:
                counted.append(f"{len(load_feeds(feeds))} feeds")
            except InvalidFile as error:
                problems.extend(error.problems)
    problems = sorted(dict.fromkeys(problems))
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        for problem in problems:
            print_json(msgspec.to_builtins(problem))
    else:
        complain(problems)
        verdict = f"[bold red]{errors} errors[/]" if errors else "[green]no errors[/]"
        warnings = len(problems) - errors
        console().print(
            f"{', '.join(counted)}; {verdict}{f', {warnings} warnings' if warnings else ''}; kernel: {kernel_py.NAME}"
        )
    if errors:
        raise typer.Exit(1)


def run_tests(
    ids: list[str] = typer.Argument(None, metavar="[RULE…]", help="Only these rules."),
    rules: list[Path] = RULES,
    verbose: bool = typer.Option(
        False, "--verbose", "-v", help="Print examples that are as they should be, too."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON line an example."),
) -> None:
    """Run the examples in the rule files. Exit code 1 if one is not as it should be.

    Example: monitor test ru-strikes-raqqa
    """
    from monitor.cleaning.clean import clean_document
    from monitor.cli.packs import pack_for
    from monitor.rules.examples import ExampleResult, run_examples
    from monitor.rules.load import load_rules

    def clean(title: str, text: str, language: str) -> tuple[str, str, str]:
        article = clean_document(title=title, text=text, language=language, seen=datetime.now(UTC))
        return article.title, article.text, article.language

    book = load_rules(rules, pack=pack_for(rules))
    if book.errors():
        complain(book.errors())
    known = {loaded.rule.id for loaded in book.rules}
    for id in ids or ():
        if id not in known:
            raise typer.BadParameter(f"there is no rule {id!r}")
    out = console()
    passed = failed = 0

    def show(result: ExampleResult) -> None:
        mark = "[red]✗[/]" if result.failure else "[green]✓[/]"
        kind = "fires" if result.wanted else "silent"
        out.print(
            f"{mark} {escape(result.rule.rule.id)} example {result.number} ({kind}): {escape(result.text[:160])}"
        )
        if result.failure:
            out.print(f"    {escape(result.failure)}")
            out.print(f"    {escape(result.rule.file)}:{result.rule.line}")
        elif result.fired is not None:
            shown = ", ".join(
                f"{one.text} ({one.clause}: {one.gloss or one.text})" for one in result.fired.evidence
            )
            out.print(f"    evidence: {escape(shown)}")

    for result in run_examples(book, clean, ids or ()):
        passed += not result.failure
        failed += bool(result.failure)
        if as_json:
            evidence = list(result.fired.evidence) if result.fired is not None else []
            print_json(
                {
                    "rule": result.rule.rule.id,
                    "example": result.number,
                    "ok": not result.failure,
                    "failure": result.failure,
                    "evidence": evidence,
                }
            )
        elif result.failure or verbose:
            show(result)
    if not as_json:
        out.print(f"{passed} passed, {failed} failed")
    if failed or book.errors():
        raise typer.Exit(1)


def schemas() -> Iterator[tuple[str, dict[str, object]]]:
    """Names and JSON Schemas of all files that people write."""
    from monitor.config import Settings
    from monitor.feeds.settings import FeedsFile
    from monitor.lexicon.models import concepts_schema, entities_schema
    from monitor.notify.subscribers import subscribers_schema
    from monitor.rules.schema import RuleFile

    yield "watch", RuleFile.model_json_schema()
    yield "entities", entities_schema()
    yield "concepts", concepts_schema()
    yield "feeds", FeedsFile.model_json_schema()
    yield "subscribers", subscribers_schema()
    yield "monitor", Settings.model_json_schema()


def schema(
    name: str = typer.Argument(
        None, help="watch, entities, concepts, feeds, subscribers or monitor; all if left out."
    ),
    write: Path = typer.Option(None, "--write", help="Write all of them into this folder, as NAME.json."),
) -> None:
    """Print the JSON Schema of a file that people write, for editors to complete and check.

    Example: monitor schema --write rules/schema
    """
    found = dict(schemas())
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for one, content in found.items():
            (write / f"{one}.json").write_text(_pretty(content), "utf-8")
        typer.echo(f"wrote {', '.join(f'{one}.json' for one in found)} into {write}")
        return
    if name is not None and name not in found:
        raise typer.BadParameter(f"there is no schema {name!r}: there are {', '.join(found)}")
    sys.stdout.write(_pretty(found[name] if name is not None else found))


def _pretty(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
