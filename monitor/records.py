"""The vocabulary: every record that travels on a topic or rests in a table.

Records are frozen and travel as JSON with two keys of their own: ``kind`` (the record's name) and
``v`` (its version). Readers ignore unknown fields; additive changes keep ``v``; a new ``v`` is read
one release before it is written. Times are aware datetimes in UTC. Durations are seconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
RuleStatus = Literal["draft", "shadow", "active"]
Field = Literal["title", "text"]

# Sizes in bytes, as they stand on the wire.
MAX_RECORD = 4 * 1024 * 1024
MAX_VALUE = 64 * 1024
MAX_BODY = 48 * 1024
MAX_PAGE = 1024 * 1024


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What a topic carries or a table holds. ``v`` is the version of its kind."""

    v: int = 1


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value inside a record; versioned with it."""


# --- articles -------------------------------------------------------------------------------


class Source(Part, frozen=True):
    """Where an article comes from, as the feed list says."""

    id: str
    feed: str = ""  # the feed's URL, empty for the inbox
    language: str = ""  # BCP 47 primary tag, empty if unknown
    country: str = ""  # ISO 3166-1 alpha-2, lower case
    tags: tuple[str, ...] = ()


class FeedItem(Record, tag="feed-item", frozen=True):
    """One entry of a feed, as published. Texts may hold markup; nothing is interpreted."""

    guid: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    content_type: Literal["html", "text"] = "html"
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""


class Page(Part, frozen=True):
    """The page behind an item, decoded; ``text`` has at most ``MAX_PAGE`` bytes."""

    url: str
    text: str
    media_type: Literal["html", "text"] = "html"


class RawArticle(Record, tag="raw-article", frozen=True):
    """An item, its page if one was fetched, its source and times. Key: source id."""

    id: str
    source: Source
    item: FeedItem
    seen: datetime
    page: Page | None = None
    backlog: bool = False  # matched and archived, not alerted
    notes: tuple[str, ...] = ()


class ExtractedArticle(Record, tag="extracted-article", frozen=True):
    """What ``prepare`` of the clean stage makes of a raw article; never leaves the process."""

    raw: RawArticle
    title: str
    paragraphs: tuple[str, ...]
    plain: bool  # plain text: page chrome is still among the paragraphs
    published: datetime | None = None
    canonical_url: str = ""
    language_hint: str = ""


class Article(Record, tag="article", frozen=True):
    """A cleaned article. ``text`` has its paragraphs apart by a blank line. Key: source id."""

    id: str
    source: Source
    url: str
    canonical_url: str
    title: str
    text: str
    language: str
    seen: datetime
    published: datetime | None = None
    updated: datetime | None = None
    backlog: bool = False
    content_hash: str = ""
    sketch: tuple[int, ...] = ()  # smallest hashes of its word 5-grams, ascending
    notes: tuple[str, ...] = ()


# --- feeds ----------------------------------------------------------------------------------

Health = Literal["new", "ok", "unchanged", "failing", "gone", "paused"]


class FeedPoll(Record, tag="feed-poll", frozen=True):
    """Outcome of one poll. Key: feed id (the URL)."""

    feed: str
    at: datetime
    next_due: datetime
    interval: float  # seconds
    health: Health
    status: int = 0  # HTTP status, 0 if there was no answer
    error: str = ""
    failures: int = 0  # in a row
    etag: str = ""
    last_modified: str = ""
    fingerprints: tuple[str, ...] = ()  # of the items of this answer; empty when unchanged
    items: int = 0
    new_items: int = 0
    elapsed: float = 0.0
    moved_to: str = ""  # where a permanent redirect leads


class FeedState(Record, tag="feed-state", frozen=True):
    """What is known of a feed; written by feed-polls alone. Key: feed id."""

    feed: str
    next_due: datetime
    interval: float
    health: Health = "new"
    polled: datetime | None = None
    succeeded: datetime | None = None
    status: int = 0
    error: str = ""
    failures: int = 0
    etag: str = ""
    last_modified: str = ""
    fingerprints: tuple[str, ...] = ()  # newest first, 1,000 at most
    polls: int = 0
    moved_to: str = ""


class SourceLines(Record, tag="source-lines", frozen=True):
    """On which pages of one source lines were seen: page chrome repeats. Key: source id.

    Pages fall into eight buckets by their article's id; a mask has a bit for each bucket, so that a
    page that is seen again counts once.
    """

    lines: dict[str, int] = {}  # hash of the folded line -> mask of the pages on which it stood
    pages: int = 0  # mask of all pages


# --- matches --------------------------------------------------------------------------------


class Evidence(Part, frozen=True):
    """One highlighted place: code points ``start:end`` of ``field``."""

    field: Field
    start: int
    end: int
    text: str
    clause: str  # term, entity, concept, event, actor, place, target, cue
    entry: str = ""  # lexicon id
    gloss: str = ""


class EvidenceSentence(Part, frozen=True):
    """A sentence that holds evidence, as it stands in the article."""

    field: Field
    start: int
    end: int
    text: str


class FiredRule(Part, frozen=True):
    """A rule that fired, with its evidence and what alerting needs of it."""

    id: str
    version: str  # content hash of the rule as loaded
    title: str
    status: RuleStatus
    severity: Severity
    evidence: tuple[Evidence, ...]
    tags: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    expires: datetime | None = None
    subscribers: tuple[str, ...] = ()
    score: float | None = None


class MatchedArticle(Part, frozen=True):
    """What alerting needs of an article."""

    id: str
    title: str
    url: str
    source: Source
    language: str
    seen: datetime
    published: datetime | None = None
    backlog: bool = False
    sketch: tuple[int, ...] = ()
    sentences: tuple[EvidenceSentence, ...] = ()


class Match(Record, tag="match", frozen=True):
    """An article and all rules that fired on it. One partition."""

    article: MatchedArticle
    rules: tuple[FiredRule, ...]


# --- alerts ---------------------------------------------------------------------------------

Outcome = Literal["sent", "known", "shadow", "unrouted", "backlog", "expired"]


class Routed(Part, frozen=True):
    """What became of a story for one subscriber, and why."""

    subscriber: str
    outcome: Outcome
    rules: tuple[str, ...]
    delivery: str = ""
    reason: str = ""  # what routed it, or the change that asked for it again


class Alert(Record, tag="alert", frozen=True):
    """A story, new or changed. Key: story id."""

    story: str
    revision: int
    article: MatchedArticle  # the one that made this revision
    rules: tuple[FiredRule, ...]
    routed: tuple[Routed, ...]
    articles: int
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    seen: datetime


class Told(Part, frozen=True):
    """What a subscriber knew of a story: counts, and the numbers in the evidence."""

    languages: int
    sources: int
    numbers: tuple[str, ...]


class Story(Record, tag="story", frozen=True):
    """One story. Key: story id."""

    id: str
    title: str
    seen: datetime  # of its first article
    sketch: tuple[int, ...]
    title_key: str  # normalised title of its first article
    words: tuple[int, ...] = ()  # hashes of the words of its first evidence sentences
    numbers: tuple[str, ...] = ()  # in its first evidence sentences
    places: tuple[str, ...] = ()  # lexicon ids in its first evidence
    articles: tuple[str, ...] = ()  # ids of the newest 500; all are counted
    count: int = 0
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()  # in the order in which they first fired
    revision: int = 0
    sent: dict[str, bytes] = {}  # subscriber -> rules it was told of: bit n, from the lowest, is rules[n]
    told: dict[str, Told] = {}  # subscriber -> the story as it was when it was told last


# --- delivery -------------------------------------------------------------------------------


class Delivery(Record, tag="delivery", frozen=True):
    """An alert for one subscriber, rendered. Key: subscriber id."""

    id: str
    subscriber: str
    story: str
    revision: int
    channel: str
    title: str
    severity: Severity
    body: bytes
    seen: datetime
    published: datetime | None = None
    replay: int = 0  # counts deliberate repeats


AttemptOutcome = Literal["delivered", "retry", "failed", "gone"]


class Attempt(Record, tag="attempt", frozen=True):
    """What came of one attempt. Key: subscriber id."""

    delivery: str
    subscriber: str
    number: int  # 1 for the first
    at: datetime
    outcome: AttemptOutcome
    replay: int = 0
    status: int = 0  # HTTP or SMTP status, 0 if there was no answer
    error: str = ""  # without secrets
    elapsed: float = 0.0
    retry_at: datetime | None = None


class OutboxEntry(Record, tag="outbox-entry", frozen=True):
    """A delivery and how far it came. ``delivery`` is dropped when done. Key: delivery id."""

    id: str
    subscriber: str
    state: Literal["pending", "delivered", "dead"]
    seen: datetime
    delivery: Delivery | None = None
    replay: int = 0
    attempts: int = 0
    next_attempt: datetime | None = None  # none: at once
    last_error: str = ""
    last_status: int = 0
    done: datetime | None = None


class Endpoint(Record, tag="endpoint", frozen=True):
    """A subscriber's endpoint as attempts left it. Key: subscriber id."""

    subscriber: str
    disabled: bool = False
    reason: str = ""
    failures: int = 0  # in a row
    last_success: datetime | None = None
    last_failure: datetime | None = None


