"""``monitor backtest``: over an archive and over files, alone and compared, with one process and many."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from monitor.records import Article
from tests.backtest.conftest import FIRST_DAY, KINDS, Command, articles
from tests.backtest.repository import Repository

Fill = Callable[[Sequence[Article]], None]
Lines = Callable[[Sequence[Article]], Path]

ALL = ("--since", "2026-11-01")
COUNT = 300  # 25 days, 60 of each kind


def _one(ran: Any) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    [line] = ran.lines()
    found: dict[str, Any] = line
    return found


def _ids(shown: Sequence[dict[str, Any]]) -> list[str]:
    return [one["article"] for one in shown]


def _of_kind(*kinds: int, count: int = COUNT) -> list[str]:
    return [f"a-{n:04}" for n in range(count) if n % len(KINDS) in kinds]


def test_the_archive_is_read_and_fires_are_counted_by_day(backtest: Command, archive: Fill) -> None:
    archive(articles(COUNT))
    found = _one(backtest("strikes", *ALL, "--json", "--examples", "1000"))
    assert (found["fires"], found["run"]["articles"]) == (120, 300)
    assert [(day["day"], day["articles"]) for day in found["days"]] == [
        (f"2026-11-{n:02}", 12) for n in range(1, 26)
    ]
    assert [day["fires"] for day in found["days"][:5]] == [6, 4, 5, 5, 4]
    assert _ids(found["examples"]) == _of_kind(0, 1)
    assert found["languages"] == {"ar": 60, "en": 60}
    first = found["examples"][0]
    assert [part["text"] for part in first["headline"] if "clause" in part] == ["Strikes", "Raqqa"]
    assert [part["text"] for part in first["sentences"][0]["segments"] if "clause" in part] == [
        "strikes",
        "Raqqa",
    ]
    assert first["source"] == "source-en"


def test_other_rules_on_the_same_articles_have_their_shares(backtest: Command, archive: Fill) -> None:
    archive(articles(COUNT))
    found = _one(backtest("strikes", *ALL, "--json"))
    # `bread` is a draft: it does not run. `fresh` takes what is not too old and comes from a wire.
    assert [(one["rule"], one["both"], one["of_this"]) for one in found["overlap"]] == [
        ("raqqa", 120, 1.0),
        ("fresh", 30, 0.25),
    ]
    assert found["overlap"][0]["of_other"] == pytest.approx(120 / 180)


def test_filters_hold_as_they_did_live(backtest: Command, archive: Fill, lines: Lines) -> None:
    archive(articles(COUNT))
    fires = [
        one.id
        for number, one in enumerate(articles(COUNT))
        if number % 5 in (0, 2) and number % 4 <= 2 and "wire" in one.source.tags
    ]
    assert 0 < len(fires) < 120
    found = _one(backtest("fresh", *ALL, "--json", "--examples", "1000"))
    assert _ids(found["examples"]) == fires
    of_file = _one(backtest("fresh", "--articles", lines(articles(COUNT)), "--json", "--examples", "1000"))
    assert _ids(of_file["examples"]) == fires


def test_drafts_and_shadows_are_tested_too(backtest: Command, archive: Fill) -> None:
    archive(articles(20))
    bread = _one(backtest("bread", *ALL, "--json"))
    assert (bread["fires"], bread["status"]) == (4, "draft")
    assert _one(backtest("raqqa", *ALL, "--json"))["fires"] == 12


@pytest.mark.parametrize("workers", ["2", "3"])
def test_many_processes_find_what_one_finds(
    backtest: Command, archive: Fill, lines: Lines, workers: str
) -> None:
    archive(articles(COUNT))
    file = lines(articles(COUNT))
    Repository(Path.cwd()).commit()
    rules = Path("rules/watch/syria.yaml")
    rules.write_text(
        rules.read_text("utf-8").replace("entity: place/raqqa}]}", "entity: place/idlib}]}"), "utf-8"
    )

    def printed(source: Sequence[str | Path], count: str) -> tuple[dict[str, Any], str]:
        args = ("strikes", *source, "--against", "HEAD", "--workers", count)
        as_json = _one(backtest(*args, "--json"))
        assert as_json["run"].pop("workers") == int(count)
        for name in ("seconds", "articles_per_second"):
            as_json["run"].pop(name)
        text = backtest(*args).out
        return as_json, text[: text.rindex("articles in")]

    for source in (ALL, ("--articles", file)):
        assert printed(source, workers) == printed(source, "1")


def test_articles_gained_and_lost_against_git_are_exact(backtest: Command, archive: Fill) -> None:
    archive(articles(COUNT))
    Repository(Path.cwd()).commit()
    rules = Path("rules/watch/syria.yaml")
    text = rules.read_text("utf-8")
    rules.write_text(
        text.replace(
            "{any: [strikes, قصف]}, {entity: place/raqqa}", "strikes, {entity: [place/raqqa, place/idlib]}"
        ),
        "utf-8",
    )
    found = _one(backtest("strikes", *ALL, "--json", "--against", "HEAD"))
    difference = found["difference"]
    assert (difference["before"], difference["after"], difference["both"]) == (120, 120, 60)
    assert (difference["gained"], difference["lost"]) == (60, 60)
    assert _ids(difference["gained_articles"]) == _of_kind(2)
    assert _ids(difference["lost_articles"]) == _of_kind(1)
    lost = difference["lost_articles"][0]
    assert [part["text"] for part in lost["headline"] if "clause" in part] == ["قصف", "الرقة"]
    assert found["against"]["label"].startswith("HEAD (")
    assert found["against"]["notes"] == ["the rule differs; the lexicon is the same"]
    assert "HEAD" not in "".join(path.read_text("utf-8") for path in Path("rules").rglob("*.yaml"))


def test_a_change_of_the_lexicon_is_a_difference_too(backtest: Command, archive: Fill) -> None:
    archive(articles(COUNT))
    Repository(Path.cwd()).commit()
    places = Path("rules/places.yaml")
    places.write_text(places.read_text("utf-8").replace(", ar: {names: [الرقة]}", ""), "utf-8")
    found = _one(backtest("strikes", *ALL, "--json", "--against", "HEAD"))
    assert found["against"]["notes"] == ["the rule is the same; the lexicon differs"]
    assert _ids(found["difference"]["lost_articles"]) == _of_kind(1)
    # The lexicon of then took nobody's place.
    assert _one(backtest("strikes", *ALL, "--json"))["fires"] == 60


def test_nothing_differs(backtest: Command, archive: Fill) -> None:
    archive(articles(20))
    Repository(Path.cwd()).commit()
    ran = backtest("strikes", *ALL, "--against", "HEAD")
    assert "nothing differs: the same rules, the same lexicon" in ran.out
    assert _one(backtest("strikes", *ALL, "--against", "HEAD", "--json"))["difference"] is None


def test_a_rule_that_is_new_is_said_to_be(backtest: Command, archive: Fill) -> None:
    archive(articles(20))
    Repository(Path.cwd()).commit()
    Path("rules/new.yaml").write_text("rules:\n  - id: newer\n    match: {term: strikes}\n", "utf-8")
    ran = backtest("newer", *ALL, "--against", "HEAD")
    assert ran.code == 0
    assert "there is no rule newer there: every fire is new" in ran.out


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A file of rules somewhere else, one with an id that is in use."""
    path = tmp_path / "trial.yaml"
    path.write_text(
        "rules:\n"
        "  - {id: strikes, match: {all: [strikes, {entity: place/idlib}]}}\n"
        "  - {id: budget, match: {term: budget}}\n",
        "utf-8",
    )
    return path


