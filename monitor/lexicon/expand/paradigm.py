"""Declension tables by case, and agreement of the words of a phrase: shared by Russian and Ukrainian."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

Cell = tuple[str, ...]
"""The variants of one case, e.g. instrumental -ой and -ою."""
Cases = tuple[Cell, ...]
"""Nominative, genitive, dative, accusative, instrumental, locative."""

CASES = 6
ACCUSATIVE = 3


def row(stem: str, endings: str) -> Cases:
    """Six cells from six space-separated endings; `/` parts variants, `0` is no ending.

    >>> row("удар", "0 а у 0 ом е")[1]
    ('удара',)
    """
    cells = tuple(
        tuple(stem + ("" if ending == "0" else ending) for ending in cell.split("/"))
        for cell in endings.split()
    )
    if len(cells) != CASES:
        raise ValueError(f"{endings!r} has {len(cells)} cases, not {CASES}")
    return cells


def agree(parts: Sequence[Cases]) -> list[str]:
    """The phrase in each case, every word in that case.

    The accusative is that of things (of the living it is the genitive). In the other cases, where all words that
    vary have as many variants, the first goes with the first; otherwise each goes with each.
    """
    found: list[str] = []
    for case in range(CASES):
        cells = [part[case][:1] if case == ACCUSATIVE and len(parts) > 1 else part[case] for part in parts]
        counts = {len(cell) for cell in cells if len(cell) > 1}
        if len(counts) == 1:
            count = counts.pop()
            rows = zip(
                *(cell if len(cell) > 1 else cell * count for cell in cells),
                strict=True,
            )
            found += [" ".join(words) for words in rows]
        else:
            found += [" ".join(words) for words in product(*cells)]
    return found


def frozen(text: str) -> Cases:
    """A word or rest of a phrase that does not change."""
    return ((text,),) * CASES
