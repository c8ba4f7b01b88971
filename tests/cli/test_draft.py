"""``monitor draft``: what it prints, saves, asks, and its exit codes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from monitor.located import parse_yaml
from monitor.rules.load import load_rules
from tests.cli.conftest import ROOT, Monitor, Ran
from tests.rules.test_draft import SMALL

Quick = Callable[..., Ran]


@pytest.fixture(name="rules")
def _rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "lexicon.yaml").write_text(SMALL, "utf-8")
    return folder


def test_a_rule_drafted_from_words_passes_check_beside_the_shipped_rules(
    monitor: Monitor, tmp_path: Path
) -> None:
    ran = monitor("draft", "Russian strikes + Raqqa")
    assert ran.code == 0
    assert ran.out.startswith("# yaml-language-server: $schema=../schema/watch.json\n")
    assert "missile-attack" in ran.err
    file = tmp_path / "x.yaml"
    file.write_text(ran.out, "utf-8")
    checked = monitor("check", "--rules", "rules", "--rules", file)
    assert checked.code == 0, checked.err
    article = {"id": "a", "title": "", "text": "Moscow's strikes on Raqqa killed ten people."}
    found = monitor("match", "--rules", "rules", "--rules", file, stdin=msgspec.json.encode(article))
    assert {one["rule"] for one in found.lines()[0]["matches"]} >= {"russian-strikes-raqqa"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["strikes on Raqqa"], 0),
        (["strikes", "on", "Raqqa"], 0),
        (["strikes on Rakka"], 1),
        (["strikes on Raqqa + tear gas"], 1),
        (["strikes on Raqqa", "--example", "An airstrike hit Raqqa."], 0),
        (["strikes on Raqqa", "--example", "Nothing at all."], 1),
        (["strikes on Raqqa", "--silent", "An airstrike hit Raqqa."], 1),
        (["earthquake in Tripoli", "--pick", "place/tripoli-lebanon"], 0),
        ([], 2),
        ([""], 2),
        (["not Raqqa"], 2),
        (["Raqqa", "--id", "No Id"], 2),
        (["Raqqa", "--lang", "xx"], 2),
        (["Raqqa", "--pick", "7"], 2),
        (["Raqqa", "--pick", "place/idlib"], 2),
        (["Raqqa", "--save", "/nowhere/at/all.yaml"], 2),
        (["Raqqa", "--rules", "/nowhere/at/all.yaml"], 2),
    ],
    ids=str,
)
def test_the_exit_code_says_whether_all_was_resolved(
    quick: Quick, rules: Path, args: list[str], code: int
) -> None:
    ran = quick("draft", "--rules", rules, *args)
    assert ran.code == code, ran.err
    if code < 2:
        assert "rules:\n  - id: strikes-on" in ran.out or "earthquake" in ran.out


def test_what_is_not_resolved_is_said_and_the_rest_is_drafted(quick: Quick, rules: Path) -> None:
    ran = quick("draft", "--rules", rules, "strikes on Raqqa + tear gas")
    assert "Not resolved: tear gas" in ran.err
    assert "place: place/raqqa" in ran.out
    wrong = quick("draft", "--rules", rules, "strikes on Raqqa", "--example", "Nothing at all.")
    assert "does not fire on: “Nothing at all.”" in wrong.err


def test_json_holds_the_rule_its_parts_and_its_yaml(quick: Quick, rules: Path) -> None:
    ran = quick("draft", "--rules", rules, "--json", "earthquake in Tripoli + Rakka")
    (value,) = ran.lines()
    assert ran.code == 1
    assert value["resolved"] is False
    assert value["unresolved"] == ["Rakka (guessed: Raqqa)"]
    parts = msgspec.convert(value["parts"], list[dict[str, object]])
    assert [(one["text"], one["role"], one["taken"]) for one in parts] == [
        ("earthquake", "event", ["earthquake"]),
        ("Tripoli", "place", ["place/tripoli"]),
        ("Raqqa", "place", ["place/raqqa"]),
    ]
    assert parts[1]["meanings"] == [
        {"pick": 1, "id": "place/tripoli", "gloss": "Tripoli in Libya", "form": "name"},
        {"pick": 2, "id": "place/tripoli-lebanon", "gloss": "Tripoli in Lebanon", "form": "name"},
    ]
    assert parse_yaml(str(value["yaml"]), "x").value == {"rules": [value["rule"]]}


def test_a_saved_rule_is_a_new_file_then_one_more_rule_in_it(quick: Quick, rules: Path) -> None:
    file = rules / "watch.yaml"
    assert quick("draft", "--rules", rules, "strikes on Raqqa", "--save", file).code == 0
    first = file.read_text("utf-8")
    file.chmod(0o640)
    ran = quick("draft", "--rules", rules, "strikes on Idlib", "--save", file)
    assert ran.code == 0
    assert ran.out == ""
    assert "saved rule strikes-on-idlib" in ran.err
    assert file.read_text("utf-8").startswith(first.rstrip())
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in rules.iterdir()) == ["lexicon.yaml", "watch.yaml"]
    book = load_rules([rules])
    assert book.errors() == ()
    assert [loaded.rule.id for loaded in book.rules] == ["strikes-on-raqqa", "strikes-on-idlib"]
    again = quick("draft", "--rules", rules, "strikes on Idlib", "--save", file)
    assert "saved rule strikes-on-idlib-2" in again.err
    assert quick("draft", "--rules", rules, "Idlib", "--id", "strikes-on-idlib").code == 2


@pytest.mark.parametrize(
    "before", ["", "rules: []\n", "rules: [{id: a, match: x}]\n", "no yaml: [\n", "notes\n"]
)
def test_a_file_that_cannot_take_the_rule_is_left_as_it_is(
    quick: Quick, rules: Path, tmp_path: Path, before: str
) -> None:
    file = tmp_path / "other.yaml"
    file.write_text(before, "utf-8")
    assert quick("draft", "--rules", rules, "Raqqa", "--save", file).code == 2
    assert file.read_text("utf-8") == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["other.yaml"]


def test_where_nothing_can_be_saved_the_remedy_is_told(quick: Quick, rules: Path, tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("rules:\n  - {id: a, title: é, match: x}\n".encode("latin-1"))
    (tmp_path / "folder").mkdir()
    for place, remedy in (
        (latin, "save the file as UTF-8"),
        (tmp_path / "none" / "a.yaml", "make the folder first"),
        (latin / "a.yaml", "a part of the path is a file"),
        (tmp_path / "folder", "name a file in it"),
    ):
        ran = quick("draft", "--rules", rules, "Raqqa", "--save", place)
        assert ran.code == 2
        assert remedy in " ".join(ran.err.split())


def test_a_rule_drafted_from_brackets_and_quotes_passes_check(quick: Quick, rules: Path) -> None:
    for number, words in enumerate(
        ("Russian strikes (air) + Raqqa [city]", 'Wagner "PMC" {x1} + Raqqa', "foo) [bar + «baz»")
    ):
        quick("draft", "--rules", rules, words, "--save", rules / f"{number}.yaml")
    ran = quick("check", "--rules", rules)
    assert (ran.code, "3 rules" in ran.out) == (0, True), ran.err


def test_a_pipe_is_never_asked(monitor: Monitor, rules: Path) -> None:
    ran = monitor("draft", "--rules", rules, "earthquake in Tripoli", stdin=b"2\n")
    assert ran.code == 0
    assert "place: place/tripoli\n" in ran.out
    assert "Which one?" not in ran.err


@pytest.mark.parametrize(
    ("answer", "place"), [(b"2\n", "place/tripoli-lebanon"), (b"\n", "place/tripoli"), (b"9\n1\n", "place/tripoli")]
)  # fmt: skip
def test_on_a_terminal_the_analyst_is_asked(
    environment: Mapping[str, str], rules: Path, answer: bytes, place: str
) -> None:
    leader, follower = pty.openpty()
    command = [str(Path(sys.executable).with_name("monitor")), "draft", "--rules", str(rules)]
    with subprocess.Popen(
        [*command, "earthquake in Tripoli"],
        stdin=follower,
        stdout=subprocess.PIPE,
        stderr=follower,
        cwd=ROOT,
        env=dict(environment),
    ) as process:
        os.close(follower)
        shown = b""
        while b"Which one?" not in shown:
            shown += os.read(leader, 4096)
        os.write(leader, answer)
        assert process.stdout is not None
        out = process.stdout.read().decode()
        assert process.wait(timeout=60) == 0
    os.close(leader)
    assert "2  place/tripoli-lebanon  Tripoli in Lebanon" in shown.decode()
    assert f"place: {place}\n" in out


def test_the_command_has_help_with_an_example(quick: Quick) -> None:
    ran = quick("draft", "--help")
    assert ran.code == 0
    assert "Example: monitor draft" in ran.out
