"""What is not wrong in rules but not right either: many small checks, each with a code and a level.

A theme is a module with ``CHECKS``; a new module is added to ``_THEMES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from monitor.located import Problem
from monitor.records import Source
from monitor.rules.book import RuleBook
from monitor.rules.lint import breadth, filters, names, never, shape, upkeep
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.subject import LENT, Context, subjects

__all__ = ["CHECKS", "Check", "Finding", "lint"]

_THEMES = (never, shape, breadth, names, filters, upkeep)
CHECKS: tuple[Check, ...] = tuple(check for theme in _THEMES for check in theme.CHECKS)
"""All checks; codes are unique."""


def lint(
    book: RuleBook,
    *,
    today: date,
    sources: Sequence[Source] | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Iterator[Problem]:
    """Findings on the rules of a book, in their order: place, reason, remedy, code, level.

    ``today`` is what dates are compared with; ``sources`` are those of the feeds, if they are known.
    """
    rules = subjects(book)
    context = Context(rules, book.lexicon, today, sources)
    for subject in rules:
        for check in checks:
            for finding in check.find(subject, context):
                if finding.place[:1] == LENT:
                    continue
                line, column = subject.at(finding.place)
                yield Problem(
                    subject.loaded.file,
                    line,
                    column,
                    f"rule {subject.rule.id}: {finding.message}",
                    finding.remedy,
                    check.level,
                    check.code,
                )
