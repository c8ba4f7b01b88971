"""The storm itself: load, kills, and the judgement."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.kafka.broker import Broker
from tests.storm.articles import TONGUES, story
from tests.storm.worker import Worker
from tests.storm.world import World

REPEATS_A_KILL = 30  # deliveries that one kill may repeat: what three senders had under way or untold
QUIET = 45.0  # seconds without anything new, after which what is missing counts as lost
LANGUAGES = tuple(TONGUES)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a storm is to be. Times are seconds, ``rate`` is articles a second."""

    folder: Path
    runtime: str = "embedded"
    kills: int = 20
    seed: int = 1
    rate: float = 40.0
    workers: int = 1
    articles: int = 3000  # at most
    broker_kills: int = 0
    down: float = 20.0  # seconds that a killed broker stays away
    blind: float = 0.3  # of the kills do not wait for the worker to be ready


class Report(msgspec.Struct, kw_only=True):
    """What came of a storm."""

    published: int = 0
    stories: int = 0
    lost: dict[str, list[str]] = {}
    differing: list[str] = []  # delivery ids that came with another body
    unexpected: list[str] = []  # tokens of articles on which no rule fires
    repeats: dict[str, int] = {}  # by webhook: deliveries taken more than once
    twice: dict[str, int] = {}  # by webhook: stories told under more than one id
    refused: int = 0
    kills: int = 0
    broker_kills: int = 0
    ended: list[int] = []
    exit_codes: list[int] = []
    after_stop: int = 0  # deliveries that came after a clean stop and start
    seconds: float = 0.0
    settled: float = 0.0  # seconds from the last kill until all had come

    def faults(self) -> list[str]:
        """What must not be, one line each."""
        most = REPEATS_A_KILL * (self.kills + len(self.ended) + self.broker_kills)
        repeats = sum(self.repeats.values())
        return [
            *(
                f"lost at {name}: {len(tokens)} ({', '.join(tokens[:5])} …)"
                for name, tokens in self.lost.items()
                if tokens
            ),
            *([f"repeated with another body: {self.differing[:5]}"] if self.differing else []),
            *([f"told, though no rule fires: {self.unexpected[:5]}"] if self.unexpected else []),
            *([f"{repeats} repeats, more than {most}"] if repeats > most else []),
            *([f"stories told under several ids: {self.twice}"] if any(self.twice.values()) else []),
            *([f"exit codes of clean stops: {self.exit_codes}"] if any(self.exit_codes) else []),
            *(
                [f"{self.after_stop} deliveries were sent again after a clean stop"]
                if self.after_stop
                else []
            ),
        ]

    def text(self) -> str:
        """For a reader."""
        lost = sum(len(tokens) for tokens in self.lost.values())
        lines = [
            f"articles published     {self.published}, {self.stories} stories to be told to {len(self.lost)} webhooks",
            f"kills of workers       {self.kills}, of the broker {self.broker_kills}",
            f"ended by themselves    {len(self.ended)} {self.ended or ''}",
            f"lost                   {lost}",
            f"repeats, same id       {sum(self.repeats.values())} {self.repeats}",
            f"  with another body    {len(self.differing)}",
            f"stories told twice     {sum(self.twice.values())}",
            f"refused by the flaky   {self.refused}",
            f"again after clean stop {self.after_stop}",
            f"time                   {self.seconds:.1f} s, {self.settled:.1f} s of it after the last kill",
            *(f"FAULT: {fault}" for fault in self.faults()),
        ]
        return "\n".join(lines)


