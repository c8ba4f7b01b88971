"""What a visit comes to as a record for ``feed-polls``. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.feeds.feed import Feed
from monitor.feeds.schedule import Selected, next_due
from monitor.feeds.visit import Visit
from monitor.records import FeedPoll, FeedState


def outcome(
    feed: Feed,
    state: FeedState | None,
    seen: Visit,
    selected: Selected | None,
    now: datetime,
    interval: float,
    max_interval: float,
    random01: float,
) -> FeedPoll:
    """The outcome of ``seen``, a visit to ``feed`` whose state was ``state``; intervals in seconds.

    Its time is later than that of the poll before even if the clock went back: the stage takes what
    is not later for a replay.
    """
    at = now
    if state is not None and state.polled is not None and state.polled >= now:
        at = state.polled + timedelta(microseconds=1)
    failures = 0
    if seen.health in ("failing", "gone"):
        failures = 1 + (state.failures if state is not None else 0)
    return FeedPoll(
        feed=feed.url,
        at=at,
        next_due=next_due(now, interval, seen.health, failures, random01, seen.retry_after, max_interval),
        interval=interval,
        health=seen.health,
        status=seen.status,
        error=seen.error,
        failures=failures,
        etag=seen.etag,
        last_modified=seen.last_modified,
        fingerprints=selected.fingerprints if selected is not None else (),
        items=len(seen.parsed.items) if seen.parsed is not None else 0,
        new_items=len(selected.new) if selected is not None else 0,
        elapsed=seen.elapsed,
        moved_to=seen.moved_to,
    )
