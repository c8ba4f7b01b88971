"""What a kernel makes of an article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec
import numpy as np

from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.plan import Plan
from monitor.matching.text import Segmented

Row = tuple[int, int, int]
"""First token, last token, and the number of a pattern that may stand there, with its set's (``SET_SHIFT``)."""


class Rows(msgspec.Struct, frozen=True, eq=False):
    """Places in a field where patterns may stand, in columns: by first token, the longest first."""

    first: Numbers
    last: Numbers
    pattern: Numbers

    def between(self, begin: int, end: int) -> Iterator[Row]:
        """These rows."""
        return zip(
            self.first[begin:end].tolist(),
            self.last[begin:end].tolist(),
            self.pattern[begin:end].tolist(),
            strict=True,
        )


def in_order(first: Numbers, last: Numbers, pattern: Numbers) -> Rows:
    """Rows that were found in any order."""
    order = np.lexsort((pattern, ~last, first)) if len(first) > 1 else slice(None)
    return Rows(first[order], last[order], pattern[order])


class Read(msgspec.Struct, frozen=True):
    """``rows[f]`` are the places in field f where patterns may stand; ``rules`` those that may fire.

    It may say too much and never too little. Rules are numbered as in the plan, in no order.
    """

    fields: tuple[Segmented, Segmented]
    rows: tuple[Rows, Rows]
    rules: Sequence[int]


class Kernel(Protocol):
    """Reads articles by one plan. Safe to share between threads."""

    def read(self, title: str, text: str, language: str) -> Read:
        """Everything that may be in the article."""

    def candidates(self, title: str, text: str, language: str) -> Read | None:
        """The same, but nothing if no rule may fire."""

    def over(self, plan: Plan) -> Kernel:
        """A kernel for another plan of the same lexicon and base, with what this one remembers."""

    def counts(self) -> tuple[int, Numbers]:
        """How many articles were read, and in how many of them each leaf occurred."""
