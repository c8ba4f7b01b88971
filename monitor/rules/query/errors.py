"""Mistakes in a query, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Mistake(msgspec.Struct, frozen=True, order=True):
    """What is wrong at character ``at`` (from 0), and what to do about it."""

    at: int
    message: str
    remedy: str


class InvalidQuery(ValueError):
    """A string that is no query; ``mistakes`` says all that is wrong with it."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(f"column {one.at + 1}: {one.message}; {one.remedy}" for one in mistakes))
        self.mistakes = tuple(mistakes)
