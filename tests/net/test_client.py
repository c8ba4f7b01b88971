from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.net.client import (
    Answer,
    BadAnswer,
    Client,
    ConnectFailed,
    NetError,
    NetworkSettings,
    RedirectError,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
)
from tests.net.server import raw, site

HERE = NetworkSettings(allow=("127.0.0.0/8",), connect_timeout=2.0)
SECRET = "s3cr3t-token"


async def get(url: str, settings: NetworkSettings = HERE, **options: object) -> Answer:
    async with Client(settings) as client:
        return await client.fetch("GET", url, **{"max_bytes": 10_000, "timeout": 5.0, **options})  # type: ignore[arg-type]


async def _text(request: web.Request) -> web.Response:
    return web.Response(text="hello", headers={"ETag": '"a/b+c=="', "Set-Cookie": "id=1"})


async def _to(request: web.Request) -> web.Response:
    return web.Response(
        status=int(request.query.get("status", 302)), headers={"Location": request.query["url"]}
    )


async def _mirror(request: web.Request) -> web.Response:
    lines = [f"{request.method} {request.raw_path}", *(f"{k}: {v}" for k, v in request.headers.items())]
    return web.Response(text="\n".join(lines) + "\n\n" + await request.text())


async def test_an_answer_has_status_headers_and_body() -> None:
    async with site(text=_text) as here:
        answer = await get(here + "/text")
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"a/b+c=="')
    assert (answer.url, answer.permanent_url, answer.truncated) == (here + "/text", "", False)


async def test_the_url_and_the_headers_are_sent_as_given() -> None:
    async with site(mirror=_mirror) as here:
        answer = await get(
            here + "/mirror?q=%7Ea%2Fb+c", headers={"If-None-Match": 'W/"x y%20"', "user-agent": "reader"}
        )
    sent = answer.body.decode()
    assert sent.startswith("GET /mirror?q=%7Ea%2Fb+c\n")
    assert 'If-None-Match: W/"x y%20"' in sent
    assert "ser-agent: reader" in sent.replace("User-Agent", "user-agent")
    assert sent.lower().count("user-agent") == 1
    assert "Accept-Encoding: gzip, deflate\n" in sent


async def test_credentials_in_the_url_are_sent_as_basic_authentication() -> None:
    async with site(mirror=_mirror) as here:
        answer = await get(here.replace("//", "//user:pass@") + "/mirror?a=%2F")
    assert "Authorization: Basic dXNlcjpwYXNz" in answer.body.decode()
    assert answer.body.startswith(b"GET /mirror?a=%2F\n")


async def test_no_cookie_is_kept() -> None:
    async with site(text=_text, mirror=_mirror) as here, Client(HERE) as client:
        for path in ("/text", "/mirror"):
            answer = await client.fetch("GET", here + path, max_bytes=10_000, timeout=5)
    assert b"ookie" not in answer.body


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with site(text=_text) as here:
        assert (await get(here + "/text")).status == 200


async def test_loopback_is_refused_unless_allowed() -> None:
    async with site(text=_text) as here:
        with pytest.raises(Refused, match=r"127\.0\.0\.1 \(loopback\) is not allowed"):
            await get(here + "/text", NetworkSettings())