Action = Literal["endpoint-disabled", "endpoint-enabled"]


class Command(Record, tag="command", frozen=True):
    """A request to the alert stage, or, keyed by subscriber on ``attempts``, to the outbox."""

    id: str
    action: Action
    at: datetime
    subscriber: str
    reason: str = ""


# --- running --------------------------------------------------------------------------------


class Tick(Record, tag="tick", frozen=True):
    """It is now ``at``. Appended by the owner of a partition to a stage's first topic."""

    at: datetime


class DeadLetter(Record, tag="dead-letter", frozen=True):
    """What could not be handled, with its original bytes."""

    id: str
    topic: str
    key: bytes
    value: bytes
    stage: str
    error: str  # class of the error
    message: str
    at: datetime
    place: str = ""  # topic/partition/offset, a file, an endpoint


TopicRecord = (
    RawArticle | Article | FeedPoll | Match | Alert | Delivery | Attempt | Command | Tick | DeadLetter
)
TableRecord = FeedState | SourceLines | Story | OutboxEntry | Endpoint
VERSION = 1  # the only version of every kind so far


class RecordError(ValueError):
    """Bytes that are not a record of ours."""


class UnknownVersion(RecordError):
    """A record written by a later release: the reader must stop, not skip."""


class _Header(msgspec.Struct):
    kind: str
    v: int = 0


