"""Lint: what each check finds, and what it lets stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from monitor.located import Problem
from monitor.records import Source
from monitor.rules.lint import CHECKS, lint
from monitor.rules.lint.ignored import is_ignored
from monitor.rules.load import load_rules

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 5, 1)

LEXICON = """\
entities:
  country/ru: {en: {names: [Russia], demonyms: [Russian]}, ar: {names: [روسيا]}, fr: {names: [Russie]}}
  country/sy: {en: {names: [Syria]}, ar: {names: [سوريا]}, fr: {names: [Syrie]}}
  country/ge: {en: {names: [Georgia]}, ar: {names: [جورجيا]}, fr: {names: [Géorgie]}}
  country/us: {en: {names: [United States, {name: US, case: true}, {name: March, case: true}]}, ar: {names: [أمريكا]}, fr: {names: [États-Unis]}}
  place/raqqa: {part_of: country/sy, en: {names: [Raqqa]}, ar: {names: [الرقة]}, fr: {names: [Raqqa]}}
  place/moscow:
    {part_of: country/ru, capital_of: country/ru, en: {names: [Moscow]}, ar: {names: [موسكو]}, fr: {names: [Moscou]}}
  place/springfield-illinois: {en: {names: [Springfield]}, ar: {names: [سبرنغفيلد]}, fr: {names: [Springfield]}}
  place/springfield-ohio: {en: {names: [Springfield]}, ar: {names: [سبرنغفيلد]}, fr: {names: [Springfield]}}
  place/english-only: {en: {names: [Hillbury]}}
  org/eu: {en: {names: [European Union]}, ar: {names: [الاتحاد الأوروبي]}, fr: {names: [Union européenne]}}
  product/rocket: {en: {names: [Kalibr]}, ar: {names: [كاليبر]}, fr: {names: [Kalibr]}}
  person/nameless: {}
concepts:
  attack: {narrower: [airstrike], en: {terms: [attack]}, ar: {terms: [هجوم]}, fr: {terms: [attaque]}}
  airstrike: {en: {terms: [airstrike, air strikes]}, ar: {terms: [غارات]}, fr: {terms: [frappes]}}
  earthquake: {roles: [place], en: {terms: [earthquake]}, ar: {terms: [زلزال]}, fr: {terms: [séisme]}}
  drill: {en: {terms: [drill]}, ar: {terms: [مناورة]}, fr: {terms: [exercice]}}
  english-word: {en: {terms: [gizmo]}}
  wordless: {en: {}}
