"""A backtest's findings for people: a chart, examples with their evidence, overlap, what a change does.

Right-to-left text stands on lines of its own, each between isolates, so that nothing beside it moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from rich.console import Console
from rich.text import Text

from monitor.backtest.chart import chart
from monitor.backtest.findings import Shown
from monitor.backtest.tally import Difference, Overlap, RuleFindings
from monitor.cli.output import plain
from monitor.notify.languages import language_name
from monitor.notify.terminal import isolated, marked, marked_sentence
from monitor.rules.book import LoadedRule

MOST_WIDTH = 110  # columns: longer lines are hard to read
MOST_OTHERS = 10  # rules that overlap
MOST_LISTED = 6  # languages, sources
BAR = 30  # columns
_RLI, _PDI = "\u2067", "\u2069"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """With what the rules are compared, in words, and what is to be said of it."""

    label: str
    notes: tuple[str, ...] = ()


class Report:
    """Prints findings on ``out``: in colour if it has some, else evidence stands in brackets."""

    def __init__(self, out: Console, changes: int) -> None:
        """``changes`` articles gained, and lost, are shown."""
        self._out = out
        self._changes = changes
        self._coloured = out.color_system is not None and not out.no_color
        self._blocks = (out.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "utf32")
        self._width = max(30, min(MOST_WIDTH, out.width)) if out.is_terminal else MOST_WIDTH

    def rule(
        self,
        loaded: LoadedRule,
        found: RuleFindings,
        articles: int,
        days: Mapping[date | None, int],
        compared: Compared | None,
        nothing: str = "there is no article between these dates",
    ) -> None:
        """All that is found of one rule. ``nothing`` says why there is no article, if there is none."""
        rule = loaded.rule
        self._line(Text.assemble((rule.id, "bold"), "  ", isolated(plain(rule.title))))
        facts: list[str] = [rule.status, rule.severity]
        if rule.expires is not None:
            facts.append(f"expires {rule.expires:%Y-%m-%d}")
        self._line(Text(f"{' · '.join(facts)} · {plain(loaded.file)}:{loaded.line}", "dim"))
        share = f" ({found.fires / articles:.2%})" if articles else ""
        self._line(
            Text.assemble((_count(found.fires, "fire"), "bold"), f" on {_count(articles, 'article')}{share}")
        )
        if not articles:
            self._line(Text(nothing, "yellow"))
        if found.suspended:
            words = f"it took too long on {_count(found.suspended, 'article')} and was given up there"
            self._line(Text(words, "bold red"))
        if found.fires:
            self._heading("By day (UTC)")
            for line in chart(found.days, days, BAR, blocks=self._blocks):
                self._line(Text(f"  {line}"))
            self._heading("From")
            self._line(
                Text(
                    "  languages: "
                    + _listed({language_name(k) or k or "unknown": n for k, n in found.languages.items()})
                )
            )
            self._line(Text("  sources: " + _listed({k or "unknown": n for k, n in found.sources.items()})))
        if found.examples:
            self._heading(f"Examples ({len(found.examples)} of {found.fires:,})")
            for number, one in enumerate(found.examples):
                if number:
                    self._line(Text())
                self._shown(one)
        self._overlap(found.overlap)
        if compared is not None:
            self._difference(found.difference, compared)

    # --- parts ----------------------------------------------------------------------------

    def _overlap(self, overlap: Iterable[Overlap]) -> None:
        others = list(overlap)
        if not others:
            return
        self._heading("Other rules on the same articles")
        self._line(Text("    both   of this   of other   rule", "dim"))
        for one in others[:MOST_OTHERS]:
            self._line(Text(f"  {one.both:>6,}   {one.of_this:>7.0%}   {one.of_other:>8.0%}   {one.rule}"))
        if len(others) > MOST_OTHERS:
            self._line(Text(f"  … and {len(others) - MOST_OTHERS} more", "dim"))

    def _difference(self, difference: Difference | None, compared: Compared) -> None:
        self._heading(f"Compared with {plain(compared.label)}")
        for note in compared.notes:
            self._line(Text(f"  {plain(note)}"))
        if difference is None:
            return
        self._line(
            Text.assemble(
                f"  {difference.before:,} before, {difference.after:,} now: ",
                (f"{difference.gained:,} gained", "green" if difference.gained else ""),
                ", ",
                (f"{difference.lost:,} lost", "red" if difference.lost else ""),
                f", {difference.both:,} as before",
            )
        )
        for sign, style, articles, count in (
            ("+", "bold green", difference.gained_articles, difference.gained),
            ("-", "bold red", difference.lost_articles, difference.lost),
        ):
            for one in articles[: self._changes]:
                self._shown(one, Text(f"{sign} ", style), short=True)
            if count > self._changes:
                rest = f"{sign} … and {count - min(self._changes, len(articles)):,} more; --json lists them"
                self._line(Text(f"  {rest}", "dim"))

    def _shown(self, one: Shown, sign: Text | None = None, *, short: bool = False) -> None:
        when = f"{one.at:%Y-%m-%d %H:%M}" if one.at is not None else "day unknown"
        language = language_name(one.language) or one.language or "language unknown"
        about = " · ".join(plain(part) for part in (when, one.source, language, one.article) if part)
        self._line(Text.assemble("  ", sign or "", (about, "dim")))
        indent = "    "
        headline = marked(one.headline, coloured=self._coloured, style="bold")
        self._block(indent, headline, one.direction)
        for sentence in one.sentences[: 1 if short else None]:
            quoted = marked_sentence(sentence, coloured=self._coloured)
            self._block(indent + "  ", quoted, sentence.direction)
        reasons = " · ".join(_reason(*reason) for reason in one.reasons)
        score = f" · score {one.score:g}" if one.score is not None else ""
        if reasons or score:
            self._block(indent, Text(f"{reasons}{score}".removeprefix(" · "), "green"), "ltr")
        if one.url and not short:
            self._line(Text(f"{indent}{plain(one.url)}", "dim"))

    def _block(self, indent: str, text: Text, towards: str) -> None:
        """``text`` in lines, each isolated by itself if it runs right to left."""
        for line in text.wrap(self._out, max(20, self._width - len(indent) - 2)):
            line.rstrip()
            self._line(
                Text.assemble(indent, _RLI, line, _PDI) if towards == "rtl" else Text.assemble(indent, line)
            )

    def _heading(self, words: str) -> None:
        self._line(Text())
        self._line(Text(words, "bold"))

    def _line(self, text: Text) -> None:
        text.rstrip()
        self._out.print(text, soft_wrap=True)


def _reason(clause: str, text: str, gloss: str) -> str:
    shown = f"{clause} {isolated(plain(text))}"
    return f"{shown} ({plain(gloss)})" if gloss else shown


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _listed(counts: Mapping[str, int]) -> str:
    names = list(counts.items())
    text = ", ".join(f"{isolated(plain(name))} {count:,}" for name, count in names[:MOST_LISTED])
    return f"{text}, and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else text
