"""Handing messages to a mail server over aiosmtplib, through the same guard as HTTP.

The socket is made here, so that the address that is judged is the one that is connected to.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

import aiosmtplib

from monitor.net.guard import refusal
from monitor.notify.channel import Answer, SendContext, one_line
from monitor.records import Delivery

Security = Literal["starttls", "tls", "plain"]
MAX_PROGRESS = 10_000  # deliveries whose recipients are remembered
_GOODBYE = 1.0  # seconds for QUIT: the mail is accepted already


class _Unreachable(Exception):
    pass


async def deliver(
    delivery: Delivery,
    message: Callable[[str], bytes],
    *,
    recipients: Sequence[str],
    host: str,
    port: int,
    security: Security,
    login: tuple[str, str] | None,
    sender: str,
    greeting: str,
    context: SendContext,
) -> Answer:
    """Send ``message(recipient)`` to each recipient that has not got it yet, on one connection.

    A permanent refusal (5xx) of a recipient or of the content is ``failed``; of the login, the
    sender or the connection it is the settings' fault, and is tried again.
    """
    key = f"{delivery.id}\0{delivery.replay}"
    reached = context.progress.setdefault(key, set())
    while len(context.progress) > MAX_PROGRESS:
        del context.progress[next(iter(context.progress))]
    refused: list[tuple[int, str]] = []
    client: aiosmtplib.SMTP | None = None
    try:
        client = await _connect(host, port, security, login, greeting, context)
        waiting: list[tuple[int, str]] = []
        for recipient in recipients:
            if recipient in reached:
                continue
            problem = await _one(client, sender, recipient, message(recipient))
            if problem is None:
                reached.add(recipient)
            elif problem[0] >= 500:
                refused.append(problem)
            else:
                waiting.append(problem)
        with suppress(Exception):
            await client.quit(timeout=_GOODBYE)
    except aiosmtplib.SMTPResponseException as error:
        return Answer("retry", _status(error.code), _said(host, error.code, error.message))
    except (aiosmtplib.SMTPException, _Unreachable, OSError, ValueError) as error:
        return Answer("retry", error=f"{host}: {_words(error)}")
    finally:
        if client is not None:
            client.close()
    if waiting:
        return Answer("retry", _status(waiting[0][0]), _said(host, *waiting[0]))
    context.progress.pop(key, None)
    if refused:
        return Answer("failed", _status(refused[0][0]), _said(host, *refused[0]))
    return Answer("delivered", 250)


async def _one(
    client: aiosmtplib.SMTP, sender: str, recipient: str, message: bytes
) -> tuple[int, str] | None:
    """Send one message; the refusal of the recipient or of the content, or none."""
    await client.mail(sender)
    try:
        await client.rcpt(recipient)
        await client.data(message)
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
        if error.code == 421:  # the server is closing the connection: nothing more can be said on it
            raise
        await client.rset()
        return error.code, f"{recipient}: {error.message}"
    return None


async def _connect(
    host: str,
    port: int,
    security: Security,
    login: tuple[str, str] | None,
    greeting: str,
    context: SendContext,
) -> aiosmtplib.SMTP:
    sock = await _socket(host, port, context)
    client = aiosmtplib.SMTP(
        hostname=host,
        sock=sock,
        timeout=context.timeout,
        use_tls=security == "tls",
        start_tls=security == "starttls",
        tls_context=None if security == "plain" else context.tls,
        local_hostname=greeting,
        username=login[0] if login else None,
        password=login[1] if login else None,
    )
    try:
        await client.connect()
    except BaseException:
        client.close()
        sock.close()
        raise
    return client


async def _socket(host: str, port: int, context: SendContext) -> socket.socket:
    """A socket connected to the first address of ``host`` that may be reached and answers."""
    loop = asyncio.get_running_loop()
    trouble = "the name has no address"
    try:
        async with asyncio.timeout(context.connect_timeout):
            for found in await context.resolver.resolve(host, port, socket.AF_UNSPEC):
                address = found["host"]
                why = refusal(address, context.allow)
                if why is not None:
                    trouble = f"the address {why} is not allowed"
                    continue
                sock = socket.socket(socket.AddressFamily(found["family"]), socket.SOCK_STREAM)
                sock.setblocking(False)
                try:
                    await loop.sock_connect(sock, _place(address, port, sock.family))
                except OSError as error:
                    sock.close()
                    trouble = f"cannot connect: {error.strerror or type(error).__name__}"
                except BaseException:
                    sock.close()
                    raise
                else:
                    return sock
    except TimeoutError:
        trouble = f"no connection within {context.connect_timeout:g} s"
    except OSError:
        trouble = "the name has no address"
    raise _Unreachable(trouble)


def _place(address: str, port: int, family: int) -> tuple[str, int] | tuple[str, int, int, int]:
    if family != socket.AF_INET6:
        return address, port
    bare, _, zone = address.partition("%")
    return bare, port, 0, int(zone) if zone.isdigit() else 0


def _status(code: int) -> int:
    return code if 100 <= code <= 599 else 0


def _said(host: str, code: int, text: str) -> str:
    return one_line(f"{host}: {code} {text}" if _status(code) else f"{host}: {text}")


def _words(error: Exception) -> str:
    if isinstance(error, _Unreachable | aiosmtplib.SMTPException):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
