"""The lexicon's patterns, filed once and shared by all rule sets over it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from monitor.lexicon.forms import CASE, KINDS, Forms
from monitor.lexicon.schema import NAME_KINDS, Form, Lexicon
from monitor.matching.filing.bulk import spell_in_bulk
from monitor.matching.filing.hashing import Collision, Hashes, Key, Numbers, new_key, of_rows
from monitor.matching.filing.patterns import LISTED, NONE, Owners, PatternSet, file_patterns
from monitor.matching.filing.spelling import Spelled, spell
from monitor.matching.kernel import library
from monitor.matching.patterns import Pattern

SEVERAL = 0xFFFF
"""The language of a pattern that counts in several, but not in all: whoever looks must look at its forms."""

_IS_NAME = np.array([kind in NAME_KINDS for kind in KINDS])
_NOT = KINDS.index("not")
_MOST_TRIES = 8


class LexiconTable(msgspec.Struct, frozen=True, eq=False, weakref=True):
    """The lexicon, its patterns, and the numbers of its ids.

    ``forms_of[forms_at[p]:forms_at[p + 1]]`` are the forms that pattern p spells, ascending. Id number
    i has the leaves 2i (the entry itself) and 2i + 1 (it or what belongs to it); ``languages`` are
    numbered from 1.
    """

    lexicon: Lexicon
    patterns: PatternSet
    forms_at: Numbers
    forms_of: Numbers
    ids: Mapping[str, int]
    languages: Mapping[str, int]

    @property
    def leaf_count(self) -> int:
        """Leaves of all ids."""
        return 2 * len(self.ids)

    def forms(self, pattern: int) -> tuple[Form, ...]:
        """The forms that the pattern spells, in the lexicon's order."""
        numbers = self.forms_of[self.forms_at[pattern] : self.forms_at[pattern + 1]].tolist()
        return tuple([self.lexicon.forms[number] for number in numbers])


def file_lexicon(lexicon: Lexicon) -> LexiconTable:
    """Spell every form of the lexicon and file it."""
    for _ in range(_MOST_TRIES):
        try:
            return _file(lexicon, new_key())
        except Collision:
            continue
    raise RuntimeError("hashes collide under every key")


def _file(lexicon: Lexicon, key: Key) -> LexiconTable:
    forms = lexicon.forms
    spelled = (spell_in_bulk if library.AVAILABLE else spell)(forms.spelled(), key)
    owners = np.repeat(np.arange(len(forms), dtype=np.uint32), spelled.rows_of)
    rows, pattern_of = _unique(spelled, key)
    order = np.argsort(pattern_of, kind="stable")
    forms_of = owners[order]
    forms_at = np.searchsorted(pattern_of[order], np.arange(len(rows) + 1)).astype(np.uint32)
    ids = _ids(lexicon)
    owned = _owners(lexicon, forms, forms_at, forms_of, ids)
    filed = file_patterns(spelled.only(rows), owned, key)
    languages = {name: number for number, name in enumerate(forms.language_names, 1)}
    return LexiconTable(lexicon, filed, forms_at, forms_of, ids, languages)


def _unique(spelled: Spelled, key: Key) -> tuple[Numbers, Numbers]:
    """The first row of each pattern, ascending, and the pattern of each row. Raises ``Collision``."""
    tokens, ends = spelled.tokens, spelled.ends
    if not len(ends):
        return ends, ends
    starts = np.concatenate([np.zeros(1, np.uint32), ends[:-1]])
    lengths = ends - starts
    hashes = of_rows(tokens, starts, lengths, key)
    special: dict[Pattern, int] = {}
    for row, pattern in spelled.special.items():
        hashes[row] ^= np.uint64(key.of(str(special.setdefault(pattern, len(special)))))
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    _compare(tokens, starts, lengths, first.astype(np.uint32)[inverse])
    by_row = np.argsort(first)
    renumbered = np.empty(len(first), np.uint32)
    renumbered[by_row] = np.arange(len(first), dtype=np.uint32)
    return first[by_row].astype(np.uint32), renumbered[inverse]


