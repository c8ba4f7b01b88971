"""A test notice, sent at once and past the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.alerting.notice import Notice
from monitor.net.client import Client, NetworkSettings
from monitor.notify.channel import Answer, Target, attempt, send_context
from monitor.records import Delivery


async def send_trial(subscriber: str, target: Target, network: NetworkSettings) -> Answer:
    """What came of one attempt to send a test notice to ``target``."""
    now = datetime.now(UTC)
    notice = Notice(
        id=f"test_{subscriber}_{now:%Y%m%d%H%M%S}",
        kind="test",
        subscriber=subscriber,
        story="test",
        revision=0,
        severity="info",
        title="Test notice",
        seen=now,
        text=f"This is a test of subscriber {subscriber}. If you read this, alerts reach you.",
    )
    delivery = Delivery(
        id=notice.id,
        subscriber=subscriber,
        story=notice.story,
        revision=notice.revision,
        channel=target.channel.kind,
        title=notice.title,
        severity=notice.severity,
        body=target.render(notice),
        seen=now,
    )
    async with Client(network) as http:
        return await attempt(target, delivery, send_context(network, http), now)
