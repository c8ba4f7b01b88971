"""Every command: help, exit codes, what it prints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Monitor, Ran

COMMANDS = (
    "run", "init", "check", "test", "match", "extract", "parse", "schema", "send-test",
    "draft", "explain", "backtest", "rules list", "rules show",
    "feeds list", "feeds check",
    "deliveries list", "deliveries show", "deliveries replay",
    "dead-letters list", "dead-letters show", "dead-letters replay",
)  # fmt: skip
Quick = Callable[..., Ran]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(quick: Quick, command: str) -> None:
    ran = quick(*command.split(), "--help")
    assert ran.code == 0
    text = " ".join(ran.out.split()).replace("- ", "-")  # a line may break at a hyphen
    assert f"Example: monitor {command}" in text
    if "list" in command or command in ("check", "test"):
        assert "--json" in text


def test_the_overview_names_every_command(quick: Quick) -> None:
    text = quick("--help").out
    for command in COMMANDS:
        assert f"  {command.split()[0]} " in text
    assert quick("--version").out.startswith("monitor ")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["nonsense"],
        ["match", "--nonsense"],
        ["extract"],
        ["deliveries"],
        ["deliveries", "list", "-n", "0"],
        ["deliveries", "list", "-n", "many"],
        ["deliveries", "list", "--state", "lost"],
        ["dead-letters", "replay"],
        ["dead-letters", "replay", "--all", "abc"],
        ["schema", "nothing"],
        ["test", "no-such-rule"],
        ["run", "--log", "xml"],
    ],
    ids=" ".join,
)
def test_a_mistake_in_the_use_exits_with_2(quick: Quick, args: list[str]) -> None:
    assert quick(*args).code == 2


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (
            "{proxy: 'ftp://user:hunter22@x'}",
            "monitor: network.proxy is not understood: write http://host:port",
        ),
        ("{ca_file: /none.pem}", "monitor: /none.pem: No such file or directory"),
        ("{ca_file: monitor.yaml}", "monitor: monitor.yaml: "),
    ],
)
def test_a_network_setting_that_cannot_be_used_is_named(
    monitor: Monitor, tmp_path: Path, network: str, said: str
) -> None:
    (tmp_path / "monitor.yaml").write_text(f"network: {network}\n")
    ran = monitor("feeds", "check", "http://127.0.0.1:9/", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.startswith(said)
    assert "hunter22" not in ran.err


# --- init, check, test, schema --------------------------------------------------------------

LEXICON = """\
entities:
  country/ru:
    en: {names: [Russia], demonyms: [Russian]}
  place/raqqa:
    en: {names: [Raqqa]}
concepts:
  airstrike:
    roles: [actor, place]
    en: {terms: [strikes, airstrikes]}
"""
RULE = """\
rules:
  - id: one
    match: {event: airstrike, actor: country/ru, place: place/raqqa}
    examples:
      - {fires: Russian strikes on Raqqa, evidence: [Russian, strikes, Raqqa]}
      - {silent: Russian strikes}
"""


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """A small rule folder."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "lexicon.yaml").write_text(LEXICON)
    (folder / "watch.yaml").write_text(RULE)
    return folder


def test_a_folder_made_by_init_passes_check_in_place(monitor: Monitor, tmp_path: Path) -> None:
    made = monitor("init", tmp_path / "news")
    assert made.code == 0
    assert (tmp_path / "news/monitor.yaml").exists()
    checked = monitor("check", cwd=tmp_path / "news")
    assert (checked.code, checked.err) == (0, "")
    assert "no errors" in checked.out
    again = monitor("init", tmp_path / "news")
    assert again.code == 2
    assert "is not empty" in again.err
    (tmp_path / "file").write_text("")
    assert monitor("init", tmp_path / "file").code == 2


@pytest.mark.parametrize("command", ["check", "test", "match"])
def test_rules_that_are_not_there_are_a_mistake(monitor: Monitor, command: str, tmp_path: Path) -> None:
    ran = monitor(command, "--rules", tmp_path / "none")
    assert ran.code == 2
    assert "none:1:1: error: does not exist" in ran.err


