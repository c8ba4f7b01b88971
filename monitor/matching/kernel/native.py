"""The kernel in C: its library, and the memory that it works in."""

from __future__ import annotations

import ctypes
import re
from collections import deque
from ctypes import byref, c_char_p, c_uint32, c_uint64, c_void_p
from pathlib import Path

import numpy as np
import numpy.typing as npt

from monitor.matching.alternatives import alternatives
from monitor.matching.filing.hashing import Hashes, Key, Numbers
from monitor.matching.filing.patterns import PatternSet
from monitor.matching.filing.plan import Plan
from monitor.matching.filing.rules import RuleSet
from monitor.matching.fold import fold
from monitor.matching.kernel import plain
from monitor.matching.kernel.read import Read, Rows, in_order
from monitor.matching.kernel.tables import CHARACTERS
from monitor.matching.sentences import ABBREVIATIONS
from monitor.matching.text import DOT_GROUPING, Segmented, pieces

NAME = "native"
_plain_arabic = re.compile("[\u0621-\u063a\u0641-\u064a]+\\Z")
"""Words that the kernel reads otherwise by itself."""

MOST_SETS = 3
MOST_REMEMBERED = 50_000  # chunks and words of which the reading is remembered
_OTHERS_AT_LEAST = 1024
_LEAF_BYTES = 24
_FOUND = ("found_first", "found_last", "found_pattern")
_ELSEWHERE = 0xFFFE
"""The number of a language that the lexicon does not have."""


NO_ROWS = Rows(*(np.zeros(0, np.uint32) for _ in range(3)))


class _Key(ctypes.Structure):
    _fields_ = (("seed", c_uint64), ("multiplier", c_uint64))


class _Field(ctypes.Structure):
    _fields_ = (
        ("text", c_char_p),
        ("length", c_uint32),
        *((name, c_uint32) for name in ("tokens", "hard", "stops", "paragraphs", "ends")),
        *(
            (name, c_void_p)
            for name in ("start", "stop", "hash", "hard_at", "stop_at", "paragraph_at", "end_at")
        ),
    )


class _Patterns(ctypes.Structure):
    _fields_ = (
        ("key", _Key),
        ("slots", c_void_p),
        ("slot_mask", c_uint64),
        *(
            (name, c_void_p)
            for name in (
                "filed_at",
                "filed",
                "tokens_at",
                "tokens",
                "owner",
                "lists",
                "leaves_at",
                "leaves",
                "cased",
                "cased_at",
                "spellings",
            )
        ),
        ("cased_count", c_uint64),
        ("prefixes", c_void_p),
        ("prefix_count", c_uint64),
        ("prefix_bits", c_void_p),
    )


class _Rules(ctypes.Structure):
    _fields_ = (
        *(
            (name, c_void_p)
            for name in ("watch_at", "watch", "way_rule", "way_at", "groups", "parts", "part_lists", "always")
        ),
        ("always_count", c_uint64),
        ("dead", c_void_p),
        *((name, c_uint64) for name in ("leaf_count", "way_count", "first_rule")),
    )


class _Article(ctypes.Structure):
    _fields_ = (
        ("characters", c_void_p),
        ("fields", c_void_p * 2),
        *(
            (name, c_uint32)
            for name in ("tokens", "title_tokens", "language", "arabic", "listed_only", "others")
        ),
        ("other_token", c_void_p),
        ("other_hash", c_void_p),
    )


class _Scratch(ctypes.Structure):
    _fields_ = (
        ("ids", c_void_p * MOST_SETS),
        ("sentence", c_void_p),
        ("leaves", c_void_p),
        ("touched", c_void_p),
        ("way_epoch", c_void_p * MOST_SETS),
        ("traffic", c_void_p),
        ("epoch", c_uint32),
        ("touched_count", c_uint32),
        ("found_pattern", c_void_p),
        ("found_first", c_void_p),
        ("found_last", c_void_p),
        ("found", c_uint32),
        ("most_found", c_uint32),
        ("rules", c_void_p),
        ("rule_count", c_uint32),
        ("most_rules", c_uint32),
        ("lead", c_uint64),
        ("other_at", c_void_p),
        ("other_ids", c_void_p * MOST_SETS),
        ("most_others", c_uint32),
        ("overflow", c_uint32),
    )


