"""The kernel in plain Python: where patterns of a plan stand in a segmented field.

It may over-approximate and never misses: case, dots, glue, languages and longest match are settled
afterwards (``hits``).
"""

from __future__ import annotations

from monitor.matching.alternatives import alternatives
from monitor.matching.plan import PREFIX_KEY, Filed, Plan
from monitor.matching.text import Segmented

NAME = "python"
_LISTED_LANGUAGES = frozenset(("he", "ko"))
"""Languages in which other readings count for what the lexicon lists, not for plain terms."""

MOST_REMEMBERED = 50_000  # tokens of which other readings are remembered

Found = tuple[Filed, int, int]
"""A pattern with its first and last token, both included."""


def scan(plan: Plan, text: Segmented) -> list[Found]:
    """Every place where a pattern may stand, in text order."""
    folds = text.folds
    found: list[Found] = []
    if text.language == "ar" or text.language in _LISTED_LANGUAGES:
        raw, whole, remembered = text.raw, plan.whole, plan.otherwise.setdefault(text.language, {})
        places = zip(folds, text.starts, text.ends, map(plan.first.get, folds), strict=True)
        for at, (token, start, end, filed) in enumerate(places):
            if filed is not None:
                _take(filed, folds, at, found)
            if token not in whole:
                surface = raw[start:end]
                others = remembered.get(surface)
                if others is None:
                    others = _read_otherwise(plan, surface, text.language)
                for other in others:
                    _take(other, folds, at, found)
    else:
        for at, filed in enumerate(map(plan.first.get, folds)):
            if filed is not None:
                _take(filed, folds, at, found)
    if plan.prefixes:
        for at, token in enumerate(folds):
            near = plan.prefixes.get(token[:PREFIX_KEY], ())
            found.extend([(one, at, at) for one in near if token.startswith(one.pattern.tokens[0])])
    if len(text.paragraph_starts) > 1:
        found = [one for one in found if one[1] == one[2] or text.paragraph(one[1])[1] > one[2]]
    return found


def _read_otherwise(plan: Plan, surface: str, language: str) -> tuple[tuple[Filed, ...], ...]:
    """What begins with another reading of the token; remembered with the plan."""
    filed = [plan.first[other] for other in alternatives(surface, language) if other in plan.first]
    if language in _LISTED_LANGUAGES:
        filed = [_listed(one) for one in filed]
    remembered = plan.otherwise[language]
    if len(remembered) >= MOST_REMEMBERED:
        remembered.clear()
    remembered[surface] = tuple(filed)
    return remembered[surface]


def _listed(filed: tuple[Filed, ...]) -> tuple[Filed, ...]:
    return tuple(one for one in filed if one.forms)


def _take(filed: tuple[Filed, ...], folds: list[str], at: int, found: list[Found]) -> None:
    for one in filed:
        rest = one.rest
        if not rest:
            found.append((one, at, at))
            continue
        last = at + len(rest)
        if last >= len(folds):
            continue
        if one.pattern.prefix:
            if folds[last].startswith(rest[-1]) and tuple(folds[at + 1 : last]) == rest[:-1]:
                found.append((one, at, last))
        elif folds[at + 1] == rest[0] and (last == at + 1 or tuple(folds[at + 1 : last + 1]) == rest):
            found.append((one, at, last))
