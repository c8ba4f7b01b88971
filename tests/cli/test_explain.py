"""``monitor explain``: what it prints, for rules and articles from everywhere."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from rich.console import Console

from monitor.cli.explained import Screen
from monitor.cli.explained_text import cleaned, isolated
from monitor.records import Alert, Record, Routed
from monitor.rules.explain import About, Explanation, Quote, Subject
from monitor.runtime.embedded.runtime import FILE_NAME
from monitor.stage import Table
from tests.archive.rig import PIPELINE, Events, Log, following, until
from tests.archive.samples import SEEN, SOURCE, alert, article, attempt, delivery, rule
from tests.cli.conftest import ROOT, Ran

Quick = Callable[..., Ran]

ELSEWHERE = "غارات روسية على إدلب. وافتتحت مدرسة في مدينة الرقة"
RULES = """\
rules:
  - id: bombs
    title: Bombs at embassies
    match: {near: [bomb, embassy], words: 3}
  - id: drafted
    status: draft
    match: {all: [bomb, embassy], within: sentence}
  - id: shadowed
    status: shadow
    match: bomb
"""


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """A folder of rules without a lexicon: it loads at once."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "watch.yaml").write_text(RULES)
    return folder


def test_a_shipped_rule_is_explained_on_a_text_that_fires_it(quick: Quick) -> None:
    ran = quick("explain", "ru-strikes-raqqa", ROOT / "examples" / "raqqa.ar.txt", "--rules", ROOT / "rules")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "✓ ru-strikes-raqqa fires"
    assert "  ✓ event airstrike, actor Russia, place Raqqa" in lines
    assert "    ✓ actor  Russia (“\u2068روسية\u2069”)" in lines
    assert any("[روسية]" in line and "[غارات]" in line for line in lines)
    assert any("\u2068روسية\u2069: Russia · \u2068غارات\u2069: airstrike" in line for line in lines)
    assert "  ? sources.exclude_tags  none of sport  unknown here, so it passes" in lines


def test_a_shipped_rule_says_how_nearly_it_fires(quick: Quick) -> None:
    ran = quick("explain", "ru-strikes-raqqa", "-", "--rules", ROOT / "rules", stdin=ELSEWHERE.encode())
    assert ran.code == 1, ran.err
    why = "Raqqa is in no sentence with “\u2068غارات\u2069”: the nearest stands 1 sentence later"
    lines = ran.out.splitlines()
    assert lines[0] == "✗ ru-strikes-raqqa does not fire"
    assert f"  {why}" in lines
    assert "    ✗ place  Idlib (“\u2068إدلب\u2069”) instead of Raqqa" in lines
    assert f"      ↳ {why}" in lines


@pytest.mark.parametrize(
    ("name", "text", "code", "shown"),
    [
        ("bombs", "A bomb at the embassy.", 0, "✓ near at most 3 words apart"),
        (
            "bombs",
            "A bomb near the old embassy.",
            1,
            "  “bomb” and “embassy” are 4 words apart, 3 allowed",
        ),
        (
            "drafted",
            "A bomb. The embassy.",
            1,
            "  “bomb” and “embassy” are in different sentences, 1 apart",
        ),
        ("shadowed", "A bomb.", 0, "  ✓ term “bomb”  “bomb”"),
    ],
)
def test_rules_of_every_status_are_explained(
    quick: Quick, small: Path, name: str, text: str, code: int, shown: str
) -> None:
    ran = quick("explain", name, "-", "--rules", small, stdin=text.encode())
    assert (ran.code, shown in ran.out) == (code, True), ran.out


def test_json_has_the_same_as_a_stable_structure(quick: Quick, small: Path) -> None:
    text = "The embassy was quiet. Then a bomb."
    ran = quick("explain", "bombs", "-", "--rules", small, "--language", "EN", "--json", stdin=text.encode())
    assert ran.code == 1
    [found] = ran.lines()
    shown: dict[str, Any] = json.loads(json.dumps(found))
    assert list(shown) == [
        *("rule", "article", "fires", "score", "suspended", "refused", "root", "misses", "filters"),
        *("quotes", "notes", "history", "told"),
    ]
    assert shown["rule"]["line"] == 2
    assert shown["article"]["language"] == "en"
    assert shown["fires"] is False
    assert shown["misses"][0]["why"] == "“embassy” and “bomb” are 5 words apart, 3 allowed"
    assert [child["held"] for child in shown["root"]["children"]] == [True, True]
    assert [quote["text"] for quote in shown["quotes"]] == ["The embassy was quiet.", "Then a bomb."]
    assert shown["history"] is None


