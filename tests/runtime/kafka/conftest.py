"""Settings for a broker of the session, with topics, group and folder of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from monitor.runtime.kafka import KafkaRuntime, KafkaSettings
from monitor.stage import Pipeline
from tests.kafka.broker import Broker

Settings = Callable[..., KafkaSettings]


@pytest.fixture
def settings(kafka_broker: Broker, topic_prefix: str, tmp_path: Path) -> Settings:
    """Settings for one worker of this test's system: `settings("second", partitions=8)`."""

    def make(worker: str = "first", **changes: Any) -> KafkaSettings:
        known: dict[str, Any] = {
            "bootstrap": kafka_broker.bootstrap,
            "data_dir": tmp_path / worker,
            "partitions": 4,
            "prefix": topic_prefix,
        }
        return KafkaSettings(**{**known, **changes})

    return make


@asynccontextmanager
async def running(pipeline: Pipeline, settings: KafkaSettings, **options: Any) -> AsyncIterator[KafkaRuntime]:
    """A started runtime, stopped in the end."""
    runtime = KafkaRuntime(pipeline, settings, **options)
    await runtime.start()
    try:
        yield runtime
    finally:
        await runtime.stop()