def test_a_file_of_rules_takes_the_place_of_those_with_its_ids(
    backtest: Command, archive: Fill, trial: Path
) -> None:
    archive(articles(COUNT))
    ran = backtest(trial, *ALL, "--json", "--against", "rules/watch/syria.yaml")
    assert ran.code == 0
    assert ran.err == ""
    strikes, budget = (dict(line) for line in ran.lines())
    assert (strikes["rule"], strikes["fires"], budget["rule"], budget["fires"]) == (
        "strikes",
        60,
        "budget",
        60,
    )
    difference: Any = strikes["difference"]
    assert _ids(difference["gained_articles"]) == _of_kind(2)
    assert _ids(difference["lost_articles"]) == _of_kind(0, 1)
    assert budget["difference"] is None


def test_a_rule_is_compared_with_the_only_rule_of_a_file_whatever_its_id(
    backtest: Command, archive: Fill, tmp_path: Path
) -> None:
    archive(articles(COUNT))
    other = tmp_path / "other.yaml"
    other.write_text("rules:\n  - {id: older-strikes, match: {term: strikes}}\n", "utf-8")
    found = _one(backtest("strikes", *ALL, "--json", "--against", other))
    assert _ids(found["difference"]["gained_articles"]) == _of_kind(1)
    assert _ids(found["difference"]["lost_articles"]) == _of_kind(2)
    assert found["against"]["notes"] == ["the rule, older-strikes there, differs; the lexicon is the same"]


