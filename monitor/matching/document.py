"""An article as matching sees it: segmented fields and the lexicon's hits in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

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


class Document(msgspec.Struct, frozen=True):
    """``fields`` are title and text; ``hits[i]`` the lexicon's hits in field i by first token.

    ``inner[i]`` are hits that lie inside a longer one of another name; they count on demand only.
    """

    fields: tuple[Segmented, Segmented]
    language: str
    hits: tuple[Sequence[Hit], Sequence[Hit]]
    inner: tuple[Sequence[Hit], Sequence[Hit]] = ((), ())

    def between(self, field: int, lo: int, hi: int) -> Sequence[Hit]:
        """The hits of a field that lie in tokens ``lo`` to ``hi``, end excluded."""
        hits = self.hits[field]
        first = bisect_left(hits, lo, key=lambda hit: hit.first)
        found = []
        for at in range(first, len(hits)):
            if hits[at].first >= hi:
                break
            if hits[at].last < hi:
                found.append(hits[at])
        return found
