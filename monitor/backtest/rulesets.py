"""The rules of a backtest: those under test in the rule set they run in, now and before a change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.backtest.errors import BacktestError
from monitor.backtest.examine import evaluated
from monitor.backtest.versions import Version
from monitor.located import InvalidFile, Problem, read_yaml
from monitor.matching.engine import Engine
from monitor.rules.book import LoadedRule, RuleBook
from monitor.rules.load import load_rules, rule_files


class RuleSet(msgspec.Struct, frozen=True):
    """A rule set and the rules under test in it. ``problems`` are those of files that are not under test."""

    book: RuleBook
    tested: tuple[LoadedRule, ...]
    problems: tuple[Problem, ...] = ()

    def engine(self, lexicon_of: RuleBook | None = None) -> Engine:
        """What answers for all its rules; with the lexicon of another book if that is made of the same files."""
        ids = frozenset(loaded.rule.id for loaded in self.tested)
        book = lexicon_of if lexicon_of is not None and same_lexicon(lexicon_of, self.book) else self.book
        return Engine(evaluated([loaded.rule for loaded in self.book.rules], ids), book.table)


def with_rule(id: str, rules: Sequence[Path], pack: Path | None) -> RuleSet:
    """The rules as they are, one of them under test. Raises ``BacktestError``, ``InvalidFile``."""
    book = load_rules(rules, pack=pack)
    tested = tuple(loaded for loaded in book.rules if loaded.rule.id == id)
    if not tested:
        # Where it is broken, that says more than that it is not there.
        about = tuple(problem for problem in book.errors() if f"rule {id}:" in problem.message)
        if about:
            raise InvalidFile(about)
        listed = ", ".join(map(str, rules))
        raise BacktestError(f"there is no rule {id!r} in {listed}; see `monitor check`")
    return RuleSet(book, tested, book.errors())


def with_file(file: Path, rules: Sequence[Path], pack: Path | None) -> RuleSet:
    """The rules with those of ``file``, all under test, in the place of others that have their ids.

    ``pack`` is that of ``rules``. Raises ``BacktestError``, ``InvalidFile``.
    """
    first = as_loaded(file, rules)
    own = read_yaml(first).value
    speaks = isinstance(own, dict) and not {"entities", "concepts"}.isdisjoint(own)
    is_one_of_them = first in rule_files(rules)
    # Of rules with one id the first counts.
    book = load_rules([first, *rules], pack=pack if is_one_of_them or not speaks else None)
    if mistakes := tuple(problem for problem in book.errors() if problem.file == str(first)):
        raise InvalidFile(mistakes)
    tested = tuple(loaded for loaded in book.rules if loaded.file == str(first))
    if not tested:
        raise BacktestError(f"there are no rules in {file}")
    taken = tuple(f"duplicate id {loaded.rule.id!r}" for loaded in tested)
    return RuleSet(book, tested, tuple(one for one in book.errors() if not one.message.startswith(taken)))


def with_folder(folder: Path, ids: Collection[str]) -> RuleSet:
    """The rules of another folder, those with ``ids`` under test. Raises ``InvalidFile``."""
    book = load_rules([folder])
    return RuleSet(book, _with_ids(book, ids), book.errors())


def at_version(version: Version, spoken: Collection[str], ids: Collection[str], pack: Path | None) -> RuleSet:
    """The rules as they were, those with ``ids`` under test. Raises ``InvalidFile``.

    ``pack`` is that of today's rules, whose lexicon is made of the files ``spoken``.
    """
    # A lexicon that has not changed lies in the pack; one that has must not take its place there.
    alike = set(spoken) <= set(map(str, version.paths)) and not any(map(_may_speak, version.names))
    book = load_rules(version.paths, pack=pack if alike else None)
    return RuleSet(
        book, _with_ids(book, ids), tuple(_renamed(problem, version.names) for problem in book.errors())
    )


def as_loaded(file: Path, rules: Sequence[Path]) -> Path:
    """``file``, by the name that it is loaded by if it is one of the rule files."""
    return next((path for path in rule_files(rules) if path.resolve() == file.resolve()), file)


def same_lexicon(one: RuleBook, other: RuleBook) -> bool:
    """Whether both lexicons are made of the same files."""
    return sorted(one.spoken.values()) == sorted(other.spoken.values())


def same_rules(now: RuleSet, then: RuleSet) -> bool:
    """Whether articles are read alike by both: by all their rules, with one lexicon."""
    return same_lexicon(now.book, then.book) and _versions(now) == _versions(then)


def _versions(rules: RuleSet) -> dict[str, str]:
    return {loaded.rule.id: loaded.rule.version for loaded in rules.book.rules}


def _with_ids(book: RuleBook, ids: Collection[str]) -> tuple[LoadedRule, ...]:
    return tuple(loaded for loaded in book.rules if loaded.rule.id in ids)


def _renamed(problem: Problem, names: Mapping[str, str]) -> Problem:
    return msgspec.structs.replace(problem, file=names.get(problem.file, problem.file))


def _may_speak(name: str) -> bool:
    """Whether entities or concepts may stand in a file."""
    data = Path(name).read_bytes()
    return b"entities" in data or b"concepts" in data
