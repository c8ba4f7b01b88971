"""``extends``: what a rule takes from another, and what becomes of it when that one changes or breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.matching.clauses import All, Names, Near, Term
from monitor.matching.engine import Engine
from monitor.matching.rule import Rule
from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules
from tests.rules.test_load import LEXICON, problems, write

PARENT = """\
rules:
  - id: base
    title: Base
    description: The base.
    severity: high
    tags: [syria, conflict]
    owner: syria-desk
    status: draft
    review_by: 2030-01-01
    expires: 2031-01-01
    where:
      languages: [en, ar]
      sources: {ids: ['bbc*'], exclude_tags: [sport]}
      max_age: 48h
    let: {who: {entity: country/ru}, what: bomb}
    match: {near: [{use: who}, {use: what}], words: 5}
    again: [numbers]
    subscribers: [desk]
    examples: [{fires: A Russian bomb., lang: en}]
"""


def child(folder: Path, **keys: Any) -> RuleBook:
    """A book of the parent and a child with these keys."""
    write(folder, lexicon=LEXICON, base=PARENT)
    write(folder, child=yaml.safe_dump({"rules": [{"id": "child", "extends": "base"} | keys]}))
    return load_rules([folder])


def rule(book: RuleBook) -> Rule:
    return book.by_id["child"].rule


BASE = Near((Names(("country/ru",)), Term("bomb")), 5)


def test_it_takes_clauses_and_keys_but_not_what_speaks_of_one_rule(tmp_path: Path) -> None:
    book = child(tmp_path)
    assert problems(book, tmp_path) == []
    base, taken = book.by_id["base"], book.by_id["child"]
    assert taken.rule.clause == base.rule.clause == BASE
    assert (taken.rule.severity, taken.rule.tags, taken.model.owner) == (
        "high",
        ("syria", "conflict"),
        "syria-desk",
    )
    assert (taken.rule.where, taken.rule.again) == (base.rule.where, ("numbers",))
    assert taken.rule.subscribers == ("desk",)
    assert (taken.rule.title, taken.rule.status, taken.rule.expires) == ("child", "active", None)
    assert (taken.model.description, taken.model.review_by, taken.examples) == ("", None, ())


def test_its_own_keys_win(tmp_path: Path) -> None:
    book = child(tmp_path, severity="low", tags=["x"], owner="me", again=[], subscribers=["you"])
    found = rule(book)
    assert (found.severity, found.tags, found.again, found.subscribers) == ("low", ("x",), (), ("you",))
    assert book.by_id["child"].model.owner == "me"


def test_its_own_clause_must_hold_as_well(tmp_path: Path) -> None:
    book = child(
        tmp_path, match={"entity": "place/raqqa"}, where={"sources": {"ids": None}, "languages": None}
    )
    assert rule(book).clause == All((BASE, Names(("place/raqqa",))))
    engine = Engine(book.active(), book.table)
    assert [one.rule.id for one in engine.read("", "A Russian bomb hit Raqqa.", "en").fired] == ["child"]
    assert engine.read("", "A Russian bomb hit Idlib.", "en").fired == ()
    assert engine.read("", "Raqqa.", "en").fired == ()


def test_a_query_is_added_to_a_match_and_its_filters_win(tmp_path: Path) -> None:
    book = child(tmp_path, query="raqqa lang:fr NOT source:cnn")
    assert problems(book, tmp_path) == []
    assert rule(book).clause == All((BASE, Term("raqqa")))
    where = rule(book).where
    assert (where.languages, where.sources, where.exclude_sources) == (("fr",), ("bbc*",), ("cnn",))


def test_filters_count_one_by_one_and_an_empty_one_drops_what_was_there(tmp_path: Path) -> None:
    where = rule(child(tmp_path, where={"max_age": "6h", "sources": {"ids": None, "tags": ["news"]}})).where
    assert where.languages == ("en", "ar")
    assert (where.sources, where.tags, where.exclude_tags) == ((), ("news",), ("sport",))
    assert where.max_age is not None
    assert where.max_age.total_seconds() == 6 * 3600


def test_named_clauses_are_taken_used_and_given_anew(tmp_path: Path) -> None:
    book = child(tmp_path, match={"none": [{"use": "what"}, "drill"]}, let={"who": {"entity": "place/raqqa"}})
    assert problems(book, tmp_path) == []
    assert rule(book).clause == All(
        (Near((Names(("place/raqqa",)), Term("bomb")), 5), All((), (Term("bomb"), Term("drill"))))
    )
    assert book.by_id["base"].rule.clause == BASE


def test_rules_extend_rules_that_extend_rules(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="rules:\n  - {id: three, extends: two, match: c, severity: low}\n",
        b="rules:\n  - {id: two, extends: one, query: b, tags: [x]}\n  - {id: same, extends: two}\n",
        c="rules:\n  - {id: one, match: a, severity: high, owner: me}\n",
    )
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    three = book.by_id["three"]
    assert three.rule.clause == All((Term("a"), Term("b"), Term("c")))
    assert (three.rule.severity, three.rule.tags, three.model.owner) == ("low", ("x",), "me")
    assert book.by_id["same"].rule.clause == book.by_id["two"].rule.clause == All((Term("a"), Term("b")))


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{id: a, extends: base}", "2:14: rule a: extends 'base', but there is no such rule; give the id of a rule"),
        ("{id: a, extends: bade}\n  - {id: base, match: x}", "2:14: rule a: extends 'bade', but there is no such rule; did you mean 'base'?"),
        ("{id: a, extends: a, match: x}", "2:14: rule a: extends itself: a → a; break the circle"),
        ("{id: a, extends: b, match: x}\n  - {id: b, extends: a, match: x}", "2:14: rule a: extends itself: a → b → a"),
        ("{id: a, extends: b}\n  - {id: b, match: {entity: country/zz}}", "2:14: rule a: 'b' cannot be taken: unknown entity 'country/zz'"),
        ("{id: a, extends: b}\n  - {id: b, match: x, severty: high}", "2:14: rule a: extends 'b', which has errors; correct it in"),
        ("{id: a, extends: b}\n  - {id: b, query: x AND}", "2:14: rule a: extends 'b', which has errors"),
        ("{id: a, extends: b, let: {x: {entity: country/zz}}}\n  - {id: b, match: {use: x}, let: {x: y}}", "2:31: rule a: unknown entity 'country/zz'"),
        ("{id: a, extends: b, let: {x: {none: [y]}}}\n  - {id: b, match: {near: [{use: x}, z], words: 2}, let: {x: y}}", "2:33: rule a: 'none' cannot stand inside 'near'"),
        ("{id: a, extends: b, match: {use: y}}\n  - {id: b, match: x}", "2:31: rule a: no clause 'y' in 'let'"),
        ("{id: a, extends: b, where: {max_length: 5}}\n  - {id: b, match: x, where: {min_length: 9}}", "2:31: rule a: no text has 9 characters or more and 5 or fewer"),
        ("{id: a, extends: [b]}", "2:14: rules.extends: must be text, but is a list; write one text, without brackets and dashes"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, rules: str, expected: str) -> None:
    write(tmp_path, lexicon=LEXICON, watch=f"rules:\n  - {rules}\n")
    book = load_rules([tmp_path])
    found = problems(book, tmp_path)
    place, _, message = expected.partition(": ")
    assert any(line.startswith(f"watch.yaml:{place.split(':')[0]}:") and message in line for line in found), (
        found
    )
    assert "a" not in book.by_id


def test_a_chain_is_bounded(tmp_path: Path) -> None:
    rules = [{"id": "r0", "match": "a"}] + [{"id": f"r{n}", "extends": f"r{n - 1}"} for n in range(1, 30)]
    write(tmp_path, watch=yaml.safe_dump({"rules": rules}))
    book = load_rules([tmp_path])
    assert len(book.rules) == 21
    assert all("extends more than 20 rules in a row" in line for line in problems(book, tmp_path))


# --- when the parent changes ----------------------------------------------------------------


def test_a_new_parent_is_a_new_version_of_the_child(tmp_path: Path) -> None:
    first = child(tmp_path)
    write(tmp_path, base=PARENT.replace("words: 5", "words: 6"))
    second = load_rules([tmp_path], first)
    assert rule(second).version != rule(first).version
    write(tmp_path, base=PARENT.replace("words: 5", "words: 6").replace("title: Base", "title: Other"))
    third = load_rules([tmp_path], second)
    assert third.by_id["base"].rule.version != second.by_id["base"].rule.version
    assert rule(third) is rule(second)


@pytest.mark.parametrize(
    "broken",
    [
        "rules: [",
        PARENT.replace("country/ru", "country/zz"),
        PARENT.replace("severity", "severty"),
        PARENT.replace("words: 5", "words: many"),
    ],
)
def test_a_broken_parent_keeps_the_last_good_version_of_both(tmp_path: Path, broken: str) -> None:
    good = child(tmp_path, match="raqqa")
    write(tmp_path, base=broken)
    book = load_rules([tmp_path], good)
    assert [one.rule for one in book.rules] == [one.rule for one in good.rules]
    assert any("base.yaml:" in line for line in problems(book, tmp_path))
    again = load_rules([tmp_path], book)
    assert [one.rule for one in again.rules] == [one.rule for one in good.rules]
    write(tmp_path, base=PARENT)
    mended = load_rules([tmp_path], again)
    assert problems(mended, tmp_path) == []
    assert [one.rule for one in mended.rules] == [one.rule for one in good.rules]


@pytest.mark.parametrize("how", ["deleted", "renamed", "emptied"])
def test_a_lost_parent_keeps_the_last_good_version_of_the_child(tmp_path: Path, how: str) -> None:
    good = child(tmp_path, match="raqqa")
    if how == "deleted":
        (tmp_path / "base.yaml").unlink()
    else:
        write(tmp_path, base=PARENT.replace("id: base", "id: other") if how == "renamed" else "rules: []\n")
    book = load_rules([tmp_path], good)
    for _ in range(3):
        assert rule(book) is rule(good)
        assert "base" not in book.by_id
        assert book.kept == (str(tmp_path / "child.yaml"),)
        (found,) = problems(book, tmp_path)
        assert found.startswith("child.yaml:2:3: rule child: extends 'base', but there is no such rule")
        book = load_rules([tmp_path], book)
    write(tmp_path, lexicon=LEXICON + "  film:\n    en: {terms: [film]}\n")
    book = load_rules([tmp_path], book)
    assert rule(book) is rule(good)
    assert "film" in book.lexicon.entries
    write(tmp_path, child="rules:\n  - {id: child, match: raqqa, extends: base}\n")
    assert rule(load_rules([tmp_path], book)).clause == rule(good).clause
    write(tmp_path, child="rules:\n  - {id: child, match: raqqa}\n")
    mended = load_rules([tmp_path], book)
    assert problems(mended, tmp_path) == []
    assert rule(mended).clause == Term("raqqa")


def test_a_parent_that_moves_to_another_file_is_found_there(tmp_path: Path) -> None:
    good = child(tmp_path)
    (tmp_path / "base.yaml").rename(tmp_path / "zzz.yaml")
    book = load_rules([tmp_path], good)
    assert problems(book, tmp_path) == []
    assert rule(book) is rule(good)
