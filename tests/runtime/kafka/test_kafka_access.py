"""Getting in: addresses, TLS and SASL, partition counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from monitor.records import MAX_RECORD
from monitor.runtime.kafka import (
    KafkaLog,
    KafkaRuntime,
    KafkaRuntimeError,
    KafkaSettings,
    KafkaUnreachable,
    PartitionsRefused,
    SaslSettings,
    TlsSettings,
)
from monitor.runtime.kafka.declare import declare
from monitor.runtime.kafka.settings import Mechanism
from tests.kafka.broker import Broker
from tests.kafka.fixture import absent, availability, unique_prefix
from tests.runtime.kafka.chain import pipeline, raw
from tests.runtime.kafka.conftest import Settings, running
from tests.runtime.kafka.processes import alerted, eventually

pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def secure_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with a TLS and SASL listener."""
    if (reason := availability()) is not None:
        absent(reason)
    with Broker.start(tmp_path_factory.mktemp("secure"), secure=True) as broker:
        yield broker


def secured(broker: Broker, mechanism: Mechanism, folder: Path) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=broker.secure_bootstrap,
        data_dir=folder,
        partitions=2,
        prefix=unique_prefix(),
        tls=TlsSettings(ca_file=broker.ca_file),
        sasl=SaslSettings(mechanism=mechanism, user=broker.user, password=broker.password),
    )


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_articles_go_through_over_tls_and_sasl(
    secure_broker: Broker, mechanism: Mechanism, tmp_path: Path
) -> None:
    mine = secured(secure_broker, mechanism, tmp_path)
    async with running(pipeline(), mine) as runtime:
        await runtime.port.publish(raw("a"))

        async def through() -> bool:
            return await alerted(mine) == ["a"]

        await eventually(through)


@pytest.mark.parametrize("wrong", ["password", "authority"])
async def test_who_is_not_let_in_is_told_so_without_the_password(
    secure_broker: Broker, wrong: str, tmp_path: Path
) -> None:
    right = secured(secure_broker, "SCRAM-SHA-256", tmp_path)
    assert right.sasl is not None
    mine = (
        msgspec.structs.replace(right, tls=TlsSettings())
        if wrong == "authority"
        else msgspec.structs.replace(
            right, sasl=msgspec.structs.replace(right.sasl, password="not-the-password")
        )
    )
    with pytest.raises(KafkaUnreachable, match=r"kafka\.tls and kafka\.sasl") as caught:
        await KafkaRuntime(pipeline(), mine).start()
    assert "not-the-password" not in str(caught.value)
    with pytest.raises(KafkaUnreachable):
        async with KafkaLog(pipeline(), mine) as log:
            await log.append([raw("a")])


async def test_missing_certificate_file_is_named(tmp_path: Path) -> None:
    mine = KafkaSettings(
        bootstrap="127.0.0.1:1", data_dir=tmp_path, tls=TlsSettings(ca_file=tmp_path / "no.pem")
    )
    with pytest.raises(KafkaUnreachable, match=r"no\.pem"):
        await KafkaRuntime(pipeline(), mine).start()


async def test_absent_broker_is_an_error_that_names_the_address_and_frees_the_folder(tmp_path: Path) -> None:
    mine = KafkaSettings(bootstrap="127.0.0.1:1", data_dir=tmp_path)
    for _ in range(2):
        with pytest.raises(KafkaUnreachable, match=r"127\.0\.0\.1:1 .*check that it runs"):
            await KafkaRuntime(pipeline(), mine).start()


async def test_other_partition_count_is_refused_with_the_remedy(settings: Settings) -> None:
    await declare(pipeline(), settings(partitions=3))
    with pytest.raises(PartitionsRefused, match=r"has 3 partitions.* ask for 5.*set kafka\.partitions to 3"):
        await KafkaRuntime(pipeline(), settings(partitions=5)).start()
    assert await declare(pipeline(), settings(partitions=3))


async def test_declaring_twice_at_once_is_no_error(settings: Settings) -> None:
    first, second = await asyncio.gather(*[declare(pipeline(), settings()) for _ in range(2)])
    assert first == second


async def test_log_of_a_system_that_never_ran_says_so(settings: Settings) -> None:
    async with KafkaLog(pipeline(), settings()) as log:
        with pytest.raises(KafkaRuntimeError, match="no worker ran there yet"):
            [entry async for entry in log.read("dead-letters")]
        with pytest.raises(KafkaRuntimeError, match="there is no topic nonsense"):
            [entry async for entry in log.read("nonsense")]


async def configs(settings: KafkaSettings, topic: str) -> dict[str, str]:
    """A topic's settings on the broker."""
    admin = AIOKafkaAdminClient(**settings.client_options())
    await admin.start()
    try:
        (found,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, None)])
        (resource,) = found.resources
        return {entry[0]: entry[1] for entry in resource[4]}
    finally:
        await admin.close()


async def test_topics_have_their_retention_and_changelogs_are_compacted_and_operators_settings_stay(
    settings: Settings,
) -> None:
    mine = settings()
    await declare(pipeline(), mine)
    raws = await configs(mine, mine.topic("raw-articles"))
    assert (raws["retention.ms"], raws["cleanup.policy"]) == (str(3 * 86_400_000), "delete")
    assert int(raws["max.message.bytes"]) > MAX_RECORD
    assert (await configs(mine, mine.changelog("stories")))["cleanup.policy"] == "compact"
    admin = AIOKafkaAdminClient(**mine.client_options())
    await admin.start()
    changed = {"retention.ms": "1000", "cleanup.policy": "delete", "segment.bytes": "2000000"}
    name = mine.topic("raw-articles")
    (answer,) = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, changed)])
    assert [resource[0] for resource in answer.resources] == [0]
    await admin.close()

    async def shown(retention: str) -> bool:
        found = await configs(mine, name)
        return (found["retention.ms"], found["segment.bytes"]) == (retention, "2000000")

    await eventually(lambda: shown("1000"))
    await declare(pipeline(), mine)
    await eventually(lambda: shown(str(3 * 86_400_000)), 20)
