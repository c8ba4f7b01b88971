"""The examples in rule files."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.rules.examples import run_examples
from monitor.rules.load import load_rules

FILE = """\
rules:
  - id: bombs
    status: draft
    match: {all: [bomb], none: [drill]}
    examples:
      - %s
      - {silent: Nothing at all.}
  - id: other
    match: never
    examples: [{silent: A bomb.}]
"""


def failures(folder: Path, example: str, only: tuple[str, ...] = ()) -> list[tuple[str, int, str]]:
    (folder / "watch.yaml").write_text(FILE % example, "utf-8")
    book = load_rules([folder])
    assert book.errors() == ()
    results = run_examples(book, lambda title, text, language: (title, text, language or "en"), only)
    return [(one.rule.rule.id, one.number, one.failure) for one in results]


@pytest.mark.parametrize(
    ("example", "failure"),
    [
        ("{fires: A bomb.}", ""),
        ("{fires: Nothing.}", "should fire, but does not"),
        ("{fires: A bomb drill.}", "should fire, but does not"),
        ("{silent: A bomb drill.}", ""),
        ("{silent: A bomb.}", "should be silent, but fires"),
        ("{silent: A bomb., because: place}", "should be silent, but fires"),
        ("{fires: Nothing., title: A bomb}", ""),
        ("{fires: A bomb. A bomb., evidence: [bomb, bomb]}", ""),
        ("{fires: A bomb., evidence: []}", "evidence is ['bomb'], expected []"),
        ("{fires: A bomb., evidence: [Bomb]}", "evidence is ['bomb'], expected ['Bomb']"),
        ("{fires: '', title: bomb}", ""),
    ],
)
def test_an_example_says_what_is_not_as_it_should_be(tmp_path: Path, example: str, failure: str) -> None:
    assert failures(tmp_path, example) == [("bombs", 1, failure), ("bombs", 2, ""), ("other", 1, "")]


def test_examples_of_single_rules_can_be_run(tmp_path: Path) -> None:
    assert failures(tmp_path, "{fires: A bomb.}", ("other",)) == [("other", 1, "")]
