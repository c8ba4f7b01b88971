"""The broker that the other Kafka tests stand on does what they assume."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.kafka import fixture, jars, probe
from tests.kafka.broker import Broker, BrokerError
from tests.kafka.node import free_ports

pytestmark = [pytest.mark.xdist_group("kafka"), pytest.mark.timeout(120)]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One of our own with both listeners, whatever the environment names: its life is what is tested."""
    reason = fixture.installed()
    if reason is not None:
        fixture.absent(reason)
    with Broker.start(tmp_path_factory.mktemp("broker"), secure=True) as broker:
        yield broker


@pytest.fixture
def broker(started: Broker) -> Broker:
    if not started.running:
        started.restart()
    return started


def secured(broker: Broker, mechanism: str, password: str | None = None) -> dict[str, Any]:
    return {
        "bootstrap_servers": broker.secure_bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_context": ssl.create_default_context(cafile=str(broker.ca_file)),
        "sasl_mechanism": mechanism,
        "sasl_plain_username": broker.user,
        "sasl_plain_password": password or broker.password,
    }


async def create(topic: str, **access: Any) -> None:
    admin = AIOKafkaAdminClient(**access)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def produce(topic: str, *values: bytes, **access: Any) -> None:
    async with AIOKafkaProducer(acks="all", **access) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def consume(topic: str, count: int, **access: Any) -> list[bytes]:
    async with AIOKafkaConsumer(auto_offset_reset="earliest", **access) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        async with asyncio.timeout(20):
            return [(await consumer.getone()).value for _ in range(count)]


async def test_what_was_acknowledged_is_there_after_kill_and_restart_on_the_same_ports(
    broker: Broker,
) -> None:
    topic, access = fixture.unique_prefix() + "kept", {"bootstrap_servers": broker.bootstrap}
    await create(topic, **access)
    await produce(topic, b"one", b"two", **access)
    assert await consume(topic, 2, **access) == [b"one", b"two"]

    await asyncio.to_thread(broker.kill)
    assert not broker.running
    await asyncio.to_thread(broker.restart)

    await produce(topic, b"three", **access)
    assert await consume(topic, 3, **access) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_secure_listener_serves_over_tls_to_who_knows_the_password(
    broker: Broker, mechanism: str
) -> None:
    topic, access = fixture.unique_prefix() + "secret", secured(broker, mechanism)
    await create(topic, **access)
    await produce(topic, b"one", **access)
    assert await consume(topic, 1, **access) == [b"one"]


