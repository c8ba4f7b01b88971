"""How commands print: problems with their place, records as JSON lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from monitor.located import InvalidFile, Problem, read_file

PIPE_WIDTH = 240  # columns of a table that no terminal shows
WIDEST = 300  # characters of a line that is complained of

_json = msgspec.json.Encoder()
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def console(*, err: bool = False) -> Console:
    """A console that leaves text as it is: no highlighting, no emoji codes, no hard wrapping.

    Where the output is no terminal, tables have room for whole ids.
    """
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=err, highlight=False, emoji=False, soft_wrap=True, width=width)


def print_json(value: Any) -> None:
    """One JSON line on standard output. Ends the command where no one reads on."""
    try:
        sys.stdout.buffer.write(_json.encode(value) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still buffered has to go somewhere when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def complain(problems: Iterable[Problem]) -> None:
    """Problems on standard error: file, line, column, the line itself with a caret, the remedy."""
    out = console(err=True)
    for problem in sorted(problems):
        place = f"{problem.file}:{problem.line}:{problem.column}"
        out.print(
            f"[bold]{escape(place)}[/]: [{_STYLES[problem.level]}]{problem.level}[/]: {escape(problem.message)}"
        )
        line = _line(problem.file, problem.line)
        if line is not None and line.strip():
            start = max(0, problem.column - 1 - WIDEST // 2) if problem.column > WIDEST else 0
            shown = plain(line[start : start + WIDEST])
            out.print(f"    {escape(shown)}")
            before = shown[: problem.column - 1 - start]
            indent = "".join("\t" if char == "\t" else " " for char in before)
            out.print(f"    {indent}[bold green]^[/]")
        if problem.remedy:
            out.print(f"    remedy: {escape(problem.remedy)}")


@lru_cache(maxsize=64)
def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(read_file(Path(file)).decode("utf-8", "replace").splitlines())
    except InvalidFile:  # gone, no regular file, or far too large
        return ()


def _line(file: str, number: int) -> str | None:
    lines = _lines(file)
    return lines[number - 1] if 0 < number <= len(lines) else None


def plain(text: str) -> str:
    """Text from outside without control characters: no terminal takes it for a command."""
    return "".join(char if char.isprintable() or char in "\n\t" else "�" for char in text)
