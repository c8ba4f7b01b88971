"""The tail over a real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from monitor.archive import schema
from monitor.archive.follower import Follower
from monitor.archive.kafka import KafkaTail
from monitor.archive.tail import TOPICS
from monitor.records import Record, encode
from monitor.runtime.kafka.settings import KafkaSettings
from tests.archive.rig import Events, table, until
from tests.archive.samples import alert, article, attempt
from tests.kafka.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]
PARTITIONS = 3


@pytest.fixture
async def settings(kafka_broker: Broker, topic_prefix: str, tmp_path: Path) -> KafkaSettings:
    """With all topics declared."""
    made = KafkaSettings(
        bootstrap=kafka_broker.bootstrap, data_dir=tmp_path, partitions=PARTITIONS, prefix=topic_prefix
    )
    admin = AIOKafkaAdminClient(**made.client_options())
    await admin.start()
    await admin.create_topics([NewTopic(made.topic(name), PARTITIONS, 1) for name in TOPICS])
    await admin.close()
    return made


@pytest.fixture
async def producer(settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(**settings.client_options())
    await made.start()
    yield made
    await made.stop()


async def send(
    producer: AIOKafkaProducer, settings: KafkaSettings, topic: str, *records: Record, to: int = 0
) -> None:
    for record in records:
        await producer.send(settings.topic(topic), encode(record), key=b"k", partition=to)
    await producer.flush()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_all_partitions_are_followed_and_gone_on_with(
    url: str, settings: KafkaSettings, producer: AIOKafkaProducer
) -> None:
    for partition in range(PARTITIONS):
        stories = (alert(f"s-{partition}", revision) for revision in range(1, 401))
        await send(producer, settings, "alerts", *stories, to=partition)
    await send(producer, settings, "articles", article(), to=1)
    first_events = Events()
    first = Follower(url, KafkaTail(settings), first_events, pause=0.02)
    running = asyncio.create_task(first.run())
    await until(lambda: first.state().written == 1201, 30)
    await send(producer, settings, "attempts", attempt(), to=2)
    await until(lambda: first.state().written == 1202)
    await first.stop()
    await asyncio.wait_for(running, 10)
    assert [name for name, _ in first_events.all] == ["archive-writing"]
    await send(producer, settings, "alerts", alert("s-0", 401), to=0)
    second_events = Events()
    second = Follower(url, KafkaTail(settings), second_events, pause=0.02)
    running = asyncio.create_task(second.run())
    await until(lambda: second.state().written >= 1, 30)
    await until(lambda: second.state().lag == dict.fromkeys(TOPICS, 0), 10)
    await second.stop()
    await asyncio.wait_for(running, 10)
    assert second.state().written == 1
    assert [name for name, _ in second_events.all] == ["archive-writing"]
    assert len(await table(url, schema.alerts)) == 1201
    assert len(await table(url, schema.attempts)) == 1
    offsets = {(row.topic, row.partition): row.next_offset for row in await table(url, schema.offsets)}
    assert offsets == {
        ("alerts", 0): 401, ("alerts", 1): 400, ("alerts", 2): 400, ("articles", 1): 1, ("attempts", 2): 1,
    }  # fmt: skip


async def test_reads_again_what_was_not_kept(settings: KafkaSettings, producer: AIOKafkaProducer) -> None:
    await send(producer, settings, "alerts", *(alert("s", revision) for revision in range(1, 11)))
    tail = KafkaTail(settings)
    try:
        entries: list[int] = []
        async with asyncio.timeout(20):
            while not entries:
                entries = [entry.offset for entry in await tail.read({}, 4)]
        assert entries == [0, 1, 2, 3]
        for offsets, expected in (({("alerts", 0): 4}, 4), ({("alerts", 0): 2}, 2), ({("alerts", 0): 99}, 0)):
            found: list[int] = []
            async with asyncio.timeout(20):
                while not found:
                    found = [entry.offset for entry in await tail.read(offsets, 3)]
            assert found[0] == expected
        assert await tail.read({}, 10, frozenset({("alerts", 0)})) == []
        assert (await tail.lag({("alerts", 0): 4}))["alerts"] == 6
        assert settings.prefix in tail.log
    finally:
        await tail.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_broker_that_is_away_is_waited_for(
    url: str, killable_broker: Broker, settings: KafkaSettings, producer: AIOKafkaProducer
) -> None:
    await send(producer, settings, "alerts", alert("s-1"))
    events = Events()
    follower = Follower(url, KafkaTail(settings, answer_seconds=2), events, pause=0.02)
    running = asyncio.create_task(follower.run())
    await until(lambda: follower.state().written == 1, 30)
    await asyncio.to_thread(killable_broker.kill)
    await until(lambda: follower.state().role == "away", 60)
    await asyncio.to_thread(killable_broker.restart)
    await send(producer, settings, "alerts", alert("s-2"))
    await until(lambda: follower.state().written == 2, 60)
    await follower.stop()
    await asyncio.wait_for(running, 10)
    assert [row.story for row in await table(url, schema.alerts)] == ["s-1", "s-2"]
    assert len(events.named("archive-behind")) == 1


async def test_no_broker_at_all_is_away(tmp_path: Path) -> None:
    settings = KafkaSettings(bootstrap="127.0.0.1:9", data_dir=tmp_path)
    events = Events()
    follower = Follower(
        f"sqlite+aiosqlite:///{tmp_path / 'archive.db'}", KafkaTail(settings), events, pause=0.02
    )
    running = asyncio.create_task(follower.run())
    await until(lambda: follower.state().role == "away", 45)
    await follower.stop()
    await asyncio.wait_for(running, 10)
    assert "127.0.0.1:9" in str(events.named("archive-behind")[0]["error"])
