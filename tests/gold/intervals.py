"""How sure a share is that was counted on few texts."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054
"""The quantile of the normal distribution that leaves 2.5 % above it."""


class Share(NamedTuple):
    """A share and the bounds of its 95 % interval, each in 0…1; ``None`` of nothing."""

    value: float | None
    low: float
    high: float


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of ``hits`` in ``of``; (0, 1) where ``of`` is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212. Raises ``ValueError`` unless 0 <= hits <= of.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    scale = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / scale
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / scale
    # At the ends the bound is exact, but for rounding.
    return 0.0 if hits == 0 else middle - half, 1.0 if hits == of else middle + half


def share(hits: int, of: int) -> Share:
    """``hits`` in ``of`` with its interval."""
    return Share(hits / of if of else None, *wilson(hits, of))


def f1(right: int, wrong: int, missed: int) -> Share:
    """F1 of so many right, wrong and missed fires.

    F1 = 2J / (1 + J), where J, right among all that fired or should have, is a plain share: the bounds are
    those of J by Wilson, carried over, since the function only grows.
    """
    value, low, high = share(right, right + wrong + missed)
    return Share(None if value is None else _from_jaccard(value), _from_jaccard(low), _from_jaccard(high))


def _from_jaccard(value: float) -> float:
    return 2 * value / (1 + value)
