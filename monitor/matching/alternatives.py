"""Other readings of a token: proclitics and particles that a script writes onto the word.

Read from the raw token, before folding: in زار ألمانيا the first letters are no article.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.matching.fold import fold

_SHORTEST = 3  # letters that must be left of an Arabic or Hebrew word

_invisible = re.compile("[\u0640\u061c\u200b-\u200f\u2066-\u2069\ufeff\u064b-\u065f\u0670]")
_HEBREW = "והבלמשכ"
_KOREAN = tuple(
    sorted(
        [
            "은",
            "는",
            "이",
            "가",
            "을",
            "를",
            "의",
            "에",
            "에서",
            "에게",
            "으로",
            "로",
            "와",
            "과",
            "도",
            "만",
            "부터",
            "까지",
            "에는",
            "에서는",
            "에도",
            "으로는",
            "로는",
            "이나",
            "나",
            "측",
            "군",
            "산",
        ],
        key=len,
        reverse=True,
    )
)


@lru_cache(maxsize=1 << 16)
def alternatives(surface: str, language: str) -> tuple[str, ...]:
    """Folded readings of ``surface`` besides itself, longest first; mostly none."""
    if language == "ar":
        return _arabic(surface)
    if language == "he":
        return _hebrew(surface)
    if language == "ko":
        return _korean(surface)
    return ()


def _arabic(surface: str) -> tuple[str, ...]:
    """و ف, then ب ل ك, then the article; لل stands for ل with the article."""
    word = _invisible.sub("", surface)
    readings = [word]
    rest = word
    if rest[:1] in ("و", "ف"):
        rest = rest[1:]
        readings.append(rest)
    for form in tuple(readings):
        if form.startswith("لل"):
            readings.append("ال" + form[2:])
        elif form[:1] in ("ب", "ل", "ك"):
            readings.append(form[1:])
    readings.extend([form[2:] for form in readings if form.startswith("ال")])
    return _long_enough(readings, fold(surface))


def _hebrew(surface: str) -> tuple[str, ...]:
    word = re.sub("[\u0591-\u05c7]", "", surface)
    readings = [word]
    while readings[-1][:1] and readings[-1][0] in _HEBREW and len(readings) <= 3:
        readings.append(readings[-1][1:])
    return _long_enough(readings, fold(surface), shortest=2)


def _korean(surface: str) -> tuple[str, ...]:
    found = [
        surface[: -len(end)] for end in _KOREAN if surface.endswith(end) and len(surface) - len(end) >= 2
    ]
    return tuple(fold(form) for form in found)


def _long_enough(readings: list[str], itself: str, shortest: int = _SHORTEST) -> tuple[str, ...]:
    kept = [fold(form) for form in readings[1:] if len(form) >= shortest]
    return tuple(form for form in dict.fromkeys(kept) if form != itself)
