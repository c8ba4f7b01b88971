"""Packs: a lexicon with its patterns on disk, so that a process starts without making them anew.

A pack names the files that it was made of and the code that made it; where either differs it is
not used. It can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

import monitor.lexicon
import monitor.matching
from monitor.lexicon.forms import Columns, Forms
from monitor.lexicon.schema import Entry, Lexicon
from monitor.located import Problem
from monitor.matching.collector import undisturbed
from monitor.matching.filing.hashing import Key
from monitor.matching.filing.lexicon import LexiconTable
from monitor.matching.filing.patterns import Owners, PatternSet
from monitor.matching.patterns import Pattern


class Array(msgspec.Struct, frozen=True):
    """A numpy array: its columns' names and kinds, or one kind without a name, and its bytes."""

    kind: tuple[tuple[str, str], ...]
    data: bytes

    @classmethod
    def of(cls, array: npt.NDArray[np.generic]) -> Array:
        names = array.dtype.names
        if names is None:
            return cls((("", array.dtype.str),), array.tobytes())
        return cls(tuple((name, kind) for name, kind, *_ in array.dtype.descr), array.tobytes())

    def array(self) -> npt.NDArray[Any]:
        kind = np.dtype(self.kind[0][1]) if self.kind[0][0] == "" else np.dtype(list(self.kind))
        return np.frombuffer(self.data, kind)


class Pack(msgspec.Struct, frozen=True):
    """A lexicon and its table; ``files`` are digests by name. Arrays by the names that they have there."""

    maker: bytes
    files: Mapping[str, bytes]
    entries: tuple[Entry, ...]
    forms: Columns
    key: Key
    words: str | None
    flags: bytes
    longest: int
    special: Mapping[int, Pattern]
    arrays: Mapping[str, Array]
    ids: Mapping[str, int]
    languages: Mapping[str, int]
    problems: tuple[Problem, ...] = ()

    def table(self) -> LexiconTable:
        """The lexicon and its patterns, filed."""
        lexicon = Lexicon({entry.id: entry for entry in self.entries}, Forms.unpacked(self.forms))
        arrays = {name: array.array() for name, array in self.arrays.items()}
        owners = Owners(**{name: arrays[name] for name in _OWNERS}, plain_terms=False)
        patterns = PatternSet(
            key=self.key,
            words=self.words,
            flags=self.flags,
            longest=self.longest,
            special=self.special,
            owners=owners,
            **{name: arrays[name] for name in _PATTERNS},
        )
        return LexiconTable(
            lexicon, patterns, arrays["forms_at"], arrays["forms_of"], self.ids, self.languages
        )


_OWNERS = ("of", "languages", "lists", "leaves_at", "leaves")
_PATTERNS = (
    "slots",
    "filed_at",
    "filed",
    "tokens_at",
    "tokens",
    "cased",
    "cased_at",
    "spellings",
    "prefixes",
    "prefix_bits",
)
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
    patterns, owners = table.patterns, table.patterns.owners
    arrays = {name: Array.of(getattr(owners, name)) for name in _OWNERS}
    arrays |= {name: Array.of(getattr(patterns, name)) for name in _PATTERNS}
    arrays |= {"forms_at": Array.of(table.forms_at), "forms_of": Array.of(table.forms_of)}
    pack = Pack(
        maker=maker(),
        files=dict(files),
        entries=tuple(table.lexicon.entries.values()),
        forms=table.lexicon.forms.packed(),
        key=patterns.key,
        words=patterns.words,
        flags=patterns.flags,
        longest=patterns.longest,
        special=patterns.special,
        arrays=arrays,
        ids=table.ids,
        languages=table.languages,
        problems=problems,
    )
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(_encoder.encode(pack))
        unfinished.chmod(0o600)  # its key is nobody else's
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
