"""Plain words taken apart: what each stretch means, how it is joined to the one before."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from monitor.matching.document import Hit
from monitor.matching.frames.model import CUES
from monitor.rules.draft.lookup import Lookup, Read
from monitor.rules.draft.model import Item, Kind, Link
from monitor.rules.draft.signs import Mark, longest_at
from monitor.rules.draft.spelling import SHORTEST, nearest

_APOSTROPHES = frozenset("'’ʼ`´")
_SPACED = re.compile(r"[\s()\[\]{}<>（）【】〈〉《》「」『』]+")
_QUOTES = "\"“”„«»‹›‘’'`"
_ENCLOSED = re.compile(r"[()\[\]{}（）【】〈〉《》「」『』“”„«»]|(?<!\w)[\"<>]|[\"<>](?!\w)")
_LINKS: dict[str, Link] = {"plus": "plus", "or": "or", "and": "and"}
Span = tuple[int, int]


class Parts(msgspec.Struct, frozen=True):
    """The items, and the words as they were read: guesses put in for what nobody knows."""

    read: Read
    items: tuple[Item, ...]


def take_apart(words: str, lookup: Lookup, language: str = "", *, guess: bool = True) -> Parts:
    """The items of ``words``; the language that knows most of them reads them, or ``language``.

    ``guess``: whether what nobody knows may be a near spelling of what the lexicon has.
    """
    read = lookup.read(words, language) if language else lookup.best(words)
    guesses = list(_guesses(read, lookup)) if guess else []
    written: dict[Span, str] = {}
    if guesses:
        words, written = _replaced(words, guesses)
        read = lookup.read(words, read.language)
    items = [*_named(read, lookup, written), *_others(read, lookup)]
    items.sort(key=lambda item: item.start)
    return Parts(read, tuple(_joined(read, items)))


def _named(read: Read, lookup: Lookup, written: dict[Span, str]) -> Iterator[Item]:
    for hit in read.hits:
        item = _item(hit, read, lookup)
        before = next(
            (text for (start, end), text in written.items() if start < hit.end > hit.start < end), ""
        )
        yield msgspec.structs.replace(item, how="guess", written=before) if before else item


def _item(hit: Hit, read: Read, lookup: Lookup, offset: int = 0) -> Item:
    """``offset``: where the text that was read begins in the words."""
    text = read.text.raw[hit.start : hit.end]
    meanings = lookup.meanings(hit)
    first = meanings[0].id
    kind: Kind = "entity" if "/" in first else "cue" if first in CUES else "event"
    if kind == "event":
        meanings += lookup.related(text, read.language, meanings)
    return Item(
        text=text,
        start=hit.start + offset,
        end=hit.end + offset,
        kind=kind,
        meanings=meanings,
        taken=(first,),
    )


def _others(read: Read, lookup: Lookup) -> Iterator[Item]:
    """What the lexicon lacks, or knows in another language."""
    for first, last in _unknown(read):
        start, end = read.text.starts[first], read.text.ends[last]
        if _qualifies(read, first, last):
            yield Item(text=read.text.raw[start:end], start=start, end=end, kind="term", how="left out")
        elif found := _elsewhere(read.text.raw[start:end], start, lookup):
            yield from found
        else:
            end = _with_signs(read, end)
            yield Item(text=_term(read.text.raw[start:end]), start=start, end=end, kind="term", how="plain")


def _guesses(read: Read, lookup: Lookup) -> Iterator[tuple[Span, str]]:
    """Stretches that nobody knows, and the form that is spelt most like them."""
    text, small = read.text, read.small
    spans: list[tuple[int, int]] = []
    for first, last in _unknown(read):
        whole = text.raw[text.starts[first] : text.ends[last]]
        if _qualifies(read, first, last) or _elsewhere(whole, text.starts[first], lookup):
            continue
        if first == last:
            spans.append((first, last))
            continue
        spans.append((first, last))
        for at in range(first, last + 1):
            known = longest_at(text, at, small.empty | small.vague, 1)
            if not known and text.ends[at] - text.starts[at] >= SHORTEST:
                spans.append((at, at))  # in a longer phrase a short word is no name in small letters
    words = [text.raw[text.starts[first] : text.ends[last]] for first, last in spans]
    reach = -1
    for (first, last), near in zip(spans, nearest(words, read.language, lookup.lexicon), strict=True):
        if near is not None and first > reach:
            reach = last  # a whole phrase stands before the words in it
            yield (text.starts[first], text.ends[last]), near.form.text


def _replaced(words: str, guesses: Sequence[tuple[Span, str]]) -> tuple[str, dict[Span, str]]:
    """The words with the guesses put in, and what stood where they now are."""
    written: dict[Span, str] = {}
    pieces: list[str] = []
    at = size = 0
    for (start, end), text in sorted(guesses):
        pieces += (words[at:start], text)
        size += start - at + len(text)
        written[size - len(text), size] = words[start:end]
        at = end
    return "".join((*pieces, words[at:])), written


def _unknown(read: Read) -> Iterator[tuple[int, int]]:
    """Runs of tokens that neither hits nor small words explain: first and last token."""
    text, taken = read.text, [False] * len(read.text.folds)
    spans = [(hit.start, hit.end) for hit in read.hits] + [(mark.start, mark.end) for mark in read.marks]
    for start, end in spans:
        for token in range(bisect_left(text.starts, start), len(text.starts)):
            if text.starts[token] >= end:
                break
            taken[token] = True
    cuts = sorted(mark.start for mark in read.marks)
    first = 0
    while first < len(taken):
        last = first
        while (
            last + 1 < len(taken)
            and not taken[first]
            and not taken[last + 1]
            and bisect_left(cuts, text.ends[last]) == bisect_left(cuts, text.starts[last + 1])
            and not _encloses(text.raw, text.ends[last], text.starts[last + 1])
        ):
            last += 1
        if not taken[first] and (run := _trimmed(read, first, last)):
            yield run
        first = last + 1


def _encloses(raw: str, start: int, end: int) -> bool:
    """Whether a quoted or bracketed stretch begins or ends there, beside a space: such a stretch is one part.

    Inside a word such signs are part of it.
    """
    between = raw[start:end]
    return any(map(str.isspace, between)) and _ENCLOSED.search(between) is not None


def _trimmed(read: Read, first: int, last: int) -> tuple[int, int] | None:
    """The run without articles, prepositions and endings at its ends."""
    text, small = read.text, read.small
    raw = text.raw
    while (
        first <= last
        and raw[text.starts[first] - 1 : text.starts[first]] in _APOSTROPHES
        and any(hit.end == text.starts[first] - 1 for hit in read.hits)
    ):
        first += 1  # Moscow's, Beyrut'a
    while (
        first <= last
        and raw[text.ends[last] : text.ends[last] + 1] in _APOSTROPHES
        and any(hit.start == text.ends[last] + 1 for hit in read.hits)
    ):
        last -= 1  # l'Iran
    while first <= last:
        size = longest_at(text, first, small.empty | small.against | small.against_after, small.longest)
        if not size or raw[text.ends[first] : text.ends[first] + 1] == "&":  # AT&T
            break
        first += size
    while first <= last:
        size = next(
            (
                size
                for size in range(min(small.longest, last - first + 1), 0, -1)
                if longest_at(text, last - size + 1, small.empty, size) == size
            ),
            0,
        )
        if not size:
            break
        last -= size
    return (first, last) if first <= last else None


def _qualifies(read: Read, first: int, last: int) -> bool:
    """Whether the run only says which or how of a name or event beside it: northern, deadly."""
    small, at = read.small, first
    while at <= last:
        size = longest_at(read.text, at, small.vague | small.empty, small.longest)
        if not size:
            return False
        at += size
    beside = {hit.last + 1 for hit in read.hits} | {hit.first - 1 for hit in read.hits}
    around = range(max(0, first - 3), min(len(read.text.folds), last + 4))
    return any(token in beside for token in (*around,))


def _elsewhere(text: str, offset: int, lookup: Lookup) -> list[Item]:
    """The items of ``text`` if another language knows all of it."""
    for language in lookup.languages:
        read = lookup.read(text, language)
        if read.hits and not list(_unknown(read)):
            return [_item(hit, read, lookup, offset) for hit in read.hits]
    return []


def _term(text: str) -> str:
    """As a rule takes it: a * stands only at the end, brackets and quotes nowhere but inside a word."""
    kept = f"{text[:-1].replace('*', ' ')}{text[-1:]}"
    return " ".join(filter(None, (word.strip(_QUOTES) for word in _SPACED.split(kept))))


def _with_signs(read: Read, end: int) -> int:
    """C# and F++ keep their signs; protest* stays a prefix."""
    raw = read.text.raw
    marked = {mark.start for mark in read.marks}
    begin = end
    while raw[end : end + 1] in ("#", "+") and end not in marked:
        end += 1
    if raw[end : end + 1] == "*" and raw[max(0, begin - 3) : begin].isalpha() and begin >= 3:
        end += 1
    return end


