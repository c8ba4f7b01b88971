"""What both runtimes do with one record: decode, handle, encode, measure, or make a dead letter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from monitor.records import (
    MAX_RECORD,
    MAX_VALUE,
    DeadLetter,
    Record,
    RecordError,
    UnknownVersion,
    decode,
    encode,
    encode_row,
    moment,
)
from monitor.stage import Out, PublishError, RecordTooLarge, Stage, State, Step

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_MESSAGE = 2000  # characters of an error that are kept


class EncodedOut(msgspec.Struct, frozen=True):
    """An output as bytes, with the record it was made of."""

    topic: str
    key: bytes
    value: bytes
    record: Record


class EncodedPut(msgspec.Struct, frozen=True):
    """A change as bytes, ``None`` to delete, with the row it was made of."""

    table: str
    key: bytes
    value: bytes | None
    record: Record | None


class Handled(msgspec.Struct, frozen=True):
    """What handling one record comes to, ready to be written."""

    outputs: Sequence[EncodedOut]
    changes: Sequence[EncodedPut]
    step: Step


class Unwritable(PublishError):
    """A record that has no form on the wire, such as one with half a surrogate pair: permanent."""


class Poison(Exception):
    """A record that cannot be handled: it becomes a dead letter, the rest goes on."""

    def __init__(self, error: str, message: str) -> None:
        # What a message quotes comes from outside: it may be megabytes, or no valid Unicode.
        self.error = error
        self.message = message[:MAX_MESSAGE].encode("utf-8", "replace").decode()
        super().__init__(self.message)


def read_record(value: bytes) -> Record:
    """The record in a topic's bytes. Raises ``Poison``, and ``UnknownVersion``, which must stop the
    partition."""
    try:
        return decode(value)
    except UnknownVersion:
        raise
    except RecordError as error:
        raise Poison("RecordError", str(error)) from error


def handle_record(stage: Stage, record: Record, state: State, topics: frozenset[str]) -> Handled:
    """Handle, encode and measure. ``topics`` are all that there are. Raises ``Poison``; nothing was
    written then."""
    try:
        step = stage.handle(record, state, moment(record) or EPOCH)
        for out in step.outputs:
            if out.topic not in topics:
                raise ValueError(f"there is no topic {out.topic!r}")
        for put in step.changes:
            if put.table not in stage.tables:
                raise ValueError(f"stage {stage.name} does not own table {put.table!r}")
        return encode_step(step)
    except Exception as error:  # whatever a handler raises is its record's fault, not the stream's
        raise Poison(type(error).__name__, str(error)) from error


def encode_step(step: Step) -> Handled:
    """The step as bytes. Raises ``RecordTooLarge``."""
    outputs = [encode_out(out) for out in step.outputs]
    changes = []
    for put in step.changes:
        value = None if put.value is None else encode_row(put.value)
        if value is not None and len(value) > MAX_VALUE:
            raise RecordTooLarge(f"a row of {put.table} has {len(value)} bytes, {MAX_VALUE} are allowed")
        changes.append(EncodedPut(put.table, put.key, value, put.value))
    return Handled(outputs, changes, step)


def encode_out(out: Out) -> EncodedOut:
    """An output as bytes. Raises ``RecordTooLarge``, or ``Unwritable`` for what has no wire form."""
    try:
        value = encode(out.record)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unwritable(f"a record for {out.topic} cannot be written: {error}"[:MAX_MESSAGE]) from error
    if len(value) > MAX_RECORD:
        raise RecordTooLarge(f"a record for {out.topic} has {len(value)} bytes, {MAX_RECORD} are allowed")
    return EncodedOut(out.topic, out.key, value, out.record)


def dead_letter(
    *, topic: str, key: bytes, value: bytes, stage: str, poison: Poison, place: str, at: datetime
) -> DeadLetter:
    """What could not be handled, with its original bytes, cut where they would not fit a record."""
    room = MAX_RECORD * 3 // 4 - 16 * 1024  # base64 on the wire
    digest = hashlib.sha256(b"\0".join((stage.encode(), place.encode(), key, value))).hexdigest()[:24]
    note = "" if len(value) <= room else f" (its {len(value)} bytes were cut to {room})"
    return DeadLetter(
        id=digest,
        topic=topic,
        key=key[:4096],
        value=value[:room],
        stage=stage,
        error=poison.error,
        message=poison.message + note,
        at=at,
        place=place,
    )
