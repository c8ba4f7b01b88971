"""Rule, subscriber and feed files: loaded at the start, reloaded when they are edited."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import watchfiles

from monitor.alerting.check import check_routing
from monitor.feeds.feed import Feed
from monitor.feeds.load import FILE_NAME as FEEDS
from monitor.feeds.load import load_feeds
from monitor.located import InvalidFile, Problem
from monitor.matching.engine import Engine
from monitor.notify.subscribers import FILE_NAME as SUBSCRIBERS
from monitor.notify.subscribers import NOBODY, Subscribers, load_subscribers
from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules, rule_files
from monitor.stage import Emit

DEBOUNCE_MS = 50
REST_SECONDS = 0.1
"""So long nothing in the rule folder may have changed before it is read.

Editors empty a file, or take it away, a moment before they write it; rules that move to another file
are gone from one before they are in the other.
"""

MOST_RESTLESS_SECONDS = 1.0  # a folder that does not come to rest is read all the same
SETTLED_SECONDS = 2.0
"""After an edit, in which a second one may leave times and size as they are: clocks of files are coarse."""

MOST_EDITS = 500
"""Edited rules from which on the whole set is filed anew, behind the one that serves."""

LOOK_AGAIN_MS = 1000  # where the system tells nothing of changes, such as on network drives


class Loaded(msgspec.Struct, frozen=True):
    """What the files say, the last good version of each."""

    book: RuleBook
    engine: Engine
    subscribers: Subscribers
    feeds: tuple[Feed, ...]
    problems: tuple[Problem, ...] = ()
    unrouted: tuple[Problem, ...] = ()  # rules whose alerts reach no one but the operator
    at_rest: bool = True  # nothing was written while they were read


def load(folder: Path, previous: Loaded | None = None, *, pack: Path | None = None) -> Loaded:
    """Load all files of the rule folder. What is broken stays as it was in ``previous``.

    Raises ``InvalidFile`` at the start if it is not known who is told: deliveries that wait would be
    given up. ``pack``: where the lexicon, once made, is kept for the next start.
    """
    problems: list[Problem] = []
    try:
        book = load_rules([folder], previous.book if previous is not None else None, pack=pack)
    except InvalidFile as error:
        if previous is None:
            raise
        book = previous.book
        problems.extend(error.problems)
    problems.extend(problem for problem in book.problems if problem.level == "error")
    engine = _engine(book, previous)
    subscribers = previous.subscribers if previous is not None else NOBODY
    feeds: tuple[Feed, ...] = previous.feeds if previous is not None else ()
    try:
        if (folder / SUBSCRIBERS).exists():
            subscribers = load_subscribers(folder / SUBSCRIBERS)
        else:
            problems.append(
                Problem(
                    str(folder / SUBSCRIBERS),
                    1,
                    1,
                    "does not exist: no one is told of alerts",
                    "run `monitor init`",
                )
            )
    except InvalidFile as error:
        if previous is None:
            raise
        problems.extend(error.problems)
    try:
        feeds = load_feeds(folder / FEEDS) if (folder / FEEDS).exists() else ()
    except InvalidFile as error:
        problems.extend(error.problems)
    if previous is None or book.table is not previous.book.table:
        # The lexicon's many objects stay: the collector need not look at them again and again.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
    unrouted = tuple(check_routing(book, subscribers.routing))
    return Loaded(book, engine, subscribers, feeds, tuple(dict.fromkeys(problems)), unrouted)


def _engine(book: RuleBook, previous: Loaded | None) -> Engine:
    """The engine of the book: over the same lexicon only what was edited is filed."""
    active = book.active()
    if previous is None:
        return Engine(active, book.table)
    if book.table is not previous.book.table:
        return Engine(active, book.table, traffic=previous.engine.traffic())
    return previous.engine if active == previous.engine.rules else previous.engine.changed(active)


def file_anew(loaded: Loaded) -> Engine:
    """The whole rule set filed once more, by what was seen to be rare."""
    return Engine(loaded.book.active(), loaded.book.table, traffic=loaded.engine.traffic())


Signature = tuple[tuple[str, int, int, int], ...]


def signature(folder: Path) -> Signature:
    """Names, times, sizes and inodes of all files of the rule folder: whether anything was edited.

    The time is that of the last change of any kind: a copy may keep the time of its writing.
    """
    found = []
    for path in rule_files([folder]):
        try:
            status = path.stat()
        except OSError:  # gone since it was listed, or a link that leads nowhere
            found.append((str(path), 0, 0, 0))
        else:
            found.append((str(path), status.st_ctime_ns, status.st_size, status.st_ino))
    return tuple(found)


Take = Callable[[Loaded], Awaitable[None]]


class Reloader:
    """Watches the rule folder and hands over what it says after each edit."""

    def __init__(
        self, folder: Path, loaded: Loaded, take: Take, emit: Emit, *, most_edits: int = MOST_EDITS
    ) -> None:
        self._folder = folder
        self._most_edits = most_edits
        self._loaded = loaded
        self._take = take
        self._emit = emit
        self._signature: Signature | None = None  # looked at first, so that no edit since the start is missed
        self._settled = 0.0  # on the loop's clock: until then an equal signature proves nothing
        self._trouble = ""
        self._stop = asyncio.Event()
        self._filing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until ``stop``."""
        watch = watchfiles.awatch(
            self._folder,
            watch_filter=None,  # changes of no interest must not put off the look at the next timeout
            stop_event=self._stop,
            debounce=DEBOUNCE_MS,
            step=10,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
        )
        try:
            async for _ in watch:
                await self._look()
        finally:
            if self._filing is not None:
                self._filing.cancel()

    async def stop(self) -> None:
        """End the watch."""
        self._stop.set()

    async def _look(self) -> None:
        """Load again, off the event loop, if a file has changed; hand over, and say what is broken."""
        now = asyncio.get_running_loop().time
        try:
            seen = await self._glance()
            if seen is not None and seen == self._signature and now() >= self._settled:
                return
            seen, loaded = await self._load(seen)
        except (OSError, InvalidFile) as error:
            self._signature = None  # that all is well again is told, were every file as it was before
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._emit(
                    "rules-broken", place=str(self._folder), problem=str(error), kept="the last good version"
                )
            return
        if seen != self._signature:
            self._settled = now() + SETTLED_SECONDS
        elif _same(loaded, self._loaded):
            return
        self._signature, self._trouble = seen, ""
        tell(self._emit, loaded)
        self._loaded = loaded
        await self._take(loaded)
        self._emit(
            "rules-loaded",
            rules=len(loaded.book.rules),
            subscribers=len(loaded.subscribers.targets),
            feeds=len(loaded.feeds),
            problems=len(loaded.problems),
        )
        if loaded.engine.edits > self._most_edits and (self._filing is None or self._filing.done()):
            self._filing = asyncio.create_task(self._file_anew(loaded))

    async def _load(self, seen: Signature | None) -> tuple[Signature, Loaded]:
        """What the files say when they are at rest, all of them read as they stood at one moment, and what
        they looked like then. Of a folder that is never at rest each file as it stood when it was read."""
        now = asyncio.get_running_loop().time
        until = now() + MOST_RESTLESS_SECONDS
        while True:
            seen, rested = await self._rested(seen, until)
            if seen is None:  # it raises what the trouble is
                seen = await asyncio.to_thread(signature, self._folder)
            loaded = await asyncio.to_thread(load, self._folder, self._loaded)
            after = await self._glance()
            if after == seen and rested:
                return seen, loaded
            if after is not None and now() >= until:
                return seen, msgspec.structs.replace(loaded, at_rest=False)
            seen = after

    async def _rested(self, seen: Signature | None, until: float) -> tuple[Signature | None, bool]:
        """The folder's signature once it stays the same, or when the time is up; whether it has rested."""
        now = asyncio.get_running_loop().time
        while now() < until:
            await asyncio.sleep(REST_SECONDS)
            found = await self._glance()
            if found is not None and found == seen:
                return seen, True
            seen = found
        return seen, False

    async def _glance(self) -> Signature | None:
        """The folder's signature; none while the folder is gone: another may be about to take its place."""
        try:
            return await asyncio.to_thread(signature, self._folder)
        except InvalidFile:
            return None

    async def _file_anew(self, loaded: Loaded) -> None:
        """File the whole set off the event loop, take in what was edited meanwhile, hand over."""
        engine = await asyncio.to_thread(file_anew, loaded)
        now = self._loaded
        if now.book.table is not engine.table:
            return
        if now is not loaded:
            engine = await asyncio.to_thread(engine.changed, now.book.active())
        if now is self._loaded:  # else an edit came just now: the next one begins again
            self._loaded = msgspec.structs.replace(now, engine=engine)
            await self._take(self._loaded)


def _same(loaded: Loaded, other: Loaded) -> bool:
    """Whether the files have the same bytes, and the same is wrong with them."""
    return loaded.book.files == other.book.files and loaded.problems == other.problems


def tell(emit: Emit, loaded: Loaded) -> None:
    """Report what is broken, where, and what is served instead; and rules that no one takes."""
    for problem in loaded.problems:
        emit("rules-broken", **_fields(problem), kept="the last good version")
    for problem in loaded.unrouted:
        emit("rules-unrouted", **_fields(problem))


def _fields(problem: Problem) -> dict[str, str]:
    return {
        "place": f"{problem.file}:{problem.line}:{problem.column}",
        "problem": problem.message,
        "remedy": problem.remedy,
    }
