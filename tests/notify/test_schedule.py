"""When a delivery is tried again: literal times in, literal times out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.notify.schedule import (
    DEFAULT_SCHEDULE,
    Breaker,
    Verdict,
    open_seconds,
    outcome_of,
    retry_after,
    verdict,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, "delivered") for status in (200, 201, 202, 204)),
        *((status, "failed") for status in (400, 413, 422)),
        (410, "gone"),
        *(
            (status, "retry")
            for status in (0, 100, 301, 302, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504)
        ),
    ],
)
def test_what_a_status_means(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("99999999", 86400.0),
        ("9" * 5000, 86400.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("Thu, 24 Nov 2033 12:00:00 GMT", 86400.0),
        ("soon", None),
        ("Tue, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(("number", "delay"), list(enumerate(DEFAULT_SCHEDULE, start=1)))
def test_the_default_schedule_is_that_of_standard_webhooks(number: int, delay: float) -> None:
    for jitter, factor in ((-1.0, 0.8), (0.0, 1.0), (1.0, 1.2)):
        expected = Verdict("retry", NOW + timedelta(seconds=delay * factor))
        assert verdict("retry", number, NOW, schedule=DEFAULT_SCHEDULE, jitter=jitter) == expected


def test_behind_the_schedule_a_retry_is_a_failure() -> None:
    assert verdict("retry", 10, NOW, schedule=DEFAULT_SCHEDULE, jitter=0) == Verdict("failed", None, True)
    assert verdict("retry", 1, NOW, schedule=(), jitter=0) == Verdict("failed", None, True)


def test_retry_after_lengthens_the_wait_and_never_shortens_it() -> None:
    asked = verdict("retry", 1, NOW, schedule=(5, 300), jitter=0, asked=40)
    assert asked.retry_at == NOW + timedelta(seconds=40)
    asked = verdict("retry", 2, NOW, schedule=(5, 300), jitter=0, asked=1)
    assert asked.retry_at == NOW + timedelta(seconds=300)


@pytest.mark.parametrize("outcome", ["delivered", "failed", "gone"])
def test_other_outcomes_stand(outcome: str) -> None:
    assert verdict(outcome, 1, NOW, schedule=(5,), jitter=0) == Verdict(outcome)  # type: ignore[arg-type]


def test_the_breaker_opens_after_five_failures_lets_one_through_and_closes_on_success() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker = breaker.after("retry", NOW)
        assert breaker.hold(NOW) is None
    breaker = breaker.after("retry", NOW)
    assert breaker.hold(NOW) == NOW + timedelta(seconds=60)
    later = NOW + timedelta(seconds=60)
    assert breaker.hold(later) is None
    assert breaker.after("retry", later).hold(later) == later + timedelta(seconds=60)
    assert breaker.after("delivered", later) == Breaker()
    assert breaker.after("failed", later) == Breaker()


def test_retry_after_holds_the_other_deliveries_back_for_a_minute_at_most() -> None:
    assert Breaker().after("retry", NOW, asked=7).hold(NOW) == NOW + timedelta(seconds=7)
    assert Breaker().after("retry", NOW, asked=9000).hold(NOW) == NOW + timedelta(seconds=60)


def test_a_breaker_stays_open_no_longer_than_the_longest_delay() -> None:
    assert open_seconds(DEFAULT_SCHEDULE) == 60
    assert open_seconds((1, 2)) == 2
    assert open_seconds(()) == 60
