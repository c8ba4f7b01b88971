"""Keyed hashes of tokens: rows of numbers, many at a time.

The key is drawn at random for each lexicon, so that no text can be written to collide.
"""

from __future__ import annotations

import secrets

import msgspec
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]

_MASK = (1 << 64) - 1
_SHIFT = np.uint64(29)


class Collision(Exception):
    """Two tokens have one hash under this key: another key is needed."""


class Key(msgspec.Struct, frozen=True):
    """What all hashes of a lexicon and its rules are made with."""

    seed: int
    multiplier: int  # odd

    def of(self, text: str) -> int:
        """The hash of one folded token."""
        value = self.seed
        for char in text:
            value = ((value ^ ord(char)) * self.multiplier) & _MASK
            value ^= value >> 29
        return value


def new_key() -> Key:
    """A key that nobody can guess."""
    return Key(secrets.randbits(64), secrets.randbits(64) | 1)


def of_rows(values: Numbers, starts: Numbers, lengths: Numbers, key: Key) -> Hashes:
    """The hash of each row ``values[start:start + length]``; the empty row's is the seed."""
    hashes = np.full(len(starts), key.seed, np.uint64)
    order = np.argsort(lengths, kind="stable")[::-1]
    ordered = lengths[order]
    multiplier = np.uint64(key.multiplier)
    for position in range(int(ordered[0]) if len(ordered) else 0):
        order = order[: np.searchsorted(-ordered.astype(np.int64), -position, side="left")]
        ordered = ordered[: len(order)]
        mixed = (hashes[order] ^ values[starts[order] + np.uint32(position)]) * multiplier
        hashes[order] = mixed ^ (mixed >> _SHIFT)
    return hashes


def of_texts(texts: list[str], key: Key) -> Hashes:
    """The hash of each text. Texts hold no line break."""
    if not texts:
        return np.zeros(0, np.uint64)
    values = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), "<u4")
    breaks = np.flatnonzero(values == 10).astype(np.uint32)
    starts = np.concatenate([np.zeros(1, np.uint32), breaks + np.uint32(1)])
    ends = np.concatenate([breaks, np.array([len(values)], np.uint32)])
    return of_rows(values, starts, ends - starts, key)
