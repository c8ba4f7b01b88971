"""Queries: what they parse to, where their mistakes stand, and that they mean what ``match`` means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.lexicon.schema import EMPTY
from monitor.matching.clauses import All, Any, Clause, Mentions, Names, Near, Scope, Term
from monitor.matching.engine import Engine
from monitor.matching.rule import Where
from monitor.records import Source
from monitor.rules.clauses import ClauseReader
from monitor.rules.load import load_rules
from monitor.rules.query.errors import InvalidQuery, Mistake
from monitor.rules.query.parse import FIELDS, parse_query
from monitor.rules.query.write import Inexpressible, write_query
from tests.rules.test_load import LEXICON, ids, problems, write

A, B, C = Term("a"), Term("b"), Term("c")


def clause(query: str) -> Clause:
    """What a query comes to; ids need not exist."""

    def report(place: object, message: str, remedy: str) -> None:
        assert message.startswith("unknown"), message

    return ClauseReader(EMPTY, {}, report).read(parse_query(query).clause, ())


# --- what they parse to ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a", A),
        ('"a"', A),
        ("“a b”", Term("a b")),
        ("«a b» AND „c“", All((Term("a b"), C))),
        ("wild*", Term("wild*")),
        ('"air strike*"', Term("air strike*")),
        ("case:WHO", Term("WHO", case=True)),
        ('case:"Islamic State"', Term("Islamic State", case=True)),
        # joining
        ("a AND b", All((A, B))),
        ("a b", All((A, B))),
        ("a b AND c", All((A, B, C))),
        ("a OR b", Any((A, B))),
        ("a OR b OR c", Any((A, B, C))),
        ("a b OR c", Any((All((A, B)), C))),
        ("a OR b c", Any((A, All((B, C))))),
        ("a (b OR c)", All((A, Any((B, C))))),
        ("(a AND b) AND c", All((All((A, B)), C))),
        ("((a))", A),
        ("and or not near", All((Term("and"), Term("or"), Term("not"), Term("near")))),
        # NOT
        ("a NOT b", All((A,), (B,))),
        ("a AND NOT b", All((A,), (B,))),
        ("NOT b a", All((A,), (B,))),
        ("a NOT b NOT c", All((A,), (B, C))),
        ("a NOT (b OR c)", All((A,), (Any((B, C)),))),
        ("a AND (NOT b)", All((A,), (B,))),
        ("a AND (NOT b AND NOT c)", All((A,), (B, C))),
        ("a NOT(b c)", All((A,), (All((B, C)),))),
        ("(a NOT b) OR c", Any((All((A,), (B,)), C))),
        # NEAR
        ("a NEAR/5 b", Near((A, B), 5)),
        ("a ONEAR/5 b", Near((A, B), 5, ordered=True)),
        ("a NEAR/5 b NEAR/5 c", Near((A, B, C), 5)),
        ("a NEAR/5 (b OR c)", Near((A, Any((B, C))), 5)),
        ("a b NEAR/5 c", All((A, Near((B, C), 5)))),
        ("NOT a NEAR/5 b c", All((C,), (Near((A, B), 5),))),
        ('a NEAR/3 entity:country/ru', Near((A, Names(("country/ru",))), 3)),
        # fields
        ("title:a", Scope("title", A)),
        ("title: a", Scope("title", A)),
        ("title:a b", All((Scope("title", A), B))),
        ("title:(a NOT b)", Scope("title", All((A,), (B,)))),
        ("lead:(a OR b)", Scope("lead", Any((A, B)))),
        ("lead:(a NEAR/2 b)", Scope("lead", Near((A, B), 2))),
        ("a NOT title:b", All((A,), (Scope("title", B),))),
        ("sentence:(a b NOT c)", All((A, B), (C,), "sentence")),
        ("paragraph:(a (b OR c))", All((A, Any((B, C))), (), "paragraph")),
        ("entity:country/ru", Names(("country/ru",))),
        ("entity:(country/ru OR country/ua)", Names(("country/ru", "country/ua"))),
        ("concept:airstrike", Names(("airstrike",), concept=True)),
        ("atleast3:a", Mentions(3, A)),
        ('atleast3:("car bomb")', Mentions(3, Term("car bomb"))),
        ("atleast2:entity:country/ru", Mentions(2, Names(("country/ru",)))),
        # filters are no clauses
        ("a AND lang:en", A),
        ("a (lang:en NOT source:x) b", All((A, B))),
        # words as people write them
        ("AT&T C# 24/7", All((Term("AT&T"), Term("C#"), Term("24/7")))),
        ("l'Iran U.S. air-strike 12:30", All((Term("l'Iran"), Term("U.S."), Term("air-strike"), Term("12:30")))),
        ('צה"ל', Term('צה"ל')),
        ('"כוחות צה"ל" AND a', All((Term('כוחות צה"ל'), A))),
        ("الرقة OR 拉卡", Any((Term("الرقة"), Term("拉卡")))),
        ('"NEAR/5" AND "AND"', All((Term("NEAR/5"), Term("AND")))),
        ("a\n  AND\n\tb", All((A, B))),
    ],
)  # fmt: skip
def test_a_query_is_the_clause_that_it_says(query: str, expected: Clause) -> None:
    assert clause(query) == expected


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("a lang:en", {"languages": ("en",)}),
        ("a lang:(en OR FR)", {"languages": ("en", "fr")}),
        ("a (lang:en OR lang:fr)", {"languages": ("en", "fr")}),
        ("lang:en (a OR b)", {"languages": ("en",)}),
        ("a NOT lang:ru NOT lang:uk", {"exclude_languages": ("ru", "uk")}),
        ("a source:bbc* NOT source:(bbc-sport OR bbc-2)", {"ids": ("bbc*",), "exclude": ("bbc-sport", "bbc-2")}),
        ("a country:(US OR gb) NOT country:fr", {"countries": ("us", "gb"), "exclude_countries": ("fr",)}),
        ("a site:www.BBC.co.uk", {"sites": ("bbc.co.uk",)}),
        ("a site:*.gov NOT site:(x.com OR y.org)", {"sites": ("*.gov",), "exclude_sites": ("x.com", "y.org")}),
        ('a source:"bbc-world"', {"ids": ("bbc-world",)}),
    ],
)  # fmt: skip
def test_metadata_becomes_filters(query: str, filters: dict[str, tuple[str, ...]]) -> None:
    assert parse_query(query).filters == filters


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1: an empty query"]),
        ("  ", ["1: an empty query"]),
        ("()", ["2: empty parentheses"]),
        ("a AND ()", ["8: empty parentheses"]),
        ("(a", ["1: a ( that is never closed; add the )"]),
        ('"(" (a', ["5: a ( that is never closed"]),
        ("a)", ["2: a ) without its ("]),
        ('a "b', ["3: a quotation mark that is never closed"]),
        ('a b"', ["4: a quotation mark that is never closed"]),
        ('a ""', ["3: an empty phrase"]),
        ("a AND", ["6: the query ends after AND; expected a word"]),
        ("a NEAR/5", ["9: the query ends after NEAR/5"]),
        ("title:", ["7: the query ends after title:"]),
        ("title:lead:", ["12: the query ends after lead:;"]),
        ("(a OR )", ["7: OR lacks what comes after it"]),
        ("AND a", ["1: AND at the beginning"]),
        ("a OR OR b", ["6: OR after OR"]),
        ("a NEAR/5 NOT b", ["10: NOT cannot stand here"]),
        # NOT
        ("NOT a", ["1: NOT excludes, and nothing beside it is wanted; write a NOT b"]),
        ("NOT a NOT b", ["1: NOT excludes"]),
        ("a OR NOT b", ["6: NOT cannot be an alternative; write (a OR b) NOT c"]),
        ("a AND NOT NOT b", ["7: NOT twice"]),
        ("a title:(NOT b)", ["10: NOT alone in title:"]),
        # NEAR
        ("a NEAR/5 (b AND c)", ["11: NEAR joins words, phrases, entities, concepts, or (a OR b) of them; write sentence:"]),
        ("a NEAR/5 title:b", ["10: NEAR joins"]),
        ("a NEAR/5 (b OR (c d))", ["11: NEAR joins"]),
        ("a NEAR/5 b NEAR/3 c", ["12: NEAR/3 after NEAR/5; use the same operator"]),
        ("a NEAR/5 b ONEAR/5 c", ["12: ONEAR/5 after NEAR/5"]),
        ("a NEAR/0 b", ["3: NEAR/0: from 1 to 1000 words"]),
        ("a NEAR/1001 b", ["3: NEAR/1001: from 1 to 1000 words"]),
        (f"a NEAR/{'9' * 5000} b", ["3: NEAR/999"]),
        ("a near/5 b", ["3: 'near/5' is no operator; write NEAR/5"]),
        ("a NEAR b", ["3: 'NEAR' is no operator; write NEAR/5"]),
        ("a W/3 b PRE/2 c", ["3: 'W/3' is no operator; write NEAR/3", "9: 'PRE/2' is no operator; write ONEAR/2"]),
        (" NEAR/2 ".join("abcdefghi"), ["73: NEAR joins at most 8"]),
        # filters
        ("lang:en", ["1: only filters: nothing to look for in the text; add a word"]),
        ("a OR lang:en", ["6: lang: cannot be one of several alternatives"]),
        ("a AND (b OR site:x.org)", ["13: site: cannot be one of several alternatives"]),
        ("a AND (lang:en OR source:x)", ["8: lang: cannot be one", "19: source: cannot be one"]),
        ("title:(a lang:en)", ["10: lang: cannot be one of several alternatives, nor inside a field"]),
        ("a lang:en lang:fr", ["11: lang: stands twice, and both cannot hold; write lang:(a OR b)"]),
        ("a lang:(en AND fr)", ["9: lang: takes a value, or several joined by OR"]),
        ("a lang:english", ["8: 'english' is no language code; did you mean 'en'?"]),
        ("a lang:(en OR xx)", ["15: 'xx' is no language code; write two letters"]),
        ("a country:uk", ["11: 'uk' is no country code; did you mean 'gb'?"]),
        ("a site:https://x.org/", ["8: no site; write the host alone"]),
        # fields
        ("tilte:a", ["1: there is no field tilte:; did you mean title:?"]),
        ("a https://x.org", ["3: there is no field https:; put it into quotation marks"]),
        ("Title:a", ["1: there is no field Title:; did you mean title:?"]),
        ("title3:a", ["1: there is no field title3:"]),
        ("atleast:a", ["1: atleast: needs a number"]),
        ("atleast0:a", ["1: atleast: needs a number"]),
        ("atleast3:(a OR b)", ["11: atleast3: counts one word, phrase, entity or concept"]),
        ("case:(a b)", ["7: case: takes a word or a phrase"]),
        ("entity:(a b)", ["9: entity: takes a value, or several joined by OR"]),
        # words
        ("-a b", ["1: '-' before a word is no operator; write NOT a"]),
        ("+a b", ["1: '+' before a word is no operator; write AND a"]),
        ("a & b | c", ["3: '&' is no operator; write AND", "7: '|' is no operator; write OR"]),
        ("w?rd", ["2: '?' is no wildcard"]),
        ("pro*test", ["4: 'pro*test': a * stands only at the end"]),
        ("a, b", ["2: ',' joins nothing; write AND or OR"]),
        ('"a b"~5', ["6: '~' means nothing here; write NEAR/5"]),
        ("a[1]", ["2: '[' means nothing here"]),
        ("（a）", ["1: '（' means nothing here; write ( and )"]),
        ("/a.*b/", ["1: a / before a word means nothing; there are no regular expressions"]),
        ("x" * 301, ["1: a term of more than 300 characters"]),
        ("a ＡＮＤ b", ["3: 'ＡＮＤ' is no operator; write it in plain letters"]),
        ("title：a", ["6: a wide colon makes no field"]),
        # several at once
        ("near/5 AND lang:zz AND w?rd", ["1: 'near/5'", "17: 'zz' is no language", "25: '?'"]),
        # size
        ("a " * 25_001, ["1: has more than 50000 characters"]),
        ('""' * 1000, [f"{at}: an empty phrase" for at in range(1, 40, 2)]),
        ("title:" * 31 + "a", ["1: is nested more than 30 deep"]),
        ("NOT " * 5000 + "a", ["19877: is nested more than 30 deep"]),
        ("(a OR " * 40 + "a" + ")" * 40, ["56: is nested more than 30 deep"]),
        ("a OR " * 1000 + "a", ["5001: more than 1000 alternatives"]),
        ("a " * 1001, ["2001: more than 1000 parts joined by AND"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_column(query: str, expected: list[str]) -> None:
    found = [f"{one.at + 1}: {one.message}; {one.remedy}" for one in mistakes(query)]
    assert len(found) == len(expected), found
    for one, start in zip(found, expected, strict=True):
        assert one.startswith(start), found


def mistakes(query: str) -> tuple[Mistake, ...]:
    try:
        parse_query(query)
    except InvalidQuery as error:
        return error.mistakes
    return ()


def test_many_parentheses_are_no_nesting() -> None:
    assert clause("(" * 20_000 + "a" + ")" * 20_000) == A


@given(st.text(alphabet='ab ()"*:/-?~,\n“צ' + "ANDORTE5", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_string_is_a_query_or_a_mistake_inside_it(text: str) -> None:
    for mistake in mistakes(text):
        assert 0 <= mistake.at <= len(text)
        assert mistake.message
        assert mistake.remedy


def test_every_field_is_described(pytestconfig: pytest.Config) -> None:
    schema = (Path(pytestconfig.rootpath) / "rules/schema/watch.json").read_text("utf-8")
    described = json.loads(schema)["$defs"]["RuleModel"]["properties"]["query"]["description"]
    for field in FIELDS:
        assert f"{field}:" in described


# --- where mistakes stand in a file ---------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "query: a AND entity:country/xx",
        "query:    a AND entity:country/xx # why",
        "'query': a AND entity:country/xx",
        "query: 'a AND entity:country/xx'",
        "query: '\"it''s\" AND entity:country/xx'",
        'query: "\\"a b\\" AND entity:country/xx"',
        'query: "\\u00e9t\\xe9 AND entity:country/xx"',
        "query: |\n      a AND\n      (b OR entity:country/xx)",
        "query: >-\n      a\n\n      AND entity:country/xx",
        "query: |2-  # why\n      a AND entity:country/xx",
        "query:\n      a AND\n        entity:country/xx",
        'query: "a AND \\\n      entity:country/xx"',
        "query: 'a\n      AND entity:country/xx'",
        "query: الرقة AND entity:country/xx",
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(tmp_path: Path, text: str) -> None:
    watch = f"rules:\n  - id: one\n    {text}\n"
    before = watch[: watch.index("country/xx")].split("\n")
    place = f"{len(before)}:{len(before[-1]) + 1}"
    write(tmp_path, lexicon=LEXICON, watch=watch)
    assert problems(load_rules([tmp_path]), tmp_path) == [
        f"watch.yaml:{place}: rule one: unknown entity 'country/xx'; did you mean 'country/ru'?"
    ]


def test_a_query_that_ends_too_soon_is_told_at_its_end(tmp_path: Path) -> None:
    write(tmp_path, watch="rules:\n  - id: one\n    query: a AND   \n  - id: two\n    query: >\n      a OR\n")
    found = problems(load_rules([tmp_path]), tmp_path)
    assert [line.split(": rule")[0] for line in found] == ["watch.yaml:3:17", "watch.yaml:6:11"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("query: a\n    match: b", "3:5: rule one: 'query' stands beside 'match'; keep one of them"),
        ("title: x", "2:5: rule one: 'match' is missing; add it, or `query`, or `extends`"),
        ("query: 5", "3:5: rules.query: must be text, but is a number; put it into quotes"),
        ('query: "tear gas" AND b', "3:23: is not YAML: the value goes on behind its closing quote; put the whole value into single quotes: '\"tear gas\" AND b'"),
        ("query: title: bomb", "3:17: is not YAML: the value holds a colon and a space; put the whole value into single quotes: 'title: bomb'"),
        ("query: 'a' AND b", "3:16: is not YAML: the value goes on behind its closing quote; put the whole value into single quotes: '''a'' AND b'"),
        ("query: ab*", "3:12: rule one: the prefix 'ab*' is too short"),
        ("query: a AND use:x", "3:22: rule one: no clause 'x' in 'let'"),
        ("query: a AND use:x\n    let: {x: {entity: country/zz}}", "4:15: rule one: unknown entity 'country/zz'"),
        ("query: a lang:en\n    where: {languages: [fr]}", "3:14: rule one: query: 'languages' stands in 'where' as well"),
        ("query: a lang:en\n    where: {exclude_languages: [en]}", "4:13: rule one: 'en' is wanted and excluded"),
        ("query: concept:airstrikes", "3:20: rule one: unknown concept 'airstrikes'; did you mean 'airstrike'?"),
    ],
)  # fmt: skip
def test_mistakes_around_a_query(tmp_path: Path, keys: str, expected: str) -> None:
    write(tmp_path, lexicon=LEXICON, watch=f"rules:\n  - id: one\n    {keys}\n")
    book = load_rules([tmp_path])
    assert ids(book) == []
    assert any(line.startswith(f"watch.yaml:{expected}") for line in problems(book, tmp_path)), problems(
        book, tmp_path
    )


# --- the same as match ----------------------------------------------------------------------

TEXTS = (
    ("", "Russian airstrike on Raqqa."),
    ("Raqqa airstrikes", "Nothing else.\n\nA protest in Raqqa. Protesters cheered."),
    ("", "An airstrike on Idlib."),
    ("", "Airstrike.\n\nThe Russian navy. A bomb, a bomb and a third bomb near Raqqa."),
    ("Russia", "WHO says who. Police fired tear gas at a bomb."),
)


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("airstrike raqqa", "{all: [airstrike, raqqa]}"),
        ("airstrike NOT raqqa", "{all: [airstrike], none: [raqqa]}"),
        ("protest* OR bomb", "{any: ['protest*', bomb]}"),
        ('"tear gas" NEAR/5 (bomb OR who)', "{near: [tear gas, {any: [bomb, who]}], words: 5}"),
        ("russian ONEAR/3 raqqa", "{near: [russian, raqqa], words: 3, ordered: true}"),
        ("title:raqqa", "{title: raqqa}"),
        ("lead:(protest* OR raqqa) NOT title:russia", "{all: [{lead: {any: ['protest*', raqqa]}}], none: [{title: russia}]}"),
        ("sentence:(entity:country/ru entity:place/raqqa)", "{all: [{entity: country/ru}, {entity: place/raqqa}], within: sentence}"),
        ("paragraph:(bomb NOT airstrike)", "{all: [bomb], none: [airstrike], within: paragraph}"),
        ("atleast3:bomb", "{mentions: 3, of: bomb}"),
        ("concept:airstrike (case:WHO OR entity:(country/ru OR place/raqqa))", "{all: [{concept: airstrike}, {any: [{term: WHO, case: true}, {entity: [country/ru, place/raqqa]}]}]}"),
        ("bomb NEAR/2 bomb", "{near: [bomb, bomb], words: 2}"),
    ],
)  # fmt: skip
def test_a_query_fires_where_the_clause_fires(tmp_path: Path, query: str, match: str) -> None:
    rules = [{"id": "by-query", "query": query}, {"id": "by-match", "match": yaml.safe_load(match)}]
    write(tmp_path, lexicon=LEXICON, watch=json.dumps({"rules": rules}))
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    assert book.by_id["by-query"].rule.clause == book.by_id["by-match"].rule.clause
    engine = Engine(book.active(), book.table)
    fired = 0
    for title, text in TEXTS:
        found = {one.rule.id: one.evidence for one in engine.read(title, text, "en").fired}
        assert found.get("by-query") == found.get("by-match")
        fired += bool(found)
    assert fired


def test_filters_of_a_query_are_those_of_where(tmp_path: Path) -> None:
    write(
        tmp_path,
        watch="rules:\n  - id: by-query\n    query: bomb lang:(en OR fr) NOT source:x* country:us NOT site:x.org\n"
        "    where: {sources: {exclude: [y], tags: [z]}, max_age: 2h}\n"
        "  - id: by-match\n    match: bomb\n"
        "    where:\n      languages: [en, fr]\n      max_age: 2h\n"
        "      sources: {exclude: [y, 'x*'], tags: z, countries: us, exclude_sites: x.org}\n",
    )
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    assert book.by_id["by-query"].rule.where == book.by_id["by-match"].rule.where


SOURCE = Source(id="bbc-world", country="gb", tags=("news",))


@pytest.mark.parametrize(
    ("where", "url", "refused"),
    [
        (Where(sites=("bbc.co.uk",)), "https://www.bbc.co.uk/news/1", ""),
        (Where(sites=("bbc.co.uk",)), "https://BBC.co.uk:443/news/1", ""),
        (Where(sites=("bbc.co.uk",)), "https://notbbc.co.uk/", "sources.sites"),
        (Where(sites=("bbc.co.uk",)), "https://bbc.co.uk.example.org/", "sources.sites"),
        (Where(sites=("bbc.co.uk",)), "https://bbc.co.uk@example.org/", "sources.sites"),
        (Where(sites=("*.gov",)), "https://www.nasa.gov/", ""),
        (Where(sites=("*.gov",)), "https://gov/", "sources.sites"),
        (Where(sites=("bbc.co.uk",)), "", ""),
        (Where(sites=("bbc.co.uk",)), "urn:x", ""),
        (Where(sites=("bbc.co.uk",)), "http://[", ""),
        (Where(exclude_sites=("x.org",)), "https://a.b.x.org/", "sources.exclude_sites"),
        (Where(exclude_sites=("x.org",)), "https://y.org/", ""),
        (Where(exclude_languages=("en",)), "", "exclude_languages"),
        (Where(exclude_languages=("fr",)), "", ""),
        (Where(sources=("bbc-*",)), "", ""),
        (Where(sources=("cnn*",)), "", "sources"),
    ],
)
def test_filters_refuse_what_they_name(where: Where, url: str, refused: str) -> None:
    found = where.refuses(language="en", source=SOURCE, published=None, seen=None, length=1, url=url)
    assert found == refused


# --- there and back -------------------------------------------------------------------------

_texts = st.sampled_from(
    ["bomb", "tear gas", "protest*", "air-strike", "AND", "near/5", "a, b", "l'Iran", "C#", "الرقة", 'צה"ל', "x:y", "(x)", "-5", "拉卡"]
)  # fmt: skip
_terms = st.builds(Term, _texts.filter(lambda text: not text.endswith("*")), st.booleans()) | st.builds(
    Term, _texts
)
_names = st.builds(
    Names, st.lists(st.sampled_from(["country/ru", "place/raqqa"]), min_size=1, unique=True).map(tuple)
) | st.just(Names(("airstrike",), concept=True))
_leaves = _terms | _names
_near = st.builds(
    Near,
    st.lists(
        _leaves | st.builds(Any, st.lists(_leaves, min_size=2, max_size=3).map(tuple)), min_size=2, max_size=4
    ).map(tuple),
    st.integers(1, 1000),
    st.booleans(),
)


def _around(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return (
        st.builds(Any, several)
        | st.builds(All, several, st.lists(inner, max_size=2).map(tuple))
        | st.builds(All, several, st.lists(inner, max_size=2).map(tuple), st.sampled_from(["sentence", "paragraph"]))
        | st.builds(Scope, st.sampled_from(["title", "lead"]), inner)
    )  # fmt: skip


trees: st.SearchStrategy[Clause] = st.recursive(
    _leaves | _near | st.builds(Mentions, st.integers(1, 9), _leaves), _around, max_leaves=8
)


@given(trees)
@settings(max_examples=150, deadline=None)
def test_a_tree_written_as_a_query_parses_to_the_same_tree(tree: Clause) -> None:
    query = write_query(tree)
    assert clause(query) == tree, query
    assert write_query(clause(query)) == query


@given(
    trees, st.sampled_from([Where(languages=("en", "fr")), Where(exclude_sites=("x.org",), sources=("a*",))])
)
@settings(max_examples=50, deadline=None)
def test_filters_written_into_a_query_are_parsed_as_such(tree: Clause, where: Where) -> None:
    query = write_query(tree, where)
    parsed = parse_query(query)
    assert clause(query) == tree
    assert {
        "languages": where.languages,
        "exclude_sites": where.exclude_sites,
        "ids": where.sources,
    } == {"languages": (), "exclude_sites": (), "ids": ()} | dict(parsed.filters)


@pytest.mark.parametrize(
    ("clause", "named"),
    [
        (Names(("a",), inner=True), "'inner'"),
        (All((A, B), within=5), "'within: 5 words'"),
        (Term('5" gun'), "a quotation mark"),
        (Any((A, All((), (B,)))), "'none' with nothing beside it"),
    ],
)
def test_a_clause_that_no_query_can_say_is_named(clause: Clause, named: str) -> None:
    with pytest.raises(Inexpressible) as raised:
        write_query(clause)
    assert named in str(raised.value)
