"""Fenced blocks of Markdown files: what they are, where they stand, what the test is told about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

_FENCE = re.compile(r"^( *)```(\w*)\s*$")
_TOLD = re.compile(r"^ *<!-- (\w+): (.*) -->\s*$")


class Block(msgspec.Struct, frozen=True):
    """A fenced block. ``told`` is the comment ``<!-- key: value -->`` on the line above it."""

    file: Path
    line: int  # of its first line of content, from 1
    language: str
    text: str
    told: tuple[str, str] = ("", "")

    @property
    def place(self) -> str:
        return f"{self.file.name}:{self.line}"


class Command(msgspec.Struct, frozen=True):
    """A command of a console block with the output that the reader is shown; none: not shown."""

    line: int
    text: str
    output: str


def blocks(file: Path) -> Iterator[Block]:
    """The fenced blocks of a file, in order. Raises ``ValueError`` for a fence that does not end."""
    opened: tuple[int, str, str, tuple[str, str]] | None = None
    content: list[str] = []
    before = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None:
            if fence is not None:
                told = _TOLD.match(before)
                comment = (told[1], told[2]) if told is not None else ("", "")
                opened, content = (number + 1, fence[2], fence[1], comment), []
        elif fence is not None and not fence[2]:
            start, language, indent, comment = opened
            text = "".join(f"{one.removeprefix(indent)}\n" for one in content)
            yield Block(file, start, language, text, comment)
            opened = None
        else:
            content.append(line)
        before = line
    if opened is not None:
        raise ValueError(f"{file}:{opened[0]}: the block does not end")


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block: lines after ``$``, continued after a backslash."""
    line, text, output = 0, "", list[str]()
    continued = False
    for number, shown in enumerate(block.text.splitlines(), block.line):
        if continued:
            text += "\n" + shown
        elif shown.startswith("$ "):
            if text:
                yield Command(line, text, "\n".join(output))
            line, text, output = number, shown[2:], []
        else:
            output.append(shown)
            continue
        continued = text.endswith("\\")
    if text:
        yield Command(line, text, "\n".join(output))


def agrees(shown: str, real: str) -> bool:
    """Whether ``real`` is what a reader is shown: ``…`` stands for anything, alone on a line for lines."""
    parts = []
    for line in shown.strip().splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(one) for one in line.rstrip().split("…")) + r"[ ]*\n")
    return re.fullmatch("".join(parts), real.strip() + "\n") is not None
