"""``monitor test``: examples told, as JSON lines, as JUnit XML, and again after each edit."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, Queue

import pytest
from lxml import etree
from rich.console import Console

from monitor.cli.example_report import print_report
from monitor.rules.examples import run_examples
from monitor.rules.load import load_rules
from tests.cli.conftest import Ran

Quick = Callable[..., Ran]

LEXICON = """\
entities:
  country/ru:
    en: {names: [Russia], demonyms: [Russian]}
    ar: {names: [روسيا], demonyms: [روسية]}
  place/raqqa:
    en: {names: [Raqqa]}
    ar: {names: [الرقة]}
  place/idlib:
    en: {names: [Idlib]}
concepts:
  airstrike:
    roles: [actor, place]
    en: {terms: [strikes, airstrikes]}
    ar: {terms: [غارات]}
"""
RULE = """\
rules:
  - id: one
    match: {event: airstrike, actor: country/ru, place: place/raqqa}
    examples:
      - {fires: Russian strikes on Raqqa, evidence: [Russian, strikes, Raqqa]}
      - {silent: Russian strikes on Idlib, because: place}
"""
FAILING = RULE + (
    "      - {silent: 'Russian [strikes] on Raqqa'}\n"
    "      - {fires: Russian strikes on Idlib}\n"
    "      - {silent: Russian strikes on Idlib, because: actor}\n"
    "  - {id: two, match: {all: [strikes, Idlib]}}\n"
)


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """A small rule folder, all in order."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "lexicon.yaml").write_text(LEXICON, "utf-8")
    (folder / "watch.yaml").write_text(RULE, "utf-8")
    return folder


def test_examples_in_order_are_counted(quick: Quick, small: Path) -> None:
    ran = quick("test", "--rules", str(small))
    assert (ran.code, ran.out, ran.err) == (0, "2 passed, 0 failed\n", "")


def test_verbose_shows_evidence_and_reasons(quick: Quick, small: Path) -> None:
    assert quick("test", "-v", "--rules", str(small)).out == (
        "✓ one example 1 (fires): Russian strikes on Raqqa\n"
        "    evidence: Russian (actor: Russia), strikes (event: airstrike), Raqqa (place: Raqqa)\n"
        "✓ one example 2 (silent): Russian strikes on Idlib\n"
        "    because: place\n"
        "2 passed, 0 failed\n"
    )


def test_failures_tell_what_was_found_what_fired_and_where_the_example_stands(
    quick: Quick, small: Path
) -> None:
    (small / "watch.yaml").write_text(FAILING)
    ran = quick("test", "one", "--rules", str(small))
    assert ran.code == 1
    assert ran.out == (
        "✗ one example 3 (silent): Russian [strikes] on Raqqa\n"
        "    should be silent, but fires\n"
        "    evidence: Russian (actor: Russia), strikes (event: airstrike), Raqqa (place: Raqqa)\n"
        f"    {small}/watch.yaml:7\n"
        "✗ one example 4 (fires): Russian strikes on Idlib\n"
        "    should fire, but does not\n"
        "    found: event airstrike: “strikes”; actor country/ru: “Russian”\n"
        "    not found: place place/raqqa (“Idlib” instead)\n"
        "    fired instead: two: Russian strikes on Idlib\n"
        "        evidence: strikes (term: strikes), Idlib (term: Idlib)\n"
        f"    {small}/watch.yaml:8\n"
        "✗ one example 5 (silent): Russian strikes on Idlib\n"
        "    is silent, but not because of actor, which is met: it is silent because of place or place/raqqa\n"
        "    fired too: two: Russian strikes on Idlib\n"
        "        evidence: strikes (term: strikes), Idlib (term: Idlib)\n"
        f"    {small}/watch.yaml:9\n"
        "2 passed, 3 failed\n"
    )


