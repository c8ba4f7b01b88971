"""Many names spelled at once, by the kernel that reads articles: both fold alike, and it is fast.

A text of words and spaces alone is one row of its tokens; any other is left to ``patterns``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from monitor.matching.characters import CLUSTERS
from monitor.matching.filing.hashing import Collision, Hashes, Key, Numbers, new_key
from monitor.matching.filing.spelling import CLUSTERED, Spelled, flags_of, gather, is_special
from monitor.matching.kernel.tokens import Memory, Tokens, key_struct
from monitor.matching.patterns import Pattern, patterns

BATCH = 20_000  # texts
_SPACE, _BREAK = 32, 10

Flags = npt.NDArray[np.bool_]


class _Rows:
    """Rows in any order, with the number of the text that each spells, and two hashes of each token."""

    def __init__(self) -> None:
        self.texts: list[Numbers] = []
        self.lengths: list[Numbers] = []
        self.flags: list[npt.NDArray[np.uint8]] = []
        self.hashes: list[Hashes] = []
        self.checks: list[Hashes] = []


def spell_in_bulk(texts: Iterable[tuple[str, bool]], key: Key) -> Spelled:
    """As ``spell``, without the words. Raises ``Collision`` if two tokens have one hash."""
    rows = _Rows()
    special: list[tuple[int, Pattern]] = []  # with the number of the text, in its order
    other = new_key()
    count = 0
    fields = [(Tokens(), key, Memory(key)), (Tokens(), other, Memory(other))]
    for batch in _batches(texts):
        left = _plain(batch, count, fields, rows)
        for at in left.tolist():
            special.extend([(count + at, pattern) for pattern in patterns(batch[at][0], case=batch[at][1])])
        count += len(batch)
    _add_special(special, key, other, rows)
    return _spelled(rows, special, count)


def _batches(texts: Iterable[tuple[str, bool]]) -> Iterator[list[tuple[str, bool]]]:
    iterator = iter(texts)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _plain(
    batch: list[tuple[str, bool]], offset: int, fields: list[tuple[Tokens, Key, Memory]], rows: _Rows
) -> Numbers:
    """Take the texts that are one row each; the places of those that are left."""
    raw = "\n".join([text.replace("\n", "*") for text, _ in batch])
    codes = np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), "<u4")
    breaks = np.flatnonzero(codes == _BREAK)
    ends = np.append(breaks, len(codes))
    begins = np.concatenate([np.zeros(1, np.int64), breaks + 1])
    hashed: list[Hashes] = []
    for tokens, key, memory in fields:
        tokens.segment(raw, "", key_struct(key), memory)
        hashed.append(tokens.hashes())
    start, stop = (array.astype(np.int64) for array in fields[0][0].bounds())
    text_of = np.searchsorted(ends, start, side="right")
    covered = np.bincount(text_of, weights=stop - start, minlength=len(batch)).astype(np.int64)
    counts = np.bincount(text_of, minlength=len(batch))
    good = (covered + _within(codes == _SPACE, begins, ends) == ends - begins) & (counts > 0)
    good &= ~np.array([case for _, case in batch], bool)
    taken = good[text_of]
    rows.texts.append((np.flatnonzero(good) + offset).astype(np.uint32))
    rows.lengths.append(counts[good].astype(np.uint32))
    clustered = _within(_clustered()[np.minimum(codes, 0xFFFF)], begins, ends) > 0
    rows.flags.append(np.where(clustered[good], np.uint8(CLUSTERED), np.uint8(0)))
    rows.hashes.append(hashed[0][taken])
    rows.checks.append(hashed[1][taken])
    return np.flatnonzero(~good).astype(np.uint32)


def _within(
    marks: Flags, begins: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many marks lie in each stretch."""
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(marks)])
    found: npt.NDArray[np.int64] = sums[ends] - sums[begins]
    return found


@cache
def _clustered() -> Flags:
    """For each code point of the basic plane whether it is of a script without spaces."""
    found = np.zeros(0x10000, bool)
    ranges = CLUSTERS.split("-")
    for before, after in pairwise(ranges):
        found[ord(before[-1]) : ord(after[0]) + 1] = True
    for part in ranges:
        for char in part:
            found[ord(char)] = True
    return found


def _add_special(special: list[tuple[int, Pattern]], key: Key, other: Key, rows: _Rows) -> None:
    tokens = [
        "" if pattern.prefix and token is pattern.tokens[-1] else token
        for _, pattern in special
        for token in pattern.tokens
    ]
    rows.texts.append(np.array([text for text, _ in special], np.uint32))
    rows.lengths.append(np.array([len(pattern.tokens) for _, pattern in special], np.uint32))
    rows.flags.append(np.array([flags_of(pattern) for _, pattern in special], np.uint8))
    rows.hashes.append(np.array([key.of(token) if token else 0 for token in tokens], np.uint64))
    rows.checks.append(np.array([other.of(token) if token else 0 for token in tokens], np.uint64))


def _spelled(rows: _Rows, special: list[tuple[int, Pattern]], texts: int) -> Spelled:
    """The rows in the order of their texts, tokens numbered."""
    text_of, lengths = np.concatenate(rows.texts), np.concatenate(rows.lengths)
    order = np.argsort(text_of, kind="stable")
    starts = np.concatenate([np.zeros(1, np.uint32), np.cumsum(lengths, dtype=np.uint32)])[:-1]
    numbers, hashes = _numbered(np.concatenate(rows.hashes), np.concatenate(rows.checks))
    tokens, ends = gather(numbers, starts[order], lengths[order])
    plain = len(text_of) - len(special)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return Spelled(
        tokens=tokens,
        ends=ends,
        flags=np.concatenate(rows.flags)[order],
        special={
            int(place[plain + number]): pattern
            for number, (_, pattern) in enumerate(special)
            if is_special(pattern)
        },
        hashes=hashes,
        words=None,
        rows_of=np.bincount(text_of, minlength=texts).astype(np.uint8),
    )


def _numbered(hashes: Hashes, checks: Hashes) -> tuple[Numbers, Hashes]:
    """The number of each token, from 1 (0: the hash 0), and the hash of each number. Raises ``Collision``."""
    order = np.argsort(hashes, kind="stable")
    ordered, checked = hashes[order], checks[order]
    if not len(order):
        return np.zeros(0, np.uint32), ordered
    new = np.concatenate([np.ones(1, bool), ordered[1:] != ordered[:-1]])
    if (checked[1:] != checked[:-1])[~new[1:]].any():
        raise Collision
    first = 0 if ordered[0] == 0 else 1
    numbers = np.empty(len(order), np.uint32)
    numbers[order] = np.cumsum(new, dtype=np.uint32) - np.uint32(1 - first)
    return numbers, ordered[new][1 - first :]
