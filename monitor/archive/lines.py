"""What the archive answers with: plain values for whoever shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a story, in short."""

    story: str
    revision: int
    title: str
    url: str
    source: str
    language: str
    severity: str
    seen: datetime
    published: datetime | None
    backlog: bool
    articles: int
    sources: list[str]
    languages: list[str]
    rules: list[str]


class ArticleLine(msgspec.Struct, frozen=True, kw_only=True):
    """An article of a story, as its alert names it."""

    id: str
    title: str
    url: str
    source: str
    language: str
    seen: datetime
    published: datetime | None


class RouteLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a revision for one subscriber, and why."""

    revision: int
    subscriber: str
    outcome: str
    rules: list[str]
    delivery: str
    reason: str


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery and how far it came."""

    id: str
    subscriber: str
    story: str
    revision: int
    channel: str
    title: str
    severity: str
    seen: datetime
    published: datetime | None
    replay: int
    state: str  # pending, delivered, dead
    attempts: int  # under this replay
    last_attempt: datetime | None
    next_attempt: datetime | None
    last_status: int
    last_error: str


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """A story: its newest revision, its articles, what became of each revision, its deliveries."""

    alert: AlertLine
    evidence: Mapping[str, list[dict[str, Any]]]  # rule -> evidence of the newest revision
    articles: list[ArticleLine]
    routes: list[RouteLine]
    deliveries: list[DeliveryLine]


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter; ``key`` and ``value`` are the original bytes."""

    id: str
    at: datetime
    stage: str
    topic: str
    place: str
    error: str
    message: str
    key: bytes
    value: bytes