def test_json_has_a_line_an_example(quick: Quick, small: Path) -> None:
    (small / "watch.yaml").write_text(FAILING)
    ran = quick("test", "--rules", str(small), "--json")
    assert ran.code == 1
    lines = ran.lines()
    assert [set(line) for line in lines] == [{"rule", "example", "ok", "failure", "evidence"}] * 5
    assert [line["ok"] for line in lines] == [True, True, False, False, False]


def test_a_broken_file_is_told_and_the_others_are_tested(quick: Quick, small: Path) -> None:
    (small / "broken.yaml").write_text("rules: [\n")
    ran = quick("test", "--rules", str(small))
    assert ran.code == 1
    assert "broken.yaml" in ran.err
    assert ran.out == "2 passed, 0 failed\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["onee"], "there is no rule 'onee': did you mean 'one'?"),
        (["--junit", "/no/such/folder/report.xml"], "there is no folder /no/such/folder"),
    ],
)
def test_a_mistake_in_the_use_is_told(quick: Quick, small: Path, args: list[str], said: str) -> None:
    ran = quick("test", "--rules", str(small), *args)
    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


# --- on a terminal --------------------------------------------------------------------------


def shown(folder: Path, example: str) -> str:
    """The report of the first example, as a terminal with colours gets it."""
    (folder / "watch.yaml").write_text(RULE.split("      - ")[0] + f"      - {example}\n", "utf-8")
    book = load_rules([folder])
    (result,) = run_examples(book, lambda title, text, language: (title, text, language or "en"))
    out = io.StringIO()
    print_report(
        Console(file=out, force_terminal=True, color_system="standard", soft_wrap=True, highlight=False),
        book,
        result,
    )
    return out.getvalue()


def test_evidence_is_marked_in_the_text(small: Path) -> None:
    text = shown(small, "{fires: Russian strikes on Raqqa}").splitlines()[0]
    for word in ("Russian", "strikes", "Raqqa"):
        assert f"\x1b[30;43m{word}\x1b[0m" in text


def test_text_that_runs_right_to_left_keeps_its_neighbours_in_place(small: Path) -> None:
    first, second = shown(small, "{fires: غارات روسية على الرقة, lang: ar}").splitlines()
    assert first.index("\u2068") < first.index("غارات") < first.rindex("\u2069")
    assert "\u2068غارات\u2069 (event: airstrike)" in second


def test_a_hostile_text_gives_the_terminal_no_command(small: Path) -> None:
    text = shown(small, r'{silent: "Russian \e[2J strikes \u202e on Raqqa [red]x[/red]"}')
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "[red]x" in text


def test_a_long_text_is_cut_around_its_evidence(small: Path) -> None:
    text = shown(small, f"{{fires: '{'word ' * 200}Russian strikes on Raqqa{' word' * 200}'}}").splitlines()[
        0
    ]
    assert "Raqqa" in text
    assert len(text) < 400
    assert text.count("…") == 2


# --- JUnit ----------------------------------------------------------------------------------

TOKEN = "<xs:attribute name='{}' type='xs:token' use='required'/>"
COUNT = "<xs:attribute name='{}' type='xs:int' use='required'/>"
SCHEMA = f"""\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="told"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence>
        <xs:element name="properties"><xs:complexType/></xs:element>
        <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
          <xs:choice minOccurs="0">
            <xs:element name="skipped"/><xs:element name="error" type="told"/><xs:element name="failure" type="told"/>
          </xs:choice>
          {TOKEN.format("name")}{TOKEN.format("classname")}
          <xs:attribute name="time" type="xs:decimal" use="required"/>
        </xs:complexType></xs:element>
        <xs:element name="system-out" type="xs:string"/><xs:element name="system-err" type="xs:string"/>
      </xs:sequence>
      {TOKEN.format("package")}{TOKEN.format("name")}{TOKEN.format("hostname")}
      {COUNT.format("id")}{COUNT.format("tests")}{COUNT.format("failures")}{COUNT.format("errors")}
      <xs:attribute name="time" type="xs:decimal" use="required"/>
      <xs:attribute name="timestamp" use="required"><xs:simpleType><xs:restriction base="xs:dateTime">
        <xs:pattern value="[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}"/>
      </xs:restriction></xs:simpleType></xs:attribute>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
"""What Ant's reports hold, without what is optional there: the strictest of the schemas in use."""


