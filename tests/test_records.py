"""Records on the wire: what is read, what is refused, what stops a partition."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.records import (
    VERSION,
    Article,
    Attempt,
    Command,
    DeadLetter,
    Delivery,
    ExtractedArticle,
    FeedItem,
    FeedPoll,
    OutboxEntry,
    RawArticle,
    Record,
    RecordError,
    Source,
    SourceLines,
    Story,
    Tick,
    Told,
    UnknownVersion,
    decode,
    decode_row,
    encode,
    encode_row,
    moment,
)

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
EARLIER = datetime(2026, 2, 28, tzinfo=UTC)
RAW = RawArticle(id="a", source=Source(id="s"), item=FeedItem(title="الرقة\0"), seen=NOW)
DELIVERY = Delivery(
    id="d",
    subscriber="x",
    story="s",
    revision=1,
    channel="file",
    title="t",
    severity="high",
    body=b"\0\xff{}",
    seen=NOW,
)
TOPIC_RECORDS: tuple[Record, ...] = (
    RAW,
    Article(
        id="a", source=Source(id="s"), url="", canonical_url="", title="t", text="x", language="ar", seen=NOW
    ),
    FeedPoll(feed="f", at=NOW, next_due=NOW, interval=1.5, health="ok"),
    DELIVERY,
    Attempt(delivery="d", subscriber="x", number=1, at=NOW, outcome="retry"),
    Command(id="c", action="endpoint-disabled", at=NOW, subscriber="x"),
    Tick(at=NOW),
    DeadLetter(id="l", topic="t", key=b"\xff", value=b"\0", stage="s", error="E", message="m", at=NOW),
)
ROWS: tuple[Record, ...] = (
    SourceLines(lines={"0a": 3}, pages=4),
    Story(
        id="s", title="t", seen=NOW, sketch=(1, 2**63), title_key="t", sent={"desk": b"\x01"},
        told={"x": Told(languages=1, sources=2, numbers=("5",))},
    ),
    OutboxEntry(id="d", subscriber="x", state="pending", seen=NOW, delivery=DELIVERY),
)  # fmt: skip


@pytest.mark.parametrize("record", TOPIC_RECORDS, ids=lambda record: type(record).__name__)
def test_topic_records_come_back_as_they_were(record: Record) -> None:
    data = encode(record)
    assert decode(data) == record
    fields = msgspec.json.decode(data)
    assert (fields["kind"], fields["v"]) == (type(record).__struct_config__.tag, 1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_rows_come_back_as_they_were(row: Record) -> None:
    assert decode_row(encode_row(row)) == row


@pytest.mark.parametrize("record", TOPIC_RECORDS, ids=lambda record: type(record).__name__)
def test_unknown_fields_are_ignored(record: Record) -> None:
    fields = msgspec.json.decode(encode(record)) | {"added_later": {"x": [1]}}
    assert decode(msgspec.json.encode(fields)) == record


@pytest.mark.parametrize(
    "change", [{"v": VERSION + 1}, {"v": 99, "seen": 5}, {"v": 2, "kind": "hologram"}], ids=str
)
def test_a_later_version_is_told_apart_from_rubbish(change: dict[str, object]) -> None:
    fields = msgspec.json.decode(encode(RAW)) | change
    with pytest.raises(UnknownVersion, match="upgrade this worker; nothing was skipped"):
        decode(msgspec.json.encode(fields))
    with pytest.raises(UnknownVersion):
        decode_row(msgspec.msgpack.encode({"kind": "story", "v": VERSION + 1}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"kind": "raw-article"}',
        b'{"kind": "hologram", "v": 1}',
        b'{"kind": "story", "v": 1}',
        b'{"kind": 5}',
        b'{"v": 1}',
        b'{"kind": "tick", "v": 1, "at": "yesterday"}',
        b'{"kind": "tick", "v": 1, "at": 5}',
        b'{"kind": "tick", "x": ' + b"[" * 100_000,
        b'{"kind": "dead-letter", "v": 1, "key": "!!"}',
    ],
    ids=lambda data: data[:30].decode("latin-1"),
)
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        decode(data)
    assert not isinstance(caught.value, UnknownVersion)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (decode, decode_row):
        with pytest.raises(RecordError):
            read(data)


@pytest.mark.parametrize("record", TOPIC_RECORDS, ids=lambda record: type(record).__name__)
def test_every_topic_record_says_when_it_is_handled(record: Record) -> None:
    assert moment(record) == NOW


def test_the_time_of_an_article_is_kept_through_cleaning_and_other_records_have_none() -> None:
    assert moment(ExtractedArticle(raw=RAW, title="", paragraphs=(), plain=True, published=EARLIER)) == NOW
    assert moment(SourceLines()) is None