def test_each_line_of_a_json_lines_file_is_explained(quick: Quick, small: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text('{"id": 1, "title": "A bomb at the embassy"}\n{"id": 2, "text": "Nothing."}\n')
    ran = quick("explain", "bombs", file, "--rules", small, "--json")
    assert (ran.code, [line["fires"] for line in ran.lines()]) == (1, [True, False])
    file.write_text('{"id": 1, "title": "A bomb at the embassy"}\nno article\n')
    assert quick("explain", "bombs", file, "--rules", small).code == 2


def test_each_line_is_named_by_its_number_and_a_whole_text_by_its_file(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text('{"id": 1, "text": "A bomb."}\n\n{"id": 2, "text": "A bomb."}\n')
    places = [
        line["article"]["place"]  # type: ignore[index]
        for line in quick("explain", "shadowed", file, "--rules", small, "--json").lines()
    ]
    assert places == [f"{file}:1", f"{file}:3"]
    text = tmp_path / "some.txt"
    text.write_text("A bomb.")
    [found] = quick("explain", "shadowed", text, "--rules", small, "--json").lines()
    assert found["article"]["place"] == str(text)  # type: ignore[index]


def test_a_weight_below_zero_is_shown_as_present_and_taken_away(quick: Quick, small: Path) -> None:
    (small / "scored.yaml").write_text(
        "rules:\n  - id: scored\n    match:\n      threshold: 12\n      score:\n"
        "        - {clause: bomb, weight: 10}\n        - {clause: قصف, weight: 5}\n"
        "        - {clause: تدريب, weight: -4}\n        - {clause: film, weight: -3}\n"
    )
    ran = quick("explain", "scored", "-", "--rules", small, stdin="bomb قصف تدريب".encode())
    assert ran.code == 1, ran.err
    lines = ran.out.splitlines()
    assert "  score 10 + 5 − 4 = 11 of 12; “\u2068تدريب\u2069” counts against it" in lines
    start = lines.index("Clauses") + 1
    assert lines[start : start + 5] == [
        "  ✗ score of 12 or more  10 + 5 − 4 = 11 of 12",
        "    ✓ +10  term “bomb”  “bomb”",
        "    ✓ +5  term “\u2068قصف\u2069”  “\u2068قصف\u2069”",
        "    ✓ −4  term “\u2068تدريب\u2069”  “\u2068تدريب\u2069”  present: takes 4 away",
        "    · −3  term “film”  not present: takes nothing away",
    ]


def test_title_and_language_can_be_given(quick: Quick, small: Path) -> None:
    ran = quick(
        "explain", "bombs", "-", "--title", "A bomb at  the embassy", "--rules", small, stdin=b"Nothing."
    )
    assert ran.code == 0
    assert "  title A [bomb] at the [embassy]" in ran.out


# --- which rule -----------------------------------------------------------------------------


def test_an_unknown_rule_is_answered_with_those_alike(quick: Quick, small: Path) -> None:
    ran = quick("explain", "bomb", "-", "--rules", small)
    assert ran.code == 2
    assert "did you mean bombs" in ran.err


def test_a_file_with_one_rule_stands_for_it_even_if_the_id_is_taken(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    file = tmp_path / "new.yaml"
    file.write_text("rules:\n  - {id: bombs, match: embassy}\n")
    ran = quick("explain", file, "-", "--rules", small, stdin=b"The embassy.")
    assert ran.code == 0, ran.err
    assert "✓ term “embassy”" in ran.out


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("rules:\n  - {id: a, match: x}\n  - {id: b, match: y}\n", "has 2 rules (a, b)"),
        ("rules: []\n", "has 0 rules"),
        ("rules:\n  - {id: a, match: {nea: x}}\n", "nea"),
    ],
)
def test_a_file_without_just_one_good_rule_is_a_mistake(
    quick: Quick, small: Path, tmp_path: Path, content: str, why: str
) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(content)
    ran = quick("explain", file, "-", "--rules", small, stdin=b"x")
    assert ran.code == 2
    assert why in ran.err


# --- pages ----------------------------------------------------------------------------------


def _settings(tmp_path: Path, small: Path, more: str = "") -> Path:
    file = tmp_path / "monitor.yaml"
    file.write_text(f"data_dir: {tmp_path / 'data'}\nrules_dir: {small}\n{more}")
    (tmp_path / "data").mkdir(exist_ok=True)
    return file


def test_a_page_is_fetched_through_the_guard_and_cleaned(
    quick: Quick, small: Path, tmp_path: Path, httpserver: HTTPServer
) -> None:
    page = (
        "<html><head><title>News</title></head><body><article><h1>Blast</h1><p>{}</p></article></body></html>"
    )
    httpserver.expect_request("/1").respond_with_data(
        page.format("A bomb exploded at the embassy on Monday, the police said in the evening. " * 4),
        content_type="text/html",
    )
    httpserver.expect_request("/2").respond_with_data("gone", status=404)
    config = _settings(tmp_path, small)
    refused = quick("explain", "shadowed", httpserver.url_for("/1"), "--config", config)
    assert refused.code == 2
    assert "not allowed" in refused.err
    config = _settings(tmp_path, small, "network: {allow: [127.0.0.0/8]}\n")
    ran = quick("explain", "shadowed", httpserver.url_for("/1"), "--config", config)
    assert ran.code == 0, ran.err
    assert "A [bomb] exploded" in ran.out
    missing = quick("explain", "shadowed", httpserver.url_for("/2"), "--config", config)
    assert missing.code == 2
    assert "status 404" in missing.err


# --- articles that the monitor has seen -----------------------------------------------------


def _store(tmp_path: Path, records: dict[str, list[Record]], *, archive: bool) -> None:
    """A worker's log with these records, and an archive that has followed it."""
    log = Log(tmp_path / "data" / "monitor.db")
    log.store.create(msgspec.structs.replace(PIPELINE, tables=(Table(name="outbox"),)))
    for topic, some in records.items():
        log.append(topic, *some)

    async def follow() -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'data' / 'archive.db'}"
        async with following(url, log.path, Events()) as follower:
            await until(lambda: follower.state().role == "writing" and not any(follower.state().lag.values()))

    if archive:
        asyncio.run(follow())
    log.close()