def test_schemas_are_printed_one_by_one_and_together(quick: Quick, tmp_path: Path) -> None:
    together = json.loads(quick("schema").out)
    assert set(together) == {"watch", "entities", "concepts", "feeds", "subscribers", "monitor"}
    for name, content in together.items():
        assert json.loads(quick("schema", name).out) == content
    assert quick("schema", "--write", str(tmp_path / "a/b")).code == 0
    assert {path.name for path in (tmp_path / "a/b").iterdir()} == {f"{name}.json" for name in together}


# --- match ----------------------------------------------------------------------------------


def test_the_seed_article_fires_with_evidence_in_the_article_alone(monitor: Monitor) -> None:
    file = ROOT / "tests/cleaning/data/alhurra-raqqa.txt"
    ran = monitor("match", "--rules", "rules", "--with-text", file)
    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.lines()
    assert set(line) == {"id", "lang", "matches", "title", "text"}
    assert (line["id"], line["lang"], line["title"]) == (
        "alhurra-raqqa.txt",
        "ar",
        "موسكو تكثف غاراتها على سورية",
    )
    found = {match["rule"]: match for match in line["matches"]}  # type: ignore[attr-defined]
    match = found["ru-strikes-raqqa"]
    assert set(match) == {"rule", "score", "evidence"}
    assert match["score"] is None
    original = file.read_text("utf-8")
    chrome = ("Accessibility", "logo-print", "المصدر", "XS", "LG")
    assert not any(word in line["text"] for word in chrome)  # type: ignore[operator]
    for one in match["evidence"]:
        assert set(one) == {"field", "start", "end", "text", "clause", "entry", "gloss"}
        assert line[one["field"]][one["start"] : one["end"]] == one["text"]  # type: ignore[index]
        assert one["text"] in original
    assert [one["text"] for one in match["evidence"]][:3] == ["روسيا", "الضربات", "الرقة"]
    assert [one["gloss"] for one in match["evidence"]][:3] == ["Russia", "airstrike", "Raqqa"]


def test_articles_come_out_in_order_one_line_each(monitor: Monitor, small: Path, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "title": "Russian strikes on Raqqa", "text": "More."},
        {"id": 7, "text": "Nothing"},
        {
            "html": "<html><body><p>Russian strikes on Raqqa were heard in the city on Tuesday.</p></body></html>"
        },
        {
            "id": "d",
            "title": "",
            "text": "",
            "lang": None,
            "url": None,
            "published": None,
            "more": {"x": [1]},
        },
        {"id": "e", "text": "Russian strikes on Raqqa", "lang": "en", "published": "2024-01-01T00:00:00Z"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(line) for line in lines[:4]) + "\n\n", "utf-8")
    (tmp_path / "page.html").write_text(
        "<html><title>Russian strikes on Raqqa</title><p>Text of it.</p></html>"
    )
    (tmp_path / "plain.txt").write_text("Russian strikes on Raqqa")
    stdin = b"\xef\xbb\xbf" + json.dumps(lines[4]).encode() + b"\r\n"
    ran = monitor(
        "match", "--rules", small, "in.jsonl", "-", "plain.txt", "page.html", cwd=tmp_path, stdin=stdin
    )
    assert (ran.code, ran.err) == (0, "")
    found = ran.lines()
    assert [set(line) for line in found] == [{"id", "lang", "matches"}] * 7
    assert [line["id"] for line in found] == ["a", "7", "3", "d", "e", "plain.txt", "page.html"]
    assert [bool(line["matches"]) for line in found] == [True, False, True, False, True, True, True]


def test_standard_input_is_read_without_files_and_may_be_empty(monitor: Monitor, small: Path) -> None:
    ran = monitor("match", "--rules", small, stdin=b"Russian strikes on Raqqa.")
    assert [bool(line["matches"]) for line in ran.lines()] == [True]
    empty = monitor("match", "--rules", small, stdin=b"")
    assert (empty.code, empty.err) == (0, "")
    assert [line["matches"] for line in empty.lines()] in ([], [[]])


