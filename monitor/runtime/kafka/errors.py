"""What can go wrong with Kafka; each message says what to do."""

from __future__ import annotations

EXIT_CODE = 75
"""The exit code that asks the supervisor for another start (EX_TEMPFAIL in sysexits.h)."""


class KafkaRuntimeError(Exception):
    """The Kafka runtime cannot start or cannot go on. ``exit_code`` is what the process ends with."""

    exit_code = 2


class KafkaUnreachable(KafkaRuntimeError):
    """No broker answered, or none let us in."""

    exit_code = EXIT_CODE


class PartitionsRefused(KafkaRuntimeError):
    """The partition count in the settings is not that of the topics."""


class KafkaFailed(KafkaRuntimeError):
    """The runtime stopped committing: what it could not do is done again after a restart."""

    exit_code = EXIT_CODE
