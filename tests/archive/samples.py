"""Records of each kind that is archived, as literals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.records import (
    Alert,
    Article,
    Attempt,
    AttemptOutcome,
    DeadLetter,
    Delivery,
    Evidence,
    EvidenceSentence,
    FeedPoll,
    FiredRule,
    MatchedArticle,
    Routed,
    Source,
)

SEEN = datetime(2026, 11, 24, 21, 15, 7, 250_000, tzinfo=UTC)
PUBLISHED = datetime(2026, 11, 24, 20, 58, tzinfo=UTC)
SOURCE = Source(id="example-ar", feed="https://news.example/rss", language="ar", country="sy")


def article(id: str = "a-1", **fields: object) -> Article:
    given: dict[str, object] = {
        "id": id,
        "source": SOURCE,
        "url": f"https://news.example/{id}?ref=x",
        "canonical_url": f"https://news.example/{id}",
        "title": "طائرات روسية تقصف أطراف الرقة",
        "text": "قال سكان إن طائرات حربية شنت ضربات.\n\nوأضاف المرصد.",
        "language": "ar",
        "seen": SEEN,
        "published": PUBLISHED,
        "notes": ("content cut at 1 MiB",),
    }
    return Article(**(given | fields))  # type: ignore[arg-type]


def rule(id: str = "ru-strikes-raqqa", **fields: object) -> FiredRule:
    given: dict[str, object] = {
        "id": id,
        "version": "9f2c",
        "title": "Russian strikes on Raqqa",
        "status": "active",
        "severity": "high",
        "tags": ("syria",),
        "evidence": (
            Evidence(
                field="title",
                start=7,
                end=12,
                text="روسية",
                clause="actor",
                entry="country/ru",
                gloss="Russia",
            ),
        ),
    }
    return FiredRule(**(given | fields))  # type: ignore[arg-type]


def alert(story: str = "s-1", revision: int = 1, article: str = "a-1", **fields: object) -> Alert:
    given: dict[str, object] = {
        "story": story,
        "revision": revision,
        "article": MatchedArticle(
            id=article,
            title="طائرات روسية تقصف أطراف الرقة",
            url=f"https://news.example/{article}",
            source=SOURCE,
            language="ar",
            seen=SEEN,
            published=PUBLISHED,
            sentences=(EvidenceSentence(field="title", start=0, end=4, text="طائرات روسية"),),
        ),
        "rules": (rule(), rule("raqqa", severity="low")),
        "routed": (
            Routed(
                subscriber="desk",
                outcome="sent",
                rules=("ru-strikes-raqqa",),
                delivery=f"dlv_{story}{revision}",
            ),
            Routed(subscriber="", outcome="unrouted", rules=("raqqa",), reason="no one takes it"),
        ),
        "articles": revision,
        "sources": ("example-ar",),
        "languages": ("ar",),
        "seen": SEEN + timedelta(minutes=revision),
    }
    return Alert(**(given | fields))  # type: ignore[arg-type]


def delivery(id: str = "dlv_s-11", **fields: object) -> Delivery:
    given: dict[str, object] = {
        "id": id,
        "subscriber": "desk",
        "story": "s-1",
        "revision": 1,
        "channel": "webhook",
        "title": "طائرات روسية",
        "severity": "high",
        "body": b'{"a": "\\u0000 \xd8"}',
        "seen": SEEN,
        "published": PUBLISHED,
    }
    return Delivery(**(given | fields))  # type: ignore[arg-type]


def attempt(
    number: int = 1, outcome: AttemptOutcome = "delivered", delivery: str = "dlv_s-11", **fields: object
) -> Attempt:
    given: dict[str, object] = {
        "delivery": delivery,
        "subscriber": "desk",
        "number": number,
        "at": SEEN + timedelta(seconds=number),
        "outcome": outcome,
        "status": 204 if outcome == "delivered" else 503,
        "error": "" if outcome == "delivered" else "answered 503",
        "elapsed": 0.125,
        "retry_at": SEEN + timedelta(minutes=5) if outcome == "retry" else None,
    }
    return Attempt(**(given | fields))  # type: ignore[arg-type]


def poll(feed: str = "https://news.example/rss", **fields: object) -> FeedPoll:
    given: dict[str, object] = {
        "feed": feed,
        "at": SEEN,
        "next_due": SEEN + timedelta(minutes=10),
        "interval": 600.0,
        "health": "ok",
        "status": 200,
        "items": 30,
        "new_items": 2,
        "fingerprints": ("f1", "f2"),
        "elapsed": 0.5,
    }
    return FeedPoll(**(given | fields))  # type: ignore[arg-type]


def letter(id: str = "dl-1", **fields: object) -> DeadLetter:
    given: dict[str, object] = {
        "id": id,
        "topic": "raw-articles",
        "key": b"example-ar",
        "value": b"\xff\x00 not json",
        "stage": "clean",
        "error": "RecordError",
        "message": "not a record",
        "at": SEEN,
        "place": "raw-articles/0/7",
    }
    return DeadLetter(**(given | fields))  # type: ignore[arg-type]
