"""YAML of the documentation through the loaders of the files that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from monitor.cleaning.clean import clean_document
from monitor.config import load_settings
from monitor.feeds.load import load_feeds
from monitor.notify.channels import target_of
from monitor.notify.subscribers import load_subscribers
from monitor.rules.examples import run_examples
from monitor.rules.load import load_rules
from monitor.rules.schema import RuleModel
from tests.docs.sandbox import PROJECT

_RULES = {"rules", "entities", "concepts"}
_SUBSCRIBERS = {"subscribers", "subscriptions", "operator", "default"}
_CLAUSES = {"match", "query", "extends"}
"""Of these a fragment of a rule has one at least."""


class YamlBlocks:
    """Takes the blocks of one page. Rules and lexicon are loaded together at the end, as they are live."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._failing: set[str] = set()

    def take(self, place: str, text: str, *, fails: bool = False) -> Iterator[str]:
        """What is wrong with a block, by the shape that its keys show. ``fails``: it shows an example that
        is not as it should be."""
        value = yaml.safe_load(text)
        if not isinstance(value, Mapping):
            yield "is no mapping"
            return
        keys = set(value)
        file = self._folder / f"{place.replace(':', '-')}.yaml"
        fragment = bool(keys & _CLAUSES) and keys <= set(RuleModel.model_fields)
        file.write_text(_as_rule(text, keys, file.stem) if fragment else text, "utf-8")
        if fragment or keys <= _RULES:
            self._files.append(file)
            if fails:
                self._failing.add(str(file))
        elif keys == {"feeds"}:
            load_feeds(file)
        elif keys <= _SUBSCRIBERS and "subscribers" in keys:
            load_subscribers(file)
        elif keys == {"channel"}:
            target_of(value["channel"])
        else:
            load_settings(file)

    def end(self) -> Iterator[str]:
        """What is wrong with the rules of the page and with their examples."""
        if not self._files:
            return
        shipped = PROJECT / "rules"
        book = load_rules([shipped / "concepts", shipped / "entities", *self._files])
        yield from (str(problem) for problem in book.errors())
        failing = set(self._failing)
        for result in run_examples(book, _clean):
            if result.failure and result.rule.file in self._failing:
                failing.discard(result.rule.file)
            elif result.failure:
                yield f"{result.rule.file}: example {result.number}: {result.failure}"
        yield from (f"{file}: all examples are as they should be" for file in sorted(failing))
        loaded = {one.file for one in book.rules}
        for file in self._files:
            if str(file) not in loaded and "rules" in yaml.safe_load(file.read_text("utf-8")):
                yield f"{file}: no rule was loaded"


def _as_rule(text: str, keys: set[Any], name: str) -> str:
    """A fragment of a rule as a whole file, in the fragment's own writing."""
    id = name.lower().replace(".md", "").replace("_", "-").replace(".", "-")
    body = text if "id" in keys else f"id: {id}\n{text}"
    lines: Sequence[str] = body.rstrip("\n").split("\n")
    return "rules:\n" + "".join(f"  {'  ' if number else '- '}{line}\n" for number, line in enumerate(lines))


def _clean(title: str, text: str, language: str) -> tuple[str, str, str]:
    article = clean_document(title=title, text=text, language=language, seen=datetime.now(UTC))
    return article.title, article.text, article.language