def test_a_file_is_compared_with_what_it_was(backtest: Command, archive: Fill) -> None:
    archive(articles(COUNT))
    trial = Path("trial.yaml")
    trial.write_text("rules:\n  - {id: strikes, match: {term: strikes}}\n", "utf-8")
    Repository(Path.cwd()).commit()
    trial.write_text("rules:\n  - {id: strikes, match: {term: Idlib}}\n", "utf-8")
    found = _one(backtest(trial, *ALL, "--json", "--against", "HEAD"))
    assert (found["difference"]["gained"], _ids(found["difference"]["lost_articles"])) == (0, _of_kind(0))
    # By another way to the file it is the same file.
    again = _one(backtest(trial.resolve(), *ALL, "--json", "--against", "HEAD"))
    assert again["difference"] == found["difference"]


def test_a_file_among_the_rules_may_be_named_by_any_path(
    backtest: Command, archive: Fill, folder: Path
) -> None:
    archive(articles(20))
    ran = backtest(folder / "watch" / "syria.yaml", *ALL, "--json")
    assert [line["rule"] for line in ran.lines()] == ["strikes", "raqqa", "bread", "fresh"]
    assert ran.err == ""


# --- files of articles -----------------------------------------------------------------------


def test_lines_that_are_broken_are_told_with_their_place_and_the_rest_counts(
    backtest: Command, lines: Lines
) -> None:
    file = lines(articles(100))
    text = file.read_text("utf-8").splitlines()
    text[3] = "{broken"
    text[50] = json.dumps({"text": "x", "seen": "yesterday"})
    file.write_text("\n".join(text), "utf-8")
    for workers in ("1", "2"):
        ran = backtest("strikes", "--articles", file, "--json", "--workers", workers)
        assert ran.code == 2
        assert f"{file}:4:1: error: is no article" in ran.err
        assert f"{file}:51:1: error: is no article" in ran.err
        [found] = ran.lines()
        run: Any = found["run"]
        assert (run["articles"], run["unread"]) == (98, 2)


def test_files_may_be_packed_and_several(backtest: Command, lines: Lines, tmp_path: Path) -> None:
    plain = lines(articles(50))
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    found = _one(backtest("strikes", "--articles", plain, "--articles", packed, "--json"))
    assert (found["fires"], found["run"]["articles"]) == (40, 100)
    packed.write_bytes(packed.read_bytes()[:-200])
    ran = backtest("strikes", "--articles", packed, "--articles", plain, "--json")
    assert ran.code == 2
    assert "cannot be unpacked" in ran.err
    assert ran.lines()[0]["fires"] in range(20, 41)
    ran = backtest("strikes", "--articles", tmp_path / "none.jsonl", "--articles", plain, "--json")
    assert ran.code == 2
    assert "none.jsonl:1:1: error: cannot be read: No such file" in ran.err
    assert ran.lines()[0]["fires"] == 20


def test_articles_without_a_time_count_on_no_day(backtest: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"title": "Strikes on Raqqa", "text": "It is said."}\n', "utf-8")
    found = _one(backtest("strikes", "--articles", file, "--since", "1d", "--json"))
    assert found["days"] == [{"day": None, "fires": 1, "articles": 1}]
    assert found["examples"][0]["at"] is None
    assert "day unknown  1" in backtest("strikes", "--articles", file).out


