"""Findings of a backtest on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from monitor.backtest.findings import Shown
from monitor.backtest.tally import RuleFindings
from monitor.cli.backtest_text import Report
from monitor.matching.clauses import Term
from monitor.matching.rule import Rule
from monitor.notify.message import Segment
from monitor.rules.book import LoadedRule
from monitor.rules.schema import RuleModel


def test_the_joiners_of_a_script_are_kept_in_what_is_shown() -> None:
    # "می‌شود" without its joiner is another word, and a mark in its place is none
    headline = (Segment(text="حمله انجام "), Segment(text="می\u200cشود", clause="term"))
    one = Shown(
        article="a-1",
        url="",
        source="wire",
        language="fa",
        at=None,
        title="",
        direction="rtl",
        headline=headline,
        sentences=(),
        reasons=(),
    )
    found = RuleFindings(
        rule="one",
        fires=1,
        days={None: 1},
        languages={"fa": 1},
        sources={"wire": 1},
        examples=(one,),
        overlap=(),
        suspended=0,
        difference=None,
    )
    one_rule = Rule(id="one", version="1", title="One", clause=Term("x"))
    model = RuleModel.model_validate({"id": "one", "match": "x"})
    loaded = LoadedRule(one_rule, "watch.yaml", 1, model)
    out = io.StringIO()
    Report(Console(file=out, width=100), 1).rule(loaded, found, 1, {None: 1}, None)
    assert "\u2067حمله انجام [می\u200cشود]\u2069" in out.getvalue()
