"""``test``: the examples in the rule files, with what fired and why."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from monitor.cli.authoring import RULES
from monitor.cli.output import complain, console, print_json
from monitor.located import InvalidFile, Problem
from monitor.rules.book import RuleBook
from monitor.rules.examples import Clean, ExampleResult

_MANY = 200  # examples from which on progress is shown
_DEBOUNCE_MS = 150
_LOOK_AGAIN_MS = 1000  # where the system tells nothing of changes, such as on network drives

Output = Callable[[ExampleResult, float], None]
"""Takes each result and how long it took, in seconds."""


class Outcome(msgspec.Struct, frozen=True):
    """What a run comes to."""

    passed: int
    failed: int
    errors: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        return not self.failed and not self.errors


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("test")(run_tests)


def run_tests(
    ids: list[str] = typer.Argument(None, metavar="[RULE…]", help="Only these rules."),
    rules: list[Path] = RULES,
    verbose: bool = typer.Option(
        False, "--verbose", "-v", help="Print examples that are as they should be, too."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON line an example."),
    junit: Path = typer.Option(None, "--junit", metavar="FILE", help="Write a JUnit report, too."),
    watch: bool = typer.Option(False, "--watch", help="Run again whenever a file changes, until Ctrl-C."),
) -> None:
    """Run the examples in the rule files. Exit code 1 if one is not as it should be.

    Example: monitor test ru-strikes-raqqa
    """
    from monitor.cli.packs import pack_for
    from monitor.rules.load import load_rules

    book = load_rules(rules, pack=pack_for(rules))
    known = {loaded.rule.id for loaded in book.rules}
    for id in ids or ():
        if id not in known and not watch:
            raise typer.BadParameter(f"there is no rule {id!r}{_hint(id, known)}")
    if junit is not None and not junit.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {junit.parent}", param_hint="--junit")

    def run(book: RuleBook) -> Outcome:
        return _run(book, ids or (), verbose=verbose, as_json=as_json, junit=junit)

    outcome = run(book)
    if watch:
        _watch(rules, book, run)
        return
    if not outcome.good:
        raise typer.Exit(1)


def _hint(id: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(id, list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else ""


# --- one run --------------------------------------------------------------------------------


def _run(book: RuleBook, ids: Sequence[str], *, verbose: bool, as_json: bool, junit: Path | None) -> Outcome:
    from monitor.cli.example_report import plain_report, print_report
    from monitor.cli.junit import Timed
    from monitor.cli.junit import junit as report
    from monitor.rules.examples import count_examples, run_examples

    if book.errors():
        complain(book.errors())
    begun = datetime.now(UTC)
    out = console()
    kept: list[Timed] = []
    passed = failed = 0
    with _uncollected(), _progress(count_examples(book, ids)) as step:
        before = time.perf_counter()
        for result in run_examples(book, clean_example, ids):
            seconds = time.perf_counter() - before
            passed += not result.failure
            failed += bool(result.failure)
            if as_json:
                print_json(_json(result))
            elif result.failure or verbose:
                print_report(out, book, result)
            if junit is not None:
                kept.append(Timed(result, seconds, plain_report(book, result) if result.failure else ""))
            step()
            before = time.perf_counter()
    if junit is not None:
        junit.write_bytes(report(kept, [str(problem) for problem in book.errors()], begun))
    if not as_json:
        out.print(f"{passed} passed, {failed} failed")
    return Outcome(passed, failed, book.errors())


def _clean(title: str, text: str, language: str) -> tuple[str, str, str]:
    from monitor.cleaning.clean import clean_document

    article = clean_document(title=title, text=text, language=language, seen=datetime.now(UTC))
    return article.title, article.text, article.language


clean_example: Clean = _clean


def _json(result: ExampleResult) -> dict[str, object]:
    return {
        "rule": result.rule.rule.id,
        "example": result.number,
        "ok": not result.failure,
        "failure": result.failure,
        "evidence": list(result.fired.evidence) if result.fired is not None else [],
    }


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector, which would look at all rules and the lexicon again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if that is a terminal and there is much to do."""
    screen = console(err=True)
    if total < _MANY or not screen.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("examples"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("examples", total=total)
        yield lambda: bar.advance(task)


# --- watching -------------------------------------------------------------------------------


def _watch(rules: Sequence[Path], book: RuleBook, run: Callable[[RuleBook], Outcome]) -> None:
    """Run again after each change, until Ctrl-C. A folder that goes away is waited for."""
    import watchfiles

    from monitor.rules.load import load_rules

    # A file is watched by its folder: editors put a new file in its place.
    places = {path if path.is_dir() else path.parent for path in rules}
    seen = _signature(rules)
    said = console(err=True)
    said.print("watching; Ctrl-C ends", style="dim")
    try:
        for _ in watchfiles.watch(
            *places,
            debounce=_DEBOUNCE_MS,
            rust_timeout=_LOOK_AGAIN_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            now = _signature(rules)
            if now == seen:
                continue
            changed = sorted(name for name, _ in set(now) ^ set(seen))
            seen = now
            said.print(f"changed: {', '.join(dict.fromkeys(changed))}", style="dim", markup=False)
            try:
                book = load_rules(rules, book)
            except InvalidFile as error:
                complain(error.problems)
                continue
            run(book)
    except KeyboardInterrupt:
        pass


def _signature(rules: Sequence[Path]) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """Names, times, sizes and inodes of all rule files: whether anything was edited."""
    from monitor.rules.load import rule_files

    try:
        files = rule_files(rules)
    except InvalidFile:
        return ()
    found = []
    for path in files:
        try:
            status = path.stat()
        except OSError:  # gone since it was listed
            continue
        found.append((str(path), (status.st_ctime_ns, status.st_size, status.st_ino)))
    return tuple(found)
