"""Packs: a lexicon with its patterns on disk, so that a process starts without making them anew.

A pack names the files that it was made of and the code that made it; where either differs it is
not used. It can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

import monitor.lexicon
import monitor.matching
from monitor.lexicon.schema import Entry, Form, Lexicon
from monitor.located import Problem
from monitor.matching.patterns import Pattern
from monitor.matching.plan import LexiconTable, table_of


class Pack(msgspec.Struct, frozen=True):
    """``files`` are digests by name; ``owners[i]`` the numbers of the forms that pattern i spells."""

    maker: bytes
    files: Mapping[str, bytes]
    entries: tuple[Entry, ...]
    forms: tuple[Form, ...]
    patterns: tuple[Pattern, ...]
    owners: tuple[tuple[int, ...], ...]
    problems: tuple[Problem, ...] = ()

    def table(self) -> LexiconTable:
        """The lexicon and its patterns, filed."""
        lexicon = Lexicon({entry.id: entry for entry in self.entries}, self.forms)
        forms = self.forms
        owned = (
            (pattern, tuple([forms[number] for number in numbers]))
            for pattern, numbers in zip(self.patterns, self.owners, strict=True)
        )
        with undisturbed():
            return table_of(lexicon, owned)


_decoder = msgspec.msgpack.Decoder(Pack)
_encoder = msgspec.msgpack.Encoder()


def read_pack(path: Path) -> Pack | None:
    """The pack at ``path``, if there is one that this code made."""
    try:
        data = path.read_bytes()
        with undisturbed():
            pack = _decoder.decode(data)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None
    return pack if pack.maker == maker() else None


def write_pack(
    path: Path, files: Mapping[str, bytes], table: LexiconTable, problems: tuple[Problem, ...]
) -> None:
    """Write the pack, whole or not at all; a folder that cannot be written is no error."""
    forms = tuple(table.lexicon.forms)
    numbers = {form: number for number, form in enumerate(forms)}
    filed = [one for several in table.first.values() for one in several]
    pack = Pack(
        maker=maker(),
        files=dict(files),
        entries=tuple(table.lexicon.entries.values()),
        forms=forms,
        patterns=tuple(one.pattern for one in filed),
        owners=tuple(tuple(numbers[form] for form in one.forms) for one in filed),
        problems=problems,
    )
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(_encoder.encode(pack))
        unfinished.replace(path)


@lru_cache(maxsize=1)
def maker() -> bytes:
    """A hash of the code by which forms and patterns are made, and of Python's Unicode tables."""
    digest = hashlib.sha256(sys.version.encode())
    for package in (monitor.lexicon, monitor.matching):
        for folder in package.__path__:
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(file.read_bytes())
    return digest.digest()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Without the garbage collector, which would look at each of the many new objects again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
