"""What the numbers of a plan stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.patterns import LISTED, NONE
from monitor.matching.filing.plan import SET_SHIFT, Plan
from monitor.matching.filing.spelling import CLUSTERED
from monitor.matching.hits import Known

MOST_KNOWN = 50_000  # patterns of which the forms are remembered
_INSIDE = np.uint32((1 << SET_SHIFT) - 1)


class Names:
    """Patterns by number, with their forms or their leaf; those asked for are remembered."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[int, Known] = {}
        self._sets = plan.pattern_sets
        self._leaves = [rules.numbers for rules in plan.rule_sets]

    def known(self, pattern: int) -> Known:
        """The pattern of this number, which holds its set's in the bits above ``SET_SHIFT``."""
        known = self._known.get(pattern)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[pattern] = self._find(pattern)
        return known

    def owners(self, patterns: Numbers) -> Callable[[str], Sequence[int]]:
        """Tells which of the patterns may be an entry's, or those of a plain term's leaf."""
        found: dict[int, list[int]] = {}
        for number, filed in enumerate(self._sets):
            here = np.flatnonzero(patterns >> np.uint32(SET_SHIFT) == number)
            if not len(here):
                continue
            owners = filed.owners.of[patterns[here] & _INSIDE].tolist()
            lists = filed.owners.lists
            for place, owner in zip(here.tolist(), owners, strict=True):
                if number or not owner & LISTED:
                    found.setdefault(owner if number else ~owner, []).append(place)
                elif owner != NONE:
                    at = owner & ~LISTED
                    for entry in lists[at + 1 : at + 1 + int(lists[at])].tolist():
                        found.setdefault(~entry, []).append(place)

        def whose(key: str) -> Sequence[int]:
            entry = self._plan.table.ids.get(key)
            if entry is not None:
                return found.get(~entry, ())
            leaves = (leaves[key] for leaves in self._leaves if key in leaves)
            return [place for leaf in leaves for place in found.get(leaf, ())]

        return whose

    def _find(self, pattern: int) -> Known:
        number, inside = pattern >> SET_SHIFT, pattern & ((1 << SET_SHIFT) - 1)
        patterns = self._sets[number]
        clustered = bool(patterns.flags[inside] & CLUSTERED)
        special = patterns.special.get(inside)
        if number == 0:
            return Known(self._plan.table.forms(inside), "", clustered, special)
        rules = self._plan.rule_sets[number - 1]
        leaf = rules.leaves[int(patterns.owners.of[inside]) - rules.first_leaf]
        return Known((), leaf, clustered, special)
