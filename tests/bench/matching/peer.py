"""Peers: what is measured, each in a process of its own that answers lines with lines of JSON.

A peer says how it was built, then answers `round FIRST LAST` (nanoseconds of each of these articles, how many
rules fired, how many were verified) and, if it can, `fired FIRST LAST` (the ids of the rules). Between two
questions it does nothing: the rounds of all peers are interleaved, so that whatever else the machine does
falls on all of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeVar

import msgspec

ROOT = Path(__file__).resolve().parents[3]
_Answer = TypeVar("_Answer")


class PeerError(Exception):
    """A peer did not do what it was asked; the message says which, and what it said last."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """How a peer came to be. Bytes are those over the bare process; 0 is not known."""

    seconds: float
    cpu: float = 0.0  # seconds of processor time, all threads
    peak: int = 0
    kept: int = 0
    given: int = 0  # of what is kept: the rules and whatever else it was handed, as Python objects
    rules: int = 0
    patterns: int = 0
    kernel: str = ""
    note: str = ""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One pass over some articles: nanoseconds by the clock, and of the matching thread on the processor."""

    ns: Sequence[int]
    cpu: Sequence[int]
    fires: int = 0
    candidates: int = -1  # -1: not known
    evidence: int = 0


class FiredOn(msgspec.Struct, frozen=True):
    """The ids of the rules that fired, by article."""

    fired: Sequence[Sequence[str]]


class Change(msgspec.Struct, frozen=True):
    """Nanoseconds until a changed rule was live, and until a deleted one was gone, for each of several."""

    changed: Sequence[int]
    deleted: Sequence[int]


class Counted(msgspec.Struct, frozen=True):
    """Rules that were verified."""

    candidates: int


class Setting(NamedTuple):
    """How a peer is started."""

    command: Sequence[str]
    seconds: float  # that it may take to be built, and for each answer


class Peer:
    """A running peer. Use as a context."""

    def __init__(self, name: str, setting: Setting) -> None:
        self.name = name
        self._seconds = setting.seconds
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                setting.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
                cwd=ROOT,
            )
        except OSError as error:
            self._errors.close()
            raise PeerError(f"{name} does not start: {error}") from error
        self.built = self._built()

    def _built(self) -> Built:
        try:
            return self._answer(Built)
        except BaseException:
            self.close()
            raise

    def ask(self, question: str, kind: type[_Answer]) -> _Answer:
        """The answer to a line. Raises ``PeerError``."""
        try:
            self._pipe(self._process.stdin).write(question + "\n")
            self._pipe(self._process.stdin).flush()
        except OSError as error:
            raise PeerError(f"{self.name} is gone: {self._last_words()}") from error
        return self._answer(kind)

    def round(self, first: int, last: int) -> Round:
        return self.ask(f"round {first} {last}", Round)

    def fired(self, first: int, last: int) -> Sequence[frozenset[str]]:
        return [frozenset(ids) for ids in self.ask(f"fired {first} {last}", FiredOn).fired]

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, kind: type[_Answer]) -> _Answer:
        timer = threading.Timer(self._seconds, self._process.kill)
        timer.start()
        try:
            line = self._pipe(self._process.stdout).readline()
        finally:
            timer.cancel()
        if not line:
            raise PeerError(
                f"{self.name} ended, or took more than {self._seconds:.0f} s: {self._last_words()}"
            )
        try:
            return msgspec.json.decode(line, type=kind)
        except msgspec.MsgspecError as error:
            raise PeerError(f"{self.name} said {line.strip()[:200]!r}: {error}") from error

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read().strip()[-600:] or "it said nothing"

    @staticmethod
    def _pipe(pipe: Any) -> TextIO:
        assert pipe is not None
        return pipe  # type: ignore[no-any-return]


def python(module: str, *arguments: str) -> list[str]:
    """The command of a peer that is a module of this package."""
    return [sys.executable, "-m", f"tests.bench.matching.{module}", *arguments]


def serve(built: Built, answers: Mapping[str, Callable[[int, int], msgspec.Struct]]) -> None:
    """The peer's side: say how it was built, then answer until nobody asks any more."""
    print(msgspec.json.encode(built).decode(), flush=True)
    for line in sys.stdin:
        word, first, last = line.split()
        print(msgspec.json.encode(answers[word](int(first), int(last))).decode(), flush=True)
