"""Rule folders: watch rules, entities and concepts, loaded together, the last good version kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec
from pydantic import ValidationError

from monitor.lexicon.load import LexiconBuilder
from monitor.lexicon.schema import Lexicon
from monitor.located import InvalidFile, Key, Located, Place, Problem, problems_of, read_yaml
from monitor.matching.rule import Rule, Where
from monitor.rules.clauses import ClauseReader
from monitor.rules.schema import ExampleModel, RuleModel, WhereModel

SECTIONS = ("rules", "entities", "concepts")
ELSEWHERE = ("feeds", "subscribers", "subscriptions", "operator", "default")
"""Keys of files in a rule folder that others read."""

_canonical = msgspec.json.Encoder(order="deterministic")


class LoadedRule(msgspec.Struct, frozen=True):
    """A rule with what tools need of its file."""

    rule: Rule
    file: str
    line: int
    model: RuleModel

    @property
    def examples(self) -> Sequence[ExampleModel]:
        return self.model.examples


class RuleBook(msgspec.Struct, frozen=True):
    """Everything loaded together. ``problems`` are those of the newest files, used or not."""

    rules: tuple[LoadedRule, ...]
    lexicon: Lexicon
    problems: tuple[Problem, ...]
    files: Mapping[str, Located]
    kept: tuple[str, ...] = ()  # broken files whose last good version is served

    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")

    def active(self) -> tuple[Rule, ...]:
        """Rules that are evaluated: all but drafts."""
        return tuple(loaded.rule for loaded in self.rules if loaded.rule.status != "draft")


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """YAML files in these folders and files, in a stable order. Raises ``InvalidFile``."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for suffix in ("*.yaml", "*.yml"):
                for file in sorted(path.rglob(suffix)):
                    if not any(part.startswith(".") for part in file.relative_to(path).parts):
                        found[file] = None
        elif path.exists():
            found[path] = None
        else:
            raise InvalidFile([Problem(str(path), 1, 1, "does not exist", "give a folder or file of rules")])
    return list(found)


def load_rules(paths: Iterable[Path], previous: RuleBook | None = None) -> RuleBook:
    """Load all files; a broken one is served as it stood in ``previous``, or not at all."""
    problems: list[Problem] = []
    files: dict[str, Located] = {}
    good = previous.files if previous is not None else {}
    kept: list[str] = []
    for path in rule_files(paths):
        name = str(path)
        try:
            files[name] = read_yaml(path)
        except InvalidFile as error:
            problems.extend(error.problems)
            kept.append(name)
            if name in good:
                files[name] = good[name]
    book = _assemble(files)
    problems.extend(book.problems)
    broken = {problem.file for problem in book.errors()} - set(kept)
    while broken:
        for name in broken:
            kept.append(name)
            if name in good:
                files[name] = good[name]
            else:
                files.pop(name, None)
        book = _assemble(files)
        broken = {problem.file for problem in book.errors()} - set(kept)
    unique = tuple(dict.fromkeys(problems))
    return RuleBook(book.rules, book.lexicon, unique, files, tuple(name for name in kept if name in good))


def _assemble(files: Mapping[str, Located]) -> RuleBook:
    """One book of these files; rules with errors are left out and said."""
    builder = LexiconBuilder()
    problems: list[Problem] = []
    for located in files.values():
        problems.extend(_sections(located))
        builder.add(located)
    lexicon = builder.build()
    problems.extend(builder.problems)
    rules: dict[str, LoadedRule] = {}
    for located in files.values():
        entries = located.value.get("rules") if isinstance(located.value, dict) else None
        if entries is None:
            continue
        if not isinstance(entries, list):
            problems.append(located.problem(("rules",), "'rules' must be a list", "begin each rule with a dash"))
            continue
        for number, value in enumerate(entries):
            loaded = _rule(located, ("rules", number), value, lexicon, problems)
            if loaded is None:
                continue
            if loaded.rule.id in rules:
                first = rules[loaded.rule.id]
                problems.append(
                    located.problem(
                        ("rules", number, "id"),
                        f"duplicate id {loaded.rule.id!r}",
                        f"the first is in {first.file}:{first.line}; rename one",
                    )
                )
            else:
                rules[loaded.rule.id] = loaded
    return RuleBook(tuple(rules.values()), lexicon, tuple(problems), files)


def _sections(located: Located) -> Iterable[Problem]:
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
    return LoadedRule(msgspec.structs.replace(rule, version=version), located.file, located.at(place)[0], model)


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
