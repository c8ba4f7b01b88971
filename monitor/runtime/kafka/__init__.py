"""The Kafka runtime: the same stages as agents of a Faust app."""

from monitor.runtime.kafka.errors import (
    FolderInUse,
    KafkaFailed,
    KafkaRuntimeError,
    KafkaUnreachable,
    PartitionsRefused,
)
from monitor.runtime.kafka.log import KafkaLog, LogRecord
from monitor.runtime.kafka.runtime import KafkaRuntime
from monitor.runtime.kafka.settings import KafkaSettings, SaslSettings, TlsSettings
from monitor.runtime.kafka.watchdog import EXIT_CODE

__all__ = [
    "EXIT_CODE",
    "FolderInUse",
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
