"""The kernel in plain Python: slower, the same contract. The fallback, and the oracle of the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_

import numpy as np

from monitor.matching.alternatives import alternatives
from monitor.matching.conditions import Kind
from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.patterns import LISTED, NONE, PREFIXED, PatternSet
from monitor.matching.filing.plan import SET_SHIFT, Plan
from monitor.matching.filing.rules import RuleSet
from monitor.matching.kernel.read import Read, Row, Rows, in_order
from monitor.matching.patterns import PREFIX_KEY
from monitor.matching.patterns import patterns as spellings
from monitor.matching.text import Segmented, segment

NAME = "python"
LISTED_LANGUAGES = frozenset(("he", "ko"))
"""Languages in which other readings count for what the lexicon lists, not for plain terms."""

BLOCK = 16  # tokens
_TITLE = 1
_TEXT_BITS = 63


class _Filed:
    """A set's patterns by their rarest token, and what their hits fulfil."""

    def __init__(self, patterns: PatternSet, texts: Iterable[tuple[str, bool]], *, plain_terms: bool) -> None:
        """``texts`` are what the patterns spell."""
        self.words = _words(patterns, texts)
        self.whole = frozenset(patterns.slots["token"][patterns.slots["whole"] > 0].tolist())
        self.plain_terms = plain_terms
        self.filed_at = patterns.filed_at.tolist()
        self.filed = list(
            zip(*(patterns.filed[name].tolist() for name in ("pattern", "at", "flags")), strict=True)
        )
        self._tokens, self._tokens_at = patterns.tokens.tolist(), patterns.tokens_at.tolist()
        self._owners = patterns.owners
        self._leaves: dict[int, tuple[int, ...]] = {}
        self.prefixes: dict[str, list[tuple[int, str]]] = {}
        self.endings: dict[int, str] = {}
        for number, pattern in patterns.special.items():
            if pattern.prefix:
                text = pattern.tokens[-1]
                self.endings[number] = text
                if len(pattern.tokens) == 1:
                    self.prefixes.setdefault(text[:PREFIX_KEY], []).append((number, text))

    def tokens(self, pattern: int) -> list[int]:
        found: list[int] = self._tokens[self._tokens_at[pattern] : self._tokens_at[pattern + 1]]
        return found

    def leaves(self, pattern: int) -> tuple[int, ...]:
        known = self._leaves.get(pattern)
        if known is None:
            known = self._leaves[pattern] = tuple(self._find_leaves(pattern))
        return known

    def _find_leaves(self, pattern: int) -> Sequence[int]:
        owners = self._owners
        owner = int(owners.of[pattern])
        if owner == NONE:
            return ()
        if self.plain_terms:
            return (owner,)
        entries = [owner]
        if owner & LISTED:
            at = owner & ~LISTED
            entries = owners.lists[at + 1 : at + 1 + int(owners.lists[at])].tolist()
        return [
            leaf
            for entry in entries
            for leaf in owners.leaves[owners.leaves_at[entry] : owners.leaves_at[entry + 1]].tolist()
        ]


def _words(patterns: PatternSet, texts: Iterable[tuple[str, bool]]) -> dict[str, int]:
    """Tokens by what they are; found by their hashes if they were spelled in bulk."""
    if patterns.words is not None:
        return {word: number for number, word in enumerate(patterns.words.split("\n"), 1)}
    slots = patterns.slots[patterns.slots["token"] > 0]
    numbers = dict(zip(slots["hash"].tolist(), slots["token"].tolist(), strict=True))
    words: dict[str, int] = {}
    for text, case in texts:
        for pattern in spellings(text, case=case):
            for token in pattern.tokens:
                if token not in words:
                    number = numbers.get(patterns.key.of(token))
                    if number is not None:  # else the stem of a prefix
                        words[token] = number
    return words


class _Marks:
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