class _Names(AbstractResolver):
    """Every name has these addresses, as a hostile name server would say."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=a, port=port, family=socket.AF_INET, proto=0, flags=0)
            for a in self.addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_to_loopback_is_refused_unless_allowed() -> None:
    async with site(text=_text) as here:
        port = here.rpartition(":")[2]
        url = f"http://feeds.example.org:{port}/text"
        async with Client(NetworkSettings(), resolver=_Names("127.0.0.1")) as client:
            with pytest.raises(Refused, match="loopback"):
                await client.fetch("GET", url, max_bytes=100, timeout=5)
        async with Client(HERE, resolver=_Names("10.0.0.1", "127.0.0.1")) as client:
            assert (await client.fetch("GET", url, max_bytes=100, timeout=5)).body == b"hello"


async def test_localhost_is_refused_by_the_systems_own_resolver_too() -> None:
    with pytest.raises(Refused, match="loopback"):
        await get("http://localhost:1/", NetworkSettings())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_the_metadata_service_is_refused(status: int) -> None:
    async with site(to=_to) as here:
        url = f"{here}/to?status={status}&url=http://169.254.169.254/latest/meta-data"
        with pytest.raises(Refused, match=r"169\.254\.169\.254 \(link-local\)"):
            await get(url, follow_redirects=5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "gopher://x/", "http://"])
async def test_a_redirect_to_what_is_not_the_web_is_an_error(url: str) -> None:
    async with site(to=_to) as here:
        with pytest.raises(RedirectError):
            await get(f"{here}/to?url={url}", follow_redirects=5)


async def test_without_leave_a_redirect_is_an_answer() -> None:
    async with site(to=_to) as here:
        answer = await get(f"{here}/to?url=/elsewhere")
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")


async def test_redirects_in_a_circle_end() -> None:
    async def circle(request: web.Request) -> web.Response:
        raise web.HTTPFound("/circle")

    async with site(circle=circle) as here:
        with pytest.raises(RedirectError, match="more than 5"):
            await get(here + "/circle", follow_redirects=5)


async def test_permanent_redirects_are_reported_up_to_the_first_temporary_one() -> None:
    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/further")

    async def further(request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/now")

    async def now(request: web.Request) -> web.Response:
        raise web.HTTPFound("/text")

    async with site(moved=moved, further=further, now=now, text=_text) as here:
        answer = await get(here + "/moved", follow_redirects=5)
    assert (answer.url, answer.permanent_url) == (here + "/text", here + "/now")


async def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    async with site(to=_to) as here, site(mirror=_mirror) as there:
        answer = await get(
            f"{here}/to?url={there}/mirror", headers={"Authorization": SECRET}, follow_redirects=1
        )
    assert SECRET not in answer.body.decode()


async def test_content_is_sent() -> None:
    async with site(mirror=_mirror) as here, Client(HERE) as client:
        answer = await client.fetch(
            "POST",
            here + "/mirror",
            headers={"Content-Type": "application/json"},
            content=b'{"a": 1}',
            max_bytes=10_000,
            timeout=5,
        )
    assert answer.body.startswith(b"POST /mirror\n")
    assert answer.body.endswith(b'{"a": 1}')


async def test_packed_answers_are_unpacked() -> None:
    async def packed(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"x" * 5000), headers={"Content-Encoding": "gzip"})

    async with site(packed=packed) as here:
        assert (await get(here + "/packed")).body == b"x" * 5000
        with pytest.raises(TooLarge, match="longer than 4,000"):
            await get(here + "/packed", max_bytes=4000)


async def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(bytes(60_000_000))

    async def boom(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with site(boom=boom) as here:
        with pytest.raises(TooLarge, match="bomb"):
            await get(here + "/boom", max_bytes=50_000_000)


async def test_an_encoding_that_was_not_offered_is_a_bad_answer() -> None:
    async def brotli(request: web.Request) -> web.Response:
        return web.Response(body=b"abc", headers={"Content-Encoding": "br"})

    async with site(brotli=brotli) as here:
        with pytest.raises(BadAnswer, match="not offered"):
            await get(here + "/brotli")


async def test_a_long_answer_is_refused_or_cut() -> None:
    async def long(request: web.Request) -> web.Response:
        return web.Response(body=b"y" * 20_000)

    async with site(long=long) as here:
        with pytest.raises(TooLarge, match="longer than 10,000 bytes"):
            await get(here + "/long")
        answer = await get(here + "/long", truncate=True)
    assert (len(answer.body), answer.truncated, answer.status) == (10_000, True, 200)


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        writer.write(b"z" * 1000)
        await writer.drain()


async def _endless_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Header: value\r\n" * 100)
        await writer.drain()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b"z")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
    await writer.drain()


async def _noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 smtp.example.org ready\r\n" * 10)
    await writer.drain()


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (_endless, TooLarge),
        (_endless_headers, BadAnswer),
        (_silent, TimedOut),
        (_drip, TimedOut),
        (_reset, BadAnswer),
        (_cut, BadAnswer),
        (_noise, BadAnswer),
    ],
)
async def test_bad_servers_are_typed_errors_without_secrets(talk: object, error: type[NetError]) -> None:
    async with raw(talk) as here:  # type: ignore[arg-type]
        url = here.replace("//", f"//user:{SECRET}@") + f"/hooks/{SECRET}?key={SECRET}"
        with pytest.raises(error) as caught:
            await get(url, timeout=0.5)
    assert type(caught.value) is error
    assert SECRET not in str(caught.value)
    assert here in str(caught.value)


async def test_a_closed_port_is_a_failed_connection_and_an_unknown_name_is_unreachable() -> None:
    with pytest.raises(ConnectFailed) as closed:
        await get("http://127.0.0.1:1/")
    assert not isinstance(closed.value, Unreachable)
    with pytest.raises(Unreachable):
        await get("http://nowhere.invalid/")


@pytest.mark.parametrize(
    "url", ["", "example.org", "/path", "ftp://example.org/", "http://", "http://x/" + "a" * 9000]
)
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        await get(url)


async def test_behind_a_proxy_the_target_is_judged_before_it_is_handed_over() -> None:
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append("request")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nproxied")
        await writer.drain()

    async with raw(proxy) as here:
        settings = NetworkSettings(proxy=here, connect_timeout=2.0)
        async with Client(settings, resolver=_Names("8.8.8.8")) as client:
            answer = await client.fetch("GET", "http://public.example.org/", max_bytes=100, timeout=5)
        assert (answer.body, asked) == (b"proxied", ["request"])
        async with Client(settings, resolver=_Names("10.0.0.1")) as client:
            with pytest.raises(Refused, match="private"):
                await client.fetch("GET", "http://inside.example.org/", max_bytes=100, timeout=5)
    assert asked == ["request"]


@pytest.mark.parametrize(
    "proxy", ["socks5://u:s3cr3t-token@h:1", "https://u:s3cr3t-token@h:1", "u:s3cr3t-token@h", "h:x"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(proxy: str) -> None:
    with pytest.raises(ValueError, match="write http://host:port") as caught:
        Client(NetworkSettings(proxy=proxy))
    assert SECRET not in str(caught.value)


async def test_a_proxy_that_is_down_is_named_as_the_reason() -> None:
    settings = NetworkSettings(proxy="http://127.0.0.1:1", connect_timeout=2.0)
    async with Client(settings, resolver=_Names("8.8.8.8")) as client:
        with pytest.raises(Unreachable, match="the proxy cannot be reached"):
            await client.fetch("GET", "http://public.example.org/", max_bytes=100, timeout=5)


async def test_a_certificate_of_an_authority_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    app = web.Application()
    app.router.add_get("/text", _text)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://localhost:{runner.addresses[0][1]}/text"
    allow = ("127.0.0.0/8", "::1/128")
    try:
        with pytest.raises(ConnectFailed, match="certificate is not trusted"):
            await get(url, NetworkSettings(allow=allow))
        assert (
            await get(url, NetworkSettings(allow=allow, ca_file=str(tmp_path / "ca.pem")))
        ).body == b"hello"
    finally:
        await runner.cleanup()
