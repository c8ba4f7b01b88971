"""What the numbers of a plan stand for."""

from __future__ import annotations

from monitor.matching.filing.plan import SET_SHIFT, Plan
from monitor.matching.filing.spelling import CLUSTERED
from monitor.matching.hits import Known

MOST_KNOWN = 50_000  # patterns of which the forms are remembered


class Names:
    """Patterns by number, with their forms or their leaf; those asked for are remembered."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._known: dict[int, Known] = {}

    def known(self, pattern: int) -> Known:
        """The pattern of this number, which holds its set's in the bits above ``SET_SHIFT``."""
        known = self._known.get(pattern)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[pattern] = self._find(pattern)
        return known

    def _find(self, pattern: int) -> Known:
        sets = self._plan.pattern_sets
        number, inside = pattern >> SET_SHIFT, pattern & ((1 << SET_SHIFT) - 1)
        patterns = sets[number]
        clustered = bool(patterns.flags[inside] & CLUSTERED)
        special = patterns.special.get(inside)
        if number == 0:
            forms = self._plan.table.forms(inside)
            return Known(forms, "", clustered, special, tuple(dict.fromkeys(form.entry for form in forms)))
        rules = self._plan.rule_sets[number - 1]
        leaf = rules.leaves[int(patterns.owners.of[inside]) - rules.first_leaf]
        return Known((), leaf, clustered, special, (leaf,))
