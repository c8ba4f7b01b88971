"""From what a kernel found to the hits that count: case, dots, languages, the longest name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.lexicon.schema import NAME_KINDS, Form
from monitor.matching.characters import KATAKANA
from monitor.matching.document import Document, Hit
from monitor.matching.kernel_py import Found
from monitor.matching.patterns import Pattern, surface_of
from monitor.matching.plan import Leaf
from monitor.matching.text import Segmented

_LINE_WORDS = 3  # cased words that make a line of capitals
_word = re.compile(r"[^\W\d_]+")


def settle(
    fields: tuple[Segmented, Segmented], found: tuple[Sequence[Found], Sequence[Found]], language: str
) -> tuple[Document, dict[Leaf, list[Hit]]]:
    """The document with its lexicon hits, and the hits of plain terms by leaf."""
    outer: list[list[Hit]] = []
    inner: list[list[Hit]] = []
    terms: dict[Leaf, list[Hit]] = {}
    for number, (text, places) in enumerate(zip(fields, found, strict=True)):
        names: dict[tuple[int, int], tuple[int, int, list[Form]]] = {}
        plain: list[tuple[Leaf, bool, Hit]] = []
        capitals: dict[int, bool] = {}
        for filed, first, last in places:
            end = _end(filed.pattern, text, first, last, capitals)
            if end is None:
                continue
            if filed.forms:
                forms = [form for form in filed.forms if _speaks(form, language)]
                if forms:
                    names.setdefault((first, last), (text.starts[first], end, []))[2].extend(forms)
            else:
                plain.append(
                    (filed.term, filed.pattern.clustered, Hit(number, first, last, text.starts[first], end))
                )
        longest, covered = _longest(number, names)
        outer.append(longest)
        inner.append(covered)
        for leaf, clustered, hit in plain:
            if not (clustered and _guarded(hit, text, longest)):
                terms.setdefault(leaf, []).append(hit)
    document = Document(fields, language, (outer[0], outer[1]), (inner[0], inner[1]))
    return document, {leaf: _apart(hits) for leaf, hits in terms.items()}


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
