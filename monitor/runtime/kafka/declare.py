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
_SECONDS = 30.0
_ATTEMPTS = 5


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
    described: list[dict[str, Any]] = await admin.describe_topics(names)
    counts = {}
    for topic in described:
        code = topic["error_code"]
        if code == 0:
            counts[topic["topic"]] = len(topic["partitions"])
        elif code != _UNKNOWN_TOPIC:
            raise for_code(code)(f"topic {topic['topic']}")
    return counts


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
    for attempt in range(_ATTEMPTS):
        try:
            if len(await _partition_counts(admin, names)) == len(names):
                return
        except KafkaError as error:
            if not error.retriable:
                raise
        await asyncio.sleep(0.1 * 2**attempt)  # the metadata travels
    raise KafkaRuntimeError(
        f"topics were created but do not show up on {settings.bootstrap}: {', '.join(names[:5])} …"
    )


async def _configure(admin: AIOKafkaAdminClient, existing: list[Declared]) -> None:
    """A release may change retention; partition counts it may not."""
    if existing:
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.configs) for topic in existing
        ]
        for response in await admin.alter_configs(resources):
            for code, message, _kind, name in response.resources:
                if code:
                    raise KafkaRuntimeError(
                        f"topic {name} could not be configured: {for_code(code).__name__}, {message}"
                    )
