"""What a lint check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from monitor.located import Level, Place
from monitor.rules.lint.subject import Context, Subject


class Finding(msgspec.Struct, frozen=True):
    """Something in a rule that its author should look at. ``place`` is relative to the rule."""

    place: Place
    message: str
    remedy: str


Find = Callable[[Subject, Context], Iterator[Finding]]


class Check(msgspec.Struct, frozen=True):
    """One check: its code, how bad its findings are, what it finds in a sentence, and how."""

    code: str
    level: Level
    meaning: str
    find: Find
