"""The outbox stage: what was to be sent, how far it came, which endpoints are gone. Pure.

Topics ``deliveries`` and ``attempts`` share the key subscriber; the stage only records, the sender sends.
Rows of ``outbox`` are keyed subscriber, NUL, delivery id, so that a subscriber's rows scan together.
The row under ``CURSOR`` says how far pruning came; its subscriber is empty and readers skip it. It
exists only while a table has more rows than one tick looks at.

Replays: the first body of a delivery id wins, attempts count by (replay, number), an endpoint's
failure counts once by its time, and the row that says "done" is the last change of its step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from monitor.records import (
    Attempt,
    Command,
    DeadLetter,
    Delivery,
    Endpoint,
    OutboxEntry,
    Record,
    Tick,
    encode,
)
from monitor.stage import BATCH_BYTES, PRUNE_LIMIT, Handle, Out, Put, State, Step

OUTBOX = "outbox"
ENDPOINTS = "endpoints"
CURSOR = b"\0cursor"
KEEP = timedelta(days=7)  # after a row is done
MAX_TITLE = 300  # characters of a title in a row: the body has it whole
MAX_ERROR = 300
_CHUNK = 100  # rows of a scan, bodies included


def entry_key(subscriber: str, delivery: str) -> bytes:
    """The key of a delivery's row in ``outbox``."""
    return subscriber.encode() + b"\0" + delivery.encode()


def outbox_handler(*, keep: timedelta = KEEP, prune_limit: int = PRUNE_LIMIT) -> Handle:
    """The handler of the outbox stage. Rows live for ``keep`` after they are done; a tick looks at
    ``prune_limit`` rows. Other records than those of its topics come to nothing."""

    def handle(record: Record, state: State, now: datetime) -> Step:
        match record:
            case Delivery():
                return _delivery(record, state)
            case Attempt():
                return _attempt(record, state)
            case Command():
                return _command(record, state)
            case Tick():
                return _tick(state, record.at, keep, prune_limit)
        return Step()

    return handle


def _delivery(delivery: Delivery, state: State) -> Step:
    key = entry_key(delivery.subscriber, delivery.id)
    known = _entry(state, key)
    if known is not None and delivery.replay <= known.replay:
        return Step()
    kept = known.delivery if known is not None and known.delivery is not None else delivery
    title = kept.title if len(kept.title) <= MAX_TITLE else kept.title[: MAX_TITLE - 1] + "…"
    entry = OutboxEntry(
        id=delivery.id,
        subscriber=delivery.subscriber,
        state="pending",
        seen=kept.seen,
        delivery=msgspec.structs.replace(kept, replay=delivery.replay, title=title),
        replay=delivery.replay,
    )
    endpoint = _endpoint(state, delivery.subscriber)
    if not endpoint.disabled:
        return Step(changes=(Put(OUTBOX, key, entry),))
    out, put = _undeliverable(entry, key, delivery.seen, endpoint)
    return Step((out,), (put,))


def _attempt(attempt: Attempt, state: State) -> Step:
    key = entry_key(attempt.subscriber, attempt.delivery)
    entry = _entry(state, key)
    if (
        entry is None
        or entry.state != "pending"
        or attempt.replay != entry.replay
        or attempt.number <= entry.attempts
    ):
        return Step()
    endpoint = _after(_endpoint(state, attempt.subscriber), attempt)
    outputs: list[Out] = []
    changes = [Put(ENDPOINTS, attempt.subscriber.encode(), endpoint)]
    tried = msgspec.structs.replace(
        entry,
        attempts=attempt.number,
        next_attempt=attempt.retry_at,
        last_error=attempt.error[:MAX_ERROR],
        last_status=attempt.status,
    )
    if attempt.outcome == "delivered":
        row = msgspec.structs.replace(
            tried, state="delivered", delivery=None, done=attempt.at, next_attempt=None
        )
    elif attempt.outcome == "retry":
        row = tried
    else:
        error = "EndpointGone" if attempt.outcome == "gone" else "DeliveryFailed"
        out, put = _dead(tried, key, attempt.at, error, attempt.error or f"status {attempt.status}")
        outputs.append(out)
        assert isinstance(put.value, OutboxEntry)
        row = put.value
        if attempt.outcome == "gone":
            outputs.append(
                Out(
                    "commands",
                    b"all",
                    Command(
                        id=f"endpoint-disabled/{attempt.subscriber}/{attempt.delivery}/{attempt.replay}",
                        action="endpoint-disabled",
                        at=attempt.at,
                        subscriber=attempt.subscriber,
                        reason=endpoint.reason,
                    ),
                )
            )
            for other_out, other_put in _drained(state, endpoint, attempt.at, but=key):
                outputs.append(other_out)
                changes.append(other_put)
    changes.append(Put(OUTBOX, key, row))
    return Step(outputs, changes)


