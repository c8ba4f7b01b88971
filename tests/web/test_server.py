"""Health and metrics over real connections."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator

import pytest

from monitor.web.metrics import Metrics
from monitor.web.server import WebError, WebServer


class Readiness:
    """What ``/ready`` is told."""

    def __init__(self) -> None:
        self.says: tuple[bool, str] | None = (True, "")

    def __call__(self) -> tuple[bool, str]:
        if self.says is None:
            raise LookupError("a secret")
        return self.says


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
async def server(readiness: Readiness) -> AsyncIterator[WebServer]:
    made = WebServer("127.0.0.1", 0, ready=readiness, metrics=Metrics())
    await made.start()
    yield made
    await made.stop()


async def ask(port: int, request: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, body of one raw request; the connection is closed after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode())
        head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


def request(method: str, path: str, *headers: str) -> str:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: monitor", "Connection: close", *headers, "", ""])


async def test_live_while_the_loop_turns(server: WebServer) -> None:
    status, headers, body = await ask(server.port, request("GET", "/live"))
    assert (status, headers["content-type"], json.loads(body)["live"]) == (200, "application/json", True)


async def test_ready_says_so_or_why_not(server: WebServer, readiness: Readiness) -> None:
    status, _, body = await ask(server.port, request("GET", "/ready"))
    assert (status, json.loads(body)["ready"]) == (200, True)
    readiness.says = (False, "the disk is full: «var»")
    status, _, body = await ask(server.port, request("GET", "/ready"))
    assert status == 503
    assert json.loads(body)["detail"] == "the disk is full: «var»"
    assert json.loads(body)["ready"] is False


async def test_who_cannot_tell_is_not_ready(server: WebServer, readiness: Readiness) -> None:
    readiness.says = None
    status, _, body = await ask(server.port, request("GET", "/ready"))
    assert (status, json.loads(body)["detail"]) == (503, "readiness could not be told: LookupError")


async def test_metrics_are_prometheus_text(server: WebServer) -> None:
    status, headers, body = await ask(server.port, request("GET", "/metrics"))
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b"# TYPE monitor_build_info gauge" in body


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("HEAD", "/live", 200),
        ("HEAD", "/metrics", 200),
        ("POST", "/live", 405),
        ("DELETE", "/metrics", 405),
        ("OPTIONS", "/ready", 405),
        ("GET", "/", 404),
        ("GET", "/live/", 404),
        ("GET", "/live/../metrics", 404),
        ("GET", "/%2e%2e/etc/passwd", 404),
        ("GET", "/favicon.ico", 404),
        ("POST", "/anything", 404),
    ],
)
async def test_nothing_else_is_there(server: WebServer, method: str, path: str, expected: int) -> None:
    status, _, body = await ask(server.port, request(method, path))
    assert status == expected
    if method == "HEAD":
        assert body == b""


@pytest.mark.parametrize("path", ["/live", "/ready", "/metrics", "/live/", "/nothing"])
async def test_no_header_comes_back(server: WebServer, path: str) -> None:
    marked = request(
        "GET", path, "X-Forwarded-Host: marker-1", "Origin: http://marker-2", "Referer: marker-3"
    ).replace("Host: monitor", "Host: marker-4")
    _, headers, body = await ask(server.port, marked)
    assert "marker" not in str(headers) + body.decode()
    assert "server" not in headers
    assert "location" not in headers


async def test_headers_without_an_end_are_refused(server: WebServer) -> None:
    status, _, _ = await ask(server.port, "GET /live HTTP/1.1\r\nX: " + "x" * 20_000)
    assert status == 400


async def test_a_taken_port_is_told_with_the_remedy(server: WebServer) -> None:
    second = WebServer("127.0.0.1", server.port, ready=lambda: (True, ""), metrics=Metrics())
    with pytest.raises(WebError, match=rf"port {server.port} .* is taken.*web\.port"):
        await second.start()


async def test_a_host_that_is_not_ours_is_told() -> None:
    other = WebServer("192.0.2.1", 0, ready=lambda: (True, ""), metrics=Metrics())
    with pytest.raises(WebError, match=r"cannot listen on 192\.0\.2\.1"):
        await other.start()


async def test_stops_within_a_second_whatever_clients_hold_open(server: WebServer) -> None:
    port = server.port
    idle_reader, idle = await asyncio.open_connection("127.0.0.1", port)
    idle.write(b"GET /live HTTP/1.1\r\nHost: monitor\r\n\r\n")
    await asyncio.wait_for(idle_reader.readuntil(b"}"), 5)
    _, half = await asyncio.open_connection("127.0.0.1", port)
    half.write(b"GET /metrics HTTP/1.1\r\nHo")
    _, silent = await asyncio.open_connection("127.0.0.1", port)
    _, posting = await asyncio.open_connection("127.0.0.1", port)
    posting.write(b"POST /live HTTP/1.1\r\nHost: monitor\r\nContent-Length: 1000\r\n\r\nx")
    for writer in (half, silent, posting):
        await writer.drain()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await server.stop()
    assert loop.time() - begun < 1.0
    assert await asyncio.wait_for(idle_reader.read(), 5) == b""
    with socket.socket() as again:  # the port is free for the next one
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))
    for writer in (idle, half, silent, posting):
        writer.close()


async def test_signals_stay_with_the_process(readiness: Readiness) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    server = WebServer("127.0.0.1", 0, ready=readiness, metrics=Metrics())
    await server.start()
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    await server.stop()
    await server.stop()  # twice does no harm
