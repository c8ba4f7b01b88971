"""The kernel in C over a plan, and the memory that it works in."""

from __future__ import annotations

import ctypes
import re
from collections import deque
from ctypes import byref, c_void_p

import numpy as np
import numpy.typing as npt

from monitor.matching.filing.hashing import Hashes, Numbers
from monitor.matching.filing.patterns import PatternSet
from monitor.matching.filing.plan import Plan
from monitor.matching.filing.rules import RuleSet
from monitor.matching.kernel import plain
from monitor.matching.kernel.library import (
    ArticleStruct,
    PatternsStruct,
    RulesStruct,
    ScratchStruct,
    functions,
)
from monitor.matching.kernel.read import Read, Rows, in_order
from monitor.matching.kernel.tables import CHARACTERS
from monitor.matching.kernel.tokens import AVAILABLE, Memory, Tokens, key_struct

__all__ = ["AVAILABLE", "NAME", "NativeKernel"]

NAME = "native"
NO_ROWS = Rows(*(np.zeros(0, np.uint32) for _ in range(3)))
_plain_arabic = re.compile("[\u0621-\u063a\u0641-\u064a]+\\Z")
"""Words that the kernel reads otherwise by itself."""

_OTHERS_AT_LEAST = 1024
_LEAF_BYTES = 32
_FOUND = ("found_first", "found_last", "found_pattern")