def test_several_rule_paths_are_loaded_together(monitor: Monitor, small: Path, tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    shutil.move(small / "lexicon.yaml", tmp_path / "apart/lexicon.yaml")
    stdin = b'{"text": "Russian strikes on Raqqa"}\n'
    ran = monitor("match", "--rules", small / "watch.yaml", "--rules", tmp_path / "apart", stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines()[0]["matches"]


def test_broken_rules_are_told_and_left_out(monitor: Monitor, small: Path) -> None:
    (small / "bad.yaml").write_text("rules:\n  - {id: two, match: {entity: org/zz}}\n")
    ran = monitor("match", "--rules", small, stdin=b'{"text": "Russian strikes on Raqqa"}\n')
    assert ran.code == 0
    assert "bad.yaml:2:" in ran.err
    assert "these rules are left out" in ran.err
    assert [match["rule"] for match in ran.lines()[0]["matches"]] == ["one"]  # type: ignore[attr-defined]


GOOD = b'{"id": "good", "text": "Russian strikes on Raqqa"}\n'


BAD = (
    (b"{", "it is not whole JSON"),
    (b'{"text": 5}', '"text" is a number, it must be text'),
    (b'{"text": "\xff\xfe"}', "character 11 is not in UTF-8"),
    (b'{"x":' * 100_000 + b"1" + b"}" * 100_000, "too deep"),
    (b"[" * 100_000, "it is a list"),
    (b'{"published": "soon"}', '"published" is “soon”, which is no time'),
    (b"nonsense", "it is not JSON: “nonsense”"),
)


def test_a_bad_line_is_told_with_its_place_and_the_others_go_on(monitor: Monitor, small: Path) -> None:
    ran = monitor("match", "--rules", small, stdin=GOOD + b"".join(bad + b"\n" + GOOD for bad, _ in BAD))
    assert ran.code == 2
    assert [line["id"] for line in ran.lines()] == ["good"] * (len(BAD) + 1)
    told = [line for line in ran.err.splitlines() if "error:" in line]
    for number, (line, (_, said)) in enumerate(zip(told, BAD, strict=True)):
        assert line.startswith(f"standard input:{2 * number + 2}:1: error: is no article: ")
        assert said.lower() in line.lower()


def test_files_that_cannot_be_read_are_told_and_the_others_go_on(
    monitor: Monitor, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "good.txt").write_text("Russian strikes on Raqqa")
    (tmp_path / "folder").mkdir()
    ran = monitor("match", "--rules", small, "none.txt", "folder", "good.txt", cwd=tmp_path)
    assert ran.code == 2
    assert "none.txt:1:1: error: cannot be read: No such file or directory" in ran.err
    assert "folder:1:1: error: cannot be read: Is a directory" in ran.err
    assert [line["id"] for line in ran.lines()] == ["good.txt"]


def test_a_pipe_among_the_rules_is_told_and_not_waited_for(monitor: Monitor, small: Path) -> None:
    os.mkfifo(small / "pipe.yaml")
    ran = monitor("match", "--rules", small, stdin=b"Russian strikes hit Raqqa")
    assert ran.code == 0
    assert "pipe.yaml:1:1: error: cannot be read: it is no regular file" in ran.err
    assert len(ran.lines()) == 1


def test_the_caret_stands_below_a_mistake_far_out_in_a_long_line(monitor: Monitor, small: Path) -> None:
    (small / "long.yaml").write_text("rules: [" + " " * 5000 + "{id: here, mtach: x}]\n")
    ran = monitor("match", "--rules", small, stdin=b"Russian strikes hit Raqqa")
    lines = ran.err.splitlines()
    place = next(number for number, line in enumerate(lines) if "unknown key 'mtach'" in line)
    shown, caret = lines[place + 1 : place + 3]
    assert len(shown) < 400
    assert shown[caret.index("^") :].startswith("mtach")


def test_standard_input_that_is_closed_is_a_mistake_without_a_traceback(
    environment: Mapping[str, str], small: Path
) -> None:
    command = [str(Path(sys.executable).with_name("monitor")), "match", "--rules", str(small)]
    ran = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, text=True, env=dict(environment),
        timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "standard input:1:1: error: is closed" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_hostile_texts_are_articles_like_others(monitor: Monitor, small: Path, tmp_path: Path) -> None:
    for name, data in {
        "nul.txt": b"Russian\0 strikes on Raqqa\0",
        "latin.txt": "Après les Russian strikes on Raqqa, café".encode("latin-1"),
        "bom.txt": b"\xef\xbb\xbfRussian strikes on Raqqa",
        "empty.txt": b"",
        "deep.html": b"<div>" * 50_000 + b"<p>Russian strikes on Raqqa were heard.</p>",
        "wide.txt": b"x" * 3_000_000 + b" Russian strikes on Raqqa",
    }.items():
        (tmp_path / name).write_bytes(data)
    names = ["nul.txt", "latin.txt", "bom.txt", "empty.txt", "deep.html", "wide.txt"]
    ran = monitor("match", "--rules", small, *names, cwd=tmp_path, timeout=100)
    assert (ran.code, ran.err) == (0, "")
    assert [line["id"] for line in ran.lines()] == names
    assert [bool(line["matches"]) for line in ran.lines()][:4] == [True, True, True, False]


def test_a_reader_that_leaves_early_is_no_mistake(
    environment: Mapping[str, str], small: Path, tmp_path: Path
) -> None:
    (tmp_path / "many.jsonl").write_bytes(GOOD * 5000)
    command = [str(Path(sys.executable).with_name("monitor")), "match", "--rules", str(small), "many.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == "good"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


# --- extract, parse -------------------------------------------------------------------------


def test_extract_prints_exactly_what_was_agreed(quick: Quick, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<html lang="en"><head><title>A bridge | Example News</title><link rel="canonical" href="/news/1">'
        '<meta property="article:published_time" content="2024-05-06T07:08:09+02:00"></head><body><nav>Home</nav>'
        "<article><h1>A bridge</h1><p>The new bridge over the river was opened on Monday by the mayor of the town.</p>"
        "<p>It took four years to build, and the traffic has been waiting for it ever since.</p></article></body></html>"
    )
    ran = quick("extract", tmp_path / "page.html", "--url", "https://example.org/x")
    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.lines()
    assert set(line) == {"title", "text", "language", "published", "canonical_url"}
    assert line["title"] == "A bridge"
    assert line["language"] == "en"
    assert line["canonical_url"] == "https://example.org/news/1"
    assert str(line["published"]).startswith("2024-05-06T05:08:09")
    assert "Home" not in str(line["text"])
    assert quick("extract", tmp_path / "none.html").code == 2


def test_extract_reads_a_page_in_its_charset(quick: Quick, tmp_path: Path) -> None:
    page = (
        '<html><head><meta charset="windows-1256"><title>غارات على الرقة</title></head><body><article>'
        "<p>شنت طائرات روسية غارات على مدينة الرقة في شمال سورية فجر اليوم الثلاثاء.</p></article></body></html>"
    )
    (tmp_path / "page.html").write_bytes(page.encode("windows-1256"))
    ran = quick("extract", tmp_path / "page.html")
    assert ran.lines()[0]["title"] == "غارات على الرقة"


FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>g1</guid>
<link>/a</link><title>A &amp; B</title><description>S</description><pubDate>Mon, 06 May 2024 07:08:09 GMT</pubDate>
</item></channel></rss>"""


def test_parse_prints_exactly_what_was_agreed(quick: Quick) -> None:
    ran = quick(
        "parse", "-", "--url", "https://example.org/rss", "--header", "Content-Type: text/xml", stdin=FEED
    )
    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.lines()
    assert set(line) == {
        "guid", "url", "title", "summary", "content", "published", "updated", "authors", "categories", "language",
    }  # fmt: skip
    assert (line["guid"], line["url"], line["title"]) == ("g1", "https://example.org/a", "A & B")
    assert quick("parse", "-", "--header", "nonsense", stdin=FEED).code == 2
    assert quick("parse", "none.xml").code == 2
