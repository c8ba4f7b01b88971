"""Both databases for each test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.postgres import NoPostgres, Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running server; skipped with the reason where there is none."""
    try:
        server = Postgres()
    except NoPostgres as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty archive's URL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'archive.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """An empty database on PostgreSQL."""
    return postgres.url()
