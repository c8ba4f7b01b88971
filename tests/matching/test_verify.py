"""What each clause asks of a text, and what it shows as evidence."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from monitor.lexicon.schema import Entry, Form, Lexicon
from monitor.located import parse_yaml
from monitor.matching.engine import Engine, Fired
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.rule import Rule
from monitor.rules.clauses import ClauseReader
from monitor.rules.schema import Clause

CLAUSE: TypeAdapter[Any] = TypeAdapter(Clause)
LEXICON = Lexicon(
    {
        "country/ru": Entry(id="country/ru", gloss="Russia"),
        "country/sy": Entry(id="country/sy", gloss="Syria"),
        "place/raqqa": Entry(id="place/raqqa", gloss="Raqqa", part_of=("country/sy",)),
        "airstrike": Entry(id="airstrike", gloss="airstrike"),
        "attack": Entry(id="attack", gloss="attack", narrower=("airstrike",)),
    },
    (
        Form("Russia", "en", "country/ru", "name"),
        Form("Russian", "en", "country/ru", "demonym"),
        Form("Syria", "en", "country/sy", "name"),
        Form("Raqqa", "en", "place/raqqa", "name"),
        Form("airstrike", "en", "airstrike", "term"),
        Form("airstrikes", "en", "airstrike", "term"),
        Form("attack", "en", "attack", "term"),
    ),
)
TABLE = file_lexicon(LEXICON)


def fired(clause: str, text: str, title: str = "") -> Fired | None:
    """The rule with this clause, written as in a rule file, on an English text."""
    problems: list[object] = []
    model = CLAUSE.validate_python(parse_yaml(clause, "clause").value)
    read = ClauseReader(LEXICON, {}, lambda *problem: problems.append(problem)).read(model, ())
    assert problems == []
    reading = Engine([Rule(id="one", version="1", title="", clause=read)], TABLE).read(title, text, "en")
    assert reading.suspended == ()
    return reading.fired[0] if reading.fired else None


@pytest.mark.parametrize(
    ("clause", "text", "evidence"),
    [
        # all, any, none
        ("{all: [bomb, embassy]}", "A bomb. An embassy. A bomb.", ["bomb", "embassy", "bomb"]),
        ("{all: [bomb, embassy]}", "A bomb.", None),
        ("{any: [bomb, embassy]}", "An embassy, a bomb.", ["embassy", "bomb"]),
        ("{any: [bomb, embassy]}", "Nothing.", None),
        ("{term: bomb, any: [embassy, bank]}", "A bomb at a bank.", ["bomb", "bank"]),  # several keys: all
        ("{term: bomb, any: [embassy, bank]}", "A bomb.", None),
        ("{any: [bomb, {all: [embassy, bank]}]}", "A bomb, a bank.", ["bomb"]),
        ("{all: [bomb], none: [drill]}", "A bomb. A drill.", None),
        ("{all: [bomb], none: [drill]}", "A bomb.", ["bomb"]),
        ("{all: [bomb, {none: [drill, film]}]}", "A bomb. A film.", None),
        ("{any: [embassy, {none: [drill]}]}", "A bomb.", []),
        ("{none: [drill]}", "A drill.", None),
        ("{all: [bomb, bomb]}", "A bomb.", ["bomb"]),  # each place once
        ("{any: [air strike, strike]}", "An air strike.", ["air strike", "strike"]),
        # within sentence and paragraph
        ("{all: [bomb, embassy], within: sentence}", "A bomb. An embassy.", None),
        ("{all: [bomb, embassy], within: sentence}", "A bomb at an\nembassy.", ["bomb", "embassy"]),
        (
            "{all: [bomb, embassy], within: sentence}",
            "A bomb. A bomb at an embassy. An embassy.",
            ["bomb", "embassy"],
        ),
        ("{all: [bomb, embassy], within: paragraph}", "A bomb. An embassy.", ["bomb", "embassy"]),
        ("{all: [bomb, embassy], within: paragraph}", "A bomb.\n\nAn embassy.", None),
        # none looks at the stretch around it
        (
            "{all: [bomb], none: [drill], within: sentence}",
            "A bomb drill. A bomb went off.",
            ["bomb"],
        ),
        ("{all: [bomb, {none: [drill]}], within: sentence}", "A bomb drill. A bomb.", ["bomb"]),
        ("{all: [bomb], none: [drill], within: sentence}", "A bomb drill.", None),
        (
            "{all: [bomb, {all: [embassy, {none: [drill]}], within: sentence}], within: paragraph}",
            "A bomb. A drill. An embassy.",
            ["bomb", "embassy"],
        ),
        ("{all: [bomb], none: [drill], within: 2 words}", "drill a bomb", ["bomb"]),
        ("{all: [bomb], none: [drill], within: 3 words}", "drill a bomb", None),
        ("{all: [{all: [bomb, embassy], within: sentence}], none: [drill]}", "Bomb, embassy. Drill.", None),
        # within N words: in N consecutive tokens of one paragraph
        ("{all: [bomb, embassy], within: 3 words}", "bomb an embassy", ["bomb", "embassy"]),
        ("{all: [bomb, embassy], within: 3 words}", "bomb at an embassy", None),
        ("{all: [bomb, embassy], within: 4 words}", "embassy. At. The. Bomb.", ["embassy", "Bomb"]),
        ("{all: [bomb, embassy], within: 4 words}", "embassy\n\nbomb", None),
        ("{all: [bomb, embassy], within: 1 word}", "bomb embassy", None),
        ("{all: [bomb], within: 1 word}", "a bomb", ["bomb"]),
        (
            "{all: [bomb, embassy], within: 3 words}",
            "bomb x embassy x x x bomb",
            ["bomb", "embassy"],
        ),
        ("{all: [空袭, 拉卡], within: 4 words}", "空袭拉卡", ["空袭", "拉卡"]),
        ("{all: [空袭, 拉卡], within: 3 words}", "空袭拉卡", None),  # a Han character is a word
        # near
        ("{near: [bomb, embassy], words: 5}", "bomb a b c d embassy", ["bomb", "embassy"]),
        ("{near: [bomb, embassy], words: 4}", "bomb a b c d embassy", None),
        ("{near: [bomb, embassy], words: 1}", "embassy bomb", ["embassy", "bomb"]),
        ("{near: [bomb, embassy], words: 1, ordered: true}", "embassy bomb", None),
        ("{near: [bomb, embassy], words: 3}", "bomb. The embassy", ["bomb", "embassy"]),
        ("{near: [bomb, embassy], words: 3}", "bomb\n\nembassy", None),
        ("{near: [bomb, embassy], words: 2}", "bomb x embassy x x x bomb", ["bomb", "embassy"]),
        ("{near: [air strike, strike], words: 3}", "air strike", None),  # parts share no token
        ("{near: [bomb, bomb], words: 3}", "a bomb", None),
        ("{near: [bomb, bomb], words: 3}", "bomb bomb", ["bomb", "bomb"]),
        ("{near: [a1, b1, c1], words: 2}", "c1 x a1 x b1", ["c1", "a1", "b1"]),
        ("{near: [a1, b1, c1], words: 2}", "c1 x a1 x x b1", None),
        ("{near: [a1, b1, c1], words: 2, ordered: true}", "a1 x b1 x c1", ["a1", "b1", "c1"]),
        ("{near: [a1, b1, c1], words: 2, ordered: true}", "c1 x a1 x b1", None),
        (
            "{near: [{any: [bomb, mine]}, embassy], words: 2}",
            "mine, bomb, embassy",
            ["mine", "bomb", "embassy"],
        ),
        ("{near: [{entity: country/ru}, {concept: airstrike}], words: 1}", "Russian jets' airstrikes", None),
        (
            "{near: [{entity: country/ru}, {concept: airstrike}], words: 2}",
            "Russian jets' airstrikes",
            ["Russian", "airstrikes"],
        ),
        # at_least, mentions
        ("{at_least: 2, of: [a1, b1, c1]}", "c1, a1", ["c1", "a1"]),
        ("{at_least: 2, of: [a1, b1, c1]}", "c1, c1", None),
        ("{mentions: 3, of: bomb}", "bomb bomb bomb bomb", ["bomb"] * 4),
        ("{mentions: 3, of: bomb}", "bomb bomb", None),
        ("{mentions: 2, of: bomb bomb}", "bomb bomb bomb", None),  # they overlap
        ("{mentions: 2, of: bomb bomb}", "bomb bomb bomb bomb", ["bomb bomb"] * 3),
        ("{mentions: 2, of: {entity: country/ru}}", "Russia. Russian.", ["Russia", "Russian"]),
        ("{all: [{mentions: 2, of: bomb}], within: sentence}", "bomb. Bomb.", None),
        # entities and concepts
        ("{entity: [country/ru, country/sy]}", "Syria.", ["Syria"]),
        ("{entity: country/sy}", "Raqqa.", None),
        ("{concept: attack}", "An airstrike.", ["airstrike"]),  # the narrower too
        ("{concept: airstrike}", "An attack.", None),
    ],
)
def test_clauses_on_texts(clause: str, text: str, evidence: list[str] | None) -> None:
    found = fired(clause, text)
    assert (None if found is None else [one.text for one in found.evidence]) == evidence


@pytest.mark.parametrize(
    ("clause", "title", "text", "evidence"),
    [
        ("{title: bomb}", "A bomb", "A bomb.", [("title", "bomb")]),
        ("{title: bomb}", "", "A bomb.", None),
        ("{lead: bomb}", "", "A bomb.\n\nA bomb.", [("text", "bomb")]),
        ("{lead: bomb}", "A bomb", "Nothing.\n\nA bomb.", [("title", "bomb")]),
        ("{lead: bomb}", "", "Nothing.\n\nA bomb.", None),
        ("{lead: {all: [bomb, embassy]}}", "A bomb", "An embassy.", [("title", "bomb"), ("text", "embassy")]),
        ("{lead: {all: [bomb, embassy], within: paragraph}}", "A bomb", "An embassy.", None),
        ("{all: [bomb, embassy]}", "A bomb", "An embassy.", [("title", "bomb"), ("text", "embassy")]),
        ("{all: [bomb, embassy], within: sentence}", "A bomb", "embassy", None),
        ("{all: [bomb, embassy], within: 5 words}", "A bomb", "embassy", None),
        ("{near: [bomb, embassy], words: 5}", "A bomb", "embassy", None),
        ("{term: bomb embassy}", "A bomb", "embassy", None),
        ("{title: {all: [bomb], none: [drill]}}", "A bomb", "A drill.", [("title", "bomb")]),
        ("{title: {all: [bomb], none: [drill]}}", "A bomb drill", "A bomb.", None),
        ("{term: embassy, title: {none: [drill]}}", "A drill", "An embassy.", None),
        ("{term: embassy, title: {none: [drill]}}", "", "An embassy. A drill.", [("text", "embassy")]),
    ],
)
def test_fields(clause: str, title: str, text: str, evidence: list[tuple[str, str]] | None) -> None:
    found = fired(clause, text, title)
    assert (None if found is None else [(one.field, one.text) for one in found.evidence]) == evidence


SCORE = """
score:
  - {clause: bomb, weight: 20}
  - {clause: {any: [embassy, consulate]}, weight: 15}
  - {clause: drill, weight: -10.5}