def _alert(id: str, outcome: str, rules: tuple[str, ...], **fields: Any) -> Alert:
    routed = Routed(subscriber="desk", outcome=outcome, rules=rules, **fields)  # type: ignore[arg-type]
    fired = tuple(rule(one, status="shadow" if outcome == "shadow" else "active") for one in rules)
    return alert(f"s-{id}", 1, id, rules=fired, routed=(routed,))


SENT: dict[str, list[Record]] = {
    "articles": [
        article("a-1", title="Blast", text="A bomb at the embassy.", language="en"),
        article("a-2", title="", text="A bomb at the embassy.", language="en"),
        article("a-3", title="", text="A bomb near the old embassy.", language="en", backlog=True),
        article("a-4", title="", text="A bomb.", language="en"),
        article("a-5", title="", text="A bomb at the embassy.", language="en"),
        article("a-6", title="", text="A bomb at the embassy.", language="en"),
    ],
    "alerts": [
        _alert("a-1", "sent", ("bombs",), delivery="dlv_s-11", reason="subscription"),
        _alert("a-2", "known", ("bombs", "other"), reason="told of this story before"),
        _alert("a-3", "sent", ("bombs",), delivery="dlv_3"),
        _alert("a-4", "shadow", ("shadowed",), reason="the rule's status is shadow"),
        _alert("a-6", "sent", ("bombs",), delivery="dlv_6"),
    ],
    "deliveries": [
        delivery(story="s-a-1"),
        delivery("dlv_3", story="s-a-3"),
        delivery("dlv_6", story="s-a-6"),
    ],
    "attempts": [attempt(1, "retry"), attempt(2), attempt(1, "retry", delivery="dlv_3")],
}


@pytest.mark.parametrize(
    ("name", "id", "code", "lines"),
    [
        (
            "bombs",
            "a-1",
            0,
            [
                "story s-a-1, revision 1, article 1 of it",
                "delivered to desk (webhook) at 2026-11-24 21:15:09 UTC, 2 attempts (delivery dlv_s-11)",
            ],
        ),
        (
            "bombs",
            "a-2",
            0,
            [
                "story s-a-2, revision 1, article 1 of it",
                "not sent to desk: told of this story before",
            ],
        ),
        (
            "bombs",
            "a-3",
            1,
            [
                "the rule fired on it when it came: rule or lexicon have changed since",
                "story s-a-3, revision 1, article 1 of it",
                "waits to be sent to desk (webhook), 1 attempt so far, the next at 2026-11-24 21:20:07 UTC: "
                "answered 503 (delivery dlv_3)",
            ],
        ),
        (
            "shadowed",
            "a-4",
            0,
            [
                "story s-a-4, revision 1, article 1 of it",
                "not sent to desk: the rule's status is shadow",
            ],
        ),
        (
            "drafted",
            "a-1",
            0,
            [
                "the rule did not fire on it when it came; bombs fired",
                "its status is draft: it is not evaluated while the monitor runs",
            ],
        ),
        (
            "bombs",
            "a-5",
            0,
            [
                "the rule did not fire on it when it came, nor any other",
                "it fires on it now: rule or lexicon have changed since, or the article came before it",
            ],
        ),
        (
            "bombs",
            "a-6",
            0,
            [
                "story s-a-6, revision 1, article 1 of it",
                "waits to be sent to desk (webhook), 0 attempts so far (delivery dlv_6)",
            ],
        ),
    ],
)
def test_what_became_of_a_seen_article_is_told(
    quick: Quick, small: Path, tmp_path: Path, name: str, id: str, code: int, lines: list[str]
) -> None:
    config = _settings(tmp_path, small)
    _store(tmp_path, dict(SENT), archive=True)
    ran = quick("explain", name, id, "--config", config, "--json")
    assert ran.code == code, ran.err
    [found] = ran.lines()
    assert found["told"] == lines
    shown = quick("explain", name, id, "--config", config).out
    assert "What became of it" in shown
    assert f"article {id} · English" in shown
    assert f"source {SOURCE.id}" in shown


