"""The layer under the client: aiohttp's sockets and session behind httpx, its errors in our words."""

from __future__ import annotations

import errno
import socket
import ssl
from contextvars import ContextVar
from typing import Any

import aiohttp
import certifi
import httpx
from aiohttp.abc import AbstractResolver
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from monitor.net.errors import (
    BadAnswer,
    ConnectFailed,
    NetError,
    ProxySettingError,
    Refused,
    TimedOut,
    Unreachable,
)
from monitor.net.guard import Network, refusal
from monitor.net.urls import MAX_URL

CONNECTIONS = 256
# Enough that some hanging endpoints on a host do not hold up its others; politeness to the hosts of
# feeds is the poller's own.
CONNECTIONS_PER_HOST = 32
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL)

# What the guard refused during the request at hand: happy eyeballs folds several errors into one
# that no longer says so.
refusals: ContextVar[list[str] | None] = ContextVar("refusals", default=None)


def session(
    allow: tuple[Network, ...] | None, tls: ssl.SSLContext, resolver: AbstractResolver
) -> aiohttp.ClientSession:
    """A pool of connections, made only to addresses that pass the guard; to any if ``allow`` is none."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=resolver,
            ssl=tls,
            limit=CONNECTIONS,
            limit_per_host=CONNECTIONS_PER_HOST,
            socket_factory=_sockets(allow),
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        max_line_size=MAX_URL,
        max_field_size=MAX_URL,
        max_headers=128,
    )


class Transport(AiohttpTransport):
    """httpx-aiohttp over a session of ours, sending URLs exactly as they were given."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tls: ssl.SSLContext,
        proxy: httpx.Proxy | None,
    ) -> None:
        super().__init__(verify=tls, trust_env=False, proxy=proxy)
        self._session = session

    def get_client(self) -> Any:
        return self

    def request(self, *, url: str, **options: Any) -> Any:
        """Stands in for the session's own, which would rewrite ``%2F`` and ``%7E`` in queries."""
        # httpx has put the URL's credentials into a header; aiohttp refuses to see both.
        return self._session.request(url=URL(url, encoded=True).with_user(None), **options)

    async def aclose(self) -> None:
        await self._session.close()


class _NotAllowed(OSError):
    """Raised where a socket would be made; an OSError, so that a name's next address is tried."""


def _sockets(allow: tuple[Network, ...] | None) -> Any:
    def make(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, proto, _, address = info
        why = None if allow is None else refusal(str(address[0]), allow)
        if why is not None:
            seen = refusals.get()
            if seen is not None:
                seen.append(why)
            raise _NotAllowed(f"the address {why} is not allowed")
        return socket.socket(family, kind, proto)

    return make


def ours(error: Exception, host: str, connect_timeout: float) -> NetError:
    """httpx-aiohttp maps nearly everything to ConnectTimeout; the cause says what it was."""
    refused = refusals.get()
    cause = error.__cause__ if isinstance(error, httpx.TransportError) and error.__cause__ else error
    if isinstance(cause, (aiohttp.ClientConnectorError, _NotAllowed)):
        if refused:
            return Refused(host, f"the address {refused[-1]} is not allowed")
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            return Unreachable(host, f"the proxy cannot be reached: {_words(cause.os_error)}")
        if isinstance(cause, aiohttp.ClientConnectorCertificateError):
            return ConnectFailed(
                host,
                f"its certificate is not trusted: {_words(cause.certificate_error)}",
            )
        if isinstance(cause, aiohttp.ClientConnectorDNSError):
            return Unreachable(host, f"the name cannot be resolved: {_words(cause.os_error)}")
        reason = cause.os_error if isinstance(cause, aiohttp.ClientConnectorError) else cause
        if reason.errno in _NO_ROUTE:
            return Unreachable(host, f"cannot connect: {_words(reason)}")
        return ConnectFailed(host, f"cannot connect: {_words(reason)}")
    if isinstance(cause, aiohttp.ConnectionTimeoutError):
        return Unreachable(host, f"no connection within {connect_timeout:g} s")
    if isinstance(cause, (aiohttp.ServerTimeoutError, TimeoutError, httpx.TimeoutException)):
        return TimedOut(host, "no answer in time")
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return ConnectFailed(host, f"the proxy refused with status {cause.status}")
    if isinstance(cause, aiohttp.ClientResponseError):
        return BadAnswer(host, "the answer is not valid HTTP")
    if isinstance(cause, (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        return BadAnswer(host, "the connection was closed without a complete answer")
    if isinstance(cause, (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError)):
        return BadAnswer(host, "the answer breaks off")
    if isinstance(
        cause,
        (aiohttp.InvalidURL, httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError),
    ):
        return Refused(host, "the URL or a header cannot be sent")
    return BadAnswer(host, f"unexpected {type(cause).__name__}")


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def proxy_of(url: str | None) -> httpx.Proxy | None:
    """The proxy that a setting names. Raises ``ProxySettingError``, without the password it may hold."""
    if not url:
        return None
    try:
        proxy = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):
        proxy = None
    if proxy is None or proxy.url.scheme != "http" or not proxy.url.host:
        raise ProxySettingError(
            "network.proxy is not understood: write http://host:port or http://user:password@host:port"
        )
    return proxy


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # of which ssl's own are kinds; theirs do not name the file
            raise OSError(error.errno or 0, error.strerror or "holds no certificates", ca_file) from error
    return context
