"""A folder like that of a reader who follows the documentation, and the commands typed there.

Commands run in this process: only ``monitor run`` is a process of its own. ``https://example.org`` is
a server on loopback.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from monitor.cli import main

PROJECT = Path(__file__).resolve().parents[2]
OUTSIDE = "https://example.org"
RUN_SECONDS = 100.0
_CONTROL = {"|", "&&", ">"}


class NotRun(Exception):
    """A command that the sandbox does not know."""


class Sandbox:
    """``root`` is the folder that the reader is in at first; ``web`` is where ``OUTSIDE`` really is."""

    def __init__(self, root: Path, web: str) -> None:
        self.root = self.here = root
        self._web = web

    def write(self, name: str, text: str) -> None:
        """A file, as the documentation says that the reader should write it."""
        path = (self.here / name).resolve()
        assert path.is_relative_to(self.root), f"{name} is not in the reader's folder"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(OUTSIDE, self._web), "utf-8")

    def type(self, command: str) -> tuple[int, str]:
        """The exit code of a command line and what it prints on both streams."""
        lexer = shlex.shlex(command.replace("\\\n", ""), posix=True, punctuation_chars="|&>")
        lexer.whitespace_split = True
        words = list(lexer)
        out = io.BytesIO()
        stdin = b""
        while words:
            end = next((number for number, word in enumerate(words) if word in _CONTROL), len(words))
            one, rest = words[:end], words[end:]
            control = rest[0] if rest else ""
            if control == ">":
                code, printed = self._one(one, stdin)
                self.write(rest[1], printed.decode())
                rest, printed = rest[2:], b""
                control = rest[0] if rest else ""
            else:
                code, printed = self._one(one, stdin)
            stdin = printed if control == "|" else b""
            if control != "|":
                out.write(printed)
            if code and control == "&&":
                break
            words = rest[1:]
        return code, out.getvalue().decode().replace(self._web, OUTSIDE).replace(f"{self.root}/", "")

    def _one(self, words: list[str], stdin: bytes) -> tuple[int, bytes]:
        match words:
            case ["monitor", "run", *rest]:
                return self._run(rest)
            case ["monitor", *arguments]:
                return self._monitor([one.replace(OUTSIDE, self._web) for one in arguments], stdin)
            case ["echo", *texts]:
                return 0, (" ".join(texts) + "\n").encode()
            case ["cat", name]:
                return 0, (self.here / name).read_bytes()
            case ["cd", name]:
                self.here = (self.here / name).resolve()
                assert self.here.is_relative_to(self.root)
                return 0, b""
            case ["mkdir", "-p", *names]:
                for name in names:
                    (self.here / name).mkdir(parents=True, exist_ok=True)
                return 0, b""
            case ["cp", source, target]:
                origin = self.here / source
                shutil.copy(origin if origin.exists() else PROJECT / source, self.here / target)
                return 0, b""
            case ["python3", "-c", code]:
                done = subprocess.run(
                    [sys.executable, "-I", "-c", code],
                    cwd=self.here,
                    input=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=60,
                    check=False,
                )
                return done.returncode, done.stdout
        raise NotRun(shlex.join(words))

    def _monitor(self, arguments: list[str], stdin: bytes) -> tuple[int, bytes]:
        out = io.BytesIO()
        screen = io.TextIOWrapper(out, "utf-8", write_through=True)
        with _place(self.here), redirect_stdout(screen), redirect_stderr(screen), _typed(arguments, stdin):
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        screen.flush()
        return code, out.getvalue()

    def _run(self, arguments: list[str]) -> tuple[int, bytes]:
        """Until an alert was shown, then Ctrl-C. No feed is polled meanwhile."""
        feeds = self.here / "rules" / "feeds.yaml"
        kept = feeds.read_text("utf-8")
        feeds.write_text("feeds: []\n")
        out = self.here / ".run-output"
        try:
            with out.open("wb") as stream:
                process = subprocess.Popen(
                    [sys.executable, "-u", "-c", "from monitor.cli import main; main()", "run", *arguments],
                    cwd=self.here,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                )
            until(lambda: "╰─".encode() in out.read_bytes() or process.poll() is not None, "an alert")
            until(lambda: self._archived() or process.poll() is not None, "its delivery")
            process.send_signal(signal.SIGINT)
            return process.wait(20), out.read_bytes()
        finally:
            feeds.write_text(kept, "utf-8")

    def _archived(self) -> bool:
        """Whether the archive has an attempt: then the command line lists it."""
        path = self.here / "var" / "archive.db"
        if not path.exists():
            return False
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as archive:
            try:
                found = archive.execute("SELECT count(*) FROM attempts").fetchone()
            except sqlite3.OperationalError:  # not made yet
                return False
        return int(found[0]) > 0


def until(holds: Callable[[], bool], what: str) -> None:
    """Look ten times a second until it holds. Raises ``TimeoutError``."""
    end = time.monotonic() + RUN_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {RUN_SECONDS:g} s for {what}")
        time.sleep(0.1)


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _typed(arguments: list[str], stdin: bytes) -> Iterator[None]:
    argv, stream = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["monitor", *arguments], io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)))
    try:
        yield
    finally:
        sys.argv, sys.stdin = argv, stream
