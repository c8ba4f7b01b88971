"""Rule folders: watch rules, entities and concepts, loaded together, the last good version kept.

Loading again costs about what has changed: a file whose size, times and inode are the same is not read,
a file with the same bytes gives the same rules, as the same objects, unless what they name in the
lexicon or the rules that they extend have changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from monitor.lexicon.load import LexiconBuilder
from monitor.located import InvalidFile, Problem, read_file
from monitor.matching.collector import undisturbed
from monitor.matching.filing.lexicon import LexiconTable, file_lexicon
from monitor.matching.pack import Pack, read_pack, write_pack
from monitor.rules.book import LoadedFile, RuleBook, Stamp
from monitor.rules.gather import gather

SETTLED_NS = 2_000_000_000
"""A file written less than so long before it was read may be written again without new times."""


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """YAML files in these folders and files, in a stable order. Raises ``InvalidFile``."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files = sorted(_below(path), key=_parts)
            for suffix in (".yaml", ".yml"):
                found.update((Path(file), None) for file in files if file.endswith(suffix))
        elif path.exists():
            found[path] = None
        else:
            raise InvalidFile([Problem(str(path), 1, 1, "does not exist", "give a folder or file of rules")])
    return list(found)


def _parts(name: str) -> list[str]:
    return name.split(os.sep)  # noqa: PTH206 a Path for each costs more than all the rest


def _below(folder: Path) -> Iterator[str]:
    """All names in a folder and its folders, but hidden ones."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*files, *folders):
            if not name.startswith("."):
                yield os.path.join(place, name)  # noqa: PTH118


def load_rules(
    paths: Iterable[Path], previous: RuleBook | None = None, *, pack: Path | None = None
) -> RuleBook:
    """Load all files; a broken one is served as it stood in ``previous``, or else without what is broken.

    ``pack``: where a lexicon that was made is kept for the next process.
    """
    with undisturbed():
        return _load(paths, previous, pack)


def _load(paths: Iterable[Path], previous: RuleBook | None, pack: Path | None) -> RuleBook:
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
    if previous is not None and book.table is not previous.table and _lost(book, previous):
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
    return any(
        book.files.get(previous.by_id[id].file) is previous.files.get(previous.by_id[id].file)
        for id in previous.by_id.keys() - book.by_id.keys()
    )


def _load_file(path: Path, previous: LoadedFile | None) -> LoadedFile:
    """The file, the same object if its bytes are the same. Raises ``InvalidFile``."""
    name = str(path)
    if previous is not None and previous.stamp is not None and previous.stamp == stamp(name):
        return previous
    before, now = stamp(name), time.time_ns()
    loaded = LoadedFile(name, read_file(path))
    if before is not None and before == stamp(name) and max(before[1:3]) < now - SETTLED_NS:
        loaded.stamp = before
    if previous is not None and previous.digest == loaded.digest:
        previous.stamp = loaded.stamp
        return previous
    return loaded


def stamp(name: str) -> Stamp | None:
    """What tells whether the file is touched from now on; none if it is not there."""
    try:
        status = os.stat(name)  # noqa: PTH116
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _assemble(files: Mapping[str, LoadedFile], previous: RuleBook | None, packed: Pack | None) -> RuleBook:
    """One book of these files; what has errors is left out and said."""
    problems: list[Problem] = []
    spoken = _spoken_by(files, previous, packed)
    speaking = {name: file for name, file in files.items() if name not in spoken and _speaks(file, problems)}
    if speaking:  # a file that speaks is new: the lexicon is made anew
        speaking = {name: file for name, file in files.items() if name in speaking or name in spoken}
        spoken = {}
    table: LexiconTable
    if not speaking and previous is not None and spoken == previous.spoken:
        table, lexicon_problems = previous.table, previous.lexicon_problems
    elif spoken and packed is not None:
        table, lexicon_problems = packed.table(), packed.problems
    else:
        spoken = {name: file.digest for name, file in speaking.items()}
        builder = LexiconBuilder()
        for file in speaking.values():
            builder.add(file.located)
        table = file_lexicon(builder.build())
        lexicon_problems = tuple(builder.problems)
    problems.extend(lexicon_problems)
    book = gather(
        {name: file for name, file in files.items() if name not in spoken or file.may_hold_rules or speaking},
        table,
        previous,
        problems,
    )
    return msgspec.structs.replace(
        book,
        problems=tuple(problems),
        files=dict(files),
        spoken=spoken,
        lexicon_problems=lexicon_problems,
    )


def _speaks(file: LoadedFile, problems: list[Problem]) -> bool:
    """Whether a file has entities or concepts; one that cannot be read has none, and that is said."""
    try:
        return not file.sections.isdisjoint(("entities", "concepts"))
    except InvalidFile as error:
        problems.extend(error.problems)
        return False


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
