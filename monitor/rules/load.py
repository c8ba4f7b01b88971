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
from monitor.located import InvalidFile, Key, Located, Place, Problem, decode_yaml, problems_of, read_file
from monitor.matching.pack import Pack, read_pack, undisturbed, write_pack
from monitor.matching.plan import LexiconTable, file_lexicon
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


class LoadedFile:
    """A file's bytes, and the document in them, read when it is first needed."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.digest = hashlib.sha256(data).digest()
        self._data = data
        self._located: Located | None = None

    @property
    def located(self) -> Located:
        """The document. Raises ``InvalidFile``."""
        if self._located is None:
            self._located = decode_yaml(self._data, self.name)
        return self._located


class RuleBook(msgspec.Struct, frozen=True):
    """Everything loaded together. ``problems`` are those of the newest files, used or not.

    ``spoken`` are the digests of the files that the lexicon was made of: as long as they stay, the
    table is the same object.
    """

    rules: tuple[LoadedRule, ...]
    table: LexiconTable
    problems: tuple[Problem, ...]
    files: Mapping[str, LoadedFile]
    kept: tuple[str, ...] = ()  # broken files whose last good version is served
    spoken: Mapping[str, bytes] = {}
    lexicon_problems: tuple[Problem, ...] = ()

    @property
    def lexicon(self) -> Lexicon:
        """All entities and concepts."""
        return self.table.lexicon

    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep something from being used."""
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


def load_rules(
    paths: Iterable[Path], previous: RuleBook | None = None, *, pack: Path | None = None
) -> RuleBook:
    """Load all files; a broken one is served as it stood in ``previous``, or else without what is broken.

    ``pack``: where a lexicon that was made is kept for the next process.
    """
    problems: list[Problem] = []
    files: dict[str, LoadedFile] = {}
    good = previous.files if previous is not None else {}
    kept: list[str] = []
    for path in rule_files(paths):
        name = str(path)
        try:
            files[name] = _load_file(path, good.get(name))
        except InvalidFile as error:
            problems.extend(error.problems)
            kept.append(name)
            if name in good:
                files[name] = good[name]
    packed = read_pack(pack) if pack is not None and previous is None else None
    book = _assemble(files, previous, packed)
    problems.extend(book.problems)
    while broken := {problem.file for problem in book.errors()} - set(kept):
        kept.extend(sorted(broken))
        older = {name: good[name] for name in broken if name in good and files.get(name) is not good[name]}
        if older:
            files |= older
            book = _assemble(files, previous, packed)
    if previous is not None and _lost(book, previous):
        kept.extend(name for name in previous.spoken if files.get(name) is not good[name])
        files |= {name: good[name] for name in previous.spoken}
        book = _assemble(files, previous, packed)
    if pack is not None and not kept and book.spoken and (packed is None or packed.files != book.spoken):
        write_pack(pack, book.spoken, book.table, book.lexicon_problems)
    return msgspec.structs.replace(
        book,
        problems=tuple(dict.fromkeys(problems)),
        kept=tuple(dict.fromkeys(name for name in kept if name in good)),
    )


def _lost(book: RuleBook, previous: RuleBook) -> bool:
    """Whether a rule that nobody touched is gone, since the lexicon no longer has what it names."""
    there = {loaded.rule.id for loaded in book.rules}
    return any(
        loaded.rule.id not in there and book.files.get(loaded.file) is previous.files.get(loaded.file)
        for loaded in previous.rules
    )


def _load_file(path: Path, previous: LoadedFile | None) -> LoadedFile:
    """The file, the same object if its bytes are the same. Raises ``InvalidFile``."""
    loaded = LoadedFile(str(path), read_file(path))
    return previous if previous is not None and previous.digest == loaded.digest else loaded


def _assemble(files: Mapping[str, LoadedFile], previous: RuleBook | None, packed: Pack | None) -> RuleBook:
    """One book of these files; what has errors is left out and said."""
    problems: list[Problem] = []
    read: dict[str, Located] = {}
    spoken = _spoken_by(files, previous, packed)
    for name, file in files.items():
        if name not in spoken:
            try:
                read[name] = file.located
            except InvalidFile as error:
                problems.extend(error.problems)
    if any(_has(located, "entities", "concepts") for located in read.values()):
        spoken = {}  # a file that speaks is new: the lexicon is made anew
        for name, file in files.items():
            if name not in read and name not in {problem.file for problem in problems}:
                read[name] = file.located
    if spoken and previous is not None and spoken == previous.spoken:
        table, lexicon_problems = previous.table, previous.lexicon_problems
    elif spoken and packed is not None:
        table, lexicon_problems = packed.table(), packed.problems
    else:
        speaking = {name: one for name, one in read.items() if _has(one, "entities", "concepts")}
        spoken = {name: files[name].digest for name in speaking}
        builder = LexiconBuilder()
        with undisturbed():
            for located in speaking.values():
                builder.add(located)
            table = file_lexicon(builder.build())
        lexicon_problems = tuple(builder.problems)
    problems.extend(lexicon_problems)
    rules: dict[str, LoadedRule] = {}
    for located in read.values():
        problems.extend(_sections(located))
        _read_rules(located, table.lexicon, rules, problems)
    return RuleBook(
        tuple(rules.values()),
        table,
        tuple(problems),
        dict(files),
        spoken=spoken,
        lexicon_problems=lexicon_problems,
    )


def _spoken_by(
    files: Mapping[str, LoadedFile], previous: RuleBook | None, packed: Pack | None
) -> Mapping[str, bytes]:
    """Files that need no reading, since a lexicon made of just these is there; none, if there is none."""
    for spoken in (
        previous.spoken if previous is not None else {},
        packed.files if packed is not None else {},
    ):
        if spoken and all(name in files and files[name].digest == digest for name, digest in spoken.items()):
            return dict(spoken)
    return {}


def _has(located: Located, *sections: str) -> bool:
    value = located.value
    return isinstance(value, dict) and any(section in value for section in sections)


def _read_rules(
    located: Located, lexicon: Lexicon, rules: dict[str, LoadedRule], problems: list[Problem]
) -> None:
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
        first = rules.setdefault(loaded.rule.id, loaded)
        if first is not loaded:
            problems.append(
                located.problem(
                    ("rules", number, "id"),
                    f"duplicate id {loaded.rule.id!r}",
                    f"the first is in {first.file}:{first.line}; rename one",
                )
            )


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
