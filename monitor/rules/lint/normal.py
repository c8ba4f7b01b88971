"""What a clause says, however it is written: order, nesting and spelling taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from functools import lru_cache

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
)
from monitor.matching.patterns import Pattern, patterns

Normal = Hashable
"""Equal for clauses that say the same by their form; of unequal ones nothing is said."""


@lru_cache(maxsize=1 << 16)
def spellings(text: str, case: bool) -> tuple[Pattern, ...]:
    """The patterns of a term, remembered."""
    return patterns(text, case=case)


def normal(clause: Clause) -> Normal:
    """The normal form of a tree."""
    match clause:
        case Term(text=text, case=case):
            return ("term", spellings(text, case))
        case Names(ids=ids, inner=inner):
            return ("names", frozenset(ids), inner)
        case All():
            return _all(clause)
        case Any(parts=parts):
            return _any(parts)
        case Near(parts=parts, words=words, ordered=ordered):
            found = [normal(part) for part in parts]
            return ("near", tuple(found) if ordered else _bag(found), words, ordered)
        case AtLeast(count=1, parts=parts):
            return _any(parts)
        case AtLeast(count=count, parts=parts):
            return ("at least", count, _bag(map(normal, parts)))
        case Mentions(count=count, of=of):
            return normal(of) if count == 1 else ("mentions", count, normal(of))
        case Score(parts=weighted, threshold=threshold):
            return ("score", _bag((normal(one.clause), one.weight) for one in weighted), threshold)
        case Scope(field=field, of=of):
            return (field, normal(of))
        case Frame(event=event, actor=actor, place=place, target=target, scope=scope, unless=unless):
            return ("frame", *map(frozenset, (event, actor, place, target, unless)), scope)
    return clause


def _bag(found: Iterable[Normal]) -> Normal:
    return frozenset(Counter(found).items())


def _any(parts: Iterable[Clause]) -> Normal:
    found: set[Normal] = set()
    for part in parts:
        one = normal(part)
        if isinstance(one, tuple) and one[0] == "any":
            found |= one[1]
        else:
            found.add(one)
    return next(iter(found)) if len(found) == 1 else ("any", frozenset(found))


def _all(clause: All) -> Normal:
    found: set[Normal] = set()
    none = {normal(part) for part in clause.none}
    for part in clause.parts:
        one = normal(part)
        if isinstance(one, tuple) and one[0] == "all" and one[3] is None:
            found |= one[1]
            none |= one[2]
        else:
            found.add(one)
    if len(found) == 1 and not none and clause.within is None:
        return next(iter(found))
    return ("all", frozenset(found), frozenset(none), clause.within)