class PlainKernel:
    """Reads articles by one plan, in Python. Safe to share between threads."""

    def __init__(self, plan: Plan, filed: Sequence[_Filed] = ()) -> None:
        """``filed``: the first sets of patterns, if they are known from another kernel."""
        self._plan = plan
        self._sets = list(filed)
        for number, patterns in enumerate(plan.pattern_sets[len(filed) :], len(filed)):
            self._sets.append(_Filed(patterns, plan.table.lexicon.forms.spelled(), plain_terms=number > 0))
        self._rules = [_Checks(rules) for rules in plan.rule_sets]
        self._traffic = np.zeros(plan.leaf_count + 1, np.uint32)
        self._articles = 0

    def read(self, title: str, text: str, language: str) -> Read:
        """Everything that may be in the article."""
        fields = (segment(title, language), segment(text, language))
        rows = [self._rows(field, language) for field in fields]
        marks = self._marks(fields, rows)
        self._articles += 1
        for leaf in marks.times:
            self._traffic[leaf] += 1
        return Read(fields, (_columns(rows[0]), _columns(rows[1])), self._candidates(marks))

    def candidates(self, title: str, text: str, language: str) -> Read | None:
        """The same, but nothing if no rule may fire."""
        read = self.read(title, text, language)
        return read if read.rules else None

    def over(self, plan: Plan) -> PlainKernel:
        """A kernel for another plan of the same lexicon and base, with what this one remembers."""
        kernel = PlainKernel(plan, self._sets[:2])
        carry(self._traffic, kernel._traffic, plan)
        kernel._articles = self._articles
        return kernel

    def counts(self) -> tuple[int, Numbers]:
        """How many articles were read, and in how many of them each leaf occurred."""
        return self._articles, self._traffic

    def _rows(self, text: Segmented, language: str) -> list[Row]:
        folds = list(text.folds)
        lexicon = self._sets[0]
        others = [
            ()
            if not language or lexicon.words.get(fold) in lexicon.whole
            else alternatives(text.raw[start:end], language)
            for fold, start, end in zip(folds, text.starts, text.ends, strict=True)
        ]
        found: list[Row] = []
        for number, filed in enumerate(self._sets):
            listed_only = filed.plain_terms and language in LISTED_LANGUAGES
            ids = [filed.words.get(fold, 0) for fold in folds]
            readings = [
                () if listed_only else tuple(filed.words.get(other, 0) for other in several)
                for several in others
            ]
            for at, token in enumerate(ids):
                for wanted in {token, *readings[at]} - {0}:
                    for pattern, offset, flags in filed.filed[
                        filed.filed_at[wanted] : filed.filed_at[wanted + 1]
                    ]:
                        row = _stands(filed, pattern, flags, at - offset, ids, readings, folds)
                        if row is not None and (offset == 0 or token == wanted):
                            found.append((row[0], row[1], pattern | number << SET_SHIFT))
                for pattern, prefix in filed.prefixes.get(folds[at][:PREFIX_KEY], ()):
                    if folds[at].startswith(prefix):
                        found.append((at, at, pattern | number << SET_SHIFT))
        return list(set(found))

    def _marks(self, fields: Sequence[Segmented], rows: Sequence[Sequence[Row]]) -> _Marks:
        text = fields[1]
        starts = text.sentence_starts
        lead = _TITLE
        if text.starts:
            first_paragraph = text.paragraph(0)[1]
            lead |= sum({1 << _bit(starts, token) for token in range(first_paragraph)})
        marks = _Marks(lead)
        for number, (places, offset) in enumerate(zip(rows, (0, len(fields[0].starts)), strict=True)):
            for first, last, pattern in places:
                bits = _TITLE if number == 0 else 1 << _bit(starts, first) | 1 << _bit(starts, last)
                paragraph = _TITLE if number == 0 else 1 << _bit(text.paragraph_starts, first)
                blocks = 1 << ((first + offset) // BLOCK & 63) | 1 << ((last + offset) // BLOCK & 63)
                filed = self._sets[pattern >> SET_SHIFT]
                for leaf in filed.leaves(pattern & ((1 << SET_SHIFT) - 1)):
                    marks.add(leaf, bits, paragraph, blocks)
        return marks

    def _candidates(self, marks: _Marks) -> list[int]:
        found: set[int] = set()
        dead = self._plan.dead
        offset = 0
        for number, checks in enumerate(self._rules):
            for rule in checks.candidates(marks):
                if number or dead is None or not dead[rule]:
                    found.add(offset + rule)
            offset += checks.rules
        return sorted(found)


def _columns(rows: Sequence[Row]) -> Rows:
    first, last, pattern = (np.array([row[at] for row in rows], np.uint32) for at in range(3))
    return in_order(first, last, pattern)


def carry(counts: Numbers, into: Numbers, plan: Plan) -> None:
    """Take over the counts of the leaves that both plans have."""
    count = plan.base.leaf_count
    into[:count] = counts[:count]


def _bit(starts: Sequence[int], token: int) -> int:
    """The bit of the sentence of the text: 1 to 63 in turn."""
    return (bisect_right(starts, token) - 1) % _TEXT_BITS + 1


def _stands(
    filed: _Filed,
    pattern: int,
    flags: int,
    first: int,
    ids: Sequence[int],
    readings: Sequence[tuple[int, ...]],
    folds: Sequence[str],
) -> tuple[int, int] | None:
    """First and last token if the pattern stands there."""
    wanted = filed.tokens(pattern)
    last = first + len(wanted) - 1
    if first < 0 or last >= len(ids):
        return None
    exact = len(wanted) - 1 if flags & PREFIXED else len(wanted)
    if exact and ids[first] != wanted[0] and wanted[0] not in readings[first]:
        return None
    if any(ids[first + at] != wanted[at] for at in range(1, exact)):
        return None
    if flags & PREFIXED and not folds[last].startswith(filed.endings[pattern]):
        return None
    return first, last


class _Checks:
    """Which rules of a set may fire."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules.rules
        self._watch_at, self._watch = rules.watch_at.tolist(), rules.watch.tolist()
        self._way_rule, self._way_at = rules.way_rule.tolist(), rules.way_at.tolist()
        self._groups = rules.groups.tolist()
        self._parts, self._lists = rules.parts.tolist(), rules.part_lists.tolist()
        self._always = rules.always.tolist()

    def candidates(self, marks: _Marks) -> set[int]:
        ways = set(self._always)
        for leaf in marks.times:
            if leaf + 1 < len(self._watch_at):
                ways.update(self._watch[self._watch_at[leaf] : self._watch_at[leaf + 1]])
        return {self._way_rule[way] for way in ways if self._open(way, marks)}

    def _open(self, way: int, marks: _Marks) -> bool:
        return all(
            self._holds(group, marks) for group in self._groups[self._way_at[way] : self._way_at[way + 1]]
        )

    def _holds(self, group: tuple[int, int, int, int], marks: _Marks) -> bool:
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
        inside = _TITLE if kind == Kind.TITLE else marks.lead
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