threshold: %s
"""


@pytest.mark.parametrize(
    ("threshold", "text", "score", "evidence"),
    [
        (30, "A bomb at an embassy.", 35, ["bomb", "embassy"]),
        (30, "A bomb. An embassy. A drill.", None, []),
        (24.5, "A bomb. An embassy. A drill.", 24.5, ["bomb", "embassy"]),  # what counts against shows not
        (35, "A bomb at an embassy.", 35, ["bomb", "embassy"]),
        (30, "A bomb. A bomb.", None, []),  # a clause weighs once
        (0, "Nothing.", 0, []),
        (-10, "A drill.", None, []),
        (-20, "A drill.", -10.5, []),
    ],
)
def test_scores(threshold: float, text: str, score: float | None, evidence: list[str]) -> None:
    found = fired(SCORE % threshold, text)
    assert (None if found is None else found.score) == score
    assert [one.text for one in (found.evidence if found is not None else ())] == evidence


def test_the_score_is_that_of_the_outer_clause_and_of_no_other_rule() -> None:
    inner = "{score: [{clause: bomb, weight: 1}], threshold: 1}"
    outer = f"{{score: [{{clause: {inner}, weight: 50}}], threshold: 10}}"
    found = fired(outer, "A bomb.")
    assert found is not None
    assert found.score == 50
    plain = fired("{all: [bomb]}", "A bomb.")
    assert plain is not None
    assert plain.score is None


def test_evidence_names_field_place_clause_entry_and_gloss() -> None:
    found = fired(
        "{all: [{entity: country/ru}, {concept: attack}, Raqqa]}", "airstrikes on Raqqa", "Russian jets"
    )
    assert found is not None
    assert [
        (one.field, one.start, one.end, one.text, one.clause, one.entry, one.gloss) for one in found.evidence
    ] == [
        ("title", 0, 7, "Russian", "entity", "country/ru", "Russia"),
        ("text", 0, 10, "airstrikes", "concept", "airstrike", "airstrike"),
        ("text", 14, 19, "Raqqa", "term", "", ""),
    ]


@pytest.mark.parametrize(
    ("clause", "fires"),
    [
        ("{all: [{event: airstrike, actor: country/ru, place: place/raqqa}, market], within: 5 words}", True),
        (
            "{all: [{event: airstrike, actor: country/ru, place: place/raqqa}, market], within: 4 words}",
            False,
        ),
        ("{all: [{event: airstrike, actor: country/ru, place: country/sy}, market], within: sentence}", True),
    ],
)
def test_a_frame_within_a_stretch_lies_in_it_whole(clause: str, fires: bool) -> None:
    assert (fired(clause, "The old market: Russian airstrikes on Raqqa.") is not None) is fires
