"""Segmentation: raw text into tokens, sentences and paragraphs, with exact offsets.

Offsets are code points of the raw text. Tokens are folded one by one (``fold``). Punctuation is no
token; in scripts without spaces each character cluster is one.
"""

from __future__ import annotations

import operator
import re
import sys
from bisect import bisect_right
from typing import cast

import msgspec

from monitor.matching.characters import (
    APOSTROPHE_CLASS,
    ASTRAL_CLUSTERS,
    CLUSTERS,
    DOTTED_RUNS,
    EMOJI,
    MARKS,
    RUNS,
    WORD,
)
from monitor.matching.fold import IGNORABLE, fold
from monitor.matching.sentences import sentence_ends

DOT_GROUPING = frozenset(("de", "es", "it", "pt", "nl", "tr", "id", "da", "el", "hr", "sr", "ro", "vi"))
"""Languages that group the digits of a number with a full stop."""

_simple = re.compile(r"[^\W_]+\Z")
_cluster = re.compile(f"[{CLUSTERS}]")
_astral_cluster = re.compile(f"[{ASTRAL_CLUSTERS}]")
_pieces = re.compile(
    rf"[{CLUSTERS}{ASTRAL_CLUSTERS}][{MARKS}{IGNORABLE}]*|(?:(?![{CLUSTERS}{ASTRAL_CLUSTERS}_]){WORD}|[{APOSTROPHE_CLASS}\"\u05f4])+"
)
_ends = re.compile(
    rf"\A[{IGNORABLE}{APOSTROPHE_CLASS}\"]*(.*?)[{IGNORABLE}{APOSTROPHE_CLASS}\"]*\Z", re.DOTALL
)
_apostrophe = re.compile(f"[{APOSTROPHE_CLASS}]+")
_keeps_apostrophe = re.compile("[\u0400-\u052f\u0590-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_blank_line = re.compile(r"\n[ \t\r\f\v\u00a0]*\n\s*|\r\n[ \t]*\r\n\s*|\u2029")
_number_mark = re.compile("[,\u066c'\u2019\u00a0\u202f.]")

Piece = tuple[int, int, str]
"""Start, end and fold of a token, counted from the run's first character."""

Token = str | tuple[Piece, ...]
"""What a run comes to: the fold of one token as it stands, or several tokens."""

_cache: dict[str, Token] = {}
_CACHE_LIMIT = 100_000
_WHOLE = frozenset((str,))


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
    runs = (DOTTED_RUNS if language in DOT_GROUPING else RUNS).findall(raw)
    remembered = list(map(_cache.get, runs))
    if None in remembered:
        for number, run in enumerate(runs):
            if remembered[number] is None:
                remembered[number] = _known(run)
    tokens = cast("list[Token]", remembered)
    starts: list[int] = []
    at, find, add = 0, raw.find, starts.append
    for run in runs:
        at = find(run, at)
        add(at)
        at += len(run)
    ends = list(map(operator.add, starts, map(len, runs)))
    one_each = _WHOLE.issuperset(map(type, tokens))
    folds = cast("list[str]", tokens) if one_each else _in_pieces(tokens, starts, ends)
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


def _in_pieces(tokens: list[Token], starts: list[int], ends: list[int]) -> list[str]:
    """The folds of runs of which some are several tokens; ``starts`` and ``ends`` become those of tokens."""
    folds: list[str] = []
    runs = list(zip(tokens, starts, ends, strict=True))
    starts.clear()
    ends.clear()
    for token, first, last in runs:
        if isinstance(token, str):
            starts.append(first)
            ends.append(last)
            folds.append(token)
        else:
            for start, end, folded in token:
                starts.append(first + start)
                ends.append(first + end)
                folds.append(folded)
    return folds


def _known(run: str) -> Token:
    """The fold of a run that is one token as it stands, else its pieces; remembered."""
    pieces = _split(run)
    whole = len(pieces) == 1 and pieces[0][:2] == (0, len(run))
    token = pieces[0][2] if whole else pieces
    if len(_cache) >= _CACHE_LIMIT:
        _cache.clear()
    _cache[run] = token
    return token


def _split(surface: str) -> tuple[Piece, ...]:
    """The tokens in one run of word characters: (start, end, fold) relative to the run."""
    if _simple.match(surface) and not _cluster.search(surface) and not _astral_cluster.search(surface):
        folded = fold(surface)
        return ((0, len(surface), sys.intern(folded)),) if folded else ()
    if surface[0].isdecimal() and _number_mark.search(surface) and not _apostrophe_word(surface):
        return ((0, len(surface), fold(_number_mark.sub("", surface))),)
    if EMOJI.match(surface):
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
