"""The pipeline agrees with the design's picture and table, and what is shipped with its schemas."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from monitor.alerting.check import check_routing
from monitor.alerting.routing import Routing
from monitor.cli.authoring import schemas
from monitor.lexicon.schema import EMPTY
from monitor.located import read_yaml
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.notify.subscribers import load_subscribers
from monitor.pipeline import build, with_routing, with_rules
from monitor.rules.load import load_rules

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
ENGINE = Engine([], file_lexicon(EMPTY))
PIPELINE = build(ENGINE, Routing())


def test_stages_stand_in_the_order_of_the_picture() -> None:
    assert [(stage.name, stage.topics, stage.tables) for stage in PIPELINE.stages] == [
        ("feed-polls", ("feed-polls",), ("feed-state",)),
        ("clean", ("raw-articles",), ("source-lines",)),
        ("match", ("articles",), ()),
        ("alert", ("matches", "commands"), ("stories",)),
        ("outbox", ("deliveries", "attempts"), ("outbox", "endpoints")),
    ]


def test_each_table_has_one_writer_and_each_topic_one_reader() -> None:
    written = [table for stage in PIPELINE.stages for table in stage.tables]
    assert sorted(written) == sorted(table.name for table in PIPELINE.tables)
    assert len(written) == len(set(written))
    read = [topic for stage in PIPELINE.stages for topic in stage.topics]
    assert len(read) == len(set(read))
    assert {topic.name for topic in PIPELINE.topics} == {*read, "alerts", "dead-letters"}
    assert PIPELINE.dead_letters == "dead-letters"


def test_a_stage_has_one_partition_count_and_only_alerting_has_one_partition() -> None:
    single = {topic.name: topic.single for topic in PIPELINE.topics}
    single |= {table.name: table.single for table in PIPELINE.tables}
    for stage in PIPELINE.stages:
        assert len({single[name] for name in (*stage.topics, *stage.tables)}) == 1
    assert {name for name, one in single.items() if one} == {"matches", "commands", "stories"}


def test_retention_is_that_of_the_design() -> None:
    days = {topic.name: topic.retention / timedelta(days=1) for topic in PIPELINE.topics}
    assert (days.pop("raw-articles"), days.pop("articles")) == (3, 14)
    assert set(days.values()) == {90}


def test_indexes_follow_tables_of_their_stage() -> None:
    for stage in PIPELINE.stages:
        assert set(stage.indexes) <= set(stage.tables)


def test_swapped_handlers_are_those_of_stages() -> None:
    names = {stage.name for stage in PIPELINE.stages}
    assert set(with_rules(ENGINE)) == {"match"}
    assert set(with_routing(PIPELINE, Routing())) == {"alert"}
    assert {"match", "alert"} <= names


# --- what is shipped ------------------------------------------------------------------------

SCHEMAS = dict(schemas())


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_on_disk_are_those_that_are_printed(name: str) -> None:
    on_disk = json.loads((RULES / "schema" / f"{name}.json").read_text("utf-8"))
    assert on_disk == SCHEMAS[name], "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(on_disk)


def _schema_of(file: Path) -> Path:
    first = file.read_text("utf-8").split("\n", 1)[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix), f"{file} names no schema in its first line"
    return (file.parent / first.removeprefix(prefix)).resolve()


@pytest.mark.parametrize("file", sorted(RULES.rglob("*.yaml")), ids=lambda file: str(file.relative_to(RULES)))
def test_shipped_files_name_a_schema_and_meet_it(file: Path) -> None:
    schema = json.loads(_schema_of(file).read_text("utf-8"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(read_yaml(file).value))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def test_shipped_rules_have_no_problem_and_reach_someone() -> None:
    book = load_rules([RULES])
    assert book.problems == ()
    assert "ru-strikes-raqqa" in {loaded.rule.id for loaded in book.rules}
    assert list(check_routing(book, load_subscribers(RULES / "subscribers.yaml").routing)) == []
    assert all(loaded.examples for loaded in book.rules)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("watch", {"rules": [{"id": "a", "match": {"term": "x", "unknown": 1}}]}),
        ("watch", {"rules": [{"id": "Not An Id", "match": "x"}]}),
        ("watch", {"rules": [{"id": "a"}]}),
        ("watch", {"rules": [{"id": "a", "match": "x", "where": {"max_age": 5}}]}),
        ("subscribers", {"subscribers": [{"id": "a", "channel": {"kind": "pigeon"}}]}),
        ("feeds", {"feeds": [{"source": "x"}]}),
        ("monitor", {"runtime": "faust"}),
    ],
)
def test_schemas_refuse_what_the_loaders_refuse(name: str, document: object) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMAS[name]).is_valid(document)


@pytest.mark.parametrize(
    "clause",
    [
        "bomb",
        {"term": "WHO", "case": True},
        {"entity": "country/ru"},
        {"concept": ["a", "b"], "inner": True},
        {"all": ["a", {"none": ["b"]}], "within": "5 words"},
        {"near": ["a", "b"], "words": 3, "ordered": True},
        {"mentions": 3, "of": "bomb"},
        {"at_least": 2, "of": ["a", "b", {"any": ["c"]}]},
        {"score": [{"clause": "a", "weight": -1.5}], "threshold": 0},
        {"title": "a", "lead": {"term": "b"}},
        {"event": "airstrike", "actor": "country/ru", "place": ["place/raqqa"], "scope": "paragraph", "unless": []},
    ],
)  # fmt: skip
def test_schemas_take_every_clause_of_the_language(clause: object) -> None:
    document = {"rules": [{"id": "a", "match": clause}]}
    jsonschema.Draft202012Validator(SCHEMAS["watch"]).validate(document)
