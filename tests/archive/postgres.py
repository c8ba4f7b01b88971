"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port of loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_SECONDS = 30.0


class NoPostgres(Exception):
    """Why there is none here."""


def binaries() -> Path:
    """The newest installed release's folder. Raises ``NoPostgres``."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    found = shutil.which("postgres")
    if found is not None:
        folders.append(Path(found).parent)
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise NoPostgres("no initdb, pg_ctl and postgres under /usr/lib/postgresql/*/bin or in PATH")


def _as_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NoPostgres("PostgreSQL does not run as root, and there is no setpriv")
    for user in ("postgres", "nobody"):
        if subprocess.run(["id", user], capture_output=True, check=False).returncode == 0:
            group = subprocess.run(
                ["id", "-gn", user], capture_output=True, text=True, check=True
            ).stdout.strip()
            return [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", "--"]
    raise NoPostgres("PostgreSQL does not run as root, and there is no other user")


class Postgres:
    """A server with fsync off. ``url`` names a fresh database; ``stop`` and ``start`` take it away and
    bring it back."""

    def __init__(self) -> None:
        self._bin = binaries()
        self._prefix = _as_user()
        # Not pytest's folder: its parents are closed to the other user.
        self._folder = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
        self._folder.chmod(0o755)
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        if self._prefix:
            shutil.chown(data, self._prefix[1].partition("=")[2])
        self._data = data
        self._password = secrets.token_hex(8)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        secret = self._folder / "password"
        secret.write_text(self._password)
        self._run(
            "initdb", "-D", str(data), "-U", "monitor", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C",
            "--no-sync", f"--pwfile={secret}",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [
            *self._prefix, str(self._bin / "postgres"), "-D", str(self._data), "-h", "127.0.0.1",
            "-p", str(self.port), "-k", "", "-c", "fsync=off", "-c", "max_connections=30",
            "-c", "shared_buffers=16MB",
        ]  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + _SECONDS
        while self._psql("SELECT 1", check=False) != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it at once, cutting connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_SECONDS)
            self._process = None

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self) -> str:
        """A fresh database."""
        name = f"t{secrets.token_hex(6)}"
        self._psql(f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://monitor:{self._password}@127.0.0.1:{self.port}/{name}"

    def _psql(self, sql: str, *, check: bool = True) -> int:
        command = [
            str(self._bin / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "monitor", "-d", "postgres",
            "-qc", sql,
        ]  # fmt: skip
        environment = {**os.environ, "PGPASSWORD": self._password}
        done = subprocess.run(command, env=environment, capture_output=True, check=check, timeout=_SECONDS)
        return done.returncode

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._prefix, str(self._bin / name), *arguments],
            capture_output=True, check=False, timeout=2 * _SECONDS, cwd="/",
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.decode(errors='replace')[-2000:]}")
