"""Why a name fills no role: how the reading of its sentence left it. For explanations alone."""

from __future__ import annotations

import msgspec

from monitor.lexicon.schema import Lexicon
from monitor.matching.document import Document, Hit
from monitor.matching.frames.analyse import marked, parts


class Standing(msgspec.Struct, frozen=True):
    """How a mention stands after steps 1 to 7. ``clause`` and ``events`` are numbers within the sentence.

    ``speaks``: it reports, and does not act. ``out``: it is no candidate for another reason (a source
    that is quoted, a dateline). ``qualifier``: it only says where a place lies, or whose it is.
    ``events`` are the clauses in which event words stand.
    """

    hit: Hit
    clause: int
    speaks: bool = False
    out: bool = False
    qualifier: bool = False
    events: frozenset[int] = frozenset()


def standings(
    document: Document, field: int, lo: int, hi: int, lexicon: Lexicon, *, extra: frozenset[str] = frozenset()
) -> tuple[Standing, ...]:
    """How each mention in tokens ``lo`` to ``hi`` (end excluded) stands; read in the same parts, and by
    the same steps, as ``analyse`` reads them."""
    text = document.fields[field]
    found: list[Standing] = []
    for begin, end, hits in parts(text, lo, hi, document.between(field, lo, hi), lexicon):
        piece = marked(document, field, begin, end, hits, lexicon, extra)
        if piece is None:
            continue
        events = frozenset(word.clause for word in piece.words)
        found.extend(
            Standing(
                hit=name.hit,
                clause=name.clause,
                speaks=name.speaks,
                out=name.out,
                qualifier=name.qualifier,
                events=events,
            )
            for name in piece.names
        )
    return tuple(found)
