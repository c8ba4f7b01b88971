"""Which feeds are ours, what is known of them, and which is due next. No I/O."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from monitor.feeds.feed import Feed, PollingSettings
from monitor.records import FeedState
from monitor.stage import Assigned, Changed, Revoked

OWN_POLL_WITHIN = timedelta(seconds=60)  # after which a feed is polled again though its outcome was not seen


class Agenda:
    """Feeds by when they are due. ``partition`` says where a feed's state lies, ``clock`` the time.

    A feed is due if its state is in a partition that is ours, it is not being polled (``begin`` to
    ``end``), and the outcome of its last poll stands in the table.
    """

    def __init__(
        self,
        feeds: Iterable[Feed],
        partition: Callable[[bytes], int],
        settings: PollingSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self.feeds = {feed.url: feed for feed in feeds}
        self._partition = partition
        self._settings = settings
        self._clock = clock
        self._owned: set[int] = set()
        self._tenures: dict[int, int] = {}  # partition -> how often it was given to us
        self._states: dict[str, FeedState] = {}
        self._digests: dict[str, bytes] = {}
        self._busy: set[str] = set()
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []  # entries that differ from _due are void
        self._not_before: dict[str, datetime] = {}
        self._expected: dict[str, tuple[datetime, datetime]] = {}  # time of our poll, until when to wait

    def mine(self, url: str) -> bool:
        """Whether the feed is to be polled, and here."""
        feed = self.feeds.get(url)
        return feed is not None and self._partition(feed.key) in self._owned

    def tenure(self, url: str) -> int | None:
        """Which time the feed is ours, none if it is not: it may go and come back during one poll."""
        return self._tenures[self._partition(self.feeds[url].key)] if self.mine(url) else None

    def state(self, url: str) -> FeedState | None:
        """What the table has of the feed."""
        return self._states.get(url)

    def digest(self, url: str) -> bytes:
        """Of the body of the last poll, if it was made here."""
        return self._digests.get(url, b"")

    def interval(self, feed: Feed) -> float:
        """Seconds between polls of ``feed`` while all is well."""
        return max(feed.interval, self._settings.min_interval)

    def update(self, feeds: Iterable[Feed]) -> None:
        """From now on these feeds. What is known of those that stay is kept."""
        before = self.feeds
        self.feeds = {feed.url: feed for feed in feeds}
        for url in before.keys() - self.feeds.keys():
            for known in (self._due, self._digests, self._not_before, self._expected):
                known.pop(url, None)
        for url, feed in self.feeds.items():
            if before.get(url) != feed:
                self._plan(url)

    def apply(self, change: Assigned | Revoked | Changed) -> None:
        """What the watched table says."""
        if isinstance(change, Changed):
            self._row(change.key, change.value)
            return
        there = [feed for feed in self.feeds.values() if self._partition(feed.key) == change.partition]
        for feed in there:
            self._states.pop(feed.url, None)
            self._digests.pop(feed.url, None)
        if isinstance(change, Revoked):
            self._owned.discard(change.partition)
        else:
            self._owned.add(change.partition)
            self._tenures[change.partition] = self._tenures.get(change.partition, 0) + 1
            for key, value in change.rows:
                self._row(key, value)
        for feed in there:
            self._plan(feed.url)

    def _row(self, key: bytes, value: object) -> None:
        url = key.decode("utf-8", "replace")
        if url not in self.feeds and not isinstance(value, FeedState):
            return
        if isinstance(value, FeedState):
            self._states[url] = value
            expected = self._expected.get(url)
            if expected is not None and value.polled is not None and value.polled >= expected[0]:
                del self._expected[url]
        else:
            self._states.pop(url, None)
        self._plan(url)

    # --- due ----------------------------------------------------------------------------------

    def first(self) -> tuple[datetime, str] | None:
        """The feed that is due first, and when; it may be later than now."""
        while self._heap:
            due, url = self._heap[0]
            if self._due.get(url) == due:
                return due, url
            heapq.heappop(self._heap)
        return None

    def set_aside(self, url: str) -> None:
        """The feed is not due until ``plan`` says so."""
        self._due.pop(url, None)

    def plan(self, url: str, not_before: datetime | None = None) -> None:
        """Puts the feed where it belongs, ``not_before`` then."""
        if not_before is not None:
            self._not_before[url] = not_before
        self._plan(url)

    def begin(self, url: str) -> None:
        """The feed is being polled."""
        self._busy.add(url)
        for known in (self._due, self._expected, self._not_before):
            known.pop(url, None)

    def expect(self, url: str, at: datetime) -> None:
        """The outcome ``at`` is about to be published; no other poll before it is seen."""
        self._expected[url] = (at, self._clock() + OWN_POLL_WITHIN)

    def published(self, url: str, digest: bytes) -> None:
        """The outcome, of a body with ``digest``, was acknowledged."""
        self._digests[url] = digest

    def not_published(self, url: str) -> None:
        """The outcome announced by ``expect`` will not come."""
        self._expected.pop(url, None)

    def end(self, url: str) -> None:
        """The poll is over."""
        self._busy.discard(url)
        self._plan(url)

    def _plan(self, url: str) -> None:
        if url in self._busy or not self.mine(url):
            self._due.pop(url, None)
            return
        due = self._due_time(self.feeds[url])
        if self._due.get(url) != due:
            self._due[url] = due
            heapq.heappush(self._heap, (due, url))

    def _due_time(self, feed: Feed) -> datetime:
        url, now = feed.url, self._clock()
        state, due = self._states.get(url), now
        if state is not None:
            # A clock that was wrong once must not silence a feed for years.
            longest = 1.2 * max(86400.0, self._settings.max_interval, self.interval(feed))
            due = min(state.next_due, now + timedelta(seconds=longest))
            edited = self.interval(feed) < state.interval
            if edited and state.polled is not None and state.health in ("ok", "unchanged"):
                due = min(due, state.polled + timedelta(seconds=self.interval(feed)))
        if url in self._expected:
            due = max(due, self._expected[url][1])
        return max(due, self._not_before.get(url, due))
