"""Rules written out: as YAML that loads to the same rule, as queries, and as the forms they listen for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.lexicon.schema import EMPTY
from monitor.located import parse_yaml, validate
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
)
from monitor.matching.rule import Rule
from monitor.rules.book import LoadedRule, RuleBook
from monitor.rules.clauses import ClauseReader
from monitor.rules.load import load_rules
from monitor.rules.schema import RuleFile, RuleModel
from monitor.rules.show import TooDeep, rule_yaml
from monitor.rules.surfaces import Leaf, leaves
from tests.rules.test_load import LEXICON, problems, write

SHIPPED = Path(__file__).resolve().parents[2] / "rules"


@pytest.fixture(scope="module", name="shipped")
def _shipped() -> RuleBook:
    return load_rules([SHIPPED])


def test_every_shipped_rule_loads_again_to_the_same_rule(tmp_path: Path, shipped: RuleBook) -> None:
    assert shipped.rules
    for loaded in shipped.rules:
        (tmp_path / f"{loaded.rule.id}.yaml").write_text(rule_yaml(loaded), "utf-8")
    again = load_rules([SHIPPED / "entities", SHIPPED / "concepts", tmp_path])
    assert problems(again, tmp_path) == []
    for loaded in shipped.rules:
        other = again.by_id[loaded.rule.id]
        assert other.rule == loaded.rule
        assert other.examples == loaded.examples
        assert rule_yaml(other) == rule_yaml(loaded)


def test_what_it_takes_from_elsewhere_stands_in_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        lexicon=LEXICON,
        watch="""\
rules:
  - {id: base, match: {all: [{use: x}, b], within: 5 words}, let: {x: {any: [a, 'no']}}, owner: me, tags: t}
  - id: child
    extends: base
    query: case:WHO lang:en
    title: 'yes'
    description: "two\\nlines: # with \\"quotes\\""
    status: shadow
    review_by: 2030-01-01
    expires: 2030-01-01T12:00:00Z
    where: {max_age: 1h 30m, min_length: 5, sources: {ids: 'x*', sites: [x.org]}}
    again: [sources+3]
    examples: [{fires: WHO, title: '1e5', evidence: [WHO]}, {silent: 'null', because: '0o7'}]
""",
    )
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    text = rule_yaml(book.by_id["child"])
    assert "extends" not in text
    assert "use:" not in text.replace("because:", "")
    (tmp_path / "watch.yaml").write_text(text, "utf-8")
    again = load_rules([tmp_path])
    assert problems(again, tmp_path) == []
    assert again.by_id["child"].rule == book.by_id["child"].rule
    assert again.by_id["child"].examples == book.by_id["child"].examples
    assert yaml.safe_load(text)["rules"][0]["owner"] == "me"


# --- any tree -------------------------------------------------------------------------------

_text = st.sampled_from(
    ["bomb", "no", "1", "1e5", "0x1f", "~", "null", "a: b", "- a", "#a", "a #b", "'a", '"a"', "a\nb", "[a]", "{a}", "&a", "*a", "!a", "%a",
     "@a", "`a", "a, b", "الرقة", "拉卡", 'צה"ל', "a\u200fb", "protest*", " a ", "a\tb", "?", "2024-01-01", "x" * 200, "\\a", "true"]
).filter(lambda text: any(char.isalnum() for char in text) and text != "*a")  # fmt: skip
_ids = st.lists(st.sampled_from(["country/ru", "place/raqqa", "org/x"]), min_size=1, unique=True).map(tuple)
_leaves: st.SearchStrategy[Clause] = st.one_of(
    st.builds(Term, _text),
    st.builds(Term, _text.filter(lambda text: not text.endswith("*")), st.just(True)),
    st.builds(Names, _ids, st.just(False), st.booleans()),
    st.builds(Names, st.just(("airstrike",)), st.just(True), st.booleans()),
)
_frames = st.builds(
    Frame, st.just(("airstrike",)), _ids | st.just(()), _ids | st.just(()), _ids | st.just(()),
    st.sampled_from(["sentence", "paragraph", "document"]),
    st.sampled_from([(), ("drill",), ("drill", "fiction", "figurative")]),
)  # fmt: skip
_weights = st.floats(-100, 100, allow_nan=False)


def _around(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    within = st.sampled_from([None, "sentence", "paragraph", 1, 7])
    return st.one_of(
        st.builds(Any, some),
        st.builds(All, several, st.lists(inner, max_size=2).map(tuple), within),
        st.builds(All, st.just(()), some),
        st.builds(Scope, st.sampled_from(["title", "lead"]), inner),
        st.builds(Score, st.lists(st.builds(Weighted, inner, _weights), min_size=1, max_size=3).map(tuple), _weights),
    )  # fmt: skip


_bare = st.one_of(
    _leaves,
    _frames,
    st.builds(
        Near, st.lists(_leaves, min_size=2, max_size=3).map(tuple), st.integers(1, 1000), st.booleans()
    ),
    st.builds(AtLeast, st.just(1), st.lists(_leaves, min_size=1, max_size=3).map(tuple)),
    st.builds(Mentions, st.integers(1, 9), _leaves),
)
trees: st.SearchStrategy[Clause] = st.recursive(_bare, _around, max_leaves=10)


SAMPLE = LoadedRule(
    Rule(id="sample", version="", title="sample", clause=Term("a")),
    "sample.yaml",
    2,
    RuleModel.model_validate({"id": "sample", "match": "a"}),
)


@given(trees)
@settings(max_examples=100, deadline=None)
def test_any_tree_loads_again_to_the_same_tree(tree: Clause) -> None:
    shown = msgspec.structs.replace(SAMPLE, rule=msgspec.structs.replace(SAMPLE.rule, clause=tree))
    (model,) = validate(parse_yaml(rule_yaml(shown), "shown.yaml"), RuleFile).rules
    found: list[str] = []
    assert model.match is not None
    clause = ClauseReader(EMPTY, {}, lambda place, message, remedy: found.append(message)).read(
        model.match, ()
    )
    assert clause == tree
    assert all(message.startswith("unknown") for message in found)


def test_what_is_too_deep_for_a_file_is_said(tmp_path: Path) -> None:
    lets = "".join(f"      x{n}: {{title: {{title: {{title: {{use: x{n - 1}}}}}}}}}\n" for n in range(1, 21))
    write(tmp_path, watch=f"rules:\n  - id: deep\n    match: {{use: x20}}\n    let:\n      x0: a\n{lets}")
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    with pytest.raises(TooDeep, match="rule deep: its clauses are nested too deep"):
        rule_yaml(book.rules[0])


# --- what it listens for --------------------------------------------------------------------

WORDS = """\
entities:
  country/sy:
    en: {names: [Syria], demonyms: [Syrian], not: [Syrian hamster]}
  place/raqqa:
    part_of: country/sy
    en: {names: [Raqqa]}
    ar: {names: [الرقة]}
  place/damascus:
    part_of: country/sy
    capital_of: country/sy
    en: {names: [Damascus]}
