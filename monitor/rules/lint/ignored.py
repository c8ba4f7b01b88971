"""Findings that a comment in the file asks to leave out: ``# check: ignore CODE, CODE``.

The comment stands at the end of the line of the finding, or alone on the line before it. What keeps a
file from being used is never left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.located import Problem

_COMMENT = re.compile(r"(?:^|\s)#\s*check:\s*ignore\s+([a-z][a-z, -]*)$")


def is_ignored(problem: Problem, lines: Sequence[str]) -> bool:
    """Whether a comment in the file's lines leaves a finding with a code out."""
    if not problem.code or not 0 < problem.line <= len(lines):
        return False
    places = [lines[problem.line - 1]]
    if problem.line > 1 and lines[problem.line - 2].lstrip().startswith("#"):
        places.append(lines[problem.line - 2])
    return any(problem.code in _codes(place) for place in places)


def _codes(line: str) -> set[str]:
    found = _COMMENT.search(line.rstrip())
    return {code.strip() for code in found[1].split(",")} if found is not None else set()
