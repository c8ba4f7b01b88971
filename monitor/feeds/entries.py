"""The items in the tree of an RSS or Atom document.

Elements go by their local names, with the namespace looked at only where two namespaces use one name
for different things, so that misspelt namespaces and prefixes do not matter.
"""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urljoin

import msgspec

from monitor.feeds.item import make_item
from monitor.records import FeedItem

_XML = "{http://www.w3.org/XML/1998/namespace}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# Namespaces whose title, description, category or author is that of a picture or a podcast.
_OTHER = ("search.yahoo.com/mrss", "itunes", "googleplay", "georss", "mrss", "slash", "feedburner")


class FoundFeed(msgspec.Struct, frozen=True):
    """What a reader of one format found, not yet bounded."""

    items: list[FeedItem]
    title: str = ""
    language: str = ""


def read_tree(root: Any, url: str) -> FoundFeed | None:
    """The feed under ``root``, whose links are relative to ``url``; none if it has no known shape."""
    name = _local(root)
    if name == "feed":
        return _atom(root, url)
    if name in ("rss", "rdf", "channel"):
        channel = root if name == "channel" else next((e for e in root if _local(e) == "channel"), None)
        if channel is None and name != "rdf":
            return None
        items = [e for e in root.iter() if _local(e) == "item"]
        parts = _Parts(channel if channel is not None else root)
        language = parts.text("language") or parts.attribute(_XML + "lang")
        home = parts.text("link")
        base = urljoin(url, home) if not url and home.startswith("http") else url
        found = [_rss_item(item, base, language) for item in items]
        return FoundFeed(found, _line(parts.text("title")), language[:35])
    return None


def _rss_item(item: Any, url: str, language: str) -> FeedItem:
    parts = _Parts(item)
    base = _base(item, url)
    guid = parts.text("guid") or (item.get(_RDF + "about") or "") or parts.text("id")
    link = parts.text("link") or parts.href()
    permanent = next((e.get("isPermaLink", "true") for e in parts.all("guid")), "false")
    if not link and permanent.strip().lower() != "false" and guid.startswith(("http://", "https://")):
        link = guid
    content = (
        parts.text("encoded") or parts.text("full-text") or parts.markup("body") or parts.markup("content")
    )
    date = parts.text("pubdate") or parts.text("date") or parts.text("issued") or parts.text("published")
    return make_item(
        base,
        guid=guid,
        link=link or (item.get(_RDF + "about") or ""),
        title=parts.markup("title"),
        summary=parts.markup("description") or parts.markup("summary"),
        content=content,
        published=date or parts.text("created"),
        updated=parts.text("modified") or parts.text("updated"),
        authors=[_text(e) for name in ("creator", "author") for e in parts.all(name)],
        categories=[_text(e) for name in ("category", "subject") for e in parts.all(name)],
        language=item.get(_XML + "lang") or parts.text("language") or language,
    )


def _atom(root: Any, url: str) -> FoundFeed:
    feed = _Parts(root)
    base = _base(root, url)
    language = root.get(_XML + "lang") or ""
    people = [_person(e) for e in feed.all("author")]
    items = []
    for entry in (e for e in root.iter() if _local(e) == "entry"):
        parts = _Parts(entry)
        here = _base(entry, base)
        title, _ = _construct(parts.first("title"))
        title_type = _type(parts.first("title"))
        summary, summary_plain = _construct(parts.first("summary"))
        content, content_plain = _construct(parts.first("content"))
        plain = (content_plain or not content) and (summary_plain or not summary)
        if not plain:  # one field says what both are
            summary = html.escape(summary, quote=False) if summary_plain else summary
            content = html.escape(content, quote=False) if content_plain else content
        items.append(
            make_item(
                here,
                guid=parts.text("id"),
                link=parts.href(),
                title=title,
                title_is_html=title_type != "text",
                summary=summary,
                content=content,
                plain=plain,
                published=parts.text("published") or parts.text("issued") or parts.text("created"),
                updated=parts.text("updated") or parts.text("modified"),
                authors=[_person(e) for e in parts.all("author")] or people,
                categories=[e.get("label") or e.get("term") or "" for e in parts.all("category")],
                language=entry.get(_XML + "lang") or language,
            )
        )
    title, _ = _construct(feed.first("title"))
    return FoundFeed(items, _line(title), language[:35])


