"""Patterns as a kernel reads them: filed under their rarest token, found by the token's hash."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from monitor.matching.filing.hashing import Collision, Hashes, Key, Numbers
from monitor.matching.filing.spelling import Spelled
from monitor.matching.patterns import PREFIX_KEY, Pattern

Table = npt.NDArray[np.void]

SLOT = np.dtype([("hash", "<u8"), ("token", "<u4"), ("whole", "<u4")])
FILED = np.dtype(
    [
        ("pattern", "<u4"),
        ("check", "<u4"),
        ("at", "<u2"),
        ("tokens", "<u2"),
        ("flags", "<u2"),
        ("language", "<u2"),
    ]
)
PREFIX = np.dtype(
    [("key", "<u8"), ("hash", "<u8"), ("length", "<u4"), ("pattern", "<u4"), ("single", "<u4"), ("_", "<u4")]
)
NONE = 0xFFFFFFFF
LISTED = 0x80000000
CHECK_BEFORE, CASED, PREFIXED, PLAIN_TERM = 1, 2, 4, 8
"""Flags of a filed pattern."""


class Owners(msgspec.Struct, frozen=True, eq=False):
    """Whose each pattern is, and what its hits fulfil.

    ``of[i]`` is the entry of pattern i, ``LISTED`` with an index into ``lists`` (a count, then
    entries), the leaf of a plain term, or ``NONE``. ``leaves[leaves_at[e]:leaves_at[e + 1]]`` are the
    leaves of entry e. ``languages[i]`` is 0 if the pattern counts in every language.
    """

    of: Numbers
    languages: npt.NDArray[np.uint16]
    lists: Numbers
    leaves_at: Numbers
    leaves: Numbers
    plain_terms: bool


class PatternSet(msgspec.Struct, frozen=True, eq=False):
    """Patterns that belong together, in the arrays that match.c describes.

    ``words`` are the folded tokens by number, from 1, joined by line breaks, if they are known; ``special[i]`` is pattern
    i whole if more than its tokens has to be met; ``flags[i]`` tells clustered ones.
    """

    key: Key
    words: str | None
    slots: Table
    filed_at: Numbers
    filed: Table
    tokens_at: Numbers
    tokens: Numbers
    owners: Owners
    cased: Numbers
    cased_at: Numbers
    spellings: Hashes
    prefixes: Table
    prefix_bits: Hashes
    flags: bytes
    special: Mapping[int, Pattern]
    longest: int


def file_patterns(spelled: Spelled, owners: Owners, key: Key) -> PatternSet:
    """The set of all rows. Raises ``Collision``."""
    tokens = spelled.tokens
    tokens_at = np.concatenate([np.zeros(1, np.uint32), spelled.ends])
    lengths = np.diff(tokens_at).astype(np.uint32)
    prefixes, prefix_bits = _prefixes(spelled.special, key)
    cased = sorted(row for row, pattern in spelled.special.items() if pattern.surfaces)
    spellings = [key.of(surface) for row in cased for surface in spelled.special[row].surfaces]
    counts = np.array([len(spelled.special[row].surfaces) for row in cased], np.uint32)
    filed_at, filed = _filed(spelled, tokens_at, lengths, owners)
    whole = tokens[tokens_at[:-1][lengths == 1]] if not owners.plain_terms else tokens[:0]
    return PatternSet(
        key=key,
        words=spelled.words,
        slots=_slots(spelled.hashes, whole),
        filed_at=filed_at,
        filed=filed,
        tokens_at=tokens_at,
        tokens=_with_prefixes(tokens.copy(), tokens_at, prefixes),
        owners=owners,
        cased=np.array(cased, np.uint32),
        cased_at=np.concatenate([np.zeros(1, np.uint32), np.cumsum(counts, dtype=np.uint32)])[:-1],
        spellings=np.array(spellings, np.uint64),
        prefixes=prefixes,
        prefix_bits=prefix_bits,
        flags=spelled.flags.tobytes(),
        special=dict(spelled.special),
        longest=int(lengths.max()) if len(lengths) else 1,
    )


def _filed(spelled: Spelled, tokens_at: Numbers, lengths: Numbers, owners: Owners) -> tuple[Numbers, Table]:
    """Each pattern under the token that the fewest patterns have, with a neighbour to look at first."""
    tokens, words = spelled.tokens, len(spelled.hashes)
    if not len(lengths):
        return np.zeros(words + 2, np.uint32), np.zeros(0, FILED)
    frequency = np.bincount(tokens, minlength=words + 1).astype(np.uint32)
    frequency[0] = NONE
    rarity = frequency[tokens]
    starts = tokens_at[:-1]
    rarest = np.minimum.reduceat(rarity, starts)
    rows = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    candidates = np.flatnonzero(rarity == rarest[rows])
    firsts = np.concatenate([np.ones(1, bool), np.diff(rows[candidates]) > 0])
    chosen = candidates[firsts].astype(np.uint32)
    flags = np.zeros(len(lengths), np.uint16)
    for row, pattern in spelled.special.items():
        flags[row] |= (CASED if pattern.surfaces else 0) | (PREFIXED if pattern.prefix else 0)
    if owners.plain_terms:
        flags |= PLAIN_TERM
    at = chosen - starts
    follows = at + 1 < lengths - ((flags & PREFIXED) != 0)
    precedes = ~follows & (at > 0)
    check = np.zeros(len(lengths), np.uint32)
    check[follows] = tokens[chosen[follows] + 1]
    check[precedes] = tokens[chosen[precedes] - 1]
    flags[precedes] |= CHECK_BEFORE
    under = tokens[chosen]
    order = np.argsort(under, kind="stable")
    order = order[under[order] > 0]  # a prefix alone is found by its letters
    filed = np.zeros(len(order), FILED)
    for name, column in (
        ("pattern", np.arange(len(lengths), dtype=np.uint32)),
        ("check", check),
        ("at", at),
        ("tokens", lengths),
        ("flags", flags),
        ("language", owners.languages),
    ):
        filed[name] = column[order]
    filed_at = np.searchsorted(under[order], np.arange(words + 2)).astype(np.uint32)
    return filed_at, filed


def _slots(hashes: Hashes, whole: Numbers) -> Table:
    """An open table of the tokens by hash, at most half full."""
    in_order = np.sort(hashes)
    if (in_order[1:] == in_order[:-1]).any() or not hashes.all():
        raise Collision
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    slots = np.zeros(size, SLOT)
    is_whole = np.zeros(len(hashes) + 1, np.uint32)
    is_whole[whole] = 1
    pending = np.arange(1, len(hashes) + 1, dtype=np.uint32)
    places = (hashes & np.uint64(size - 1)).astype(np.int64)
    while len(pending):
        free = slots["token"][places] == 0
        _, firsts = np.unique(places, return_index=True)
        takes = np.zeros(len(pending), bool)
        takes[firsts] = True
        takes &= free
        taken, tokens = places[takes], pending[takes]
        slots["hash"][taken] = hashes[tokens - 1]
        slots["token"][taken] = tokens
        slots["whole"][taken] = is_whole[tokens]
        pending = pending[~takes]
        places = (places[~takes] + 1) & (size - 1)
    return slots


def _prefixes(special: Mapping[int, Pattern], key: Key) -> tuple[Table, Hashes]:
    found = []
    bits = np.zeros(64, np.uint64)
    for row, pattern in special.items():
        if pattern.prefix:
            text = pattern.tokens[-1]
            first = key.of(text[:PREFIX_KEY])
            bits[first >> 58] |= np.uint64(1 << (first >> 52 & 63))
            found.append((first, key.of(text), len(text), row, len(pattern.tokens) == 1, 0))
    found.sort()
    return np.array(found, PREFIX), bits


def _with_prefixes(tokens: Numbers, tokens_at: Numbers, prefixes: Table) -> Numbers:
    """The last token of a prefix pattern names its prefix."""
    ends = tokens_at[prefixes["pattern"].astype(np.int64) + 1]
    tokens[ends.astype(np.int64) - 1] = np.arange(len(prefixes), dtype=np.uint32)
    return tokens
