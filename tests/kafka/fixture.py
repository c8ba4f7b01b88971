"""Pytest fixtures with a real broker; a conftest imports those it wants, or names this module as a plugin.

- `kafka_broker`: one per session and, under pytest-xdist, one per worker process (each takes about 400 MB and
  4 s to start: give all tests that use it `@pytest.mark.xdist_group("kafka")` and run with
  `--dist loadgroup`, and a single one is started). Topics outlive a test: name them with `topic_prefix`.
- `killable_broker`: the same broker, for tests that kill or restart it; it runs again afterwards.
- `topic_prefix`: a prefix that no other test has.

`MONITOR_TEST_KAFKA=host:port` takes a broker that runs already (tests that kill it are then skipped).
Where no broker can be had the tests are skipped with the reason, or fail if `MONITOR_REQUIRE_KAFKA=1`.
"""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.kafka import jars
from tests.kafka.broker import Broker, BrokerError

ADDRESS = "MONITOR_TEST_KAFKA"
REQUIRED = "MONITOR_REQUIRE_KAFKA"


def availability() -> str | None:
    """Why no broker can be had here, or None. The first call may fetch Kafka with Maven (43 MB)."""
    return None if os.environ.get(ADDRESS) else installed()


@functools.cache
def installed() -> str | None:
    """Why a broker cannot be started here, or None, whatever the environment names."""
    try:
        jars.java()
        jars.resolve()
    except BrokerError as error:
        return str(error)
    return None


def unique_prefix(name: str = "t") -> str:
    """A prefix for topics, consumer groups and application ids, such as `t-3f9c1a2b-`."""
    return f"{name}-{secrets.token_hex(4)}-"


def absent(reason: str) -> NoReturn:
    """Skip the present test with `reason`, or fail it where a broker is required."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but there is no Kafka: {reason}", pytrace=False)
    pytest.skip(f"no Kafka: {reason}")


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that serves."""
    reason = availability()
    if reason is not None:
        absent(reason)
    address = os.environ.get(ADDRESS)
    # A broker that is named, or whose parts are all there, and yet does not serve is a failure, not a skip.
    broker = Broker.at(address) if address else Broker.start(tmp_path_factory.mktemp("kafka"))
    with broker:
        yield broker


@pytest.fixture
def killable_broker(kafka_broker: Broker) -> Iterator[Broker]:
    """The session's broker, if it may be killed."""
    if not kafka_broker.owned:
        pytest.skip(f"the broker that {ADDRESS} names is not ours to kill")
    yield kafka_broker
    if not kafka_broker.running:
        kafka_broker.restart()


@pytest.fixture
def topic_prefix() -> str:
    """A prefix that no other test has, for topics, groups and application ids."""
    return unique_prefix()
