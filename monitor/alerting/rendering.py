"""From a notice to a delivery, by the renderer of its subscriber's channel."""

from __future__ import annotations

import hashlib
from datetime import datetime

from monitor.alerting.notice import Notice
from monitor.alerting.routing import Routing
from monitor.records import DeadLetter, Delivery, Record, encode
from monitor.stage import Out

MAX_TITLE = 300  # characters of a title in lists; the body has it whole


def delivery_id(story: str, revision: int, subscriber: str) -> str:
    """The same for the same story, revision and subscriber."""
    return "dlv_" + hashlib.sha256(f"{story}\0{revision}\0{subscriber}".encode()).hexdigest()[:24]


def render(notice: Notice, routing: Routing, topic: str, cause: Record, now: datetime) -> Out:
    """A delivery of the notice; if it cannot be rendered, a dead letter with its cause, a record of
    ``topic``, so that one channel's fault costs the others nothing and a replay tries again."""
    key = notice.subscriber.encode()
    try:
        body = routing.renders[notice.subscriber](notice)
    except Exception as error:  # whatever the renderer raises
        original = encode(cause)
        letter = DeadLetter(
            id=hashlib.sha256(key + b"\0" + original).hexdigest()[:24],
            topic=topic,
            key=key,
            value=original,
            stage="alert",
            error=type(error).__name__,
            message=f"could not be rendered for {notice.subscriber}: {error}"[:2000],
            at=now,
            place=f"subscriber {notice.subscriber}",
        )
        return Out("dead-letters", key, letter)
    delivery = Delivery(
        id=notice.id,
        subscriber=notice.subscriber,
        story=notice.story,
        revision=notice.revision,
        channel=routing.channels.get(notice.subscriber, ""),
        title=notice.title[:MAX_TITLE],
        severity=notice.severity,
        body=body,
        seen=notice.seen,
        published=notice.article.published if notice.article is not None else None,
    )
    return Out("deliveries", key, delivery)
