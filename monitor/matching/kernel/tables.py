"""What the kernel in C knows of each character: made from the Python that folds and segments.

Made block by block of 256 code points, when a text first needs one: a character of a block that is not
there yet counts as hard, so that its chunk is read by Python. Python's own Unicode tables thus decide
for both kernels.
"""

from __future__ import annotations

import ctypes
import re
import threading
import unicodedata

import numpy as np

from monitor.matching.characters import APOSTROPHE_CLASS, ASTRAL_CLUSTERS, CLUSTERS, EMOJI, WORD
from monitor.matching.fold import fold
from monitor.matching.sentences import HARD_STOPS, STOPS

BREAK, MARK, APOSTROPHE, LETTER, KEEPER, DIGIT, CLUSTER, HARD = range(8)
STOP, FULL_STOP, LOWER, BLANK = 8, 16, 32, 64
EXPANDED = 0x80000000
BLOCKS = 0x1100
MOST_EXPANSIONS = 1 << 16
MOST_AT_ONCE = 64
"""Blocks that one text has made at the most, so that none is waited for long: the rest stays hard."""

_MARKS = ',\u066c\u00a0\u202f."'
_BLANKS = " \t\r\f\v\u00a0"
_HAMZA = "\u0621"
_FIRST = frozenset(ord(char) >> 8 for char in STOPS + HARD_STOPS + _BLANKS + "\u2029")
"""Blocks that cannot stay hard: where sentences and paragraphs end is never left to Python."""

_UNUSED = ("Cn", "Co", "Cs")
"""Categories of code points that are no characters."""

_word = re.compile(WORD)
_plain_word = re.compile(r"[^\W_]")
_cluster = re.compile(f"[{CLUSTERS}{ASTRAL_CLUSTERS}]")
_apostrophe = re.compile(f"[{APOSTROPHE_CLASS}]")
_keeper = re.compile("[\u0400-\u052f\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_jamo = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")


class _Struct(ctypes.Structure):
    _fields_ = (
        ("pages", ctypes.c_void_p),
        ("flags", ctypes.c_void_p),
        ("folds", ctypes.c_void_p),
        ("expanded", ctypes.c_void_p),
    )


class Characters:
    """The table. Grows while it is read: a block is complete before it is named."""

    def __init__(self) -> None:
        self.pages = np.zeros(BLOCKS, np.uint16)
        self.flags = np.zeros((BLOCKS + 1) * 256, np.uint8)
        self.flags[:256] = HARD
        self.folds = np.zeros((BLOCKS + 1) * 256, np.uint32)
        self.expanded = np.zeros(MOST_EXPANSIONS, np.uint32)
        self._expansions: dict[str, int] = {}
        self._filled = 0
        self.blocks = 0  # that are there; a text read before there were more is to be read again
        self._lock = threading.Lock()
        self.struct = _Struct(
            self.pages.ctypes.data, self.flags.ctypes.data, self.folds.ctypes.data, self.expanded.ctypes.data
        )

    def learn(self, text: str) -> None:
        """Make blocks of the text's characters that are not there yet."""
        wanted = {ord(char) >> 8 for char in set(text)}
        new = [block for block in sorted(wanted) if not self.pages[block]]
        if new:
            new.sort(key=lambda block: block not in _FIRST)
            with self._lock:
                for block in new[:MOST_AT_ONCE]:
                    if not self.pages[block]:
                        self._make(block)

    def _make(self, block: int) -> None:
        base = (self.blocks + 1) * 256
        for low in range(256):
            flags, folded = describe(chr(block << 8 | low))
            self.flags[base + low] = flags
            if len(folded) == 1:
                self.folds[base + low] = ord(folded)
            elif folded:
                self.folds[base + low] = EXPANDED | self._expansion(folded)
        self.pages[block] = self.blocks + 1
        self.blocks += 1

    def _expansion(self, folded: str) -> int:
        if folded not in self._expansions:
            at = self._filled
            self.expanded[at : at + 1 + len(folded)] = [len(folded), *map(ord, folded)]
            self._filled += 1 + len(folded)
            self._expansions[folded] = at
        return self._expansions[folded]


def describe(char: str) -> tuple[int, str]:
    """The character's flags, and its fold if it is simple: one that no neighbour changes."""
    if unicodedata.category(char) in _UNUSED and not EMOJI.match(char):
        return BREAK, ""
    if _word.match(char) or EMOJI.match(char) or char == "\u05f4":
        simple = _simple(char)
        if simple is None:
            return HARD, ""
        lower = LOWER if char.islower() else 0
        if _cluster.match(char):
            return CLUSTER, simple
        if char.isdecimal():
            return DIGIT, simple
        return (KEEPER if _keeper.match(char) else LETTER) | lower, simple
    if _apostrophe.match(char):
        return APOSTROPHE if not _keeper.match(char) else HARD, ""
    flags = MARK if char in _MARKS else BREAK
    if char in _BLANKS:
        flags |= BLANK
    if char in STOPS:
        flags |= STOP
    if char in HARD_STOPS:
        flags |= FULL_STOP
    return flags, ""


def _simple(char: str) -> str | None:
    """The fold of a letter or digit that can be folded by itself."""
    if not _plain_word.match(char) or EMOJI.match(char) or _apostrophe.match(char) or _jamo.match(char):
        return None
    if unicodedata.combining(char) or unicodedata.normalize("NFC", char) != char:
        return None
    folded = fold(char)
    if not folded or len(folded) > 18 or not all(one.isalnum() for one in folded):
        return None
    if _HAMZA in folded and char != _HAMZA:
        return None
    if any(unicodedata.combining(one) for one in folded):
        return None
    around = fold(f"a{char}b"), fold(f"ж{char}ж"), fold(f"{char}{char}")
    if char != _HAMZA and around != (f"a{folded}b", f"ж{folded}ж", folded + folded):
        return None
    return folded


CHARACTERS = Characters()
"""The table of this process, shared by all threads and rule sets."""