_row_encoder = msgspec.msgpack.Encoder()
_row_decoder = msgspec.msgpack.Decoder(TableRecord)
_row_header = msgspec.msgpack.Decoder(_Header)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(TopicRecord)
_header = msgspec.json.Decoder(_Header)


def encode(record: Record) -> bytes:
    """The record as UTF-8 JSON with ``kind`` and ``v``."""
    return _encoder.encode(record)


def decode(data: bytes) -> Record:
    """The record in ``data``.

    Raises ``UnknownVersion`` if a later release wrote it, ``RecordError`` if it is none of ours.
    """
    return _decode(data, _decoder, _header)


def encode_row(row: Record) -> bytes:
    """A table's row as MessagePack: bodies of deliveries stay bytes."""
    return _row_encoder.encode(row)


def decode_row(data: bytes) -> Record:
    """The row in ``data``; raises as ``decode`` does."""
    return _decode(data, _row_decoder, _row_header)


class _Decoder(Protocol):
    def decode(self, data: bytes, /) -> Any: ...


def _decode(data: bytes, decoder: _Decoder, header_decoder: _Decoder) -> Record:
    try:
        record: Record = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        try:
            header = header_decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise RecordError(f"not a record: {error}") from error
        if header.v > VERSION:
            raise _unknown(header.kind, header.v) from error
        raise RecordError(f"not a valid {header.kind!r} record: {error}") from error
    if record.v > VERSION:
        raise _unknown(type(record).__struct_config__.tag, record.v)
    return record


def _unknown(kind: object, v: int) -> UnknownVersion:
    return UnknownVersion(
        f"record {kind!r} has version {v}, this release reads up to {VERSION}: "
        "upgrade this worker; nothing was skipped"
    )


def moment(record: Record) -> datetime | None:
    """The time that counts as now where the record is handled, if it carries one."""
    match record:
        case Tick(at=at) | Attempt(at=at) | Command(at=at) | FeedPoll(at=at) | DeadLetter(at=at):
            return at
        case RawArticle(seen=seen) | Article(seen=seen) | Alert(seen=seen) | Delivery(seen=seen):
            return seen
        case ExtractedArticle(raw=raw):
            return raw.seen
        case Match(article=article):
            return article.seen
    return None
