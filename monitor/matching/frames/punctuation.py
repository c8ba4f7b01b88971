"""What stands between two tokens."""

from __future__ import annotations

import re

from monitor.matching.fold import APOSTROPHES

_hard = re.compile(r"[;؛；：，—]|\s[-–‒―−]{1,2}\s|\s[-–]{1,2}\Z|:(?!\d)|–\s")
_comma = re.compile("[,،,，]")
_dash = re.compile(r"[—―]|\s[-–−]{1,2}(?:\s|\Z)|\.\s*[-–—]")
_apostrophe = re.compile(f"[{re.escape(APOSTROPHES)}]\\Z")
_enumeration = frozenset("、")


def is_hard(gap: str) -> bool:
    """A clause starts after it whatever stands around: ; : a spaced dash, the comma of Chinese."""
    return len(gap) > 0 and gap != " " and _hard.search(gap) is not None


def is_comma(gap: str) -> bool:
    """Holds a comma of any script but the enumeration comma."""
    return gap != " " and _comma.search(gap) is not None


def is_dash(gap: str) -> bool:
    """Holds a dash such as ends a dateline."""
    return gap != " " and _dash.search(gap) is not None


def is_apostrophe(gap: str) -> bool:
    """Is an apostrophe and nothing else."""
    return len(gap) == 1 and _apostrophe.match(gap) is not None


def is_hyphen(gap: str) -> bool:
    """Is a hyphen and nothing else."""
    return len(gap) == 1 and gap in "-‐‑–"


def is_enumeration(gap: str) -> bool:
    """Is the enumeration comma of Chinese."""
    return gap.strip() in _enumeration


def is_barrier(gap: str) -> bool:
    """Holds any mark that walking over words does not pass."""
    return gap not in (" ", "") and any(char in ',،，、;:؛；：()（）"«»“”—' for char in gap)
