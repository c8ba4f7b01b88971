"""From a file's document to its rules, with every problem where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

import msgspec
from pydantic import ValidationError

from monitor.lexicon.schema import Lexicon
from monitor.located import Key, Located, Place, Problem, problems_of
from monitor.matching.rule import Rule, Where
from monitor.rules.book import LoadedRule
from monitor.rules.clauses import ClauseReader
from monitor.rules.schema import RuleModel, WhereModel

SECTIONS = ("rules", "entities", "concepts")
ELSEWHERE = ("feeds", "subscribers", "subscriptions", "operator", "default")
"""Keys of files in a rule folder that others read."""

_canonical = msgspec.json.Encoder(order="deterministic")


def read_rules(
    located: Located,
    lexicon: Lexicon,
    held: Mapping[str, LoadedRule],
    rules: dict[str, LoadedRule],
    problems: list[Problem],
) -> None:
    """Add the rules of a file to ``rules``, and what is wrong with them to ``problems``.

    An id that is in ``held``, from another file, or in ``rules`` already is taken.
    """
    entries = located.value.get("rules") if isinstance(located.value, dict) else None
    if entries is None:
        return
    if not isinstance(entries, list):
        problems.append(located.problem(("rules",), "'rules' must be a list", "begin each rule with a dash"))
        return
    for number, value in enumerate(entries):
        loaded = _rule(located, ("rules", number), value, lexicon, problems)
        if loaded is None:
            continue
        first = held.get(loaded.rule.id)
        if first is None or first.file == located.file:
            first = rules.setdefault(loaded.rule.id, loaded)
        if first is not loaded:
            problems.append(
                located.problem(
                    ("rules", number, "id"),
                    f"duplicate id {loaded.rule.id!r}",
                    f"the first is in {first.file}:{first.line}; rename one",
                )
            )


def check_sections(located: Located) -> Iterable[Problem]:
    if located.value is None:
        return
    if not isinstance(located.value, dict):
        yield located.problem((), "must be a mapping", f"with one of {', '.join(SECTIONS)}")
        return
    for key in located.value:
        if key not in SECTIONS and key not in ELSEWHERE:
            yield located.problem((key,), f"unknown key {key!r}", f"a rule file has {', '.join(SECTIONS)}")


def _rule(
    located: Located, place: Place, value: object, lexicon: Lexicon, problems: list[Problem]
) -> LoadedRule | None:
    try:
        model = RuleModel.model_validate(value)
    except ValidationError as error:
        problems.extend(problems_of(error, located, place))
        return None
    found: list[Problem] = []

    def report(at: Sequence[Key], message: str, remedy: str) -> None:
        inside = at if at[: len(place)] == place else (*place, *at)
        found.append(located.problem(inside, f"rule {model.id}: {message}", remedy))

    reader = ClauseReader(lexicon, model.let, report)
    clause = reader.read(model.match, (*place, "match"))
    for name, named in model.let.items():  # those that nothing uses as well
        reader.read(named, ("let", name))
    for number, example in enumerate(model.examples):
        if (example.fires is None) == (example.silent is None):
            report(("examples", number), "an example has either 'fires' or 'silent'", "give one of them")
        elif example.silent is not None and example.evidence is not None:
            report(
                ("examples", number, "evidence"), "'evidence' has no meaning here", "it belongs to 'fires'"
            )
    problems.extend(dict.fromkeys(found))
    if found:
        return None
    rule = Rule(
        id=model.id,
        version="",
        title=model.title or model.id,
        clause=clause,
        status=model.status,
        severity=model.severity,
        tags=model.tags,
        where=_where(model.where),
        again=model.again,
        expires=_moment(model.expires),
        subscribers=model.subscribers,
    )
    version = hashlib.sha256(_canonical.encode(rule)).hexdigest()[:16]
    return LoadedRule(
        msgspec.structs.replace(rule, version=version), located.file, located.at(place)[0], model
    )


def _where(model: WhereModel) -> Where:
    sources = model.sources
    return Where(
        languages=model.languages or (),
        sources=sources.ids or (),
        exclude_sources=sources.exclude or (),
        tags=sources.tags or (),
        exclude_tags=sources.exclude_tags or (),
        countries=sources.countries or (),
        exclude_countries=sources.exclude_countries or (),
        max_age=model.max_age,
        min_length=model.min_length,
        max_length=model.max_length,
    )


def _moment(value: datetime | date | None) -> datetime | None:
    """A bare date means its end, in UTC."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time.max, UTC)
