"""Terms and names spelled as rows of token numbers, in Python; ``bulk`` does it with the compiled kernel."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.matching.characters import ASTRAL_CLUSTERS, CLUSTERS
from monitor.matching.filing.hashing import Hashes, Key, Numbers, of_texts
from monitor.matching.fold import fold
from monitor.matching.patterns import Pattern, patterns

_plain = re.compile(rf"(?:(?![{CLUSTERS}{ASTRAL_CLUSTERS}])[^\W\d_])+\Z")

CLUSTERED = 1
SPECIAL = 2


class Spelled(msgspec.Struct, frozen=True, eq=False):
    """Patterns as rows: row ``i`` is ``tokens[ends[i - 1]:ends[i]]``, numbers of tokens from 1.

    ``hashes[n - 1]`` is the hash of token n, ``words`` the tokens themselves joined by line breaks, if
    they are known. ``flags[i]`` tells clustered patterns, and special ones: those are kept whole in
    ``special``, since more than their tokens has to be met. The last token of a prefix has the number 0.
    ``rows_of[t]`` are the rows of text t.
    """

    tokens: Numbers
    ends: Numbers
    flags: npt.NDArray[np.uint8]
    special: Mapping[int, Pattern]
    hashes: Hashes
    words: str | None
    rows_of: npt.NDArray[np.uint8]

    def only(self, rows: Numbers) -> Spelled:
        """These rows, numbered anew; texts are forgotten."""
        starts = np.concatenate([np.zeros(1, np.uint32), self.ends[:-1]])[rows]
        tokens, ends = gather(self.tokens, starts, self.ends[rows] - starts)
        flags = self.flags[rows]
        special = {
            number: self.special[int(rows[number])] for number in np.flatnonzero(flags & SPECIAL).tolist()
        }
        return Spelled(tokens, ends, flags, special, self.hashes, self.words, self.rows_of[:0])


def gather(values: Numbers, starts: Numbers, lengths: Numbers) -> tuple[Numbers, Numbers]:
    """The rows ``values[start:start + length]`` one after the other, and where each ends."""
    ends = np.cumsum(lengths, dtype=np.uint32)
    if not len(ends):
        return values[:0], ends
    begins = np.concatenate([np.zeros(1, np.uint32), ends[:-1]])
    return values[np.arange(ends[-1], dtype=np.uint32) + np.repeat(starts - begins, lengths)], ends


def spell(texts: Iterable[tuple[str, bool]], key: Key) -> Spelled:
    """All spellings of these texts; with each stands whether it counts in this very case alone."""
    speller = _Speller()
    rows_of = bytearray()
    for text, case in texts:
        rows_of.append(speller.add(text, case))
    return Spelled(
        tokens=np.array(speller.tokens, np.uint32),
        ends=np.array(speller.ends, np.uint32),
        flags=np.frombuffer(bytes(speller.flags), np.uint8),
        special=speller.special,
        hashes=of_texts(list(speller.words), key),
        words="\n".join(speller.words),
        rows_of=np.frombuffer(bytes(rows_of), np.uint8),
    )


class _Speller:
    """Gathers rows."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.tokens = array("I")
        self.ends = array("I")
        self.flags = bytearray()
        self.special: dict[int, Pattern] = {}
        self._raw: dict[str, int] = {}

    def add(self, text: str, case: bool) -> int:
        """Take all spellings of a text; how many there are."""
        if not case and self._add_plain(text.split(" ")):
            return 1
        spelled = patterns(text, case=case)
        for pattern in spelled:
            row = len(self.ends)
            exact = pattern.tokens[:-1] if pattern.prefix else pattern.tokens
            self.tokens.extend([self._number(token) for token in exact])
            if pattern.prefix:
                self.tokens.append(0)
            self.ends.append(len(self.tokens))
            self.flags.append(flags_of(pattern))
            if is_special(pattern):
                self.special[row] = pattern
        return len(spelled)

    def _add_plain(self, words: list[str]) -> bool:
        """Take words of letters alone: most names are nothing else, and need no segmentation."""
        known = self._raw
        numbers = list(map(known.get, words))
        if None in numbers:
            for at, word in enumerate(words):
                if numbers[at] is None:
                    if not _plain.match(word):
                        return False
                    numbers[at] = known[word] = self._number(fold(word))
        self.tokens.extend(numbers)  # type: ignore[arg-type]
        self.ends.append(len(self.tokens))
        self.flags.append(0)
        return True

    def _number(self, folded: str) -> int:
        return self.words.setdefault(folded, len(self.words) + 1)


def is_special(pattern: Pattern) -> bool:
    """Whether more than the pattern's tokens has to be met."""
    return bool(pattern.surfaces or pattern.glue or pattern.dotted or pattern.prefix)


def flags_of(pattern: Pattern) -> int:
    """The row's flags."""
    return (CLUSTERED if pattern.clustered else 0) | (SPECIAL if is_special(pattern) else 0)
