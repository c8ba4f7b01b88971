"""HTML read as a stream of tags and texts, in linear time and without a tree.

Tree builders are quadratic in nested elements and in attributes (100,000 nested ``div``: 26 s). So
what comes from outside is read by this tokenizer first; a tree is built only of what it writes out
again, with the attributes that matter, and only if the nesting is sane.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from monitor.cleaning.characters import decode_references
from monitor.cleaning.elements import BLOCKS, CHROME, HEADINGS, KEPT, UNSEEN, VOID

MAX_ATTRIBUTES = 64  # read of a tag
MAX_VALUE = 4096  # characters kept of an attribute
MAX_DEPTH = 200  # open elements up to which a tree is built
MAX_TAGS = 40_000  # likewise
MAX_SCRIPT = 256 * 1024  # characters of linked data that are read

_TAG = re.compile(
    r"<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+)>",
)
_SIMPLE = re.compile(r"<(/?)([A-Za-z][^\s/<>]*+)([^<>]*+)>")
_ATTRIBUTE = re.compile(
    r"([^\s/>=\"'][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++)))?",
)
_RAW = {name: re.compile(f"</{name}(?![A-Za-z0-9])[^>]*>?", re.IGNORECASE) for name in (*UNSEEN, "title")}
_PATIENCE = 16  # broken tags after which quotes are no longer believed
_DIGIT_SPACE = re.compile("(?<=[0-9])[\u00a0\u202f](?=[0-9])")


class Tag(NamedTuple):
    """A start or end tag, its name in lower case. Of ``script`` also what stands in it."""

    name: str
    closing: bool
    attributes: Mapping[str, str]
    raw: str = ""


def attributes(source: str) -> dict[str, str]:
    """The attributes that matter of a tag's source, decoded; the first of a name counts."""
    found: dict[str, str] = {}
    for number, match in enumerate(_ATTRIBUTE.finditer(source)):
        if number >= MAX_ATTRIBUTES:
            break
        name = match[1].lower()
        if name in KEPT and name not in found:
            value = match[2] or match[3] or match[4] or ""
            found[name] = decode_references(value[:MAX_VALUE])
    return found


def tokens(markup: str) -> Iterator[Tag | str]:
    """Tags and texts of ``markup`` in order, texts with references decoded, comments left out.

    Elements that show no text (``UNSEEN``) come as one tag each, ``script`` with its content.
    """
    position, end, failures = 0, len(markup), 0
    text: list[str] = []
    while position < end:
        start = markup.find("<", position)
        if start < 0:
            text.append(markup[position:])
            break
        if start > position:
            text.append(markup[position:start])
        following = markup[start + 1 : start + 2]
        if following in "!?" and following:
            content, position = _declaration(markup, start)
            text.append(content)
            continue
        match = None
        if following == "/" or (following.isascii() and following.isalpha()):
            if failures < _PATIENCE:
                match = _TAG.match(markup, start)
                failures += match is None
            if match is None:
                match = _SIMPLE.match(markup, start)
        if match is None:
            text.append("<")
            position = start + 1
            continue
        if text:
            yield decode_references("".join(text))
            text.clear()
        position = match.end()
        name = match[2].lower()
        if match[1]:
            yield Tag(name, True, {})
            continue
        found = attributes(match[3]) if match[3] else {}
        raw = ""
        if name in UNSEEN or name == "title":
            if match[3].endswith("/") and name in ("svg", "math"):
                continue
            closing = _RAW[name].search(markup, position)
            raw = markup[position : closing.start()] if closing else markup[position:]
            position = closing.end() if closing else end
        yield Tag(name, False, found, raw)
    if text:
        yield decode_references("".join(text))


def _declaration(markup: str, start: int) -> tuple[str, int]:
    """What text a comment, CDATA section or declaration stands for, and where it ends."""
    if markup.startswith("<!--", start):
        closing = markup.find("-->", start + 4)
        return "", closing + 3 if closing >= 0 else len(markup)
    if markup.startswith("<![CDATA[", start):
        closing = markup.find("]]>", start)
        stop = closing if closing >= 0 else len(markup)
        return markup[start + 9 : stop], min(stop + 3, len(markup))
    closing = markup.find(">", start)
    return "", closing + 1 if closing >= 0 else len(markup)


