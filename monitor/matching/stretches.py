"""Stretches of a document in which clauses look: sentences, paragraphs, fields, windows of words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from monitor.matching.document import Document, Hit

Span = tuple[int, int, int]
"""Field, first token, end (excluded)."""

_FEW = 8  # hits that are looked at one by one


def whole(document: Document) -> tuple[Span, ...]:
    """Both fields."""
    return tuple((number, 0, len(text.folds)) for number, text in enumerate(document.fields))


def scope(document: Document, field: str, where: Iterable[Span]) -> tuple[Span, ...]:
    """What of ``where`` lies in the title, or in the lead: the title and the text's first paragraph."""
    limits = [(0, 0, len(document.fields[0].folds))]
    text = document.fields[1]
    if field == "lead" and text.folds:
        limits.append((1, *text.paragraph(0)))
    return tuple(part for span in where for limit in limits if (part := cut(span, limit)) is not None)


def sentences(document: Document, where: Iterable[Span]) -> Iterator[Span]:
    """The sentences, as far as they lie in ``where``."""
    for field, lo, hi in where:
        text = document.fields[field]
        for begin, end in pairwise([*text.sentence_starts, len(text.folds)]):
            part = cut((field, begin, end), (field, lo, hi))
            if part is not None:
                yield part


def paragraphs(document: Document, where: Iterable[Span]) -> Iterator[Span]:
    """The paragraphs, as far as they lie in ``where``."""
    for field, lo, hi in where:
        text = document.fields[field]
        for begin, end in pairwise([*text.paragraph_starts, len(text.folds)]):
            part = cut((field, begin, end), (field, lo, hi))
            if part is not None:
                yield part


def windows(paragraph: Span, words: int, hits: Iterable[Hit]) -> list[Span]:
    """The windows of ``words`` tokens at which an outcome can change: where a hit enters or leaves."""
    field, lo, hi = paragraph
    starts: set[int] = set()
    for hit in hits:
        starts.update((hit.first, hit.first + 1, hit.last - words + 1, hit.last - words))
    last_start = max(lo, hi - words)
    clipped = sorted({min(max(start, lo), last_start) for start in starts} or {lo})
    return [(field, start, min(start + words, hi)) for start in clipped]


def cut(span: Span, limit: Span) -> Span | None:
    """What of ``span`` lies in ``limit``, if anything does."""
    if span[0] != limit[0]:
        return None
    lo, hi = max(span[1], limit[1]), min(span[2], limit[2])
    return (span[0], lo, hi) if lo < hi else None


def lying(hits: Sequence[Hit], where: Iterable[Span]) -> tuple[Sequence[Hit], int]:
    """Those of ``hits``, which are in text order, that lie in ``where``; and how many were looked at."""
    if len(hits) <= _FEW:
        return [hit for hit in hits if any(inside(hit, span) for span in where)], len(hits)
    found: list[Hit] = []
    looked = 0
    for field, lo, hi in where:
        first = bisect_left(hits, (field, lo), key=_begin)
        beyond = bisect_left(hits, (field, hi), lo=first, key=_begin)
        looked += 1 + beyond - first
        found.extend([hit for hit in hits[first:beyond] if hit.last < hi])
    return found, looked


def _begin(hit: Hit) -> tuple[int, int]:
    return hit.field, hit.first


def inside(hit: Hit, span: Span) -> bool:
    """Whether the hit lies in the stretch, whole."""
    return hit.field == span[0] and span[1] <= hit.first and hit.last < span[2]
