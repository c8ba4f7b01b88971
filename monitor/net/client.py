"""The one HTTP client: feeds, pages and webhooks all go through it, and through its guard.

The guard sits where sockets are made, so it sees the address that is really connected to, whatever
a name, a redirect or a second DNS answer says. Behind a proxy only the proxy is connected to, and
the operator chose that one, so its address is not judged. There the target's name is resolved and
judged before the request is handed over; a name that only the proxy can resolve is left to the
proxy, whose own rules must then keep it away from private networks.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType, TracebackType
from typing import Self

import httpx
import msgspec
from aiohttp.abc import AbstractResolver

from monitor.net.errors import (
    BadAnswer,
    ConnectFailed,
    NetError,
    RedirectError,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
)
from monitor.net.guard import parse_networks, refusal
from monitor.net.resolve import Resolver
from monitor.net.transport import Transport, ours, proxy_of, refusals, session, tls_context
from monitor.net.unpack import PackedTooTight, Unpacker, UnpackError
from monitor.net.urls import origin, redirected, target

__all__ = [
    "Answer",
    "BadAnswer",
    "Client",
    "ConnectFailed",
    "NetError",
    "NetworkSettings",
    "RedirectError",
    "Refused",
    "TimedOut",
    "TooLarge",
    "Unreachable",
    "origin",
]

USER_AGENT = "news-monitor/0.1"


class NetworkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the process may connect to, and how. ``connect_timeout`` is in seconds."""

    allow: tuple[str, ...] = ()  # CIDRs of private addresses that may be reached
    ca_file: str | None = None  # PEM, trusted in addition to the public authorities
    proxy: str | None = None  # http://[user:password@]host:port
    connect_timeout: float = 5.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer, its body unpacked. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str  # the one that answered, after redirects
    truncated: bool = False  # the body was longer than ``max_bytes``
    elapsed: float = 0.0  # seconds
    permanent_url: str = ""  # where permanent redirects lead, empty if there were none


class Client:
    """Async context manager around one connection pool. Keeps no cookies, reads no environment.

    Raises ``NetworkListError`` for a bad ``allow``, ``ValueError`` for a bad ``proxy`` and ``OSError`` for
    an unreadable ``ca_file``.
    ``resolver`` replaces the system's name lookup.
    """

    def __init__(self, settings: NetworkSettings, *, resolver: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._allow = parse_networks(settings.allow)
        self._tls = tls_context(settings.ca_file)
        self._proxy = proxy_of(settings.proxy)
        self._resolver = resolver
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        resolver = self._resolver = self._resolver or Resolver(self._settings.connect_timeout)
        pool = session(None if self._settings.proxy else self._allow, self._tls, resolver)
        self._http = httpx.AsyncClient(
            transport=Transport(pool, self._tls, self._proxy),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=self._settings.connect_timeout),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        content: bytes | None = None,
        max_bytes: int,
        timeout: float,  # noqa: ASYNC109 - redirects and body share it, callers know only one number
        follow_redirects: int = 0,
        truncate: bool = False,
    ) -> Answer:
        """One request and its whole answer, any status, within ``timeout`` seconds in all.

        ``max_bytes`` bounds the body both as sent and unpacked; a longer one raises ``TooLarge``,
        or is cut there and flagged if ``truncate``. Up to ``follow_redirects`` redirects are followed,
        each checked like a first request; with 0 a redirect is an answer like any other. Raises
        a ``NetError``; its message names the host, never path, query or credentials.
        """
        start = time.monotonic()
        token = refusals.set([])
        try:
            async with asyncio.timeout(timeout):
                return await self._follow(
                    method, url, headers, content, _Limit(max_bytes, truncate), follow_redirects, start
                )
        except TimeoutError:
            raise TimedOut(origin(url), f"no complete answer within {timeout:g} s") from None
        finally:
            refusals.reset(token)

    async def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        limit: _Limit,
        redirects: int,
        start: float,
    ) -> Answer:
        place = target(url)
        permanent, still_permanent = "", True
        left = redirects
        while True:
            answer = await self._once(method, place, headers, content, limit, start)
            location = answer.headers.get("location", "")
            if redirects == 0 or answer.status not in (301, 302, 303, 307, 308) or not location:
                return msgspec.structs.replace(answer, permanent_url=permanent)
            if left == 0:
                raise RedirectError(origin(url), f"more than {redirects} redirects")
            left -= 1
            new = redirected(place, location)
            still_permanent = still_permanent and answer.status in (301, 308)
            if still_permanent:
                permanent = str(new)
            if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
                method, content = "GET", None
            if origin(str(new)) != origin(str(place)):
                headers = {k: v for k, v in headers.items() if k.lower() not in ("authorization", "cookie")}
            place = new

    async def _once(
        self,
        method: str,
        place: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | None,
        limit: _Limit,
        start: float,
    ) -> Answer:
        if self._http is None:
            raise RuntimeError("the client is used outside its context")
        host = origin(str(place))
        seen = refusals.get()
        if seen is not None:
            seen.clear()  # those of the redirect before
        if self._settings.proxy:
            await self._check_behind_proxy(place)
        sent = httpx.Headers({"User-Agent": USER_AGENT, "Accept": "*/*"})
        sent.update(headers)
        sent["Accept-Encoding"] = "gzip, deflate"
        try:
            request = self._http.build_request(method, place, headers=sent, content=content)
            response = await self._http.send(request, stream=True)
            try:
                body, truncated = await _read(response, host, limit)
            finally:
                await response.aclose()
        except NetError:
            raise
        except Exception as error:
            raise ours(error, host, self._settings.connect_timeout) from error
        return Answer(
            status=response.status_code,
            headers=_headers(response),
            body=body,
            url=str(place),
            truncated=truncated,
            elapsed=time.monotonic() - start,
        )

    async def _check_behind_proxy(self, place: httpx.URL) -> None:
        assert self._resolver is not None
        try:
            found = await self._resolver.resolve(place.host, place.port or 0, socket.AF_UNSPEC)
        except OSError:
            return  # the proxy may know the name; see above
        for entry in found:
            why = refusal(entry["host"], self._allow)
            if why is not None:
                raise Refused(origin(str(place)), f"the address {why} is not allowed")


class _Limit(msgspec.Struct, frozen=True):
    max_bytes: int
    truncate: bool


async def _read(response: httpx.Response, host: str, limit: _Limit) -> tuple[bytes, bool]:
    if response.request.method == "HEAD" or response.status_code in (204, 304):
        return b"", False
    try:
        unpacker = Unpacker(response.headers.get("content-encoding", ""))
        parts: list[bytes] = []
        room, raw = limit.max_bytes, 0
        async for chunk in response.aiter_raw():
            raw += len(chunk)
            part = unpacker.feed(chunk, room)
            if len(part) > room or raw > limit.max_bytes:
                if not limit.truncate:
                    raise TooLarge(host, f"the answer is longer than {limit.max_bytes:,} bytes")
                return b"".join([*parts, part[:room]]), True
            parts.append(part)
            room -= len(part)
        unpacker.finish()
    except UnpackError as error:
        raise BadAnswer(host, str(error)) from None
    except PackedTooTight as error:
        raise TooLarge(host, str(error)) from None
    return b"".join(parts), False


def _headers(response: httpx.Response) -> Mapping[str, str]:
    """First value of each header; values that are not UTF-8 are left out: they cannot be sent back."""
    found: dict[str, str] = {}
    for name, value in response.headers.raw:
        try:
            found.setdefault(name.decode("ascii").lower(), value.decode("utf-8"))
        except UnicodeDecodeError:
            continue
    return found
