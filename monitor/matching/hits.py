"""From what a kernel found to the hits that count: case, dots, languages, the longest name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

import msgspec
import numpy as np

from monitor.lexicon.schema import NAME_KINDS, Form
from monitor.matching.characters import KATAKANA
from monitor.matching.document import NOTHING, Document, Hit, Islands, Settled
from monitor.matching.filing.hashing import Numbers
from monitor.matching.kernel.read import Read, Row, Rows
from monitor.matching.patterns import Pattern, surface_of
from monitor.matching.text import Segmented

_LINE_WORDS = 3  # cased words that make a line of capitals
_word = re.compile(r"[^\W\d_]+")


class Known(msgspec.Struct, frozen=True):
    """What a pattern's number stands for: forms of the lexicon, or a plain term's leaf.

    ``pattern`` is there if more than its tokens has to be met.
    """

    forms: tuple[Form, ...]
    leaf: str
    clustered: bool
    pattern: Pattern | None


class Naming(Protocol):
    """Tells what numbers of patterns stand for."""

    def known(self, pattern: int) -> Known:
        """The pattern of this number."""

    def owners(self, patterns: Numbers) -> Callable[[str], Sequence[int]]:
        """Tells which of the patterns may be an entry's, or those of a plain term's leaf."""


def document_of(read: Read, language: str, naming: Naming) -> Document:
    """The article; its hits are settled when they are asked for."""
    title, text = (
        _islands(number, read.fields[number], read.rows[number], language, naming) for number in (0, 1)
    )
    return Document(read.fields, language, (title, text))


def _islands(number: int, text: Segmented, rows: Rows, language: str, naming: Naming) -> Islands:
    count = len(rows.first)
    if not count:
        return NO_ISLANDS
    reach = np.maximum.accumulate(rows.last)
    begins = np.flatnonzero(np.concatenate([_TRUE, rows.first[1:] > reach[:-1]]))
    ends = np.append(begins[1:], count)
    capitals: dict[int, bool] = {}
    starts: list[int] = begins.tolist()
    stops: list[int] = ends.tolist()
    places = naming.owners(rows.pattern)

    def settle(island: int) -> Settled:
        inside = list(rows.between(starts[island], stops[island]))
        return _settle(number, text, inside, language, naming.known, capitals)

    def whose(key: str) -> Iterable[int]:
        return dict.fromkeys([bisect_right(starts, place) - 1 for place in places(key)])

    return Islands(rows.first[begins].tolist(), reach[ends - 1].tolist(), settle, whose)


_TRUE = np.ones(1, bool)
NO_ISLANDS = Islands((), (), lambda island: NOTHING, lambda key: ())


def _settle(
    number: int,
    text: Segmented,
    rows: Sequence[Row],
    language: str,
    known: Callable[[int], Known],
    capitals: dict[int, bool],
) -> Settled:
    if len(rows) == 1 and known(rows[0][2]).pattern is None:
        return _alone(number, text, rows[0], language, known(rows[0][2]))
    names: dict[tuple[int, int], tuple[int, int, list[Form]]] = {}
    plain: list[tuple[str, bool, Hit]] = []
    for (first, last), several in groupby(rows, key=itemgetter(0, 1)):
        if first != last and text.paragraph(first)[1] <= last:
            continue
        start = text.starts[first]
        for _, _, pattern in several:
            one = known(pattern)
            end = text.ends[last]
            if one.pattern is not None:
                met = _end(one.pattern, text, first, last, capitals)
                if met is None:
                    continue
                end = met
            if one.leaf:
                plain.append((one.leaf, one.clustered, Hit(number, first, last, start, end)))
            else:
                forms = [form for form in one.forms if _speaks(form, language)]
                if forms:
                    names.setdefault((first, last), (start, end, []))[2].extend(forms)
    outer, inner = _longest(number, names)
    terms: dict[str, list[Hit]] = {}
    for leaf, clustered, hit in plain:
        if not (clustered and _guarded(hit, text, outer)):
            terms.setdefault(leaf, []).append(hit)
    return Settled(
        outer, inner, {leaf: _apart(hits) if len(hits) > 1 else hits for leaf, hits in terms.items()}
    )


def _alone(number: int, text: Segmented, row: Row, language: str, one: Known) -> Settled:
    """The island of a single pattern of which only the tokens have to be met: most are."""
    first, last, _ = row
    if first != last and text.paragraph(first)[1] <= last:
        return NOTHING
    start, end = text.starts[first], text.ends[last]
    if one.leaf:
        hit = Hit(number, first, last, start, end)
        guarded = one.clustered and _guarded(hit, text, ())
        return NOTHING if guarded else Settled((), (), {one.leaf: (hit,)})
    forms = [form for form in one.forms if form.kind != "not" and _speaks(form, language)]
    denied = {form.entry for form in one.forms if form.kind == "not" and _speaks(form, language)}
    forms = [form for form in forms if form.entry not in denied] if denied else forms
    if not forms:
        return NOTHING
    return Settled((Hit(number, first, last, start, end, tuple(dict.fromkeys(forms))),), (), {})


def _speaks(form: Form, language: str) -> bool:
    """Names count in every language of their script, all other forms in their own alone."""
    return form.kind in NAME_KINDS or not language or form.language in (language, "")


def _longest(
    number: int, names: dict[tuple[int, int], tuple[int, int, list[Form]]]
) -> tuple[list[Hit], list[Hit]]:
    """Hits that lie in no longer one of a name or term, and those that do.

    A ``not`` phrase takes the forms of its own entry out of all that lies in it, and covers nothing else.
    """
    denied: list[tuple[int, int, frozenset[str]]] = []
    counting: list[tuple[int, int, int, int, list[Form]]] = []
    for (first, last), (start, end, forms) in names.items():
        entries = frozenset(form.entry for form in forms if form.kind == "not")
        if entries:
            denied.append((first, last, entries))
            forms = [form for form in forms if form.kind != "not"]
        if forms:
            counting.append((first, last, start, end, forms))
    counting.sort(key=lambda one: (one[0], -one[1]))
    outer: list[Hit] = []
    inner: list[Hit] = []
    reach = (-1, -1)
    for first, last, start, end, forms in counting:
        if denied:
            taken = _denied(denied, first, last)
            forms = [form for form in forms if form.entry not in taken]
            if not forms:
                continue
        covered = last <= reach[1] and (first, last) != reach
        if last > reach[1]:
            reach = (first, last)
        hit = Hit(number, first, last, start, end, tuple(dict.fromkeys(forms)))
        (inner if covered else outer).append(hit)
    return outer, inner


def _denied(denied: Sequence[tuple[int, int, frozenset[str]]], first: int, last: int) -> set[str]:
    """Entries that do not count in these tokens."""
    return {entry for begin, end, entries in denied if begin <= first and last <= end for entry in entries}


def _guarded(hit: Hit, text: Segmented, longest: Sequence[Hit]) -> bool:
    """Whether a plain term in a script without spaces is only a part of a longer word."""
    raw = text.raw
    if KATAKANA.match(raw[hit.end - 1]) and KATAKANA.match(raw[hit.end : hit.end + 1]):
        return True
    if hit.start and KATAKANA.match(raw[hit.start]) and KATAKANA.match(raw[hit.start - 1]):
        return True
    return any(
        name.first <= hit.first and hit.last <= name.last and (name.first, name.last) != (hit.first, hit.last)
        for name in longest
    )


def _apart(hits: list[Hit]) -> list[Hit]:
    """Each place once, in text order."""
    unique = {(hit.field, hit.first, hit.last): hit for hit in hits}
    return [unique[key] for key in sorted(unique)]


def _end(pattern: Pattern, text: Segmented, first: int, last: int, capitals: dict[int, bool]) -> int | None:
    """Where the pattern ends in the raw text, or none if it is not met to the letter."""
    end = text.ends[last]
    if pattern.prefix and not text.folds[last].startswith(pattern.tokens[-1]):
        return None
    if pattern.dotted:
        dotted = _dotted_end(pattern, text, first, last)
        if dotted is None:
            return None
        end = dotted
    if pattern.surfaces:
        for offset, surface in enumerate(pattern.surfaces):
            at = first + offset
            if surface_of(text.raw[text.starts[at] : text.ends[at]]) != surface:
                return None
    if pattern.surfaces and _in_capitals(text.raw, text.starts[first], capitals):
        return None
    if pattern.surfaces and not pattern.dotted and _in_dotted(text, first, last):
        return None
    for offset, glue in enumerate(pattern.glue):
        if not glue:
            continue
        at = first + offset
        if at < last:
            if text.raw[text.ends[at] : text.starts[at + 1]].strip() != glue:
                return None
        elif text.raw.startswith(glue, text.ends[at]):
            end = text.ends[at] + len(glue)
        else:
            return None
    return end


def _in_dotted(text: Segmented, first: int, last: int) -> bool:
    """A single capital letter inside a dotted acronym is no word of its own."""
    return (
        first == last
        and text.ends[first] - text.starts[first] == 1
        and text.raw.startswith(".", text.ends[last])
    )


def _dotted_end(pattern: Pattern, text: Segmented, first: int, last: int) -> int | None:
    """The end of W.H.O. with its last dot if it has one; none inside a longer acronym."""
    raw, start = text.raw, text.starts[first]
    if any(raw[text.ends[at] : text.starts[at + 1]] != "." for at in range(first, last)):
        return None
    if (
        start >= 2
        and raw[start - 1] == "."
        and raw[start - 2].isalpha()
        and (start < 3 or not raw[start - 3].isalpha())
    ):
        return None
    end = text.ends[last]
    if raw.startswith(".", end):
        end += 1
        if raw[end : end + 1].isalpha() and (
            raw[end + 1 : end + 2] == "." or not raw[end + 1 : end + 2].isalnum()
        ):
            return None
    return end


def _in_capitals(raw: str, at: int, known: dict[int, bool]) -> bool:
    """Whether the line has three cased words or more and no lower-case letter."""
    begin = raw.rfind("\n", 0, at) + 1
    if begin not in known:
        end = raw.find("\n", at)
        line = raw[begin : end if end >= 0 else len(raw)]
        cased = sum(1 for word in _word.findall(line) if word.upper() != word.lower())
        known[begin] = cased >= _LINE_WORDS and not any(char.islower() for char in line)
    return known[begin]
