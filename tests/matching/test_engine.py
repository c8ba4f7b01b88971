"""The engine against a plain reference evaluator, and its rules as a set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.lexicon.schema import EMPTY, Entry, Form, Lexicon
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
    Weighted,
)
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.kernel import native
from monitor.matching.rule import Rule, Where
from monitor.matching.verify import BUDGET
from monitor.records import Source
from tests.matching.reference import Reference, Text, written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ("Kaba", "Kebe", "Kibi", "Kobo", "Kubukubu")
NAMES = {
    "place/kebe": ("Kebe",),
    "place/new-kebe": ("Kaba Kebe", "Kibi Kibi"),
    "org/kobo": ("Kobo", "Kebe Kobo"),
    "raid": ("Kibi",),
    "attack": ("Kubukubu",),
}
ENTRIES = {id: Entry(id=id, gloss=id, narrower=("raid",) if id == "attack" else ()) for id in NAMES}
LEXICON = Lexicon(
    ENTRIES,
    tuple(
        Form(text, "en", id, "name" if "/" in id else "term") for id, texts in NAMES.items() for text in texts
    ),
)
WHOLES = {id: set(LEXICON.wholes[id]) for id in NAMES}
TABLE = file_lexicon(LEXICON)
ANYWHERE = Where()
EMPTY_TABLE = file_lexicon(EMPTY)


def rule(clause: Clause, id: str = "one", where: Where = ANYWHERE) -> Rule:
    return Rule(id=id, version="1", title=id, clause=clause, where=where)


# --- random rules on random texts -----------------------------------------------------------

sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
texts = st.lists(st.lists(sentences, min_size=1, max_size=3), max_size=3)
titles = st.lists(st.lists(sentences, min_size=1, max_size=1), max_size=1)
terms: st.SearchStrategy[Clause] = st.sampled_from(
    [Term(text) for text in (*WORDS, "Kaba Kebe", "Kebe Kebe", "kibi kobo", "kub*", "kaba kub*")]
)
names: st.SearchStrategy[Clause] = st.builds(
    Names,
    st.sampled_from([("place/kebe",), ("place/new-kebe", "org/kobo"), ("org/kobo",)]),
    inner=st.booleans(),
) | st.builds(Names, st.sampled_from([("raid",), ("attack",)]), concept=st.just(True))
leaves = terms | names
alternatives = leaves | st.builds(Any, st.lists(leaves, min_size=1, max_size=2).map(tuple))
nears: st.SearchStrategy[Clause] = st.builds(
    Near, st.lists(alternatives, min_size=2, max_size=3).map(tuple), st.integers(1, 4), st.booleans()
)
within = st.sampled_from([None, "sentence", "paragraph", 1, 2, 3, 5])


def compound(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    few = st.lists(inner, max_size=2).map(tuple)
    return st.one_of(
        st.builds(All, several, few, within),
        st.builds(All, st.just(()), several),
        st.builds(Any, several),
        several.flatmap(lambda parts: st.builds(AtLeast, st.integers(1, len(parts)), st.just(parts))),
        st.builds(Mentions, st.integers(1, 4), leaves),
        st.builds(
            Score,
            st.lists(
                st.builds(Weighted, inner, st.sampled_from([-2.0, 1.0, 3.0])), min_size=1, max_size=3
            ).map(tuple),
            st.sampled_from([-1.0, 0.0, 1.0, 4.0]),
        ),
        st.builds(Scope, st.sampled_from(["title", "lead"]), inner),
    )


clauses = st.recursive(leaves | nears, compound, max_leaves=8)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(titles, texts, st.lists(clauses, min_size=1, max_size=3))
def test_rules_fire_with_the_evidence_that_the_plain_reference_gives(
    title: Text, text: Text, rules: list[Clause]
) -> None:
    reference = Reference(title, text, NAMES, WHOLES)
    raw_title, title_places = written(title)
    raw_text, text_places = written(text)
    engine = Engine([rule(one, str(number)) for number, one in enumerate(rules)], TABLE)
    reading = engine.read(raw_title, raw_text, "en")
    assert reading.suspended == ()
    fired = {one.rule.id: one for one in reading.fired}
    for number, clause in enumerate(rules):
        expected = reference.evaluate(clause)
        assert (str(number) in fired) is (expected is not None)
        if expected is None:
            continue
        places = (title_places, text_places)
        spots = {
            (("title", "text")[f], places[f][first][0], places[f][last][1]) for f, first, last in expected
        }
        evidence = fired[str(number)].evidence
        assert {(one.field, one.start, one.end) for one in evidence} == spots
        assert len(evidence) == len(spots)  # each once
        for one in evidence:
            raw = raw_title if one.field == "title" else raw_text
            assert raw[one.start : one.end] == one.text
        order = [(("title", "text").index(one.field), one.start) for one in evidence]
        assert order == sorted(order)
        if isinstance(clause, Score):
            assert fired[str(number)].score == reference.score(clause)


KERNELS = ("python", "native") if native.AVAILABLE else ("python",)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(titles, texts, st.lists(clauses, min_size=1, max_size=4))
def test_no_optimisation_changes_what_fires(title: Text, text: Text, rules: list[Clause]) -> None:
    raw_title, raw_text = written(title)[0], written(text)[0]
    numbered = [rule(one, str(number)) for number, one in enumerate(rules)]
    readings = [
        Engine(numbered, TABLE, kernel=kernel, watched=watched).read(raw_title, raw_text, "en").fired
        for kernel in KERNELS
        for watched in (False, True)
    ]
    assert all(fired == readings[0] for fired in readings[1:])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts, st.lists(clauses, min_size=2, max_size=4))
def test_a_rule_fires_alone_as_it_does_among_others(text: Text, rules: list[Clause]) -> None:
    raw = written(text)[0]
    together = Engine([rule(one, str(n)) for n, one in enumerate(rules)], TABLE).read("", raw, "en")
    alone = [
        fired
        for number, one in enumerate(rules)
        for fired in Engine([rule(one, str(number))], TABLE).read("", raw, "en").fired
    ]
    assert list(together.fired) == alone


# --- the rule set ---------------------------------------------------------------------------


def fires(clause: Clause, text: str, title: str = "", language: str = "en", where: Where = ANYWHERE) -> bool:
    return bool(Engine([rule(clause, where=where)], EMPTY_TABLE).read(title, text, language).fired)


def test_rules_fire_in_the_order_of_their_set() -> None:
    rules = [rule(Term(word), word) for word in ("delta", "alpha", "charlie", "bravo")]
    fired = Engine(rules, EMPTY_TABLE).read("", "alpha bravo charlie delta", "en").fired
    assert [one.rule.id for one in fired] == ["delta", "alpha", "charlie", "bravo"]


def test_an_engine_without_rules_reads_and_fires_nothing() -> None:
    assert Engine([], EMPTY_TABLE).read("A title", "A text.", "en").fired == ()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "...", "\0"])
def test_a_text_without_words_fires_only_what_asks_for_nothing(text: str) -> None:
    assert not fires(Term("word"), text)
    assert fires(All((), (Term("word"),)), text)


def test_sentences_of_evidence_are_whole_each_once_and_in_order() -> None:
    text = 'Nothing here. "A bomb went off," he said; a bomb. Then: (Bomb!) The end.'
    reading = Engine([rule(Term("bomb")), rule(Term("went"), "two")], EMPTY_TABLE).read("A bomb", text, "en")
    assert [one.text for one in reading.sentences()] == [
        "A bomb",
        '"A bomb went off," he said; a bomb.',
        "Then: (Bomb!)",
    ]
    for one in reading.sentences():
        assert {"title": "A bomb", "text": text}[one.field][one.start : one.end] == one.text


def test_a_rule_that_takes_too_long_is_named_and_the_others_go_on() -> None:
    words = " ".join(["alpha", "bravo"] * 8000)
    costly = Any(tuple(All((Term("alpha"), Term("bravo")), (), 7 + n) for n in range(200)))
    reading = Engine([rule(costly, "costly"), rule(Term("alpha"), "cheap")], EMPTY_TABLE).read(
        "", words, "en"
    )
    assert [one.rule.id for one in reading.fired] == ["cheap"]
    assert [one.rule for one in reading.suspended] == ["costly"]
    assert str(BUDGET) in reading.suspended[0].reason


@pytest.mark.parametrize(
    "clause",
    [
        All((Term("alpha"), Term("bravo")), (), 10),
        All((Term("alpha"), Term("bravo")), (), "sentence"),
        Near((Term("alpha"), Term("bravo")), 4),
        Mentions(100, Term("alpha")),
    ],
    ids=["words", "sentence", "near", "mentions"],
)
def test_usual_rules_stay_within_the_budget_on_a_long_article(clause: Clause) -> None:
    text = " ".join("The alpha went to the bravo that day, as it did the day before." for _ in range(1500))
    reading = Engine([rule(clause)], EMPTY_TABLE).read("", text, "en")
    assert reading.suspended == ()
    assert len(reading.fired) == 1


# --- metadata -------------------------------------------------------------------------------

SPORT = Source(id="bbc-sport", language="en", country="gb", tags=("sport", "uk"))
UNKNOWN = Source(id="")


@pytest.mark.parametrize(
    ("where", "source", "refused"),
    [
        (Where(), SPORT, ""),
        (Where(languages=("en", "ar")), SPORT, ""),
        (Where(languages=("ar",)), SPORT, "languages"),
        (Where(sources=("bbc*",)), SPORT, ""),
        (Where(sources=("cnn", "reuters*")), SPORT, "sources"),
        (Where(sources=("cnn",)), UNKNOWN, ""),
        (Where(exclude_sources=("bbc-*",)), SPORT, "sources.exclude"),
        (Where(exclude_sources=("*",)), UNKNOWN, ""),
        (Where(tags=("sport",)), SPORT, ""),
        (Where(tags=("world",)), SPORT, "sources.tags"),
        (Where(tags=("world",)), UNKNOWN, ""),
        (Where(exclude_tags=("sport",)), SPORT, "sources.exclude_tags"),
        (Where(exclude_tags=("sport",)), UNKNOWN, ""),
        (Where(countries=("fr",)), SPORT, "sources.countries"),
        (Where(countries=("fr",)), UNKNOWN, ""),
        (Where(exclude_countries=("gb",)), SPORT, "sources.exclude_countries"),
        (Where(exclude_countries=("gb",)), UNKNOWN, ""),
        (Where(min_length=100), SPORT, ""),
        (Where(min_length=101), SPORT, "min_length"),
        (Where(max_length=100), SPORT, ""),
        (Where(max_length=99), SPORT, "max_length"),
    ],
)
def test_metadata_refuses_what_it_names_and_lets_the_unknown_pass(
    where: Where, source: Source, refused: str
) -> None:
    assert where.refuses(language="en", source=source, published=None, seen=NOW, length=100) == refused


@pytest.mark.parametrize(
    ("age", "refused"), [(47, ""), (48, ""), (49, "max_age"), (-5, ""), (None, "")], ids=str
)
def test_articles_beyond_the_age_are_refused_unless_undated(age: int | None, refused: str) -> None:
    published = None if age is None else NOW - timedelta(hours=age)
    where = Where(max_age=timedelta(hours=48))
    found = where.refuses(language="", source=UNKNOWN, published=published, seen=NOW, length=0)
    assert found == refused


def test_a_refused_rule_does_not_fire() -> None:
    assert not fires(Term("word"), "a word", where=Where(languages=("ar",)))
    assert fires(Term("word"), "a word", where=Where(languages=("ar",)), language="")
