"""The runtime under a benchmark's load, in a process of its own so that its memory and time are its own.

Reads its task as one line of JSON on standard input, writes its answer as one line on standard output.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from monitor.alerting.routing import Routing
from monitor.matching.engine import Engine
from monitor.net.client import Client, NetworkSettings
from monitor.notify.channel import Target, send_context
from monitor.notify.channels import target_of
from monitor.notify.sender import Sender
from monitor.pipeline import build
from monitor.records import RawArticle, Record
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.stage import Out, Pipeline, Runtime, Step
from tests.bench import articles, rules

SHARE = 0.02  # of the articles in a throughput run that carry a sentence on which a rule fires
WARM = 90  # articles before anything is measured: models are loaded, caches filled
TOGETHER = 32  # articles in one call of publish


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to do. ``rate`` is articles a second, ``seconds`` how long; ``hook`` is where alerts go."""

    kind: Literal["throughput", "latency"]
    runtime: Literal["embedded", "kafka"]
    folder: str
    seed: int = 1
    count: int = 1000
    rate: float = 100.0
    share: float = SHARE
    hook: str = ""
    bootstrap: str = ""
    prefix: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    articles: int
    seconds: float  # from the first publish until all stages were through
    processor: float  # seconds of processor time in that time
    matches: int
    memory: int  # bytes resident, child processes included
    stages: Mapping[str, float]  # seconds in the handlers, by stage


class Tally:
    """Counts what the stages handle."""

    def __init__(self) -> None:
        self.handled_by: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        self.last = 0.0

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        self.handled_by[stage] += 1
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self.last = time.perf_counter()

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        print(f"dead letter in {stage}: {error}: {message}", file=sys.stderr)

    def committed(self, outs: Sequence[Out]) -> None:
        return


def memory() -> int:
    """Resident bytes of this process and its children."""
    process = psutil.Process()
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def _runtime(task: Task, pipeline: Pipeline, tally: Tally) -> Runtime:
    folder = Path(task.folder)
    if task.runtime == "embedded":
        return EmbeddedRuntime(pipeline, EmbeddedSettings(folder=folder / "data"), observer=tally)
    from monitor.runtime.kafka import KafkaRuntime, KafkaSettings

    settings = KafkaSettings(bootstrap=task.bootstrap, data_dir=folder / "data", prefix=task.prefix)
    return KafkaRuntime(pipeline, settings, observer=tally)


async def run(task: Task) -> Result:
    """Do the task."""
    book = rules.load(Path(task.folder), Path(task.folder).parent / rules.PACK)
    target = target_of({"kind": "webhook", "url": task.hook or "http://127.0.0.1:9/", "unsigned": True})
    gc.collect()
    gc.freeze()  # as the always-on job does once its files are loaded
    routing = Routing(default=("hook",), renders={"hook": target.render}, channels={"hook": "webhook"})
    tally = Tally()
    runtime = _runtime(task, build(Engine(book.active(), book.table), routing), tally)
    await runtime.start()
    try:
        warm = articles.articles(WARM, task.seed + 1, task.share)
        await _publish_all(runtime, warm)
        await _through(runtime, tally, WARM)
        if task.kind == "throughput":
            return await _throughput(task, runtime, tally)
        return await _latency(task, runtime, tally, target)
    finally:
        await runtime.stop()


async def _throughput(task: Task, runtime: Runtime, tally: Tally) -> Result:
    load = articles.articles(task.count, task.seed, task.share)
    seconds, matches = tally.seconds.copy(), tally.handled_by["alert"]
    began, processor = time.perf_counter(), time.process_time()
    await _publish_all(runtime, load)
    await _through(runtime, tally, WARM + len(load))
    return Result(
        articles=len(load),
        seconds=tally.last - began,
        processor=time.process_time() - processor,
        matches=tally.handled_by["alert"] - matches,
        memory=memory(),
        stages={name: spent - seconds.get(name, 0.0) for name, spent in tally.seconds.items()},
    )


async def _publish_all(runtime: Runtime, load: Sequence[RawArticle]) -> None:
    for start in range(0, len(load), TOGETHER):
        await runtime.port.room()
        await runtime.port.publish(*(articles.out(raw) for raw in load[start : start + TOGETHER]))


async def _through(runtime: Runtime, tally: Tally, wanted: int) -> None:
    """Wait until the match stage has seen all articles, and no stage has anything left."""
    while tally.handled_by["match"] < wanted or any(runtime.state().lag.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def _latency(task: Task, runtime: Runtime, tally: Tally, target: Target) -> Result:
    load = articles.articles(task.count, task.seed, task.share)
    async with Client(NetworkSettings(allow=("127.0.0.0/8",))) as http:
        sender = Sender(
            port=runtime.port,
            subscribers={"hook": target},
            context=send_context(NetworkSettings(allow=("127.0.0.0/8",)), http),
            emit=lambda event, /, **fields: None,
            clock=lambda: datetime.now(UTC),
            random=random.random,
        )
        sending = asyncio.create_task(sender.run())
        began, processor = time.perf_counter(), time.process_time()
        publishing: set[asyncio.Task[None]] = set()
        for number, raw in enumerate(load):
            await asyncio.sleep(max(0.0, began + number / task.rate - time.perf_counter()))
            # The title carries the moment at which it is published to the other process.
            item = msgspec.structs.replace(raw.item, title=f"{number} at{time.time_ns()}")
            one = asyncio.create_task(
                runtime.port.publish(articles.out(msgspec.structs.replace(raw, item=item)))
            )
            publishing.add(one)
            one.add_done_callback(publishing.discard)
        await asyncio.gather(*publishing)
        await _through(runtime, tally, WARM + len(load))
        async with asyncio.timeout(10):
            while sender.waiting() and any(waiting.entries for waiting in sender.waiting().values()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        result = Result(
            articles=len(load),
            seconds=time.perf_counter() - began,
            processor=time.process_time() - processor,
            matches=tally.handled_by["alert"],
            memory=memory(),
            stages=tally.seconds,
        )
        await sender.stop()
        await asyncio.gather(sending, return_exceptions=True)
    return result


def main() -> None:
    task = msgspec.json.decode(sys.stdin.readline(), type=Task)
    try:
        import uvloop
    except ImportError:
        result = asyncio.run(run(task))
    else:
        result = uvloop.run(run(task))
    print(msgspec.json.encode(result).decode(), flush=True)


if __name__ == "__main__":
    main()
