"""The Kafka runtime: the same stages as agents of a Faust app."""

from monitor.runtime.kafka.errors import (
    EXIT_CODE,
    KafkaFailed,
    KafkaRuntimeError,
    KafkaUnreachable,
    PartitionsRefused,
)
from monitor.runtime.kafka.log import KafkaLog, LogRecord
from monitor.runtime.kafka.runtime import KafkaRuntime
from monitor.runtime.kafka.settings import KafkaSettings, SaslSettings, TlsSettings

__all__ = [
    "EXIT_CODE",
    "KafkaFailed",
    "KafkaLog",
    "KafkaRuntime",
    "KafkaRuntimeError",
    "KafkaSettings",
    "KafkaUnreachable",
    "LogRecord",
    "PartitionsRefused",
    "SaslSettings",
    "TlsSettings",
]
