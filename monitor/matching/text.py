"""Segmentation: raw text into tokens, sentences and paragraphs, with exact offsets.

Offsets are code points of the raw text. Tokens are folded one by one (``fold``). Punctuation is no
token; in scripts without spaces each character cluster is one.
"""

from __future__ import annotations

import operator
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import cast, overload

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
from monitor.matching.fold import IGNORABLE, LONGEST_REMEMBERED, fold
from monitor.matching.sentences import end_at, stops

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


class Segmented:
    """One field's tokens. Token ``i`` is ``raw[starts[i]:ends[i]]``, folded ``folds[i]``. Immutable.

    Sentences and paragraphs are found where they are asked for.
    """

    __slots__ = (
        "_blank_lines",
        "_breaks",
        "_folds",
        "_paragraphs",
        "_sentences",
        "_stops",
        "ends",
        "language",
        "raw",
        "starts",
    )

    def __init__(
        self,
        raw: str,
        language: str,
        starts: list[int],
        ends: list[int],
        folds: Sequence[str] | None = None,
        stops: list[int] | None = None,
        blank_lines: list[int] | None = None,
    ) -> None:
        """``stops`` are where punctuation begins that may end a sentence, ``blank_lines`` where blank lines
        end: both are found if they are not given, as ``folds`` are."""
        self.raw = raw
        self.language = language
        self.starts = starts
        self.ends = ends
        self._folds = folds
        self._stops = stops
        self._blank_lines = blank_lines
        self._paragraphs: list[int] | None = None
        self._sentences: list[int] | None = None
        self._breaks: dict[int, int] = {}

    @property
    def folds(self) -> Sequence[str]:
        """All tokens, folded."""
        if self._folds is None:
            self._folds = Folds(self)
        return self._folds

    @property
    def paragraph_starts(self) -> list[int]:
        """The first token of each paragraph, ascending, the first always 0 if there is a token at all."""
        if self._paragraphs is None:
            blank = self._blank_lines
            if blank is None:
                blank = [match.end() for match in _blank_line.finditer(self.raw)]
            self._paragraphs = _first_tokens(self.starts, blank)
        return self._paragraphs

    @property
    def sentence_starts(self) -> list[int]:
        """The same of sentences; a paragraph begins one."""
        if self._sentences is None:
            breaks = [self._break(number) for number in range(len(self._all_stops()))]
            inside = [token for token in breaks if 0 < token < len(self.starts)]
            self._sentences = sorted({*self.paragraph_starts, *inside})
        return self._sentences

    def sentence(self, token: int) -> tuple[int, int]:
        """The half-open range of tokens of the sentence in which ``token`` lies."""
        if self._sentences is not None:
            return self._stretch(self._sentences, token)
        lo, hi = self.paragraph(token)
        stops = self._all_stops()
        following = bisect_left(stops, self.starts[token])
        for number in range(following - 1, -1, -1):
            if stops[number] < self.starts[lo]:
                break
            begin = self._break(number)
            if lo < begin <= token:
                lo = begin
                break
        last = self.starts[hi - 1]
        for number in range(following, len(stops)):
            if stops[number] > last:
                break
            begin = self._break(number)
            if token < begin < hi:
                hi = begin
                break
        return lo, hi

    def paragraph(self, token: int) -> tuple[int, int]:
        """The half-open range of tokens of the paragraph in which ``token`` lies."""
        return self._stretch(self.paragraph_starts, token)

    def _stretch(self, starts: list[int], token: int) -> tuple[int, int]:
        at = bisect_right(starts, token)
        end = starts[at] if at < len(starts) else len(self.starts)
        return starts[at - 1], end

    def _all_stops(self) -> list[int]:
        if self._stops is None:
            self._stops = stops(self.raw)
        return self._stops

    def _break(self, number: int) -> int:
        """The first token behind the stop of this number; -1 if it ends no sentence."""
        known = self._breaks.get(number)
        if known is None:
            end = end_at(self.raw, self._all_stops()[number], self.language)
            known = self._breaks[number] = -1 if end < 0 else bisect_left(self.starts, end)
        return known


class Folds(Sequence[str]):
    """The folds of a field's tokens, made when they are asked for."""

    __slots__ = ("_text",)

    def __init__(self, text: Segmented) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text.starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        raw = self._text.raw
        if isinstance(at, slice):
            surfaces = zip(self._text.starts[at], self._text.ends[at], strict=True)
            return [token_fold(raw[start:end]) for start, end in surfaces]
        return token_fold(raw[self._text.starts[at] : self._text.ends[at]])


def token_fold(surface: str) -> str:
    """The fold of a token as it stands in a text."""
    known = _cache.get(surface)
    if known is None:
        known = _known(surface)
    # By itself it might be cut further: in its text something around it kept it together.
    return known if isinstance(known, str) else fold(surface)


def pieces(chunk: str, language: str) -> list[Piece]:
    """The tokens in a chunk of text that no number and no word reaches beyond."""
    found: list[Piece] = []
    for match in (DOTTED_RUNS if language in DOT_GROUPING else RUNS).finditer(chunk):
        token = _cache.get(match[0])
        if token is None:
            token = _known(match[0])
        at = match.start()
        if isinstance(token, str):
            found.append((at, match.end(), token))
        else:
            found.extend([(at + start, at + end, folded) for start, end, folded in token])
    return found


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
    return Segmented(raw, language, starts, ends, folds)


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
    if len(run) <= LONGEST_REMEMBERED:
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
        symbol = surface.rstrip("\ufe0f\u200d")
        return ((0, len(symbol), symbol.replace("\ufe0f", "")),)
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
