"""What the engine makes of the gold texts, and how much of it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from monitor.cleaning.clean import clean_document
from monitor.matching.engine import Engine
from monitor.rules.book import RuleBook
from tests.gold.intervals import Share, f1, share
from tests.gold.texts import Text

SEEN = datetime(2026, 1, 1, tzinfo=UTC)

Outcome = Literal["right", "false fire", "missed"]


class Verdict(msgspec.Struct, frozen=True):
    """One rule on one text, where it fires or should; ``evidence`` is what it showed."""

    text: Text
    rule: str
    outcome: Outcome
    detected: str
    evidence: tuple[str, ...] = ()


class Tally(msgspec.Struct):
    """Counted verdicts."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.right += outcome == "right"
        self.wrong += outcome == "false fire"
        self.missed += outcome == "missed"

    @property
    def precision(self) -> Share:
        """Right among the fires."""
        return share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> Share:
        """Right among what should have fired."""
        return share(self.right, self.right + self.missed)

    @property
    def f1(self) -> Share:
        """Their harmonic mean."""
        return f1(self.right, self.wrong, self.missed)

    def as_json(self) -> dict[str, Any]:
        """Counts and shares, for other programs."""
        shares = {name: getattr(self, name) for name in ("precision", "recall", "f1")}
        return {
            "right": self.right,
            "wrong": self.wrong,
            "missed": self.missed,
            **{name: {"value": one.value, "low": one.low, "high": one.high} for name, one in shares.items()},
        }


def judge(book: RuleBook, texts: Iterable[Text]) -> Iterator[Verdict]:
    """Read the texts as the live monitor does, cleaned and in the language that is found, and compare."""
    engine = Engine([loaded.rule for loaded in book.rules], book.table)
    order = [loaded.rule.id for loaded in book.rules]
    for text in texts:
        article = clean_document(title=text.title, text=text.text, seen=SEEN, document_id=text.id)
        reading = engine.read(article.title, article.text, article.language)
        shown = {
            one.rule.id: tuple(f"{evidence.text} ({evidence.clause})" for evidence in one.evidence)
            for one in reading.fired
        }
        for rule in order:
            if rule in shown or rule in text.fires:
                right = rule in shown and rule in text.fires
                outcome: Outcome = "right" if right else "false fire" if rule in shown else "missed"
                yield Verdict(text, rule, outcome, article.language, shown.get(rule, ()))


def total(verdicts: Iterable[Verdict]) -> Tally:
    """All of them together."""
    tally = Tally()
    for verdict in verdicts:
        tally.add(verdict.outcome)
    return tally


def tallies(verdicts: Iterable[Verdict], key: Callable[[Verdict], str]) -> dict[str, Tally]:
    """Verdicts counted by what ``key`` says of each."""
    found: dict[str, Tally] = {}
    for verdict in verdicts:
        found.setdefault(key(verdict), Tally()).add(verdict.outcome)
    return found


def by_rule(verdicts: Iterable[Verdict]) -> dict[str, Tally]:
    """Verdicts counted by rule."""
    return tallies(verdicts, lambda verdict: verdict.rule)


def by_language(verdicts: Iterable[Verdict]) -> dict[str, Tally]:
    """Verdicts counted by the language of the text."""
    return tallies(verdicts, lambda verdict: verdict.text.language)


def by_trap(verdicts: Iterable[Verdict]) -> dict[str, Tally]:
    """Verdicts counted by what makes the text hard, "-" if nothing does."""
    return tallies(verdicts, lambda verdict: verdict.text.trap or "-")


def cross_bound(verdicts: Iterable[Verdict]) -> int:
    """Wrong fires on texts that were built to mix up two events."""
    return sum(one.outcome == "false fire" and one.text.trap == "cross-bind" for one in verdicts)
