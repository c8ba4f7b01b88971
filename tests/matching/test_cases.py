"""The cases that every matching engine must pass, kept as they were agreed upon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from monitor.cleaning.language import detect
from monitor.lexicon.load import LexiconBuilder
from monitor.located import Located, read_yaml
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import LexiconTable, file_lexicon
from monitor.matching.rule import Rule
from monitor.rules.clauses import ClauseReader
from monitor.rules.schema import Clause

DATA = read_yaml(Path(__file__).with_name("matching-cases.yaml")).value
CLAUSE: TypeAdapter[Any] = TypeAdapter(Clause)


@pytest.fixture(scope="module")
def table() -> LexiconTable:
    builder = LexiconBuilder()
    builder.add(Located("matching-cases.yaml", DATA["lexicon"], {}))
    lexicon = builder.build()
    assert builder.problems == []
    return file_lexicon(lexicon)


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["name"])
def test_case(case: dict[str, Any], table: LexiconTable) -> None:
    problems: list[tuple[object, ...]] = []
    reader = ClauseReader(table.lexicon, {}, lambda *problem: problems.append(problem))
    clause = reader.read(CLAUSE.validate_python(case["match"]), ())
    assert problems == []
    engine = Engine([Rule(id="case", version="1", title="", clause=clause)], table)
    title, text = case.get("title", ""), case["text"]
    reading = engine.read(title, text, detect(text, title=title))
    assert bool(reading.fired) is case["fires"]
    for fired in reading.fired:
        for evidence in fired.evidence:
            source = title if evidence.field == "title" else text
            assert source[evidence.start : evidence.end] == evidence.text
        if "evidence" in case:
            assert [evidence.text for evidence in fired.evidence] == case["evidence"]
