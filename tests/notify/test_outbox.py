"""The outbox stage over literal records and a dictionary, every prefix of its changes replayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.notify.outbox import CURSOR, ENDPOINTS, OUTBOX, entry_key, outbox_handler
from monitor.records import (
    Attempt,
    AttemptOutcome,
    Command,
    DeadLetter,
    Delivery,
    Endpoint,
    OutboxEntry,
    Record,
    Tick,
    decode,
    decode_row,
    encode_row,
)
from monitor.stage import Out, Step
from tests.notify.samples import SEEN, delivery

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
handle = outbox_handler()


class Tables:
    """A stage's state as a dictionary; rows pass through their encoding."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[bytes, bytes]] = {OUTBOX: {}, ENDPOINTS: {}}

    def get(self, table: str, key: bytes) -> Record | None:
        row = self.rows[table].get(key)
        return None if row is None else decode_row(row)

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        keys = sorted(key for key in self.rows[table] if key > after)[:limit]
        return [(key, decode_row(self.rows[table][key])) for key in keys]

    def apply(self, step: Step, changes: int | None = None) -> None:
        for put in step.changes[:changes]:
            if put.value is None:
                self.rows[put.table].pop(put.key, None)
            else:
                self.rows[put.table][put.key] = encode_row(put.value)

    def entry(self, id: str, subscriber: str = "desk") -> OutboxEntry:
        row = self.get(OUTBOX, entry_key(subscriber, id))
        assert isinstance(row, OutboxEntry)
        return row


def run(tables: Tables, *records: Record) -> list[Out]:
    """Handle records in order. Each is first tried with every prefix of its changes already there."""
    outs: list[Out] = []
    for record in records:
        now = record.at if isinstance(record, Tick | Attempt | Command) else NOW
        step = handle(record, tables, now)
        done = Tables()
        done.rows = {table: dict(rows) for table, rows in tables.rows.items()}
        done.apply(step)
        for prefix in range(len(step.changes) + 1):
            partly = Tables()
            partly.rows = {table: dict(rows) for table, rows in tables.rows.items()}
            partly.apply(step, prefix)
            again = handle(record, partly, now)
            partly.apply(again)
            assert partly.rows == done.rows, f"replay after {prefix} changes of {record!r}"
            assert all(out in step.outputs for out in again.outputs)
        tables.apply(step)
        outs += step.outputs
    return outs


def attempt(id: str, number: int, outcome: AttemptOutcome, **fields: object) -> Attempt:
    at = NOW + timedelta(seconds=number)
    return Attempt(
        delivery=id,
        subscriber="desk",
        number=number,
        at=at,
        outcome=outcome,
        **fields,  # type: ignore[arg-type]
    )


def sample(id: str = "d-1", **fields: object) -> Delivery:
    return delivery("webhook", b"body of " + id.encode(), id=id, **fields)


def test_a_delivery_becomes_a_pending_row_and_its_first_body_wins() -> None:
    tables = Tables()
    assert run(tables, sample(), delivery("webhook", b"another body", id="d-1")) == []
    row = tables.entry("d-1")
    assert row.state == "pending"
    assert row.delivery is not None
    assert row.delivery.body == b"body of d-1"
    assert row.next_attempt is None


def test_attempts_are_counted_by_number() -> None:
    tables = Tables()
    again = attempt("d-1", 1, "retry", retry_at=NOW + timedelta(seconds=5), error="HTTP 503", status=503)
    run(tables, sample(), again, again, attempt("d-1", 1, "delivered"))
    row = tables.entry("d-1")
    assert (row.state, row.attempts, row.last_status, row.last_error) == ("pending", 1, 503, "HTTP 503")
    assert row.next_attempt == NOW + timedelta(seconds=5)
    endpoint = tables.get(ENDPOINTS, b"desk")
    assert isinstance(endpoint, Endpoint)
    assert endpoint.failures == 1


def test_a_delivered_row_is_done_and_drops_its_body() -> None:
    tables = Tables()
    run(
        tables, sample(), attempt("d-1", 1, "retry", retry_at=NOW), attempt("d-1", 2, "delivered", status=200)
    )
    row = tables.entry("d-1")
    assert (row.state, row.delivery, row.done) == ("delivered", None, NOW + timedelta(seconds=2))
    endpoint = tables.get(ENDPOINTS, b"desk")
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.failures, endpoint.last_success) == (0, NOW + timedelta(seconds=2))


def test_a_failed_delivery_becomes_a_dead_letter_with_its_bytes() -> None:
    tables = Tables()
    (out,) = run(tables, sample(), attempt("d-1", 1, "failed", error="HTTP 422", status=422))
    assert out.topic == "dead-letters"
    letter = out.record
    assert isinstance(letter, DeadLetter)
    assert (letter.error, letter.message, letter.topic, letter.key) == (
        "DeliveryFailed",
        "HTTP 422",
        "deliveries",
        b"desk",
    )
    assert decode(letter.value) == sample()
    assert (tables.entry("d-1").state, tables.entry("d-1").delivery) == ("dead", None)


