"""Folding: one spelling for all spellings of a token that a reader takes as the same.

The order of the steps is that of docs/matching.md, "Folding". A fold is taken of single tokens,
never of a whole text, so that offsets into the original stay exact.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

IGNORABLE = (
    "\u00ad\u0640\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef"
)
"""Characters that no reader sees, as the inside of a regular expression's class."""

APOSTROPHES = "'\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u055a\u05f3\uff07`\u00b4"

_ignorable = re.compile(f"[{IGNORABLE}]+")
_arabic_marks = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff]+"
)
_hebrew_points = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]+")
# Words of these letters alone need no more than the steps that concern them: most new words do.
_plain_cyrillic = re.compile("[а-яёА-ЯЁіїєґІЇЄҐ]+\\Z")
_plain_arabic = re.compile("[\u0621-\u063a\u0641-\u064a]+\\Z")
LONGEST_REMEMBERED = 100
"""Code points of a token that may come again."""

_digits = re.compile(r"\d")
_has_arabic = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_has_hebrew = re.compile("[\u0590-\u05ff]")

_letters = str.maketrans(
    {"\u0307": None, "ı": "i", "ё": "е"} | dict.fromkeys(APOSTROPHES, "'") | {"\u05f4": '"'}
)
_arabic = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیےۍې", "ي"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ةہھۀۂۃە", "ه"),
        "ؤ": "و",
        "ئ": "ي",
    }
)
_latin = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h"})


def _is_latin_or_greek(char: str) -> bool:
    code = ord(char)
    return (
        0x41 <= code <= 0x24F
        or 0x370 <= code <= 0x3FF
        or 0x1E00 <= code <= 0x1FFF
        or 0x2C60 <= code <= 0x2C7F
        or 0xA720 <= code <= 0xA7FF
    )


def _strip_marks(text: str) -> str:
    """Combining marks off Latin and Greek letters only: й stays a letter of its own."""
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char):
            if base and _is_latin_or_greek(base):
                continue
        else:
            base = char
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def fold(token: str) -> str:
    """The folded form of one token; empty if nothing of it is left."""
    return _remembered(token) if len(token) <= LONGEST_REMEMBERED else _fold(token)


def _fold(token: str) -> str:
    if token.isascii():
        return token.lower().replace("`", "'")
    if _plain_cyrillic.match(token):
        return token.lower().replace("ё", "е")
    if _plain_arabic.match(token):
        return _arabic_letters(token)
    text = _ignorable.sub("", token)
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold()).translate(_letters)
    if _has_arabic.search(text):
        text = _arabic_letters(_arabic_marks.sub("", text))
    if _has_hebrew.search(text):
        text = _hebrew_points.sub("", text)
    if not text.isascii():
        text = _strip_marks(text).translate(_latin)
        if _digits.search(text):
            text = "".join(_digit(char) for char in text)
    return text


_remembered = lru_cache(maxsize=1 << 17)(_fold)


def _arabic_letters(text: str) -> str:
    """Letter variants as one, final hamza off."""
    text = text.translate(_arabic)
    if text.endswith("ء"):
        return text.rstrip("ء") or "ء"
    return text


def _digit(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return char
