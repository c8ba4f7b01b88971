"""A pipeline for contract tests: orders in, counted by id and key, receipts out.

``orders`` ─count─▶ ``counted`` ─forward─▶ ``receipts``. A record is a ``Command``: its ``subscriber`` is the
key, its ``reason`` says what is to go wrong with it. The row of a key holds the ids that were counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from monitor.records import Command, Endpoint, Record, SourceLines, Tick, encode
from monitor.stage import Handle, Out, Pipeline, Put, Stage, State, Step, Table, Topic

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEPT_IDS = 1000
WEEK = timedelta(days=7)


def order(id: str, key: str = "a", what: str = "") -> Command:
    """An order. ``what`` names a misfortune, or is copied into the receipt."""
    return Command(id=id, action="endpoint-enabled", at=NOW, subscriber=key, reason=what)


def out(id: str, key: str = "a", what: str = "") -> Out:
    """An order for the beginning of the pipeline."""
    return Out("orders", key.encode(), order(id, key, what))


def ids(row: Record | None) -> list[str]:
    """The ids that a row has counted, in the order in which they came."""
    return list(row.lines) if isinstance(row, SourceLines) else []


def count(record: Record, state: State, now: datetime) -> Step:
    """Counts an order by its id, once."""
    if isinstance(record, Tick):
        return Step(changes=[Put("clock", b"clock", Endpoint(subscriber="clock", last_success=now))])
    assert isinstance(record, Command)
    key = record.subscriber.encode()
    before = state.get("counts", key)
    known = before if isinstance(before, SourceLines) else SourceLines()
    if record.id in known.lines:
        return Step()
    lines = {**known.lines, record.id: len(known.lines) + 1}
    row = SourceLines(lines=dict(list(lines.items())[-KEPT_IDS:]), pages=known.pages + 1)
    receipt = Out("counted", key, record)
    change = Put("counts", key, row)
    return MISFORTUNES.get(record.reason, _nothing)(receipt, change)


def _nothing(receipt: Out, change: Put) -> Step:
    return Step([receipt], [change])


def _raises(receipt: Out, change: Put) -> Step:
    raise ValueError("this order cannot be handled")


def _large_output(receipt: Out, change: Put) -> Step:
    assert isinstance(receipt.record, Command)
    large = msgspec.structs.replace(receipt.record, reason="x" * (4 * 1024 * 1024))
    return Step([receipt, Out(receipt.topic, receipt.key, large)], [change])


def _large_row(receipt: Out, change: Put) -> Step:
    lines = {f"{number:0100}": number for number in range(1000)}
    return Step([receipt], [change, Put("counts", b"large", SourceLines(lines=lines))])


def _unknown_topic(receipt: Out, change: Put) -> Step:
    return Step([receipt, Out("nowhere", receipt.key, receipt.record)], [change])


def _other_table(receipt: Out, change: Put) -> Step:
    return Step([receipt], [change, Put("nobodys", b"k", SourceLines())])


def _unwritable(receipt: Out, change: Put) -> Step:
    assert isinstance(receipt.record, Command)
    return Step([msgspec.structs.replace(receipt, record=order("half \ud800 a pair"))], [change])


def _ill_message(receipt: Out, change: Put) -> Step:
    raise ValueError("\ud800" + "\x01" * 5_000_000)


def _refused_by_the_index(receipt: Out, change: Put) -> Step:
    lines = {"refuse": 1}
    return Step([receipt], [change, Put("counts", b"refused", SourceLines(lines=lines))])


MISFORTUNES: Mapping[str, Callable[[Out, Put], Step]] = {
    "raises": _raises,
    "large-output": _large_output,
    "large-row": _large_row,
    "unknown-topic": _unknown_topic,
    "other-table": _other_table,
    "unwritable": _unwritable,
    "ill-message": _ill_message,
    "index": _refused_by_the_index,
}
"""What an order may ask to go wrong in the handler; each must make a dead letter of it and nothing else."""


def forward(record: Record, state: State, now: datetime) -> Step:
    """Sends a counted order on."""
    if not isinstance(record, Command):
        return Step()
    return Step([Out("receipts", record.subscriber.encode(), record)])


class Total:
    """How many orders were counted over all keys, derived from the table ``counts``."""

    def __init__(self) -> None:
        self.pages: dict[bytes, int] = {}

    def apply(self, key: bytes, old: Record | None, new: Record | None) -> None:
        """See ``monitor.stage.Index``."""
        if isinstance(new, SourceLines) and "refuse" in new.lines:
            raise ValueError("the index does not take this row")
        if isinstance(new, SourceLines):
            self.pages[key] = new.pages
        else:
            self.pages.pop(key, None)


def prepare(record: Record) -> Record:
    """In a process of its own where ``heavy`` says so."""
    assert isinstance(record, Command)
    match record.reason:
        case "heavy-crash":
            os._exit(3)
        case "heavy-refused" | "light-refused":
            raise ValueError("cannot be prepared")
        case "heavy-memory":
            return msgspec.structs.replace(record, reason="x" * (8 << 30))
        case "heavy-hang":
            time.sleep(600)
        case "heavy-surrogate":
            return msgspec.structs.replace(record, reason="\ud800")
        case "heavy" | "light":
            return msgspec.structs.replace(record, reason=f"{record.reason}, prepared")
    return record


def heavy(record: Record) -> bool:
    """Whether an order is prepared in a process of its own."""
    return isinstance(record, Command) and record.reason.startswith("heavy")


def slow(seconds: float) -> Handle:
    """``count``, at so many seconds a record."""

    def handle(record: Record, state: State, now: datetime) -> Step:
        time.sleep(seconds)
        return count(record, state, now)

    return handle


def pipeline(
    *,
    total: Total | None = None,
    handle: Handle = count,
    prepared: bool = False,
    tick: timedelta | None = None,
    retention: timedelta = WEEK,
) -> Pipeline:
    """The pipeline, with what a test wants to be different."""
    counting = Stage(
        name="count",
        topics=("orders",),
        tables=("counts", "clock"),
        handle=handle,
        indexes={} if total is None else {"counts": total},
        prepare=prepare if prepared else None,
        heavy=heavy if prepared else None,
        tick=tick,
    )
    return Pipeline(
        topics=(
            Topic(name="orders", retention=retention),
            Topic(name="counted", retention=retention),
            Topic(name="receipts", retention=WEEK),
            Topic(name="dead-letters", retention=WEEK),
        ),
        tables=(Table(name="counts"), Table(name="clock")),
        stages=(counting, Stage(name="forward", topics=("counted",), handle=forward)),
        dead_letters="dead-letters",
    )


UNREADABLE: Mapping[str, bytes] = {
    "nothing": b"",
    "nul bytes": b"\0\0\0\0",
    "no UTF-8": b'{"kind":"command","v":1,"id":"\xff\xfe"}',
    "half of a record": encode(order("cut"))[:-7],
    "no object": b"[1, 2, 3]",
    "nested 100,000 deep": b"[" * 100_000,
    "an unknown kind": b'{"kind":"postcard","v":1}',
    "a kind of 3 MB": b'{"kind":"' + b"k" * 3_000_000 + b'"}',
    "no kind": b'{"v":1}',
    "a version that is no number": b'{"kind":"command","v":"one"}',
    "a field of another type": b'{"kind":"command","v":1,"id":5}',
    "nested 100,000 deep in a field of no one's": b'{"kind":"command","x":' + b"[" * 100_000,
}
"""Bytes that are no record: dead letters, each with its key and its bytes."""