def library_path() -> Path | None:
    """The compiled kernel, if there is one."""
    return next(iter(sorted(Path(__file__).parent.glob("_kernel*.so"))), None)


def _load() -> ctypes.CDLL | None:
    path = library_path()
    if path is None:
        return None
    try:
        library = ctypes.CDLL(str(path))
        library.segment.argtypes = (c_void_p, _Key, ctypes.c_int, c_void_p)
        library.find_sentences.argtypes = (c_void_p, c_void_p, c_void_p, c_uint64)
        library.splice.argtypes = (c_void_p,) * 8
        library.match.argtypes = (c_void_p, c_uint32, c_void_p, c_uint32, c_void_p, c_void_p)
        for name in ("segment", "find_sentences", "splice", "match"):
            getattr(library, name).restype = None
    except (OSError, AttributeError):  # for another machine, or of another version
        return None
    return library


_library = _load()
AVAILABLE = _library is not None

Reading = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Starts, stops and hashes of the tokens in a chunk."""


class Memory:
    """What was read in Python before: chunks with hard characters, and words with particles."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._chunks: dict[tuple[str, bool], Reading] = {}
        self._others: dict[tuple[str, str], tuple[int, ...]] = {}
        marks = {key.of(fold(word)) for word in ABBREVIATIONS}
        self.abbreviations = np.zeros(1024, np.uint64)
        for mark in sorted(marks):
            slot = mark & 1023
            while self.abbreviations[slot]:
                slot = (slot + 1) & 1023
            self.abbreviations[slot] = mark

    def chunk(self, chunk: str, language: str) -> Reading:
        """The tokens in the chunk."""
        known = self._chunks.get((chunk, language in DOT_GROUPING))
        if known is None:
            found = pieces(chunk, language)
            known = (
                tuple(start for start, _, _ in found),
                tuple(stop for _, stop, _ in found),
                tuple(self._key.of(folded) for _, _, folded in found),
            )
            if len(self._chunks) >= MOST_REMEMBERED:
                self._chunks.clear()
            self._chunks[chunk, language in DOT_GROUPING] = known
        return known

    def others(self, surface: str, language: str) -> tuple[int, ...]:
        """Hashes of the other readings of a word."""
        known = self._others.get((surface, language))
        if known is None:
            known = tuple(self._key.of(reading) for reading in alternatives(surface, language))
            if len(self._others) >= MOST_REMEMBERED:
                self._others.clear()
            self._others[surface, language] = known
        return known


