"""Segmentation by the compiled kernel; what it leaves to Python, read there and put in its place."""

from __future__ import annotations

from ctypes import byref

import numpy as np

from monitor.matching.alternatives import alternatives
from monitor.matching.filing.hashing import Hashes, Key, Numbers
from monitor.matching.fold import fold
from monitor.matching.kernel.library import AVAILABLE, FieldStruct, KeyStruct, functions
from monitor.matching.kernel.tables import CHARACTERS
from monitor.matching.sentences import ABBREVIATIONS
from monitor.matching.text import DOT_GROUPING, Segmented, pieces

__all__ = ["AVAILABLE", "Memory", "Tokens", "key_struct"]

MOST_REMEMBERED = 50_000
"""Chunks and words of which the reading is remembered."""

LONGEST_REMEMBERED = 200
"""Code points of a chunk or word that may come again."""

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
            if len(chunk) <= LONGEST_REMEMBERED:
                if len(self._chunks) >= MOST_REMEMBERED:
                    self._chunks.clear()
                self._chunks[chunk, language in DOT_GROUPING] = known
        return known

    def others(self, surface: str, language: str) -> tuple[int, ...]:
        """Hashes of the other readings of a word."""
        known = self._others.get((surface, language))
        if known is None:
            known = tuple(self._key.of(reading) for reading in alternatives(surface, language))
            if len(surface) <= LONGEST_REMEMBERED:
                if len(self._others) >= MOST_REMEMBERED:
                    self._others.clear()
                self._others[surface, language] = known
        return known


class Tokens:
    """The arrays of one field."""

    def __init__(self) -> None:
        self.struct = FieldStruct()
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

    def segment(self, raw: str, language: str, key: KeyStruct, memory: Memory) -> None:
        """Cut the text; afterwards the struct's arrays hold its tokens."""
        struct = self.struct
        struct.text = raw.encode("utf-32-le", "surrogatepass")
        struct.length = len(raw)
        self.grow(len(raw))
        struct.start, struct.stop, struct.hash = self._pointers
        self.start, self.stop, self.spliced = self._plain[0], self._plain[1], False
        characters, dots = byref(CHARACTERS.struct), language in DOT_GROUPING
        known = CHARACTERS.blocks
        functions().segment(characters, key, dots, byref(struct))
        if struct.hard:
            CHARACTERS.learn(raw)
            if CHARACTERS.blocks != known:  # by this thread or by another meanwhile
                functions().segment(characters, key, dots, byref(struct))
        functions().find_sentences(characters, byref(struct), memory.abbreviations.ctypes.data, 1023)
        if struct.hard:
            self._splice(raw, language, memory)

    def _splice(self, raw: str, language: str, memory: Memory) -> None:
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
        functions().splice(
            byref(self.struct),
            *(array.ctypes.data for array in arrays),
            hashed.ctypes.data,
            *self._spare_pointers,
        )
        self.start, self.stop, self.spliced = self._spare[0], self._spare[1], True

    def bounds(self) -> tuple[Numbers, Numbers]:
        """Where each token starts and stops; a view that the next text overwrites."""
        return self.start[: self.struct.tokens], self.stop[: self.struct.tokens]

    def hashes(self) -> Hashes:
        """The hash of each token; a copy."""
        hashes = self._spare_hash if self.spliced else self._hash
        return hashes[: self.struct.tokens].copy()

    def segmented(self, raw: str, language: str) -> Segmented:
        """The field as the verifier sees it."""
        struct = self.struct
        return Segmented(
            raw,
            language,
            self.start[: struct.tokens].tolist(),
            self.stop[: struct.tokens].tolist(),
            None,
            self.stop_at[: struct.stops].tolist(),
            [place + 1 for place in self.paragraph_at[: struct.paragraphs].tolist()],
        )


def key_struct(key: Key) -> KeyStruct:
    """The key as the kernel takes it."""
    return KeyStruct(key.seed, key.multiplier)