class Storm:
    """Runs a plan. ``say`` is told of each step."""

    def __init__(
        self, plan: Plan, *, broker: Broker | None = None, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._plan = plan
        self._broker = broker
        self._say = say
        self._chance = random.Random(plan.seed)
        self._report = Report()
        self._prefix = f"storm-{secrets.token_hex(4)}-"  # one system, however many workers

    async def run(self) -> Report:
        """The whole of it. Raises ``AssertionError`` if a worker does not become ready or does not stop."""
        plan, began = self._plan, time.monotonic()
        folders = [plan.folder / f"worker-{number + 1}" for number in range(plan.workers)]
        world = World(plan.seed, [folder / "data" / "inbox" for folder in folders])
        await world.start()
        workers = [Worker(folder, self._settings(), self._files(world)) for folder in folders]
        publishing = asyncio.create_task(self._publish(world))
        breaking = asyncio.create_task(self._break_brokers())
        try:
            for worker in workers:
                await worker.start()
            await self._kill(workers)
            await breaking
            await publishing
            last = time.monotonic()
            await self._settle(world, workers)
            self._report.settled = time.monotonic() - last
            await self._stop_and_start(world, workers)
        finally:
            for task in (publishing, breaking):
                task.cancel()
            await asyncio.gather(publishing, breaking, return_exceptions=True)
            for worker in workers:
                await worker.end()
            await world.stop()
        self._judge(world, workers)
        self._report.seconds = time.monotonic() - began
        return self._report

    # --- load -----------------------------------------------------------------------------

    async def _publish(self, world: World) -> None:
        """Articles at the plan's rate, slower if their number would not last for all kills."""
        plan = self._plan
        expected = 2.0 + plan.kills * 2.5 + plan.broker_kills * (plan.down + 10)
        articles = min(plan.articles, int(plan.rate * expected) + 1)
        pause = max(1.0 / plan.rate, expected / articles)
        for number in range(articles):
            world.publish(story(number, plan.seed, self._chance.choice(LANGUAGES)))
            await asyncio.sleep(pause)

    def _settings(self) -> dict[str, object]:
        plan = self._plan
        settings: dict[str, object] = {
            "runtime": plan.runtime,
            "network": {"allow": ["127.0.0.0/8"]},
            "polling": {"min_interval": "0.5s", "max_interval": "2s"},
            "delivery": {"schedule": ["0.3s"] * 50},
        }
        if plan.workers > 1:
            settings["archive"] = "none"  # SQLite is for one worker
        if self._broker is not None:
            settings["kafka"] = {
                "bootstrap": self._broker.bootstrap,
                "partitions": 8,
                "prefix": self._prefix,
            }
        return settings

    @staticmethod
    def _files(world: World) -> dict[str, object]:
        url = f"http://127.0.0.1:{world.port}"
        feeds = [
            {
                "url": f"{url}/feed/{feed.name}",
                "source": feed.name,
                "language": feed.language,
                "interval": "0.5s",
            }
            for feed in world.feeds.values()
        ]
        subscribers = [
            {"id": name, "channel": {"kind": "webhook", "url": f"{url}/hook/{name}", "unsigned": True}}
            for name in world.sinks
        ]
        return {
            "feeds.yaml": {"feeds": feeds},
            "subscribers.yaml": {"subscribers": subscribers, "default": list(world.sinks)},
        }

    # --- kills ----------------------------------------------------------------------------

    async def _kill(self, workers: list[Worker]) -> None:
        plan, chance = self._plan, self._chance
        for number in range(plan.kills):
            worker = chance.choice(workers)
            for other in workers:
                await other.supervise()
            if chance.random() < plan.blind:
                wait, how = chance.uniform(0.0, 2.0), "blindly"
            else:
                await worker.ready()
                wait, how = chance.uniform(0.3, 1.5), "after it was ready"
            await asyncio.sleep(wait)
            await worker.kill()
            self._report.kills += 1
            self._say(f"kill {number + 1} of {plan.kills}: {worker.folder.name}, {wait:.2f} s {how}")
            await worker.start()

    async def _break_brokers(self) -> None:
        for number in range(self._plan.broker_kills):
            assert self._broker is not None
            await asyncio.sleep(self._chance.uniform(3.0, 8.0))
            await asyncio.to_thread(self._broker.kill)
            self._say(f"broker killed, {number + 1} of {self._plan.broker_kills}")
            await asyncio.sleep(self._plan.down)
            await asyncio.to_thread(self._broker.restart)
            self._report.broker_kills += 1

    async def _settle(self, world: World, workers: list[Worker]) -> None:
        """Until all has come, or nothing new comes."""
        for worker in workers:
            await worker.ready()
        began = asyncio.get_running_loop().time()
        while any(world.missing().values()):
            for worker in workers:
                await worker.supervise()
            last = max(began, *(sink.last for sink in world.sinks.values()))
            if asyncio.get_running_loop().time() - last > QUIET:
                return
            await asyncio.sleep(0.1)

    async def _stop_and_start(self, world: World, workers: list[Worker]) -> None:
        """A clean stop, and a start after which nothing is sent a second time."""
        await asyncio.sleep(1.0)  # the answers to the last deliveries are written
        self._report.exit_codes = [await worker.stop() for worker in workers]
        before = sum(sum(sink.taken.values()) for sink in world.sinks.values())
        for worker in workers:
            await worker.start()
        for worker in workers:
            await worker.ready()
        await asyncio.sleep(1.5)
        self._report.exit_codes += [await worker.stop() for worker in workers]
        self._report.after_stop = sum(sum(sink.taken.values()) for sink in world.sinks.values()) - before

    # --- judgement ------------------------------------------------------------------------

    def _judge(self, world: World, workers: list[Worker]) -> None:
        report, sinks = self._report, world.sinks.values()
        report.published = world.published
        report.stories = len(world.expected)
        report.lost = world.missing()
        report.differing = [id for sink in sinks for id in sink.differing]
        report.unexpected = sorted({token for sink in sinks for token in sink.ids.keys() & world.silent})
        report.repeats = {sink.name: sum(count - 1 for count in sink.taken.values()) for sink in sinks}
        report.twice = {sink.name: sum(len(ids) > 1 for ids in sink.ids.values()) for sink in sinks}
        report.refused = sum(sink.refused for sink in sinks)
        report.ended = [code for worker in workers for code in worker.ended]
