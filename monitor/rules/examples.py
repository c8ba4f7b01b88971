"""The examples in rule files: texts that must fire their rule, texts that must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from monitor.matching.engine import Engine, Fired
from monitor.rules.book import LoadedRule, RuleBook

Clean = Callable[[str, str, str], tuple[str, str, str]]
"""Takes title, text and language hint of an example; gives title, text, language as cleaning does."""


class ExampleResult(msgspec.Struct, frozen=True):
    """One example of a rule and what came of it; ``failure`` is empty if it is as it should be."""

    rule: LoadedRule
    number: int  # from 1
    text: str
    wanted: bool  # whether it should fire
    fired: Fired | None
    failure: str


def run_examples(book: RuleBook, clean: Clean, only: Sequence[str] = ()) -> Iterator[ExampleResult]:
    """Run the examples of all rules, drafts included, or of those in ``only``."""
    engine = Engine([loaded.rule for loaded in book.rules], book.table)
    for loaded in book.rules:
        if only and loaded.rule.id not in only:
            continue
        for number, example in enumerate(loaded.examples, 1):
            raw = example.fires if example.fires is not None else example.silent or ""
            title, text, language = clean(example.title, raw, example.lang)
            reading = engine.read(title, text, language)
            fired = next((one for one in reading.fired if one.rule.id == loaded.rule.id), None)
            failure = _failure(loaded, number - 1, fired)
            yield ExampleResult(loaded, number, raw, example.fires is not None, fired, failure)


def _failure(loaded: LoadedRule, number: int, fired: Fired | None) -> str:
    example = loaded.examples[number]
    if (example.fires is None) == (example.silent is None):
        return "an example has either 'fires' or 'silent'"
    if example.silent is not None:
        return "" if fired is None else "should be silent, but fires"
    if fired is None:
        return "should fire, but does not"
    if example.evidence is None:
        return ""
    shown = [evidence.text for evidence in fired.evidence]
    return (
        "" if shown == list(example.evidence) else f"evidence is {shown}, expected {list(example.evidence)}"
    )
