"""The matching bench: its corpus is what it says, its figures are of what it says, its comparison is fair."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from monitor.lexicon.schema import Entry, Form
from monitor.matching.clauses import All, Any, Clause, Frame, Names, Near, Scope, Score, Term, Weighted
from monitor.matching.engine import Engine
from monitor.matching.rule import Rule
from tests.bench.matching import agreement, corpus, lexicon, lucene, measure, scan
from tests.bench.matching.articles import CHARACTERS, Text, article
from tests.bench.matching.engine import assemble
from tests.bench.matching.peer import Peer, PeerError, Setting, python
from tests.bench.matching.rules import MIX, kind_of, rule
from tests.bench.matching.world import World

SMALL = World(seed=7, entities=300, vocabulary=20_000)
ROOT = Path(__file__).parents[2]


@cache
def small_engine() -> Engine:
    entries = {entry.id: entry for entry in lexicon.entries(SMALL)}
    return assemble([rule(SMALL, number) for number in range(200)], entries, lexicon.forms(SMALL))


# --- the corpus -----------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_corpus_and_another_seed_another() -> None:
    again, other = World(*SMALL), SMALL._replace(seed=8)
    assert article(SMALL, 3) == article(again, 3) != article(other, 3)
    assert rule(SMALL, 3) == rule(again, 3)
    assert [rule(SMALL, number) for number in range(20)] != [rule(other, number) for number in range(20)]
    assert lexicon.entity_forms(SMALL, 5) == lexicon.entity_forms(again, 5) != lexicon.entity_forms(other, 5)


def test_articles_have_4000_code_points_60_20_20_in_english_russian_and_arabic() -> None:
    made = [article(SMALL, number) for number in range(50)]
    assert Counter(one.language for one in made) == {"en": 30, "ru": 10, "ar": 10}
    assert all(CHARACTERS - 2 <= len(one.text) <= CHARACTERS for one in made)


def test_the_vocabulary_is_of_the_size_asked_for_each_word_once() -> None:
    words = [word for language in ("en", "ru", "ar") for word in SMALL.words(language).members]
    assert len(words) == len(set(words)) == SMALL.vocabulary


def test_frequency_falls_with_rank_and_stop_words_come_first() -> None:
    tokens = Counter(
        word for number in range(0, 150, 5) for word in article(SMALL, number, plant=0).text.lower().split()
    )
    (first, most), *_ = tokens.most_common(1)
    assert first in ("the", "of", "to")
    assert 0.03 < most / tokens.total() < 0.12
    assert sum(1 for count in tokens.values() if count == 1) > len(tokens) / 3


def test_entities_have_10_to_80_aliases_of_one_to_four_words_in_several_scripts() -> None:
    sizes, languages, lengths, nested = [], Counter[str](), Counter[int](), 0
    cores = {lexicon.core(SMALL, number, "en") for number in range(SMALL.entities)}
    for number in range(SMALL.entities):
        forms = lexicon.entity_forms(SMALL, number)
        sizes.append(len(forms))
        languages.update(form.language for form in forms)
        lengths.update(len(form.text.split()) for form in forms)
        outer, _, inner = lexicon.core(SMALL, number, "en").partition(" ")
        nested += bool(outer) and inner in cores
    assert min(sizes) >= lexicon.FEWEST
    assert max(sizes) <= lexicon.MOST
    assert 40 < sum(sizes) / len(sizes) < 50
    assert set(lengths) == {1, 2, 3, 4}
    assert {"en", "ru", "ar", "el", "zh"} <= set(languages)
    assert nested > SMALL.entities / 50  # York in New York


def test_the_rule_mix_is_as_stated() -> None:
    kinds = Counter(kind_of(SMALL, number) for number in range(4000))
    assert sum(MIX.values()) == 100
    for kind, share in MIX.items():
        assert kinds[kind] / 40 == pytest.approx(share, abs=2.5), kind


def test_planted_sentences_fire_their_rules_whatever_the_language() -> None:
    engine = small_engine()
    planted = fired = 0
    for number in range(40):
        one = article(SMALL, number)
        ids = {found.rule.id for found in engine.read(one.title, one.text, one.language).fired}
        planted += len(one.planted)
        fired += sum(1 for at in one.planted if rule(SMALL, at).id in ids)
    assert planted > 80
    assert fired / planted > 0.95


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    corpus.write(tmp_path, SMALL, corpus.Size(rules=1500, articles=4))
    assert list(corpus.read_forms(tmp_path)) == list(lexicon.forms(SMALL))
    assert list(corpus.read_entries(tmp_path)) == list(lexicon.entries(SMALL))
    assert list(corpus.read_rules(tmp_path, 1200)) == [rule(SMALL, number) for number in range(1200)]
    assert corpus.read_articles(tmp_path) == [article(SMALL, number) for number in range(4)]
    assert len(corpus.read_articles(tmp_path, "traffic")) == corpus.TRAFFIC


# --- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([5.0], 0.99, 5.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([float(n) for n in range(1, 101)], 0.99, 99.0)],
)
def test_percentiles_are_by_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert measure.percentile(values, share) == expected


def test_a_peer_that_ends_is_named_with_its_last_words() -> None:
    with pytest.raises(PeerError, match=r"broken ended.*it is dark here"):
        Peer("broken", Setting([sys.executable, "-c", "raise SystemExit('it is dark here')"], 20.0))


def test_a_peer_that_does_not_exist_is_named() -> None:
    with pytest.raises(PeerError, match="absent does not start"):
        Peer("absent", Setting(["/nowhere/at/all"], 20.0))


def test_the_engine_as_a_peer_says_what_it_read(tmp_path: Path) -> None:
    corpus.write(tmp_path, SMALL, corpus.Size(rules=100, articles=6))
    with Peer("ours", Setting(python("engine", str(tmp_path), "100"), 60.0)) as peer:
        read, fired = peer.round(0, 6), peer.fired(0, 6)
    assert peer.built.rules == 100
    assert peer.built.kept > 0
    assert len(read.ns) == len(read.cpu) == 6
    assert read.fires == sum(map(len, fired)) > 0
    assert read.evidence >= read.fires


def test_the_bench_runs_without_peers_and_writes_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [
        sys.executable, "-m", "tests.bench.matching", "--rules", "50,100", "--entities", "100", "--words", "5000",
        "--articles", "10", "--rounds", "1", "--warm", "0", "--peers", "none", "--json", str(file),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    assert "**100 rules**" in done.stdout
    sizes = json.loads(file.read_text())
    assert [size["rules"] for size in sizes] == [50, 100]
    assert all(size["peers"][0]["p50"] > 0 for size in sizes)
    assert all(size["peers"][0]["fires"] > 1 for size in sizes)


# --- Lucene ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "query"),
    [
        (Term("Air strike"), "in text term air strike"),
        (Term("air-strike"), "in text or 2 term air strike term airstrike"),
        (Term("protest*"), "in text prefix protest"),
        (Names(("place/a", "place/b")), "in text or 2 name place/a name place/b"),
        (Scope("title", Names(("place/a",))), "in title name place/a"),
        (
            All((Term("a"), Term("b")), none=(Term("c"),)),
            "all 2 1 in text term a in text term b in text term c",
        ),
        (All((Term("a"), Term("b")), within="sentence"), "in text width 30 2 term a term b"),
        (Near((Term("a"), Term("b")), words=5), "in text near 4 unordered term a term b"),
        (Near((Term("a"), Term("b")), words=1, ordered=True), "in text near 0 ordered term a term b"),
        (Frame(("strike",), place=("place/a",)), "in text width 30 2 name strike name place/a"),
        (
            Score((Weighted(Term("a"), 2.0), Weighted(Term("b"), 1.0), Weighted(Term("c"), -9.0)), 3.0),
            "least 1 1 all 2 0 in text term a in text term b",
        ),
    ],
)
def test_rules_become_queries(clause: Clause, query: str) -> None:
    assert " ".join(lucene.query(clause)) == query


@pytest.mark.parametrize(
    ("clause", "same"),
    [
        (Any((Term("a"), Names(("place/a",)))), True),
        (All((Term("a"), Term("b")), within="paragraph"), True),
        (All((Term("a"), Term("b")), within="sentence"), False),
        (All((Term("WHO", case=True), Term("b"))), False),
        (Frame(("strike",), place=("place/a",)), False),
    ],
)
def test_only_clauses_that_mean_the_same_are_compared(clause: Clause, same: bool) -> None:
    assert lucene.coincides(clause) is same


YORK = (
    Entry(id="place/york", gloss="York"), Entry(id="place/new-york", gloss="New York"),
    Entry(id="protest", gloss="protest"),
)  # fmt: skip
RULES = {
    "york": Names(("place/york",)),
    "both": All((Term("river"), Term("bridge")), within="paragraph"),
    "near": Near((Term("river"), Term("bridge")), words=3),
    "not": All((Term("river"),), none=(Term("bridge"),)),
    "city": Names(("place/new-york",)),
}
ARTICLES = (
    Text("New York", "A river, and over it a bridge.", "en"),
    Text("York", "A river.\n\nA bridge.", "en"),
    Text("River bridge", "Nothing else.", "en"),
)
EXPECTED = ({"city", "both"}, {"york"}, {"both", "near"})


def _forms() -> Iterator[Form]:
    yield Form("York", "en", "place/york", "name")
    yield Form("New York", "en", "place/new-york", "name")
    yield Form("march", "en", "protest", "weak")


def york() -> tuple[Engine, dict[str, Rule]]:
    rules = {id: Rule(id=id, version="1", title=id, clause=clause) for id, clause in RULES.items()}
    return assemble(list(rules.values()), {entry.id: entry for entry in YORK}, _forms()), rules


def test_agreement_counts_fires_of_both_and_reasons_of_the_rest() -> None:
    engine, rules = york()
    ours = [
        frozenset(one.rule.id for one in engine.read(title, text, language).fired)
        for title, text, language, _ in ARTICLES
    ]
    assert ours == [frozenset(ids) for ids in EXPECTED]
    other = [ours[0] | {"york"}, ours[1], ours[2] - {"near"} | {"not"}]
    found = agreement.compare(engine, rules, ARTICLES, ours, other)
    assert found.both == sum(map(len, EXPECTED)) - 1
    assert found.other == {agreement.LONGEST: 1, agreement.UNEXPLAINED: 1}
    assert found.ours == {agreement.UNEXPLAINED: 1}
    assert found.unexplained == ["ours near article 2", "other not article 2"]


def _lucene_or_skip(folder: Path, count: int) -> Setting:
    try:
        return lucene.setting(folder, count, "512m")
    except lucene.NoLucene as error:
        pytest.skip(str(error))


def test_lucene_fires_where_it_should(tmp_path: Path) -> None:
    setting = _lucene_or_skip(tmp_path, 60)
    corpus.write(tmp_path, SMALL, corpus.Size(rules=60, articles=10))
    scan.write(tmp_path)
    lucene.write(tmp_path, 60)
    engine = assemble(
        [rule(SMALL, number) for number in range(60)],
        {entry.id: entry for entry in lexicon.entries(SMALL)},
        lexicon.forms(SMALL),
    )
    articles = corpus.read_articles(tmp_path)
    with Peer("lucene", setting) as peer:
        assert peer.built.rules == 60
        other = peer.fired(0, 10)
        read = peer.round(0, 10)
    assert read.fires == sum(map(len, other))
    assert read.candidates >= read.fires
    ours = [
        frozenset(one.rule.id for one in engine.read(title, text, language).fired)
        for title, text, language, _ in articles
    ]
    rules = {one.id: one for one in engine.rules if lucene.coincides(one.clause)}
    found = agreement.compare(engine, rules, articles, ours, other)
    assert found.both > 5
    assert list(found.unexplained) == []
