"""Rules as a kernel reads them: each way watched under its rarest condition, checked by the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from monitor.matching.clauses import Clause, terms
from monitor.matching.collector import undisturbed
from monitor.matching.conditions import Group, Kind, Leaf, Leaves, Way, term_leaf, ways
from monitor.matching.filing.hashing import Key, Numbers
from monitor.matching.filing.lexicon import LexiconTable
from monitor.matching.filing.patterns import LISTED, Owners, PatternSet, Table, file_patterns
from monitor.matching.filing.rarity import Rarity
from monitor.matching.filing.spelling import spell

GROUP = np.dtype([("kind", "<u4"), ("least", "<u4"), ("parts", "<u4"), ("first", "<u4")])
_EMPTY = np.zeros(0, np.uint32)


class RuleSet(msgspec.Struct, frozen=True, eq=False):
    """Rules and the terms that they ask for, in the arrays that match.c describes.

    ``leaves[i]`` is the name of leaf ``first_leaf + i``, and ``numbers`` tell the way back; all before are
    the lexicon's, or those of the set of rules that this one is added to.
    """

    patterns: PatternSet
    leaves: tuple[Leaf, ...]
    numbers: Mapping[Leaf, int]
    first_leaf: int
    watch_at: Numbers
    watch: Numbers
    way_rule: Numbers
    way_at: Numbers
    groups: Table
    parts: Numbers
    part_lists: Numbers
    always: Numbers
    rules: int

    @property
    def leaf_count(self) -> int:
        """One more than the highest leaf."""
        return self.first_leaf + len(self.leaves)


def file_rules(clauses: Sequence[Clause], table: LexiconTable, rarity: Rarity, first_leaf: int) -> RuleSet:
    """The rules with these clauses, numbered in their order. Raises ``Collision``."""
    with undisturbed():
        leaves, patterns = _file_terms(clauses, table.patterns.key, first_leaf)
        longest = max(table.patterns.longest, patterns.longest)
        writer = _Writer(_Numbers(table.ids, leaves), rarity)
        for rule, clause in enumerate(clauses):
            for way in ways(clause, rarity, longest):
                writer.add(rule, way)
        rarity.forget()
        return writer.finish(patterns, leaves, first_leaf, len(clauses))


def _file_terms(clauses: Iterable[Clause], key: Key, first_leaf: int) -> tuple[dict[Leaf, int], PatternSet]:
    leaves: dict[Leaf, int] = {}
    texts: list[tuple[str, bool]] = []
    for clause in clauses:
        for term in terms(clause):
            leaf = term_leaf(term)
            if leaf not in leaves:
                leaves[leaf] = first_leaf + len(leaves)
                texts.append((term.text, term.case))
    spelled = spell(texts, key)
    owners = np.repeat(np.arange(first_leaf, first_leaf + len(leaves), dtype=np.uint32), spelled.rows_of)
    return leaves, file_patterns(
        spelled,
        Owners(
            of=owners,
            languages=np.zeros(len(owners), np.uint16),
            lists=_EMPTY,
            leaves_at=_EMPTY,
            leaves=_EMPTY,
            plain_terms=True,
        ),
        key,
    )


class _Numbers:
    """Leaves by number. An id that the lexicon lacks occurs nowhere: it has none."""

    def __init__(self, ids: Mapping[str, int], terms: Mapping[Leaf, int]) -> None:
        self._ids = ids
        self._terms = terms

    def of(self, leaves: Leaves) -> tuple[int, ...]:
        found = []
        for leaf in leaves:
            kind = leaf[0]
            if kind in "tc":
                found.append(self._terms[leaf])
            elif leaf[2:] in self._ids:
                found.append(2 * self._ids[leaf[2:]] + (kind == "w"))
        return tuple(sorted(found))


class _Writer:
    """Writes ways one after the other."""

    def __init__(self, numbers: _Numbers, rarity: Rarity) -> None:
        self._numbers = numbers
        self._rarity = rarity
        self._watched: list[tuple[int, int]] = []
        self._always: list[int] = []
        self._way_rule: list[int] = []
        self._way_at = [0]
        self._groups: list[tuple[int, int, int, int]] = []
        self._parts: list[int] = []
        self._lists: list[int] = []
        self._listed: dict[tuple[int, ...], int] = {}

    def add(self, rule: int, way: Way) -> None:
        """One way of a rule."""
        number = len(self._way_rule)
        self._way_rule.append(rule)
        watched, groups = self._watch(way)
        if watched is None:
            self._always.append(number)
        else:
            self._watched.extend([(leaf, number) for leaf in self._numbers.of(watched)])
        for group in groups:
            first = len(self._parts)
            self._parts.extend([self._part(part) for part in group.parts])
            self._groups.append((group.kind, group.least, len(group.parts), first))
        self._way_at.append(len(self._groups))

    def _watch(self, way: Way) -> tuple[Leaves | None, Sequence[Group]]:
        """The rarest set of leaves of which one is necessary, and all that is to be checked besides,
        what rejects most first."""
        rarity = self._rarity
        best: Leaves | None = None
        lowest = 2.0e9
        weighed: list[tuple[float, Group]] = []
        for group in way:
            parts = sorted(group.parts, key=rarity) if len(group.parts) > 1 else group.parts
            if group.watchable():
                watched, weight = parts[0], rarity(parts[0])
            else:  # of any n - k + 1 parts one occurs
                watched = frozenset().union(*parts[: len(parts) - group.least + 1])
                weight = rarity(watched)
            if weight < lowest:
                best, lowest = watched, weight
            weighed.append((weight, Group(group.kind, tuple(parts), group.least)))
        weighed.sort(key=lambda one: one[0])
        groups = [
            group
            for _, group in weighed
            if not (group.kind is Kind.COUNT and group.parts == (best,) and group.least == 1)
        ]
        return best, groups

    def _part(self, leaves: Leaves) -> int:
        numbers = self._numbers.of(leaves)
        if len(numbers) == 1:
            return numbers[0]
        if numbers not in self._listed:
            self._listed[numbers] = LISTED | len(self._lists)
            self._lists.extend((len(numbers), *numbers))
        return self._listed[numbers]

    def finish(
        self, patterns: PatternSet, leaves: Mapping[Leaf, int], first_leaf: int, rules: int
    ) -> RuleSet:
        """Everything in arrays."""
        pairs = np.array(self._watched, np.uint32).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        bounds = np.arange(first_leaf + len(leaves) + 1)
        return RuleSet(
            patterns=patterns,
            leaves=tuple(leaves),
            numbers=leaves,
            first_leaf=first_leaf,
            watch_at=np.searchsorted(pairs[:, 0], bounds).astype(np.uint32),
            watch=np.ascontiguousarray(pairs[:, 1]),
            way_rule=np.array(self._way_rule, np.uint32),
            way_at=np.array(self._way_at, np.uint32),
            groups=np.array(self._groups, GROUP),
            parts=np.array(self._parts, np.uint32),
            part_lists=np.array(self._lists, np.uint32),
            always=np.array(self._always, np.uint32),
            rules=rules,
        )
