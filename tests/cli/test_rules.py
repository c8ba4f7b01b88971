"""``rules list`` and ``rules show`` as a user has them."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

FILES = {
    "lexicon": """\
entities:
  country/sy:
    gloss: Syria
    en: {names: [Syria], demonyms: [Syrian], not: [Syrian hamster]}
    ar: {names: [سوريا]}
concepts:
  airstrike:
    en: {terms: [airstrike], weak: [strike]}
""",
    "watch": """\
rules:
  - id: base
    status: draft
    owner: desk
    let: {where: {entity: country/sy}}
    match: {all: [{concept: airstrike}, {use: where}], within: sentence}
    where: {languages: [en], max_age: 48h}
  - id: child
    extends: base
    title: Hospitals [hit]
    query: hospital* OR "field clinic"
  - id: framed
    match: {event: airstrike, place: country/sy}
""",
}


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def test_all_rules_are_listed(monitor: Monitor, folder: Path) -> None:
    ran = monitor("rules", "list", "--rules", folder)
    assert ran.code == 0
    for word in ("base", "draft", "child", "Hospitals [hit]", "framed", "desk", "watch.yaml:2"):
        assert word in ran.out
    lines = monitor("rules", "list", "--rules", folder, "--json").lines()
    assert [line["id"] for line in lines] == ["base", "child", "framed"]
    assert lines[1]["owner"] == "desk"


def test_a_rule_that_cannot_be_loaded_is_told_beside_the_list(monitor: Monitor, folder: Path) -> None:
    (folder / "bad.yaml").write_text("rules:\n  - {id: bad, query: a AND}\n", "utf-8")
    ran = monitor("rules", "list", "--rules", folder)
    assert ran.code == 1
    assert "child" in ran.out
    assert "bad.yaml:2:27: error: rule bad: query: the query ends after AND" in ran.err


def test_a_rule_is_shown_resolved_and_loads_again(monitor: Monitor, folder: Path, tmp_path: Path) -> None:
    ran = monitor("rules", "show", "child", "--rules", folder)
    assert ran.code == 0
    assert (
        ran.out
        == """\
rules:
  - id: child
    title: Hospitals [hit]
    severity: medium
    owner: desk
    where:
      languages: [en]
      max_age: 2d
    match:
      all:
        - all:
            - concept: airstrike
            - entity: country/sy
          within: sentence
        - any: [hospital*, field clinic]
"""
    )
    (folder / "watch.yaml").write_text(ran.out, "utf-8")
    assert monitor("rules", "show", "child", "--rules", folder).out == ran.out


def test_a_rule_is_shown_as_a_query(monitor: Monitor, folder: Path) -> None:
    ran = monitor("rules", "show", "child", "--as", "query", "--rules", folder)
    assert ran.code == 0
    assert ran.out == (
        'sentence:(concept:airstrike AND entity:country/sy) AND (hospital* OR "field clinic") AND lang:en\n'
    )
    assert ran.err == "beside it, under `where`: max_age\n"


def test_a_rule_that_no_query_can_say_says_why(monitor: Monitor, folder: Path) -> None:
    ran = monitor("rules", "show", "framed", "--as", "query", "--rules", folder)
    assert (ran.code, ran.out) == (1, "")
    assert "rule framed cannot be said as a query: it has the event airstrike" in ran.err


def test_every_form_that_it_listens_for_is_shown(monitor: Monitor, folder: Path) -> None:
    ran = monitor("rules", "show", "child", "--terms", "--rules", folder)
    assert ran.code == 0
    assert "concept airstrike: 2 forms in 1 language" in ran.out
    assert "entity country/sy (Syria): 3 forms in 2 languages" in ran.out
    assert "  ar names: سوريا" in ran.out.splitlines()
    assert "weak nouns" in ran.out
    assert "not in" in ran.out
    assert "term hospital*: hospital*" in ran.out
    only = monitor("rules", "show", "child", "--terms", "--language", "ar", "--rules", folder).out
    assert "سوريا" in only
    assert "Syrian" not in only


def test_into_a_pipe_each_group_of_forms_is_one_line(monitor: Monitor, folder: Path) -> None:
    many = ", ".join(f"'long name number {at}'" for at in range(200))
    (folder / "many.yaml").write_text(
        f"entities:\n  org/many:\n    en: {{names: [{many}]}}\n    ar: {{names: [غارة جوية]}}\n"
        "rules:\n  - {id: many, match: {entity: org/many}}\n",
        "utf-8",
    )
    ran = monitor("rules", "show", "many", "--terms", "--rules", folder)
    head, *groups = ran.out.splitlines()
    assert head == "entity org/many (long name number 0): 201 forms in 2 languages"
    assert [group.split(":")[0] for group in groups if group] == ["  ar names", "  en names"]
    assert "long name number 199" in groups[1]
    assert groups[0] == "  ar names: غارة جوية"


def test_a_form_that_there_is_not_is_answered_with_those_that_there_are(quick: Monitor, folder: Path) -> None:
    ran = quick("rules", "show", "child", "--as", "xml", "--rules", folder)
    assert ran.code == 2
    assert "a rule cannot be shown as 'xml': write yaml or query; for JSON give --json" in " ".join(
        ran.err.split()
    )


def test_a_rule_is_shown_for_programs(monitor: Monitor, folder: Path) -> None:
    (line,) = monitor("rules", "show", "child", "--json", "--terms", "--rules", folder).lines()
    assert line["id"] == "child"
    assert str(line["query"]).startswith("sentence:(")
    assert line["inexpressible"] == ""
    assert isinstance(line["terms"], list)
    assert [leaf["clause"] for leaf in line["terms"]] == ["concept", "entity", "term", "term"]
    (line,) = monitor("rules", "show", "framed", "--json", "--rules", folder).lines()
    assert line["query"] == ""
    assert "the event airstrike" in str(line["inexpressible"])


def test_an_unknown_rule_is_a_mistake_in_its_use(monitor: Monitor, folder: Path) -> None:
    ran = monitor("rules", "show", "chlid", "--rules", folder)
    assert ran.code == 2
    assert "there is no rule 'chlid': did you mean child" in " ".join(ran.err.split())


def test_a_broken_rule_is_not_said_to_be_nowhere(monitor: Monitor, folder: Path) -> None:
    (folder / "bad.yaml").write_text("rules:\n  - {id: bad, query: a AND}\n", "utf-8")
    ran = monitor("rules", "show", "bad", "--rules", folder)
    assert ran.code == 2
    assert "there is no rule 'bad' among those that could be loaded" in ran.err


def test_in_a_narrow_terminal_the_list_leaves_columns_out_and_ids_whole(
    environment: Mapping[str, str], folder: Path
) -> None:
    command = [str(Path(sys.executable).with_name("monitor")), "rules", "list", "--rules", str(folder)]
    controller, terminal = pty.openpty()
    env = dict(environment) | {"COLUMNS": "40", "NO_COLOR": "1", "TERM": "xterm"}
    with subprocess.Popen(command, stdout=terminal, stdin=subprocess.DEVNULL, env=env) as running:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other side is closed
            while part := os.read(controller, 4096):
                shown += part
        os.close(controller)
        assert running.wait(60) == 0
    lines = [line.split() for line in shown.decode().splitlines() if line.strip()]
    assert [line[0] for line in lines if line[0] in ("base", "child", "framed")] == [
        "base",
        "child",
        "framed",
    ]
    assert "no room for severity, tags, owner, file" in " ".join(lines[-2] + lines[-1])
    assert all(len(line) <= 40 for line in shown.decode().splitlines() if line[1:2] in "bcf")
