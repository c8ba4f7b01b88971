"""The gold set is well formed, and the engine is no worse on it than it was."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from monitor.cli.packs import pack_for
from monitor.rules.book import RuleBook
from tests.gold import measure
from tests.gold.__main__ import main
from tests.gold.intervals import f1, share, wilson
from tests.gold.texts import LANGUAGES, LEXICON, RULES, TRAPS, Text, read_rules, read_texts

MOST_WRONG = 9
MOST_MISSED = 22
MOST_CROSS_BOUND = 4


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return read_rules(pack_for([LEXICON, RULES]))


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return read_texts()


def test_the_rules_have_no_errors(book: RuleBook) -> None:
    assert book.errors() == ()
    assert 14 <= len(book.rules) <= 20


def test_ids_and_texts_are_unique(texts: list[Text]) -> None:
    assert len({text.id for text in texts}) == len(texts)
    assert len({text.text for text in texts}) == len(texts)


def test_labels_name_rules_of_the_set(book: RuleBook, texts: list[Text]) -> None:
    known = {loaded.rule.id for loaded in book.rules}
    assert {rule for text in texts for rule in text.fires} <= known
    assert all(len(set(text.fires)) == len(text.fires) for text in texts)


def test_every_rule_has_positives_in_several_languages(book: RuleBook, texts: list[Text]) -> None:
    languages: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for rule in text.fires:
            languages[rule].add(text.language)
    assert {loaded.rule.id for loaded in book.rules if len(languages[loaded.rule.id]) < 5} == set()


def test_there_are_enough_texts_and_enough_of_them_hard(texts: list[Text]) -> None:
    counts = Counter(text.language for text in texts)
    assert set(counts) == set(LANGUAGES)
    assert min(counts.values()) >= 24
    assert len(texts) >= 200
    assert sum(text.hard_negative for text in texts) >= 0.4 * len(texts)
    assert {text.trap for text in texts if text.trap} == set(TRAPS)


def test_every_silent_text_says_what_makes_it_hard(texts: list[Text]) -> None:
    assert [text.id for text in texts if not text.fires and text.trap is None] == []


def test_both_halves_are_about_equal(texts: list[Text]) -> None:
    dev = sum(text.split == "dev" for text in texts)
    assert 0.42 * len(texts) <= dev <= 0.58 * len(texts)


def test_quality_does_not_fall(book: RuleBook, texts: list[Text]) -> None:
    verdicts = list(measure.judge(book, texts))
    tally = measure.total(verdicts)
    assert tally.wrong <= MOST_WRONG
    assert tally.missed <= MOST_MISSED
    assert measure.cross_bound(verdicts) <= MOST_CROSS_BOUND


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0000),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_intervals_are_those_of_the_literature(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_shares_of_nothing_have_no_value() -> None:
    assert share(0, 0) == (None, 0.0, 1.0)
    assert f1(0, 0, 0).value is None


def test_f1_is_the_harmonic_mean_inside_its_interval() -> None:
    precision, recall, mean = share(8, 10).value, share(8, 9).value, f1(8, 2, 1)
    assert precision is not None
    assert recall is not None
    assert mean.value == pytest.approx(2 * precision * recall / (precision + recall))
    assert mean.low < 0.8 < mean.high


def test_the_test_half_shows_only_totals(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--json", "--errors"]) == 0
    figures = json.loads(capfdbinary.readouterr().out)
    assert set(figures["test"]) == {"texts", "total", "cross_bind"}
    assert {"rules", "languages", "traps", "errors"} <= set(figures["dev"])


def test_the_test_half_of_one_language_is_not_shown_by_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--split", "test", "--language", "ar"])
    assert "--show test" in capsys.readouterr().err


def test_errors_are_printed_with_their_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--split", "dev", "--language", "en", "--errors"]) == 0
    out = capsys.readouterr().out
    assert "dev, by rule" in out
    assert "gold set" in out
