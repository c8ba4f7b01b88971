"""The rules of all files taken together, those of unchanged files from the book before."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import msgspec

from monitor.lexicon.schema import Lexicon
from monitor.located import InvalidFile, Problem
from monitor.matching.filing.lexicon import LexiconTable
from monitor.rules.book import (
    Draft,
    FileDrafts,
    FileRules,
    LoadedFile,
    LoadedRule,
    Outcome,
    RuleBook,
    file_rules,
)
from monitor.rules.read import Others, read_drafts, read_rule

NO_OTHERS = Others({}, {})


def gather(
    files: Mapping[str, LoadedFile],
    table: LexiconTable,
    previous: RuleBook | None,
    problems: list[Problem],
) -> RuleBook:
    """A book of the rules in ``files``, which may hold some; what is wrong with them is added to
    ``problems``. Files that cannot be read are passed over."""
    drafts: dict[str, FileDrafts] = {}
    for name, file in files.items():
        try:
            drafts[name] = read_drafts(file)
        except InvalidFile:
            continue
    untouched = {name for name in drafts if previous is not None and files[name] is previous.files.get(name)}
    others = _others(drafts, untouched) if any(one.extending for one in drafts.values()) else NO_OTHERS
    gatherer = _Gatherer(table, previous, others)
    read: dict[str, FileRules] = {}
    for name, found in drafts.items():
        before = previous.read.get(name) if previous is not None and name in untouched else None
        read[name] = gatherer.read(found, before)
        if not read[name].problems:
            files[name].release()
    problems.extend(chain.from_iterable(one.problems for one in read.values()))
    by_id: dict[str, LoadedRule] = {}
    for one in read.values():
        by_id |= one.by_id
    rules = tuple(chain.from_iterable(one.rules for one in read.values()))
    evaluated = tuple(chain.from_iterable(one.evaluated for one in read.values()))
    if len(by_id) < len(rules):
        by_id = _each_once(read, files, previous, untouched, problems)
        rules = tuple(by_id.values())
        evaluated = tuple(loaded.rule for loaded in rules if loaded.rule.status != "draft")
    return RuleBook(rules, table, (), {}, read=read, by_id=by_id, evaluated=evaluated)


def _others(drafts: Mapping[str, FileDrafts], untouched: set[str]) -> Others:
    """All drafts by id; of two with the same, that of a file that nobody touched, else the first."""
    by_id: dict[str, Draft] = {}
    broken: dict[str, str] = {}
    for name in sorted(drafts, key=lambda name: name not in untouched):
        for draft in drafts[name].drafts:
            by_id.setdefault(draft.model.id, draft)
        broken.update(dict.fromkeys(drafts[name].broken, name))
    return Others(by_id, broken)


class _Gatherer:
    """Reads files with one lexicon, beside all others."""

    def __init__(self, table: LexiconTable, previous: RuleBook | None, others: Others) -> None:
        self._lexicon: Lexicon = table.lexicon
        self._previous: Mapping[str, LoadedRule] = previous.by_id if previous is not None else {}
        self._same_lexicon = previous is not None and previous.table is table
        self._others = others

    def read(self, drafts: FileDrafts, before: FileRules | None) -> FileRules:
        """The rules of a file; ``before`` is what they came to in the last book, if nobody touched it."""
        if before is None:
            return file_rules(drafts, [self._read(draft) for draft in drafts.drafts])
        if self._named(before.named, before.problems == drafts.problems) and not (
            before.drafts.extending and not all(map(self._same_parents, before.outcomes))
        ):
            return before
        return file_rules(drafts, [self._again(outcome) for outcome in before.outcomes])

    def _read(self, draft: Draft) -> Outcome:
        return read_rule(draft, self._lexicon, self._others, self._previous)

    def _named(self, ids: frozenset[str], good: bool) -> bool:
        """Whether the lexicon has for them what it had before."""
        return self._same_lexicon or (good and ids <= self._lexicon.entries.keys())

    def _same_parents(self, outcome: Outcome) -> bool:
        return all(self._others.drafts.get(id) is draft for id, draft in outcome.parents)

    def _again(self, before: Outcome) -> Outcome:
        """A rule that nobody touched stays in force while one that it extends is gone or broken."""
        if self._named(before.named, not before.problems) and self._same_parents(before):
            return before
        now = self._read(before.draft)
        if (
            now.loaded is None
            and before.loaded is not None
            and (before.kept or not self._same_parents(before))
            and before.named <= self._lexicon.entries.keys()
        ):
            return msgspec.structs.replace(now, loaded=before.loaded, named=before.named, kept=True)
        return now


def _each_once(
    read: Mapping[str, FileRules],
    files: Mapping[str, LoadedFile],
    previous: RuleBook | None,
    untouched: set[str],
    problems: list[Problem],
) -> dict[str, LoadedRule]:
    """The first of each id; no file takes an id away from one that nobody touched, whatever its name."""
    held = {
        loaded.rule.id: loaded
        for loaded in (previous.rules if previous is not None else ())
        if loaded.file in untouched
    }
    rules: dict[str, LoadedRule] = {}
    for name, one in read.items():
        for loaded in one.rules:
            first = held.get(loaded.rule.id)
            if first is None or first.file == name:
                first = rules.setdefault(loaded.rule.id, loaded)
            if first is not loaded:
                problems.append(
                    files[name].located.problem(
                        ("rules", loaded.number, "id"),
                        f"duplicate id {loaded.rule.id!r}",
                        f"the first is in {first.file}:{first.line}; rename one",
                    )
                )
    return rules
