"""Forms in columns: a lexicon of a million names in some tens of megabytes, each form made when asked for."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import msgspec

from monitor.lexicon.form import Form, FormKind

KINDS: tuple[FormKind, ...] = (
    "name",
    "demonym",
    "metonym",
    "term",
    "verb",
    "weak",
    "weak_verb",
    "not",
)
CASE = 1 << 7
"""The bit of ``kinds`` that says that the form counts in this very spelling alone."""


class Columns(msgspec.Struct, frozen=True):
    """Forms as they are packed: ``ends[i]`` is where text i ends in ``texts`` (UTF-8, in bytes);
    ``kinds`` are numbers of ``KINDS`` with ``CASE``; ``languages`` and ``entries`` numbers of the names."""

    texts: bytes
    ends: bytes
    kinds: bytes
    languages: bytes
    entries: bytes
    language_names: tuple[str, ...]
    entry_names: tuple[str, ...]


class Forms(Sequence[Form]):
    """All forms of a lexicon, by number. Immutable."""

    def __init__(self, forms: Iterable[Form] = ()) -> None:
        texts = bytearray()
        self._ends = array("I")
        self.kinds = bytearray()
        self.languages = bytearray()
        self.entries = array("I")
        languages: dict[str, int] = {}
        entries: dict[str, int] = {}
        numbers = {kind: number for number, kind in enumerate(KINDS)}
        add, end = texts.extend, self._ends.append
        for form in forms:
            add(form.text.encode("utf-8", "surrogatepass"))
            end(len(texts))
            self.kinds.append(numbers[form.kind] | (CASE if form.case else 0))
            self.languages.append(languages.setdefault(form.language, len(languages)))
            self.entries.append(entries.setdefault(form.entry, len(entries)))
        self._texts = bytes(texts)
        self.language_names = tuple(languages)
        self.entry_names = tuple(entries)

    @classmethod
    def unpacked(cls, columns: Columns) -> Forms:
        """The forms that ``packed`` gave."""
        forms = cls()
        forms._texts = columns.texts
        forms._ends = array("I", columns.ends)
        forms.kinds = bytearray(columns.kinds)
        forms.languages = bytearray(columns.languages)
        forms.entries = array("I", columns.entries)
        forms.language_names, forms.entry_names = columns.language_names, columns.entry_names
        return forms

    def packed(self) -> Columns:
        """The columns as bytes of this machine's order."""
        return Columns(
            self._texts,
            self._ends.tobytes(),
            bytes(self.kinds),
            bytes(self.languages),
            self.entries.tobytes(),
            self.language_names,
            self.entry_names,
        )

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, number: int) -> Form: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Form, ...]: ...
    def __getitem__(self, number: int | slice) -> Form | tuple[Form, ...]:
        if isinstance(number, slice):
            return tuple(self[one] for one in range(*number.indices(len(self))))
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        number %= len(self)
        kind = self.kinds[number]
        return Form(
            self.text(number),
            self.language_names[self.languages[number]],
            self.entry_names[self.entries[number]],
            KINDS[kind & ~CASE],
            bool(kind & CASE),
        )

    def __iter__(self) -> Iterator[Form]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Forms) and self.packed() == other.packed()

    __hash__ = None  # type: ignore[assignment]

    def text(self, number: int) -> str:
        """How form ``number`` is written."""
        begin = self._ends[number - 1] if number else 0
        return self._texts[begin : self._ends[number]].decode("utf-8", "surrogatepass")

    def of(self, language: str, *kinds: FormKind) -> Iterator[Form]:
        """The forms of one language and of these kinds, in order; the others are passed by unmade."""
        if language not in self.language_names:
            return
        spoken, wanted = self.language_names.index(language), {KINDS.index(kind) for kind in kinds}
        for number, (one, kind) in enumerate(zip(self.languages, self.kinds, strict=True)):
            if one == spoken and kind & ~CASE in wanted:
                yield self[number]

    def spelled(self) -> Iterator[tuple[str, bool]]:
        """All texts with whether each counts in this very case alone, in order."""
        return ((text, bool(kind & CASE)) for text, kind in zip(self.texts(), self.kinds, strict=True))

    def texts(self) -> Iterator[str]:
        """All texts, in order."""
        whole, begin = self._texts, 0
        for end in self._ends:
            yield whole[begin:end].decode("utf-8", "surrogatepass")
            begin = end
