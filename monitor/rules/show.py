"""A rule as it was loaded, written out: ``let``, ``use`` and ``extends`` resolved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any as Value

import yaml

from monitor.located import MAX_DEPTH, InvalidFile, parse_yaml
from monitor.matching.clauses import (
    DEFAULT_UNLESS,
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
)
from monitor.matching.rule import Where
from monitor.rules.book import LoadedRule

WIDTH = 100
_SPARE = 8  # levels of a file around a clause


class TooDeep(ValueError):
    """A rule whose clauses, written out, are nested deeper than a file may be."""


def clause_value(clause: Clause) -> Value:
    """The clause as a rule file has it: a text, or a mapping of JSON values."""
    match clause:
        case Term(text=text, case=case):
            return {"term": text, "case": True} if case else text
        case Names(ids=ids, concept=concept, inner=inner):
            return {"concept" if concept else "entity": _ids(ids)} | ({"inner": True} if inner else {})
        case All(parts=parts, none=none, within=within):
            found: dict[str, Value] = {}
            if parts:
                found["all"] = [clause_value(part) for part in parts]
            if none:
                found["none"] = [clause_value(part) for part in none]
            if within is not None:
                found["within"] = f"{within} words" if isinstance(within, int) else within
            return found
        case Any(parts=parts):
            return {"any": [clause_value(part) for part in parts]}
        case Near(parts=parts, words=words, ordered=ordered):
            near = {"near": [clause_value(part) for part in parts], "words": words}
            return near | ({"ordered": True} if ordered else {})
        case AtLeast(count=count, parts=parts):
            return {"at_least": count, "of": [clause_value(part) for part in parts]}
        case Mentions(count=count, of=of):
            return {"mentions": count, "of": clause_value(of)}
        case Score(parts=weighted, threshold=threshold):
            score = [{"clause": clause_value(one.clause), "weight": one.weight} for one in weighted]
            return {"score": score, "threshold": threshold}
        case Scope(field=field, of=of):
            return {field: clause_value(of)}
        case Frame():
            return _frame(clause)
    raise TypeError(f"not a clause: {clause!r}")


def _frame(frame: Frame) -> dict[str, Value]:
    found: dict[str, Value] = {"event": _ids(frame.event)}
    for role in ("actor", "place", "target"):
        ids = getattr(frame, role)
        if ids:
            found[role] = _ids(ids)
    if frame.scope != "sentence":
        found["scope"] = frame.scope
    if frame.unless != DEFAULT_UNLESS:
        found["unless"] = list(frame.unless)
    return found


def _ids(ids: tuple[str, ...]) -> str | list[str]:
    return ids[0] if len(ids) == 1 else list(ids)


def where_value(where: Where) -> dict[str, Value]:
    """The filters as ``where`` has them; only those that are set."""
    found: dict[str, Value] = {}
    sources: dict[str, Value] = {}
    for inside, key, name in (
        (found, "languages", "languages"),
        (found, "exclude_languages", "exclude_languages"),
        (sources, "ids", "sources"),
        (sources, "exclude", "exclude_sources"),
        (sources, "tags", "tags"),
        (sources, "exclude_tags", "exclude_tags"),
        (sources, "countries", "countries"),
        (sources, "exclude_countries", "exclude_countries"),
        (sources, "sites", "sites"),
        (sources, "exclude_sites", "exclude_sites"),
    ):
        if values := getattr(where, name):
            inside[key] = list(values)
    if sources:
        found["sources"] = sources
    if where.max_age is not None:
        found["max_age"] = _duration(where.max_age)
    for key in ("min_length", "max_length"):
        if value := getattr(where, key):
            found[key] = value
    return found


def _duration(age: timedelta) -> str:
    """To the millisecond, as ``parse_duration`` reads it."""
    parts = [
        (age.days, "d"),
        (age.seconds // 3600, "h"),
        (age.seconds // 60 % 60, "m"),
        (age.seconds % 60, "s"),
    ]
    parts.append((age.microseconds // 1000, "ms"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def rule_value(loaded: LoadedRule) -> dict[str, Value]:
    """The rule as a rule file has it, every key that is not as if it were left out."""
    rule, model = loaded.rule, loaded.model
    found: dict[str, Value] = {"id": rule.id}
    if model.title:
        found["title"] = model.title
    if model.description:
        found["description"] = model.description
    found["severity"] = rule.severity
    if rule.tags:
        found["tags"] = list(rule.tags)
    if model.owner:
        found["owner"] = model.owner
    if rule.status != "active":
        found["status"] = rule.status
    if model.review_by is not None:
        found["review_by"] = model.review_by.isoformat()
    if where := where_value(rule.where):
        found["where"] = where
    found["match"] = clause_value(rule.clause)
    if rule.again:
        found["again"] = list(rule.again)
    if model.expires is not None:
        found["expires"] = model.expires.isoformat()
    if rule.subscribers:
        found["subscribers"] = list(rule.subscribers)
    if model.examples:
        found["examples"] = [
            {key: list(value) if isinstance(value, tuple) else value for key, value in example}
            for example in (one.model_dump(exclude_defaults=True).items() for one in model.examples)
        ]
    return found


def rule_yaml(loaded: LoadedRule) -> str:
    """A rule file with this rule alone, which loads to the same rule. Raises ``TooDeep``."""
    value = {"rules": [rule_value(loaded)]}
    if _depth(value) > MAX_DEPTH - _SPARE:
        raise TooDeep(f"rule {loaded.rule.id}: its clauses are nested too deep to be written out")
    return yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )


def _depth(value: Value) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our own reading of YAML would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand further in than their key."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        style = None if parse_yaml(text, "").value == text else '"'
    except InvalidFile:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: yaml.SafeDumper, values: list[Value]) -> yaml.SequenceNode:
    """A short list of words stands on one line."""
    short = all(isinstance(one, str) for one in values) and sum(map(len, values)) < WIDTH - 30
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
