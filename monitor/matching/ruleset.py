"""Rules by the numbers that a plan gives them: an unchanging base, and what was edited since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import repeat

import numpy as np
import numpy.typing as npt

from monitor.matching.clauses import Clause, Frame, children
from monitor.matching.conditions import Leaf
from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.plan import Plan
from monitor.matching.filing.rarity import Rarity, Traffic
from monitor.matching.filing.rules import file_rules
from monitor.matching.rule import Rule

Numbering = npt.NDArray[np.int64]

STRIDE = 2048
"""Rules that are compared in one go: between two, other threads read on."""


class Base:
    """The rules that were filed together."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._numbers = {id(rule): number for number, rule in enumerate(rules)}
        self._extra = {
            number: frozenset(ids) for number, rule in enumerate(rules) if (ids := role_concepts(rule.clause))
        }
        self._all_extra = frozenset().union(*self._extra.values())

    @cached_property
    def _by_id(self) -> dict[str, int]:
        return {rule.id: number for number, rule in enumerate(self.rules)}

    def numbers(self, rules: Sequence[Rule]) -> Numbering:
        """The number of each rule, -1 for one that was not filed as it is now."""
        found = np.fromiter(map(self._numbers.get, map(id, rules), repeat(-1)), np.int64, len(rules))
        for at in np.flatnonzero(found < 0).tolist():
            same = self._by_id.get(rules[at].id)
            if same is not None and self.rules[same] == rules[at]:
                found[at] = same
        return found

    def role_concepts(self, dead: npt.NDArray[np.uint8] | None) -> frozenset[str]:
        """Concepts that frames of living rules name in a role other than the event."""
        if dead is None or not self._extra:
            return self._all_extra
        return frozenset(id for number, ids in self._extra.items() if not dead[number] for id in ids)


class FiledRules:
    """A rule set and its plan. Immutable.

    Rules of the base are numbered as they were filed, edited ones behind them.
    """

    def __init__(
        self,
        plan: Plan,
        rules: tuple[Rule, ...],
        base: Base | None = None,
        added: tuple[Rule, ...] = (),
        places: Numbers | None = None,
        numbers: Numbering | None = None,
    ) -> None:
        """``places[n]`` is where the rule of number n stands among ``rules``, ``numbers`` tell the way back;
        none: each stands where it was filed."""
        self._numbers = np.arange(len(rules)) if numbers is None else numbers
        self.plan = plan
        self.rules = rules
        self._base = Base(rules) if base is None else base
        self._added = added
        self._places = places
        dead = plan.dead
        self.edits = len(added) + (0 if dead is None else int(dead.sum()))
        self.extra = self._base.role_concepts(dead) | frozenset(
            id for rule in added for id in role_concepts(rule.clause)
        )

    @property
    def numbers(self) -> int:
        """One more than the highest number."""
        return len(self._base.rules) + len(self._added)

    def rule(self, number: int) -> Rule:
        """The rule of this number."""
        base = self._base.rules
        return base[number] if number < len(base) else self._added[number - len(base)]

    def in_order(self, numbers: Iterable[int]) -> Sequence[int]:
        """The numbers, each once, in the order of ``rules``; without those that count no longer."""
        dead, count, places = self.plan.dead, len(self._base.rules), self._places
        if dead is None or places is None:
            return sorted(set(numbers))
        living = {number for number in numbers if number >= count or not dead[number]}
        return sorted(living, key=lambda number: int(places[number]))

    def changed(self, rules: tuple[Rule, ...], rarity: Rarity) -> FiledRules:
        """The same base for these rules: what it lacks is added, what is not among them is dead."""
        base = self._base
        count = len(base.rules)
        numbers = self._numbers_of(rules)
        new = np.flatnonzero(numbers < 0)
        added = [rules[at] for at in new.tolist()]
        numbers[new] = np.arange(count, count + len(added))
        dead = np.ones(count, np.uint8)
        dead[numbers[numbers < count]] = 0
        places = np.zeros(count + len(added), np.uint32)
        places[numbers] = np.arange(len(rules), dtype=np.uint32)
        table = self.plan.table
        delta = None
        if added:
            first_leaf = self.plan.base.leaf_count
            delta = file_rules([rule.clause for rule in added], table, rarity, first_leaf)
        plan = Plan(table, self.plan.base, delta, dead)
        return FiledRules(plan, rules, base, tuple(added), places, numbers)

    def _numbers_of(self, rules: tuple[Rule, ...]) -> Numbering:
        """The number of each rule in the base, -1 for one that it lacks; only those are looked up that
        stand between what is as it was."""
        before, count = self.rules, len(self._base.rules)
        most = min(len(before), len(rules))
        head = 0
        while head < most and before[head : head + STRIDE] == rules[head : head + STRIDE]:
            head += STRIDE
        head = min(head, most)
        tail = 0
        while tail + STRIDE <= most - head and (
            before[len(before) - tail - STRIDE : len(before) - tail]
            == rules[len(rules) - tail - STRIDE : len(rules) - tail]
        ):
            tail += STRIDE
        kept = np.where(self._numbers < count, self._numbers, -1)
        end = len(rules) - tail
        return np.concatenate([kept[:head], self._base.numbers(rules[head:end]), kept[len(before) - tail :]])

    def traffic(self, articles: int, counts: Numbers) -> Traffic:
        """Counts of leaves by number, as those of the lexicon and of terms by name."""
        listed = self.plan.table.leaf_count
        terms: dict[Leaf, int] = {}
        for rules in self.plan.rule_sets:
            there = counts[rules.first_leaf : rules.leaf_count].tolist()
            terms |= zip(rules.leaves, there, strict=True)
        return Traffic(articles, counts[:listed].copy(), terms)


def role_concepts(clause: Clause) -> set[str]:
    """Concepts that frames in the clause name as actor, place or target."""
    found: set[str] = set()
    todo = [clause]
    while todo:
        at = todo.pop()
        if isinstance(at, Frame):
            found.update(id for id in (*at.actor, *at.place, *at.target) if "/" not in id)
        todo.extend(children(at))
    return found
