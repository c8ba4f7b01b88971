"""What a channel is: the contract of the modules that draw a notice and send it."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TextIO

import msgspec
from aiohttp.abc import AbstractResolver
from pydantic import BaseModel, ConfigDict

from monitor.alerting.notice import Notice
from monitor.net.client import Client, NetworkSettings
from monitor.net.guard import Network, parse_networks
from monitor.net.resolve import Resolver
from monitor.net.transport import tls_context
from monitor.notify.secrets import SecretError, redact
from monitor.records import AttemptOutcome, Delivery

MAX_ERROR = 300  # characters of an error that are kept


class SendContext(msgspec.Struct, frozen=True, kw_only=True):
    """What channels need of the process. Times are seconds, ``max_answer`` is bytes."""

    http: Client
    tls: ssl.SSLContext  # for mail servers; trusts the operator's CA file too
    resolver: AbstractResolver
    allow: tuple[Network, ...] = ()  # private addresses that may be reached, for what is not HTTP
    stdout: TextIO | None = None  # none: the process's own
    progress: dict[str, set[str]] = msgspec.field(default_factory=dict)  # recipients that have theirs
    connect_timeout: float = 5.0
    timeout: float = 15.0
    max_answer: int = 64 * 1024

    @property
    def screen(self) -> TextIO:
        return self.stdout if self.stdout is not None else sys.stdout


def send_context(settings: NetworkSettings, http: Client) -> SendContext:
    """The context that network settings describe. Raises like ``Client`` for bad settings."""
    return SendContext(
        http=http,
        tls=tls_context(settings.ca_file),
        resolver=Resolver(settings.connect_timeout),
        allow=parse_networks(settings.allow),
        connect_timeout=settings.connect_timeout,
    )


class Answer(msgspec.Struct, frozen=True):
    """What came of sending. ``retry_after``: seconds that the endpoint asks to wait."""

    outcome: AttemptOutcome
    status: int = 0
    error: str = ""
    retry_after: float | None = None


class ChannelOptions(BaseModel):
    """Options of a channel as ``subscribers.yaml`` has them, ``kind`` apart. Errors show no values."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=False,
    )


Send = Callable[[Delivery, Any, SendContext, datetime], Coroutine[Any, Any, Answer]]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of channel, made of a module's ``KIND``, ``Options``, ``render``, ``send``, ``INTERVAL``.

    ``render`` is pure and gives the same bytes for the same notice and options. ``send`` answers
    for every failure that it knows; ``attempt`` sees to those that it does not.
    """

    kind: str
    options: type[ChannelOptions]
    render: Callable[[Notice, Any], bytes]
    send: Send
    interval: float = 0.0  # least seconds between two messages to one subscriber


class Target(msgspec.Struct, frozen=True):
    """A subscriber's channel with its options."""

    channel: Channel
    options: ChannelOptions

    def render(self, notice: Notice) -> bytes:
        """The whole body of ``notice`` for this target."""
        return self.channel.render(notice, self.options)


async def attempt(target: Target, delivery: Delivery, context: SendContext, at: datetime) -> Answer:
    """Send once, within ``context.timeout`` seconds. Never raises but for cancellation.

    Whatever goes wrong is an answer whose error names no secret and has one line.
    """
    try:
        async with asyncio.timeout(context.timeout):
            answer = await target.channel.send(delivery, target.options, context, at)
    except TimeoutError:
        answer = Answer("retry", error=f"no answer within {context.timeout:g} s")
    except SecretError as error:
        answer = Answer("retry", error=str(error))
    except Exception as error:
        answer = Answer("retry", error=f"{type(error).__name__}: {error}")
    return Answer(
        answer.outcome,
        answer.status,
        one_line(redact(answer.error, target.options)),
        answer.retry_after,
    )


def one_line(text: str) -> str:
    """``text`` on one line, without control characters, cut to ``MAX_ERROR`` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split())
    return line if len(line) <= MAX_ERROR else line[: MAX_ERROR - 1] + "…"
