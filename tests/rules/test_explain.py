"""Explanations: every verdict is the engine's, and a miss says by how much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any as AnyValue

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from monitor.cli.packs import pack_for
from monitor.lexicon.schema import Entry, Form, Lexicon
from monitor.located import parse_yaml
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
    Weighted,
    children,
)
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.rule import Rule, Where
from monitor.records import Source
from monitor.rules.clauses import ClauseReader
from monitor.rules.explain import Explanation, Node, explain
from monitor.rules.load import load_rules
from monitor.rules.schema import Clause as ClauseModel

CLAUSE: TypeAdapter[AnyValue] = TypeAdapter(ClauseModel)
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


# --- every verdict is the engine's ----------------------------------------------------------


def pairs(clause: Clause, node: Node) -> Iterator[tuple[Clause, Node]]:
    """Every clause with its node."""
    yield clause, node
    assert len(children(clause)) == len(node.children)
    for part, child in zip(children(clause), node.children, strict=True):
        yield from pairs(part, child)


def agree(engine: Engine, rule: Rule, title: str, text: str, language: str) -> Explanation:
    """The explanation, after each of its verdicts was asked of the engine again."""
    explanation = explain(engine, rule, title, text, language)
    reading = engine.read(title, text, language)
    fired = {one.rule.id: one for one in reading.fired}
    assert explanation.root is not None
    assert explanation.fires == explanation.root.held == (rule.id in fired)
    assert bool(explanation.misses) is not explanation.fires
    if explanation.fires:
        marked = {(q.field, m.start, m.end) for q in explanation.quotes for m in q.marks}
        assert marked <= {(one.field, one.start, one.end) for one in fired[rule.id].evidence}
    verifier = engine.examine(title, text, language)
    fields = {"title": 0, "text": 1}
    for clause, node in pairs(rule.clause, explanation.root):
        where = tuple((fields[one.field], one.first, one.last) for one in node.where)
        assert node.held == (verifier.holds(clause, where) is not None), (clause, node)
        assert node.closeness == 1.0 if node.held else node.closeness < 1.0
        if not node.held and not node.negative:
            assert node.miss or node.children, (clause, node)
    raw = {"title": title, "text": text}
    for quote in explanation.quotes:
        assert raw[quote.field][quote.start : quote.end] == quote.text
        for mark in quote.marks:
            assert quote.start <= mark.start < mark.end <= quote.end
            assert raw[mark.field][mark.start : mark.end] == mark.text
    assert msgspec.convert(msgspec.to_builtins(explanation), Explanation) == explanation
    return explanation


SYLLABLES = ("Kaba", "Kebe", "Kibi", "Kobo", "Kubukubu")
SPELLED = {
    "place/kebe": ("Kebe",),
    "place/new-kebe": ("Kaba Kebe", "Kibi Kibi"),
    "org/kobo": ("Kobo", "Kebe Kobo"),
    "raid": ("Kibi",),
    "attack": ("Kubukubu",),
}
RANDOM_TABLE = file_lexicon(
    Lexicon(
        {id: Entry(id=id, gloss=id, narrower=("raid",) if id == "attack" else ()) for id in SPELLED},
        [
            Form(text, "en", id, "name" if "/" in id else "term")
            for id, texts in SPELLED.items()
            for text in texts
        ],
    )
)

words = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6).map(" ".join)
texts = st.lists(st.tuples(words, st.sampled_from([". ", ".\n\n"])), max_size=7).map(
    lambda parts: "".join(one + end for one, end in parts)
)
terms: st.SearchStrategy[Clause] = st.sampled_from(
    [Term(text) for text in (*SYLLABLES, "Kaba Kebe", "Kebe Kebe", "kibi kobo", "kub*", "kaba kub*", "none")]
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
    weighted = st.builds(Weighted, inner, st.sampled_from([-2.0, 1.0, 3.0]))
    return st.one_of(
        st.builds(All, several, st.lists(inner, max_size=2).map(tuple), within),
        st.builds(All, st.just(()), several),
        st.builds(Any, several),
        several.flatmap(lambda parts: st.builds(AtLeast, st.integers(1, len(parts)), st.just(parts))),
        st.builds(Mentions, st.integers(1, 4), leaves),
        st.builds(
            Score,
            st.lists(weighted, min_size=1, max_size=3).map(tuple),
            st.sampled_from([-1.0, 0.0, 1.0, 4.0]),
        ),
        st.builds(Scope, st.sampled_from(["title", "lead"]), inner),
    )


clauses = st.recursive(leaves | nears, compound, max_leaves=8)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words | st.just(""), texts, clauses)
def test_every_node_has_the_verdict_of_the_engine(title: str, text: str, clause: Clause) -> None:
    one = Rule(id="one", version="1", title="", clause=clause)
    engine = Engine([one], RANDOM_TABLE)
    agree(engine, one, title, text, "en")


NAMES = {
    "country/ru": "Russia",
    "country/us": "America",
    "place/raqqa": "Raqqa",
    "place/idlib": "Idlib",
    "country/sy": "Syria",
}
FRAME_LEXICON = Lexicon(
    {id: Entry(id=id, gloss=gloss) for id, gloss in NAMES.items()}
    | {
        "place/raqqa": Entry(id="place/raqqa", gloss="Raqqa", part_of=("country/sy",)),
        "airstrike": Entry(id="airstrike", gloss="airstrike"),
        "quake": Entry(id="quake", gloss="earthquake", roles=("place",)),
        "drill": Entry(id="drill", gloss="drill"),
    },
    [
        *(Form(gloss, "en", id, "name") for id, gloss in NAMES.items()),
        Form("Russian", "en", "country/ru", "demonym"),
        Form("strikes", "en", "airstrike", "term"),
        Form("struck", "en", "airstrike", "verb"),
        Form("hit", "en", "airstrike", "weak_verb"),
        Form("quake", "en", "quake", "term"),
        Form("exercise", "en", "drill", "term"),
    ],
)
FRAME_TABLE = file_lexicon(FRAME_LEXICON)
WORDS = (
    *("Russia", "Russian", "America", "Raqqa", "Idlib", "Syria", "strikes", "struck", "hit", "quake"),
    *("exercise", "said", "condemned", "on", "in", "of", "by", "and", "the", ",", ";", "that", "town"),
)
sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
articles = st.lists(st.tuples(sentence, st.sampled_from([". ", ".\n\n"])), min_size=1, max_size=4).map(
    lambda parts: "".join(a + b for a, b in parts)
)
some = st.sampled_from([(), ("country/ru",), ("country/us", "country/ru")])
where_to = st.sampled_from([(), ("place/raqqa",), ("country/sy",), ("place/idlib", "place/raqqa")])
frames = st.builds(
    Frame,
    st.sampled_from([("airstrike",), ("quake",), ("airstrike", "quake")]),
    some,
    where_to,
    where_to,
    st.sampled_from(["sentence", "paragraph", "document"]),
    st.sampled_from([("drill",), ()]),
)
framed = st.one_of(
    frames,
    st.builds(All, st.tuples(frames, frames | st.just(Term("town"))), st.just(()), within),
    st.builds(All, st.tuples(frames), st.tuples(frames), within),
    st.builds(Any, st.tuples(frames, frames)),
    st.builds(Scope, st.just("lead"), frames),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sentence, articles, framed)
def test_frames_and_their_events_have_the_verdict_of_the_engine(
    title: str, text: str, clause: Clause
) -> None:
    one = Rule(id="one", version="1", title="", clause=clause)
    engine = Engine([one], FRAME_TABLE)
    explanation = agree(engine, one, title, text, "en")
    assert explanation.root is not None
    for part, node in pairs(clause, explanation.root):
        windows = isinstance(clause, All) and isinstance(clause.within, int)
        if isinstance(part, Frame) and not (windows and part.scope != "sentence"):
            assert node.held == any(event.held for event in node.events)
            assert all(role.why for event in node.events for role in event.roles if not role.held)


# --- what is said ---------------------------------------------------------------------------


@pytest.fixture(scope="module", name="shipped")
def _shipped() -> tuple[Engine, dict[str, Rule]]:
    """The engine over the rules of this repository."""
    book = load_rules([ROOT / "rules"], pack=pack_for([ROOT / "rules"]))
    rules = {loaded.rule.id: loaded.rule for loaded in book.rules}
    return Engine(list(rules.values()), book.table), rules


RAQQA = "ru-strikes-raqqa"


@pytest.mark.parametrize(
    ("rule", "language", "text", "why"),
    [
        # the one wanted stands in another sentence
        (
            RAQQA,
            "ar",
            "غارات روسية على إدلب. وافتتحت مدرسة في مدينة الرقة",
            "Raqqa is in no sentence with “غارات”: the nearest stands 1 sentence later",
        ),
        (
            RAQQA,
            "ru",
            "Российская авиация нанесла удары по Идлибу. Прошёл день. В Ракке тихо.",
            "Raqqa is in no sentence with “нанесла удары”: the nearest stands 2 sentences later",
        ),
        (
            RAQQA,
            "de",
            "In Rakka blieb es ruhig. Bei russischen Luftangriffen auf Idlib starben zwölf Menschen.",
            "Raqqa is in no sentence with “Luftangriffen”: the nearest stands 1 sentence earlier",
        ),
        (
            RAQQA,
            "zh",
            "俄罗斯空袭伊德利卜。拉卡平静。",
            "Raqqa is in no sentence with “空袭”: the nearest stands 1 sentence later",
        ),
        # another is nearer, or the role is of another event
        (
            RAQQA,
            "en",
            "Russian strikes hit Idlib; Raqqa was quiet",
            "Idlib is nearer to “strikes” than Raqqa",
        ),
        (
            RAQQA,
            "es",
            "Ataques rusos contra Idlib; en Raqa, una escuela abrió sus puertas.",
            "Idlib is nearer to “Ataques” than Raqqa",
        ),
        (
            RAQQA,
            "en",
            "US strikes in Raqqa, Russian strikes in Idlib",
            "Russia is the actor of another event here: “strikes”, place Idlib",
        ),
        # it has another part in what happened
        (RAQQA, "en", "Russia condemned US strikes in Raqqa", "Russia speaks here, it does not act"),
        (
            RAQQA,
            "en",
            "According to Russia, strikes hit Raqqa.",
            "Russia is only where the report comes from: it does not act",
        ),
        (
            "drone-attack-moscow",
            "en",
            "Moscow reported a drone attack on Belgorod.",
            "Moscow speaks here, it is not where it happened",
        ),
        (
            "eu-sanctions-russia",
            "en",
            "Russia imposed sanctions on the European Union.",
            "European Union is the target here, not the actor; Russia is the actor here, not the target",
        ),
        # it is not there
        (
            "eu-sanctions-russia",
            "en",
            "The European Union imposed new sanctions on Iran.",
            "no Russia in the article: the target is Iran",
        ),
        (RAQQA, "en", "Strikes on Raqqa killed ten people.", "no Russia in the article"),
        # no event, or one that does not count
        (RAQQA, "en", "Russian troops left Raqqa.", "no airstrike in the article"),
        (RAQQA, "en", "Russian miners' strike ignored in Raqqa", "“miners' strike” is no airstrike"),
        (
            RAQQA,
            "en",
            "Russische Luftangriffe auf Raqqa",
            "“Luftangriffe” is a word of another language (de): the article is in en",
        ),
        (
            RAQQA,
            "ru",
            "На учениях российская авиация нанесла удары по Ракке.",
            "a drill cue silences it: “учениях”",
        ),
        (
            "earthquake-iran-turkey",
            "en",
            "A film about an earthquake in Tehran opens in Cannes.",
            "a fiction cue silences it: “film about”",
        ),
    ],
)
def test_the_nearest_miss_of_a_frame_is_told(
    shipped: tuple[Engine, dict[str, Rule]], rule: str, language: str, text: str, why: str
) -> None:
    engine, rules = shipped
    explanation = agree(engine, rules[rule], "", text, language)
    assert "; ".join(miss.why for miss in explanation.misses) == why


LEXICON = Lexicon(
    {
        "place/york": Entry(id="place/york", gloss="York", part_of=("country/gb",)),
        "place/new-york": Entry(id="place/new-york", gloss="New York"),
        "country/gb": Entry(id="country/gb", gloss="Britain"),
        "country/us": Entry(id="country/us", gloss="United States"),
        "strike": Entry(id="strike", gloss="strike"),
    },
    (
        Form("York", "en", "place/york", "name"),
        Form("New York", "en", "place/new-york", "name"),
        Form("Britain", "en", "country/gb", "name"),
        Form("US", "en", "country/us", "name", case=True),
        Form("strike", "en", "strike", "term"),
        Form("grève", "fr", "strike", "term"),
        Form("blow", "en", "strike", "weak"),
        Form("strike a deal", "en", "strike", "not"),
    ),
)
TABLE = file_lexicon(LEXICON)


def explained(clause: str, text: str, title: str = "", language: str = "en") -> Explanation:
    """The explanation of a rule with this clause, written as in a rule file."""
    problems: list[object] = []
    model = CLAUSE.validate_python(parse_yaml(clause, "clause").value)
    read = ClauseReader(LEXICON, {}, lambda *problem: problems.append(problem)).read(model, ())
    assert problems == []
    one = Rule(id="one", version="1", title="", clause=read)
    return agree(Engine([one], TABLE), one, title, text, language)


@pytest.mark.parametrize(
    ("clause", "text", "misses"),
    [
        # words
        ("bomb", "Nothing.", ["no “bomb” in the article"]),
        ("bomb", "Bombs fell.", ["only “Bombs” is in the article: “bomb*” would find it"]),
        ("line", "An airline.", ["only “airline” is in the article"]),
        ("tear gas", "Gas, and a tear.", ["the words of “tear gas” are there, but not in a row"]),
        ("{term: WHO, case: true}", "Who knows?", ["“Who” is there: `case: true` wants just “WHO”"]),
        (
            "{term: WHO, case: true}",
            "WHO IS RIGHT",
            ["“WHO” stands in a line of capitals or in a longer acronym"],
        ),
        ("C#", "He learns C now.", ["“C” is there, but not written “C#”"]),
        # names
        (
            "{entity: place/york}",
            "In New York.",
            ["“York” is part of “New York” here: `inner: true` would count it"],
        ),
        ("{entity: country/us}", "Tell us.", ["“us” is there, but the name counts only as “US”"]),
        (
            "{entity: country/gb}",
            "In York.",
            [
                "York lies in Britain, but `entity` counts only its own names: a frame's `place` takes parts as well"
            ],
        ),
        (
            "{concept: strike}",
            "La grève.",
            ["“grève” is a word of another language (fr): the article is in en"],
        ),
        ("{concept: strike}", "They strike a deal.", ["“strike a deal” is no strike"]),
        (
            "{concept: strike}",
            "A blow.",
            ["“blow” is a weak word for strike: it counts only with an actor or a place"],
        ),
        ("{entity: [place/york, country/gb]}", "None.", ["no York or Britain in the article"]),
        # near
        (
            "{near: [bomb, embassy], words: 3}",
            "A bomb was found not far from the embassy.",
            ["“bomb” and “embassy” are 7 words apart, 3 allowed"],
        ),
        (
            "{near: [bomb, embassy], words: 3, ordered: true}",
            "The embassy bomb.",
            ["“embassy” and “bomb” are in another order"],
        ),
        (
            "{near: [bomb, embassy], words: 3, ordered: true}",
            "The embassy said that it was a bomb.",
            ["“embassy” and “bomb” are in another order and 6 words apart, 3 allowed"],
        ),
        (
            "{near: [bomb, embassy], words: 3}",
            "A bomb.\n\nAn embassy.",
            ["in no one paragraph, or on the same words"],
        ),
        ("{near: [bomb, embassy], words: 3}", "A bomb.", ["no “embassy” in the article"]),
        # within
        (
            "{all: [bomb, embassy], within: sentence}",
            "A bomb. An embassy.",
            ["“bomb” and “embassy” are in different sentences, 1 apart"],
        ),
        (
            "{all: [bomb, embassy], within: sentence}",
            "A bomb. Nothing. Nothing. An embassy.",
            ["“bomb” and “embassy” are in different sentences, 3 apart"],
        ),
        (
            "{all: [bomb, embassy], within: paragraph}",
            "A bomb.\n\nAn embassy.",
            ["“bomb” and “embassy” are in different paragraphs, 1 apart"],
        ),
        (
            "{all: [bomb, embassy], within: 3 words}",
            "A bomb near the old embassy.",
            ["“bomb” and “embassy” are in a stretch of 5 words, 3 allowed"],
        ),
        ("{all: [bomb, embassy], within: sentence}", "A bomb.", ["no “embassy” in the article"]),
        (
            "{all: [bomb, embassy], none: [drill], within: sentence}",
            "A drill: a bomb in an embassy.",
            ["it is there: “drill”"],
        ),
        # counts
        ("{at_least: 2, of: [a, b, c]}", "Only b.", ["only 1 of the 2 that are needed hold"]),
        ("{mentions: 3, of: bomb}", "A bomb, a bomb.", ["only 2 of 3 mentions"]),
        (
            "{score: [{clause: bomb, weight: 20}, {clause: fire, weight: 15}], threshold: 30}",
            "A bomb.",
            ["score 20 of 30"],
        ),
        # Boolean
        ("{all: [bomb], none: [drill]}", "A bomb. A drill.", ["it is there: “drill”"]),
        ("{all: [bomb, fire]}", "None.", ["no “bomb” in the article", "no “fire” in the article"]),
        (
            "{any: [fire, {all: [bomb, embassy]}]}",
            "A bomb.",
            ["no “embassy” in the article"],
        ),
        ("{title: bomb}", "A bomb.", ["not here: “bomb” is in the text"]),
        (
            "{lead: bomb}",
            "One. Two.\n\nThree. A bomb.",
            ["not here: the nearest stands 2 sentences later"],
        ),
    ],
)
def test_the_nearest_miss_of_a_clause_is_told(clause: str, text: str, misses: list[str]) -> None:
    explanation = explained(clause, text)
    assert [miss.why for miss in explanation.misses] == misses


def test_a_term_in_a_script_without_spaces_says_in_which_word_it_lies() -> None:
    lexicon = Lexicon(
        {"country/by": Entry(id="country/by", gloss="Belarus")},
        (Form("白俄罗斯", "zh", "country/by", "name"),),
    )
    one = Rule(id="one", version="1", title="", clause=Term("俄罗斯"))
    explanation = agree(Engine([one], file_lexicon(lexicon)), one, "", "白俄罗斯总统。", "zh")
    assert [miss.why for miss in explanation.misses] == ["“俄罗斯” stands only inside “白俄罗斯”"]


def test_a_language_that_the_lexicon_does_not_speak_is_named() -> None:
    explanation = explained("{concept: strike}", "Mgomo.", language="sw")
    assert [miss.why for miss in explanation.misses] == [
        "the lexicon has no word for strike in the article's language (sw)"
    ]


NEAR_BOTH = "{any: [{near: [bomb, embassy], words: 2}, {near: [bomb, police], words: 2}]}"


@pytest.mark.parametrize(
    ("clause", "text", "miss", "how"),
    [
        (  # the second is nearer
            NEAR_BOTH,
            "An embassy is where once a bomb was found by police.",
            "“bomb” and “police” are 4 words apart, 2 allowed",
            "any of (nearest of 2 alternatives)",
        ),
        (
            NEAR_BOTH,
            "A bomb at some old embassy, and not so many of the police.",
            "“bomb” and “embassy” are 4 words apart, 2 allowed",
            "any of (nearest of 2 alternatives)",
        ),
        (
            "{any: [{all: [قصف, سفارة], within: sentence}, {all: [قصف, شرطة], within: sentence}]}",
            "قصف. هدوء. سفارة. هدوء. شرطة. قصف.",
            "“شرطة” and “قصف” are in different sentences, 1 apart",
            "any of (nearest of 2 alternatives)",
        ),
        (  # more of its parts are there
            "{any: [{all: [fire, smoke]}, {all: [bomb, fire]}, {all: [bomb, embassy, fire]}]}",
            "A bomb, an embassy.",
            "no “fire” in the article",
            "any of (nearest of 3 alternatives)",
        ),
        (  # something of it is there, of the other nothing
            "{any: [fire, bomb]}",
            "Bombs fell.",
            "only “Bombs” is in the article: “bomb*” would find it",
            "any of (nearest of 2 alternatives)",
        ),
        (
            "{title: {any: [fire, bomb]}}",
            "A bomb.",
            "not here: “bomb” is in the text",
            "any of (nearest of 2 alternatives)",
        ),
        (
            "{lead: {any: [fire, bomb]}}",
            "One. Two.\n\nThree. A bomb. Four. A fire.",
            "not here: the nearest stands 2 sentences later",
            "any of (nearest of 2 alternatives)",
        ),
        (  # as near as each other
            "{any: [{all: [bomb, fire]}, {all: [bomb, smoke]}, {all: [fire, smoke]}]}",
            "A bomb.",
            "no “fire” in the article",
            "any of (2 of 3 alternatives come nearest, one of them)",
        ),
    ],
)
def test_of_alternatives_the_nearest_is_named_and_said_to_be(
    clause: str, text: str, miss: str, how: str
) -> None:
    explanation = explained(clause, text)
    [found] = explanation.misses
    assert (found.why, how in found.path) == (miss, True), found


def test_alternatives_of_which_nothing_is_there_are_all_named() -> None:
    [miss] = explained("{any: [fire, {all: [smoke, {entity: place/york}]}]}", "Nothing.").misses
    assert (miss.clause, miss.why) == (
        "any of",
        "nothing of the 2 alternatives is in the article: “fire”, “smoke”, York",
    )


def test_of_two_frames_without_event_the_one_with_more_of_its_roles_is_named() -> None:
    raqqa = Frame(("airstrike",), ("country/ru",), ("place/raqqa",))
    idlib = Frame(("quake",), (), ("place/idlib",))
    one = Rule(id="one", version="1", title="", clause=Any((idlib, raqqa)))
    explanation = agree(Engine([one], FRAME_TABLE), one, "", "Russian troops left Raqqa.", "en")
    [miss] = explanation.misses
    assert (miss.clause, miss.path) == (
        "event airstrike, actor Russia, place Raqqa",
        ("any of (nearest of 2 alternatives)",),
    )


@pytest.mark.parametrize(
    ("text", "detail", "misses"),
    [
        ("A bomb, a fire.", "30 of 30", []),
        (
            "A bomb, a fire. A drill.",
            "20 + 10 − 5 = 25 of 30",
            ["score 20 + 10 − 5 = 25 of 30; “drill” counts against it"],
        ),
        ("A drill.", "0 − 5 = −5 of 30", ["score 0 − 5 = −5 of 30; “drill” counts against it"]),
    ],
)
def test_a_score_says_how_it_adds_up(text: str, detail: str, misses: list[str]) -> None:
    clause = (
        "{score: [{clause: bomb, weight: 20}, {clause: fire, weight: 10}, "
        "{clause: {any: [drill, film]}, weight: -5}], threshold: 30}"
    )
    explanation = explained(clause, text)
    assert explanation.root is not None
    assert (explanation.root.detail, [miss.why for miss in explanation.misses]) == (detail, misses)


def test_the_path_of_a_miss_leads_from_the_top() -> None:
    explanation = explained("{all: [bomb], none: [{any: [drill, film]}]}", "A bomb. A film.")
    [miss] = explanation.misses
    assert (miss.path, miss.clause) == (("all of",), "none: any of")


def test_the_sentences_of_a_miss_are_quoted_with_what_stands_in_them() -> None:
    explanation = explained("{near: [bomb, embassy], words: 1}", "Hello. A bomb in the embassy. Bye.")
    [quote] = explanation.quotes
    assert quote.text == "A bomb in the embassy."
    assert [mark.text for mark in quote.marks] == ["bomb", "embassy"]


def test_a_clause_within_says_in_how_many_stretches_it_holds() -> None:
    explanation = explained(
        "{all: [bomb, embassy], within: sentence}", "A bomb. A bomb, an embassy. An embassy, a bomb."
    )
    assert explanation.root is not None
    assert explanation.root.detail == "in 2 of them; the first:"
    [where] = {child.where for child in explanation.root.children}
    assert (where[0].start, where[0].end) == (8, 26)


# --- filters --------------------------------------------------------------------------------


def test_filters_pass_refuse_or_do_not_know() -> None:
    where = Where(
        languages=("en", "ar"),
        exclude_tags=("sport",),
        countries=("gb",),
        max_age=timedelta(hours=48),
        min_length=100,
    )
    one = Rule(id="one", version="1", title="", clause=Term("bomb"), where=where)
    explanation = explain(
        Engine([one], TABLE),
        one,
        "",
        "A bomb.",
        "en",
        source=Source(id="wire", country="us"),
        published=NOW - timedelta(hours=1),
        seen=NOW,
    )
    assert [(one.name, one.wanted, one.value, one.outcome) for one in explanation.filters] == [
        ("languages", "en, ar", "en", "passes"),
        ("sources.exclude_tags", "none of sport", "", "unknown"),
        ("sources.countries", "gb", "us", "refuses"),
        ("max_age", "at most 2d", "1h", "passes"),
        ("min_length", "at least 100", "7 characters", "refuses"),
    ]
    assert explanation.refused == "sources.countries"
    assert not explanation.fires
    assert explanation.root is not None
    assert explanation.root.held
    assert explanation.misses == ()


def test_every_filter_that_there_is_can_be_explained() -> None:
    values: dict[str, AnyValue] = {
        field.name: timedelta(1) if field.name == "max_age" else 1 if "length" in field.name else ("x",)
        for field in msgspec.structs.fields(Where)
    }
    one = Rule(id="one", version="1", title="", clause=Term("bomb"), where=Where(**values))
    explanation = explain(Engine([one], TABLE), one, "", "A bomb.", "en")
    assert len(explanation.filters) == len(values)


# --- bounds ---------------------------------------------------------------------------------


def test_a_rule_that_the_engine_does_not_have_is_refused() -> None:
    one = Rule(id="one", version="1", title="", clause=Term("bomb"))
    with pytest.raises(ValueError, match="does not have the rule 'one'"):
        explain(Engine([], TABLE), one, "", "A bomb.", "en")


def test_a_rule_that_was_given_up_is_no_tree_but_a_reason() -> None:
    many = tuple(Term(f"w{number}") for number in range(8))
    clause = All(tuple(Near(many, 1000) for _ in range(40)))
    one = Rule(id="one", version="1", title="", clause=clause)
    text = " ".join(f"w{number % 8}" for number in range(4000))
    explanation = explain(Engine([one], TABLE), one, "", text, "en")
    assert explanation.root is None
    assert "steps" in explanation.suspended
    assert not explanation.fires


def test_a_frame_that_holds_late_in_a_long_article_shows_the_event_by_which_it_does() -> None:
    clause = Frame(("airstrike",), ("country/ru",), ("place/raqqa",))
    one = Rule(id="one", version="1", title="", clause=clause)
    text = "America struck Idlib. " * 200 + "Russia struck Raqqa."
    explanation = agree(Engine([one], FRAME_TABLE), one, "", text, "en")
    assert explanation.root is not None
    events = explanation.root.events
    assert (len(events), [event.held for event in events].index(True)) == (24, 23)


def test_a_long_article_and_many_names_stay_bounded() -> None:
    words = tuple(Term(f"nothing{number}") for number in range(500))
    clause = All((Any(words), Names(("place/york",))), within="sentence")
    one = Rule(id="one", version="1", title="", clause=clause)
    text = "In New York they strike a deal again. " * 2000
    explanation = explain(Engine([one], TABLE), one, "", text, "en")
    assert len(explanation.misses) == 2
