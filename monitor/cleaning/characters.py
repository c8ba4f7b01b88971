"""Characters of outside text: what is dropped, what is decoded, once and for all later stages."""

from __future__ import annotations

import html
import re
from html.entities import html5

# C0 and C1 controls but tab and line feed, lone surrogates, non-characters. Format characters such
# as bidi marks and zero-width spaces are kept: offsets are into the text as published.
MAX_HEADLINE = 8000  # characters of a title's markup that are read
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")
_BREAK = re.compile("\r\n?|\x85|\u2028|\u2029|\x0b|\x0c")
_ANY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>|<![A-Za-z][^<>]*>", re.DOTALL)
_SPACES = re.compile(r"\s+")


def clean_characters(text: str) -> str:
    """``text`` with line breaks as ``\\n`` and without NUL, other controls and lone surrogates."""
    if not text.isprintable() and _ANY.search(text):
        text = _DROPPED.sub("", _BREAK.sub("\n", text))
    return text


def _decode(reference: re.Match[str]) -> str:
    found = reference.group()
    if found[1] == "#":
        return clean_characters(html.unescape(found))
    return html5.get(found[1:], found)


def decode_references(text: str) -> str:
    """``text`` with HTML character references decoded once; those without ``;`` stay as they are."""
    return _REFERENCE.sub(_decode, text) if "&" in text else text


def strip_tags(markup: str) -> str:
    """One line of text from a title that may hold tags and character references."""
    text = clean_characters(markup[:MAX_HEADLINE])
    if "<" in text:
        text = _TAG.sub("", text)
    return one_line(clean_characters(decode_references(text)))


def one_line(text: str) -> str:
    """``text`` with each run of white space as one space, none at its ends."""
    # No-break spaces group numbers and are kept inside a line.
    return " ".join(part for part in re.split("[ \t\n\r]+", text) if part).strip()


def squeeze(text: str) -> str:
    """``text`` with every run of white space, no-break ones too, as one space; for comparison only."""
    return _SPACES.sub(" ", text).strip()