class Stream(NamedTuple):
    """A page's tokens, and whether a tree may be built of them."""

    tokens: list[Tag | str]
    sane: bool


def read(markup: str) -> Stream:
    """The tokens of ``markup`` and whether their number and nesting are those of a page."""
    found = list(tokens(markup))
    depth = deepest = tags = 0
    for token in found:
        if isinstance(token, str):
            continue
        tags += 1
        if token.name in VOID or token.name in UNSEEN or token.name == "title":
            continue
        # Not ``p`` and ``li``: they need no end tag, and do not nest.
        if token.name in ("p", "li", "td", "tr", "th", "dd", "dt", "option"):
            continue
        depth = max(0, depth - 1) if token.closing else depth + 1
        deepest = max(deepest, depth)
    return Stream(found, tags <= MAX_TAGS and deepest <= MAX_DEPTH)


# White space that groups numbers, in the shape in which tree tools leave it alone.
_SHIELDS = {"\u00a0": "\ue0a0", "\u202f": "\ue0af"}
_UNSHIELD = str.maketrans({shield: space for space, shield in _SHIELDS.items()})


def unshield(text: str) -> str:
    """``text`` out of a tree made of ``write`` with its number-grouping spaces back."""
    return text.translate(_UNSHIELD)


def write(stream: Stream) -> str:
    """The tokens as plain HTML: no scripts, comments or needless attributes, every tag closed by ``>``."""
    parts: list[str] = []
    breaks = 0
    for token in stream.tokens:
        if isinstance(token, str):
            if not token.strip():
                parts.append(" ")
                continue
            breaks = 0
            shielded = _DIGIT_SPACE.sub(lambda found: _SHIELDS[found.group()], token)
            parts.append(escape(shielded, quote=False))
        elif token.name == "br":
            # Two line breaks are how old pages end a paragraph.
            breaks += 1
            parts.append("<br>" if breaks == 1 else "</p><p>" if breaks == 2 else "")
        elif token.name == "title":
            parts.append(f"<title>{escape(decode_references(token.raw))}</title>")
        elif token.name not in UNSEEN:
            breaks = 0
            if token.closing:
                parts.append(f"</{token.name}>")
            else:
                kept = "".join(f' {name}="{escape(value)}"' for name, value in token.attributes.items())
                parts.append(f"<{token.name}{kept}>")
    return "".join(parts)


class Block(NamedTuple):
    """The text of a block element, and whether it is a heading within a page (h2 to h6)."""

    text: str
    heading: bool


def blocks(stream: Stream, *, whole: bool) -> list[Block]:
    """The texts of the block elements, in order; line breaks inside one are ``\\n``.

    ``whole``: all of them, as of a fragment. Else without what stands in ``nav``, ``footer`` and their
    like, if there is a text without.
    """
    if not whole:
        found = _blocks(stream.tokens, CHROME)
        if sum(len(block.text) for block in found) >= 40:
            return found
    return _blocks(stream.tokens, frozenset())


def _blocks(stream: list[Tag | str], skipped: frozenset[str]) -> list[Block]:
    found: list[Block] = []
    buffer: list[str] = []
    inside, skip, skip_depth, breaks, pre = "", "", 0, 0, False

    def flush() -> None:
        text = "".join(buffer)
        buffer.clear()
        lines = [" ".join(re.split("[ \t\n\r\f]+", line)).strip(" ") for line in text.split("\0")]
        joined = "\n".join(line for line in lines if line.strip())
        if joined.strip():
            found.append(Block(joined, inside in HEADINGS))

    for token in stream:
        if isinstance(token, str):
            if skip:
                continue
            if token.strip():
                breaks = 0
            buffer.append(token.replace("\n", "\0") if pre else token)
            continue
        name = token.name
        if skip:
            if name == skip:
                skip_depth += -1 if token.closing else 1
                if not skip_depth:
                    skip = ""
            continue
        if name == "br":
            breaks += 1
            if breaks == 2:
                flush()
            buffer.append("\0")
        elif name in BLOCKS:
            flush()
            inside = "" if token.closing else name
            breaks = 0
            if name == "pre":
                pre = not token.closing
            if name in skipped and not token.closing:
                skip, skip_depth = name, 1
    flush()
    return found
