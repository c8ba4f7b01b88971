"""Classes of characters, and the patterns by which words, numbers and symbols are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from monitor.matching.fold import APOSTROPHES, IGNORABLE

CLUSTERS = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf"  # Thai, Lao
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1000-\u103f\u1050-\u109f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"  # Myanmar
)
"""Scripts without spaces, as the inside of a regular expression's class."""

ASTRAL_CLUSTERS = "\U00020000-\U000323af"
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
APOSTROPHE_CLASS = re.escape(APOSTROPHES)
_ignorable = re.compile(f"[{IGNORABLE}]")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _joins(char: str) -> bool:
    """Whether the character belongs to a word without being a letter or a digit."""
    return _is_mark(char) or _ignorable.match(char) is not None


def _ranges(belongs: Callable[[str], bool], low: int, high: int) -> str:
    """The characters from ``low`` to ``high`` that belong, as the inside of a class."""
    ranges: list[str] = []
    start = -1
    for code in range(low, high + 2):
        inside = code <= high and belongs(chr(code))
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            ranges.append(f"{re.escape(chr(start))}-{re.escape(chr(code - 1))}")
            start = -1
    return "".join(ranges)


MARKS = _ranges(_is_mark, 0x300, 0x1FFFF) + _ranges(_is_mark, 0xE0100, 0xE01EF)
"""Combining marks, as the inside of a class."""

WORD = rf"[\w{IGNORABLE}{MARKS}]"
"""Any character of a word."""

# A class within the basic plane and without \w is one table lookup; any other is a walk over all its
# ranges, for every space. So what joins is looked for only where no letter or digit stands.
_JOINING = (
    rf"(?:[{_ranges(_joins, 0x80, 0xFFFF)}]"
    rf"|(?=[\U00010000-\U0010ffff])[{_ranges(_joins, 0x10000, 0x1FFFF)}{_ranges(_joins, 0xE0100, 0xE01EF)}])"
)
_WORDS = rf"(?:\w++|{_JOINING}++)++"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{1,2}"
    "|[\u2600-\u27bf\U0001f300-\U0001faff](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]+[\u2600-\u27bf\U0001f300-\U0001faff]?)*"
)
EMOJI = re.compile(_EMOJI)


def _pattern(dot: str) -> re.Pattern[str]:
    number = rf"(?<![\w])\d{{1,3}}(?:[,\u066c'\u2019\u00a0\u202f{dot}]\d{{3}})+(?![\w])"
    word = rf"{_WORDS}(?:(?:[{APOSTROPHE_CLASS}]|\"(?=[\u05d0-\u05ea])|\u05f4){_WORDS})*"
    return re.compile(f"{number}|{word}|{_EMOJI}")


RUNS = _pattern("")
"""Grouped numbers, runs of word characters with apostrophes inside, symbols."""

DOTTED_RUNS = _pattern(".")
"""The same where a full stop groups the digits of a number."""