"""

Lint = Callable[[str], list[Problem]]


@pytest.fixture(name="found")
def _found(tmp_path: Path) -> Lint:
    """Findings on a rule with these keys, in flow or block YAML; errors are none."""
    (tmp_path / "lexicon.yaml").write_text(LEXICON, "utf-8")

    def found(keys: str) -> list[Problem]:
        head = "rules:\n  - id: one\n    examples: [{silent: x}]\n"
        text = head + "".join(f"    {line}\n" for line in keys.splitlines())
        (tmp_path / "watch.yaml").write_text(text, "utf-8")
        book = load_rules([tmp_path])
        assert book.errors() == ()
        return list(lint(book, today=TODAY))

    return found


FOUND = [
    # never-fires
    ("never-fires", "match: {all: [bomb], none: [bomb]}"),
    ("never-fires", "match: {all: [bomb, mayor], none: [{any: [drill, Bomb]}]}"),
    ("never-fires", 'match: {all: [bombing], none: ["bomb*"]}'),
    ("never-fires", "match: {all: [the truck bomb], none: [truck bomb]}"),
    ("never-fires", "match: {all: [{title: bomb}], none: [bomb]}"),
    ("never-fires", "match: {all: [{near: [bomb, truck], words: 3}], none: [truck]}"),
    ("never-fires", "match: {all: [{all: [bomb, truck], within: sentence}], none: [{all: [bomb, truck]}]}"),
    ("never-fires", "match: {all: [{entity: country/ru}, bomb], none: [{entity: [country/ru, country/sy]}]}"),
    ("never-fires", "match: {all: [peace talks in Geneva, minister], within: 3 words}"),
    ("never-fires", "match: {all: [{near: [peace talks, ceasefire deal], words: 2}], within: 3 words}"),
    ("never-fires", "match: {all: [{mentions: 4, of: bomb}], within: 3 words}"),
    ("never-fires", "match: {score: [{clause: bomb, weight: 5}, {clause: drill, weight: -9}], threshold: 6}"),
    ("never-fires", "match: {event: earthquake, actor: country/ru}"),
    ("never-fires", "match: {event: airstrike, actor: place/raqqa}"),
    ("never-fires", "match: {event: airstrike, place: org/eu}"),
    ("never-fires", "match: {event: airstrike, target: product/rocket}"),
    ("never-fires", "match: {event: drill, place: country/ru}"),
    ("never-fires", "match: {event: wordless}"),
    ("never-fires", "match: {entity: person/nameless}"),
    ("never-fires", "let: {b: bomb}\nmatch: {all: [{use: b}, mayor], none: [{use: b}]}"),
    # never-holds
    ("never-holds", "match: {any: [mayor, {all: [bomb], none: [bomb]}]}"),
    ("never-holds", "match: {all: [mayor, bomb], none: [{event: earthquake, actor: country/ru}]}"),
    # only-negative
    ("only-negative", "match: {none: [sport]}"),
    ("only-negative", "match: {any: [bomb, {none: [sport]}]}"),
    ("only-negative", "match: {all: [{none: [sport]}, {title: {none: [football]}}]}"),
    ("only-negative", "match: {score: [{clause: sport, weight: -5}], threshold: -1}"),
    ("only-negative", "match: {score: [{clause: bomb, weight: 5}], threshold: 0}"),
    # near-itself
    ("near-itself", "match: {near: [bomb, Bomb], words: 5}"),
    ("near-itself", "match: {near: [{entity: country/ru}, truck, {entity: country/ru}], words: 5}"),
    ("near-itself", "match: {near: [{any: [bomb, truck]}, {any: [truck, bomb]}], words: 5}"),
    # repeated, covered
    ("repeated", "match: {any: [bomb, truck, Bomb]}"),
    ("repeated", "match: {any: [café, cafe]}"),
    ("repeated", "match: {any: [الرقّة, الرقه]}"),
    ("repeated", "match: {all: [mayor], none: [bomb, bomb]}"),
    ("repeated", "match: {entity: [country/ru, country/sy, country/ru]}"),
    ("repeated", "match: {at_least: 2, of: [mayor, bomb, BOMB]}"),
    ("covered", 'match: {any: ["protest*", protesters]}'),
    ("covered", 'match: {any: ["protest*", "protester*"]}'),
    # unselective, broad, folds-to-stop-word
    ("unselective", "match: the"),
    ("unselective", "match: of the"),
    ("unselective", "where: {languages: [de, en]}\nmatch: {any: [bomb, und]}"),
    ("unselective", "match: {any: [бомба, это]}"),
    ("unselective", "match: {all: [the, and]}"),
    ("unselective", "match: ai"),
    ("unselective", "match: {title: the}"),
    ("broad", "match: {entity: country/sy}"),
    ("broad", "match: {any: [{entity: country/sy}, explosion]}"),
    ("broad", "match: {all: [{entity: country/sy}, the]}"),
    ("broad", "match: government"),
    ("folds-to-stop-word", "match: {all: [WHO, outbreak]}"),
    ("folds-to-stop-word", "where: {languages: [de]}\nmatch: {all: [war, Frieden]}"),
    ("homograph", "match: {all: [war, ceasefire]}"),
    ("homograph", "match: {any: [car, van]}"),
    ("homograph", "match: {any: [bomb, {title: die}]}"),
    ("folds-to-stop-word", "match: {all: [bomb], none: [It]}"),
    # names
    ("missing-language", "where: {languages: [en, ar]}\nmatch: {all: [{entity: place/english-only}, bomb]}"),
    ("missing-language", "where: {languages: [ar]}\nmatch: {event: airstrike, place: place/english-only}"),
    ("missing-language", "where: {languages: [en, fr]}\nmatch: {concept: english-word}"),
    ("partial-language", "match: {all: [{entity: place/english-only}, bomb]}"),
    ("partial-language", "match: {concept: english-word}"),
    ("ambiguous-name", "match: Jordan"),
    ("ambiguous-name", "match: {any: [Chad, Sahel]}"),
    ("ambiguous-name", "match: {entity: country/ge}"),
    ("ambiguous-name", "match: {title: {entity: country/ge}}"),
    ("ambiguous-name", "match: Springfield"),
    ("ambiguous-name", "match: march"),
    # filters
    ("where-contradiction", "where: {sources: {ids: [bbc-world], exclude: ['bbc-*']}}\nmatch: bomb"),
    ("where-contradiction", "where: {sources: {sites: [bbc.co.uk], exclude_sites: ['*.uk']}}\nmatch: bomb"),
    ("role-not-taken", "match: {event: [airstrike, earthquake], actor: country/ru}"),
    ("role-not-taken", "match: {event: airstrike, actor: [country/ru, place/raqqa]}"),
    ("ignored-cue", "match: {event: airstrike, unless: [drill, earthquake]}"),
    # upkeep
    ("review-due", "review_by: 2026-04-30\nmatch: bomb"),
    ("expired", "expires: 2026-04-30\nmatch: bomb"),
    ("expired", "expires: 2026-04-30T23:00:00+02:00\nmatch: bomb"),
    ("unused-let", "let: {trucks: {any: [truck, bus]}}\nmatch: bomb"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "keys"), FOUND)
def test_what_is_amiss_is_found(found: Lint, code: str, keys: str) -> None:
    assert code in {problem.code for problem in found(keys)}


CLEAN = [
    "match: bomb",
    "match: {all: [bomb], none: [bomb threat]}",
    "match: {all: [bombs], none: [bomb]}",
    "match: {all: [truck-bomb], none: [truck]}",  # also spelled truckbomb
    'match: {all: ["bomb*"], none: [bomb]}',
    "match: {all: [bomb], none: [{title: bomb}]}",
    "match: {all: [bomb], none: [{all: [bomb, drill]}]}",
    "match: {all: [WHOs], none: [{term: WHO, case: true}]}",
    "match: {all: [{any: [bomb, truck]}, mayor], none: [bomb]}",
    "match: {all: [bomb, truck], none: [{all: [bomb, truck], within: sentence}]}",
    "match: {all: [{entity: [country/ru, country/sy]}, bomb], none: [{entity: country/ru}]}",
    "match: {all: [peace talks, talks], within: 2 words}",  # they may share a word
    "match: {all: [air-strike, airstrike], within: 1 words}",
    "match: {score: [{clause: bomb, weight: 5}, {clause: truck, weight: 5}], threshold: 10}",
    "where: {min_length: 100, max_length: 100}\nmatch: bomb",
    "where: {min_length: 100}\nmatch: bomb",
    "match: {event: airstrike, actor: place/moscow}",
    "match: {event: attack, actor: country/ru, place: country/sy, target: org/eu}",
    "match: {event: earthquake, place: place/raqqa}",
    "match: {event: airstrike, unless: []}",
    "match: {event: airstrike, unless: [drill]}",
    "match: {all: [bomb], none: [sport]}",
    "match: {near: [bomb, truck], words: 5}",
    "match: {near: [{any: [bomb, truck]}, {any: [bomb, bus]}], words: 5}",
    "match: {mentions: 2, of: bomb}",
    'match: {any: [protest, "protester*"]}',
    'match: {any: ["protest*", protest march]}',
    "match: {any: [bomb, truck]}",
    "match: {any: [{term: WHO, case: true}, World Health Organization]}",
    "match: {all: [{entity: country/ru}, {entity: country/sy}]}",
    "match: {title: {entity: country/ru}}",
    "match: {mentions: 3, of: {entity: country/ru}}",
    "match: {all: [{entity: country/ru}, bomb]}",
    "match: {all: [Jordan, border]}",
    "match: {all: [{entity: country/ge}, protest], within: sentence}",
    "match: the hague",
    "match: C++",
    "match: 俄罗斯",
    "where: {languages: [en]}\nmatch: {all: [war, ceasefire]}",
    "where: {languages: [en]}\nmatch: {all: [{entity: place/english-only}, bomb]}",
    "where: {sources: {ids: ['bbc-*'], exclude: [bbc-sport]}}\nmatch: bomb",
    "review_by: 2026-05-01\nmatch: bomb",
    "expires: 2026-05-01\nmatch: bomb",
    "let: {trucks: {any: [truck, bus]}}\nmatch: {all: [bomb, {use: trucks}]}",
    "let: {trucks: {any: [truck, {use: buses}]}, buses: bus}\nmatch: {all: [bomb, {use: trucks}]}",
]  # fmt: skip


@pytest.mark.parametrize("keys", CLEAN)
def test_what_is_in_order_is_let_stand(found: Lint, keys: str) -> None:
    assert [str(problem) for problem in found(keys)] == []


@pytest.mark.parametrize(
    ("keys", "code", "line", "shown"),
    [
        ("match:\n  near:\n    - bomb\n    - Bomb\n  words: 3", "near-itself", 7, "Bomb"),
        ("match:\n  all: [mayor]\n  none:\n    - bomb\n    - {term: Mayor}", "never-fires", 8, "term"),
        ("match:\n  any:\n    - bomb\n    - {all: [the]}", "unselective", 7, "the"),
        ("let:\n  x: {any: [bomb, bomb]}\nmatch: {use: x}", "repeated", 5, "bomb"),
        ("match:\n  event: earthquake\n  actor: country/ru", "never-fires", 6, "actor"),
        ("match:\n  all:\n    - mayor\n    - entity:\n        - country/ru\n        - country/ru", "repeated", 9, "country"),
        ("match:\n  score:\n    - {clause: bomb, weight: 3}\n  threshold: 5", "never-fires", 5, "score"),
        ("review_by: 2020-01-01\nmatch: bomb", "review-due", 4, "review_by"),
    ],
)  # fmt: skip
def test_a_finding_stands_where_its_cause_stands(
    found: Lint, tmp_path: Path, keys: str, code: str, line: int, shown: str
) -> None:
    (problem,) = [one for one in found(keys) if one.code == code]
    text = (tmp_path / "watch.yaml").read_text("utf-8").splitlines()[problem.line - 1]
    assert problem.line == line
    assert text[problem.column - 1 :].startswith(shown)
    assert problem.message.startswith("rule one: ")
    assert problem.remedy


def test_codes_are_unique_and_each_is_found_by_a_test() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    elsewhere = {"duplicate-rule", "no-examples", "no-source"}
    assert set(codes) == {code for code, _ in FOUND} | elsewhere


RULES = """\
rules:
  - {id: one, match: {all: [bomb, {any: [truck, bus]}], none: [drill]}}
  - {id: two, match: {all: [{any: [Bus, truck, truck]}, bomb], none: [drill]}}
  - {id: three, match: {all: [bomb, {any: [truck, bus]}], none: [drill], within: sentence}}
  - {id: four, match: {all: [bomb, {any: [truck, bus]}], none: [drill]}, where: {languages: [en]}}
  - {id: five, match: {all: [bomb, {any: [truck, bus]}], none: [drill]}, status: shadow}
  - {id: six, match: {all: [bomb, mayor]}, examples: [{silent: x}]}
