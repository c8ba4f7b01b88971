"""Rule folders: every mistake where it stands, and the last good version kept."""

from __future__ import annotations

from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from monitor.located import InvalidFile
from monitor.matching.engine import Engine
from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules
from monitor.rules.schema import RuleFile

LEXICON = """\
entities:
  country/ru:
    en: {names: [Russia], demonyms: [Russian]}
  place/raqqa:
    en: {names: [Raqqa]}
concepts:
  airstrike:
    en: {terms: [airstrike, airstrikes]}
  drill:
    en: {terms: [drill]}
"""
RULE = """\
rules:
  - id: one
    match: {event: airstrike, actor: country/ru}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def problems(book: RuleBook, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in book.errors()]


def ids(book: RuleBook) -> list[str]:
    return [loaded.rule.id for loaded in book.rules]


def refused(folder: Path, clause: str, rest: str = "") -> list[str]:
    """Problems of a rule with this clause from line 4, column 7 on."""
    write(folder, lexicon=LEXICON, watch=f"rules:\n  - id: one\n    match:\n      {clause}\n{rest}")
    book = load_rules([folder])
    assert ids(book) == []
    return [line.removeprefix("watch.yaml:") for line in problems(book, folder)]


# --- every mistake where it stands ----------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("{term: bomb, entty: x}", ["4:20: unknown key 'entty'; did you mean 'entity'?"]),
        ("{entity: country/rus}", ["4:16: rule one: unknown entity 'country/rus'; did you mean 'country/ru'?"]),
        ("{concept: airstrikes}", ["4:17: rule one: unknown concept 'airstrikes'; did you mean 'airstrike'?"]),
        ("{concept: zzz}", ["4:17: rule one: unknown concept 'zzz'; see the files in entities/ and concepts/"]),
        ("{entity: [country/ru, place/rakka]}", ["4:29: rule one: unknown entity 'place/rakka'; did you mean 'place/raqqa'?"]),
        ("{entity: airstrike}", ["4:16: rule one: 'airstrike' is a concept; write `concept:`"]),
        ("{concept: country/ru}", ["4:17: rule one: 'country/ru' is an entity; write `entity:`"]),
        ("{event: country/ru}", ["4:8: rule one: 'country/ru' is an entity; an event names concepts"]),
        ("{event: airstrike, actor: country/xx, place: place/zz}", ["4:26: rule one: unknown entity 'country/xx'", "4:45: rule one: unknown entity 'place/zz'"]),
        ("{event: airstrike, unless: [drill, dril]}", ["4:42: rule one: unknown concept 'dril'; did you mean 'drill'?"]),
        # a key where it has no meaning
        ("{entity: country/ru, case: true}", ["4:28: rule one: 'case' has no meaning here; it belongs to term"]),
        ("{term: a, inner: true}", ["4:17: rule one: 'inner' has no meaning here; it belongs to entity or concept"]),
        ("{term: a, words: 3}", ["4:17: rule one: 'words' has no meaning here; it belongs to near"]),
        ("{term: a, ordered: true}", ["4:17: rule one: 'ordered' has no meaning here"]),
        ("{term: a, of: [b]}", ["4:17: rule one: 'of' has no meaning here; it belongs to at_least or mentions"]),
        ("{term: a, threshold: 1}", ["4:17: rule one: 'threshold' has no meaning here; it belongs to score"]),
        ("{term: a, actor: country/ru}", ["4:17: rule one: 'actor' has no meaning here; it belongs to event"]),
        ("{term: a, scope: document}", ["4:17: rule one: 'scope' has no meaning here"]),
        ("{any: [a, b], within: sentence}", ["4:21: rule one: 'within' has no meaning here; it belongs to 'all'"]),
        # a key that lacks its companion
        ("{near: [a, b]}", ["4:8: rule one: 'near' needs 'words'; add words: …"]),
        ("{at_least: 2}", ["4:8: rule one: 'at_least' needs 'of'"]),
        ("{score: [{clause: a, weight: .nan}], threshold: 1}", ["4:28: rules.match.score.weight: must be a number; write digits; infinity is none"]),
        ("{score: [{clause: a, weight: 1}]}", ["4:8: rule one: 'score' needs 'threshold'"]),
        ("{}", ["3:5: rule one: an empty clause; name a term"]),
        # shapes
        ("{near: [a], words: 3}", ["4:8: rule one: 'near' needs two parts or more"]),
        ("{near: [a, b, c, d, e, f, g, h, i], words: 3}", ["4:8: rule one: 'near' takes at most 8 parts"]),
        ("{near: [a, {all: [b, c]}], words: 3}", ["4:18: rule one: 'near' takes terms, entities, concepts"]),
        ("{near: [a, {any: [b], none: [c]}], words: 3}", ["4:29: rule one: 'none' cannot stand inside 'near'", "4:18: rule one: 'near' takes terms"]),
        ("{mentions: 2, of: {any: [a, b]}}", ["4:21: rule one: 'mentions' counts one term, entity or concept"]),
        ("{mentions: 2, of: [a, b]}", ["4:21: rule one: 'mentions' counts one term, entity or concept"]),
        ("{at_least: 3, of: [a, b]}", ["4:8: rule one: at least 3 of 2 can never hold; lower it"]),
        ("{at_least: 1, of: [a, {all: [b], none: [c]}]}", ["4:40: rule one: 'none' cannot stand inside 'at_least'"]),
        ("{all: [a, b], within: 0 words}", ["4:21: rules.match.within: is not written as it should be; write sentence, paragraph, or a number of words, such as 8 words"]),
        ("{all: []}", ["4:8: rules.match.all: is empty; write something, or remove the key"]),
        ("{use: other}", ["4:8: rule one: no clause 'other' in 'let'"]),
        # terms
        ("{term: 'ab*'}", ["4:8: rule one: the prefix 'ab*' is too short; give 3 letters or more before the *"]),
        ("{term: 'protest a*'}", ["4:8: rule one: the prefix 'protest a*' is too short"]),
        ("{term: 'ab-*'}", ["4:8: rule one: the prefix 'ab-*' is too short"]),
        ("{term: '*'}", ["4:8: rule one: the prefix '*' is too short"]),
        ("{term: 'pro*test'}", ["4:8: rule one: 'pro*test': a * stands only at the end"]),
        ("{term: 'protest**'}", ["4:8: rule one: 'protest**': a * stands only at the end"]),
        ("{term: 'Protest*', case: true}", ["4:26: rule one: 'case' has no meaning for a prefix"]),
        ("{term: '...'}", ["4:8: rule one: '...' holds no letter or digit; write a word"]),
        ("{all: ['!!!', bomb]}", ["4:14: rule one: '!!!' holds no letter or digit"]),
        ("{all: [2024]}", ["4:14: rules.match.all: 2024 is a number; put the term into quotes"]),
        ("true", ["3:5: rules.match: true without quotes is no word; put the term into quotes"]),
        ("[a, b]", ["3:5: rules.match: must be a mapping, but is a list; write its keys below it, each as key: value"]),
        # several at once
        (
            "{all: [{entity: country/xx}, {near: [a], words: 1}, {concept: nope}], within: sentense}",
            ["4:77: rules.match.within: is not written as it should be; write sentence, paragraph, or a number of words, such as 8 words"],
        ),
        (
            "{all: [{entity: country/xx}, {near: [a], words: 1}, {concept: nope}]}",
            ["4:23: rule one: unknown entity 'country/xx'", "4:37: rule one: 'near' needs two", "4:69: rule one: unknown concept 'nope'"],
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_clause_is_told_with_its_place(
    tmp_path: Path, clause: str, expected: list[str]
) -> None:
    found = refused(tmp_path, clause)
    assert len(found) == len(expected), found
    for one, line in zip(expected, found, strict=True):
        place, _, message = one.partition(" ")
        assert message in line, found
        assert line.split(" ")[0].split(":")[0] == place.split(":")[0], found


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "severity: urgent",
            "5:5: rules.severity: must be one of info, low, medium, high, critical; write one of them",
        ),
        (
            "severity: hihg",
            "5:5: rules.severity: must be one of info, low, medium, high, critical; did you mean 'high'?",
        ),
        ("status: on", "5:5: rules.status: must be one of draft, shadow, active; write one of them"),
        ("title: 5", "5:5: rules.title: must be text, but is a number; put it into quotes"),
        ("title: True", "5:5: rules.title: must be text, but is true; put it into quotes"),
        (
            "title:",
            "5:5: rules.title: must be text, but nothing is written; write it behind the colon, or remove the key",
        ),
        (
            "title: the war: day 3",
            "5:19: is not YAML: the value holds a colon and a space; put the whole value into single quotes: 'the war: day 3'",
        ),
        (
            'title: "War" in May',
            "5:18: is not YAML: the value goes on behind its closing quote; put the whole value into single quotes: '\"War\" in May'",
        ),
        ("tittle: x", "5:5: unknown key 'tittle'; did you mean 'title'?"),
        (
            "where: {max_age: 2}",
            "5:13: rules.where.max_age: '2' is no duration; write a number with s, m, h or d",
        ),
        (
            "where: {sources: {exclude_tag: sport}}",
            "5:23: unknown key 'exclude_tag'; did you mean 'exclude_tags'?",
        ),
        (
            "again: [sources]",
            "5:13: rules.again: is not written as it should be; write languages, numbers, or sources+ and a number, such as sources+5",
        ),
        ("expires: soon", "5:5: rules.expires: is no date; write it as 2027-06-30"),
        ("let: {x: {entity: country/zz}}", "5:15: rule one: unknown entity 'country/zz'"),
        ("let: {x: {use: y}, y: {use: x}}", "rule one: 'x' uses itself; break the circle"),
        ("examples: [{fires: a, silent: b}]", "5:16: rule one: an example has either 'fires' or 'silent'"),
        ("examples: [{title: a}]", "5:16: rule one: an example has either 'fires' or 'silent'"),
        ("examples: [{silent: a, evidence: [a]}]", "5:28: rule one: 'evidence' has no meaning here"),
        ("match: b", "5:5: duplicate key 'match'; the first is on line 3; keep one"),
    ],
)
def test_a_mistake_in_a_rule_is_told_with_its_place(tmp_path: Path, key: str, message: str) -> None:
    found = refused(tmp_path, "bomb", f"    {key}\n")
    assert any(message in line for line in found), found


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{languages: english}", "5:13: rules.where.languages: 'english' is no language code; did you mean 'en'?"),
        ("{languages: [en, xq]}", "5:29: rules.where.languages: 'xq' is no language code; write two letters of ISO 639-1"),
        ("{languages: pt-BR}", "5:13: rules.where.languages: 'pt-BR' is no language code; did you mean 'pt'?"),
        ("{exclude_languages: ua}", "'ua' is no language code; did you mean 'uk'?"),
        ("{languages: []}", "5:13: rules.where.languages: is empty; write something, or remove the key"),
        ("{sources: {countries: [fr, uk]}}", "5:39: rules.where.sources.countries: 'uk' is no country code; did you mean 'gb'?"),
        ("{sources: {exclude_countries: xx}}", "'xx' is no country code; write two letters of ISO 3166-1"),
        ("{sources: {ids: [a b]}}", "5:29: rules.where.sources.ids: 'a b' is no source; write its short name"),
        ("{sources: {ids: ''}}", "'' is no source"),
        ("{sources: {sites: 'https://bbc.co.uk/news'}}", "5:23: rules.where.sources.sites: 'https://bbc.co.uk/news' is no site; write the host alone"),
        ("{sources: {ids: [a, 'b*'], exclude: [c, 'b*']}}", "5:39: rule one: 'b*' is wanted and excluded; keep one of them"),
        ("{languages: [en], exclude_languages: [en]}", "5:30: rule one: 'en' is wanted and excluded"),
        ("{sources: {tags: x, exclude_tags: x}}", "rule one: 'x' is wanted and excluded"),
        ("{min_length: 500, max_length: 100}", "5:30: rule one: no text has 500 characters or more and 100 or fewer; swap min_length and max_length"),
        ("{min_length: -1}", "5:13: rules.where.min_length: must be 0 or more; write 0 or a larger number"),
        ("{max_age: 0s}", "5:13: rules.where.max_age: an age must be longer than zero; write 48h or 7d"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_filter_is_told_with_its_place(tmp_path: Path, where: str, message: str) -> None:
    (found,) = refused(tmp_path, "bomb", f"    where: {where}\n")
    assert message.partition(": ")[2] in found or message in found, found
    if message[0].isdigit():
        assert found.startswith(message.partition(": ")[0]), found


def test_codes_and_sites_are_taken_as_people_write_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        watch="rules:\n  - id: one\n    match: bomb\n    where: {languages: EN, min_length: 5, max_length: 5, "
        "sources: {countries: [US, country/gb, xk], sites: www.BBC.co.uk}}\n",
    )
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    where = book.rules[0].rule.where
    assert (where.languages, where.countries, where.sites) == (("en",), ("us", "gb", "xk"), ("bbc.co.uk",))


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        ({"id": "a", "match": "b"}, True),
        ({"id": "a", "query": "b"}, True),
        ({"id": "a", "extends": "b"}, True),
        ({"id": "a", "extends": "b", "query": "c"}, True),
        ({"id": "a"}, False),
        ({"id": "a", "match": "b", "query": "b"}, False),
    ],
)
def test_the_schema_asks_for_a_match_or_a_query(rule: dict[str, str], good: bool) -> None:
    validator = jsonschema.Draft202012Validator(RuleFile.model_json_schema())
    assert validator.is_valid({"rules": [rule]}) is good


def test_a_rule_that_uses_itself_over_and_over_ends_with_an_error(tmp_path: Path) -> None:
    lets = ["    let:", "      a0: bomb"]
    lets += [f"      a{n}: {{all: [{{use: a{n - 1}}}, {{use: a{n - 1}}}]}}" for n in range(1, 40)]
    found = refused(tmp_path, "{use: a39}", "\n".join(lets) + "\n")
    assert len(found) == 1
    assert "more than 10000 clauses" in found[0]


def test_named_clauses_are_used(tmp_path: Path) -> None:
    write(
        tmp_path,
        lexicon=LEXICON,
        watch="rules:\n  - id: one\n    let: {who: {entity: country/ru}, both: {all: [{use: who}, bomb]}}\n"
        "    match: {all: [{use: both}], within: sentence}\n",
    )
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    fired = Engine(book.active(), book.table).read("", "A Russian bomb.", "en").fired
    assert [one.text for one in fired[0].evidence] == ["Russian", "bomb"]


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        lexicon=LEXICON + "  airstrike:\n    en: {terms: [x]}\n",
        more="entities:\n  nocountry: {en: {names: [X]}}\nconcepts: [a]\nstuff: 1\n",
        watch="rules:\n  - {id: Not An Id, match: bomb}\n  - {id: two}\n  - {id: three, match: {entity: org/x}}\n",
        cut="rules:\n  - id: four\n    match: {all: [bomb,\n",
        list="- a\n",
        notalist="rules: {id: x}\n",
    )
    (tmp_path / "latin.yml").write_bytes(b"rules: # \xe9\n")
    found = problems(load_rules([tmp_path]), tmp_path)
    for expected in (
        "lexicon.yaml:10:3: duplicate key 'airstrike'; the first is on line 7; keep one",
        "more.yaml:2:3: 'nocountry' is no id of entities; write country/xx",
        "more.yaml:3:1: concepts must map ids to entries",
        "more.yaml:4:1: unknown key 'stuff'; a rule file has rules, entities, concepts",
        "watch.yaml:2:6: rules.id: is not written as it should be; write lower-case words with hyphens",
        "watch.yaml:3:5: 'match' is missing; add it",
        "watch.yaml:4:26: rule three: unknown entity 'org/x'",
        "cut.yaml:4:1: is not YAML: a bracket is never closed; close each [ with ] and each { with }",
        "list.yaml:1:1: must be a mapping",
        "notalist.yaml:1:1: 'rules' must be a list; begin each rule with a dash",
        "latin.yml:1:10: is not UTF-8; save the file as UTF-8",
    ):
        file = expected.split(":")[0]
        assert any(line.startswith(f"{file}:") and expected.split(": ", 1)[1] in line for line in found), (
            expected,
            found,
        )


def test_ids_are_one_across_files_and_the_first_is_named(tmp_path: Path) -> None:
    write(
        tmp_path, a=RULE, b=RULE, lexicon=LEXICON, more="concepts:\n  drill:\n    en: {terms: [exercise]}\n"
    )
    found = problems(load_rules([tmp_path]), tmp_path)
    assert any("duplicate id 'one'; the first is in a.yaml:2; rename one" in line for line in found), found
    assert any("duplicate id 'drill'; the first is in lexicon.yaml:9; keep one" in line for line in found), (
        found
    )


def test_scalars_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    write(tmp_path, watch="rules:\n  - {id: one, match: no, tags: [on, 'yes'], title: 2024-01-01}\n")
    book = load_rules([tmp_path])
    assert problems(book, tmp_path) == []
    (loaded,) = book.rules
    assert (loaded.rule.tags, loaded.rule.title) == (("on", "yes"), "2024-01-01")
    assert Engine(book.active(), book.table).read("", "He said no.", "en").fired


def test_anchors_are_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, "&x {term: a}")
    assert found[0].startswith(
        "4:7: anchors (&) are not allowed; write the value out, or use `let` and `use`"
    )


def test_drafts_are_checked_but_not_evaluated(tmp_path: Path) -> None:
    write(
        tmp_path,
        watch="rules:\n  - {id: a, status: draft, match: bomb}\n  - {id: b, status: shadow, match: bomb}\n"
        "  - {id: c, match: bomb}\n",
    )
    book = load_rules([tmp_path])
    assert ids(book) == ["a", "b", "c"]
    assert [rule.id for rule in book.active()] == ["b", "c"]


def test_files_and_folders_are_loaded_together_hidden_ones_are_not(tmp_path: Path) -> None:
    for folder in ("one/deep", "one/.git", "two"):
        (tmp_path / folder).mkdir(parents=True)
    write(tmp_path / "one/deep", watch=RULE)
    write(tmp_path / "one/.git", watch="{")
    write(tmp_path / "two", lexicon=LEXICON, other="{")
    book = load_rules([tmp_path / "one", tmp_path / "two/lexicon.yaml"])
    assert problems(book, tmp_path) == []
    assert ids(book) == ["one"]
    with pytest.raises(InvalidFile, match="does not exist"):
        load_rules([tmp_path / "three"])


# --- versions -------------------------------------------------------------------------------


def test_a_version_names_the_content(tmp_path: Path) -> None:
    def version() -> str:
        return load_rules([tmp_path]).rules[0].rule.version

    write(tmp_path, lexicon=LEXICON, watch=RULE)
    first = version()
    write(tmp_path, watch="# a comment\n" + RULE)
    assert version() == first
    write(tmp_path, watch=RULE + "    severity: high\n")
    assert version() != first


# --- the last good version ------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        RULE[:-3],
        RULE + "  - id: two\n    match: {entity: country/zz}\n",
        RULE + "  - {id: two}\n",
        "rules: [",
        "rules:\n  - id: one\n    match: {event: &a airstrike}\n",
        "- nothing\n",
        "\0",
    ],
)
def test_a_broken_file_is_served_as_it_was(tmp_path: Path, broken: str) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE, other="rules:\n  - {id: other, match: bomb}\n")
    good = load_rules([tmp_path])
    write(tmp_path, watch=broken, other="rules:\n  - {id: other, match: mine}\n")
    book = load_rules([tmp_path], good)
    assert [loaded for loaded in book.rules if loaded.rule.id == "one"] == [good.rules[-1]]
    assert ids(book) == ["other", "one"]
    assert book.kept == (str(tmp_path / "watch.yaml"),)
    assert any("watch.yaml:" in line for line in problems(book, tmp_path))
    read = Engine(book.active(), book.table).read("", "A mine, a bomb.", "en")  # neighbours' edits are live
    assert [one.text for one in read.fired[0].evidence] == ["mine"]
    write(tmp_path, watch=RULE)
    mended = load_rules([tmp_path], book)
    assert problems(mended, tmp_path) == []
    assert mended.kept == ()


def test_a_broken_file_is_not_served_if_it_never_was_good(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE, bad="rules: [")
    book = load_rules([tmp_path])
    assert ids(book) == ["one"]
    assert book.kept == ()
    assert len(book.errors()) == 1


def test_at_the_first_start_only_what_is_broken_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        lexicon=LEXICON.replace("place/raqqa:\n    en:", "place/raqqa:\n    english:"),
        watch=RULE + "  - id: two\n    match: {entity: place/raqqa}\n  - {id: three, match: bomb}\n",
    )
    book = load_rules([tmp_path])
    assert ids(book) == ["one", "three"]
    assert len(book.errors()) == 2
    assert book.kept == ()


def test_a_broken_lexicon_file_keeps_its_names_and_the_rules_that_use_them(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE)
    good = load_rules([tmp_path])
    write(tmp_path, lexicon=LEXICON.replace("names: [Russia]", "nmaes: [Russia]"))
    book = load_rules([tmp_path], good)
    assert book.errors()
    assert ids(book) == ["one"]
    assert book.lexicon.forms == good.lexicon.forms


def test_an_entry_that_rules_still_use_is_served_although_its_file_has_lost_it(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE)
    good = load_rules([tmp_path])
    write(tmp_path, lexicon=LEXICON.replace("country/ru", "country/rus"))
    book = load_rules([tmp_path], good)
    assert any("unknown entity 'country/ru'" in line for line in problems(book, tmp_path))
    assert ids(book) == ["one"]
    assert Engine(book.active(), book.table).read("", "Russian airstrikes.", "en").fired


def test_a_deleted_file_takes_its_rules_along(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE, other="rules:\n  - {id: other, match: bomb}\n")
    good = load_rules([tmp_path])
    (tmp_path / "other.yaml").unlink()
    book = load_rules([tmp_path], good)
    assert ids(book) == ["one"]
    assert book.errors() == ()


def test_the_lexicon_is_the_same_object_until_a_file_of_it_changes(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE)
    first = load_rules([tmp_path])
    write(tmp_path, watch=RULE + "    severity: low\n")
    second = load_rules([tmp_path], first)
    assert second.table is first.table
    write(tmp_path, watch="rules: [")
    assert load_rules([tmp_path], second).table is first.table
    write(tmp_path, watch=RULE, lexicon=LEXICON + "  film:\n    en: {terms: [film]}\n")
    third = load_rules([tmp_path], second)
    assert third.table is not first.table
    assert "film" in third.lexicon.entries
    write(tmp_path, more="concepts:\n  flood:\n    en: {terms: [flood]}\n")
    fourth = load_rules([tmp_path], third)
    assert "flood" in fourth.lexicon.entries
    (tmp_path / "more.yaml").unlink()
    assert "flood" not in load_rules([tmp_path], fourth).lexicon.entries


def test_a_pack_gives_the_same_book_and_is_made_anew_when_files_change(tmp_path: Path) -> None:
    rules, pack = tmp_path / "rules", tmp_path / "cache" / "lexicon.pack"
    rules.mkdir()
    write(rules, lexicon=LEXICON, watch=RULE)
    first = load_rules([rules], pack=pack)
    assert pack.exists()
    second = load_rules([rules], pack=pack)
    assert second.lexicon.entries == first.lexicon.entries
    assert second.lexicon.forms == first.lexicon.forms
    text = "Russian airstrikes on Raqqa."
    fired = [Engine(book.active(), book.table).read("", text, "en").fired for book in (first, second)]
    assert fired[0]
    assert fired[0] == fired[1]
    write(rules, lexicon=LEXICON + "  film:\n    en: {terms: [film]}\n")
    assert "film" in load_rules([rules], pack=pack).lexicon.entries
    pack.write_bytes(b"\x93garbage")
    assert "film" in load_rules([rules], pack=pack).lexicon.entries
    assert "film" in load_rules([rules], pack=pack).lexicon.entries


def test_a_new_file_takes_no_id_away_from_a_file_that_nobody_touched(tmp_path: Path) -> None:
    write(tmp_path, lexicon=LEXICON, watch=RULE)
    good = load_rules([tmp_path])
    write(tmp_path, copied="rules:\n  - {id: one, match: another}\n  - {id: two, match: bomb}\n")
    book = load_rules([tmp_path], good)
    assert problems(book, tmp_path) == [
        f"copied.yaml:2:6: duplicate id 'one'; the first is in {tmp_path}/watch.yaml:2; rename one".replace(
            f"{tmp_path}/", ""
        )
    ]
    assert {loaded.rule.id: loaded.file for loaded in book.rules} == {
        "one": str(tmp_path / "watch.yaml"),
        "two": str(tmp_path / "copied.yaml"),
    }
    # Moved there for good, it is taken from there.
    (tmp_path / "watch.yaml").unlink()
    moved = load_rules([tmp_path], book)
    assert problems(moved, tmp_path) == []
    assert ids(moved) == ["one", "two"]
