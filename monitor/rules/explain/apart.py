"""``near`` and ``within``: in which stretch they hold or come nearest, and how far their parts stand apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from monitor.matching.clauses import All, Clause, Frame, Names, Near, Term, children
from monitor.matching.document import FIELDS, Hit
from monitor.matching.stretches import Span, inside, paragraphs, sentences
from monitor.matching.verify import Found
from monitor.rules.explain.asked import Asked
from monitor.rules.explain.stretches import Ordinals, counted, windows
from monitor.rules.explain.wording import quoted, surface

FARTHEST = 20_000  # words; beyond it, parts are far apart and nothing more is said
MOST_STRETCHES = 400  # of one ``within`` that are looked at, one by one
_WORDS = {"sentence": 20, "paragraph": 80}  # of one, roughly: only to compare distances
_SPELLED = 4  # parts that are named by what stands for them

Support = Sequence[Found]


class Apart(msgspec.Struct, frozen=True):
    """By how much the parts miss each other, and the places that come nearest.

    ``beyond``: by about how many words they stand too far apart; none where that cannot be said.
    """

    why: str
    found: Support = ()
    beyond: int | None = None


def near_miss(asked: Asked, near: Near, where: tuple[Span, ...]) -> Apart:
    """Why a ``near`` whose parts all hold does not: too far, in the other order, in other paragraphs."""

    def support(words: int, *, ordered: bool) -> Support | None:
        return asked.holds(msgspec.structs.replace(near, words=words, ordered=ordered), where)

    def told(least: int, found: Support, order: str) -> Apart:
        far = f"{counted(least, 'word')} apart, {near.words} allowed" if least > near.words else ""
        how = " and ".join(filter(None, (order, far)))
        beyond = max(0, least - near.words) + bool(order)
        return Apart(f"{_who(asked, found, len(near.parts))} {how}", found, beyond)

    least, found = _least(lambda words: support(words, ordered=near.ordered), near.words)
    if found:
        return told(least, found, "")
    if near.ordered:
        least, found = _least(lambda words: support(words, ordered=False), near.words - 1)
        if found:
            return told(least, found, "in another order")
    return Apart("in no one paragraph, or on the same words")


def nearest_stretch(asked: Asked, clause: All, where: tuple[Span, ...]) -> tuple[Span | None, int]:
    """The first stretch in which the clause holds, or that comes nearest; and in how many it holds."""
    assert clause.within is not None
    hits = _hits(asked, clause, where)
    if isinstance(clause.within, int):
        found: Iterable[Span] = windows(asked.document, where, clause.within, hits)
    else:
        cutting = sentences if clause.within == "sentence" else paragraphs
        found = cutting(asked.document, where)
    best: tuple[float, Span] | None = None
    first: Span | None = None
    held = looked = 0
    for span in found:
        if best is not None and clause.parts and not any(inside(hit, span) for hit in hits):
            continue
        looked += 1
        if looked > MOST_STRETCHES:
            break
        inner = msgspec.structs.replace(clause, within=None)
        if asked.holds(inner, (span,)) is not None:
            held += 1
            first = first or span
        elif first is None:
            close = sum(asked.holds(part, (span,)) is not None for part in clause.parts)
            broken = sum(asked.holds(part, (span,)) is not None for part in clause.none)
            if best is None or close - 0.5 * broken > best[0]:
                best = close - 0.5 * broken, span
    if first is not None:
        return first, held
    return (best[1] if best is not None else None), 0


def _hits(asked: Asked, clause: Clause, where: tuple[Span, ...]) -> list[Hit]:
    """Hits of every leaf of the tree; with a frame in it, all of the lexicon's."""
    hits: list[Hit] = []
    todo: list[Clause] = [clause]
    while todo:
        at = todo.pop()
        if isinstance(at, Term | Names):
            hits.extend(found.hit for found in asked.holds(at, where) or ())
        elif isinstance(at, Frame):
            hits.extend(hit for span in where for hit in asked.document.between(*span))
        todo.extend(children(at))
    return hits


def scattered(asked: Asked, ordinals: Ordinals, clause: All, where: tuple[Span, ...]) -> Apart:
    """How far apart the parts stand, if each of them is there at all."""
    assert clause.within is not None
    support = [asked.holds(part, where) for part in clause.parts]
    found = [one for one in support if one]
    if len(found) < 2 or any(one is None for one in support):
        return Apart("")
    together = msgspec.structs.replace(clause, none=())
    if asked.holds(together, where) is not None:
        return Apart("")  # what ``none`` names is in the way, and says so itself
    if isinstance(clause.within, int):
        return _window_miss(asked, clause, where)
    return _stretch_miss(asked, ordinals, clause.within, found)


def _window_miss(asked: Asked, clause: All, where: tuple[Span, ...]) -> Apart:
    """How many words a ``within`` of words would need, or that no paragraph has all parts."""
    allowed = clause.within
    assert isinstance(allowed, int)

    def support(words: int) -> Support | None:
        return asked.holds(msgspec.structs.replace(clause, within=words, none=()), where)

    least, found = _least(support, allowed)
    if not found:
        return Apart("in different paragraphs")
    who = _who(asked, found, len(clause.parts))
    return Apart(f"{who} in a stretch of {counted(least, 'word')}, {allowed} allowed", found, least - allowed)


def _stretch_miss(asked: Asked, ordinals: Ordinals, within: str, parts: Sequence[Support]) -> Apart:
    """How far apart the parts stand in sentences or paragraphs. ``parts`` are the hits of each, none empty."""
    number = ordinals.sentence if within == "sentence" else ordinals.paragraph
    nearest: tuple[int, tuple[Found, ...]] | None = None
    for field in range(len(FIELDS)):
        places = sorted(
            (
                (number(field, one.hit.first), part, one)
                for part, found in enumerate(parts)
                for one in found
                if one.hit.field == field
            ),
            key=lambda place: (place[0], place[2].hit.first, place[1]),
        )
        last: dict[int, tuple[int, Found]] = {}  # of each part, the last place so far
        for place, part, one in places:
            last[part] = (place, one)
            if len(last) == len(parts):
                gap = place - min(at for at, _ in last.values())
                if nearest is None or gap < nearest[0]:
                    nearest = gap, tuple(found for _, found in last.values())
    if nearest is None:
        return Apart("some in the title, some in the text")
    gap, found = nearest
    who = _who(asked, found, len(parts))
    if not gap:
        return Apart(f"{who} in one {within}, but not as the clause wants", found, 1)
    return Apart(f"{who} in different {within}s, {gap} apart", found, gap * _WORDS[within])


def _who(asked: Asked, found: Support, parts: int) -> str:
    """The places by their surfaces, if each part has just one: ``“bomb” and “embassy”``."""
    hits = sorted({(one.hit.field, one.hit.first, one.hit.last): one.hit for one in found}.items())
    if len(hits) != parts or parts > _SPELLED:
        return "the parts are"
    *names, last = (quoted(surface(asked.document, hit)) for _, hit in hits)
    return f"{', '.join(names)} and {last} are" if names else f"{last} is"


def _least(support: Callable[[int], Support | None], beyond: int) -> tuple[int, Support]:
    """The smallest number above ``beyond`` with support, and the support; none up to ``FARTHEST``: empty."""
    low, high = beyond, max(1, beyond * 2)
    while not (found := support(high)):
        if high >= FARTHEST:
            return 0, ()
        low, high = high, min(FARTHEST, high * 2)
    while high - low > 1:
        middle = (low + high) // 2
        closer = support(middle)
        if closer:
            high, found = middle, closer
        else:
            low = middle
    return high, found