class _Tokens:
    """The arrays of one field."""

    def __init__(self) -> None:
        self.struct = _Field()
        self.size = 0
        self.start: Numbers
        self.grow(1)

    def grow(self, length: int) -> None:
        """Room for a text of this length."""
        if length < self.size:
            return
        self.size = size = max(1024, length + length // 2)
        self._plain = [np.zeros(size + 2, np.uint32) for _ in range(2)]
        self._spare = [np.zeros(size + 2, np.uint32) for _ in range(2)]
        self._hash, self._spare_hash = np.zeros(size + 2, np.uint64), np.zeros(size + 2, np.uint64)
        self.hard_at, self.stop_at, self.paragraph_at, self.end_at = (
            np.zeros(size + 2, np.uint32) for _ in range(4)
        )
        struct = self.struct
        struct.hard_at, struct.stop_at = self.hard_at.ctypes.data, self.stop_at.ctypes.data
        struct.paragraph_at, struct.end_at = self.paragraph_at.ctypes.data, self.end_at.ctypes.data
        self._pointers = (self._plain[0].ctypes.data, self._plain[1].ctypes.data, self._hash.ctypes.data)
        self._spare_pointers = (
            self._spare[0].ctypes.data,
            self._spare[1].ctypes.data,
            self._spare_hash.ctypes.data,
        )

    def segment(self, raw: str, language: str, key: _Key, memory: Memory) -> None:
        """Cut the text; afterwards the struct's arrays hold its tokens."""
        assert _library is not None
        struct = self.struct
        struct.text = raw.encode("utf-32-le", "surrogatepass")
        struct.length = len(raw)
        self.grow(len(raw))
        struct.start, struct.stop, struct.hash = self._pointers
        self.start, self.stop, self.spliced = self._plain[0], self._plain[1], False
        characters, dots = byref(CHARACTERS.struct), language in DOT_GROUPING
        _library.segment(characters, key, dots, byref(struct))
        if struct.hard and CHARACTERS.learn(raw):
            _library.segment(characters, key, dots, byref(struct))
        _library.find_sentences(characters, byref(struct), memory.abbreviations.ctypes.data, 1023)
        if struct.hard:
            self._splice(raw, language, memory)

    def _splice(self, raw: str, language: str, memory: Memory) -> None:
        assert _library is not None
        counts: list[int] = []
        starts: list[int] = []
        stops: list[int] = []
        hashes: list[int] = []
        places = self.hard_at[: self.struct.hard]
        for begin, end in zip(self.start[places].tolist(), self.stop[places].tolist(), strict=True):
            inside = memory.chunk(raw[begin:end], language)
            counts.append(len(inside[0]))
            starts.extend([begin + start for start in inside[0]])
            stops.extend([begin + stop for stop in inside[1]])
            hashes.extend(inside[2])
        arrays = [np.array(column, np.uint32) for column in (counts, starts, stops)]
        hashed = np.array(hashes, np.uint64)
        _library.splice(
            byref(self.struct),
            *(array.ctypes.data for array in arrays),
            hashed.ctypes.data,
            *self._spare_pointers,
        )
        self.start, self.stop, self.spliced = self._spare[0], self._spare[1], True

    def segmented(self, raw: str, language: str) -> Segmented:
        """The field as the verifier sees it."""
        struct = self.struct
        starts = self.start[: struct.tokens].tolist()
        breaks = self.paragraph_at[: struct.paragraphs]
        firsts = np.searchsorted(self.start[: struct.tokens], breaks, side="right").tolist()
        paragraphs = sorted({0, *(first for first in firsts if first < struct.tokens)}) if starts else []
        return Segmented(
            raw,
            language,
            starts,
            self.stop[: struct.tokens].tolist(),
            None,
            self.stop_at[: struct.stops].tolist(),
            paragraphs,
        )


class _Work:
    """The scratch of one call at a time."""

    def __init__(self, plan: Plan, traffic: Numbers) -> None:
        self.fields = (_Tokens(), _Tokens())
        self.struct = struct = _Scratch()
        self.article = article = _Article()
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
        self._key = _key(plan.table.patterns.key)
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
        assert _library is not None
        try:
            work = self._free.pop()
        except IndexError:
            work = _Work(self._plan, self._traffic)
        for field, raw in zip(work.fields, (title, text), strict=True):
            field.segment(raw, language, self._key, self.memory)
        work.grow(work.fields[0].struct.tokens + work.fields[1].struct.tokens)
        article = work.article
        article.language = self._plan.table.languages.get(language, _ELSEWHERE) if language else 0
        article.arabic = language == "ar"
        article.listed_only = language in plain.LISTED_LANGUAGES
        article.others = 0
        others = self._others(work, (title, text), language)
        if others is not None:
            article.others = len(others[0])
            article.other_token, article.other_hash = others[0].ctypes.data, others[1].ctypes.data
        _library.match(
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


def _key(key: Key) -> _Key:
    return _Key(key.seed, key.multiplier)


def _patterns(patterns: PatternSet) -> _Patterns:
    owners = patterns.owners
    return _Patterns(
        _key(patterns.key),
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


def _rules(rules: RuleSet) -> _Rules:
    return _Rules(
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
