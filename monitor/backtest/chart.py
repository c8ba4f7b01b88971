"""Counts by day as lines of text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

MOST_DAYS = 45  # longer stretches are shown by week, by month, by year
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def chart(
    fires: Mapping[date | None, int], articles: Mapping[date | None, int], width: int, *, blocks: bool = True
) -> list[str]:
    """A line for each day between the first and the last that has articles, with its fires as a bar.

    Long stretches are drawn by week (its Monday), month or year. Fires of an unknown day come last.
    ``width`` is of the longest bar, in columns; without ``blocks`` bars are made of ``#``.
    """
    known = [day for day in articles if day is not None]
    lines: list[tuple[str, int, int]] = []
    if known:
        first, last = min(known), max(known)
        unit = _unit(first, last)
        rows: dict[date, list[int]] = {start: [0, 0] for start in _starts(first, last, unit)}
        for index, counts in enumerate((fires, articles)):
            for day, count in counts.items():
                if day is not None:
                    rows[_start(day, unit)][index] += count
        if unit == "year":  # one wrong date makes centuries
            rows = dict([(start, counts) for start, counts in rows.items() if counts[1]][-MOST_DAYS:])
        lines = [(_label(start, unit), counts[0], counts[1]) for start, counts in rows.items()]
    if articles.get(None):
        lines.append(("day unknown", fires.get(None, 0), articles[None]))
    if not lines:
        return []
    most = max(count for _, count, _ in lines)
    label = max(len(name) for name, _, _ in lines)
    number = len(f"{most:,}")
    total = max(len(f"{of:,}") for _, _, of in lines)
    return [
        f"{name:<{label}}  {count:>{number},}  {_bar(count, most, width, blocks):<{width}}  of {of:>{total},}"
        for name, count, of in lines
    ]


def _bar(count: int, most: int, width: int, blocks: bool) -> str:
    if not count:
        return ""
    eighths = max(1, round(count * width * 8 / most))
    if not blocks:
        return "#" * max(1, eighths // 8)
    whole, rest = divmod(eighths, 8)
    return _EIGHTHS[8] * whole + (_EIGHTHS[rest] if rest else "")


def _unit(first: date, last: date) -> str:
    days = (last - first).days + 1
    if days <= MOST_DAYS:
        return "day"
    if days <= 7 * MOST_DAYS:
        return "week"
    return "month" if days <= 31 * MOST_DAYS else "year"


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=min(day.weekday(), (day - date.min).days))
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _starts(first: date, last: date, unit: str) -> list[date]:
    found = [_start(first, unit)]
    while (following := _next(found[-1], unit)) is not None and following <= last:
        found.append(following)
    return found


def _next(start: date, unit: str) -> date | None:
    try:
        if unit == "year":
            return start.replace(year=start.year + 1)
        if unit == "month":
            return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        return start + timedelta(days=7 if unit == "week" else 1)
    except (ValueError, OverflowError):  # the last of all
        return None


def _label(start: date, unit: str) -> str:
    if unit == "month":
        return f"{start.year:04}-{start.month:02}"
    if unit == "year":
        return f"{start.year:04}"
    return f"{start:%a} {start.isoformat()}" if unit == "day" else f"week of {start.isoformat()}"
