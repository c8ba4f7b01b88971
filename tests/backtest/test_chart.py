"""The chart: a line a day, longer stretches in larger steps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from monitor.backtest.chart import MOST_DAYS, chart

DAY = date(2026, 11, 23)  # a Monday


def test_a_line_for_each_day_also_for_those_without_articles() -> None:
    fires = {DAY: 1, DAY + timedelta(days=2): 8, None: 2}
    articles = {DAY: 10, DAY + timedelta(days=2): 1000, None: 3}
    assert chart(fires, articles, 8) == [
        "Mon 2026-11-23  1  █         of    10",
        "Tue 2026-11-24  0            of     0",
        "Wed 2026-11-25  8  ████████  of 1,000",
        "day unknown     2  ██        of     3",
    ]


def test_without_blocks_bars_are_of_ascii_and_a_single_fire_still_shows() -> None:
    lines = chart(
        {DAY: 1, DAY + timedelta(days=1): 100}, {DAY: 5, DAY + timedelta(days=1): 100}, 10, blocks=False
    )
    assert [line.split()[3] for line in lines] == ["#", "##########"]
    assert (
        chart({DAY: 1, DAY + timedelta(days=1): 100}, {DAY: 5, DAY + timedelta(days=1): 100}, 10)[0].split()[
            3
        ]
        == "▏"
    )


@pytest.mark.parametrize(
    ("days", "label", "count"),
    [
        (MOST_DAYS, "Mon 2026-11-23", MOST_DAYS),
        (MOST_DAYS + 1, "week of 2026-11-23", 7),
        (7 * MOST_DAYS + 1, "2026-11", 12),
        (31 * MOST_DAYS + 1, "2026", 2),
    ],
)
def test_long_stretches_are_drawn_in_larger_steps(days: int, label: str, count: int) -> None:
    last = DAY + timedelta(days=days - 1)
    lines = chart({DAY: 1, last: 2}, {DAY: 1, last: 4}, 10)
    assert lines[0].startswith(label)
    assert len(lines) == count


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_too(day: date) -> None:
    assert len(chart({day: 1}, {day: 1}, 10)) == 1
    assert len(chart({day: 1}, {day: 1, DAY: 1}, 10)) == 2


def test_nothing_to_draw() -> None:
    assert chart({}, {}, 10) == []
