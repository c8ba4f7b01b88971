"""How often leaves occur: counted in the articles seen, guessed before there are enough of them."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.matching.conditions import Leaf, Leaves
from monitor.matching.filing.lexicon import LexiconTable

ENOUGH = 200
"""Articles from which on counts are trusted."""

_OFTEN_BY_FORM = 0.002  # of a lexicon's id, for each of its forms
_TERM = 0.02
_NEXT_WORD = 0.15
_SHORT = 4.0  # times as often, if the term is one short word


class Traffic(msgspec.Struct, frozen=True, eq=False):
    """In how many of ``articles`` each leaf occurred: by number those of the lexicon, by name terms."""

    articles: int
    listed: npt.NDArray[np.uint32]
    terms: dict[Leaf, int]


NO_TRAFFIC = Traffic(0, np.zeros(0, np.uint32), {})


class Rarity:
    """The share of articles that have a leaf, as far as one can tell."""

    def __init__(self, table: LexiconTable, traffic: Traffic = NO_TRAFFIC) -> None:
        self._ids = table.ids
        self._listed = _counted(table, traffic) if _trusted(table, traffic) else _guessed(table)
        self._traffic = traffic if traffic.articles >= ENOUGH else NO_TRAFFIC
        self._known: dict[Leaf, float] = {}

    def __call__(self, leaves: Leaves) -> float:
        """An upper bound of the share of articles that have one of the leaves."""
        if len(leaves) == 1:
            (leaf,) = leaves
            return self.of(leaf)
        return sum(map(self.of, leaves))

    def of(self, leaf: Leaf) -> float:
        """That of one leaf."""
        known = self._known.get(leaf)
        if known is None:
            known = self._known[leaf] = self._find(leaf)
        return known

    def forget(self) -> None:
        """Give back what was remembered of single leaves."""
        self._known.clear()

    def _find(self, leaf: Leaf) -> float:
        kind, text = leaf[0], leaf[2:]
        if kind in "ew":
            number = self._ids.get(text)
            return 0.0 if number is None else float(self._listed[2 * number + (kind == "w")])
        if self._traffic.articles and leaf in self._traffic.terms:
            return (self._traffic.terms[leaf] + 0.5) / self._traffic.articles
        words = text.split()
        short = _SHORT if len(words) == 1 and len(text) <= 3 else 1.0
        return _TERM * _NEXT_WORD ** (len(words) - 1) * short


def _trusted(table: LexiconTable, traffic: Traffic) -> bool:
    return traffic.articles >= ENOUGH and len(traffic.listed) == table.leaf_count


def _counted(table: LexiconTable, traffic: Traffic) -> npt.NDArray[np.float64]:
    return (traffic.listed + 0.5) / traffic.articles


def _guessed(table: LexiconTable) -> npt.NDArray[np.float64]:
    """In proportion to the number of forms."""
    forms = np.bincount(np.array(table.lexicon.forms.entries, np.uint32), minlength=len(table.ids))
    found = np.zeros(table.leaf_count)
    found[0::2] = forms
    for id, wholes in table.lexicon.wholes.items():
        for whole in wholes:
            found[2 * table.ids[whole] + 1] += forms[table.ids[id]]
    return np.minimum(found * _OFTEN_BY_FORM, 0.5)
