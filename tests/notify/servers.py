"""Real servers on loopback that answer well or badly: HTTP and SMTP, by raw sockets and aiosmtpd."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Stream = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Request:
    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        self.method, self.path, self.headers, self.body = method, path, headers, body


class HttpServer:
    """Answers each POST with ``answer``: a status with headers, or the name of a bad habit."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]] | str] = []  # used up in order, the last one stays
        self.requests: list[Request] = []
        self.arrived = asyncio.Condition()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.requests.append(Request(method, path, headers, body))
                async with self.arrived:
                    self.arrived.notify_all()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if isinstance(answer, str):
                    await misbehave(answer, writer, b"HTTP/1.1 200 OK\r\n\r\n")
                    return
                status, extra = answer
                lines = [
                    f"HTTP/1.1 {status} X",
                    *([] if status == 204 else ["content-length: 2"]),
                    *(f"{k}: {v}" for k, v in extra.items()),
                ]
                writer.write("\r\n".join([*lines, "", "" if status == 204 else "ok"]).encode())
                await writer.drain()


async def misbehave(habit: str, writer: asyncio.StreamWriter, start: bytes) -> None:
    """``start`` is what a good answer begins with."""
    if habit == "hang":
        await asyncio.sleep(30)
    elif habit == "slow-then-ok":
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
    elif habit == "slow":
        for byte in start:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.3)
    elif habit == "reset":
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()
    elif habit == "close":
        writer.close()
    elif habit == "garbage":
        writer.write(b"\x00\xff not a protocol \xfe" * 10 + b"\r\n\r\n")
        await writer.drain()
        writer.close()
    elif habit == "endless":
        writer.write(start)
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            await asyncio.sleep(0)
    else:
        raise AssertionError(habit)


@asynccontextmanager
async def http_server() -> AsyncIterator[HttpServer]:
    server = HttpServer()
    server.answers = [(200, {})]
    async with listening(server.serve) as port:
        server.port = port
        yield server


@asynccontextmanager
async def listening(handle: Stream, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[Any]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await handle(reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Mailbox:
    """An aiosmtpd handler. ``refuse_rcpt`` and ``refuse_data`` give answers other than 250."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.refuse_rcpt: dict[str, str] = {}
        self.refuse_data: str = ""
        self.tls: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse_rcpt:
            return self.refuse_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data
        self.mails.append(envelope)
        assert server.transport is not None
        self.tls.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"mail-s3cret", handled=False)


@asynccontextmanager
async def smtp_server(
    mailbox: Mailbox, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=mailbox.authenticate if starttls or tls else None,
            auth_require_tls=tls is None,
            loop=loop,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def bad_smtp_server(habit: str) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await misbehave(habit, writer, b"220 mail.test\r\n" if habit == "slow" else b"220-")

    async with listening(serve) as port:
        yield port
