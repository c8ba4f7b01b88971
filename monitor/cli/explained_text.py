"""Words and sentences of an explanation as a terminal may show them: cleaned, cut, isolated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from monitor.cli.output import plain
from monitor.records import Evidence
from monitor.rules.explain import EventRead, Quote

AROUND = 80  # characters of a sentence that are shown before and after evidence
MOST_PLACES = 4  # of one clause
_FSI, _PDI = "\u2068", "\u2069"
_KEPT = "\u200c\u200d"  # joiners: without them Persian and Indic words fall apart
_RIGHT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_right_to_left = re.compile(f"{_RIGHT}(?:[^A-Za-z“”()\n]*{_RIGHT})?")


def cleaned(text: str) -> str:
    """Text from outside in one line: no control characters, no marks that turn the direction of others."""
    kept = (
        char
        if char in _KEPT
        else " "
        if char in "\n\r\t"
        else ""
        if unicodedata.category(char) == "Cf"
        else plain(char)
        for char in text
    )
    return "".join(kept)


def isolated(text: str) -> str:
    """``text`` cleaned, its right-to-left runs isolated, so that their neighbours keep their places."""
    return _right_to_left.sub(lambda run: f"{_FSI}{run[0]}{_PDI}", cleaned(text))


def short(text: str, most: int = 60) -> str:
    """``text`` cut to so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def places(found: Sequence[Evidence]) -> str:
    """A few places by gloss and surfaces, each once: ``airstrike (“غارات”, “قصف”), Raqqa``."""
    by_gloss: dict[str, dict[str, None]] = {}
    for one in found:
        by_gloss.setdefault(one.gloss, {}).setdefault(short(one.text), None)
    told: list[str] = []
    for gloss, surfaces in by_gloss.items():
        same = len(surfaces) == 1 and gloss.casefold() in [one.casefold() for one in surfaces]
        some = ", ".join(f"“{one}”" for one in list(surfaces)[:MOST_PLACES])
        more = f" and {len(surfaces) - MOST_PLACES} more" if len(surfaces) > MOST_PLACES else ""
        told.append(gloss if same else f"{gloss} ({some}{more})" if gloss else f"{some}{more}")
    more = f" and {len(told) - MOST_PLACES} more" if len(told) > MOST_PLACES else ""
    return ", ".join(told[:MOST_PLACES]) + more


def sketch(event: EventRead) -> str:
    """An event in a line, with what it lacks: ``strikes, actor Russia ✓, place Idlib ✗``."""
    parts = [f"“{short(event.words[0].text)}”"]
    for role in event.roles:
        who = ", ".join(dict.fromkeys(one.gloss or one.text for one in role.filled)) or "no one"
        parts.append(f"{role.role} {who} {'✓' if role.held else '✗'}")
    if event.silenced:
        parts.append(event.silenced)
    return ", ".join(parts)


def pieces(quote: Quote) -> Iterator[tuple[str, Evidence | None]]:
    """The sentence in pieces, marked or not; what lies far from all marks is left out."""
    at, last = 0, len(quote.text)
    for number, mark in enumerate(quote.marks):
        start, end = max(at, mark.start - quote.start), mark.end - quote.start
        if end <= at:
            continue  # inside the mark before
        yield _gap(quote.text[at:start], first=number == 0, final=False), None
        yield quote.text[start:end], mark
        at = end
    yield _gap(quote.text[at:last], first=not quote.marks, final=True), None


def _gap(text: str, *, first: bool, final: bool) -> str:
    """What stands between two marks, cut in the middle if it is long; at the ends only beside the mark."""
    room = AROUND if first or final else 2 * AROUND
    if len(text) <= room + 10:
        return text
    if first and final:
        return f"{_beginning(text, 2 * AROUND)} …"
    if first:
        return f"… {_ending(text, AROUND)}"
    if final:
        return f"{_beginning(text, AROUND)} …"
    return f"{_beginning(text, AROUND)} … {_ending(text, AROUND)}"


def _beginning(text: str, size: int) -> str:
    """The first characters, up to the end of a word if there is one."""
    cut = text[:size]
    return cut[: cut.rfind(" ")] if " " in cut[size // 2 :] else cut


def _ending(text: str, size: int) -> str:
    """The last characters, from the beginning of a word if there is one."""
    cut = text[-size:]
    at = cut.find(" ")
    return cut[at + 1 :] if 0 <= at < size // 2 else cut
