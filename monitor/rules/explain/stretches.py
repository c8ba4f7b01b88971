"""Stretches of a document, in tokens and in code points: where clauses look, and how far things stand apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from monitor.matching import stretches
from monitor.matching.document import FIELDS, Document, Hit
from monitor.matching.stretches import Span
from monitor.matching.text import Segmented
from monitor.rules.explain.model import Stretch


def windows(document: Document, where: Iterable[Span], words: int, hits: Sequence[Hit]) -> Iterator[Span]:
    """Windows of ``words`` tokens of one paragraph at which an outcome can change."""
    for paragraph in stretches.paragraphs(document, where):
        yield from stretches.windows(
            paragraph, words, [hit for hit in hits if stretches.inside(hit, paragraph)]
        )


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
        self._sentences = [text.sentence_starts for text in document.fields]
        self._paragraphs = [text.paragraph_starts for text in document.fields]

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