def test_without_an_archive_the_log_is_read(quick: Quick, small: Path, tmp_path: Path) -> None:
    config = _settings(tmp_path, small, "archive: none\n")
    records = {name: list(some) for name, some in SENT.items() if name in ("articles", "alerts")}
    _store(tmp_path, records, archive=False)
    ran = quick("explain", "bombs", "a-2", "--config", config, "--json")
    assert ran.code == 0, ran.err
    [found] = ran.lines()
    assert found["told"] == [
        "story s-a-2, revision 1, article 1 of it",
        "not sent to desk: told of this story before",
    ]


def test_the_metadata_of_a_seen_article_meet_the_filters(quick: Quick, small: Path, tmp_path: Path) -> None:
    (small / "more.yaml").write_text(
        "rules:\n  - id: filtered\n    match: bomb\n"
        "    where: {languages: [ar], max_age: 10m, sources: {countries: [sy], exclude: [example*]}}\n"
    )
    config = _settings(tmp_path, small)
    old = article("a-7", title="", text="A bomb.", language="en", published=SEEN - timedelta(hours=1))
    _store(tmp_path, {"articles": [old]}, archive=True)
    ran = quick("explain", "filtered", "a-7", "--config", config)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert (
        lines[0]
        == "✗ filtered does not fire: its clauses hold, but the filter `languages` refuses the article"
    )
    assert [line.split()[:2] for line in lines[lines.index("Filters") + 1 :][:4]] == [
        ["✗", "languages"],
        ["✗", "sources.exclude"],
        ["✓", "sources.countries"],
        ["✗", "max_age"],
    ]


def test_a_file_whose_address_was_seen_has_its_history(quick: Quick, small: Path, tmp_path: Path) -> None:
    config = _settings(tmp_path, small)
    _store(tmp_path, dict(SENT), archive=True)
    file = tmp_path / "one.jsonl"
    file.write_text(
        json.dumps({"id": "x", "url": "https://news.example/a-1", "text": "A bomb at the embassy."})
    )
    ran = quick("explain", "bombs", file, "--config", config, "--json")
    [found] = ran.lines()
    history: Any = found["history"]
    assert (ran.code, history["article"], history["kept"]) == (0, "a-1", "archive")
    assert history["revisions"][0]["told"][0]["state"] == "delivered"


@pytest.mark.parametrize("archive", ["no database at all" * 500, ""])
def test_an_archive_that_cannot_be_read_has_not_said_that_the_article_is_unseen(
    quick: Quick, small: Path, tmp_path: Path, archive: str
) -> None:
    config = _settings(tmp_path, small)
    file = tmp_path / "data" / "archive.db"
    file.write_text(archive)
    ran = quick("explain", "bombs", "a-1", "--config", config)
    assert ran.code == 2
    assert "has seen no article" not in ran.err
    assert "is not known" in ran.err
    assert str(file) in ran.err
    assert ("filled again from the log" in ran.err) == bool(archive)


