"""The inbox: a folder into which people drop articles.

A file is taken when it has not changed for a second, published, and moved once that is acknowledged:
to ``done/``, or to ``failed/`` with the reason beside it. A crash in between publishes it again, with
the same ids. What hides (``.name``) or is on its way (``name~``, ``.part``, ``.tmp``) is left alone,
as are links and folders.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.feeds.articles import out
from monitor.feeds.dropped import SUFFIXES, DropError, articles
from monitor.records import RawArticle
from monitor.stage import Emit, Port, PublishError, RecordTooLarge

MAX_FILE = 5_000_000  # bytes
SETTLED = 1.0  # seconds without a change
EVERY = 0.25  # seconds between looks
BATCH_FILES = 64
TOGETHER = 256  # articles in one call of publish
BATCH_BYTES = 4 * 1024 * 1024
LONGEST_PAUSE = 30.0  # seconds between attempts where publishing fails

_Signature = tuple[int, int, int]  # inode, size, time of change in ns


class _Taken(msgspec.Struct, frozen=True):
    """A file read, or the reason why not."""

    name: str
    signature: _Signature
    articles: tuple[RawArticle, ...] = ()
    reason: str = ""


class Inbox:
    """Takes articles from ``folder``, which it makes if need be, until stopped.

    Emits ``inbox-taken``, ``inbox-failed``, ``inbox-not-published`` and ``inbox-error``. ``clock``
    gives the time that articles are said to be seen.
    """

    def __init__(
        self,
        port: Port,
        folder: Path,
        emit: Emit,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._port = port
        self._folder = folder
        self._emit = emit
        self._clock = clock
        self._seen: dict[str, tuple[_Signature, float]] = {}  # since when a file is as it is
        self._stuck: dict[str, _Signature] = {}  # published, but could not be moved
        self._trouble = ""
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Takes files until ``stop``. Raises ``OSError`` only if the folder cannot be made."""
        for folder in (self._folder, self._folder / "done", self._folder / "failed"):
            folder.mkdir(parents=True, exist_ok=True)
        self._ended.clear()
        pause = EVERY
        try:
            while not self._stopping.is_set():
                try:
                    more = await self._look()
                    self._trouble = ""
                    pause = 0.0 if more else EVERY
                except (PublishError, OSError) as error:
                    pause = min(max(pause, EVERY) * 2, LONGEST_PAUSE)
                    self._report(error)
                if pause:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Ends after the files at hand are published and moved."""
        self._stopping.set()
        await self._ended.wait()

    def _report(self, error: Exception) -> None:
        if str(error) != self._trouble:  # once, not with each attempt
            self._trouble = str(error)
            event = "inbox-not-published" if isinstance(error, PublishError) else "inbox-error"
            self._emit(event, folder=str(self._folder), error=str(error))

    async def _look(self) -> bool:
        """Takes what has settled; whether there is more."""
        loop = asyncio.get_running_loop()
        ready, more = self._settled(await asyncio.to_thread(_list, self._folder), loop.time())
        if not ready:
            return False
        if not await self._room():
            return False
        taken = await asyncio.to_thread(_read_all, self._folder, ready, self._clock())
        good = [file for file in taken if file.articles]
        for file in taken:
            if file.reason:
                await self._fail(file.name, file.reason)
        try:
            outs = [out(article) for file in good for article in file.articles]
            for start in range(0, len(outs), TOGETHER):
                await self._port.publish(*outs[start : start + TOGETHER])
        except RecordTooLarge:
            good = await self._singly(good)
        for file in good:
            await self._done(file)
        return more

    async def _room(self) -> bool:
        """Waits for room; false if told to stop meanwhile, which a full disk must not prevent."""
        waiting = [asyncio.ensure_future(self._port.room()), asyncio.ensure_future(self._stopping.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return waiting[0].done()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _settled(
        self, listing: list[tuple[str, _Signature]], now: float
    ) -> tuple[list[tuple[str, _Signature]], bool]:
        known, self._seen = self._seen, {}
        ready: list[tuple[str, _Signature]] = []
        size, more = 0, False
        for name, signature in listing:
            before, since = known.get(name, (None, now))
            since = since if before == signature else now
            self._seen[name] = (signature, since)
            if now - since < SETTLED or self._stuck.get(name) == signature:
                continue
            if ready and (len(ready) >= BATCH_FILES or size + signature[1] > BATCH_BYTES):
                more = True
                continue
            ready.append((name, signature))
            size += min(signature[1], MAX_FILE)
        return ready, more

    async def _singly(self, files: list[_Taken]) -> list[_Taken]:
        """Finds the file that the log finds too large."""
        good = []
        for file in files:
            try:
                for article in file.articles:
                    await self._port.publish(out(article))
                good.append(file)
            except RecordTooLarge as error:
                await self._fail(file.name, f"too large for a record: {error}")
        return good

    async def _done(self, file: _Taken) -> None:
        try:
            moved = await asyncio.to_thread(_move, self._folder, file.name, "done")
        except OSError as error:
            self._stuck[file.name] = file.signature
            self._emit("inbox-error", file=file.name, error=f"published, but cannot be moved: {error}")
            return
        self._seen.pop(file.name, None)
        self._emit("inbox-taken", file=file.name, articles=len(file.articles), moved_to=moved)

    async def _fail(self, name: str, reason: str) -> None:
        try:
            moved = await asyncio.to_thread(_move, self._folder, name, "failed", reason)
        except OSError as error:
            seen = self._seen.get(name)
            if seen is not None:
                self._stuck[name] = seen[0]
            self._emit("inbox-error", file=name, error=f"{reason}; and it cannot be moved: {error}")
            return
        self._seen.pop(name, None)
        self._emit("inbox-failed", file=name, reason=reason, moved_to=moved)


def _list(folder: Path) -> list[tuple[str, _Signature]]:
    """The regular files that are articles by their names, oldest first."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith((".", "~")) or not name.lower().endswith(SUFFIXES):
                continue
            with suppress(OSError):  # gone meanwhile
                if entry.is_file(follow_symlinks=False):
                    found.append((name, _signature(entry.stat(follow_symlinks=False))))
    found.sort(key=lambda file: (file[1][2], file[0]))
    return found


