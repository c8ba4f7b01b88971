"""Which rules may fire, by the bits of where their leaves stand: what match.c does, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from monitor.matching.conditions import Kind
from monitor.matching.filing.patterns import LISTED
from monitor.matching.filing.rules import RuleSet

TITLE = 1
"""The bit of the title, whose sentences are one."""

BLOCK = 16
"""Tokens in a block of positions."""


class Marks:
    """Where leaves stand: bits of sentences and blocks, and how often."""

    def __init__(self, lead: int) -> None:
        self.lead = lead
        self.sentences: dict[int, int] = {}
        self.paragraphs: dict[int, int] = {}
        self.blocks: dict[int, int] = {}
        self.times: dict[int, int] = {}

    def add(self, leaf: int, sentences: int, paragraphs: int, blocks: int) -> None:
        self.paragraphs[leaf] = self.paragraphs.get(leaf, 0) | paragraphs
        self.sentences[leaf] = self.sentences.get(leaf, 0) | sentences
        self.blocks[leaf] = self.blocks.get(leaf, 0) | blocks
        self.times[leaf] = self.times.get(leaf, 0) + 1


class Checks:
    """Which rules of a set may fire."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self._watch_at, self._watch = rules.watch_at.tolist(), rules.watch.tolist()
        self._way_rule, self._way_at = rules.way_rule.tolist(), rules.way_at.tolist()
        self._groups = rules.groups.tolist()
        self._parts, self._lists = rules.parts.tolist(), rules.part_lists.tolist()
        self._always = rules.always.tolist()

    def candidates(self, marks: Marks) -> set[int]:
        ways = set(self._always)
        for leaf in marks.times:
            if leaf + 1 < len(self._watch_at):
                ways.update(self._watch[self._watch_at[leaf] : self._watch_at[leaf + 1]])
        return {self._way_rule[way] for way in ways if self._open(way, marks)}

    def _open(self, way: int, marks: Marks) -> bool:
        return all(
            self._holds(group, marks) for group in self._groups[self._way_at[way] : self._way_at[way + 1]]
        )

    def _holds(self, group: tuple[int, int, int, int], marks: Marks) -> bool:
        kind, least, count, first = group
        parts = [self._leaves(part) for part in self._parts[first : first + count]]
        if kind == Kind.TIMES:
            return sum(marks.times.get(leaf, 0) for leaf in parts[0]) >= least
        if kind == Kind.NEARBY:
            blocks = [_union(marks.blocks, part) for part in parts]
            around = _spread(blocks[0], least)
            return around != 0 and all(one & around for one in blocks[1:])
        if kind == Kind.PARAGRAPH:
            return reduce(and_, (_union(marks.paragraphs, part) for part in parts)) != 0
        sentences = [_union(marks.sentences, part) for part in parts]
        if kind == Kind.COUNT:
            return sum(one != 0 for one in sentences) >= least
        if kind == Kind.SENTENCE:
            return reduce(and_, sentences) != 0
        inside = TITLE if kind == Kind.TITLE else marks.lead
        return all(one & inside for one in sentences)

    def _leaves(self, part: int) -> Sequence[int]:
        if not part & LISTED:
            return (part,)
        at = part & ~LISTED
        found: list[int] = self._lists[at + 1 : at + 1 + self._lists[at]]
        return found


def _union(marks: dict[int, int], leaves: Sequence[int]) -> int:
    bits = 0
    for leaf in leaves:
        bits |= marks.get(leaf, 0)
    return bits


def _spread(bits: int, tokens: int) -> int:
    """Bits of blocks at most this many tokens away."""
    blocks = (tokens + BLOCK - 1) // BLOCK
    if blocks >= 32:
        return -1 if bits else 0
    wide = bits
    for shift in range(1, blocks + 1):
        wide |= bits << shift | bits >> (64 - shift) | bits >> shift | bits << (64 - shift)
    return wide & (1 << 64) - 1
