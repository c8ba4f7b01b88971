"""Which runtime the settings ask for, and the tail by which the archive follows it."""

from __future__ import annotations

from monitor.archive.tail import Tail
from monitor.config import Settings
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.runtime.embedded.runtime import FILE_NAME
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


def make_tail(settings: Settings) -> Tail:
    """The runtime's log for the archive."""
    if settings.runtime == "kafka":
        from monitor.app.kafka import kafka_settings
        from monitor.archive.kafka import KafkaTail

        return KafkaTail(kafka_settings(settings))
    from monitor.archive.embedded import EmbeddedTail

    return EmbeddedTail(settings.data_dir / FILE_NAME)
