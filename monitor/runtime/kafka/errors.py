"""What can go wrong with Kafka; each message says what to do."""

from __future__ import annotations


class KafkaRuntimeError(Exception):
    """The Kafka runtime cannot start or cannot go on."""


class KafkaUnreachable(KafkaRuntimeError):
    """No broker answered, or none let us in."""


class PartitionsRefused(KafkaRuntimeError):
    """The partition count in the settings is not that of the topics."""


class FolderInUse(KafkaRuntimeError):
    """Another worker runs on this data folder."""


class KafkaFailed(KafkaRuntimeError):
    """The runtime stopped committing: what it could not do is done again after a restart."""
