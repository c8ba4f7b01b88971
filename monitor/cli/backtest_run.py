"""Articles through the rules of a backtest: from the archive or from files, with all workers, a bar above."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any, TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.backtest.examine import Examiner
from monitor.backtest.findings import Findings
from monitor.backtest.rulesets import RuleSet
from monitor.backtest.sources import ArchivedArticles, archived
from monitor.backtest.tally import Tally
from monitor.backtest.workers import Crew
from monitor.cli.backtest_sets import Against
from monitor.cli.line_files import LineFiles, read_line, warm_up
from monitor.cli.output import complain, console, plain
from monitor.located import Problem

T = TypeVar("T")

MOST_TOLD = 20  # problems that are told one by one


class Problems:
    """Keeps what could not be read, to be told when the bar is gone: the first ones one by one."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Problem] = []

    def __call__(self, problem: Problem) -> None:
        self.count += 1
        if len(self._first) < MOST_TOLD:
            self._first.append(problem)

    def tell(self) -> None:
        """On standard error."""
        for problem in self._first:
            if problem.file.lower().endswith(".gz"):  # its line cannot be shown
                remedy = f"\n    remedy: {problem.remedy}" if problem.remedy else ""
                words = f"{problem.file}:{problem.line}:{problem.column}: {problem.level}: {problem.message}"
                console(err=True).print(plain(words + remedy), markup=False)
            else:
                complain([problem])
        if self.count > len(self._first):
            rest = self.count - len(self._first)
            console(err=True).print(f"… and {rest:,} more that could not be read")


class Run:
    """Reads articles with all workers; ``seconds`` are those of reading, without loading the rules."""

    def __init__(
        self,
        current: RuleSet,
        older: Against | None,
        since: datetime | None,
        until: datetime | None,
        limit: int | None,
        workers: int,
        problems: Problems,
    ) -> None:
        self._engines = (
            current.engine(),
            older.rules.engine(current.book) if older is not None and not older.alike else None,
        )
        ids = [loaded.rule.id for loaded in current.tested]
        self._tested = {id: older.pairs.get(id, "") if older is not None else "" for id in ids}
        self._since = since
        self._until = until
        self._limit = limit
        self._problems = problems
        self.workers = workers
        self.seconds = 0.0

    def over_archive(self, url: str, tally: Tally) -> None:
        """All articles of the archive between the dates. Raises ``ArchiveError``."""
        work = self._examiner(archived)
        with Crew(work, self.workers) as crew, ArchivedArticles(url, self._since, self._until) as source:
            self.workers = crew.workers
            total = min(source.count(), self._limit or 10**15)
            self._go(crew.map(_at_most(source.pages(), self._limit)), tally, total, lambda: tally.articles)

    def over_files(self, files: list[str], tally: Tally) -> None:
        """All lines of files."""
        source = LineFiles(files, self._problems)
        warm_up()
        work = self._examiner(read_line)
        with Crew(work, self.workers) as crew:
            self.workers = crew.workers
            answers = crew.map(_at_most(source.chunks(), self._limit))
            if self._limit is not None:
                self._go(answers, tally, self._limit, lambda: tally.articles + tally.outside)
            else:
                self._go(answers, tally, source.size, lambda: source.position)

    def _examiner(self, take: Any) -> Examiner[Any]:
        now, then = self._engines
        made = Examiner(now, self._tested, take, then=then, since=self._since, until=self._until)
        made.warm_up()
        return made

    def _go(
        self, answers: Iterator[Findings], tally: Tally, total: int | None, done: Callable[[], int]
    ) -> None:
        started = time.monotonic()
        with ExitStack() as stack:
            progress = _progress()
            task = None
            if progress is not None:
                stack.enter_context(progress)
                task = progress.add_task("reading", total=total, articles="")
            for findings in answers:
                tally.add(findings)
                for problem in findings.problems:
                    self._problems(problem)
                if progress is not None and task is not None:
                    rate = tally.articles / max(1e-9, time.monotonic() - started)
                    words = f"{tally.articles:,} articles, {rate:,.0f}/s"
                    progress.update(task, completed=min(done(), total or done()), articles=words)
        self._problems.tell()
        self.seconds = time.monotonic() - started


def _progress() -> Progress | None:
    """A bar on standard error, where somebody sees it."""
    out = console(err=True)
    if not out.is_terminal:
        return None
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[articles]}"),
        TimeRemainingColumn(),
        console=out,
        transient=True,
    )


def _at_most(chunks: Iterable[list[T]], limit: int | None) -> Iterator[list[T]]:
    """The chunks until there are ``limit`` things in them."""
    left = limit
    for chunk in chunks:
        if left is None:
            yield chunk
            continue
        yield chunk[:left]
        left -= len(chunk[:left])
        if left <= 0:
            return
