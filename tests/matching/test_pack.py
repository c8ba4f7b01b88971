"""Packs: what comes back is what was put in, and nothing stale is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.matching.engine import Engine
from monitor.matching.pack import read_pack
from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules

ENTITIES = """
entities:
  country/ru: {en: {names: [Russia], demonyms: [Russian]}, ru: {names: [{name: Россия, inflect: name}]}}
  org/who: {en: {names: [{name: WHO, case: true}]}}
concepts:
  airstrike: {en: {terms: [air strike], weak: [strike], not: [hunger strike]}, ar: {terms: [غارة]}}
"""
RULES = "rules:\n  - {id: one, match: {all: [{entity: country/ru}, {concept: airstrike}]}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "lexicon.yaml").write_text(ENTITIES, "utf-8")
    (rules / "watch.yaml").write_text(RULES, "utf-8")
    return rules


def fires(book: RuleBook, text: str) -> list[str]:
    return [fired.rule.id for fired in Engine(book.active(), book.table).read("", text, "en").fired]


def test_a_packed_lexicon_is_the_lexicon(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "cache" / "lexicon.pack"
    made = load_rules([folder], pack=pack)
    read = load_rules([folder], pack=pack)
    assert read.table is not made.table
    assert (read.lexicon.entries, read.lexicon.forms) == (made.lexicon.entries, made.lexicon.forms)
    assert (read.table.ids, read.table.languages) == (made.table.ids, made.table.languages)
    assert read.table.patterns.special == made.table.patterns.special
    assert fires(read, "A Russian air strike") == ["one"]


def test_an_edited_lexicon_is_made_anew(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "lexicon.pack"
    load_rules([folder], pack=pack)
    (folder / "lexicon.yaml").write_text(ENTITIES.replace("[Russian]", "[Rusian]"), "utf-8")
    assert fires(load_rules([folder], pack=pack), "A Russian air strike") == []


def test_a_new_file_of_entities_is_not_overlooked(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "lexicon.pack"
    load_rules([folder], pack=pack)
    (folder / "more.yaml").write_text("entities:\n  country/fr: {en: {names: [France]}}\n", "utf-8")
    assert "country/fr" in load_rules([folder], pack=pack).lexicon.entries


def test_a_removed_file_of_entities_is_not_served(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "lexicon.pack"
    (folder / "more.yaml").write_text("entities:\n  country/fr: {en: {names: [France]}}\n", "utf-8")
    load_rules([folder], pack=pack)
    (folder / "more.yaml").unlink()
    assert "country/fr" not in load_rules([folder], pack=pack).lexicon.entries


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x81\xa1a\x01", b"garbage" * 100])
def test_a_broken_pack_is_no_pack(folder: Path, tmp_path: Path, data: bytes) -> None:
    pack = tmp_path / "lexicon.pack"
    pack.write_bytes(data)
    assert read_pack(pack) is None
    assert fires(load_rules([folder], pack=pack), "A Russian air strike") == ["one"]
    assert read_pack(pack) is not None


def test_a_broken_lexicon_is_not_packed(folder: Path, tmp_path: Path) -> None:
    pack = tmp_path / "lexicon.pack"
    (folder / "broken.yaml").write_text("entities:\n  country/fr: {nonsense: 1}\n", "utf-8")
    assert load_rules([folder], pack=pack).errors()
    assert not pack.exists()


def test_a_folder_that_cannot_be_written_is_no_error(folder: Path) -> None:
    assert fires(load_rules([folder], pack=Path("/proc/none/lexicon.pack")), "A Russian air strike") == [
        "one"
    ]