def _after(endpoint: Endpoint, attempt: Attempt) -> Endpoint:
    if attempt.outcome == "delivered":
        return msgspec.structs.replace(endpoint, failures=0, last_success=attempt.at)
    counted = endpoint.last_failure == attempt.at  # by the same attempt, before a replay
    failed = msgspec.structs.replace(
        endpoint, failures=endpoint.failures + (not counted), last_failure=attempt.at
    )
    if attempt.outcome != "gone":
        return failed
    return msgspec.structs.replace(
        failed,
        disabled=True,
        reason=(attempt.error or f"status {attempt.status}")[:MAX_ERROR],
    )


def _command(command: Command, state: State) -> Step:
    key = command.subscriber.encode()
    endpoint = _endpoint(state, command.subscriber)
    if command.action == "endpoint-enabled":
        enabled = msgspec.structs.replace(endpoint, disabled=False, reason="", failures=0)
        return Step() if enabled == endpoint else Step(changes=(Put(ENDPOINTS, key, enabled),))
    if command.action != "endpoint-disabled":
        return Step()
    reason = endpoint.reason if endpoint.disabled else command.reason[:MAX_ERROR]
    disabled = msgspec.structs.replace(endpoint, disabled=True, reason=reason)
    drained = list(_drained(state, disabled, command.at))
    changes = [Put(ENDPOINTS, key, disabled), *(put for _, put in drained)]
    return Step([out for out, _ in drained], changes)


def _tick(state: State, now: datetime, keep: timedelta, limit: int) -> Step:
    """Deletes old rows, and dead-letters what a disabled endpoint left, from the cursor on."""
    cursor = _entry(state, CURSOR)
    after = cursor.id.encode() if cursor is not None else b""
    outputs: list[Out] = []
    changes: list[Put] = []
    endpoints: dict[str, Endpoint] = {}
    seen = 0
    ended = False
    while seen < limit and not ended:
        wanted = min(_CHUNK, limit - seen)
        rows = state.scan(OUTBOX, after, wanted)
        ended = len(rows) < wanted
        for key, row in rows:
            after = key
            seen += 1
            if key == CURSOR or not isinstance(row, OutboxEntry):
                continue
            if row.done is not None:
                if row.done + keep <= now:
                    changes.append(Put(OUTBOX, key, None))
                continue
            endpoint = endpoints.get(row.subscriber)
            if endpoint is None:
                endpoint = endpoints[row.subscriber] = _endpoint(state, row.subscriber)
            if endpoint.disabled:
                out, put = _undeliverable(row, key, now, endpoint)
                outputs.append(out)
                changes.append(put)
    if not ended:
        mark = OutboxEntry(id=after.decode(), subscriber="", state="delivered", seen=now)
        changes.append(Put(OUTBOX, CURSOR, mark))
    elif cursor is not None:
        changes.append(Put(OUTBOX, CURSOR, None))
    return Step(outputs, changes)


def _drained(state: State, endpoint: Endpoint, at: datetime, but: bytes = b"") -> Iterator[tuple[Out, Put]]:
    """Dead letters of what waits for a disabled endpoint, a batch's worth; ticks see to the rest."""
    prefix = endpoint.subscriber.encode() + b"\0"
    after = prefix
    looked = size = 0
    while looked < PRUNE_LIMIT and size < BATCH_BYTES:
        rows = state.scan(OUTBOX, after, _CHUNK)
        for key, row in rows:
            if not key.startswith(prefix):
                return
            after = key
            looked += 1
            if key == but or not isinstance(row, OutboxEntry) or row.state != "pending":
                continue
            size += len(row.delivery.body) if row.delivery is not None else 0
            yield _undeliverable(row, key, at, endpoint)
        if len(rows) < _CHUNK:
            return


def _undeliverable(entry: OutboxEntry, key: bytes, at: datetime, endpoint: Endpoint) -> tuple[Out, Put]:
    reason = f"the endpoint of {entry.subscriber} is disabled: {endpoint.reason or 'by command'}"
    return _dead(entry, key, at, "EndpointDisabled", reason)


def _dead(entry: OutboxEntry, key: bytes, at: datetime, error: str, message: str) -> tuple[Out, Put]:
    """The dead letter of an entry, and its row without a body."""
    letter = DeadLetter(
        id=f"delivery/{entry.subscriber}/{entry.id}/{entry.replay}",
        topic="deliveries",
        key=entry.subscriber.encode(),
        value=encode(entry.delivery) if entry.delivery is not None else b"",
        stage="outbox",
        error=error,
        message=message[:MAX_ERROR],
        at=at,
        place=f"subscriber {entry.subscriber}",
    )
    row = msgspec.structs.replace(
        entry,
        state="dead",
        delivery=None,
        done=at,
        next_attempt=None,
        last_error=message[:MAX_ERROR],
    )
    return Out("dead-letters", entry.subscriber.encode(), letter), Put(OUTBOX, key, row)


def _entry(state: State, key: bytes) -> OutboxEntry | None:
    row = state.get(OUTBOX, key)
    return row if isinstance(row, OutboxEntry) else None


def _endpoint(state: State, subscriber: str) -> Endpoint:
    row = state.get(ENDPOINTS, subscriber.encode())
    return row if isinstance(row, Endpoint) else Endpoint(subscriber=subscriber)
