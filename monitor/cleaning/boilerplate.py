"""Plain text and its page chrome, told apart by structure.

A page that was saved or pasted as text has the site's frame around the article: navigation, doubled
captions, letters for the font size, credits, lists of other articles. An alert raised by those would
be wrong, so they are kept apart. Nothing here knows a site; what a source repeats on its pages is
learned in ``source_lines``. In doubt a paragraph is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from monitor.cleaning.language import script
from monitor.cleaning.lines import (
    ends_sentence,
    fold,
    is_credit,
    is_cut,
    is_date,
    is_frame,
    is_navigation,
    is_prose,
    is_unspaced,
    word_count,
)
from monitor.cleaning.source_lines import repeated
from monitor.records import SourceLines

MAX_TITLE = 300  # characters
MAX_BLOCKS = 1000  # that are looked at
MAX_LINES = 100  # of a block that are looked at; a longer one is no chrome
WRAPPED = 100  # characters above which a line was not broken to fit a page
_EDGES = " \t\n\u00a0\ufeff"
_ARTICLE = re.compile("^[وفبلك]?ال(?=...)")
_BLANK = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+")


class Split(msgspec.Struct, frozen=True):
    """A plain text taken apart: title (empty if none), body and chrome, each as published."""

    title: str
    paragraphs: tuple[str, ...]
    chrome: tuple[str, ...]


def paragraphs(text: str) -> tuple[str, ...]:
    """The blocks of ``text`` that blank lines part, without white space at their ends.

    A text without blank lines whose long lines all end a sentence has a paragraph on each line.
    """
    found = tuple(block for part in _BLANK.split(text) if (block := part.strip(_EDGES)))
    if len(found) == 1 and "\n" in found[0]:
        lines = [line for part in found[0].split("\n") if (line := part.strip(_EDGES))]
        long = [line for line in lines if len(line) > WRAPPED]
        if len(long) >= 2 and all(ends_sentence(line) for line in long):
            return tuple(lines)
    return found


def split(blocks: Sequence[str], known: SourceLines | None = None, title: str = "") -> Split:
    """Title, body and chrome of a plain text given as its blocks.

    ``title`` is the one known from elsewhere; then none is sought, and its repetition in the text is
    chrome. A text of one block, or without a sentence of six words, is kept whole.
    """
    found = [block for block in blocks if block.strip()]
    if len(found) > MAX_BLOCKS:
        # Bounded work: what follows so many blocks is kept unread.
        parted = split(found[:MAX_BLOCKS], known, title)
        return Split(parted.title, (*parted.paragraphs, *found[MAX_BLOCKS:]), parted.chrome)
    page = _read(found, repeated(known))
    prose = [n for n, running in enumerate(page.prose) if running and not page.marks[n]]
    if len(found) < 2 or not prose:
        return _short(found, title)
    last = _end(page, prose)
    prose = [n for n in prose if n <= last]
    first = prose[0]
    at = _title_place(page, first, title)
    body = [
        number
        for number in range(0 if at is None else at + 1, first)
        if not (page.marks[number] or page.lists[number])
        and _deck(found[number], bool(title) or at is not None)
    ]
    body.extend(number for number in range(first, last + 1) if not page.marks[number])
    kept = {*body, -1 if at is None else at}
    chrome = [block for number, block in enumerate(found) if number not in kept]
    texts, cut = _trim(found, body)
    name = "" if at is None else found[at]
    if title and name:
        chrome, name = [name, *chrome], ""
    return Split(" ".join(name.split()), tuple(texts), tuple(chrome + cut))


def trim(blocks: Sequence[str]) -> tuple[str, ...]:
    """The paragraphs of an extracted article without credits and pieces of a frame at its two ends."""
    first, last = 0, len(blocks)
    while last - first > 1 and _is_edge(blocks[last - 1]):
        last -= 1
    while last - first > 1 and _is_edge(blocks[first]):
        first += 1
    return tuple(blocks[first:last])


def _is_edge(block: str) -> bool:
    return is_frame(block) or is_cut(block) or is_credit(block)


class _Read(NamedTuple):
    """A page's blocks, their form for comparison, which are running text, which surely chrome."""

    blocks: list[str]
    folded: list[str]
    prose: list[bool]
    marks: list[bool]
    lists: list[bool]  # of short lines: chrome at either end, within the text a list of its own


def _read(found: list[str], seen_often: Callable[[str], bool]) -> _Read:
    prose = [
        is_prose(block)
        or ("\n" in block and any(is_prose(line) for line in block.split("\n", MAX_LINES)[:MAX_LINES]))
        for block in found
    ]
    # Long blocks are compared as they stand.
    folded = [block if len(block) > 160 else fold(block) for block in found]
    marks: list[bool] = []
    lists: list[bool] = []
    earlier: set[str] = set()
    for number, block in enumerate(found):
        if prose[number]:
            # A paragraph that stands twice is kept once.
            mark = folded[number] in earlier or is_frame(block)
        else:
            lines = [line for line in block.split("\n") if line.strip()]
            # A short block set twice in a row is a caption, and its alternative text.
            mark = folded[number] in (
                folded[n] for n in (number - 1, number + 1) if 0 <= n < len(found)
            ) or all(
                is_frame(line) or is_cut(line) or is_navigation(line) or seen_often(line) for line in lines
            )
        marks.append(mark)
        lists.append(not prose[number] and _many_short_lines(block))
        earlier.add(folded[number])
    return _Read(found, folded, prose, marks, lists)


