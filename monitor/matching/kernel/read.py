"""What a kernel makes of an article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.plan import Plan
from monitor.matching.text import Segmented

Row = tuple[int, int, int]
"""First token, last token, and the number of a pattern that may stand there, with its set's (``SET_SHIFT``)."""


class Read(msgspec.Struct, frozen=True):
    """``rows[f]`` are the places in field f where patterns may stand; ``rules`` those that may fire.

    It may say too much and never too little. Rules are numbered as in the plan, in no order.
    """

    fields: tuple[Segmented, Segmented]
    rows: tuple[Sequence[Row], Sequence[Row]]
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