def _compare(tokens: Numbers, starts: Numbers, lengths: Numbers, same: Numbers) -> None:
    """Whether each row really is as the one that it is taken for."""
    if (lengths != lengths[same]).any():
        raise Collision
    rows = np.flatnonzero(same != np.arange(len(same)))
    for position in range(int(lengths[rows].max()) if len(rows) else 0):
        rows = rows[lengths[rows] > position]
        if (
            tokens[starts[rows] + np.uint32(position)] != tokens[starts[same[rows]] + np.uint32(position)]
        ).any():
            raise Collision


def _ids(lexicon: Lexicon) -> dict[str, int]:
    """All ids: of forms in the order of their numbers there, then the others."""
    ids = dict.fromkeys(lexicon.forms.entry_names)
    ids |= dict.fromkeys(lexicon.entries)
    for wholes in lexicon.wholes.values():
        ids |= dict.fromkeys(sorted(wholes))
    return {id: number for number, id in enumerate(ids)}


def _owners(
    lexicon: Lexicon, forms: Forms, forms_at: Numbers, forms_of: Numbers, ids: Mapping[str, int]
) -> Owners:
    leaves_at = [0]
    leaves: list[int] = []
    for id, number in ids.items():
        leaves.append(2 * number)
        leaves.extend(2 * ids[whole] + 1 for whole in sorted(lexicon.wholes.get(id, (id,))))
        leaves_at.append(len(leaves))
    kinds = np.frombuffer(forms.kinds, np.uint8)[forms_of] & np.uint8(CASE - 1)
    entries = np.array(forms.entries, np.uint32)[forms_of]
    counts = np.diff(forms_at)
    patterns = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    names = kinds != _NOT
    pairs = np.sort(patterns[names] << np.uint64(32) | entries[names])
    pairs = pairs[np.concatenate([np.ones(1, bool), pairs[1:] != pairs[:-1]])] if len(pairs) else pairs
    of, lists = _listed(len(counts), pairs)
    return Owners(
        of=of,
        languages=_languages(forms, forms_at, forms_of, kinds),
        lists=lists,
        leaves_at=np.array(leaves_at, np.uint32),
        leaves=np.array(leaves, np.uint32),
        plain_terms=False,
    )


def _listed(count: int, pairs: Hashes) -> tuple[Numbers, Numbers]:
    """For each pattern its entry, or where its entries are listed; ``pairs`` are ascending."""
    of = np.full(count, NONE, np.uint32)
    patterns, entries = (
        (pairs >> np.uint64(32)).astype(np.int64),
        (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32),
    )
    of[patterns] = entries
    several = np.flatnonzero(np.bincount(patterns, minlength=count) > 1) if count else np.zeros(0, np.int64)
    lists: list[int] = []
    begins, ends = np.searchsorted(patterns, several), np.searchsorted(patterns, several, side="right")
    for pattern, begin, end in zip(several.tolist(), begins.tolist(), ends.tolist(), strict=True):
        of[pattern] = LISTED | len(lists)
        lists.extend((end - begin, *entries[begin:end].tolist()))
    return of, np.array(lists, np.uint32)


def _languages(
    forms: Forms, forms_at: Numbers, forms_of: Numbers, kinds: Numbers
) -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
    """0 where a form counts in every language, the language of all forms, or ``SEVERAL``."""
    if not len(forms_of):
        return np.zeros(len(forms_at) - 1, np.uint16)
    language = np.frombuffer(forms.languages, np.uint8)[forms_of].astype(np.uint16) + np.uint16(1)
    anywhere = _IS_NAME[kinds]
    if "" in forms.language_names:
        anywhere = anywhere | (language == forms.language_names.index("") + 1)
    starts = forms_at[:-1]
    low, high = np.minimum.reduceat(language, starts), np.maximum.reduceat(language, starts)
    found = np.where(low == high, low, np.uint16(SEVERAL))
    found[np.logical_or.reduceat(anywhere, starts)] = 0
    return found.astype(np.uint16)
