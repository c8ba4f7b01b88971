"""One HTTP POST of a body, and what its answer means: shared by the channels that speak HTTP."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime

from monitor.net.client import NetError
from monitor.net.urls import target
from monitor.notify.channel import Answer, SendContext
from monitor.notify.schedule import outcome_of, retry_after
from monitor.notify.secrets import Secret

# httpx logs the whole URL of every request at level INFO, and a hook's URL is a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)

_WORD = re.compile(rb"[a-z]+(_[a-z]+)+")  # Slack's reasons; any other body might echo a secret


def check_url(url: Secret) -> Secret:
    """``url`` if it may be posted to, as far as can be said without reading a secret's place.

    Raises ``ValueError`` whose message shows nothing of it.
    """
    if url.plain:
        try:
            target(url.reveal())
        except NetError:
            raise ValueError("not an http or https URL with a host") from None
    return url


async def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    context: SendContext,
    at: datetime,
) -> Answer:
    """POST ``body``; a redirect is not followed. An answer that is too long counts by its status."""
    try:
        answer = await context.http.fetch(
            "POST",
            url,
            headers=headers,
            content=body,
            max_bytes=context.max_answer,
            timeout=context.timeout,
            truncate=True,
        )
    except NetError as error:
        return Answer("retry", error=str(error))
    outcome = outcome_of(answer.status)
    if outcome == "delivered":
        return Answer(outcome, answer.status)
    reason = f"HTTP {answer.status}"
    if 300 <= answer.status < 400:
        reason += ": redirects are not followed"
    elif len(answer.body) <= 60 and _WORD.fullmatch(answer.body.strip()):
        reason += f": {answer.body.strip().decode('ascii')}"
    wait = retry_after(answer.headers.get("retry-after", ""), at) if outcome == "retry" else None
    return Answer(outcome, answer.status, reason, wait)
