"""The kernel in plain Python: slower, the same contract. The fallback, and the oracle of the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from monitor.matching.alternatives import alternatives
from monitor.matching.filing.hashing import Numbers
from monitor.matching.filing.lexicon import SEVERAL
from monitor.matching.filing.patterns import LISTED, NONE, PatternSet
from monitor.matching.filing.plan import SET_SHIFT, Plan
from monitor.matching.kernel.checks import BLOCK, TITLE, Checks, Marks
from monitor.matching.kernel.read import Read, Row, Rows, in_order
from monitor.matching.patterns import PREFIX_KEY, surface_of
from monitor.matching.patterns import patterns as spellings
from monitor.matching.text import Segmented, segment

NAME = "python"
LISTED_LANGUAGES = frozenset(("he", "ko"))
"""Languages in which other readings count for what the lexicon lists, not for plain terms."""

ELSEWHERE = 0xFFFE
"""The number of a language that the lexicon does not have."""

_TEXT_BITS = 63


_Way = tuple[int, int, int, tuple[int, ...], str, tuple[str, ...]]
"""A pattern, where its rarest token stands in it, its language, its tokens, a prefix behind them, spellings."""


class _Filed:
    """A set's patterns by their rarest token, and what their hits fulfil."""

    def __init__(self, patterns: PatternSet, texts: Iterable[tuple[str, bool]], *, plain_terms: bool) -> None:
        """``texts`` are what the patterns spell."""
        self.words = _words(patterns, texts)
        self.whole = frozenset(patterns.slots["token"][patterns.slots["whole"] > 0].tolist())
        self.plain_terms = plain_terms
        self._patterns = patterns
        self._under: dict[int, Sequence[_Way]] = {}
        self._owners = patterns.owners
        self._leaves: dict[int, tuple[int, ...]] = {}
        self.prefixes: dict[str, list[tuple[int, str]]] = {}
        for number, pattern in patterns.special.items():
            if pattern.prefix:
                text = pattern.tokens[-1]
                if len(pattern.tokens) == 1:
                    self.prefixes.setdefault(text[:PREFIX_KEY], []).append((number, text))

    def under(self, token: int) -> Sequence[_Way]:
        """The patterns filed under a token."""
        known = self._under.get(token)
        if known is None:
            patterns = self._patterns
            rows = patterns.filed[patterns.filed_at[token] : patterns.filed_at[token + 1]]
            known = self._under[token] = [
                self._way(int(row["pattern"]), int(row["at"]), int(row["language"])) for row in rows
            ]
        return known

    def _way(self, pattern: int, at: int, language: int) -> _Way:
        patterns = self._patterns
        begin, end = int(patterns.tokens_at[pattern]), int(patterns.tokens_at[pattern + 1])
        tokens = tuple(patterns.tokens[begin:end].tolist())
        special = patterns.special.get(pattern)
        if special is None:
            return pattern, at, language, tokens, "", ()
        if special.prefix:
            return pattern, at, language, tokens[:-1], special.tokens[-1], ()
        return pattern, at, language, tokens, "", special.surfaces

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


class PlainKernel:
    """Reads articles by one plan, in Python. Safe to share between threads."""

    def __init__(self, plan: Plan, filed: Sequence[_Filed] = ()) -> None:
        """``filed``: the first sets of patterns, if they are known from another kernel."""
        self._plan = plan
        self._sets = list(filed)
        for number, patterns in enumerate(plan.pattern_sets[len(filed) :], len(filed)):
            self._sets.append(_Filed(patterns, plan.table.lexicon.forms.spelled(), plain_terms=number > 0))
        self._rules = [Checks(rules) for rules in plan.rule_sets]
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
        others = self._others(text, folds, language)
        spoken = self._plan.table.languages.get(language, ELSEWHERE) if language else 0
        found: set[Row] = set()
        for number, filed in enumerate(self._sets):
            get = filed.words.get
            ids = [get(fold, 0) for fold in folds]
            readings: dict[int, tuple[int, ...]] = {}
            if not (filed.plain_terms and language in LISTED_LANGUAGES):
                for at, several in others.items():
                    readings[at] = tuple([get(other, 0) for other in several])
            offset = number << SET_SHIFT
            for at, token in enumerate(ids):
                if token:
                    for way in filed.under(token):
                        last = _stands(way, at, token, ids, readings, text, spoken)
                        if last >= 0:
                            found.add((at - way[1], last, way[0] | offset))
            for at, tokens in readings.items():
                for token in tokens:
                    for way in filed.under(token) if token else ():
                        last = -1 if way[1] else _stands(way, at, token, ids, readings, text, spoken)
                        if last >= 0:
                            found.add((at, last, way[0] | offset))
            for at, fold in enumerate(folds) if filed.prefixes else ():
                for pattern, prefix in filed.prefixes.get(fold[:PREFIX_KEY], ()):
                    if fold.startswith(prefix):
                        found.add((at, at, pattern | offset))
        return list(found)

    def _others(self, text: Segmented, folds: Sequence[str], language: str) -> dict[int, tuple[str, ...]]:
        """Other readings of tokens that are no name or term of the lexicon as they stand."""
        if language != "ar" and language not in LISTED_LANGUAGES:
            return {}
        lexicon = self._sets[0]
        found = {}
        for at, (fold, start, end) in enumerate(zip(folds, text.starts, text.ends, strict=True)):
            if lexicon.words.get(fold) not in lexicon.whole:
                several = alternatives(text.raw[start:end], language)
                if several:
                    found[at] = several
        return found

    def _marks(self, fields: Sequence[Segmented], rows: Sequence[Sequence[Row]]) -> Marks:
        text = fields[1]
        starts = text.sentence_starts
        lead = TITLE
        if text.starts:
            first_paragraph = text.paragraph(0)[1]
            lead |= sum({1 << _bit(starts, token) for token in range(first_paragraph)})
        marks = Marks(lead)
        for number, (places, offset) in enumerate(zip(rows, (0, len(fields[0].starts)), strict=True)):
            for first, last, pattern in places:
                bits = TITLE if number == 0 else 1 << _bit(starts, first) | 1 << _bit(starts, last)
                paragraph = TITLE if number == 0 else 1 << _bit(text.paragraph_starts, first)
                blocks = 1 << ((first + offset) // BLOCK & 63) | 1 << ((last + offset) // BLOCK & 63)
                filed = self._sets[pattern >> SET_SHIFT]
                for leaf in filed.leaves(pattern & ((1 << SET_SHIFT) - 1)):
                    marks.add(leaf, bits, paragraph, blocks)
        return marks

    def _candidates(self, marks: Marks) -> list[int]:
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
    way: _Way,
    at: int,
    token: int,
    ids: Sequence[int],
    readings: Mapping[int, tuple[int, ...]],
    text: Segmented,
    spoken: int,
) -> int:
    """The last token if the pattern stands where its token at ``at`` stands for ``token``; else -1."""
    _, offset, language, wanted, ending, surfaces = way
    if language and spoken and language not in (spoken, SEVERAL):
        return -1
    first = at - offset
    last = first + len(wanted) - (not ending)
    if first < 0 or last >= len(ids):
        return -1
    for place, one in enumerate(wanted, first):
        if ids[place] != one and (place != first or one not in readings.get(first, ())):
            return -1
    if ending and not text.folds[last].startswith(ending):
        return -1
    for place, surface in enumerate(surfaces, first):
        if surface_of(text.raw[text.starts[place] : text.ends[place]]) != surface:
            return -1
    return last