@pytest.mark.parametrize(
    ("args", "count"),
    [
        (("--since", "2026-11-03"), 276),
        (("--since", "2026-11-03", "--until", "2026-11-03"), 12),
        (("--until", "2026-11-02T12:00:00Z"), 18),
        (("--since", "2026-11-25T13:00+02:00"), 6),
        (("--limit", "130"), 130),
        (("--since", "3000d"), 300),
    ],
)
def test_dates_and_limits(
    backtest: Command, archive: Fill, lines: Lines, args: tuple[str, ...], count: int
) -> None:
    archive(articles(COUNT))
    since = () if "--since" in args else ALL
    assert _one(backtest("strikes", *args, *since, "--json"))["run"]["articles"] == count
    of_file = _one(backtest("strikes", *args, "--articles", lines(articles(COUNT)), "--json"))
    assert of_file["run"]["articles"] == count


def test_the_archives_default_is_thirty_days(backtest: Command, archive: Fill) -> None:
    old = msgspec.structs.replace(articles(1)[0], seen=FIRST_DAY.replace(year=2020))
    archive([old])
    assert _one(backtest("strikes", "--json"))["run"]["articles"] == 0
    assert "there is no article between these dates" in backtest("strikes").out


# --- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nothing",), "there is no rule 'nothing' in rules; see `monitor check`"),
        (("none.yaml",), "none.yaml:1:1: cannot be read: No such file or directory"),
        (("strikes", "--since", "soon"), "--since 'soon': write 30d, 12h, or a day such as 2026-11-24"),
        (("strikes", "--since", "1d", "--until", "2d"), "nothing lies between --since 1d and --until 2d"),
        (("strikes", "--against", "no-such"), "is not in a git repository"),
        (("strikes", "--against", "rules/places.yaml"), "there are no rules in rules/places.yaml"),
        (("rules/places.yaml",), "there are no rules in rules/places.yaml"),
        (("strikes", "--workers", "0"), "--workers"),
        (("strikes", "--rules", "nowhere"), "nowhere"),
        (("strikes",), "nothing has been archived in this data folder yet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_told_and_exits_with_2(
    backtest: Command, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(Path.cwd().parent))
    ran = backtest(*args)
    assert ran.code == 2
    words = ran.err.replace("│", " ") + "".join(ran.err.split())
    assert said in " ".join(words.split()) or said.replace(" ", "") in words


def test_a_rule_that_is_broken_is_told_with_its_place(backtest: Command) -> None:
    Path("rules/watch/bad.yaml").write_text(
        "rules:\n  - {id: bad, match: {entity: place/nowhere}}\n", "utf-8"
    )
    for subject in ("bad", "rules/watch/bad.yaml"):
        ran = backtest(subject)
        assert ran.code == 2
        assert "rules/watch/bad.yaml:2" in ran.err
        assert "place/nowhere" in ran.err


def test_other_broken_rules_are_told_and_left_out(backtest: Command, archive: Fill) -> None:
    archive(articles(20))
    Path("rules/watch/bad.yaml").write_text(
        "rules:\n  - {id: bad, match: {entity: place/nowhere}}\n", "utf-8"
    )
    ran = backtest("strikes", *ALL)
    assert ran.code == 0
    assert "rules/watch/bad.yaml:2" in ran.err
    assert "1 error: what is broken is left out" in ran.err


def test_an_archive_that_is_none_is_told(backtest: Command, archive: Fill) -> None:
    Path("monitor.yaml").write_text("archive: none\n", "utf-8")
    ran = backtest("strikes")
    assert ran.code == 2
    assert "--articles" in ran.err


@pytest.fixture
def running(folder: Path, tmp_path: Path, lines: Lines) -> Iterator[tuple[subprocess.Popen[bytes], bytes]]:
    """The command in a process of its own that has read some articles, and waits for more of them."""
    some = lines(articles(COUNT)).read_bytes()
    command = [str(Path(sys.executable).with_name("monitor")), "backtest", "strikes", "--articles", "-"]
    process = subprocess.Popen(
        [*command, "--workers", "2"],
        cwd=folder.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(some)
    process.stdin.flush()
    workers = psutil.Process(process.pid).children
    deadline = time.monotonic() + 60
    while len(workers()) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)  # nothing tells when they are there
    yield process, some
    process.kill()
    process.communicate()


