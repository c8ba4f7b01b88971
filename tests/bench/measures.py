"""The measurements, each a function that returns its figures."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil
from aiohttp import web
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from monitor.alerting.notice import Notice
from monitor.alerting.routing import Routing
from monitor.matching.engine import Engine
from monitor.pipeline import build
from monitor.records import RawArticle, Record, encode, moment
from monitor.stage import Stage
from tests.bench import articles, rules
from tests.bench.worker import SHARE, Result, Task
from tests.runtime.test_stage_replays import Tables
from tests.storm.worker import MAIN, free_port

ROOT = Path(__file__).parents[2]
_AT = re.compile(rb"at(\d{19})")
_BATCH = 32  # records a transaction of the plain log: as many as a publish of the load has
IDLE_SECONDS = 8.0


class Rate(msgspec.Struct, frozen=True):
    """So many things in so many seconds."""

    count: int
    seconds: float

    @property
    def each_second(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0


# --- each stage singly ----------------------------------------------------------------------


def stages(folder: Path, count: int, seed: int) -> dict[str, Rate]:
    """Pure calls of each stage's handler, ``prepare`` included, in processor time; no bytes, no log."""
    book = rules.load(folder, folder / rules.PACK)
    routing = Routing(default=("desk",), renders={"desk": _body}, channels={"desk": "webhook"})
    pipeline = build(Engine(book.active(), book.table), routing)
    by_topic: dict[str, list[Record]] = {"raw-articles": list(articles.articles(count, seed, SHARE))}
    found: dict[str, Rate] = {}
    for stage in pipeline.stages:
        records = [record for topic in stage.topics for record in by_topic.get(topic, ())]
        if records:
            _singly(stage, records[: len(records) // 10], {})  # warm caches
            found[stage.name] = _singly(stage, records, by_topic)
    return found


def _singly(stage: Stage, records: Sequence[Record], by_topic: dict[str, list[Record]]) -> Rate:
    tables = Tables(stage)
    spent = 0.0
    for record in records:
        began = time.thread_time()
        prepared = stage.prepare(record) if stage.prepare is not None else record
        now = moment(record)
        assert now is not None
        step = stage.handle(prepared, tables, now)
        spent += time.thread_time() - began
        tables.apply(step.changes)
        for out in step.outputs:
            by_topic.setdefault(out.topic, []).append(out.record)
    for key, row in list(tables.rows.items()):  # the index is shared by all calls: leave it empty
        if (index := stage.indexes.get(key[0])) is not None:
            index.apply(key[1], row, None)
    return Rate(len(records), spent)


def _body(notice: Notice) -> bytes:
    return msgspec.json.encode([notice.id, notice.title])


# --- the plain log --------------------------------------------------------------------------


def sqlite_log(folder: Path, load: Sequence[RawArticle]) -> Rate:
    """The same bytes appended to a SQLite file, durably, a transaction for each batch, and read again."""
    values = [encode(raw) for raw in load]
    path = folder / "plain.db"
    began = time.perf_counter()
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("CREATE TABLE log (offset INTEGER PRIMARY KEY, value BLOB NOT NULL)")
    for start in range(0, len(values), _BATCH):
        file.execute("BEGIN")
        file.executemany(
            "INSERT INTO log (value) VALUES (?)", [(value,) for value in values[start : start + _BATCH]]
        )
        file.execute("COMMIT")
    read = sum(1 for _ in file.execute("SELECT offset, value FROM log ORDER BY offset"))
    file.close()
    assert read == len(values)
    return Rate(len(values), time.perf_counter() - began)


async def kafka_log(bootstrap: str, load: Sequence[RawArticle]) -> Rate:
    """The same bytes produced to a topic of 12 partitions, every batch acknowledged, and consumed again."""
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

    topic = f"bench-plain-{secrets.token_hex(4)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 12, 1)])
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="gzip")
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await producer.start()
    values = [(raw.source.id.encode(), encode(raw)) for raw in load]
    began = time.perf_counter()
    try:
        for start in range(0, len(values), _BATCH):
            sends = [
                await producer.send(topic, value, key=key) for key, value in values[start : start + _BATCH]
            ]
            await asyncio.gather(*sends)
        await consumer.start()
        read = 0
        async with asyncio.timeout(60):
            while read < len(values):
                read += sum(len(found) for found in (await consumer.getmany(timeout_ms=1000)).values())
        return Rate(len(values), time.perf_counter() - began)
    finally:
        await consumer.stop()
        await producer.stop()
        await admin.delete_topics([topic])
        await admin.close()


# --- all stages -----------------------------------------------------------------------------


async def work(task: Task) -> Result:
    """The task in a worker of its own. Raises ``RuntimeError`` with the end of what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.worker", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(120):
            output, errors = await process.communicate(msgspec.json.encode(task) + b"\n")
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise RuntimeError(f"the worker failed: {errors.decode(errors='replace')[-2000:]}")
    return msgspec.json.decode(output.splitlines()[-1], type=Result)


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from publishing to raw-articles to the webhook's arrival."""

    samples: int
    p50: float
    p99: float
    result: Result


async def latency(task: Task) -> Latency:
    """Publish at the task's rate and see when the webhooks arrive."""
    arrivals: list[float] = []

    async def hook(request: web.Request) -> web.Response:
        now = time.time_ns()
        found = _AT.search(await request.read())
        if found is not None:
            arrivals.append((now - int(found[1])) / 1e6)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        port = runner.addresses[0][1]
        result = await work(msgspec.structs.replace(task, hook=f"http://127.0.0.1:{port}/"))
    finally:
        await runner.cleanup()
    if len(arrivals) < 2:
        raise RuntimeError(f"{len(arrivals)} alerts arrived of {result.matches}")
    cuts = statistics.quantiles(arrivals, n=100, method="inclusive")
    return Latency(len(arrivals), cuts[49], cuts[98], result)


# --- at rest --------------------------------------------------------------------------------


class Idle(msgspec.Struct, frozen=True):
    """Of `monitor run` with the shipped rules and no feeds. ``processor`` is a share of one core."""

    processor: float
    memory: int


def _prepare(folder: Path, settings: dict[str, object]) -> None:
    folder.mkdir()
    shutil.copytree(rules.SHIPPED, folder / "rules")
    (folder / "rules" / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    own = {"data_dir": "data", "rules_dir": "rules", "web": {"port": free_port()}}
    (folder / "monitor.yaml").write_text(json.dumps(own | settings), encoding="utf-8")


async def idle(folder: Path, settings: dict[str, object]) -> Idle:
    """The whole monitor with nothing to do."""
    _prepare(folder, settings)
    log = folder / "log"
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MAIN, "run", "--config", "monitor.yaml", cwd=folder,
            stdin=asyncio.subprocess.DEVNULL, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while b"started" not in log.read_bytes():
                if process.returncode is not None:
                    raise RuntimeError(f"the monitor ended: {log.read_text()[-2000:]}")
                await asyncio.sleep(0.1)
        await asyncio.sleep(3.0)  # until what a start brings about is over
        watched = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        before = sum(sum(one.cpu_times()[:2]) for one in watched)
        await asyncio.sleep(IDLE_SECONDS)
        spent = sum(sum(one.cpu_times()[:2]) for one in watched) - before
        return Idle(spent / IDLE_SECONDS, sum(one.memory_info().rss for one in watched))
    finally:
        process.terminate()
        await process.wait()
