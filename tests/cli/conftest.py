"""The command line as a user has it: in processes of its own, or in this one where that says as much."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
import typer.testing

from monitor.cli import command_line
from monitor.cli.known import user_mistakes
from monitor.located import InvalidFile

ROOT = Path(__file__).resolve().parents[2]


class Ran(msgspec.Struct, frozen=True):
    """What a command did."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, object]]:
        """Standard output as JSON lines."""
        return [msgspec.json.decode(line, type=dict[str, object]) for line in self.out.splitlines()]


Monitor = Callable[..., Ran]


@pytest.fixture(scope="session", name="environment")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    return kept | {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "COLUMNS": "100"}


@pytest.fixture(scope="session", name="monitor")
def _monitor(environment: Mapping[str, str]) -> Monitor:
    """Runs ``monitor`` in a process of its own: standard output and errors as a shell sees them."""

    def monitor(*args: str | Path, cwd: Path = ROOT, stdin: bytes = b"", timeout: float = 60) -> Ran:
        command = [str(Path(sys.executable).with_name("monitor")), *map(str, args)]
        done = subprocess.run(
            command,
            cwd=cwd,
            input=stdin,
            capture_output=True,
            env=dict(environment),
            timeout=timeout,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran

    return monitor


@pytest.fixture(name="quick")
def _quick(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> Callable[..., Ran]:
    """Runs a command in this process, for what exit codes and help say."""
    monkeypatch.setenv("XDG_CACHE_HOME", environment["XDG_CACHE_HOME"])

    def quick(*args: str | Path, stdin: bytes = b"") -> Ran:
        words = list(map(str, args))
        found = typer.testing.CliRunner().invoke(command_line(words), words, prog_name="monitor", input=stdin)
        if isinstance(found.exception, (InvalidFile, *user_mistakes())):
            return Ran(2, found.stdout, f"{found.stderr}{found.exception}")  # as ``main`` does
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return Ran(found.exit_code, found.stdout, found.stderr)

    return quick