def _short(found: list[str], title: str) -> Split:
    """A text too short to have a frame: its first block is a title if it looks like one."""
    if len(found) < 2 or title:
        return Split("", tuple(found), ())
    head, following = found[0], found[1]
    titled = "\n" not in head and not ends_sentence(head) and len(head) <= MAX_TITLE
    if titled and ends_sentence(following) and len(following) > len(head):
        return Split(head, tuple(found[1:]), ())
    return Split("", tuple(found), ())


def _many_short_lines(block: str) -> bool:
    lines = [line for line in block.split("\n") if line.strip()]
    return 3 <= len(lines) <= MAX_LINES and all(
        word_count(line) <= 4 and not ends_sentence(line) for line in lines
    )


def _end(page: _Read, prose: Sequence[int]) -> int:
    """The number of the last block of the article."""
    total = sum(len(page.blocks[number]) for number in prose)
    read, last = 0, prose[-1]
    for number, block in enumerate(page.blocks):
        if page.prose[number]:
            read += len(block)
        # A heading of other stories, most of the text behind it: what follows are their teasers.
        elif number > prose[0] and read * 2 >= total and is_cut(block):
            last = max(n for n in prose if n < number)
            break
    # A last short sentence belongs to the article, a line that is no sentence does not.
    while last + 1 < len(page.blocks) and not page.marks[last + 1]:
        following = page.blocks[last + 1]
        if is_credit(following) or not ends_sentence(following) or word_count(following) < 2:
            break
        last += 1
    # Nothing else looks like a frame: then this is no frame either, but a last line without its stop.
    alone = last + 2 == len(page.blocks) and not any(page.marks) and not page.lists[last + 1]
    if alone and word_count(page.blocks[last + 1]) >= 3 and not is_credit(page.blocks[last + 1]):
        last += 1
    return last


def _deck(block: str, has_title: bool) -> bool:
    """Whether a short block between title and text is part of the article, not a caption or credit."""
    if is_credit(block):
        return False
    return has_title and (word_count(block) >= 5 or (ends_sentence(block) and word_count(block) >= 2))


def _title_place(page: _Read, first: int, title: str) -> int | None:
    """The number of the block before the text that is its title."""
    if not first:
        return None
    if title:
        wanted = fold(title)
        return next((number for number in range(first) if page.folded[number] == wanted), None)
    text = " ".join(page.blocks[first : first + 4])[:1200].casefold()
    main = _script(text)
    stems = {_stem(word) for word in text.split() if len(word) > 3}
    best: tuple[float, int] | None = None
    for number in range(max(0, first - MAX_LINES), first):
        block, folded = page.blocks[number], page.folded[number]
        words = word_count(block)
        again = folded in page.folded[:number]
        if (
            not words
            or page.lists[number]
            or len(block) > MAX_TITLE
            or is_credit(block)
            or not _has_script(block, main)
        ):
            continue
        # A line that stands twice and is long is a title that the page's head repeats.
        if page.marks[number] and (not again or words < 5 or is_frame(block) or is_navigation(block)):
            continue
        shared = _shared(folded, text, stems)
        if words < 2 and not shared:
            continue
        score = 2.0 * shared + min(words, 8) * 0.25 + (0.3 if again else 0.0)
        score -= 0.8 if ends_sentence(block) else 0.0
        # Below a line that could be the title, a line said twice in a row is a caption under its picture.
        score -= 1.0 if again and best is not None and page.folded[number - 1] == folded else 0.0
        # The first of equals: captions and decks come below the title.
        if best is None or score > best[0] + 0.15:
            best = (score, number)
    if best is None and first == 1 and not (page.marks[0] or page.lists[0] or is_credit(page.blocks[0])):
        return 0 if len(page.blocks[0]) <= MAX_TITLE else None  # a lone line above the text is its title
    return best[1] if best else None


def _shared(folded: str, text: str, stems: set[str]) -> float:
    """How much of a line's words the text has too, 0 to 1."""
    words = [word for word in folded.split() if len(word) > 3]
    if is_unspaced(folded) and len(folded) >= 4:  # by pairs of characters
        pairs = {folded[n : n + 2] for n in range(len(folded) - 1)}
        return sum(pair in text for pair in pairs) / len(pairs)
    return sum(_stem(word) in stems for word in words) / len(words) if words else 0.0


def _stem(word: str) -> str:
    """The first five letters, the Arabic article apart: enough to recognise an inflected word."""
    word = word.strip(".,;:!?\"'«»“”()[]،؛؟")
    return _ARTICLE.sub("", word)[:5]


def _has_script(text: str, name: str) -> bool:
    """Whether the script is among those of the text: names and brands are often written in another."""
    found = {script(char) for char in text}
    return name in found or (name == "Han" and "Kana" in found)


def _script(text: str) -> str:
    counts: Counter[str] = Counter()
    for char, count in Counter(text[:1000]).items():
        counts[script(char)] += count
    del counts[""]
    name = counts.most_common(1)[0][0] if counts else ""
    return "Han" if name in ("Kana", "Han") else name


def _trim(found: Sequence[str], body: Sequence[int]) -> tuple[list[str], list[str]]:
    """The body's blocks without credits and frame at their outer lines, and what was cut off."""
    texts = [found[number] for number in body]
    cut: list[str] = []
    if texts:
        lines = texts[-1].split("\n")
        while len(lines) > 1 and (is_frame(lines[-1]) or is_credit(lines[-1]) or is_navigation(lines[-1])):
            cut.append(lines.pop())
        texts[-1] = "\n".join(lines).strip()
        lines = texts[0].split("\n")
        while len(lines) > 1 and (is_frame(lines[0]) or is_date(lines[0])):
            cut.append(lines.pop(0))
        texts[0] = "\n".join(lines).strip()
    while len(texts) > 1 and is_credit(texts[-1]):
        cut.append(texts.pop())
    return texts, cut