"""


def test_a_rule_that_asks_the_same_as_another_and_one_without_examples(tmp_path: Path) -> None:
    (tmp_path / "watch.yaml").write_text(RULES)
    problems = list(lint(load_rules([tmp_path]), today=TODAY))
    (twin,) = [problem for problem in problems if problem.code == "duplicate-rule"]
    assert twin.message == f"rule two: asks for the same as rule one ({tmp_path}/watch.yaml:2)"
    bare = [problem.message.split(":")[0] for problem in problems if problem.code == "no-examples"]
    assert bare == ["rule one", "rule two", "rule three", "rule four", "rule five"]


def test_sources_and_languages_that_no_feed_has(tmp_path: Path) -> None:
    (tmp_path / "watch.yaml").write_text(
        "rules:\n"
        "  - {id: a, match: bomb, where: {sources: {ids: [bbc, cnn]}}}\n"
        "  - {id: b, match: bomb, where: {languages: [fr], sources: {ids: ['bb*']}}}\n"
        "  - {id: c, match: bomb, where: {languages: [en], sources: {ids: [bbc]}}}\n"
        "  - {id: d, match: bomb, where: {languages: [fr]}}\n"
    )
    book = load_rules([tmp_path])
    sources = [Source(id="bbc", language="en"), Source(id="afp", language="fr")]

    def told(sources: list[Source] | None) -> list[str]:
        problems = lint(book, today=TODAY, sources=sources)
        return [problem.message for problem in problems if problem.code == "no-source"]

    assert told(sources) == [
        "rule a: no feed in feeds.yaml has the source 'cnn'",
        "rule b: the feeds that the rule takes are in en only",
    ]
    assert told([Source(id="bbc")]) == ["rule a: no feed in feeds.yaml has the source 'cnn'"]
    assert told(None) == []


def test_what_a_rule_extends_is_spoken_of_once(tmp_path: Path) -> None:
    (tmp_path / "watch.yaml").write_text(
        "rules:\n"
        "  - {id: base, match: {any: [bomb, bomb]}, let: {x: truck}, examples: [{silent: x}]}\n"
        "  - {id: child, extends: base, match: {all: [{use: x}, mayor], none: [mayor]}, examples: [{silent: x}]}\n"
        "  - {id: plain, extends: base, examples: [{silent: x}]}\n"
    )
    book = load_rules([tmp_path])
    assert book.errors() == ()
    found = [(problem.message.split(":")[0], problem.code) for problem in lint(book, today=TODAY)]
    assert found.count(("rule base", "repeated")) == 1
    assert ("rule child", "never-fires") in found
    assert ("rule child", "repeated") not in found
    assert ("rule plain", "repeated") not in found


def test_a_query_is_looked_at_as_well(tmp_path: Path) -> None:
    (tmp_path / "watch.yaml").write_text(
        "rules:\n  - id: q\n    query: bomb AND NOT bomb\n    examples: [{silent: x}]\n"
    )
    (problem,) = lint(load_rules([tmp_path]), today=TODAY)
    assert (problem.code, problem.line, problem.column) == ("never-fires", 3, 5)


def test_other_rules_are_looked_at_though_a_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "rules: [{id: a, mtach: x}, {id: b, match: the, examples: [{silent: x}]}]\n"
    )
    (tmp_path / "b.yaml").write_text("rules: [\n")
    (tmp_path / "c.yaml").write_text("rules: [{id: c, match: {none: [x-ray]}, examples: [{silent: x}]}]\n")
    codes = [problem.code for problem in lint(load_rules([tmp_path]), today=TODAY)]
    assert codes == ["unselective", "only-negative"]


@pytest.mark.parametrize(
    ("text", "line", "ignored"),
    [
        ("match: the  # check: ignore unselective", 1, True),
        ("match: the  # check: ignore broad, unselective", 1, True),
        ("# check: ignore unselective\nmatch: the", 2, True),
        ("match: the  # check: ignore broad", 1, False),
        ("id: a  # check: ignore unselective\nmatch: the", 2, False),
        ("match: the#check: ignore unselective", 1, False),
        ("match: the", 9, False),
    ],
)
def test_a_comment_leaves_a_finding_out(text: str, line: int, ignored: bool) -> None:
    problem = Problem("f", line, 1, "m", "r", "warning", "unselective")
    assert is_ignored(problem, text.splitlines()) is ignored
    assert not is_ignored(Problem("f", line, 1, "m"), text.splitlines())


def test_the_shipped_rules_give_no_finding() -> None:
    from monitor.feeds.load import load_feeds

    book = load_rules([ROOT / "rules"])
    sources = [feed.source for feed in load_feeds(ROOT / "rules" / "feeds.yaml")]
    assert [str(problem) for problem in lint(book, today=TODAY, sources=sources)] == []
