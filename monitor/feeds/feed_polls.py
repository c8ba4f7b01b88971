"""The stage ``feed-polls``: outcomes of polls become the state of feeds. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.records import FeedPoll, FeedState, Record
from monitor.stage import Put, State, Step

TABLE = "feed-state"
FINGERPRINTS = 1000


def handle(record: Record, state: State, now: datetime) -> Step:
    """The new row of the feed. Ticks and anything else change nothing, as does a poll seen before."""
    if not isinstance(record, FeedPoll):
        return Step()
    key = record.feed.encode()
    before = state.get(TABLE, key)
    known = before if isinstance(before, FeedState) else None
    if known is not None and known.polled is not None and record.at <= known.polled:
        return Step()  # a replay
    return Step(changes=(Put(TABLE, key, after(known, record)),))


def after(known: FeedState | None, poll: FeedPoll) -> FeedState:
    """The state of a feed after ``poll``. Only a full answer replaces validators and adds fingerprints."""
    before = known or FeedState(feed=poll.feed, next_due=poll.next_due, interval=poll.interval)
    answered = poll.health == "ok"
    fingerprints = before.fingerprints
    if answered and poll.fingerprints:
        fingerprints = tuple(dict.fromkeys((*poll.fingerprints, *fingerprints)))[:FINGERPRINTS]
    return FeedState(
        feed=poll.feed,
        next_due=poll.next_due,
        interval=poll.interval,
        health=poll.health,
        polled=poll.at,
        succeeded=poll.at if poll.health in ("ok", "unchanged") else before.succeeded,
        status=poll.status,
        error=poll.error,
        failures=poll.failures,
        etag=poll.etag if answered else before.etag,
        last_modified=poll.last_modified if answered else before.last_modified,
        fingerprints=fingerprints,
        polls=before.polls + 1,
        moved_to=poll.moved_to or before.moved_to,
    )
