"""Which runtime the settings ask for."""

from __future__ import annotations

from monitor.config import Settings
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.stage import Emit, Observer, Pipeline, Runtime


def make_runtime(settings: Settings, pipeline: Pipeline, observer: Observer, emit: Emit) -> Runtime:
    """The runtime, not yet started."""
    if settings.runtime == "kafka":
        from monitor.app.kafka import make_kafka_runtime  # Faust takes half a second to import

        return make_kafka_runtime(settings, pipeline, observer, emit)
    return EmbeddedRuntime(
        pipeline,
        EmbeddedSettings(folder=settings.data_dir, synchronous=settings.storage.synchronous),
        observer=observer,
        emit=emit,
    )
