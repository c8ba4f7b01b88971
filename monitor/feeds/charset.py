"""Bytes of unknown charset to text.

Valid UTF-8 wins over every label, because hardly anything else looks like it and labels are often
wrong. Then come the HTTP header, the document's own declaration, and a statistical guess. Labels
are read as browsers read them (WHATWG Encoding: latin-1 means windows-1252, gb2312 means gb18030).
"""

from __future__ import annotations

import codecs
import re

import msgspec

GUESS_BYTES = 32 * 1024  # of the non-ASCII part, shown to the guesser

_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-mac-cyrillic": "mac-cyrillic",
    "utf8": "utf-8",
    "unicode": "utf-16",
}
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})"""
    rb"""|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""",
    re.IGNORECASE,
)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the guesser may choose from: what pages were written in before UTF-8.
_GUESSED = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp874", "koi8_r", "koi8_u", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "cp866"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
)
# Codecs of Python that are not character sets, or that no document may ask for.
_NOT_TEXT = frozenset({"utf-7", "utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape"})


class Decoded(msgspec.Struct, frozen=True):
    """Text and the codec that made it; ``damaged`` if characters had to be replaced."""

    text: str
    charset: str
    damaged: bool = False


def decode(data: bytes, content_type: str = "") -> Decoded:
    """The text of ``data``. ``content_type`` is the HTTP header's value, if there was one.

    Always returns; bytes that fit nothing become U+FFFD.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _replacing(data[len(bom) :], name)
    wide = _wide(data)
    if wide:
        return _replacing(data, wide)
    declared = _label(_DECLARED.search(data[:2048]))
    header = _HEADER.search(content_type)
    sent = _codec(header.group(1)) if header else ""
    if b"\x1b$" in data[:65536]:  # 7-bit, so it would pass for UTF-8
        for name in (sent, declared, "iso2022_jp_2"):
            if name.startswith("iso2022"):
                found = _strict(data, name)
                if found is not None:
                    return found
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(data):
        return _replacing(data, "utf-8")
    if sent == "cp1252" and declared:  # a server's default rather than a statement
        sent = declared
    for name in (sent, declared):
        if name and not name.startswith("utf"):
            decoded = _replacing(data, name)
            if decoded.text.count("�") <= len(decoded.text) // 100:
                return decoded
    return _guess(data)


def _label(match: re.Match[bytes] | None) -> str:
    if match is None:
        return ""
    return _codec((match.group(1) or match.group(2)).decode("ascii"))


def _codec(label: str) -> str:
    label = label.lower()
    name = _ALIASES.get(label, label)
    if name in _NOT_TEXT:
        return ""
    try:
        found = codecs.lookup(name)
        "".encode(name)  # LookupError for codecs from bytes to bytes
    except (LookupError, UnicodeError):
        return ""
    return found.name


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: zeros, and few different bytes (the block of the script) on one side."""
    head = data[:512]
    if len(head) < 16 or 0 not in head:
        return ""
    even, odd = head[0::2], head[1::2]
    if 0 in odd and len(set(odd)) <= 4 and len(set(even)) >= 2 * len(set(odd)):
        return "utf-16-le"
    if 0 in even and len(set(even)) <= 4 and len(set(odd)) >= 2 * len(set(even)):
        return "utf-16-be"
    return ""


def _mostly_utf8(data: bytes) -> bool:
    """A few damaged places (a cut, a stray byte) in what is UTF-8 otherwise."""
    text = data.decode("utf-8", "replace")
    bad = text.count("�")
    good = sum(1 for c in text if c >= "\x80") - bad
    return good > 0 and good >= 4 * bad


def _strict(data: bytes, name: str) -> Decoded | None:
    try:
        return Decoded(data.decode(name), name)
    except (UnicodeError, LookupError):
        return None


def _replacing(data: bytes, name: str) -> Decoded:
    text = data.decode(name, "replace")
    return Decoded(text, name, "�" in text)


def _guess(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # 30 ms, rarely needed

    # Markup is ASCII and says nothing: show the guesser what is not, with its neighbourhood.
    telling = b"".join(re.findall(rb"[^<>]{0,64}[\x80-\xff][^<>]{0,512}", data))[:GUESS_BYTES]
    best = from_bytes(telling or data[:GUESS_BYTES], cp_isolation=list(_GUESSED)).best()
    return _replacing(data, _codec(best.encoding) if best is not None else "utf-8")
