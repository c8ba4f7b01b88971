"""What a source repeats on its pages: lines that stand on many of them are chrome."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xxhash import xxh32_hexdigest, xxh32_intdigest

from monitor.cleaning.lines import fold, is_prose, word_count
from monitor.records import SourceLines

KNOWN_LINES = 256  # of a source
PAGE_LINES = 64  # of one page that are learned
READ_LINES = 1000  # of one page that are looked at
OFTEN = 3  # pages a line must have stood on to be chrome
OFTEN_LONG = 5  # likewise, of five words and more: headlines are published again, but not so often
MAX_LINE = 160  # characters; longer lines are no chrome
_BUCKETS = 8


def line_key(line: str) -> str:
    """8 hex digits of a line's folded form."""
    return xxh32_hexdigest(fold(line).encode("utf-8", "surrogatepass"))


def _learned(blocks: Sequence[str]) -> dict[str, None]:
    """Keys of the lines of a page that may be chrome: short, not running text."""
    found: dict[str, None] = {}
    for block in blocks[:READ_LINES]:
        for line in block.split("\n", READ_LINES)[:READ_LINES]:
            if len(found) < READ_LINES and line.strip() and len(line) <= MAX_LINE and not is_prose(line):
                found[line_key(line)] = None
    keys = list(found)
    # Chrome stands at both ends of a page.
    kept = keys if len(keys) <= PAGE_LINES else keys[: PAGE_LINES // 2] + keys[-PAGE_LINES // 2 :]
    return dict.fromkeys(kept)


def learn(known: SourceLines | None, blocks: Sequence[str], article: str) -> SourceLines | None:
    """``known`` with the lines of one more page, none if that changes nothing.

    A line's value is a set of eight buckets of article ids, as bits: a page that is handled again
    counts once, and the number of bits set is the number of pages up to three or so. The 256 lines
    seen last are kept.
    """
    bit = 1 << (xxh32_intdigest(article.encode("utf-8", "surrogatepass")) % _BUCKETS)
    lines = dict(known.lines) if known else {}
    changed = False
    for key in _learned(blocks):
        before = lines.pop(key, 0)
        lines[key] = before | bit
        changed = changed or before != before | bit
    if not changed:
        return None
    kept = list(lines.items())[-KNOWN_LINES:]
    return SourceLines(lines=dict(kept), pages=(known.pages if known else 0) | bit)


def repeated(known: SourceLines | None) -> Callable[[str], bool]:
    """Tells whether a line stood on so many pages of its source that it is no part of the article."""
    pages = {key: mask.bit_count() for key, mask in known.lines.items()} if known else {}
    if max(pages.values(), default=0) < OFTEN:
        return lambda line: False

    def often(line: str) -> bool:
        if len(line) > MAX_LINE:
            return False
        return pages.get(line_key(line), 0) >= (OFTEN if word_count(line) < 5 else OFTEN_LONG)

    return often
