"""Stretches of a document, in tokens and in code points: where clauses look, and how far things stand apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from monitor.matching.document import FIELDS, Document, Hit
from monitor.matching.text import Segmented
from monitor.rules.explain.model import Stretch

Span = tuple[int, int, int]
"""Field, first token, end (excluded)."""


def whole(document: Document) -> tuple[Span, ...]:
    """Both fields."""
    return tuple((number, 0, len(text.folds)) for number, text in enumerate(document.fields))


def scoped(document: Document, field: str, where: Iterable[Span]) -> tuple[Span, ...]:
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
        at = lo
        while at < hi:
            end = text.sentence(at)[1]
            yield field, at, min(end, hi)
            at = end


def paragraphs(document: Document, where: Iterable[Span]) -> Iterator[Span]:
    """The paragraphs, as far as they lie in ``where``."""
    for field, lo, hi in where:
        text = document.fields[field]
        at = lo
        while at < hi:
            end = text.paragraph(at)[1]
            yield field, at, min(end, hi)
            at = end


def windows(document: Document, where: Iterable[Span], words: int, hits: Sequence[Hit]) -> Iterator[Span]:
    """Windows of ``words`` tokens of one paragraph in which a hit begins, ends, or has just left."""
    for field, lo, hi in paragraphs(document, where):
        starts: set[int] = {lo}
        for hit in hits:
            if hit.field == field and lo <= hit.first < hi:
                starts.update((hit.first, hit.first + 1, hit.last - words + 1, hit.last - words))
        last_start = max(lo, hi - words)
        for start in sorted({min(max(start, lo), last_start) for start in starts}):
            yield field, start, min(start + words, hi)


def cut(span: Span, limit: Span) -> Span | None:
    """What of ``span`` lies in ``limit``, if anything does."""
    lo, hi = max(span[1], limit[1]), min(span[2], limit[2])
    return (span[0], lo, hi) if span[0] == limit[0] and lo < hi else None


def inside(hit: Hit, span: Span) -> bool:
    """Whether the hit lies in the stretch, whole."""
    return hit.field == span[0] and span[1] <= hit.first and hit.last < span[2]


def stretch(document: Document, span: Span) -> Stretch:
    """The stretch with its code points."""
    field, lo, hi = span
    text = document.fields[field]
    start, end = (text.starts[lo], text.ends[hi - 1]) if lo < hi else (0, 0)
    return Stretch(FIELDS[field], lo, hi, start, end)


def sentence_extent(text: Segmented, token: int) -> tuple[int, int]:
    """The code points of a token's sentence, with its opening quotes and its final punctuation."""
    lo, hi = text.sentence(token)
    start = _begin(text, lo)
    stop = len(text.raw) if hi >= len(text.folds) else _begin(text, hi)
    return start, start + len(text.raw[start:stop].rstrip())


def _begin(text: Segmented, token: int) -> int:
    after = text.ends[token - 1] if token else 0
    at = start = text.starts[token]
    while at > after and not text.raw[at - 1].isspace():
        at -= 1
    return start if at == after and token else at


class Ordinals:
    """Numbers sentences and paragraphs, so that one can say how far apart two tokens stand."""

    def __init__(self, document: Document) -> None:
        ends = whole(document)
        self._sentences = [[span[1] for span in sentences(document, (field,))] for field in ends]
        self._paragraphs = [[span[1] for span in paragraphs(document, (field,))] for field in ends]

    def sentence(self, field: int, token: int) -> int:
        """The number of the token's sentence in its field."""
        return bisect_right(self._sentences[field], token) - 1

    def paragraph(self, field: int, token: int) -> int:
        """The number of the token's paragraph in its field."""
        return bisect_right(self._paragraphs[field], token) - 1


def later(count: int, unit: str) -> str:
    """How far something stands behind (before, if negative): ``2 sentences later``."""
    size = abs(count)
    return f"{counted(size, unit)} {'later' if count > 0 else 'earlier'}"


def counted(size: float, unit: str) -> str:
    """``1 word``, ``2 words``."""
    return f"{size:g} {unit}{'' if size == 1 else 's'}"