def _signature(status: os.stat_result) -> _Signature:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read_all(folder: Path, files: list[tuple[str, _Signature]], seen: datetime) -> list[_Taken]:
    return [_read(folder, name, signature, seen) for name, signature in files]


def _read(folder: Path, name: str, signature: _Signature, seen: datetime) -> _Taken:
    """Neither articles nor a reason: the file is not what it was, and is looked at again."""
    if signature[1] > MAX_FILE:
        return _Taken(name, signature, (), f"the file has {signature[1]:,} bytes; {MAX_FILE:,} are taken")
    try:
        handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return _Taken(name, signature)
    except OSError as error:
        return _Taken(name, signature, (), f"the file cannot be read: {error.strerror}")
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or _signature(status) != signature:
            return _Taken(name, signature)
        data = file.read(MAX_FILE + 1)
        if _signature(os.fstat(file.fileno())) != signature or len(data) != signature[1]:
            return _Taken(name, signature)
    try:
        return _Taken(name, signature, articles(name, data, seen))
    except DropError as error:
        return _Taken(name, signature, (), str(error))
    except Exception as error:  # a file must not stop the inbox
        return _Taken(name, signature, (), f"cannot be read: {type(error).__name__}: {error}"[:1000])


def _move(folder: Path, name: str, into: str, reason: str = "") -> str:
    """Moves the file, under another name if there is one of its name; returns its new place."""
    stem, dot, suffix = name.rpartition(".")
    target, number = folder / into / name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / into / f"{stem}-{number}{dot}{suffix}"
    if reason:
        target.with_name(target.name + ".reason.txt").write_text(reason + "\n", encoding="utf-8")
    (folder / name).rename(target)
    return f"{into}/{target.name}"
