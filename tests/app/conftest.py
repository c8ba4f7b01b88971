"""A worker in a process of its own, as an operator runs it, on a data folder of its own."""

from __future__ import annotations

import http.server
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer.testing

from monitor.cli import command_line
from monitor.cli.known import user_mistakes
from monitor.located import InvalidFile

MONITOR = str(Path(sys.executable).with_name("monitor"))
PATIENCE = 60.0  # seconds; a loaded machine is slow

LEXICON = """\
entities:
  country/ru:
    en: {names: [Russia], demonyms: [Russian]}
  place/raqqa:
    en: {names: [Raqqa]}
concepts:
  airstrike:
    roles: [actor, place]
    en: {terms: [strikes, airstrikes]}
"""
RULE = """\
rules:
  - id: strikes
    title: Russian strikes + Raqqa
    match: {event: airstrike, actor: country/ru, place: place/raqqa}
"""


class Worker:
    """``monitor run``. Its log is read line by line; ``wait`` returns the next event of a kind."""

    def __init__(self, config: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [MONITOR, "run", "--config", str(config), "--log", "json"],
            cwd=config.parent,
            env=dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.put(line)
        self._lines.put(b"")

    def wait(self, event: str, **fields: object) -> dict[str, Any]:
        """The next event of this name with these fields. Fails if it does not come."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = b""
            assert line, f"no {event} {fields} in {self.events}"
            try:
                found = msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.DecodeError:
                found = {"event": "", "text": line.decode("utf-8", "replace")}
            self.events.append(found)
            if found["event"] == event and all(found.get(name) == value for name, value in fields.items()):
                return found

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and seconds until it came."""
        begin = time.monotonic()
        self._process.send_signal(number)
        return self._process.wait(PATIENCE), time.monotonic() - begin

    def kill(self) -> None:
        """Whatever state it is in."""
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


class World:
    """A folder with settings, rules, an inbox and what came out."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.rules = folder / "rules"
        self.inbox = folder / "var/inbox"
        self.config = folder / "monitor.yaml"
        self.alerts = folder / "alerts.jsonl"
        self._environment = environment
        self._workers: list[Worker] = []
        self.rules.mkdir()
        self.inbox.mkdir(parents=True)
        (self.rules / "lexicon.yaml").write_text(LEXICON)
        (self.rules / "watch.yaml").write_text(RULE)
        self.subscribe()
        self.config.write_text(
            f"data_dir: {folder / 'var'}\nrules_dir: {self.rules}\nweb: {{port: 0}}\narchive: none\n"
            "network: {allow: [127.0.0.0/8]}\n"
        )

    def subscribe(self, *more: str) -> None:
        """The file channel takes everything; so do ``more``, channels in YAML."""
        channels = [f"{{kind: file, path: '{self.alerts}'}}", *more]
        names = [f"s{number}" for number in range(len(channels))]
        lines = [
            f"  - {{id: {name}, channel: {channel}}}" for name, channel in zip(names, channels, strict=True)
        ]
        text = "subscribers:\n" + "\n".join(lines) + f"\noperator: s0\ndefault: [{', '.join(names)}]\n"
        (self.rules / "subscribers.yaml").write_text(text)

    def start(self) -> Worker:
        """A worker that is ready, its rules watched."""
        worker = Worker(self.config, self._environment)
        self._workers.append(worker)
        worker.wait("started")
        return worker

    def run(self, *args: str) -> tuple[int, str, str]:
        """Another ``monitor`` command on this world, in this process: exit code, output, errors."""
        ran = typer.testing.CliRunner().invoke(
            command_line(args), [*args, "--config", str(self.config)], prog_name="monitor"
        )
        if isinstance(ran.exception, (InvalidFile, *user_mistakes())):
            return 2, ran.stdout, f"{ran.stderr}{ran.exception}"
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran.exit_code, ran.stdout, ran.stderr

    def run_worker(self) -> tuple[int, str]:
        """A worker that must not start: exit code and errors."""
        done = subprocess.run(
            [MONITOR, "run", "--config", str(self.config)],
            cwd=self.folder,
            env=dict(self._environment),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done.returncode, done.stderr.decode()

    def lines(self, *args: str) -> list[dict[str, Any]]:
        """JSON lines of a command that must succeed."""
        code, out, err = self.run(*args, "--json")
        assert code == 0, err
        return [msgspec.json.decode(line, type=dict[str, Any]) for line in out.splitlines()]

    def drop(self, name: str, data: bytes | str) -> None:
        """Put a file into the inbox, whole at once."""
        part = self.folder / "dropped"
        part.write_bytes(data.encode() if isinstance(data, str) else data)
        part.rename(self.inbox / name)

    def sent(self) -> list[dict[str, Any]]:
        """What the file channel has written."""
        if not self.alerts.exists():
            return []
        return [
            msgspec.json.decode(line, type=dict[str, Any]) for line in self.alerts.read_bytes().splitlines()
        ]

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.kill()


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> Iterator[World]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    world = World(tmp_path, kept | {"XDG_CACHE_HOME": str(tmp_path / "cache")})
    try:
        yield world
    finally:
        world.close()


class Hook:
    """A webhook's receiver that answers as it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, bytes]] = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((self.headers["webhook-id"], body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.channel = (
            f"{{kind: webhook, url: 'http://127.0.0.1:{self._server.server_port}/', "
            "secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}"
        )

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(name="hook")
def _hook() -> Iterator[Hook]:
    hook = Hook()
    try:
        yield hook
    finally:
        hook.close()
