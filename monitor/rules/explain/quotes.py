"""The sentences in which something stands that an explanation speaks of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from monitor.matching.document import FIELDS, Document
from monitor.matching.text import Segmented
from monitor.records import Evidence
from monitor.rules.explain.model import Node, Quote
from monitor.rules.explain.stretches import sentence_extent
from monitor.rules.explain.tree import nearest_event

MOST_QUOTES = 20


def quotes(document: Document, marks: Iterable[Evidence]) -> tuple[Quote, ...]:
    """The sentences with these marks, in text order, each place once; at most ``MOST_QUOTES``."""
    found: list[tuple[int, int, int, Evidence]] = []
    for mark in marks:
        number = FIELDS.index(mark.field)
        text = document.fields[number]
        start, end = sentence_extent(text, _token(text, mark.start))
        if mark.end > end:  # a phrase may go on in the next sentence
            end = sentence_extent(text, _token(text, mark.end - 1))[1]
        found.append((number, start, end, mark))
    together: list[tuple[int, int, int, dict[tuple[int, int], Evidence]]] = []
    for number, start, end, mark in sorted(found, key=lambda one: one[:3]):
        if together and together[-1][0] == number and start < together[-1][2]:
            _, start, before, inside = together.pop()
            end = max(end, before)
        else:
            inside = {}
        inside.setdefault((mark.start, mark.end), mark)
        together.append((number, start, end, inside))
    return tuple(
        Quote(
            FIELDS[number],
            start,
            end,
            document.fields[number].raw[start:end],
            tuple(inside[place] for place in sorted(inside)),
        )
        for number, start, end, inside in together[:MOST_QUOTES]
    )


def _token(text: Segmented, offset: int) -> int:
    return max(0, bisect_right(text.starts, offset) - 1)


def spoken_of(node: Node) -> Iterator[Evidence]:
    """What was found of a rule that does not fire: hits of its leaves, and the event that came nearest."""
    if node.negative and not node.held:
        return
    if node.kind == "frame" and not node.held:
        best = nearest_event(node.events)
        if best is not None:
            yield from best.words[:1]
            for role in best.roles:
                yield from role.filled
                if role.nearest is not None:
                    yield role.nearest
            yield from best.cues
    else:
        yield from node.evidence
    for child in node.children:
        yield from spoken_of(child)
