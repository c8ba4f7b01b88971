"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from monitor.durations import Duration, format_duration, parse_duration

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5),
        ("10m", 600),
        ("48h", 172_800),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("250ms", 0.25),
        ("1.5h", 5400),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        (" 5 s ", 5),
        ("0s", 0),
    ],
)
def test_durations_are_numbers_with_units(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert DURATION.validate_python(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "s",
        "5x",
        "-5s",
        "5s!",
        "1,5h",
        "1 0m",
        "1h30",
        "٥s",
        "1e3s",
        "5 minutes",
        "11000d",
        "9" * 400 + "d",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"no duration|longer than ten years"):
        parse_duration(text)


@pytest.mark.parametrize("value", [600, 1.5, True, -600])
def test_a_bare_number_has_no_unit(value: object) -> None:
    with pytest.raises(ValidationError, match="no duration"):
        DURATION.validate_python(value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.4, "0s"),
        (59.6, "1m"),
        (90, "1m 30s"),
        (3600, "1h"),
        (90_061, "1d 1h"),
        (-3, "0s"),
        (172_800, "2d"),
    ],
)
def test_durations_are_shown_short(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 3650), st.sampled_from(["s", "m", "h", "d"]))
def test_what_is_shown_can_be_read_again(number: int, unit: str) -> None:
    duration = parse_duration(f"{number}{unit}")
    shown = parse_duration(format_duration(duration.total_seconds()))
    assert shown <= duration
    assert duration - shown < max(timedelta(seconds=1), duration / 24)
