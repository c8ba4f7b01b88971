"""The always-on job: runtime, poller, inbox, sender, archive, web, started and stopped in order."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Protocol

from monitor.app.files import Loaded, Reloader, load, tell
from monitor.app.journal import Journal
from monitor.app.leaving import AFTER_SIGNAL, AFTER_STOP, leave_within
from monitor.app.runtimes import make_runtime, make_tail
from monitor.archive.follower import Follower
from monitor.cleaning.language import warm_up
from monitor.config import Settings
from monitor.feeds.feed import PollingSettings
from monitor.feeds.inbox import Inbox
from monitor.feeds.poll import Poller
from monitor.matching.kernel.choice import NAME as KERNEL
from monitor.net.client import Client
from monitor.notify.channel import send_context
from monitor.notify.sender import Sender
from monitor.pipeline import build, with_routing, with_rules
from monitor.records import Record
from monitor.stage import Emit, Observer, Out, Runtime, Step
from monitor.web.metrics import Metrics
from monitor.web.server import WebServer

PACK = "lexicon.pack"
STOP_SECONDS = 8.0
"""Until services that do not end by themselves are cut off; SIGTERM ends within 10 s."""

ARCHIVE_SECONDS = 1.5
"""Of these, in which the archive takes in what the others left."""


class Service(Protocol):
    """Runs until it is stopped."""

    async def run(self) -> None: ...

    async def stop(self) -> None: ...


class Signals:
    """Hands what is reported to all that listen."""

    def __init__(self, observers: Sequence[Observer], emits: Sequence[Emit]) -> None:
        self._observers = observers
        self._emits = emits

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        for observer in self._observers:
            observer.handled(stage, record, step, seconds)

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        for observer in self._observers:
            observer.dead_lettered(stage, error, message)

    def committed(self, outs: Sequence[Out]) -> None:
        for observer in self._observers:
            observer.committed(outs)

    def emit(self, event: str, /, **fields: object) -> None:
        for emit in self._emits:
            emit(event, **fields)


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


class Monitor:
    """One worker. ``run`` returns its exit code."""

    def __init__(self, settings: Settings, loaded: Loaded, journal: Journal, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        signals = Signals([journal, metrics], [journal, metrics])
        self._loaded = loaded
        self._signals = signals
        self._pipeline = build(loaded.engine, loaded.subscribers.routing)
        self._runtime: Runtime = make_runtime(settings, self._pipeline, signals, signals.emit)
        self._services: list[tuple[str, Service]] = []
        self._stopping = asyncio.Event()
        self._code = 0

    def stop(self) -> None:
        """Begin to stop."""
        self._stopping.set()

    async def run(self) -> int:
        """Until stopped, or until something cannot go on."""
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(Client(self._settings.network_settings))
            web = WebServer(
                self._settings.web.host, self._settings.web.port, ready=self._ready, metrics=self._metrics
            )
            await web.start()
            warming = asyncio.create_task(asyncio.to_thread(warm_up))
            stack.callback(warming.cancel)
            stack.push_async_callback(web.stop)
            self._signals.emit("listening", url=f"http://{self._settings.web.host}:{web.port}")
            await self._runtime.start()
            try:
                self._compose(http)
                self._signals.emit(
                    "started",
                    runtime=self._settings.runtime,
                    kernel=KERNEL,
                    rules=len(self._loaded.book.rules),
                    feeds=len(self._loaded.feeds),
                    subscribers=len(self._loaded.subscribers.targets),
                    inbox=str(self._settings.inbox_dir),
                )
                await self._serve()
            finally:
                await self._runtime.stop()
                self._signals.emit("stopped")
        return self._code

    def _compose(self, http: Client) -> None:
        port, emit, settings = self._runtime.port, self._signals.emit, self._settings
        polling = settings.polling
        self._poller = Poller(
            port,
            http,
            self._loaded.feeds,
            PollingSettings(
                min_interval=polling.min_interval.total_seconds(),
                max_interval=polling.max_interval.total_seconds(),
                user_agent=polling.user_agent,
            ),
            emit,
            clock=now,
        )
        self._sender = Sender(
            port=port,
            subscribers=self._loaded.subscribers.targets,
            context=send_context(settings.network_settings, http),
            emit=emit,
            clock=now,
            random=random.random,
            schedule=[wait.total_seconds() for wait in settings.delivery.schedule],
        )
        self._services = [
            ("sender", self._sender),
            ("inbox", Inbox(port, settings.inbox_dir, emit, clock=now)),
            ("poller", self._poller),
            ("files", Reloader(settings.rules_dir, self._loaded, self._take, emit)),
        ]

        url = settings.archive_url()
        if url:
            follower = Follower(url, make_tail(settings), emit, keep=settings.archive_keep)
            self._services.append(("archive", follower))
            self._metrics.ask(archive=follower.state)
        self._metrics.ask(state=self._runtime.state, waiting=self._sender.waiting)

    def _ready(self) -> tuple[bool, str]:
        state = self._runtime.state()
        return state.ready, state.detail

    async def _take(self, loaded: Loaded) -> None:
        """New rules, subscribers and feeds, between batches."""
        for name, handle in with_rules(loaded.engine).items():
            self._runtime.swap(name, handle)
        for name, handle in with_routing(self._pipeline, loaded.subscribers.routing).items():
            self._runtime.swap(name, handle)
        self._sender.update(loaded.subscribers.targets)
        self._poller.update(loaded.feeds)

    async def _serve(self) -> None:
        tasks: dict[asyncio.Task[None], str] = {
            asyncio.create_task(service.run()): name for name, service in self._services
        }
        tasks[asyncio.create_task(self._runtime.failed())] = "runtime"
        stopping = asyncio.create_task(self._stopping.wait())
        waited: list[asyncio.Task[Any]] = [*tasks, stopping]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        for task, name in tasks.items():
            if task.done() and not self._stopping.is_set():
                error = task.exception() if not task.cancelled() else None
                said = "it ended by itself" if error is None else f"{type(error).__name__}: {error}"
                self._signals.emit("service-failed", service=name, error=said)
                self._code = max(self._code, getattr(error, "exit_code", 1))
        self._signals.emit("stopping")
        followers = [service for name, service in self._services if name == "archive"]
        others = [service for name, service in reversed(self._services) if name != "archive"]
        await _within(STOP_SECONDS - ARCHIVE_SECONDS, [service.stop() for service in others])
        await _within(ARCHIVE_SECONDS, [service.stop() for service in followers])
        for one in waited:
            one.cancel()
        await asyncio.gather(*waited, return_exceptions=True)


async def _within(seconds: float, stops: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Stop all at once; none holds up the others, none longer than so many seconds."""
    tasks = [asyncio.create_task(stop) for stop in stops]
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def run_monitor(settings: Settings) -> int:
    """Run the job in this process until SIGTERM or SIGINT; the process's exit code."""
    journal, metrics = Journal(), Metrics(clock=now)
    journal("loading", rules=str(settings.rules_dir))
    loaded = load(settings.rules_dir, pack=settings.data_dir / PACK)
    tell(journal, loaded)
    tell(metrics, loaded)

    leaving: list[threading.Event] = []

    async def main() -> int:
        monitor = Monitor(settings, loaded, journal, metrics)

        def stop() -> None:
            leaving.append(leave_within(AFTER_SIGNAL, 0, journal))
            monitor.stop()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        code = await monitor.run()
        leaving.append(leave_within(AFTER_STOP, code, journal))
        return code

    try:
        return _run(main)
    finally:
        for ended in leaving:
            ended.set()


def _run(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform
        return asyncio.run(main())
    return uvloop.run(main())
