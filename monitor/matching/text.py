"""Segmentation: raw text into tokens, sentences and paragraphs, with exact offsets.

Offsets are code points of the raw text. Tokens are folded one by one (``fold``). Punctuation is no
token; in scripts without spaces each character cluster is one.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right

import msgspec

from monitor.matching.fold import APOSTROPHES, IGNORABLE, fold
from monitor.matching.sentences import sentence_ends

CLUSTERS = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecf\u0edc-\u0edf"  # Thai, Lao
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1000-\u103f\u1050-\u109f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"  # Myanmar
)
ASTRAL_CLUSTERS = "\U00020000-\U000323af"
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
DOT_GROUPING = frozenset(("de", "es", "it", "pt", "nl", "tr", "id", "da", "el", "hr", "sr", "ro", "vi"))
"""Languages that group the digits of a number with a full stop."""


def _mark_ranges() -> str:
    """Combining marks as the inside of a regular expression's class."""
    ranges: list[str] = []
    start = last = -2
    for code in [*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)]:
        if unicodedata.category(chr(code))[0] == "M":
            if code != last + 1:
                if start >= 0:
                    ranges.append(f"{chr(start)}-{chr(last)}")
                start = code
            last = code
    ranges.append(f"{chr(start)}-{chr(last)}")
    return "".join(ranges)


_MARKS = _mark_ranges()
_APOSTROPHES = re.escape(APOSTROPHES)
_WORD = rf"[\w{IGNORABLE}{_MARKS}]"
_GROUP = "[,\u066c'\u2019\u00a0\u202f{dot}](?=[0-9\u0660-\u0669\u06f0-\u06f9]{{3}})"
_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{1,2}"
    "|[\u2600-\u27bf\U0001f300-\U0001faff](?:[\ufe0f\u200d\U0001f3fb-\U0001f3ff]+[\u2600-\u27bf\U0001f300-\U0001faff]?)*"
)


def _pattern(dot: str) -> re.Pattern[str]:
    number = rf"(?<![\w])\d{{1,3}}(?:[,\u066c'\u2019\u00a0\u202f{dot}]\d{{3}})+(?![\w])"
    word = rf"{_WORD}+(?:(?:[{_APOSTROPHES}]|\"(?=[\u05d0-\u05ea])|\u05f4){_WORD}+)*"
    return re.compile(f"{number}|{word}|{_EMOJI}")


