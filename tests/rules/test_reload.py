"""Loading again: what nobody touched stays the same object, and is not even read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules, stamp
from tests.rules.test_load import LEXICON, ids, problems, write

FILES = {
    f"f{n}": f"rules:\n  - {{id: r{n}-a, match: a{n}}}\n  - {{id: r{n}-b, match: b{n}}}\n" for n in range(5)
}


@pytest.fixture(name="first")
def _first(tmp_path: Path) -> RuleBook:
    write(tmp_path, lexicon=LEXICON, **FILES)
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    return book


def same(one: RuleBook, other: RuleBook) -> set[str]:
    """Ids of rules that are the same object in both."""
    return {id for id, loaded in other.by_id.items() if one.by_id.get(id) is loaded}


def test_nothing_changed_is_nothing_new(tmp_path: Path, first: RuleBook) -> None:
    second = load_rules([tmp_path], first)
    assert same(first, second) == set(ids(first))
    assert all(second.files[name] is file for name, file in first.files.items())
    assert [id(rule) for rule in second.active()] == [id(rule) for rule in first.active()]


def test_an_edit_changes_the_rules_of_its_file_alone(tmp_path: Path, first: RuleBook) -> None:
    write(tmp_path, f2=FILES["f2"].replace("a2", "changed"))
    second = load_rules([tmp_path], first)
    assert set(ids(first)) - same(first, second) == {"r2-a", "r2-b"}
    assert second.by_id["r2-b"].rule is first.by_id["r2-b"].rule  # its text is as it was
    assert second.by_id["r2-a"].rule.version != first.by_id["r2-a"].rule.version
    assert ids(second) == ids(first)


def test_additions_deletions_and_renames_touch_no_other_file(tmp_path: Path, first: RuleBook) -> None:
    (tmp_path / "f0.yaml").unlink()
    (tmp_path / "f1.yaml").rename(tmp_path / "zz.yaml")
    write(tmp_path, new="rules:\n  - {id: new, match: x}\n")
    second = load_rules([tmp_path], first)
    assert problems(second, tmp_path) == []
    assert ids(second) == [*(f"r{n}-{x}" for n in (2, 3, 4) for x in "ab"), "new", "r1-a", "r1-b"]
    assert same(first, second) == {f"r{n}-{x}" for n in (2, 3, 4) for x in "ab"}
    assert second.by_id["r1-a"].rule is first.by_id["r1-a"].rule


_opened: list[str] = []
"""Files that were opened since it was last cleared."""


def _hear(event: str, args: tuple[object, ...]) -> None:
    if event == "open" and str(args[0]).endswith(".yaml"):
        _opened.append(Path(str(args[0])).name)


sys.addaudithook(_hear)


def test_a_file_that_was_not_touched_is_not_read(tmp_path: Path, first: RuleBook) -> None:
    for name, file in first.files.items():
        file.stamp = stamp(name)  # as it is once the files are a few seconds old
    _opened.clear()
    second = load_rules([tmp_path], first)
    assert _opened == []
    assert same(first, second) == set(ids(first))
    write(tmp_path, f3=FILES["f3"] + "  - {id: more, match: more}\n")
    _opened.clear()
    assert "more" in ids(load_rules([tmp_path], second))
    assert set(_opened) == {"f3.yaml"}


def test_a_file_written_just_now_is_read_again(tmp_path: Path, first: RuleBook) -> None:
    file = tmp_path / "f0.yaml"
    status = file.stat()
    file.write_text(FILES["f0"].replace("a0", "c0"), "utf-8")  # as long as before
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    second = load_rules([tmp_path], first)
    assert second.by_id["r0-a"].rule.version != first.by_id["r0-a"].rule.version


def test_a_new_lexicon_leaves_rules_alone_whose_names_it_still_has(tmp_path: Path, first: RuleBook) -> None:
    write(
        tmp_path,
        f0="rules:\n  - {id: named, match: {entity: country/ru}}\n  - {id: bad, match: {entity: org/x}}\n",
    )
    second = load_rules([tmp_path], first)
    assert ids(second)[:2] == ids(first)[:2]  # the last good version
    write(tmp_path, lexicon=LEXICON.replace("concepts:", "  org/x:\n    en: {names: [X]}\nconcepts:"))
    third = load_rules([tmp_path], second)
    assert problems(third, tmp_path) == []
    assert ids(third)[:2] == ["named", "bad"]
    assert third.table is not second.table
    assert same(second, third) == {f"r{n}-{x}" for n in (1, 2, 3, 4) for x in "ab"}


def test_a_duplicate_is_told_until_it_is_gone(tmp_path: Path, first: RuleBook) -> None:
    write(tmp_path, a="rules:\n  - {id: r3-a, match: other}\n  - {id: own, match: own}\n")
    book = first
    for _ in range(3):
        book = load_rules([tmp_path], book)
        assert len(problems(book, tmp_path)) == 1
        assert book.by_id["r3-a"] is first.by_id["r3-a"]
        assert "own" in ids(book)
    write(tmp_path, f3="rules: []\n")
    book = load_rules([tmp_path], book)
    assert problems(book, tmp_path) == []
    assert book.by_id["r3-a"].file.endswith("/a.yaml")


def test_rules_beside_their_lexicon_in_one_file_stay(tmp_path: Path) -> None:
    both = LEXICON + "rules:\n  - {id: both, match: {entity: country/ru}}\n"
    rules, pack = tmp_path / "rules", tmp_path / "cache" / "lexicon.pack"
    rules.mkdir()
    write(rules, both=both)
    first = load_rules([rules], pack=pack)
    assert ids(first) == ["both"]
    assert ids(load_rules([rules], pack=pack)) == ["both"]
    second = load_rules([rules], first)
    assert ids(second) == ["both"]
    write(rules, other="rules:\n  - {id: other, match: x}\n")
    third = load_rules([rules], second)
    assert ids(third) == ["both", "other"]
    assert third.table is first.table


def test_without_a_lexicon_the_table_stays_too(tmp_path: Path) -> None:
    write(tmp_path, a="rules:\n  - {id: a, match: a}\n")
    first = load_rules([tmp_path])
    write(tmp_path, a="rules:\n  - {id: a, match: b}\n")
    assert load_rules([tmp_path], first).table is first.table


def test_drafts_are_left_out_of_what_is_evaluated(tmp_path: Path, first: RuleBook) -> None:
    write(tmp_path, f0="rules:\n  - {id: r0-a, match: a0, status: draft}\n  - {id: r0-b, match: b0}\n")
    second = load_rules([tmp_path], first)
    assert [rule.id for rule in second.active()] == [id for id in ids(first) if id != "r0-a"]
    assert "r0-a" in ids(second)
