"""Dates of feeds to times in UTC. What is not understood is no date: nothing is guessed.

Understood are RFC 822 with its successors and ISO 8601 with W3C's profile, with the variations that
feeds show: full weekday names, missing seconds, a space for the T, no zone (then UTC). Not understood
are names of zones that mean several ones, days without a month, years alone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

MAX_DATE = 80  # characters

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "september", "sept"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
# Hours from UTC. Of the names with several meanings only those that RFC 822 defines.
_ZONES = {
    "": 0.0, "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0,
    "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0,
    "cet": 1.0, "cest": 2.0, "west": 1.0, "eet": 2.0, "eest": 3.0, "msk": 3.0, "trt": 3.0,
    "jst": 9.0, "kst": 9.0, "hkt": 8.0, "aest": 10.0, "aedt": 11.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0,
}  # fmt: skip
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_OFFSET = r"(?P<zone>[A-Za-z]{1,5}|(?:GMT|UTC)?[+-]\d{1,2}:?\d{2}|[+-]\d{2})?"
_RFC822 = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?"
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]\s*(?P<month>[A-Za-z]{3,9})\.?,?[\s-]\s*(?P<year>\d{4}|\d{2}),?"
    rf"(?:\s+{_TIME}\s*{_OFFSET}(?:\s*\([^)]*\))?)?"
)
_AMERICAN = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4}),?"
    rf"(?:\s+{_TIME}\s*{_OFFSET})?"
)
_ASCTIME = re.compile(
    rf"[A-Za-z]{{3}}\s+(?P<month>[A-Za-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_TIME}\s*{_OFFSET}\s*(?P<year>\d{{4}})"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
    rf"(?:(?:\s*[T ]\s*){_TIME}\s*{_OFFSET})?"
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")


def parse_date(text: str) -> datetime | None:
    """The time that ``text`` says, in UTC; none if it says none that can be relied upon."""
    text = text.strip()
    if not text or len(text) > MAX_DATE:
        return None
    for pattern in (_RFC822, _ISO, _ASCTIME, _AMERICAN, _COMPACT):
        match = pattern.fullmatch(text)
        if match is not None:
            return _time(match.groupdict())
    return None


def _time(parts: dict[str, str | None]) -> datetime | None:
    month = parts["month"] or ""
    offset = _offset(parts.get("zone") or "")
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    if offset is None or not number:
        return None
    year = int(parts["year"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    hour, second = int(parts.get("hour") or 0), int(parts.get("second") or 0)
    try:
        time = datetime(year, number, int(parts["day"] or 0), tzinfo=timezone(offset))
        if hour == 24:  # ISO 8601's name for the next midnight
            time, hour = time + timedelta(days=1), 0
        # A leap second has no place in a datetime; the one before it is close enough.
        time = time.replace(hour=hour, minute=int(parts.get("minute") or 0), second=min(second, 59))
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    hours = _ZONES.get(zone.lower())
    if hours is not None:
        return timedelta(hours=hours)
    match = _NUMERIC.fullmatch(zone.upper())
    if match is None:
        return None
    distance = timedelta(hours=int(match.group(2)), minutes=int(match.group(3) or 0))
    if distance > timedelta(hours=14) or int(match.group(3) or 0) > 59:
        return None
    return -distance if match.group(1) == "-" else distance