def _joined(read: Read, items: Sequence[Item]) -> Iterator[Item]:
    """The items with their links, parts and signs of what is not wanted."""
    part, at, negative, single = 0, 0, False, False
    for number, item in enumerate(items):
        between = [mark for mark in read.marks if at <= mark.start < item.start]
        link: Link = ""
        for mark in between:
            comma = mark.sign == "and" and not mark.word
            if mark.sign == "plus":
                part += 1
            if mark.sign == "plus" or comma or single:
                negative = single = False
            if mark.sign in _LINKS:
                link = "comma" if comma else _LINKS[mark.sign]
            elif mark.sign == "not":
                negative, single = True, not mark.word
        if single and not any(mark.sign == "not" for mark in between):
            negative = single = False
        after = items[number + 1].start if number + 1 < len(items) else len(read.text.raw)
        turned = any(mark.sign == "not_after" for mark in _between(read.marks, item.end, after))
        yield msgspec.structs.replace(
            item, link=link if number else "", part=part, negative=negative or turned
        )
        at = item.end


def _between(marks: Sequence[Mark], start: int, end: int) -> Iterator[Mark]:
    """The marks that stand directly behind an item, before any separator."""
    for mark in marks:
        if start <= mark.start < end:
            if mark.sign != "not_after":
                return
            yield mark