def test_gone_disables_the_endpoint_tells_alerting_and_empties_its_queue() -> None:
    tables = Tables()
    outs = run(
        tables,
        sample("d-1"),
        sample("d-2"),
        sample("d-3"),
        attempt("d-2", 1, "gone", error="HTTP 410", status=410),
        sample("d-4"),
    )
    letters = {out.record.id: out.record for out in outs if isinstance(out.record, DeadLetter)}
    assert set(letters) == {f"delivery/desk/d-{n}/0" for n in (1, 2, 3, 4)}
    assert letters["delivery/desk/d-2/0"].error == "EndpointGone"
    assert letters["delivery/desk/d-4/0"].message == "the endpoint of desk is disabled: HTTP 410"
    commands = [out for out in outs if out.topic == "commands"]
    assert [(out.key, out.record.action, out.record.subscriber) for out in commands] == [  # type: ignore[attr-defined]
        (b"all", "endpoint-disabled", "desk")
    ]
    assert {tables.entry(f"d-{n}").state for n in (1, 2, 3, 4)} == {"dead"}


def test_other_subscribers_are_not_touched_by_a_disabled_endpoint() -> None:
    tables = Tables()
    other = delivery("webhook", b"x", id="d-9")
    other = Delivery(
        **{name: getattr(other, name) for name in other.__struct_fields__ if name != "subscriber"},
        subscriber="desk-2",
    )
    run(tables, sample(), other, attempt("d-1", 1, "gone"))
    assert tables.entry("d-9", "desk-2").state == "pending"


def test_a_command_enables_an_endpoint_again_and_another_disables_it() -> None:
    tables = Tables()
    on = Command(id="c-1", action="endpoint-enabled", at=NOW, subscriber="desk")
    off = Command(id="c-2", action="endpoint-disabled", at=NOW, subscriber="desk", reason="moving house")
    outs = run(tables, sample("d-1"), off)
    assert [out.record.message for out in outs] == ["the endpoint of desk is disabled: moving house"]  # type: ignore[attr-defined]
    assert run(tables, on, sample("d-2")) == []
    assert tables.entry("d-2").state == "pending"
    assert tables.get(ENDPOINTS, b"desk") == Endpoint(subscriber="desk")


def test_a_replay_is_sent_again_with_the_same_body() -> None:
    tables = Tables()
    run(tables, sample(), attempt("d-1", 1, "retry", retry_at=NOW))
    run(tables, delivery("webhook", b"newer", id="d-1", replay=1))
    row = tables.entry("d-1")
    assert row.delivery is not None
    assert (row.state, row.attempts, row.replay, row.delivery.body) == ("pending", 0, 1, b"body of d-1")
    run(tables, attempt("d-1", 2, "failed"), attempt("d-1", 1, "delivered", replay=1))
    assert tables.entry("d-1").state == "delivered"
    run(tables, delivery("webhook", b"newer", id="d-1", replay=1))
    assert tables.entry("d-1").state == "delivered"
    run(tables, delivery("webhook", b"newer", id="d-1", replay=2))
    row = tables.entry("d-1")
    assert row.delivery is not None
    assert (row.state, row.delivery.body, row.delivery.replay) == ("pending", b"newer", 2)


def test_an_attempt_of_an_unknown_delivery_changes_nothing() -> None:
    tables = Tables()
    assert run(tables, attempt("d-404", 1, "failed")) == []
    assert tables.rows == {OUTBOX: {}, ENDPOINTS: {}}


def test_ticks_delete_done_rows_after_seven_days_and_leave_pending_ones() -> None:
    tables = Tables()
    run(tables, sample("d-1"), sample("d-2"), attempt("d-1", 1, "delivered"))
    run(tables, Tick(at=NOW + timedelta(days=7)))
    assert tables.entry("d-1").state == "delivered"
    run(tables, Tick(at=NOW + timedelta(days=7, seconds=1)))
    assert list(tables.rows[OUTBOX]) == [entry_key("desk", "d-2")]


def test_ticks_go_on_from_a_cursor_and_come_round() -> None:
    small = outbox_handler(prune_limit=150)
    tables = Tables()
    for n in range(400):
        row = OutboxEntry(
            id=f"d-{n:03}",
            subscriber="desk",
            state="delivered" if n >= 300 else "pending",
            seen=SEEN,
            delivery=None if n >= 300 else sample(f"d-{n:03}"),
            done=NOW if n >= 300 else None,
        )
        tables.rows[OUTBOX][entry_key("desk", row.id)] = encode_row(row)
    tick = Tick(at=NOW + timedelta(days=8))
    for _ in range(3):
        tables.apply(small(tick, tables, tick.at))
    assert CURSOR not in tables.rows[OUTBOX]
    assert len(tables.rows[OUTBOX]) == 300


def test_ticks_see_to_what_a_disabled_endpoint_left() -> None:
    tables = Tables()
    run(tables, sample("d-1"))
    tables.rows[ENDPOINTS][b"desk"] = encode_row(
        Endpoint(subscriber="desk", disabled=True, reason="HTTP 410")
    )
    outs = run(tables, Tick(at=NOW))
    assert [out.record.error for out in outs] == ["EndpointDisabled"]  # type: ignore[attr-defined]
    assert tables.entry("d-1").state == "dead"


@pytest.mark.parametrize(
    "record", [DeadLetter(id="x", topic="t", key=b"", value=b"", stage="s", error="E", message="m", at=NOW)]
)
def test_other_records_come_to_nothing(record: Record) -> None:
    assert handle(record, Tables(), NOW) == Step()


def test_a_title_without_end_does_not_make_a_row_too_large() -> None:
    tables = Tables()
    long = Delivery(
        **{n: getattr(sample(), n) for n in sample().__struct_fields__ if n != "title"}, title="T" * 10**6
    )
    run(tables, long)
    row = tables.entry("d-1")
    assert row.delivery is not None
    assert len(row.delivery.title) == 300
