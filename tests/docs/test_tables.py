"""Tables of the documentation against the code that they describe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor.config import PREFIX, Settings
from monitor.durations import format_duration
from monitor.notify.channels import channels
from monitor.rules.lint import CHECKS
from monitor.rules.schema import ClauseModel, RuleModel, SourcesModel, WhereModel
from monitor.web.catalogue import table
from tests.docs.sandbox import PROJECT

DOCS = PROJECT / "docs"


def rows(page: str) -> list[list[str]]:
    """The cells of every table row of a page, the code in the first one without its ticks."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def settings(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, default and variable of each setting, nested ones by their path."""
    for name, field in model.model_fields.items():
        key = f"{before}{name}"
        inner = [one for one in (field.annotation, *get_args(field.annotation)) if _is_model(one)]
        optional = field.default is None
        if not inner or optional:
            yield key, shown(field.default), f"{PREFIX}{key.upper().replace('.', '__')}"
        for one in inner:
            yield from settings(one, f"{key}.")


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def shown(value: Any) -> str:
    """A default as the table writes it."""
    if value is PydanticUndefined:
        return "required"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f"`{format_duration(value.total_seconds()).replace('1d', '24h')}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(shown(one).strip('`') for one in value)}]`"
    return f"`{value}`" if str(value) else ""


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    told = [tuple(row[:3]) for row in rows("configuration.md")]
    real = [
        (f"`{key}`", default if key != "inbox" else "`inbox` in `data_dir`", f"`{variable}`")
        for key, default, variable in settings(Settings)
    ]
    assert told == real


def test_every_metric_stands_in_the_table() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    part = re.search(r"<!-- metrics -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert part is not None
    assert part[1].strip() == table().strip(), "run: python -m tests.docs.metrics_table"


def test_every_key_of_a_rule_is_told() -> None:
    told = {re.sub("`", "", one) for row in rows("rule-reference.md") for one in row[0].split(", ")}
    sources = {f"sources.{name}" for name in SourcesModel.model_fields}
    assert {*RuleModel.model_fields, *WhereModel.model_fields} - {"sources"} | sources <= told


def test_every_finding_of_a_rule_is_told_with_its_level() -> None:
    told = {(row[0], row[1]) for row in rows("rule-tools.md") if len(row) == 3}
    assert {(f"`{check.code}`", check.level) for check in CHECKS} <= told


@pytest.mark.parametrize("key", ClauseModel.model_fields)
def test_every_key_of_a_clause_is_shown_in_an_example(key: str) -> None:
    text = (DOCS / "rule-reference.md").read_text("utf-8")
    examples = "".join(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert re.search(rf"\b{key}:", examples) or key == "term"  # a bare text
    assert f"`{key}" in text


@pytest.mark.parametrize("kind", sorted(channels()))
def test_every_option_of_a_channel_is_told(kind: str) -> None:
    text = (DOCS / "delivery.md").read_text("utf-8")
    part = text.split(f"### `{kind}`", 1)[1].split("\n##", 1)[0]
    fields = channels()[kind].options.model_fields
    for name, field in fields.items():
        assert f"`{field.alias or name}`" in part
