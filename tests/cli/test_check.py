"""``monitor check``: errors and findings in text, JSON lines and as GitHub shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import referencing
import referencing.jsonschema

from monitor.cli.check import github_line
from monitor.located import Problem, read_yaml
from tests.cli.conftest import ROOT, Ran

Quick = Callable[..., Ran]

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
      - {fires: Russian strikes on Raqqa}
      - {silent: Russian strikes}
"""
WIDE = "  - {id: wide, match: the, examples: [{silent: x}]}\n"
BARE = "  - {id: bare, match: bomb}\n"


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """A small rule folder without findings."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "lexicon.yaml").write_text(LEXICON)
    (folder / "watch.yaml").write_text(RULE)
    return folder


def test_all_mistakes_are_told_with_line_caret_and_remedy(quick: Quick, small: Path) -> None:
    assert quick("check", "--rules", str(small)).code == 0
    (small / "watch.yaml").write_text(RULE.replace("country/ru", "country/rus").replace("match", "match ", 1))
    (small / "more.yaml").write_text("rules:\n  - id: two\n    mtach: bomb\n")
    (small / "broken.yaml").write_text("rules: [\n")
    (small / "subscribers.yaml").write_text("subscribers: []\ndefault: [nobody]\n")
    (small / "feeds.yaml").write_text("feeds: [{urll: x}]\n")
    ran = quick("check", "--rules", str(small))
    assert ran.code == 1
    assert f"{small}/watch.yaml:3:32: error: rule one: unknown entity 'country/rus'" in ran.err
    assert "    match : {event: airstrike, actor: country/rus, place: place/raqqa}\n" in ran.err
    assert "^\n    remedy: did you mean 'country/ru'?" in ran.err
    assert f"{small}/more.yaml:3:5: error: unknown key 'mtach'" in ran.err
    assert f"{small}/broken.yaml:2:1: error: is not YAML" in ran.err
    assert f"{small}/subscribers.yaml:2:11: error: unknown subscriber 'nobody'" in ran.err
    assert f"{small}/feeds.yaml:1:10: error: unknown key 'urll'" in ran.err


def test_a_folder_in_order_says_what_was_looked_at(quick: Quick, small: Path) -> None:
    ran = quick("check", "--rules", str(small))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 rule, 3 lexicon entries; no errors; kernel: ")


def test_findings_have_a_code_and_the_verdict_counts_them(quick: Quick, small: Path) -> None:
    (small / "watch.yaml").write_text(RULE + WIDE + BARE)
    ran = quick("check", "--rules", str(small))
    assert ran.code == 0
    assert f"{small}/watch.yaml:7:16: warning: rule wide: fires on nearly every article" in ran.err
    assert "'the' is enough [unselective]\n" in ran.err
    assert "info: rule bare: has no examples [no-examples]\n" in ran.err
    assert "3 rules, 3 lexicon entries; no errors, 1 warning, 1 note; kernel: " in ran.out


@pytest.mark.parametrize(
    ("options", "code", "codes"),
    [
        ([], 0, ["unselective", "no-examples"]),
        (["--strict"], 1, ["unselective", "no-examples"]),
        (["--severity", "warning"], 0, ["unselective"]),
        (["--severity", "warning", "--strict"], 1, ["unselective"]),
        (["--severity", "error", "--strict"], 0, []),
        (["--ignore", "unselective", "--strict"], 0, ["no-examples"]),
        (["--ignore", "unselective", "--ignore", "no-examples"], 0, []),
    ],
)
def test_what_is_shown_decides_the_exit_code(
    quick: Quick, small: Path, options: list[str], code: int, codes: list[str]
) -> None:
    (small / "watch.yaml").write_text(RULE + WIDE + BARE)
    ran = quick("check", "--rules", str(small), "--json", *options)
    assert ran.code == code
    assert [line["code"] for line in ran.lines()] == codes


def test_a_rule_that_can_never_fire_is_an_error(quick: Quick, small: Path) -> None:
    (small / "watch.yaml").write_text(
        RULE + "  - {id: no, match: {all: [a1], none: [a1]}, examples: [{silent: x}]}\n"
    )
    ran = quick("check", "--rules", str(small))
    assert ran.code == 1
    assert "[never-fires]" in ran.err
    assert "1 error" in ran.out


def test_a_comment_leaves_a_finding_out(quick: Quick, small: Path) -> None:
    (small / "watch.yaml").write_text(RULE + WIDE.rstrip() + "  # check: ignore unselective\n")
    assert quick("check", "--rules", str(small), "--json").out == ""


@pytest.mark.parametrize("form", [["--json"], ["--format", "json"]])
def test_findings_are_printed_as_json_lines(quick: Quick, small: Path, form: list[str]) -> None:
    (small / "watch.yaml").write_text(RULE.replace("country/ru", "country/rus"))
    ran = quick("check", "--rules", str(small), *form)
    assert ran.code == 1
    (line,) = ran.lines()
    assert set(line) == {"file", "line", "column", "message", "remedy", "level", "code"}
    assert (line["line"], line["column"], line["level"]) == (3, 31, "error")


def test_of_many_notes_of_one_kind_the_text_shows_the_first_few(quick: Quick, small: Path) -> None:
    def with_notes(count: int) -> None:
        rules = "".join(f"  - {{id: bare-{at}, match: bomb{at:04}}}\n" for at in range(count))
        (small / "many.yaml").write_text(f"rules:\n{rules}{WIDE}")

    with_notes(20)
    full = quick("check", "--rules", str(small))
    assert full.err.count("[no-examples]") == 20
    with_notes(1000)
    ran = quick("check", "--rules", str(small))
    assert ran.code == 0
    assert ran.err.count("[no-examples]") == 5
    assert ran.err.count("and 995 more of this kind: --format json lists all") == 1
    assert ran.err.index("bare-4") < ran.err.index("and 995 more") < ran.err.index("[unselective]")
    assert "1000 notes" in ran.out
    for form in ("json", "github"):
        listed = quick("check", "--rules", str(small), "--format", form).out
        assert listed.count("has no examples") == 1000


def test_many_warnings_are_all_shown(quick: Quick, small: Path) -> None:
    wide = "".join(f"  - {{id: wide-{at}, match: the, examples: [{{silent: x}}]}}\n" for at in range(30))
    (small / "many.yaml").write_text(f"rules:\n{wide}")
    ran = quick("check", "--rules", str(small))
    assert ran.err.count("[unselective]") == 30
    assert "more of this kind" not in ran.err


def test_a_control_character_is_an_error_with_its_place(quick: Quick, small: Path) -> None:
    (small / "odd.yaml").write_text("rules:\n  - {id: one, match: 'bo\x9bmb'}\n", "utf-8")
    ran = quick("check", "--rules", str(small))
    assert ran.code == 1
    assert "odd.yaml:2:25: error: is not YAML: the character U+009B is not allowed" in ran.err
    assert "remedy: remove it" in ran.err
    assert "\x9b" not in ran.err


def test_findings_are_printed_for_github(quick: Quick, small: Path) -> None:
    (small / "watch.yaml").write_text(RULE + BARE)
    ran = quick("check", "--rules", str(small), "--format", "github")
    assert (ran.code, ran.err) == (0, "")
    line, verdict = ran.out.splitlines()
    assert line.startswith(
        f"::notice file={small}/watch.yaml,line=7,col=6,title=no-examples::rule bare: has no examples; add"
    )
    assert verdict.startswith("2 rules, ")


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem("a,b:c%.yaml", 3, 4, "50% of\r\nit: a, b", "do, this", "error", "some-code"),
            "::error file=a%2Cb%3Ac%25.yaml,line=3,col=4,title=some-code::50%25 of%0D%0Ait: a, b; do, this",
        ),
        (
            Problem("a.yaml", 1, 1, "broken"),
            "::error file=a.yaml,line=1,col=1,title=monitor check::broken",
        ),
        (
            Problem("a.yaml", 1, 1, "hm", "", "info", "c"),
            "::notice file=a.yaml,line=1,col=1,title=c::hm",
        ),
    ],
)  # fmt: skip
def test_no_text_breaks_out_of_a_workflow_command(problem: Problem, line: str) -> None:
    assert github_line(problem) == line


def test_an_active_rule_that_no_one_takes_is_an_error(quick: Quick, small: Path) -> None:
    (small / "subscribers.yaml").write_text(
        "subscribers: [{id: screen, channel: {kind: terminal}}]\noperator: screen\n"
    )
    ran = quick("check", "--rules", str(small))
    assert ran.code == 1
    assert "no one takes the active rule one [no-subscription]" in ran.err
    (small / "watch.yaml").write_text(RULE + "    status: shadow\n")
    assert quick("check", "--rules", str(small)).code == 0


@pytest.mark.parametrize(
    "options", [["--severity", "awful"], ["--format", "xml"], ["--ignore", "no-such-code"]], ids=" ".join
)
def test_options_that_do_not_exist_are_a_mistake(quick: Quick, small: Path, options: list[str]) -> None:
    assert quick("check", "--rules", str(small), *options).code == 2


def test_all_codes_can_be_listed(quick: Quick) -> None:
    ran = quick("check", "--codes", "--json")
    listed = {str(line["code"]): line["level"] for line in ran.lines()}
    assert (listed["never-fires"], listed["near-itself"], listed["no-examples"]) == (
        "error",
        "warning",
        "info",
    )
    assert "no-subscription" in listed
    assert all(code in quick("check", "--codes").out for code in listed)


def test_the_shipped_folder_has_no_finding(quick: Quick) -> None:
    assert quick("check", "--rules", str(ROOT / "rules"), "--strict", "--json").out == ""


# --- what editors are told ------------------------------------------------------------------

SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))
PREFIX = "# yaml-language-server: $schema="


def _validator(schema: Path) -> jsonschema.protocols.Validator:
    """As an editor makes it: from the file alone, which must refer to nothing outside itself."""
    content = json.loads(schema.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    nothing: referencing.Registry[object] = referencing.Registry()
    return jsonschema.Draft202012Validator(content, registry=nothing)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_file_names_its_schema_and_meets_it(file: Path) -> None:
    first = file.read_text("utf-8").split("\n", 1)[0]
    assert first.startswith(PREFIX)
    schema = (file.parent / first.removeprefix(PREFIX)).resolve()
    assert schema.is_file()
    assert schema.parent == ROOT / "rules" / "schema"
    document = json.loads(json.dumps(read_yaml(file).value, ensure_ascii=False))
    errors = list(_validator(schema).iter_errors(document))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def _rule(**keys: object) -> dict[str, object]:
    return {"rules": [{"id": "one", **keys}]}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (_rule(mtach="bomb"), "$.rules[0]"),
        (_rule(match={"al": ["bomb"]}), "$.rules[0].match"),
        (_rule(match={"all": "bomb"}), "$.rules[0].match"),
        (_rule(match={"all": [3]}), "$.rules[0].match"),
        (_rule(match={"all": []}), "$.rules[0].match"),
        (_rule(match={"all": ["a"], "within": "page"}), "$.rules[0].match"),
        (_rule(match={"near": ["a", "b"], "words": 0}), "$.rules[0].match"),
        (_rule(match={"event": "airstrike", "scope": "page"}), "$.rules[0].match"),
        (_rule(match="bomb", severity="urgent"), "$.rules[0].severity"),
        (_rule(match="bomb", status="live"), "$.rules[0].status"),
        (_rule(match="bomb", again=["sources"]), "$.rules[0].again[0]"),
        (_rule(match="bomb", where={"language": "en"}), "$.rules[0].where"),
        (_rule(match="bomb", where={"sources": {"tag": "x"}}), "$.rules[0].where.sources"),
        (_rule(match="bomb", examples=[{"fire": "x"}]), "$.rules[0].examples[0]"),
        (_rule(match="bomb", examples="x"), "$.rules[0].examples"),
        (_rule(), "$.rules[0]"),
        ({"rules": [{"id": "No Spaces", "match": "bomb"}]}, "$.rules[0].id"),
        ({"rules": {"one": {}}}, "$.rules"),
        ({"rule": []}, "$"),
    ],
)  # fmt: skip
def test_the_schema_of_rules_refuses_a_mistake_where_it_stands(document: object, place: str) -> None:
    validator = _validator(ROOT / "rules" / "schema" / "watch.json")
    assert place in {error.json_path for error in validator.iter_errors(document)}


@pytest.mark.parametrize(
    "keys",
    [
        {"match": "bomb"},
        {"match": {"any": ["bomb", {"term": "WHO", "case": True}]}},
        {"match": {"event": ["a", "b"], "actor": "country/ru", "unless": []}},
        {"match": {"mentions": 2, "of": "bomb"}},
        {"match": {"at_least": 2, "of": ["a1", "b1", {"near": ["c1", "d1"], "words": 3}]}},
        {"match": {"score": [{"clause": "bomb", "weight": -2.5}], "threshold": 1}},
        {"match": {"title": {"lead": "bomb"}}, "let": {"x": "bomb"}, "where": {"max_age": "48h"}},
        {"query": "bomb AND NOT drill"},
        {"extends": "two"},
    ],
)
def test_the_schema_of_rules_takes_every_way_to_write_a_clause(keys: dict[str, object]) -> None:
    validator = _validator(ROOT / "rules" / "schema" / "watch.json")
    assert [error.message for error in validator.iter_errors(_rule(**keys))] == []


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("entities", {"entities": {"country/ru": {"en": {"nams": ["Russia"]}}}}),
        ("entities", {"entities": {"country/ru": {"english": {"names": ["Russia"]}}}}),
        ("entities", {"entities": {"country/ru": {"part_of": "russia"}}}),
        ("concepts", {"concepts": {"strike": {"roles": ["doer"]}}}),
        ("concepts", {"concepts": {"strike": {"en": {"terms": "strike"}}}}),
        ("feeds", {"feeds": [{"url": 3}]}),
        ("feeds", {"feeds": [{"urls": "https://example.org/"}]}),
        ("subscribers", {"subscribers": [{"id": "a", "channel": {"kind": "pigeon"}}]}),
        ("subscribers", {"subscriber": []}),
    ],
)
def test_the_other_schemas_refuse_mistakes(name: str, document: object) -> None:
    assert not _validator(ROOT / "rules" / "schema" / f"{name}.json").is_valid(document)
