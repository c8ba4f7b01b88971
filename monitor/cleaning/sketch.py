"""Sketches of texts, by which copies of one story find each other.

A sketch is a bottom-k sketch (Broder 1997; Cohen and Kaplan 2007): the smallest hashes of the set of
a text's word 5-grams. The 5-grams whose hash lies below the largest hash kept are a random sample of
the set, the same sample in every text, so that two sketches say how much of one text stands in the
other.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

SKETCH_SIZE = 32
GRAM = 5  # words
LEAST_SAMPLE = 4  # sampled 5-grams below which agreement is not believed in full
_SHIFT = 64 - 53  # JSON readers with floating point numbers keep 53 bits

_MARKS = "".join(
    chr(code)
    for first, last in ((0x300, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xFE00, 0xFE30))
    for code in range(first, last)
    if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")
)
_IGNORED = re.compile(f"[{_MARKS}\u00ad\u0640\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
# Scripts written without spaces between words: a character is a word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(r"\w+")
_MIXED_WORD = re.compile(f"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\\w)+")


def words(text: str) -> list[str]:
    """The folded words of ``text``: case and marks dropped, Han and the like by character."""
    folded = text.casefold()
    if folded.isascii():
        return _WORD.findall(folded)
    folded = _IGNORED.sub("", unicodedata.normalize("NFKD", folded))
    if _HAS_UNSPACED.search(folded):
        return _MIXED_WORD.findall(folded)
    return _WORD.findall(folded)


def sketch(text: str) -> tuple[int, ...]:
    """The 32 smallest hashes (below 2**53, ascending) of the word 5-grams of ``text``.

    All of them if there are fewer; of a text under five words, one hash of the whole.
    """
    found = words(text)
    if not found:
        return ()
    # Four bytes a character: byte offsets follow from lengths, whatever the script.
    joined = " ".join(found).encode("utf-32-le", "surrogatepass")
    ends = [4 * end - 4 for end in accumulate([len(word) + 1 for word in found])]
    if len(ends) <= GRAM:
        return (xxh3_64_intdigest(joined) >> _SHIFT,)
    starts = [0, *[end + 4 for end in ends[:-GRAM]]]
    hashes = {
        xxh3_64_intdigest(joined[start:end]) for start, end in zip(starts, ends[GRAM - 1 :], strict=True)
    }
    if len(hashes) > 8 * SKETCH_SIZE:
        # Sorting all of them would cost more than hashing did.
        bound = (4 * SKETCH_SIZE << 64) // len(hashes)
        low = {value for value in hashes if value < bound}
        hashes = low if len(low) >= SKETCH_SIZE else hashes
    return tuple(value >> _SHIFT for value in sorted(hashes)[:SKETCH_SIZE])


def containment(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """How much of the smaller text stands in the larger, 0 to 1, estimated from two sketches.

    Only hashes up to the lower of the two bounds are compared: up to there both sketches are
    complete, however different the lengths. Where that leaves fewer than four 5-grams of the smaller
    text, they count as of four, so that a chance agreement of one or two makes no copy.
    """
    if not a or not b:
        return 0.0
    first, second = set(a), set(b)
    full_a, full_b = len(a) >= SKETCH_SIZE, len(b) >= SKETCH_SIZE
    if full_a or full_b:
        bound = min(max(a) if full_a else max(b), max(b) if full_b else max(a))
        first = {value for value in first if value <= bound}
        second = {value for value in second if value <= bound}
    smaller = min(len(first), len(second))
    if full_a or full_b:
        smaller = max(smaller, LEAST_SAMPLE)
    return min(1.0, len(first & second) / smaller) if smaller else 0.0


def content_hash(title: str, text: str) -> str:
    """32 hex digits of title and text, white space apart: equal when nothing was edited."""
    joined = " ".join(title.split()) + "\0" + " ".join(text.split())
    return xxh3_128_hexdigest(joined.encode("utf-8", "surrogatepass"))
