"""Whether the kernel in C cuts a text as Python does."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

import numpy as np

from monitor.matching.characters import APOSTROPHE_CLASS
from monitor.matching.filing.hashing import Key, new_key
from monitor.matching.kernel.tokens import Memory, Tokens, key_struct
from monitor.matching.text import Segmented, segment

CONTEXTS = (
    "{0}",
    "a{0}b",
    "ж{0}ж",
    "ا{0}ل",
    "1{0}234",
    "{0}{0}",
    "中{0}中",
    "'{0}'",
    "{0}'s",
    "a'{0}",
    'ה"{0}',
)
SPREAD = " ".join(CONTEXTS) + " a. {0} a.{0} B\n{0}\nC {0}. B"
"""A character in all places in which its neighbours may change what it is."""


_either = re.compile(rf"\d.*[{APOSTROPHE_CLASS}]", re.DOTALL)


class Cutter:
    """Cuts texts with both. One for each thread."""

    def __init__(self, key: Key | None = None) -> None:
        self._key = new_key() if key is None else key
        self._memory = Memory(self._key)
        self._tokens = Tokens()

    def difference(self, raw: str, language: str = "") -> str:
        """What the kernel in C makes otherwise of a text than Python; empty if nothing."""
        tokens = self._tokens
        tokens.segment(raw, language, key_struct(self._key), self._memory)
        cut, plain = tokens.segmented(raw, language), segment(raw, language)
        count = tokens.struct.tokens
        pointer = ctypes.cast(tokens.struct.hash, ctypes.POINTER(ctypes.c_uint64))
        hashes = np.ctypeslib.as_array(pointer, (count + 1,))[:count].tolist()
        for what, ours, theirs in (
            ("starts", cut.starts, plain.starts),
            ("ends", cut.ends, plain.ends),
            ("folds", _folds(cut), _folds(plain)),
            ("hashes", hashes, [self._key.of(fold) for fold in plain.folds]),
            ("paragraphs", cut.paragraph_starts, plain.paragraph_starts),
            ("stops", _between(cut), _between(plain)),
            ("certain ends", list(_false_ends(tokens.end_at[: tokens.struct.ends].tolist(), plain)), []),
            ("sentences", list(_sentences(cut)), list(_sentences(plain, whole=True))),
        ):
            if ours != theirs:
                return f"{what} of {raw!r} ({language or 'no language'}): {ours} for {theirs}"
        return ""

    def sweep(self, code_points: Iterable[int]) -> Iterator[str]:
        """The differences that these characters make."""
        for code in code_points:
            found = self.difference(SPREAD.format(chr(code)))
            if found:
                yield f"U+{code:04X}: {found}"


def _between(text: Segmented) -> list[int]:
    """Stops but for those between two digits: they end nothing, and C does not name those in 1.234."""
    raw = text.raw
    return [
        stop
        for stop in text._all_stops()
        if not (raw[stop - 1 : stop].isdecimal() and raw[stop + 1 : stop + 2].isdecimal())
    ]


def _folds(text: Segmented) -> list[str]:
    """Folds but for those of 1'234: by itself a number, beside a letter a word with an apostrophe."""
    surfaces = (text.raw[start:end] for start, end in zip(text.starts, text.ends, strict=True))
    return [
        "" if _either.match(surface) else fold for fold, surface in zip(text.folds, surfaces, strict=True)
    ]


def _false_ends(ends: Iterable[int], text: Segmented) -> Iterator[int]:
    """Ends of sentences by the kernel that are none."""
    begins = set(text.sentence_starts)
    for end in ends:
        token = bisect_left(text.starts, end)
        if token < len(text.starts) and token not in begins:
            yield end


def _sentences(text: Segmented, *, whole: bool = False) -> Iterator[tuple[int, int]]:
    """The sentence of each token, found one by one, or by all sentences of the text."""
    if whole:
        assert text.sentence_starts or not text.starts
    for token in range(len(text.starts)):
        yield text.sentence(token)
