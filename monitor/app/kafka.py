"""The Kafka runtime as the settings ask for it. Imported only then: Faust takes half a second."""

from __future__ import annotations

from monitor.config import Settings
from monitor.runtime.kafka import KafkaRuntime, KafkaSettings
from monitor.runtime.kafka.settings import SaslSettings, TlsSettings
from monitor.stage import Emit, Observer, Pipeline


def make_kafka_runtime(
    settings: Settings, pipeline: Pipeline, observer: Observer, emit: Emit
) -> KafkaRuntime:
    """The runtime, not yet started. Raises ``SecretError`` if the password cannot be read."""
    return KafkaRuntime(pipeline, kafka_settings(settings), observer=observer, emit=emit)


def kafka_settings(settings: Settings) -> KafkaSettings:
    """Where Kafka is, with secrets read. Raises ``SecretError``."""
    kafka, tls, sasl = settings.kafka, settings.kafka.tls, settings.kafka.sasl
    return KafkaSettings(
        bootstrap=kafka.bootstrap,
        data_dir=settings.data_dir,
        partitions=kafka.partitions,
        replication=kafka.replication,
        group=kafka.group,
        prefix=kafka.prefix,
        session_timeout=kafka.session_timeout.total_seconds(),
        tls=None
        if tls is None
        else TlsSettings(
            ca_file=tls.ca_file,
            cert_file=tls.cert_file,
            key_file=tls.key_file,
            check_hostname=tls.check_hostname,
        ),
        sasl=None
        if sasl is None
        else SaslSettings(mechanism=sasl.mechanism, user=sasl.user, password=sasl.password.reveal()),
    )
