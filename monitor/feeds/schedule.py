"""When a feed is polled next, and which of its items are new. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from monitor.records import FeedItem, FeedState, Health

JITTER = 0.1  # of the interval, either way
GONE_EVERY = 86400.0  # seconds; a feed that is gone may come back
RETRY_AFTER_MOST = 86400.0
BACKLOG_AGE = timedelta(hours=24)
BACKLOG_UNDATED = 3  # newest undated items of a first poll that are news

_TAGS = re.compile(r"<[^<>]{0,2000}>")


class Selected(msgspec.Struct, frozen=True):
    """What an answer brings: items not seen before, items that changed, fingerprints of all."""

    new: tuple[FeedItem, ...]
    changed: tuple[FeedItem, ...]
    fingerprints: tuple[str, ...]


def next_due(
    now: datetime,
    interval: float,
    health: Health,
    failures: int,
    random01: float,
    retry_after: float | None = None,
    max_interval: float = 86400.0,
) -> datetime:
    """When to poll again; ``interval``, ``retry_after`` and ``max_interval`` are seconds.

    Each failure in a row doubles the interval, up to ``max_interval``. ``random01`` in [0, 1) spreads
    feeds by 10 % either way, so that they do not march in step. ``retry_after``, the server's wish,
    is a lower bound, itself bounded by a day.
    """
    longest = max(interval, max_interval)
    if health == "gone":
        wait = max(interval, GONE_EVERY)
    elif health == "failing":
        wait = min(interval * 2.0 ** min(max(failures, 1), 30), longest)
    else:
        wait = interval
    wait *= 1.0 + JITTER * (2.0 * random01 - 1.0)
    if retry_after is not None:
        wait = max(wait, min(retry_after, RETRY_AFTER_MOST))
    return now + timedelta(seconds=wait)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks to wait from ``now``; none if it says nothing usable."""
    value = value.strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value)
    try:
        date = parsedate_to_datetime(value[:80])
        return max(0.0, (date - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None  # unreadable, or without a zone


def new_items(items: Sequence[FeedItem], state: FeedState | None) -> Selected:
    """Which ``items`` the state of the feed does not know, or knows with another text.

    Of items with one identity in one answer the first counts. What an edit leaves in place under
    whitespace or tags is no change: advertisements and tracking come and go with each request.
    """
    known = frozenset(state.fingerprints) if state is not None else frozenset()
    identities = {fingerprint.partition(".")[0] for fingerprint in known}
    new, changed, seen = [], [], {}
    for item in items:
        fingerprint = item_fingerprint(item)
        identity = fingerprint.partition(".")[0]
        if identity in seen:
            continue
        seen[identity] = fingerprint
        if identity not in identities:
            new.append(item)
        elif fingerprint not in known:
            changed.append(item)
    return Selected(tuple(new), tuple(changed), tuple(seen.values()))


def item_fingerprint(item: FeedItem) -> str:
    """``identity.text``: a hash of what makes it the same item and one of what it says."""
    identity = item.guid or item.url or "\0".join((item.title, item.summary, item.content))
    parts = (_TAGS.sub("", text) for text in (item.title, item.summary, item.content))
    text = "\0".join(" ".join(part.split()) for part in parts)
    return f"{_hash(identity, 8)}.{_hash(text, 5)}"


def backlog(items: Sequence[FeedItem], now: datetime) -> frozenset[int]:
    """Places of those items of a feed's first answer that are no news: matched, not alerted.

    Dated more than 24 h before ``now``, or undated beyond the first three, which are the newest since
    feeds begin with them.
    """
    old, undated = set(), 0
    for place, item in enumerate(items):
        date = item.published or item.updated
        if date is not None:
            if now - date > BACKLOG_AGE:
                old.add(place)
        else:
            undated += 1
            if undated > BACKLOG_UNDATED:
                old.add(place)
    return frozenset(old)


def is_first(state: FeedState | None) -> bool:
    """Whether no answer of the feed has been taken in yet."""
    return state is None or state.succeeded is None


def _hash(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
