"""``near`` by one linear merge of positions each way, never by pairs."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from monitor.matching.document import Hit

MOST_PARTS = 8

Item = tuple[Hit, int]
"""A hit and the number of the part that it stands for."""


def combine(parts: Sequence[Sequence[Hit]], words: int, *, ordered: bool) -> list[Item]:
    """Hits that take part in a combination: one of each part, in text order, none sharing a token,
    each beginning at most ``words`` tokens after the last token of the one before.

    ``parts`` are hits of one paragraph. Takes O(n · 2^parts) steps for n hits.
    """
    if not all(parts):
        return []
    items = sorted(
        ((hit, part) for part, hits in enumerate(parts) for hit in hits),
        key=lambda item: (item[0].first, item[0].last, item[1]),
    )
    size = len(parts)
    full = (1 << size) - 1
    ahead = _reach(items, words, [(hit.first, hit.last) for hit, _ in items], size, ordered, forward=True)
    mirrored = [(-hit.last, -hit.first) for hit, _ in items]
    order = sorted(range(len(items)), key=lambda at: mirrored[at])
    behind = _reach(
        [items[at] for at in order], words, [mirrored[at] for at in order], size, ordered, forward=False
    )
    back = dict(zip(order, behind, strict=True))
    found = []
    for at, item in enumerate(items):
        bit = 1 << item[1]
        if any((full ^ mask) | bit in back[at] for mask in ahead[at]):
            found.append(item)
    return found


def _reach(
    items: Sequence[Item],
    words: int,
    spans: Sequence[tuple[int, int]],
    size: int,
    ordered: bool,
    *,
    forward: bool,
) -> list[set[int]]:
    """For each item the sets of parts, as bits, of the chains that end at it."""
    last_end: dict[int, int] = {}  # parts of a chain -> the greatest last token of such a chain
    waiting: list[tuple[int, int, int]] = []  # last token, item, mask: chains not yet behind us
    reached: list[set[int]] = []
    for at, ((_, part), (first, last)) in enumerate(zip(items, spans, strict=True)):
        while waiting and waiting[0][0] < first:
            end, _, mask = heappop(waiting)
            last_end[mask] = max(last_end.get(mask, end), end)
        bit = 1 << part
        masks: set[int] = set()
        if not ordered or part == (0 if forward else size - 1):
            masks.add(bit)
        for mask, end in last_end.items():
            if mask & bit or first - end > words:
                continue
            if ordered and mask != (bit - 1 if forward else ((1 << size) - 1) ^ ((bit << 1) - 1)):
                continue
            masks.add(mask | bit)
        for mask in masks:
            heappush(waiting, (last, at, mask))
        reached.append(masks)
    return reached