concepts:
  attack:
    narrower: [airstrike]
    en: {terms: [attack]}
  airstrike:
    en: {terms: [airstrike], weak: [strike], not: [strike a deal]}
  drill:
    en: {terms: [drill]}
"""


def listened(folder: Path, match: str) -> dict[str, set[str]]:
    """Forms by leaf."""
    write(folder, lexicon=WORDS, watch=f"rules:\n  - {{id: one, match: {match}}}\n")
    book = load_rules([folder])
    assert problems(book, folder) == []
    return {leaf.clause: _words(leaf) for leaf in leaves(book.rules[0].rule.clause, book.lexicon)}


def _words(leaf: Leaf) -> set[str]:
    return {*leaf.spellings, *(f"{one.language}:{one.kind}:{one.text}" for one in leaf.surfaces)}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("air-strike", {"term": {"air strike", "airstrike"}}),
        ("{term: WHO, case: true}", {"term": {"who", "w.h.o."}}),
        ("'Protest*'", {"term": {"protest*"}}),
        ("{entity: country/sy}", {"entity": {"en:name:Syria", "en:demonym:Syrian", "en:not:Syrian hamster"}}),
        ("{concept: attack}", {"concept": {"en:term:attack", "en:term:airstrike", "en:weak:strike", "en:not:strike a deal"}}),
        (
            "{event: airstrike, actor: country/sy, place: country/sy, unless: drill}",
            {
                "event": {"en:term:airstrike", "en:weak:strike", "en:not:strike a deal"},
                "actor": {"en:name:Syria", "en:demonym:Syrian", "en:not:Syrian hamster", "en:name:Damascus"},
                "place": {"en:name:Syria", "en:not:Syrian hamster", "en:name:Damascus", "en:name:Raqqa", "ar:name:الرقة"},
                "unless": {"en:term:drill"},
            },
        ),
        ("{all: [{entity: place/raqqa}], none: [{entity: place/raqqa}, bomb]}", {"entity": {"en:name:Raqqa", "ar:name:الرقة"}, "term": {"bomb"}}),
    ],
)  # fmt: skip
def test_every_form_that_a_rule_listens_for(
    tmp_path: Path, match: str, expected: dict[str, set[str]]
) -> None:
    assert listened(tmp_path, match) == expected