class _Work:
    """The scratch of one call at a time."""

    def __init__(self, plan: Plan, traffic: Numbers) -> None:
        self.fields = (Tokens(), Tokens())
        self.struct = struct = ScratchStruct()
        self.article = article = ArticleStruct()
        article.characters = ctypes.addressof(CHARACTERS.struct)
        article.fields[0] = ctypes.addressof(self.fields[0].struct)
        article.fields[1] = ctypes.addressof(self.fields[1].struct)
        self._arrays: dict[str, npt.NDArray[np.generic]] = {}
        self._found: dict[str, Numbers] = {}
        struct.leaves = self._new("leaves", plan.leaf_count * _LEAF_BYTES // 8 + 1, np.uint64)
        struct.touched = self._new("touched", plan.leaf_count + 1, np.uint32)
        struct.traffic = traffic.ctypes.data
        struct.most_rules = sum(len(rules.way_rule) for rules in plan.rule_sets)
        struct.rules = self._new("rules", struct.most_rules + 1, np.uint32)
        for number, rules in enumerate(plan.rule_sets):
            struct.way_epoch[number] = self._new(f"ways{number}", len(rules.way_rule) + 1, np.uint32)
        self._sets = len(plan.pattern_sets)
        self._tokens = 0
        self.grow(1024)

    def _new(self, name: str, size: int, kind: type[np.uint32 | np.uint64 | np.uint8]) -> int:
        array = np.zeros(size, kind)
        self._arrays[name] = array
        return int(array.ctypes.data)

    def grow(self, tokens: int) -> None:
        """Room for so many tokens."""
        if tokens <= self._tokens:
            return
        self._tokens = tokens = tokens + tokens // 2
        struct = self.struct
        struct.most_found = struct.most_others = _OTHERS_AT_LEAST + 4 * tokens
        for number in range(self._sets):
            struct.ids[number] = self._new(f"ids{number}", tokens + 2, np.uint32)
            struct.other_ids[number] = self._new(f"other{number}", struct.most_others, np.uint32)
        struct.sentence = self._new("sentence", tokens + 2, np.uint8)
        struct.paragraph = self._new("paragraph", tokens + 2, np.uint8)
        struct.other_at = self._new("other_at", tokens + 2, np.uint32)
        for name in _FOUND:
            self._found[name] = np.zeros(struct.most_found, np.uint32)
            setattr(struct, name, self._found[name].ctypes.data)

    def rules(self) -> list[int]:
        """The rules that may fire, each once."""
        found: list[int] = self._arrays["rules"][: self.struct.rule_count].tolist()
        return found

    def rows(self) -> tuple[Rows, Rows]:
        """The places found, by field."""
        count = self.struct.found
        rows = in_order(*(self._found[name][:count] for name in _FOUND))
        title = self.article.title_tokens
        if not title:
            return NO_ROWS, rows
        cut = int(np.searchsorted(rows.first, title))
        return (
            Rows(rows.first[:cut], rows.last[:cut], rows.pattern[:cut]),
            Rows(rows.first[cut:] - np.uint32(title), rows.last[cut:] - np.uint32(title), rows.pattern[cut:]),
        )


class NativeKernel:
    """Reads articles by one plan, in C. Safe to share between threads: each call has its own scratch."""

    def __init__(self, plan: Plan, memory: Memory | None = None) -> None:
        """``memory``: that of another kernel over the same lexicon."""
        self._plan = plan
        self.memory = memory if memory is not None else Memory(plan.table.patterns.key)
        self._key = key_struct(plan.table.patterns.key)
        sets = [_patterns(one) for one in plan.pattern_sets]
        rules = [_rules(one) for one in plan.rule_sets]
        if plan.dead is not None:
            rules[0].dead = plan.dead.ctypes.data
        if len(rules) > 1:
            rules[1].first_rule = plan.base.rules
        self._structs = (sets, rules)
        self._sets = (c_void_p * len(sets))(*map(ctypes.addressof, sets))
        self._rules = (c_void_p * len(rules))(*map(ctypes.addressof, rules))
        self._traffic = np.zeros(plan.leaf_count + 1, np.uint32)
        self._articles = 0
        self._free: deque[_Work] = deque()
        self._plain: plain.PlainKernel | None = None

    def read(self, title: str, text: str, language: str) -> Read:
        """Everything that may be in the article."""
        work = self._run(title, text, language)
        if work is None:
            return self._fallback().read(title, text, language)
        try:
            return self._taken(work, title, text, language)
        finally:
            self._free.append(work)

    def candidates(self, title: str, text: str, language: str) -> Read | None:
        """The same, but nothing if no rule may fire."""
        work = self._run(title, text, language)
        if work is None:
            return self._fallback().candidates(title, text, language)
        try:
            return self._taken(work, title, text, language) if work.struct.rule_count else None
        finally:
            self._free.append(work)

    def over(self, plan: Plan) -> NativeKernel:
        """A kernel for another plan of the same lexicon and base, with what this one remembers."""
        kernel = NativeKernel(plan, self.memory)
        plain.carry(self._traffic, kernel._traffic, plan)
        kernel._articles = self._articles
        return kernel

    def counts(self) -> tuple[int, Numbers]:
        """How many articles were read, and in how many of them each leaf occurred."""
        return self._articles, self._traffic

    def _taken(self, work: _Work, title: str, text: str, language: str) -> Read:
        fields = (
            work.fields[0].segmented(title, language),
            work.fields[1].segmented(text, language),
        )
        return Read(fields, work.rows(), work.rules())

    def _run(self, title: str, text: str, language: str) -> _Work | None:
        """The work done, or none if it was too much for the arrays."""
        try:
            work = self._free.pop()
        except IndexError:
            work = _Work(self._plan, self._traffic)
        for field, raw in zip(work.fields, (title, text), strict=True):
            field.segment(raw, language, self._key, self.memory)
        work.grow(work.fields[0].struct.tokens + work.fields[1].struct.tokens)
        article = work.article
        article.language = self._plan.table.languages.get(language, plain.ELSEWHERE) if language else 0
        article.arabic = language == "ar"
        article.listed_only = language in plain.LISTED_LANGUAGES
        article.others = 0
        others = self._others(work, (title, text), language)
        if others is not None:
            article.others = len(others[0])
            article.other_token, article.other_hash = others[0].ctypes.data, others[1].ctypes.data
        functions().match(
            self._sets, len(self._sets), self._rules, len(self._rules), byref(article), byref(work.struct)
        )
        self._articles += 1
        if work.struct.overflow:
            self._free.append(work)
            return None
        return work

    def _others(self, work: _Work, raws: tuple[str, str], language: str) -> tuple[Numbers, Hashes] | None:
        """Other readings that Python has to make: of all words in Hebrew and Korean, of those with hard
        characters in Arabic."""
        every = language in plain.LISTED_LANGUAGES
        if not every and not (language == "ar" and any(field.spliced for field in work.fields)):
            return None
        tokens: list[int] = []
        hashes: list[int] = []
        offset = 0
        for field, raw in zip(work.fields, raws, strict=True):
            count = field.struct.tokens
            for at, (start, stop) in enumerate(
                zip(field.start[:count].tolist(), field.stop[:count].tolist(), strict=True)
            ):
                surface = raw[start:stop]
                if every or not _plain_arabic.match(surface):
                    for other in self.memory.others(surface, language):
                        tokens.append(offset + at)
                        hashes.append(other)
            offset += count
        return np.array(tokens, np.uint32), np.array(hashes, np.uint64)

    def _fallback(self) -> plain.PlainKernel:
        """For an article in which more stands than was thought possible."""
        if self._plain is None:
            self._plain = plain.PlainKernel(self._plan)
        return self._plain


def _patterns(patterns: PatternSet) -> PatternsStruct:
    owners = patterns.owners
    return PatternsStruct(
        key_struct(patterns.key),
        patterns.slots.ctypes.data,
        len(patterns.slots) - 1,
        patterns.filed_at.ctypes.data,
        patterns.filed.ctypes.data,
        patterns.tokens_at.ctypes.data,
        patterns.tokens.ctypes.data,
        owners.of.ctypes.data,
        owners.lists.ctypes.data,
        owners.leaves_at.ctypes.data,
        owners.leaves.ctypes.data,
        patterns.cased.ctypes.data,
        patterns.cased_at.ctypes.data,
        patterns.spellings.ctypes.data,
        len(patterns.cased),
        patterns.prefixes.ctypes.data,
        len(patterns.prefixes),
        patterns.prefix_bits.ctypes.data,
    )


def _rules(rules: RuleSet) -> RulesStruct:
    return RulesStruct(
        rules.watch_at.ctypes.data,
        rules.watch.ctypes.data,
        rules.way_rule.ctypes.data,
        rules.way_at.ctypes.data,
        rules.groups.ctypes.data,
        rules.parts.ctypes.data,
        rules.part_lists.ctypes.data,
        rules.always.ctypes.data,
        len(rules.always),
        None,
        rules.leaf_count,
        len(rules.way_rule),
        0,
    )
