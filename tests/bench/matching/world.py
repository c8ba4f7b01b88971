"""The size and seed of a generated world; its words come from here."""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.bench.matching import words
from tests.bench.matching.words import Zipf

FULL = 500_000  # words


class World(NamedTuple):
    """Everything generated follows from these."""

    seed: int = 1
    entities: int = 30_000
    vocabulary: int = FULL

    def names(self, language: str) -> Zipf:
        return words.names(language, self.seed, self.vocabulary)

    def words(self, language: str) -> Zipf:
        return words.vocabulary(language, self.seed, self.vocabulary)

    def pairs(self, language: str) -> Zipf:
        return words.pairs(language, self.seed, self.vocabulary)

    def rank(self, rank: int) -> int:
        """A rank of the full vocabulary, in a vocabulary of this size."""
        return max(60, rank * self.vocabulary // FULL)

    def drawn(self, chance: random.Random, exponent: float) -> int:
        """The number of an entity; earlier ones are drawn more often, by Zipf's law with ``exponent`` < 1."""
        return int(self.entities * chance.random() ** (1 / (1 - exponent)))

    def common(self, chance: random.Random, language: str, after: int = 0) -> str:
        """A word of the middle of the vocabulary: from rank ``after`` (default 300) to rank 20,000."""
        members = self.words(language).members
        first, last = after or self.rank(300), max(self.rank(20_000), 400)
        return members[min(len(members) - 1, first + int((last - first) * chance.random()))]
