"""Health and metrics over HTTP, in the process's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor import __version__
from monitor.web.metrics import CONTENT_TYPE, Metrics

GRACE_SECONDS = 0.5  # that answers under way get on stop; with uvicorn's own pauses less than a second
KEEP_ALIVE_SECONDS = 30
MOST_CONNECTIONS = 100

Ready = Callable[[], tuple[bool, str]]


class WebError(Exception):
    """The web server cannot be started; the message says what to change."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process: it stops us among others."""
        yield


class WebServer:
    """Answers ``/live``, ``/ready`` and ``/metrics``; everything else is not found.

    ``/live`` is 200 as long as the event loop turns. ``/ready`` is 200 or 503 by ``ready``, with what
    it says as detail.
    """

    def __init__(self, host: str, port: int, *, ready: Ready, metrics: Metrics) -> None:
        self._host = host
        self._wanted = port
        self._ready = ready
        self._metrics = metrics
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port in use, also where 0 was asked for."""
        return self._wanted if self._socket is None else int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Listen, and answer from now on. Raises ``WebError``."""
        self._socket = _listen(self._host, self._wanted)
        config = uvicorn.Config(
            self._application(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=16 * 1024,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self._server = _Server(config)
        self._wanted = self.port
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise WebError("the web server ended while it started")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Answer what is under way, cut off the rest; within a second."""
        server, task = self._server, self._task
        if server is None or task is None:
            return
        server.should_exit = True
        done, _ = await asyncio.wait([task], timeout=GRACE_SECONDS)
        if not done:
            server.force_exit = True
            for connection in list(server.server_state.connections):
                transport = getattr(connection, "transport", None)
                if transport is not None:
                    transport.abort()
            await asyncio.wait([task], timeout=GRACE_SECONDS / 2)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
        self._server = self._task = self._socket = None

    def _application(self) -> Starlette:
        application = Starlette(
            routes=[
                Route("/live", self._live),
                Route("/ready", self._is_ready),
                Route("/metrics", self._scrape),
            ]
        )
        application.router.redirect_slashes = False  # it would repeat the Host header
        return application

    async def _live(self, _: Request) -> Response:
        return _json(200, {"live": True, "version": __version__})

    async def _is_ready(self, _: Request) -> Response:
        try:
            ready, detail = self._ready()
        except Exception as error:  # who cannot tell is not ready
            ready, detail = False, f"readiness could not be told: {type(error).__name__}"
        return _json(200 if ready else 503, {"ready": ready, "detail": detail, "version": __version__})

    async def _scrape(self, _: Request) -> Response:
        # Made here, in the loop: what is asked lives in it. A scrape takes some milliseconds.
        return Response(self._metrics.text(), headers={"content-type": CONTENT_TYPE, **_PLAIN})


_PLAIN = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def _json(status: int, value: dict[str, object]) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, headers={"content-type": "application/json", **_PLAIN})


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the first address of ``host``. Raises ``WebError``."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise WebError(
            f"web.host {host!r} is no address of this machine: {error.strerror or error}"
        ) from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise WebError(
                f"port {port} on {host} is taken: another monitor may run; set web.port in the settings to another one, "
                "or to 0 for any that is free"
            ) from error
        raise WebError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error
    return listening
