"""An article as matching sees it: segmented fields and the hits in them that count.

What a kernel found lies in *islands*: places that overlap each other and nothing else. An island is
settled (``hits``) when something first looks there, so that an article costs what its rules ask of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from monitor.lexicon.schema import Form
from monitor.matching.text import Segmented
from monitor.records import Field

FIELDS: tuple[Field, Field] = ("title", "text")


class Hit(msgspec.Struct, frozen=True):
    """Tokens ``first`` to ``last`` (both included) of field number ``field`` spell ``forms``.

    ``start`` and ``end`` are code points of the field's raw text, end excluded. A plain term's hit
    has no forms. All forms count here: language, script, case and longest match are settled.
    """

    field: int
    first: int
    last: int
    start: int
    end: int
    forms: tuple[Form, ...] = ()

    def entries(self) -> tuple[str, ...]:
        """Ids of the entries that it may name, each once."""
        return tuple(dict.fromkeys(form.entry for form in self.forms))


class Settled(msgspec.Struct, frozen=True):
    """The hits of an island: names and event words that lie in no longer one, those that do, and those
    of plain terms, by leaf."""

    outer: Sequence[Hit]
    inner: Sequence[Hit]
    terms: Mapping[str, Sequence[Hit]]


NOTHING = Settled((), (), {})


class Islands:
    """The islands of one field, in text order."""

    def __init__(
        self,
        firsts: Sequence[int],
        lasts: Sequence[int],
        settle: Callable[[int], Settled],
        whose: Callable[[str], Iterable[int]],
    ) -> None:
        """``firsts`` and ``lasts`` are each island's first and last token; ``settle`` takes its number;
        ``whose`` tells in which islands an entry or a term's leaf may have hits, ascending."""
        self._firsts = firsts
        self._lasts = lasts
        self._settle = settle
        self._settled: dict[int, Settled] = {}
        self._whose = whose

    def __len__(self) -> int:
        return len(self._firsts)

    def at(self, number: int) -> Settled:
        """The island of this number."""
        known = self._settled.get(number)
        if known is None:
            known = self._settled[number] = self._settle(number)
        return known

    def of(self, key: str) -> Iterable[int]:
        """Islands in which the entry or leaf may have hits."""
        return self._whose(key)

    def within(self, lo: int, hi: int) -> range:
        """Islands that lie at least in part in tokens ``lo`` to ``hi``, end excluded."""
        return range(bisect_left(self._lasts, lo), bisect_right(self._firsts, hi - 1))


class Document:
    """``fields`` are title and text; their hits are settled when they are asked for."""

    def __init__(
        self, fields: tuple[Segmented, Segmented], language: str, islands: tuple[Islands, Islands]
    ) -> None:
        self.fields = fields
        self.language = language
        self._islands = islands
        self._all: tuple[Sequence[Hit], Sequence[Hit]] | None = None
        self._inner: tuple[Sequence[Hit], Sequence[Hit]] | None = None
        self._named: dict[tuple[str, bool], Sequence[Hit]] = {}
        self._terms: dict[str, Sequence[Hit]] = {}

    @property
    def hits(self) -> tuple[Sequence[Hit], Sequence[Hit]]:
        """The lexicon's hits in each field, by first token."""
        if self._all is None:
            self._all = self._every(lambda settled: settled.outer)
        return self._all

    @property
    def inner(self) -> tuple[Sequence[Hit], Sequence[Hit]]:
        """Hits that lie inside a longer one of another name; they count on demand only."""
        if self._inner is None:
            self._inner = self._every(lambda settled: settled.inner)
        return self._inner

    def between(self, field: int, lo: int, hi: int) -> Sequence[Hit]:
        """The hits of a field that lie in tokens ``lo`` to ``hi``, end excluded."""
        islands = self._islands[field]
        return [
            hit
            for number in islands.within(lo, hi)
            for hit in islands.at(number).outer
            if lo <= hit.first and hit.last < hi
        ]

    def named(self, entry: str, *, inner: bool = False) -> Sequence[Hit]:
        """Hits of which a form is the entry's, in text order; with ``inner`` those inside longer names."""
        known = self._named.get((entry, inner))
        if known is None:
            known = self._named[entry, inner] = [
                hit
                for settled in self._of(entry)
                for hit in (settled.inner if inner else settled.outer)
                if any(form.entry == entry for form in hit.forms)
            ]
        return known

    def spelled(self, leaf: str) -> Sequence[Hit]:
        """Hits of a plain term, in text order."""
        known = self._terms.get(leaf)
        if known is None:
            known = self._terms[leaf] = [
                hit for settled in self._of(leaf) for hit in settled.terms.get(leaf, ())
            ]
        return known

    def _of(self, key: str) -> Iterable[Settled]:
        for islands in self._islands:
            for number in islands.of(key):
                yield islands.at(number)

    def _every(self, which: Callable[[Settled], Sequence[Hit]]) -> tuple[Sequence[Hit], Sequence[Hit]]:
        title, text = (
            [hit for number in range(len(islands)) for hit in which(islands.at(number))]
            for islands in self._islands
        )
        return title, text
