"""What time and colleagues do to rules: dates that have passed, copies, missing examples."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import BaseModel

from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.subject import Context, Subject, twin_key


def _review(subject: Subject, context: Context) -> Iterator[Finding]:
    due = subject.model.review_by
    if due is not None and due < context.today:
        yield Finding(
            ("review_by",),
            f"was to be reviewed by {due:%Y-%m-%d}",
            "look through it, then set a new date",
        )


def _expired(subject: Subject, context: Context) -> Iterator[Finding]:
    until = subject.rule.expires
    begin = datetime(context.today.year, context.today.month, context.today.day, tzinfo=UTC)
    if until is not None and until < begin:
        yield Finding(
            ("expires",),
            f"is no longer sent: it expired on {until.astimezone(UTC):%Y-%m-%d}",
            "remove the rule, or set a later date",
        )


def _duplicate(subject: Subject, context: Context) -> Iterator[Finding]:
    first = context.twins[twin_key(subject)]
    if first is not subject:
        yield Finding(
            ("id",),
            f"asks for the same as rule {first.rule.id} ({first.loaded.file}:{first.loaded.line})",
            "keep one of them, with the subscribers of both",
        )


def _no_examples(subject: Subject, context: Context) -> Iterator[Finding]:
    if not subject.loaded.examples:
        yield Finding(
            ("id",),
            "has no examples",
            "add a text that must fire it, and a similar one that must not",
        )


def _unused_let(subject: Subject, context: Context) -> Iterator[Finding]:
    lets = subject.model.let
    if not lets or subject.rule.id in context.lent or subject.model.extends is not None:
        return
    used = set(_used(subject.model))
    for name in lets:
        if name not in used:
            yield Finding(("let", name), f"{name!r} in `let` is used nowhere", "remove it")


def _used(value: object) -> Iterator[str]:
    """All names of ``use`` in a model."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, BaseModel):
            use = getattr(at, "use", None)
            if isinstance(use, str):
                yield use
            todo.extend(getattr(at, key) for key in at.model_fields_set)
        elif isinstance(at, list | tuple):
            todo.extend(at)
        elif isinstance(at, dict):
            todo.extend(at.values())


CHECKS = (
    Check("review-due", "warning", "The date of `review_by` has passed.", _review),
    Check("expired", "warning", "The date of `expires` has passed: the rule is no longer sent.", _expired),
    Check("duplicate-rule", "warning", "Another rule of the same status asks for the same.", _duplicate),
    Check("no-examples", "info", "The rule has no examples.", _no_examples),
    Check("unused-let", "info", "A clause of `let` is used nowhere.", _unused_let),
)
