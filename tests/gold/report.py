"""The figures of the gold set as tables, as lines of errors, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.gold import measure
from tests.gold.intervals import Share
from tests.gold.measure import Tally, Verdict
from tests.gold.texts import Text

ISOLATE, END = "⁨", "⁩"
"""First strong isolate and its end: a terminal keeps right-to-left text to itself."""


def totals(out: Console, halves: Mapping[str, tuple[Sequence[Text], Sequence[Verdict]]]) -> None:
    """One line a half: precision, recall, F1, and the texts that were built to cross-bind."""
    table = _table("gold set", "half", "texts")
    table.add_column("wrong fires / cross-bind texts", justify="right")
    for name, (texts, verdicts) in halves.items():
        built = sum(text.trap == "cross-bind" for text in texts)
        table.add_row(
            name,
            str(len(texts)),
            *_cells(measure.total(verdicts)),
            f"{measure.cross_bound(verdicts)} / {built}",
        )
    out.print(table)


def details(out: Console, half: str, verdicts: Sequence[Verdict], rules: Sequence[str]) -> None:
    """By rule, by language and by trap."""
    found = measure.by_rule(verdicts)
    _print(out, f"{half}, by rule", {rule: found[rule] for rule in rules if rule in found})
    _print(out, f"{half}, by language", measure.by_language(verdicts))
    _print(out, f"{half}, by what makes the text hard", dict(sorted(measure.by_trap(verdicts).items())))


def errors(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Each wrong answer with its text."""
    for one in verdicts:
        if one.outcome == "right":
            continue
        style = "red" if one.outcome == "false fire" else "yellow"
        trap = f" [{one.text.trap}]" if one.text.trap else ""
        heard = "" if one.detected == one.text.language else f", read as {one.detected or 'no language'}"
        out.print(f"[bold]{one.text.id}[/] [{style}]{one.outcome}[/] {one.rule}{escape(trap)}{heard}")
        for line in filter(None, (one.text.title, one.text.text)):
            out.print(f"    {ISOLATE}{escape(line)}{END}")
        if one.evidence:
            out.print(
                f"    evidence: {', '.join(f'{ISOLATE}{escape(shown)}{END}' for shown in one.evidence)}"
            )


def as_json(
    texts: Sequence[Text], verdicts: Sequence[Verdict], *, detailed: bool, with_errors: bool
) -> dict[str, Any]:
    """The figures of one half."""
    figures: dict[str, Any] = {
        "texts": len(texts),
        "total": measure.total(verdicts).as_json(),
        "cross_bind": {
            "texts": sum(text.trap == "cross-bind" for text in texts),
            "wrong_fires": measure.cross_bound(verdicts),
        },
    }
    if detailed:
        for name, found in (
            ("rules", measure.by_rule(verdicts)),
            ("languages", measure.by_language(verdicts)),
            ("traps", measure.by_trap(verdicts)),
        ):
            figures[name] = {key: tally.as_json() for key, tally in found.items()}
    if detailed and with_errors:
        figures["errors"] = [
            {
                "id": one.text.id,
                "rule": one.rule,
                "kind": one.outcome,
                "trap": one.text.trap,
                "detected": one.detected,
                "title": one.text.title,
                "text": one.text.text,
                "evidence": one.evidence,
            }
            for one in verdicts
            if one.outcome != "right"
        ]
    return figures


def _print(out: Console, title: str, found: Mapping[str, Tally]) -> None:
    table = _table(title, "")
    for name, tally in found.items():
        table.add_row(name, *_cells(tally))
    out.print(table)


def _table(title: str, *names: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column(names[0])
    for name in (*names[1:], "right", "wrong", "missed", "precision", "recall", "F1"):
        table.add_column(name, justify="right")
    return table


def _cells(tally: Tally) -> list[str]:
    counts = [str(count) for count in (tally.right, tally.wrong, tally.missed)]
    return counts + [_shown(one) for one in (tally.precision, tally.recall, tally.f1)]


def _shown(one: Share) -> str:
    return "-" if one.value is None else f"{one.value:.3f} ({one.low:.2f}–{one.high:.2f})"
