"""The Kafka runtime: a pipeline's stages as the agents of a Faust app, in the loop of its process."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from faust.types import TP, StreamT

from monitor.records import UnknownVersion
from monitor.runtime.kafka.adapter import StageAdapter
from monitor.runtime.kafka.app import MonitorApp
from monitor.runtime.kafka.declare import declare
from monitor.runtime.kafka.driver import Consumer
from monitor.runtime.kafka.errors import EXIT_CODE, KafkaFailed, KafkaRuntimeError
from monitor.runtime.kafka.failure import Failure
from monitor.runtime.kafka.folder import DataFolder
from monitor.runtime.kafka.measure import Measures
from monitor.runtime.kafka.partition import Layout
from monitor.runtime.kafka.port import KafkaPort
from monitor.runtime.kafka.producer import Send
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.runtime.kafka.store import row_stores
from monitor.runtime.kafka.tables import TablePartitions
from monitor.runtime.kafka.ticks import Ticker
from monitor.runtime.kafka.watchdog import Watchdog
from monitor.runtime.listeners import Listeners
from monitor.runtime.prepare import PreparePool
from monitor.stage import Emit, Handle, Observer, Pipeline, Port, RunningState

_STOP_SECONDS = 8.5


def _now() -> datetime:
    return datetime.now(UTC)


class KafkaRuntime:
    """Implements ``Runtime``. Made once, started once, stopped once."""

    def __init__(
        self,
        pipeline: Pipeline,
        settings: KafkaSettings,
        *,
        observer: Observer | None = None,
        emit: Emit | None = None,
        clock: Callable[[], datetime] = _now,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        """``clock`` gives ticks and dead letters their time. ``end`` is what the watchdog calls, with 75."""
        self._pipeline = pipeline
        self._settings = settings
        self._observer = Listeners(observer, emit)
        self._emit = self._observer.emit
        self._clock = clock
        self._end = end
        self._layout = Layout(pipeline, settings)
        self._folder = DataFolder(settings.data_dir)
        self._pool = PreparePool()
        self._adapters: dict[str, StageAdapter] = {}
        self._handles: dict[str, Handle] = {}
        self._app: MonitorApp | None = None
        self._tables: TablePartitions | None = None
        self._port: KafkaPort | None = None
        self._watchdog: Watchdog | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._ready = asyncio.Event()
        self._failure = Failure()
        self._measures: Measures | None = None
        self._stopping = False

    # --- Runtime --------------------------------------------------------------------------

    @property
    def port(self) -> Port:
        if self._port is None:
            raise KafkaRuntimeError("the runtime is not started")
        return self._port

    async def start(self) -> None:
        """Declare the topics, join the group, recover the tables; returns when records flow.

        Raises ``FolderInUse``, ``KafkaUnreachable``, ``PartitionsRefused``, ``KafkaRuntimeError``.
        """
        self._failure.arm()
        instance = self._folder.take()
        try:
            cluster = await declare(self._pipeline, self._settings)
            self._build(instance, cluster)
            await self._start_app()
        except BaseException:
            with contextlib.suppress(Exception):
                await self.stop()
            raise

    async def stop(self) -> None:
        """Finish the batches in hand, commit, and leave nothing behind, within 10 s."""
        self._stopping = True
        if self._watchdog is not None:
            self._watchdog.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._tables is not None:
            self._tables.close()
        if self._app is not None:
            try:
                await asyncio.wait_for(self._app.stop(), _STOP_SECONDS)
            except TimeoutError:
                self._emit("kafka.stop_cut_off", seconds=_STOP_SECONDS)
        await asyncio.to_thread(self._pool.close)
        self._folder.release()
        self._emit("kafka.stopped")

    async def failed(self) -> None:
        """Raises ``KafkaFailed`` when the runtime cannot go on; nothing is committed from then on."""
        await self._failure.wait()

    def swap(self, name: str, handle: Handle) -> None:
        """Replace a stage's handler between batches. Raises ``KeyError`` for an unknown stage."""
        if name not in {stage.name for stage in self._pipeline.stages}:
            raise KeyError(name)
        self._handles[name] = handle
        if name in self._adapters:
            self._adapters[name].swap(handle)

    def state(self) -> RunningState:
        """``lag``: stage -> records not yet handled, of the partitions of this worker; ``partitions``: how
        many of the settings' partitions it has."""
        failed = self._failure.since is not None
        ready = self._ready.is_set() and not failed and not self._stopping
        detail = (
            "failed" if failed else "" if ready else "stopping" if self._stopping else "joining the group"
        )
        if self._app is not None and ready and self._app.rebalancing:
            detail = "rebalancing"
        measures = self._measures
        return RunningState(
            ready=ready,
            detail=detail,
            lag={} if measures is None else dict(measures.lag),
            partitions=0 if measures is None else measures.partitions(),
            stopped={
                f"{name}/{partition}": why
                for name, adapter in self._adapters.items()
                for partition, why in adapter.stopped.items()
            },
        )

    # --- building -------------------------------------------------------------------------

    def _build(self, instance: str, cluster: str) -> None:
        app = self._app = MonitorApp(
            self._pipeline,
            self._settings,
            instance=instance,
            folder=self._folder.tables(cluster, self._settings.app_id),
            idle=self._idle,
            lost=self._lost,
        )
        stores = row_stores(app.row_tables)
        indexes = {table: index for stage in self._pipeline.stages for table, index in stage.indexes.items()}
        self._tables = TablePartitions(stores, indexes)
        for stage in self._pipeline.stages:
            adapter = self._adapters[stage.name] = StageAdapter(
                stage,
                settings=self._settings,
                layout=self._layout,
                ledger=app.ledger,
                tables=self._tables,
                stores={table: stores[table] for table in stage.tables},
                publish=self._publish,
                pool=self._pool,
                dead_letters=self._pipeline.dead_letters,
                clock=self._clock,
                observer=self._observer,
                failed=self._fail,
                stop_partition=self._stop_partition,
                taken=app.backlog.take,
            )
            if stage.name in self._handles:
                adapter.swap(self._handles[stage.name])
            names = [self._settings.topic(topic) for topic in stage.topics]
            channel = app.topic(*names, key_serializer="raw", value_serializer="raw")
            app.agent(channel, name=f"stage-{stage.name}")(self._agent(adapter))
        app.on_rebalance_complete.connect(self._recovered, weak=False)
        self._measures = Measures(
            app,
            self._pipeline,
            self._settings,
            self._adapters,
            ready=self._ready.is_set,
            failed=lambda: self._failure.since,
        )
        self._port = KafkaPort(
            settings=self._settings,
            layout=self._layout,
            tables=self._tables,
            publish=self._publish,
            room=self._measures.wait_for_room,
            observer=self._observer,
        )

    @staticmethod
    def _agent(adapter: StageAdapter) -> Callable[[StreamT[Any]], Any]:
        async def agent(stream: StreamT[Any]) -> None:
            with contextlib.suppress(StopAsyncIteration):  # how Faust ends an agent
                await adapter.run(stream.channel.queue)  # type: ignore[attr-defined]

        return agent

    async def _start_app(self) -> None:
        app = self._app
        assert app is not None
        assert self._measures is not None
        starting = asyncio.ensure_future(app.start())
        crashed = asyncio.ensure_future(self._crashed(app))
        try:
            async with asyncio.timeout(self._settings.start_timeout):
                await asyncio.wait([starting, crashed], return_when=asyncio.FIRST_COMPLETED)
                if starting.done():
                    starting.result()
                    ready = asyncio.ensure_future(self._ready.wait())
                    await asyncio.wait([ready, crashed], return_when=asyncio.FIRST_COMPLETED)
                    ready.cancel()
            if crashed.done():
                raise KafkaRuntimeError(
                    f"the worker could not start: {app.crash_reason!r}"
                ) from app.crash_reason
        except TimeoutError as error:
            raise KafkaRuntimeError(
                f"the worker was not ready within {self._settings.start_timeout:.0f} s: it waits for "
                f"{'its partitions' if app.rebalancing or not app.in_recovery else 'its tables'}"
            ) from error
        finally:
            crashed.cancel()
            starting.cancel()
            await asyncio.gather(crashed, starting, return_exceptions=True)
        self._watchdog = Watchdog(
            self._measures.pulse, stall=self._settings.stall_timeout, end=self._end, tell=self._tell_watchdog
        )
        self._watchdog.start()
        self._spawn(self._measures.run())
        self._spawn(self._watch_app(app))
        for stage in self._pipeline.stages:
            if stage.tick is not None:
                topic = self._settings.topic(stage.topics[0])
                adapter = self._adapters[stage.name]
                ticker = Ticker(
                    stage, topic, ledger=app.ledger, publish=self._publish, clock=self._clock,
                    stopped=partial(self._is_stopped, adapter),
                )  # fmt: skip
                self._spawn(ticker.run())
        self._emit("kafka.ready", partitions=self.state().partitions)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._task_ended)
        self._tasks.append(task)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    # --- what the app tells ---------------------------------------------------------------

    async def _idle(self) -> None:
        for adapter in self._adapters.values():
            await adapter.idle.wait()

    def _lost(self, revoked: set[TP]) -> None:
        """Partitions go; their rows are still there."""
        names = {self._settings.changelog(table): table for table in self._layout.tables}
        for tp in revoked:
            if self._tables is not None and tp.topic in names:
                self._tables.give(names[tp.topic], tp.partition)

    async def _recovered(self, *_: Any, **__: Any) -> None:
        """Tables are as their changelogs say; streams have not begun yet."""
        app, tables = self._app, self._tables
        assert app is not None
        assert tables is not None
        for adapter in self._adapters.values():
            adapter.stopped.clear()
        owners = {table: stage.name for stage in self._pipeline.stages for table in stage.tables}
        for table in self._layout.tables:
            for tp in sorted(app.recovery.active_tps):
                if tp.topic == self._settings.changelog(table):
                    try:
                        tables.take(table, tp.partition)
                    except UnknownVersion as error:
                        self._stop_partition(owners[table], tp.partition, str(error))
        self._ready.set()
        self._emit("kafka.assigned", partitions=len(app.consumer.assignment()))

    def _stop_partition(self, stage: str, number: int, why: str) -> None:
        adapter = self._adapters[stage]
        if number in adapter.stopped:
            return
        adapter.stopped[number] = why
        if self._app is not None:
            topics = adapter.stage.topics
            shared = [
                t
                for t in topics
                if any(not self._is_stopped(self._adapters[r], number) for r in self._layout.readers[t])
            ]
            self._app.consumer.pause_partitions(
                {TP(self._settings.topic(t), number) for t in topics if t not in shared}
            )
        self._emit("kafka.partition_stopped", stage=stage, partition=number, reason=why)

    @staticmethod
    def _is_stopped(adapter: StageAdapter, number: int) -> bool:
        return number in adapter.stopped

    async def _publish(self, sends: Sequence[Send]) -> list[Any]:
        assert self._app is not None
        return await self._app.sender.publish(sends)

    # --- failing --------------------------------------------------------------------------

    def _fail(self, error: BaseException) -> None:
        """Nothing is committed any more; ``failed`` raises."""
        if self._stopping or not self._failure.set(error):
            return
        consumer = None if self._app is None else self._app.consumer
        if isinstance(consumer, Consumer):
            consumer.frozen = True
        self._emit("kafka.failed", error=type(error).__name__, message=str(error)[:2000])

    @staticmethod
    async def _crashed(app: MonitorApp) -> None:
        await app._crashed.wait()

    async def _watch_app(self, app: MonitorApp) -> None:
        await self._crashed(app)
        self._fail(app.crash_reason or KafkaFailed("Faust gave up"))

    def _tell_watchdog(self, reason: str) -> None:
        self._emit("kafka.watchdog", reason=reason, exit_code=EXIT_CODE)
