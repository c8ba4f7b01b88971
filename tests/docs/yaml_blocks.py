"""YAML of the documentation through the loaders of the files that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from monitor.cleaning.clean import clean_document
from monitor.config import load_settings
from monitor.feeds.load import load_feeds
from monitor.notify.channels import target_of
from monitor.notify.subscribers import load_subscribers
from monitor.rules.examples import run_examples
from monitor.rules.load import RuleBook, load_rules
from monitor.rules.schema import RuleModel
from tests.docs.sandbox import PROJECT

_RULES = {"rules", "entities", "concepts"}
_SUBSCRIBERS = {"subscribers", "subscriptions", "operator", "default"}


@cache
def shipped() -> RuleBook:
    """The rules of the project: their lexicon is loaded once."""
    return load_rules([PROJECT / "rules"])


def problems(text: str, folder: Path) -> list[str]:
    """What is wrong with a block, by the shape that its keys show. ``folder`` is for scratch files."""
    value = yaml.safe_load(text)
    if not isinstance(value, Mapping):
        return ["is no mapping"]
    keys = set(value)
    file = folder / "block.yaml"
    file.write_text(text, "utf-8")
    if keys <= _RULES:
        return _rule_file(file, keys)
    if keys == {"feeds"}:
        load_feeds(file)
        return []
    if keys <= _SUBSCRIBERS and "subscribers" in keys:
        load_subscribers(file)
        return []
    if keys == {"channel"}:
        target_of(value["channel"])
        return []
    if "match" in keys and keys <= set(RuleModel.model_fields):
        file.write_text(_as_rule(text, keys), "utf-8")
        return _rule_file(file, {"rules"})
    load_settings(file, {})
    return []


def _as_rule(text: str, keys: set[Any]) -> str:
    """A fragment of a rule as a whole file, in the fragment's own writing."""
    body = text if "id" in keys else f"id: example\n{text}"
    lines = body.rstrip("\n").split("\n")
    return "rules:\n" + "".join(
        f"  {'- ' if not number else '  '}{line}\n" for number, line in enumerate(lines)
    )


def _rule_file(file: Path, keys: set[Any]) -> list[str]:
    book = load_rules([file, PROJECT / "rules" / "entities", PROJECT / "rules" / "concepts"], shipped_as(file))
    found = [str(problem) for problem in book.errors()]
    if keys == {"rules"} or "rules" in keys:
        mine = [loaded for loaded in book.rules if loaded.file == str(file)]
        ids = [loaded.rule.id for loaded in mine]
        found += [
            f"{one.rule.rule.id}, example {one.number}: {one.failure}"
            for one in (run_examples(book, _clean, ids) if ids else ())
            if one.failure
        ]
        if not ids and not found:
            found.append("no rule was loaded")
    return found


def shipped_as(file: Path) -> RuleBook:
    """The book whose files are not parsed again."""
    assert not str(file).startswith(str(PROJECT / "rules"))
    return shipped()


def _clean(title: str, text: str, language: str) -> tuple[str, str, str]:
    article = clean_document(title=title, text=text, language=language, seen=datetime.now(UTC))
    return article.title, article.text, article.language