async def refusal(caplog: pytest.LogCaptureFixture, **access: Any) -> str:
    producer = AIOKafkaProducer(**access)
    with pytest.raises(KafkaError):
        await producer.start()
    await producer.stop()
    return caplog.text  # the exception says no more than that it could not bootstrap


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_secure_listener_refuses_a_wrong_password(
    broker: Broker, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert "SaslAuthenticationFailed" in await refusal(caplog, **secured(broker, mechanism, password="wrong"))


async def test_a_client_without_the_authority_refuses_the_broker(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = secured(broker, "PLAIN") | {"ssl_context": ssl.create_default_context()}
    assert "CERTIFICATE_VERIFY_FAILED" in await refusal(caplog, **stranger)


async def test_topics_that_nobody_declared_are_not_made(broker: Broker) -> None:
    topic = fixture.unique_prefix() + "typo"
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.client.add_topic(topic)
        assert topic not in (await producer.client.fetch_all_metadata()).topics()


def foreground(folder: Path) -> tuple[subprocess.Popen[str], str]:
    port = next(free_ports())
    command = [sys.executable, "-m", "tests.kafka.broker", "--folder", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == f"bootstrap 127.0.0.1:{port}\n"
    return process, f"127.0.0.1:{port}"


async def test_foreground_broker_serves_keeps_its_data_and_ends_with_its_parent(
    broker: Broker, tmp_path: Path
) -> None:
    process, address = await asyncio.to_thread(foreground, tmp_path)
    with process:
        children = psutil.Process(process.pid).children(recursive=True)
        await create("kept", bootstrap_servers=address)
        await produce("kept", b"one", bootstrap_servers=address)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert psutil.wait_procs(children, timeout=5)[1] == []

    process, address = await asyncio.to_thread(foreground, tmp_path)
    with process:
        children = psutil.Process(process.pid).children(recursive=True)
        assert await consume("kept", 1, bootstrap_servers=address) == [b"one"]
        process.kill()
        assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_taken_port_is_an_error_that_names_it(broker: Broker, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(BrokerError, match=f"port {port} of 127.0.0.1 is already in use"):
            Broker.start(tmp_path, port=port)


def test_a_broker_that_will_not_start_shows_its_log_and_leaves_no_process(
    broker: Broker, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=another\n")
    before = psutil.Process().children()
    with pytest.raises(BrokerError, match=r"(?s)exit code 1; its log:.*node id"):
        Broker.start(tmp_path)
    assert psutil.Process().children() == before


def test_a_folder_with_data_is_not_made_secure_afterwards(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\n")
    with pytest.raises(BrokerError, match="start securely in an empty one"):
        Broker.start(tmp_path, secure=True)


def test_a_broker_of_others_is_used_but_not_stopped(broker: Broker) -> None:
    other = Broker.at(broker.bootstrap)
    assert other.bootstrap == broker.bootstrap
    assert not other.owned
    for act in (other.stop, other.kill, other.restart):
        with pytest.raises(BrokerError, match="not run by these tests"):
            act()
    assert broker.running


@pytest.mark.parametrize("address", ["", "localhost", "localhost:", "localhost:kafka"])
def test_an_address_without_a_port_is_refused(address: str) -> None:
    with pytest.raises(BrokerError, match="write host:port"):
        Broker.at(address)


def ask(answer: bytes) -> probe.Cluster:
    """What the probe makes of a server that answers with these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return probe.ask("127.0.0.1", server.getsockname()[1], timeout=5)
        finally:
            thread.join()


def partition(number: int, leader: int) -> bytes:
    return struct.pack(">hii iiii iii", 0, number, leader, 3, 1, 2, 3, 2, 1, 2)


def test_probe_finds_the_partitions_without_a_leader() -> None:
    brokers = struct.pack(">i ih9sih", 1, 1, 9, b"127.0.0.1", 9092, -1)
    first = struct.pack(">hh1sbi", 0, 1, b"a", 0, 2) + partition(0, 1) + partition(1, -1)
    second = struct.pack(">hh2sbi", 0, 2, b"bb", 0, 1) + partition(0, -1)
    body = struct.pack(">i", 1) + brokers + struct.pack(">ii", 1, 2) + first + second
    assert ask(struct.pack(">i", len(body)) + body) == probe.Cluster((9092,), 1, ("a-1", "bb-0"))


@pytest.mark.parametrize(
    ("cluster", "ready"),
    [
        (probe.Cluster((9092,), 1, ()), True),
        (probe.Cluster((9092,), 1, ("a-1",)), False),
        (probe.Cluster((9092,), -1, ()), False),
        (probe.Cluster((), 1, ()), False),
    ],
)
def test_a_cluster_is_ready_with_brokers_a_controller_and_all_leaders(
    cluster: probe.Cluster, ready: bool
) -> None:
    assert cluster.ready is ready


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "closed before the answer was complete"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not a Kafka listener"),
        (b"\x00\x00\x00\x08\x00\x00\x00\x01\x00\x00\x00\x05", "cannot be read"),
    ],
    ids=["nothing", "another protocol", "cut off inside"],
)
def test_probe_says_what_is_wrong_with_an_answer(answer: bytes, message: str) -> None:
    with pytest.raises(probe.ProbeError, match=message):
        ask(answer)


def test_absence_names_what_to_install_and_fails_only_where_kafka_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv(fixture.ADDRESS, raising=False)
    for cached in (jars.java, fixture.installed):
        cached.cache_clear()
    try:
        reason = fixture.availability()
    finally:
        for cached in (jars.java, fixture.installed):
            cached.cache_clear()
    assert reason is not None
    assert "install a Java runtime" in reason

    monkeypatch.setenv(fixture.ADDRESS, "127.0.0.1:9092")
    assert fixture.availability() is None

    monkeypatch.setenv(fixture.REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="there is no Kafka: no java"):
        fixture.absent("no java")
    monkeypatch.delenv(fixture.REQUIRED)
    with pytest.raises(pytest.skip.Exception, match="no Kafka: no java"):
        fixture.absent("no java")


FIXTURES_AT_WORK = """
from tests.kafka.broker import Broker
from tests.kafka.node import not_ready

def test_stop(killable_broker: Broker) -> None:
    killable_broker.stop()

def test_serves(kafka_broker: Broker, topic_prefix: str) -> None:
    host, port = kafka_broker.bootstrap.split(":")
    assert not_ready(host, int(port)) is None
    assert topic_prefix.startswith("t-")
"""


@pytest.mark.parametrize(
    ("named", "outcome"),
    [(False, {"passed": 2}), (True, {"passed": 1, "skipped": 1})],
    ids=["a broker of its own", "a broker that is named"],
)
def test_fixtures_restart_what_a_test_stopped_and_kill_no_broker_of_others(
    broker: Broker, tmp_path: Path, named: bool, outcome: dict[str, int]
) -> None:
    (tmp_path / "test_inner.py").write_text(FIXTURES_AT_WORK)
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.kafka.fixture",
        "-c", os.devnull, "--rootdir", str(tmp_path), "--basetemp", str(tmp_path / "t"), str(tmp_path / "test_inner.py"),
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if key != fixture.ADDRESS}
    if named:
        environment[fixture.ADDRESS] = broker.bootstrap
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    counts = {
        word: int(number) for number, word in re.findall(r"(\d+) (passed|skipped|failed|error)", done.stdout)
    }
    assert counts == outcome, done.stdout + done.stderr
    assert broker.running


def test_stop_leaves_no_process(broker: Broker) -> None:
    ours = {child.pid for child in psutil.Process().children()}
    assert broker.pid is not None
    assert broker.pid in ours
    process = psutil.Process(broker.pid)
    family = [process, *process.children(recursive=True)]
    broker.stop()
    assert not broker.running
    assert broker.pid is None
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    broker.stop()
