"""Text of a feed to a bounded XML tree, however damaged it is.

Nothing of a DTD is read: the DOCTYPE goes, so entity bombs have nothing to explode; HTML's named
characters, which feeds use without declaring them, become the characters. Well-formed documents are
parsed in one go. Others are taken apart item by item, so damage stays within its item, and an item
that the end of the data cuts off is left out: it comes whole with the next poll.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

import msgspec
from lxml import etree

MAX_ITEMS = 1000  # read; the newest 500 of them are kept
MAX_CHILDREN = 500  # of an item or a channel; more is no news
MAX_ALIKE = 50  # of one name
MAX_HEAD = 64 * 1024  # characters before the first item
MAX_DOCTYPE = 256 * 1024

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&(?:#(?:(\d{1,8})|[xX]([0-9A-Fa-f]{1,7}));|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,300}\?>")
_OPEN = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(item|entry)(?=[\s>])")
_CLOSE = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s*>")
_COMPLETE = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|rdf|feed)\s*>\s*(?:<!--[^>]*-->\s*)*\Z", re.I)
_NAMESPACE = re.compile(r"""\sxmlns:([A-Za-z][\w.-]{0,30})\s*=\s*["']([^"'<>&]{1,200})["']""")
_KNOWN = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "yandex": "http://news.yandex.ru",
}


class Repaired(msgspec.Struct, frozen=True):
    """The root element; ``complete`` if the document's own end was there, ``damaged`` if not well-formed."""

    root: Any
    complete: bool
    damaged: bool


def tree(text: str) -> Repaired | None:
    """The bounded tree of a feed in ``text``; none if it holds no markup to speak of."""
    text = _FORBIDDEN.sub("", text)
    complete = _COMPLETE.search(text[-2000:]) is not None
    text = _references(_without_doctype(_DECLARATION.sub("", text, count=1)))
    root = _parse(text, recover=False)
    damaged = root is None
    if root is None:
        root = _by_items(text)
    if root is None:
        return None
    _bound(root)
    return Repaired(root, complete, damaged)


def serialised(root: Any) -> bytes:
    """The tree as a well-formed document in UTF-8."""
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _parse(text: str, *, recover: bool) -> Any:
    parser = etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def _without_doctype(text: str) -> str:
    """The text without its DOCTYPE, internal subset included."""
    start = re.search(r"<!DOCTYPE", text[:MAX_HEAD], re.IGNORECASE)
    if start is None:
        return text
    depth = 0
    for mark in re.finditer(r"[\[\]>]", text[start.start() : start.start() + MAX_DOCTYPE]):
        depth += {"[": 1, "]": -1, ">": 0}[mark.group()]
        if mark.group() == ">" and depth <= 0:
            return text[: start.start()] + text[start.start() + mark.end() :]
    return text[: start.start()] + text[start.start() + MAX_DOCTYPE :]


def _references(text: str) -> str:
    """Character references as XML takes them; CDATA sections stay as they are."""
    if "&" not in text:
        return text
    parts, at = [], 0
    while True:
        start = text.find("<![CDATA[", at)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:  # no section, or one that never ends: XML's parser will say
            parts.append(_REFERENCE.sub(_reference, text[at:]))
            return "".join(parts)
        parts.append(_REFERENCE.sub(_reference, text[at:start]))
        parts.append(text[start : end + 3])
        at = end + 3


def _reference(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if code > 0x10FFFF or _FORBIDDEN.match(chr(code)):
            return ""
        return match.group()
    if name in _XML_NAMES:
        return match.group()
    if name and f"{name};" in html5:
        return html5[f"{name};"].replace("&", "&amp;").replace("<", "&lt;")
    return "&amp;" + match.group()[1:]


def _by_items(text: str) -> Any:
    """A tree made of the document's head and of each item parsed by itself."""
    opens = []
    for match in _OPEN.finditer(text):
        opens.append(match)
        if len(opens) > MAX_ITEMS:
            break
    head = text[: opens[0].start() if opens else MAX_HEAD][:MAX_HEAD]
    root = _parse(head, recover=True)
    if root is None:
        return None
    channel = next((e for e in root.iter() if _local(e) == "channel"), root)
    home = root if _local(root) == "rdf" else channel
    default = root.nsmap.get(None)
    spaces = _KNOWN | dict(_NAMESPACE.findall(head[:8192]))
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    if default and '"' not in default:
        declared += f' xmlns="{default}"'
    for place, match in enumerate(opens[:MAX_ITEMS]):
        bound = opens[place + 1].start() if place + 1 < len(opens) else len(text)
        close = _CLOSE.search(text, match.end(), bound)
        if close is None:
            continue
        wrapped = _parse(f"<r{declared}>{text[match.start() : close.end()]}</r>", recover=True)
        if wrapped is not None and len(wrapped):
            home.append(wrapped[0])
    return root


def _bound(root: Any) -> None:
    """Drop what no honest feed has, so that nothing later is slow on it."""
    items = [e for e in root.iter() if _local(e) in ("item", "entry")]
    for extra in items[MAX_ITEMS:]:
        extra.getparent().remove(extra)
    for parent in [root, *(e for e in root if _local(e) == "channel"), *items[:MAX_ITEMS]]:
        alike: dict[str, int] = {}
        kept = 0
        for child in list(parent):
            name = _local(child)
            if name in ("item", "entry", "channel"):
                continue
            kept += 1
            alike[name] = alike.get(name, 0) + 1
            if kept > MAX_CHILDREN or alike[name] > MAX_ALIKE:
                parent.remove(child)


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