def test_the_report_is_valid_junit_xml_whatever_the_texts_hold(
    quick: Quick, small: Path, tmp_path: Path
) -> None:
    (small / "watch.yaml").write_text(FAILING)
    (small / "hostile.yaml").write_text(
        "rules:\n  - id: h\n    match: bomb\n    examples:\n"
        r'      - {fires: "]]> <a> & \u0000 \u001b[2J \ufffe \U0001F600 نص"}' + "\n      - {silent: ''}\n",
        "utf-8",
    )
    (small / "broken.yaml").write_text("rules: [\n")
    report = tmp_path / "report.xml"
    ran = quick("test", "--rules", str(small), "--junit", str(report))
    assert ran.code == 1
    root = etree.fromstring(report.read_bytes())
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(root)
    suites = {suite.get("name"): suite for suite in root}
    assert [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in suites.values()] == [
        ("2", "1", "0"), ("5", "3", "0"), ("1", "0", "1"),
    ]  # fmt: skip
    third = suites[f"{small}/watch.yaml"].findall("testcase")[2]
    assert third.get("classname") == "one"
    assert third.get("name") == "example 3 (silent): Russian [strikes] on Raqqa"
    failure = third.find("failure")
    assert failure is not None
    assert failure.get("message") == "should be silent, but fires"
    assert f"{small}/watch.yaml:7" in str(failure.text)


def test_a_report_without_examples_is_valid_too(quick: Quick, small: Path, tmp_path: Path) -> None:
    (small / "watch.yaml").write_text("rules: []\n")
    assert quick("test", "--rules", str(small), "--junit", str(tmp_path / "r.xml")).code == 0
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(etree.parse(str(tmp_path / "r.xml")))


# --- watching -------------------------------------------------------------------------------


class Watching:
    """``monitor test --watch`` in a process of its own; its lines as they come."""

    def __init__(self, environment: Mapping[str, str], *args: str | Path) -> None:
        command = [str(Path(sys.executable).with_name("monitor")), "test", "--watch", *map(str, args)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(environment), text=True
        )
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, wanted: str) -> list[str]:
        """Lines up to one that holds ``wanted``."""
        seen: list[str] = []
        while not seen or wanted not in seen[-1]:
            try:
                seen.append(self._lines.get(timeout=40))
            except Empty:
                raise AssertionError(f"waited for {wanted!r} after {seen}") from None
        return seen

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self._reader.join(5)
            assert self.process.stdout is not None
            self.process.stdout.close()


def test_watch_runs_again_after_each_way_to_save_and_ends_with_ctrl_c(
    environment: Mapping[str, str], small: Path
) -> None:
    watch = Watching(environment, "--rules", small)
    try:
        watch.until("2 passed, 0 failed")
        watch.until("watching")
        (small / "watch.yaml").write_text(FAILING)
        assert any("✗ one example 3" in line for line in watch.until("2 passed, 3 failed"))
        new = small / "watch.yaml.new"  # as editors save: a new file in the old one's place
        new.write_text(RULE)
        new.replace(small / "watch.yaml")
        watch.until("2 passed, 0 failed")
        (small / "watch.yaml").write_text("rules: [\n")
        watch.until("is not YAML")
        (small / "watch.yaml").write_text(RULE + "      - {silent: x}\n")
        watch.until("3 passed, 0 failed")
    finally:
        code = watch.end()
    assert code == 0
    assert not any("Traceback" in line for line in list(watch._lines.queue))
