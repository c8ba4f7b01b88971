"""Bare words of a query: what other suites write that means nothing here is told, never searched for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from monitor.rules.query.errors import Mistake

_QUOTE = "put it into quotation marks to search for it"
_LIST = "list the forms with OR"
_near = re.compile(r"(?i)(o?near|w|pre|adj|n|p)(/?)([0-9]*)/?")
_wide_colon = re.compile(r"[A-Za-z]+[0-9]*：")
_strange = re.compile(r"[~^\[\]{}\\|=<>（）［］｛｝]")
_ranges = {
    "w": "NEAR",
    "n": "NEAR",
    "near": "NEAR",
    "pre": "ONEAR",
    "p": "ONEAR",
    "onear": "ONEAR",
    "adj": "ONEAR",
}


def mistakes_in(text: str, at: int) -> Iterator[Mistake]:
    """What is wrong with an unquoted word that stands at ``at``: the first such thing, if any."""
    close = _near.fullmatch(text)
    if close and (close[1].lower().endswith("near") or close[2]) and (close[2] or text.isupper()):
        sign, words = _ranges[close[1].lower()], close[3] or "5"
        yield Mistake(at, f"{text!r} is no operator", f"write {sign}/{words}")
    elif not text.isascii() and unicodedata.normalize("NFKC", text) in ("AND", "OR", "NOT"):
        yield Mistake(at, f"{text!r} is no operator", "write it in plain letters")
    elif wide := _wide_colon.match(text):
        yield Mistake(
            at + wide.end() - 1,
            "a wide colon makes no field",
            "write a plain one, or put it all into quotation marks",
        )
    elif text in ("&", "&&", "+"):
        yield Mistake(at, f"{text!r} is no operator", "write AND")
    elif text in ("|", "||", ","):
        yield Mistake(at, f"{text!r} is no operator", "write OR")
    elif text in ("-", "!"):
        yield Mistake(at, f"{text!r} is no operator", "write NOT")
    elif len(text) > 1 and text[0] in "-!+\u2212":
        word = text.lstrip("-!+\u2212")
        sign = "AND" if text[0] == "+" else "NOT"
        yield Mistake(at, f"{text[0]!r} before a word is no operator", f"write {sign} {word}, or {_QUOTE}")
    elif text.startswith("/") and len(text) > 1:
        yield Mistake(at, "a / before a word means nothing", f"there are no regular expressions; {_LIST}")
    elif strange := _strange.search(text):
        remedy = {"~": "write NEAR/5 between the words", "|": "write OR"}.get(strange[0], _QUOTE)
        if strange[0] in "（）":
            remedy = "write ( and )"
        yield Mistake(at + strange.start(), f"{strange[0]!r} means nothing here", remedy)
    elif "*" in (inside := text.removesuffix("*")):
        yield Mistake(at + inside.index("*"), f"{text!r}: a * stands only at the end", _LIST)
    elif "?" in text:
        yield Mistake(at + text.index("?"), "'?' is no wildcard", f"{_LIST}, or {_QUOTE}")
    elif text[-1] in ",;،、，；":
        yield Mistake(at + len(text) - 1, f"{text[-1]!r} joins nothing", "write AND or OR between the words")
