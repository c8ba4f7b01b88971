"""How the result of an example is shown: the text with its evidence marked, and what fired instead."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from monitor.cli.output import plain
from monitor.located import InvalidFile
from monitor.notify.message import direction
from monitor.records import Evidence
from monitor.rules.book import RuleBook
from monitor.rules.examples import ExampleResult, Sought

_WIDEST = 160  # characters of a text that are shown
_BEFORE = 60  # of these, before the first evidence
_MOST_OTHERS = 5
_FSI, _PDI = "\u2068", "\u2069"
_STYLE = "black on yellow"

Isolated = Callable[[str], str]


def print_report(out: Console, book: RuleBook, result: ExampleResult) -> None:
    """Print one result. On a terminal colour marks the evidence, and right-to-left text is isolated."""
    isolated = _isolated if out.is_terminal else str
    rule = result.rule.rule
    kind = "fires" if result.wanted else "silent"
    head = Text.from_markup("[red]✗[/]" if result.failure else "[green]✓[/]")
    head.append(f" {rule.id} example {result.number} ({kind}): ")
    head.append_text(
        _shown(result, result.fired.evidence if result.fired is not None else (), isolate=out.is_terminal)
    )
    out.print(head)
    if result.failure:
        out.print(f"    {escape(plain(result.failure))}")
    if result.fired is not None:
        out.print(f"    evidence: {escape(evidence_line(result.fired.evidence, isolated))}")
    because = result.rule.examples[result.number - 1].because
    if because and not result.wanted and not result.failure:
        out.print(f"    because: {escape(plain(because))}")
    for line in _sought(result.sought, isolated):
        out.print(f"    {escape(line)}")
    if result.failure:
        for other in result.others[:_MOST_OTHERS]:
            told = Text(
                f"    fired instead: {other.rule.id}: "
                if result.wanted
                else f"    fired too: {other.rule.id}: "
            )
            told.append_text(_shown(result, other.evidence, isolate=out.is_terminal))
            out.print(told)
            out.print(f"        evidence: {escape(evidence_line(other.evidence, isolated))}")
        if len(result.others) > _MOST_OTHERS:
            out.print(f"    and {len(result.others) - _MOST_OTHERS} more rules")
        out.print(f"    {escape(place_of(book, result))}")


def plain_report(book: RuleBook, result: ExampleResult) -> str:
    """The same as text without colour."""
    out = io.StringIO()
    print_report(
        Console(file=out, color_system=None, soft_wrap=True, highlight=False, emoji=False), book, result
    )
    return out.getvalue()


def evidence_line(evidence: Iterable[Evidence], isolated: Isolated = str) -> str:
    """``Raqqa (place: Raqqa), …``; ``isolated`` keeps right-to-left text from moving its neighbours."""
    return ", ".join(
        f"{isolated(plain(one.text))} ({one.clause}: {isolated(plain(one.gloss or one.text))})"
        for one in evidence
    )


def place_of(book: RuleBook, result: ExampleResult) -> str:
    """``file:line`` of the example, of its rule if the file cannot be read again."""
    loaded = result.rule
    try:
        line, _ = book.files[loaded.file].located.at(("rules", loaded.number, "examples", result.number - 1))
    except (InvalidFile, KeyError):
        line = loaded.line
    return f"{loaded.file}:{line}"


def _sought(sought: Sequence[Sought], isolated: Isolated) -> Iterable[str]:
    def quoted(texts: Sequence[str]) -> str:
        return ", ".join(f"“{isolated(plain(text))}”" for text in texts)

    found = [f"{one.asked}: {quoted(one.found)}" for one in sought if one.found]
    missing = [
        one.asked + (f" ({quoted(one.instead)} instead)" if one.instead else "")
        for one in sought
        if not one.found
    ]
    if found:
        yield f"found: {'; '.join(found)}"
    if missing:
        yield f"not found: {'; '.join(missing)}"


def _shown(result: ExampleResult, evidence: Sequence[Evidence], *, isolate: bool) -> Text:
    """Title and text, cut around the first evidence, with all evidence in it marked."""
    parts = []
    for field, raw in (("title", result.title), ("text", result.body)):
        spans = sorted((one.start, one.end) for one in evidence if one.field == field)
        if raw or field == "text":
            parts.append(_cut(raw, spans, isolate=isolate))
    return Text(" | ").join(parts)


def _cut(raw: str, spans: Sequence[tuple[int, int]], *, isolate: bool) -> Text:
    start = max(0, spans[0][0] - _BEFORE) if spans and spans[-1][1] > _WIDEST else 0
    end = min(len(raw), start + _WIDEST)
    text = Text(plain(raw[start:end]).replace("\n", " "))
    for first, last in spans:
        if first < end and last > start:
            text.stylize(_STYLE, max(0, first - start), last - start)
    shown = Text.assemble("…" if start else "", text, "…" if end < len(raw) else "")
    return Text.assemble(_FSI, shown, _PDI) if isolate and direction(raw) == "rtl" else shown


def _isolated(text: str) -> str:
    return f"{_FSI}{text}{_PDI}" if direction(text) == "rtl" else text
