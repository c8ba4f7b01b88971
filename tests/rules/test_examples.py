"""The examples in rule files."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.rules.examples import ExampleResult, Sought, count_examples, run_examples
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


def results(folder: Path, text: str, only: tuple[str, ...] = ()) -> list[ExampleResult]:
    (folder / "watch.yaml").write_text(text, "utf-8")
    book = load_rules([folder])
    assert book.errors() == ()
    found = list(run_examples(book, lambda title, text, language: (title, text, language or "en"), only))
    assert len(found) == count_examples(book, only)
    return found


def failures(folder: Path, example: str, only: tuple[str, ...] = ()) -> list[tuple[str, int, str]]:
    return [(one.rule.rule.id, one.number, one.failure) for one in results(folder, FILE % example, only)]


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


# --- because --------------------------------------------------------------------------------

LEXICON = """\
entities:
  country/ru: {en: {names: [Russia], demonyms: [Russian]}}
  country/us: {en: {names: [{name: US, case: true}]}}
  country/sy: {en: {names: [Syria]}}
  place/raqqa: {part_of: country/sy, en: {names: [Raqqa]}}
  place/idlib: {part_of: country/sy, en: {names: [Idlib]}}
concepts:
  airstrike: {en: {terms: [airstrikes, strikes]}}
  drill: {en: {terms: [drill]}}
"""
FRAME = "{event: airstrike, actor: country/ru, place: place/raqqa}"
WITHIN = "{all: [bomb, market], within: sentence, none: [drill]}"
NEAR = "{near: [bomb, market], words: 2, ordered: true}"
SCORE = "{score: [{clause: bomb, weight: 3}, {clause: market, weight: 2}], threshold: 5}"
MIXED = "{all: [{title: {entity: country/ru}}, {mentions: 2, of: bomb}, {any: [market, mall]}]}"


def because(folder: Path, match: str, silent: str, word: str, keys: str = "") -> str:
    (folder / "lexicon.yaml").write_text(LEXICON)
    text = (
        f"rules:\n  - id: one\n    match: {match}\n{keys}    examples:\n"
        f"      - {{silent: {silent!r}, because: {word!r}}}\n"
    )
    (result,) = results(folder, text)
    return result.failure


@pytest.mark.parametrize(
    ("match", "silent", "word"),
    [
        (FRAME, "US strikes in Raqqa, Russian strikes in Idlib.", "actor"),
        (FRAME, "US strikes in Raqqa, Russian strikes in Idlib.", "place"),
        (FRAME, "Russian strikes in Idlib.", "place"),
        (FRAME, "Russian strikes in Idlib.", "place/raqqa"),
        (FRAME, "US strikes in Idlib.", "actor"),
        (FRAME, "US strikes in Idlib.", "place"),
        (FRAME, "Russian miners are on holiday in Raqqa.", "event"),
        (FRAME, "A drill with Russian strikes in Raqqa.", "unless"),
        (WITHIN, "A bomb. A market.", "within"),
        (WITHIN, "A bomb drill at a market.", "none"),
        (WITHIN, "A bomb.", "market"),
        (WITHIN, "A bomb.", "term"),
        (WITHIN, "A bomb.", "all"),
        (NEAR, "A bomb hit the very old market.", "words"),
        (NEAR, "The market bomb.", "ordered"),
        (NEAR, "The market bomb.", "near"),
        (SCORE, "A bomb.", "threshold"),
        (SCORE, "A bomb.", "score"),
        (MIXED, "A bomb, a bomb, a market.", "title"),
        (MIXED, "A bomb, a bomb, a market.", "entity"),
        (MIXED, "A bomb, a market.", "mentions"),
        (MIXED, "A bomb, a bomb.", "any"),
    ],
)
def test_the_reason_for_a_silence_is_checked(tmp_path: Path, match: str, silent: str, word: str) -> None:
    assert because(tmp_path, match, silent, word) == ""


@pytest.mark.parametrize(
    ("match", "silent", "word", "failure"),
    [
        (
            FRAME,
            "Russian strikes in Idlib.",
            "actor",
            "is silent, but not because of actor, which is met: it is silent because of place or place/raqqa",
        ),
        (
            FRAME,
            "A day at the beach.",
            "place",
            "is silent, but not because of place, which is met: it is silent because of event or airstrike",
        ),
        (FRAME, "Russian strikes in Idlib.", "plaice", "'because' names no clause of this rule: 'plaice'; did you mean 'place'?"),
        (FRAME, "Russian strikes in Idlib.", "within", "'because' names no clause of this rule: 'within'; it has event, "),
        (WITHIN, "A bomb. A market.", "none", "is silent, but not because of none, which is met: it is silent because of all or within"),
        (NEAR, "The market bomb.", "words", "is silent, but not because of words, which is met: it is silent because of near or ordered"),
    ],
)  # fmt: skip
def test_another_reason_is_a_failure_that_names_the_true_one(
    tmp_path: Path, match: str, silent: str, word: str, failure: str
) -> None:
    assert because(tmp_path, match, silent, word).startswith(failure)


def test_several_words_are_a_note_for_readers(tmp_path: Path) -> None:
    assert because(tmp_path, FRAME, "Russian strikes in Idlib.", "a city nearby is meant") == ""
    assert because(tmp_path, "car bomb", "A bomb.", "car bomb") == ""
    assert "not because of car bomb" in because(
        tmp_path, "{all: [car bomb, market]}", "A car bomb.", "car bomb"
    )


def test_a_filter_may_be_the_reason(tmp_path: Path) -> None:
    keys = "    where: {languages: [fr], min_length: 3}\n"
    assert because(tmp_path, "bomb", "A bomb.", "languages", keys) == ""
    assert "not because of min_length" in because(tmp_path, "bomb", "A bomb.", "min_length", keys)


# --- what fired instead, what was found -------------------------------------------------------


def test_a_fire_in_vain_tells_what_was_found_and_what_fired_instead(tmp_path: Path) -> None:
    (tmp_path / "lexicon.yaml").write_text(LEXICON)
    first, second = results(
        tmp_path,
        f"rules:\n  - id: one\n    match: {FRAME}\n    examples: [{{fires: Russian strikes in Idlib.}}]\n"
        "  - id: two\n    match: {all: [strikes, {any: [{concept: drill}, shells]}]}\n"
        "    examples: [{fires: Russian strikes and drills.}]\n"
        "  - {id: three, match: strikes}\n",
    )
    assert first.sought == (
        Sought("event airstrike", ("strikes",)),
        Sought("actor country/ru", ("Russian",)),
        Sought("place place/raqqa", (), ("Idlib",)),
    )
    assert [other.rule.id for other in first.others] == ["three"]
    assert second.sought == (
        Sought("term 'strikes'", ("strikes",)),
        Sought("concept drill"),
        Sought("term 'shells'"),
    )


def test_a_fire_that_a_filter_refuses_names_the_filter(tmp_path: Path) -> None:
    (result,) = results(
        tmp_path,
        "rules:\n  - {id: one, match: bomb, where: {languages: [fr]}, examples: [{fires: A bomb.}]}\n",
    )
    assert result.failure == "should fire, but does not: `where: languages` does not let the text through"