class _Parts:
    """Children of an element by local name; those of pictures and podcasts are not its own."""

    def __init__(self, element: Any) -> None:
        self._element = element
        self._children: dict[str, list[Any]] = {}
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            space, _, name = tag.rpartition("}")
            if any(other in space.lower() for other in _OTHER):
                continue
            # An element of the format itself goes before one of an extension with the same name.
            found = self._children.setdefault(name.lower(), [])
            if child.prefix is None and found and found[0].prefix is not None:
                found.insert(0, child)
            else:
                found.append(child)

    def all(self, name: str) -> list[Any]:
        return self._children.get(name, [])

    def first(self, name: str) -> Any:
        return next(iter(self.all(name)), None)

    def attribute(self, name: str) -> str:
        return self._element.get(name) or ""

    def text(self, name: str) -> str:
        return next((found for e in self.all(name) if (found := _text(e))), "")

    def markup(self, name: str) -> str:
        """Like ``text``, with the markup of elements that should have been escaped."""
        return next((found for e in self.all(name) if (found := _inner(e))), "")

    def href(self) -> str:
        """The address that a ``link`` element with ``href`` gives for reading the item."""
        best = ""
        for link in self.all("link"):
            rel = (link.get("rel") or "alternate").lower()
            href = link.get("href") or ""
            if rel != "alternate" or not href:
                continue
            if "html" in (link.get("type") or "html"):
                return href
            best = best or href
        return best


def _construct(element: Any) -> tuple[str, bool]:
    """Text of an Atom text construct, and whether it is plain."""
    if element is None:
        return "", False
    kind = _type(element)
    if kind == "xhtml" or (len(element) and kind != "text"):
        inner = _inner(element)
        wrapper = element[0] if len(element) == 1 and _local(element[0]) == "div" else None
        return (_inner(wrapper) if wrapper is not None else inner), False
    if kind not in ("text", "html"):
        return "", False  # a picture in base64, a document elsewhere
    return (_inner(element) if len(element) else _text(element)), kind == "text"


def _type(element: Any) -> str:
    if element is None:
        return "text"
    kind = (element.get("type") or "text").lower().partition(";")[0].strip()
    if element.get("mode"):  # Atom 0.3
        return {"escaped": "html", "xml": "xhtml"}.get(element.get("mode"), "other")
    return {"text/plain": "text", "text/html": "html", "application/xhtml+xml": "xhtml"}.get(kind, kind)


def _person(element: Any) -> str:
    parts = _Parts(element)
    return parts.text("name") or parts.text("email") or _text(element)


def _inner(element: Any) -> str:
    """What stands in the element, inner tags in plain HTML: no prefixes, no namespaces."""
    if not len(element):
        return (element.text or "").strip()
    out: list[str] = [html.escape(element.text or "", quote=False)]
    for child in element:
        _write(child, out)
    return "".join(out).strip()


def _write(element: Any, out: list[str]) -> None:
    # Recursion is bounded: the XML parser refuses depths beyond its own limit of a few hundred.
    name = _local(element)
    if name:
        attributes = "".join(
            f' {key}="{html.escape(value)}"' for key, value in element.attrib.items() if "}" not in key
        )
        out.append(f"<{name}{attributes}>")
        out.append(html.escape(element.text or "", quote=False))
        for child in element:
            _write(child, out)
        if name not in ("br", "img", "hr", "wbr", "input"):
            out.append(f"</{name}>")
    out.append(html.escape(element.tail or "", quote=False))


def _text(element: Any) -> str:
    return (element.text or "").strip() if not len(element) else "".join(element.itertext()).strip()


def _base(element: Any, url: str) -> str:
    base = element.get(_XML + "base")
    try:
        return urljoin(url, base.strip()) if base else url
    except ValueError:
        return url


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
