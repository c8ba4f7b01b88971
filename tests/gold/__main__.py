"""``python -m tests.gold``: precision, recall and F1 of the shipped lexicon and engine on the gold set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from monitor.cli.output import complain, console, print_json
from monitor.cli.packs import pack_for
from monitor.located import InvalidFile
from tests.gold import measure, report
from tests.gold.texts import LANGUAGES, LEXICON, RULES, Text, read_rules, read_texts


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 0 if the set could be read, else 1."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        book = read_rules(pack_for([LEXICON, RULES]))
        texts = read_texts(asked.language or LANGUAGES)
    except InvalidFile as error:
        complain(error.problems)
        return 1
    if book.errors():
        complain(book.errors())
        return 1
    rules = [loaded.rule.id for loaded in book.rules]
    if unknown := sorted(set(asked.rule or ()) - set(rules)):
        parser.error(f"there is no rule {unknown[0]!r}: there are {', '.join(rules)}")
    shown = {"dev", "test"} if asked.show == "test" else {"dev"}
    narrow = asked.language or asked.rule
    if narrow and asked.split != "dev" and "test" not in shown:
        # Figures of a language or a rule are what the test half keeps from those who improve the engine.
        if asked.split == "test":
            parser.error("of the test half only totals are shown: add --show test")
        asked.split = "dev"
    halves: dict[str, tuple[list[Text], list[measure.Verdict]]] = {}
    for half in ("dev", "test") if asked.split == "all" else (asked.split,):
        chosen = [text for text in texts if text.split == half]
        verdicts = [one for one in measure.judge(book, chosen) if not asked.rule or one.rule in asked.rule]
        halves[half] = chosen, verdicts
    if asked.json:
        print_json(
            {
                half: report.as_json(chosen, verdicts, detailed=half in shown, with_errors=asked.errors)
                for half, (chosen, verdicts) in halves.items()
            }
        )
        return 0
    out = console()
    for half, (_, verdicts) in halves.items():
        if half in shown:
            report.details(out, half, verdicts, rules)
            if asked.errors:
                report.errors(out, verdicts)
    report.totals(out, halves)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.gold",
        description="Precision, recall and F1, with 95 % Wilson intervals, on labelled news texts.",
    )
    parser.add_argument(
        "--split", choices=("dev", "test", "all"), default="all", help="which half; default: both"
    )
    parser.add_argument(
        "--language", action="append", choices=LANGUAGES, help="only this one; may be repeated"
    )
    parser.add_argument("--rule", action="append", metavar="ID", help="only this one; may be repeated")
    parser.add_argument("--errors", action="store_true", help="print each wrong answer with its text")
    parser.add_argument(
        "--show", choices=("test",), help="figures and errors of the test half too, not its totals only"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    return parser


if __name__ == "__main__":
    sys.exit(main())
