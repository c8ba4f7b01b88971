"""The ``--update-golden`` option and the HTTP client for channel tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.net.client import Client, NetworkSettings
from monitor.notify.channel import SendContext, send_context

GOLDEN = Path(__file__).parent / "golden"
LOOPBACK = NetworkSettings(allow=("127.0.0.0/8", "::1/128"), connect_timeout=2.0)


def pytest_addoption(parser: pytest.Parser) -> None:
    with suppress(ValueError):  # another folder's tests have the same option
        parser.addoption("--update-golden", action="store_true", help="rewrite golden files")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a golden file, or write it under ``--update-golden``."""

    def compare(name: str, data: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            path.write_bytes(data)
        assert path.exists(), f"{name} is missing: run with --update-golden and review it"
        assert data.decode() == path.read_bytes().decode()

    return compare


@pytest.fixture
async def context() -> AsyncIterator[SendContext]:
    """A context that may reach loopback, with short times."""
    async with Client(LOOPBACK) as http:
        made = send_context(LOOPBACK, http)
        yield SendContext(
            http=made.http,
            tls=made.tls,
            resolver=made.resolver,
            allow=made.allow,
            connect_timeout=1.0,
            timeout=1.0,
            max_answer=made.max_answer,
        )
