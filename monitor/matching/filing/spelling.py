"""Terms and names spelled as rows of token numbers."""

from __future__ import annotations

import re
from array import array

from monitor.matching.characters import CLUSTERS
from monitor.matching.fold import fold
from monitor.matching.patterns import Pattern, patterns

_plain = re.compile(rf"(?:(?![{CLUSTERS}])[^\W\d_])+\Z")

CLUSTERED = 1
SPECIAL = 2


class Speller:
    """Gathers patterns. Row ``i`` is ``tokens[ends[i - 1]:ends[i]]``, numbers of ``words`` from 1.

    ``flags[i]`` tells clustered patterns, and special ones: those are kept whole in ``special``, since
    more than their tokens has to be met. The last token of a prefix has the number 0.
    """

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.tokens = array("I")
        self.ends = array("I")
        self.flags = bytearray()
        self.special: dict[int, Pattern] = {}
        self._raw: dict[str, int] = {}
        self._spelled: dict[tuple[str, bool], tuple[Pattern, ...]] = {}

    def add(self, text: str, *, case: bool = False) -> int:
        """Take all spellings of ``text`` as rows; how many there are."""
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
            flags = CLUSTERED if pattern.clustered else 0
            if pattern.surfaces or pattern.glue or pattern.dotted or pattern.prefix:
                flags |= SPECIAL
                self.special[row] = pattern
            self.flags.append(flags)
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
