"""The plan: a lexicon, a set of rules over it, and the rules that were edited since."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.matching.filing.lexicon import LexiconTable
from monitor.matching.filing.patterns import PatternSet
from monitor.matching.filing.rules import RuleSet


class Plan(msgspec.Struct, frozen=True, eq=False):
    """``dead[i]`` is 1 if rule i of ``base`` counts no longer. Rules of ``delta`` are numbered behind
    those of ``base``, its leaves behind the leaves of ``base``."""

    table: LexiconTable
    base: RuleSet
    delta: RuleSet | None = None
    dead: npt.NDArray[np.uint8] | None = None

    @property
    def pattern_sets(self) -> Sequence[PatternSet]:
        """The lexicon's patterns first."""
        sets = [self.table.patterns, self.base.patterns]
        return sets if self.delta is None else [*sets, self.delta.patterns]

    @property
    def rule_sets(self) -> Sequence[RuleSet]:
        """Those of ``base`` first."""
        return [self.base] if self.delta is None else [self.base, self.delta]

    @property
    def leaf_count(self) -> int:
        """Leaves of the lexicon and of all terms."""
        return self.rule_sets[-1].leaf_count


SET_SHIFT = 30
"""Of a pattern's number across sets: the set's number stands in the bits above."""
