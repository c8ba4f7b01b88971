"""The poller: polls the feeds whose state is ours, publishes what is new in them.

The table ``feed-state`` says which feeds are ours, when each is due and what it had. A poll publishes
the new items first and its outcome last; the feed is not polled again until that outcome stands in
the table. So a crash at any point repeats items, with their ids, and never loses one.
"""

from __future__ import annotations

import asyncio
import random as randomness
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from monitor.feeds.agenda import Agenda
from monitor.feeds.articles import out, raw_article
from monitor.feeds.feed import Feed, PollingSettings, host_of, shown
from monitor.feeds.feed_polls import TABLE
from monitor.feeds.gate import HostGate
from monitor.feeds.outcome import outcome
from monitor.feeds.parse import was_cut
from monitor.feeds.reach import Reach
from monitor.feeds.schedule import Selected, backlog, is_first, new_items
from monitor.feeds.visit import Visit, fetch_page, visit
from monitor.net.client import Client
from monitor.records import FeedItem, FeedState, Page, RawArticle
from monitor.stage import Emit, Out, Port, PublishError

TOPIC = "feed-polls"
RETRY_PUBLISH = timedelta(seconds=10)
RETRY_ERROR = timedelta(minutes=5)
PAGES = 50  # fetched for one poll
TOGETHER = 64  # articles in one call of publish
TOGETHER_SIZE = 2 * 1024 * 1024  # characters


class _NotOurs(Exception):
    """The feed went to another worker in the middle of a poll."""