def test_an_archive_of_which_a_page_is_broken_cannot_be_read(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    config = _settings(tmp_path, small)
    _store(tmp_path, dict(SENT), archive=True)
    file = tmp_path / "data" / "archive.db"
    for beside in file.parent.glob("archive.db-*"):
        beside.unlink()
    content = file.read_bytes()
    file.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    ran = quick("explain", "bombs", "a-1", "--config", config)
    assert ran.code == 2
    assert f"{file}); restore it" in ran.err


def test_lines_are_explained_without_a_broken_archive_and_that_is_said_once(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    config = _settings(tmp_path, small)
    (tmp_path / "data" / "archive.db").write_text("no database at all" * 500)
    file = tmp_path / "some.jsonl"
    file.write_text('{"id": 1, "text": "A bomb."}\n{"id": 2, "text": "A bomb."}\n')
    ran = quick("explain", "bombs", file, "--config", config, "--json")
    assert [line["history"] for line in ran.lines()] == [None, None]
    assert ran.err.count("is not known") == 1


def test_a_log_that_cannot_be_read_has_not_said_that_the_article_is_unseen(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    config = _settings(tmp_path, small)
    _store(tmp_path, dict(SENT), archive=False)
    file = tmp_path / "data" / FILE_NAME
    for beside in file.parent.glob(f"{FILE_NAME}-*"):
        beside.unlink()
    content = file.read_bytes()
    for broken in (b"no database at all" * 500, content[:4096] + b"\xff" * (len(content) - 4096)):
        file.write_bytes(broken)
        ran = quick("explain", "bombs", "a-1", "--config", config)
        assert ran.code == 2
        assert "has seen no article" not in ran.err
        assert f"{file} cannot be read" in ran.err


def test_what_is_neither_file_nor_seen_is_a_mistake(quick: Quick, small: Path, tmp_path: Path) -> None:
    config = _settings(tmp_path, small)
    ran = quick("explain", "bombs", "no-such-thing", "--config", config)
    assert ran.code == 2
    assert "has seen no article with this id" in ran.err.replace("\n", " ").replace("│", "")


# --- hostile text ---------------------------------------------------------------------------


def test_no_text_of_an_article_is_taken_for_a_command(quick: Quick, small: Path) -> None:
    text = "A \x1b]0;owned\x07 bomb\x1b[2J at the \u202eembassy [bold]x[/bold] \x9b31m."
    ran = quick("explain", "shadowed", "-", "--rules", small, "--title", "t \x1b[31m", stdin=text.encode())
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(ran.out)
    assert "[bold]x[/bold]" in ran.out


def test_a_long_sentence_is_cut_around_its_evidence(quick: Quick, small: Path) -> None:
    text = f"{'before ' * 200}bomb {'between ' * 200}bomb {'after ' * 200}"
    ran = quick("explain", "shadowed", "-", "--rules", small, stdin=text.encode())
    shown = ran.out[ran.out.index("Evidence") :]
    assert len(shown) < 700
    assert shown.count("…") == 3
    assert shown.count("[bomb]") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a“غارات”b", "a“\u2068غارات\u2069”b"),
        ("غارات روسية", "\u2068غارات روسية\u2069"),
        ("Raqqa (“الرقة”), strike (“غارات”)", "Raqqa (“\u2068الرقة\u2069”), strike (“\u2068غارات\u2069”)"),
        ("می\u200cشود", "\u2068می\u200cشود\u2069"),
        ("a\u202eb\x00c\nd\xad", "ab�c d"),
    ],
)
def test_right_to_left_runs_are_isolated(text: str, shown: str) -> None:
    assert isolated(text) == shown
    assert cleaned(text) == shown.replace("\u2068", "").replace("\u2069", "")


def test_colour_marks_what_brackets_mark_without_it() -> None:
    explanation = Explanation(
        rule=About(id="one", title="One", version="1", status="active", severity="low"),
        article=Subject(title="", language="en", source="", published=None, seen=None, length=1),
        fires=True,
        quotes=(Quote("text", 0, 7, "A bomb.", ()),),
    )
    out = io.StringIO()
    screen = Screen(
        Console(file=out, force_terminal=True, color_system="standard", width=80, legacy_windows=False)
    )
    screen.show(explanation, place="a.txt", file="r.yaml:1")
    assert "\x1b[1mone\x1b[0m\x1b[1;32m fires\x1b[0m" in out.getvalue()


def test_a_language_that_is_none_is_refused(quick: Quick, small: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("A bomb at the embassy.")
    for wrong in ("\u202e", "english", "e n"):
        ran = quick("explain", "bombs", text, "--rules", small, "--language", wrong)
        assert ran.code == 2, wrong
        assert "is no language: write two or three letters" in ran.err
    ran = quick("explain", "bombs", text, "--rules", small, "--language", "EN-us")
    assert ran.code == 0
    assert "English" in ran.out


def test_a_broken_rule_is_not_said_to_be_nowhere(quick: Quick, small: Path, tmp_path: Path) -> None:
    (small / "broken.yaml").write_text("rules:\n  - {id: broken, query: a AND}\n")
    ran = quick("explain", "broken", "-", "--rules", small)
    assert ran.code == 2
    assert "there is no rule 'broken' among those that could be loaded" in ran.err
