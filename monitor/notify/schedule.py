"""When a delivery is tried again, and when an endpoint is left alone. Pure: times come in.

The schedule is that of the Standard Webhooks specification
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from monitor.records import AttemptOutcome

_MINUTE, _HOUR = 60.0, 3600.0
DEFAULT_SCHEDULE: tuple[float, ...] = (
    5.0,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
JITTER = 0.2  # of a delay, either way
MAX_RETRY_AFTER = 24 * _HOUR
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 60.0

GONE = frozenset({410})
REFUSED = frozenset({400, 413, 422})  # another attempt with the same body meets the same answer


def outcome_of(status: int) -> AttemptOutcome:
    """What an HTTP status means for a delivery; redirects are not followed and are retried."""
    if 200 <= status < 300:
        return "delivered"
    if status in GONE:
        return "gone"
    return "failed" if status in REFUSED else "retry"


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds from ``now`` that a ``Retry-After`` header asks for, 24 h at most; none if unreadable."""
    header = header.strip()[:100]
    if header.isascii() and header.isdigit():
        return min(float(header), MAX_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), MAX_RETRY_AFTER)


class Verdict(msgspec.Struct, frozen=True):
    """What an attempt comes to: an outcome, and when to try again if it is ``retry``."""

    outcome: AttemptOutcome
    retry_at: datetime | None = None
    exhausted: bool = False


def verdict(
    outcome: AttemptOutcome,
    number: int,
    at: datetime,
    *,
    schedule: Sequence[float],
    jitter: float,
    asked: float | None = None,
) -> Verdict:
    """Attempt ``number`` (1 for the first) ended ``at`` with ``outcome``.

    ``jitter`` lies in -1..1. ``asked`` is the endpoint's Retry-After in seconds: it lengthens the
    wait but never shortens it, else an endpoint that always says "1" would use up the schedule in
    seconds. Behind the last delay a retry becomes a failure.
    """
    if outcome != "retry":
        return Verdict(outcome)
    if number > len(schedule):
        return Verdict("failed", exhausted=True)
    delay = schedule[number - 1] * (1 + JITTER * max(-1.0, min(1.0, jitter)))
    if asked is not None:
        delay = max(delay, min(asked, MAX_RETRY_AFTER))
    return Verdict("retry", at + timedelta(seconds=delay))


class Breaker(msgspec.Struct, frozen=True):
    """How an endpoint has been answering. What it holds back is postponed, never counted."""

    failures: int = 0  # in a row
    until: datetime | None = None  # nothing is sent before; then one attempt decides

    def hold(self, now: datetime) -> datetime | None:
        """Until when attempts wait; none if one may go now."""
        return self.until if self.until is not None and self.until > now else None

    def after(
        self,
        outcome: AttemptOutcome,
        now: datetime,
        *,
        open_seconds: float = OPEN_SECONDS,
        asked: float | None = None,
    ) -> Breaker:
        """The breaker behind an attempt.

        A refusal of one body (``failed``) is an answer of a living endpoint. ``asked`` (Retry-After)
        holds the other deliveries back too, but no longer than an open breaker would.
        """
        if outcome != "retry":
            return Breaker()
        failures = self.failures + 1
        wait = open_seconds if failures >= FAILURES_TO_OPEN else 0.0
        if asked is not None:
            wait = max(wait, min(asked, open_seconds))
        return Breaker(failures, now + timedelta(seconds=wait) if wait else None)


def open_seconds(schedule: Sequence[float]) -> float:
    """How long a breaker stays open: a minute, but no longer than the longest delay of a schedule."""
    return min(OPEN_SECONDS, max(schedule, default=OPEN_SECONDS))
