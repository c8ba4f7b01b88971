"""Rule folders: watch rules, entities and concepts, loaded together, the last good version kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from monitor.lexicon.load import LexiconBuilder
from monitor.located import InvalidFile, Located, Problem, read_file
from monitor.matching.pack import Pack, read_pack, undisturbed, write_pack
from monitor.matching.plan import file_lexicon
from monitor.rules.book import LoadedFile, LoadedRule, RuleBook
from monitor.rules.read import check_sections, read_rules


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
    held = _held(files, previous)
    for located in read.values():
        problems.extend(check_sections(located))
        read_rules(located, table.lexicon, held, rules, problems)
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


def _held(files: Mapping[str, LoadedFile], previous: RuleBook | None) -> Mapping[str, LoadedRule]:
    """Rules in files that nobody touched: no other file takes their ids away, whatever its name."""
    if previous is None:
        return {}
    return {
        loaded.rule.id: loaded
        for loaded in previous.rules
        if loaded.file in files and files[loaded.file] is previous.files.get(loaded.file)
    }


def _has(located: Located, *sections: str) -> bool:
    value = located.value
    return isinstance(value, dict) and any(section in value for section in sections)
