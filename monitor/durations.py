"""Durations as people write them: ``5s``, ``10m``, ``48h``, ``30d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

_part = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d|w)\s*")
_duration = re.compile(rf"\s*(?:{_part.pattern})+")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def parse_duration(text: str) -> timedelta:
    """The duration in ``text``, e.g. ``90s`` or ``1h 30m``. Raises ``ValueError``."""
    if not _duration.fullmatch(text):
        raise ValueError(f"{text!r} is no duration: write a number with s, m, h or d, such as 48h")
    seconds = sum(float(part[1]) * _UNITS[part[2]] for part in _part.finditer(text))
    if seconds > 10 * 365 * 86400:
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(seconds: float) -> str:
    """The shortest of the same writing: ``90`` gives ``1m 30s``."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def _validate(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    return parse_duration(str(value))  # a bare number has no unit, and is told so


Duration = Annotated[
    timedelta,
    BeforeValidator(_validate, json_schema_input_type=Annotated[str, "such as 30s, 10m, 48h, 7d"]),
]