class Poller:
    """Polls ``feeds`` through ``client`` until stopped; ``update`` replaces them while it runs.

    Emits ``feed-polled`` for each poll, ``offline`` and ``online`` once for all, ``feed-not-published``,
    ``feed-error``. ``clock`` gives the time in UTC, ``random`` a number in [0, 1).
    """

    def __init__(
        self,
        port: Port,
        client: Client,
        feeds: Iterable[Feed],
        settings: PollingSettings,
        emit: Emit,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[], float] = randomness.random,
        reach: Reach | None = None,
    ) -> None:
        self._port = port
        self._client = client
        self._settings = settings
        self._emit = emit
        self._clock = clock
        self._random = random
        self._reach = reach or Reach(emit)
        self._gate = HostGate(settings.at_once_per_host, settings.host_gap)
        self._agenda = Agenda(feeds, lambda key: port.partition(TABLE, key), settings, clock)
        self._parked: dict[str, list[str]] = {}  # due, but their host is busy
        self._polls: set[asyncio.Task[None]] = set()
        self._probe_at: datetime | None = None
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Polls until ``stop``, or until the runtime ends the watch. Raises what the runtime raises."""
        self._ended.clear()
        self._parsers = ThreadPoolExecutor(1, "parse")
        tasks = [
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._dispatch()),
            asyncio.create_task(self._stopping.wait()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            under_way = [*tasks, *self._polls]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            self._parsers.shutdown(wait=False, cancel_futures=True)
            self._ended.set()

    async def stop(self) -> None:
        """Ends polls under way at once; what they had not published comes with the next start."""
        self._stopping.set()
        await self._ended.wait()

    def update(self, feeds: Iterable[Feed]) -> None:
        """From now on these feeds. What is known of those that stay is kept."""
        self._agenda.update(feeds)
        self._wake.set()

    async def _watch(self) -> None:
        async for change in self._port.watch(TABLE):
            self._agenda.apply(change)
            self._wake.set()

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            delay = self._start_due()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), delay)

    def _start_due(self) -> float | None:
        """Starts what is due and may start; seconds until the next may, none: until something happens."""
        now = self._clock()
        if self._reach.offline:
            if self._polls:
                return None
            self._probe_at = self._probe_at or now + timedelta(seconds=self._reach.pause)
            if self._probe_at > now:
                return (self._probe_at - now).total_seconds()
        else:
            self._probe_at = None
        while (first := self._agenda.first()) is not None:
            due, url = first
            if due > now:
                return (due - now).total_seconds()
            if len(self._polls) >= self._settings.at_once:
                return None
            host = host_of(url)
            early = self._gate.enter(host)
            if early is None:
                self._agenda.set_aside(url)
                self._parked.setdefault(host, []).append(url)
            elif early > 0:
                self._agenda.plan(url, now + timedelta(seconds=early))
            else:
                self._agenda.begin(url)
                poll = asyncio.create_task(self._poll(self._agenda.feeds[url], host, self._reach.offline))
                self._polls.add(poll)
                if self._reach.offline:
                    return None
        return None

    async def _poll(self, feed: Feed, host: str, probe: bool) -> None:
        later: datetime | None = None
        try:
            try:
                await self._port.room()
                tenure = self._agenda.tenure(feed.url)
                if tenure is None:
                    return
                state = self._agenda.state(feed.url)
                digest = self._agenda.digest(feed.url)
                seen = await visit(
                    feed, state, digest, self._client, self._settings, self._parsers, self._clock
                )
            finally:
                self._gate.leave(host)
                for parked in self._parked.pop(host, ()):
                    self._agenda.plan(parked)
                self._wake.set()
            if seen.unreachable:
                hosts = len({host_of(url) for url in self._agenda.feeds})
                if await self._reach.is_to_blame(host, hosts, seen.error):
                    if probe:
                        self._reach.probed_in_vain()
                        self._probe_at = None
                    later = self._clock()  # others get their turn at probing
                    return
            else:
                self._reach.answered()
            await self._record(feed, tenure, state, seen)
        except _NotOurs:
            pass  # whoever has it now polls it again
        except PublishError as error:
            self._agenda.not_published(feed.url)
            later = self._clock() + RETRY_PUBLISH
            self._emit("feed-not-published", feed=shown(feed.url), error=str(error))
        except Exception as error:  # one feed must not stop the others
            self._agenda.not_published(feed.url)
            later = self._clock() + RETRY_ERROR
            self._emit("feed-error", feed=shown(feed.url), error=f"{type(error).__name__}: {error}")
        finally:
            task = asyncio.current_task()
            if task is not None:
                self._polls.discard(task)
            self._agenda.end(feed.url)
            if later is not None:
                self._agenda.plan(feed.url, later)
            self._wake.set()

    async def _record(self, feed: Feed, tenure: int, state: FeedState | None, seen: Visit) -> None:
        now = self._clock()
        selected: Selected | None = None
        if seen.parsed is not None:
            selected = new_items(seen.parsed.items, state)
            old = backlog(selected.new, now) if is_first(state) else frozenset()
            await self._publish(feed, tenure, selected.new, old, now)
            await self._publish(feed, tenure, selected.changed, frozenset(), now)
        self._check(feed, tenure)
        poll = outcome(
            feed,
            state,
            seen,
            selected,
            now,
            self._agenda.interval(feed),
            self._settings.max_interval,
            self._random(),
        )
        # Before publishing: the table may show the outcome before the acknowledgement is here.
        self._agenda.expect(feed.url, poll.at)
        await self._port.publish(Out(TOPIC, feed.key, poll))
        self._agenda.published(feed.url, seen.digest)
        self._emit(
            "feed-polled",
            feed=shown(feed.url),
            source=feed.source.id,
            health=poll.health,
            status=poll.status,
            items=poll.items,
            new=poll.new_items,
            changed=len(selected.changed) if selected is not None else 0,
            failures=poll.failures,
            elapsed=poll.elapsed,
            error=poll.error,
        )

    async def _publish(
        self, feed: Feed, tenure: int, items: tuple[FeedItem, ...], old: frozenset[int], seen: datetime
    ) -> None:
        """Oldest first, as feeds begin with the newest: a story then begins with its first article."""
        waiting: list[RawArticle] = []
        size = pages = 0
        for place in range(len(items) - 1, -1, -1):
            item, is_old = items[place], place in old
            page: Page | None = None
            notes = ["content cut at 1 MiB"] if was_cut(item) else []
            if feed.fetch_pages and item.url and not is_old:
                pages += 1
                if pages <= PAGES:
                    async with self._gate.place(host_of(item.url)):
                        page, note = await fetch_page(item.url, self._client, self._settings)
                else:
                    note = f"page not fetched: more than {PAGES} new items at once"
                notes.append(note)
            waiting.append(raw_article(feed.source, item, seen, backlog=is_old, page=page, notes=notes))
            size += len(item.content) + len(item.summary)
            if page is not None or len(waiting) >= TOGETHER or size > TOGETHER_SIZE:
                await self._send(feed, tenure, waiting)
                waiting, size = [], 0
        await self._send(feed, tenure, waiting)

    async def _send(self, feed: Feed, tenure: int, articles: list[RawArticle]) -> None:
        self._check(feed, tenure)
        if articles:
            await self._port.publish(*(out(article) for article in articles))

    def _check(self, feed: Feed, tenure: int) -> None:
        """Raises ``_NotOurs`` if the feed went to another since the poll began, also if it is back: the
        outcome of a poll must not name an item that this poll did not publish."""
        if self._agenda.tenure(feed.url) != tenure:
            raise _NotOurs