_plain_pattern = _pattern("")
_dot_pattern = _pattern(".")
_emoji = re.compile(_EMOJI)
_simple = re.compile(r"[^\W_]+\Z")
_cluster = re.compile(f"[{CLUSTERS}]")
_astral_cluster = re.compile(f"[{ASTRAL_CLUSTERS}]")
_pieces = re.compile(
    rf"[{CLUSTERS}{ASTRAL_CLUSTERS}][{_MARKS}{IGNORABLE}]*|(?:(?![{CLUSTERS}{ASTRAL_CLUSTERS}_]){_WORD}|[{_APOSTROPHES}\"\u05f4])+"
)
_ends = re.compile(rf"\A[{IGNORABLE}{_APOSTROPHES}\"]*(.*?)[{IGNORABLE}{_APOSTROPHES}\"]*\Z", re.DOTALL)
_apostrophe = re.compile(f"[{_APOSTROPHES}]+")
_keeps_apostrophe = re.compile("[\u0400-\u052f\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_blank_line = re.compile(r"\n[ \t\r\f\v\u00a0]*\n\s*|\r\n[ \t]*\r\n\s*|\u2029")
_number_mark = re.compile("[,\u066c'\u2019\u00a0\u202f.]")

Piece = tuple[int, int, str]
_cache: dict[str, tuple[Piece, ...]] = {}
_CACHE_LIMIT = 200_000


class Segmented(msgspec.Struct, frozen=True):
    """One field's tokens. Token ``i`` is ``raw[starts[i]:ends[i]]``, folded ``folds[i]``.

    ``sentence_starts`` and ``paragraph_starts`` hold the first token of each stretch, ascending, the
    first always 0 if there is a token at all.
    """

    raw: str
    language: str
    starts: list[int]
    ends: list[int]
    folds: list[str]
    sentence_starts: list[int]
    paragraph_starts: list[int]

    def sentence(self, token: int) -> tuple[int, int]:
        """The half-open range of tokens of the sentence in which ``token`` lies."""
        return self._stretch(self.sentence_starts, token)

    def paragraph(self, token: int) -> tuple[int, int]:
        """The half-open range of tokens of the paragraph in which ``token`` lies."""
        return self._stretch(self.paragraph_starts, token)

    def _stretch(self, starts: list[int], token: int) -> tuple[int, int]:
        at = bisect_right(starts, token)
        end = starts[at] if at < len(starts) else len(self.folds)
        return starts[at - 1], end


def segment(raw: str, language: str = "") -> Segmented:
    """Tokens, sentences and paragraphs of ``raw``; ``language`` is an ISO 639-1 code or empty."""
    starts: list[int] = []
    ends: list[int] = []
    folds: list[str] = []
    cache = _cache
    pattern = _dot_pattern if language in DOT_GROUPING else _plain_pattern
    for match in pattern.finditer(raw):
        surface = match[0]
        pieces = cache.get(surface)
        if pieces is None:
            pieces = _split(surface)
            if len(cache) >= _CACHE_LIMIT:
                cache.clear()
            cache[surface] = pieces
        at = match.start()
        for start, end, folded in pieces:
            starts.append(at + start)
            ends.append(at + end)
            folds.append(folded)
    paragraph_starts = _first_tokens(starts, [m.end() for m in _blank_line.finditer(raw)])
    sentence_starts = _first_tokens(starts, sentence_ends(raw, language))
    if len(paragraph_starts) > 1:
        sentence_starts = sorted({*sentence_starts, *paragraph_starts})
    return Segmented(raw, language, starts, ends, folds, sentence_starts, paragraph_starts)


def _first_tokens(starts: list[int], breaks: list[int]) -> list[int]:
    """The first token at or after each break, each once; token 0 always begins a stretch."""
    if not starts:
        return []
    firsts = [0]
    for position in breaks:
        token = bisect_right(starts, position - 1)
        if firsts[-1] < token < len(starts):
            firsts.append(token)
    return firsts


def _split(surface: str) -> tuple[Piece, ...]:
    """The tokens in one run of word characters: (start, end, fold) relative to the run."""
    if _simple.match(surface) and not _cluster.search(surface) and not _astral_cluster.search(surface):
        folded = fold(surface)
        return ((0, len(surface), sys.intern(folded)),) if folded else ()
    if surface[0].isdecimal() and _number_mark.search(surface) and not _apostrophe_word(surface):
        return ((0, len(surface), fold(_number_mark.sub("", surface))),)
    if _emoji.match(surface):
        return ((0, len(surface.rstrip("\ufe0f\u200d")), surface.replace("\ufe0f", "")),)
    pieces: list[Piece] = []
    for match in _pieces.finditer(surface):
        pieces.extend(_word_pieces(match[0], match.start()))
    return tuple(pieces)


def _apostrophe_word(surface: str) -> bool:
    return any(not (char.isdecimal() or _number_mark.match(char)) for char in surface)


def _word_pieces(run: str, at: int) -> list[Piece]:
    """Latin and Greek split at apostrophes; Cyrillic, Hebrew and Arabic keep them inside the word."""
    parts: list[tuple[int, int]] = []
    if _apostrophe.search(run) and not _keeps_apostrophe.search(run):
        last = 0
        for mark in _apostrophe.finditer(run):
            parts.append((last, mark.start()))
            last = mark.end()
        parts.append((last, len(run)))
    else:
        parts.append((0, len(run)))
    pieces: list[Piece] = []
    for start, end in parts:
        trimmed = _ends.match(run[start:end])
        if trimmed is None or not trimmed[1]:
            continue
        folded = fold(trimmed[1])
        if folded and any(char.isalnum() for char in folded):
            begin = at + start + trimmed.start(1)
            pieces.append((begin, begin + len(trimmed[1]), sys.intern(folded)))
    return pieces
