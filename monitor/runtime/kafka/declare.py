"""Topics and changelogs, declared before anything runs.

Faust declares only some topics, and hangs on a missing one where the broker makes none by itself.
The partition count is stored by Kafka itself, as the topics' own; another value in the settings is
refused, since keys would move to partitions whose rows lie elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from monitor.records import MAX_RECORD
from monitor.runtime.kafka.errors import KafkaRuntimeError, KafkaUnreachable, PartitionsRefused
from monitor.runtime.kafka.settings import KafkaSettings
from monitor.stage import Pipeline

MAX_MESSAGE = MAX_RECORD + 128 * 1024  # a record, its key and Kafka's own framing
_CHANGELOG_SEGMENT = 16 * 1024 * 1024  # bytes: the newest segment is not compacted
TOMBSTONES = timedelta(days=7)  # how long a deletion stays in a changelog
_UNKNOWN_TOPIC = 3
_TOPIC_OVERRIDE = 1  # a config entry's source: set for this very topic
_SECONDS = 30.0


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it shall be on the broker."""

    name: str
    partitions: int
    configs: dict[str, str]


def declarations(pipeline: Pipeline, settings: KafkaSettings) -> list[Declared]:
    """All topics of ``pipeline``, then the changelogs of its tables."""
    topics = [
        Declared(
            name=settings.topic(topic.name),
            partitions=1 if topic.single else settings.partitions,
            configs={
                "cleanup.policy": "delete",
                "retention.ms": str(int(topic.retention.total_seconds() * 1000)),
                "max.message.bytes": str(MAX_MESSAGE),
                "compression.type": "producer",
            },
        )
        for topic in pipeline.topics
    ]
    changelogs = [
        Declared(
            name=settings.changelog(table.name),
            partitions=1 if table.single else settings.partitions,
            configs={
                "cleanup.policy": "compact",
                "delete.retention.ms": str(int(TOMBSTONES.total_seconds() * 1000)),
                "segment.bytes": str(_CHANGELOG_SEGMENT),
                "max.message.bytes": str(MAX_MESSAGE),
                "compression.type": "producer",
            },
        )
        for table in pipeline.tables
    ]
    return topics + changelogs


async def declare(pipeline: Pipeline, settings: KafkaSettings) -> str:
    """Create what is missing, bring retention up to date, and return the cluster's id.

    Raises ``KafkaUnreachable``, ``PartitionsRefused``, ``KafkaRuntimeError``.
    """
    wanted = declarations(pipeline, settings)
    admin = AIOKafkaAdminClient(**settings.client_options(), request_timeout_ms=int(_SECONDS * 1000))
    try:
        await _connect(admin, settings)
        found = await _partition_counts(admin, [topic.name for topic in wanted])
        _compare(wanted, found, settings)
        missing = [topic for topic in wanted if topic.name not in found]
        if missing:
            await _create(admin, missing, settings)
            _compare(wanted, await _partition_counts(admin, [topic.name for topic in wanted]), settings)
        await _configure(admin, [topic for topic in wanted if topic.name in found])
        cluster = await admin.describe_cluster()
        return str(cluster.get("cluster_id") or "cluster")
    except KafkaError as error:
        raise KafkaRuntimeError(
            f"the topics could not be declared on {settings.bootstrap}: {error!r}"
        ) from error
    finally:
        await admin.close()


async def _connect(admin: AIOKafkaAdminClient, settings: KafkaSettings) -> None:
    try:
        await asyncio.wait_for(admin.start(), _SECONDS)
    except (KafkaError, OSError, TimeoutError) as error:
        raise KafkaUnreachable(
            f"no Kafka broker at {settings.bootstrap} let us in ({error or type(error).__name__}): check that it runs, "
            "and kafka.bootstrap, kafka.tls and kafka.sasl in the settings"
        ) from error


async def _partition_counts(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Of the topics that there are. Waits for leaders: a broker that just started has none yet."""
    deadline = asyncio.get_running_loop().time() + _SECONDS
    while True:
        described: list[dict[str, Any]] = await admin.describe_topics(names)
        errors = {topic["topic"]: topic["error_code"] for topic in described}
        wrong = {name: for_code(code) for name, code in errors.items() if code not in (0, _UNKNOWN_TOPIC)}
        if not wrong:
            return {t["topic"]: len(t["partitions"]) for t in described if t["error_code"] == 0}
        name, error = next(iter(wrong.items()))
        if not error.retriable or asyncio.get_running_loop().time() > deadline:
            raise error(f"topic {name}")
        await asyncio.sleep(0.2)


def _compare(wanted: Iterable[Declared], found: dict[str, int], settings: KafkaSettings) -> None:
    for topic in wanted:
        count = found.get(topic.name, topic.partitions)
        if count != topic.partitions:
            raise PartitionsRefused(
                f"topic {topic.name} has {count} partitions, the settings ask for {topic.partitions}. The count is "
                f"fixed at first start, since keys would move: set kafka.partitions to {count}, or start afresh with "
                f"another kafka.prefix (now {settings.prefix!r}), or delete the topics and the data folder's tables"
            )


async def _create(admin: AIOKafkaAdminClient, missing: list[Declared], settings: KafkaSettings) -> None:
    topics = [
        NewTopic(topic.name, topic.partitions, settings.replication, topic_configs=topic.configs)
        for topic in missing
    ]
    response = await admin.create_topics(topics, timeout_ms=int(_SECONDS * 1000))
    for name, code, *message in response.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):  # another worker may declare at the same time
            error = for_code(code)
            raise KafkaRuntimeError(
                f"topic {name} could not be created: {error.__name__}{f', {message[0]}' if message else ''}"
            )
    names = [topic.name for topic in missing]
    deadline = asyncio.get_running_loop().time() + _SECONDS
    while len(await _partition_counts(admin, names)) < len(names):
        if asyncio.get_running_loop().time() > deadline:
            raise KafkaRuntimeError(
                f"topics were created but do not show up on {settings.bootstrap}: {names[0]} …"
            )
        await asyncio.sleep(0.1)  # the metadata travels


async def _configure(admin: AIOKafkaAdminClient, existing: list[Declared]) -> None:
    """A release may change retention; partition counts it may not. What an operator set besides stays."""
    kind = ConfigResourceType.TOPIC
    overrides: dict[str, dict[str, str]] = {topic.name: {} for topic in existing}
    if existing:
        for response in await admin.describe_configs([ConfigResource(kind, t.name, None) for t in existing]):
            for _code, _message, _kind, name, entries in response.resources:
                overrides[name] = {
                    e[0]: e[1] for e in entries if e[3] == _TOPIC_OVERRIDE and e[1] is not None
                }
    stale = [
        t for t in existing if any(overrides[t.name].get(key) != value for key, value in t.configs.items())
    ]
    if stale:
        changes = [ConfigResource(kind, t.name, overrides[t.name] | t.configs) for t in stale]
        for response in await admin.alter_configs(changes):
            for code, message, _kind, name in response.resources:
                if code:
                    error = for_code(code).__name__
                    raise KafkaRuntimeError(f"topic {name} could not be configured: {error}, {message}")