def test_a_worker_that_is_killed_ends_the_backtest_with_an_error(
    running: tuple[subprocess.Popen[bytes], bytes],
) -> None:
    process, more = running
    workers = psutil.Process(process.pid).children()
    workers[0].kill()
    out, err = process.communicate(more * 5, timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert err.decode().startswith("monitor: a worker process was ended by SIGKILL")
    assert not any(worker.is_running() for worker in workers)


def test_ctrl_c_ends_all_processes_without_a_word(running: tuple[subprocess.Popen[bytes], bytes]) -> None:
    process, _ = running
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 2
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    psutil.wait_procs(workers, 10)
    assert not any(worker.is_running() for worker in workers)
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()


# --- what people see -------------------------------------------------------------------------


def test_the_report_without_colour(backtest: Command, archive: Fill) -> None:
    archive(articles(24))
    Repository(Path.cwd()).commit()
    rules = Path("rules/watch/syria.yaml")
    rules.write_text(rules.read_text("utf-8").replace("any: [strikes, قصف]", "any: [قصف]"), "utf-8")
    ran = backtest(
        "strikes", *ALL, "--examples", "1", "--changes", "1", "--against", "HEAD", "--workers", "1"
    )
    assert ran.code == 0
    assert "\x1b" not in ran.out
    report = "\n".join(ran.out.splitlines()[:-1])
    head, _, compared = report.partition("Compared with HEAD (")
    _, _, compared = compared.partition("\n")
    assert head == REPORT
    assert compared == COMPARED
    assert ran.out.splitlines()[-1].startswith("24 articles in ")


REPORT = """\
strikes  Strikes on Raqqa
active · medium · rules/watch/syria.yaml:2
5 fires on 24 articles (20.83%)

By day (UTC)
  Sun 2026-11-01  3  ██████████████████████████████  of 12
  Mon 2026-11-02  2  ████████████████████            of 12

From
  languages: Arabic 5
  sources: source-ar 5

Examples (1 of 5)
  2026-11-01 12:00 · source-ar · Arabic · a-0006
    \u2067[قصف] على [الرقة]: part 6\u2069
      \u2067قال سكان إن [القصف] استمر.\u2069
      \u2067[قصف] على [الرقة] فجر اليوم.\u2069
    term \u2068قصف\u2069 · entity \u2068الرقة\u2069 (Raqqa) · term \u2068القصف\u2069
    https://news.example/6

Other rules on the same articles
    both   of this   of other   rule
       5      100%        33%   raqqa

"""
COMPARED = """\
  the rule differs; the lexicon is the same
  10 before, 5 now: 0 gained, 5 lost, 5 as before
  - 2026-11-01 00:00 · source-en · English · a-0000
    [Strikes] on [Raqqa]: part 0
      Witnesses told of [strikes] on [Raqqa].
    term Strikes · entity Raqqa · term strikes
  - … and 4 more; --json lists them
"""


def test_text_from_outside_moves_no_terminal(backtest: Command, archive: Fill) -> None:
    hostile = msgspec.structs.replace(
        articles(1)[0], title="Strikes on \x1b[2J\u202eRaqqa", id="\x1b]0;x\x07"
    )
    archive([hostile])
    ran = backtest("strikes", *ALL)
    assert "1 fire on 1 article" in ran.out
    assert not set("\x1b\x07\u202e") & set(ran.out)


def test_an_archive_of_an_earlier_release_is_read(backtest: Command, archive: Fill) -> None:
    archive(articles(20))
    file = sqlite3.connect("var/archive.db")
    file.execute("ALTER TABLE articles DROP COLUMN tags")
    file.close()
    assert _one(backtest("strikes", *ALL, "--json"))["fires"] == 8


def test_why_no_article_was_looked_at_is_said_as_it_is(backtest: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert "there is no article in what was given" in backtest("strikes", "--articles", empty).out
    ran = backtest("strikes", "--articles", tmp_path / "missing.jsonl")
    assert ran.code == 2
    assert "no article could be read" in ran.out
    assert "between these dates" not in ran.out


def test_a_packed_file_that_is_none_is_told_like_every_error(backtest: Command, tmp_path: Path) -> None:
    packed = tmp_path / "articles.jsonl.gz"
    packed.write_bytes(b"not packed")
    ran = backtest("strikes", "--articles", packed)
    assert ran.code == 2
    assert f"{packed}:1:1: error: cannot be unpacked" in ran.err
    assert "    remedy: pack it again" in ran.err
