"""A small rule folder, a few hundred articles, an archive of them, and the command over it all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import typer.testing

from monitor.archive import database, schema
from monitor.archive.writer import rows, write
from monitor.cli import command_line
from monitor.cli.known import user_mistakes
from monitor.located import InvalidFile
from monitor.records import Article, Source

FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)

LEXICON = """\
entities:
  place/raqqa: {gloss: Raqqa, en: {names: [Raqqa]}, ar: {names: [الرقة]}}
  place/idlib: {gloss: Idlib, en: {names: [Idlib]}, ar: {names: [إدلب]}}
"""
RULES = """\
rules:
  - id: strikes
    title: Strikes on Raqqa
    match: {all: [{any: [strikes, قصف]}, {entity: place/raqqa}]}
  - id: raqqa
    status: shadow
    match: {entity: place/raqqa}
  - id: bread
    status: draft
    match: {term: bread}
  - id: fresh
    where: {max_age: 2d, sources: {tags: [wire]}}
    match: {term: strikes}
"""

KINDS: tuple[tuple[str, str, str], ...] = (
    ("en", "Strikes on Raqqa", "Witnesses told of strikes on Raqqa. Nobody was hurt."),
    ("ar", "قصف على الرقة", "قال سكان إن القصف استمر. قصف على الرقة فجر اليوم."),
    ("en", "Strikes on Idlib", "Witnesses told of strikes on Idlib at dawn."),
    ("en", "Raqqa has bread", "Bread is cheap again in Raqqa, traders said."),
    ("en", "A budget", "The council agreed on a budget after a long debate."),
)
"""Articles come in turn: the first two fire ``strikes``, the fourth only ``raqqa`` and ``bread``."""


def articles(count: int) -> list[Article]:
    """An article every two hours from ``FIRST_DAY`` on."""
    found = []
    for number in range(count):
        language, title, text = KINDS[number % len(KINDS)]
        seen = FIRST_DAY + timedelta(hours=2 * number)
        found.append(
            Article(
                id=f"a-{number:04}",
                source=Source(id=f"source-{language}", tags=("wire",) if number % 2 == 0 else ("blog",)),
                url=f"https://news.example/{number}",
                canonical_url=f"https://news.example/{number}",
                title=f"{title}: part {number}",
                text=text,
                language=language,
                seen=seen,
                published=seen - timedelta(days=number % 4),
            )
        )
    return found


class Ran(msgspec.Struct, frozen=True):
    """What a command did."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, object]]:
        return [msgspec.json.decode(line, type=dict[str, object]) for line in self.out.splitlines()]


Command = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rules in a folder of their own, where nothing else lies."""
    made = tmp_path / "desk" / "rules"
    (made / "watch").mkdir(parents=True)
    (made / "places.yaml").write_text(LEXICON, "utf-8")
    (made / "watch" / "syria.yaml").write_text(RULES, "utf-8")
    return made


@pytest.fixture
def backtest(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``monitor backtest`` with the folder's rules and settings, in this process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(folder.parent)

    def run(*args: str | Path) -> Ran:
        found = typer.testing.CliRunner().invoke(
            command_line(["backtest"]), ["backtest", *map(str, args)], prog_name="monitor"
        )
        if isinstance(found.exception, (InvalidFile, *user_mistakes())):
            return Ran(2, found.stdout, f"{found.stderr}{found.exception}")  # as ``main`` does
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return Ran(found.exit_code, found.stdout, found.stderr)

    return run


@pytest.fixture
def archive(folder: Path) -> Callable[[Sequence[Article]], None]:
    """Puts articles into the archive that the command reads, a SQLite file."""
    path = folder.parent / "var" / "archive.db"

    async def fill(many: Sequence[Article]) -> None:
        path.parent.mkdir(exist_ok=True)
        made = database.engine(database.parse_url(f"sqlite+aiosqlite:///{path}"))
        async with made.begin() as connection:
            await connection.run_sync(schema.create)
            await write(connection, (row for one in many for row in rows(one)), {})
        await made.dispose()

    return lambda many: asyncio.run(fill(many))


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[Sequence[Article]], Path]:
    """Writes articles as JSON lines."""

    def write_lines(many: Sequence[Article]) -> Path:
        path = tmp_path / "articles.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for one in many:
                line = {
                    "id": one.id,
                    "title": one.title,
                    "text": one.text,
                    "lang": one.language,
                    "published": one.published.isoformat() if one.published is not None else None,
                    "seen": one.seen.isoformat(),
                    "source": one.source.id,
                    "tags": one.source.tags,
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return path

    return write_lines
