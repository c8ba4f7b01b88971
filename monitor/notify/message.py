"""What a notice says, before a channel draws it: one bounded, cleaned model for all channels. Pure.

The model is also the JSON body of webhooks and alert files (``webhook.schema.json``). Texts are cleaned
character by character, so that evidence offsets (code points in the article's field) stay exact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec

SCHEMA_VERSION = 1
MAX_REASONS = 8  # of a rule, in a line; its evidence has them all

_BIDI = [
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]  # embeddings, overrides, isolates
_SPACE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_HIDDEN = [*_BIDI, 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
_CLEAN = (
    dict.fromkeys(_SPACE, " ") | dict.fromkeys(_HIDDEN, "\u200b") | dict.fromkeys(range(55296, 57344), "�")
)


class Segment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of a sentence. It is evidence if it has a ``clause``; ``gloss`` is in English."""

    text: str
    clause: str = ""
    entry: str = ""
    gloss: str = ""


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence with evidence. Its segments joined are code points ``start:end`` of ``field``."""

    field: Literal["title", "text"]
    start: int
    end: int
    direction: Literal["ltr", "rtl"]
    segments: tuple[Segment, ...]
    cut_before: bool = False  # the sentence goes on before ``start``
    cut_after: bool = False

    @property
    def glosses(self) -> tuple[tuple[str, str], ...]:
        """Evidence and gloss, each pair once, in order."""
        return glosses_of(self.segments)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the article that made a rule fire: code points ``start:end`` of ``field``."""

    field: Literal["title", "text"]
    start: int
    end: int
    text: str
    clause: str
    entry: str = ""
    gloss: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that fired; ``why`` names its evidence in a line."""

    id: str
    title: str
    severity: str
    version: str
    tags: tuple[str, ...]
    score: float | None
    why: str
    evidence: tuple[Proof, ...]

    @property
    def reasons(self) -> tuple[tuple[str, str, str], ...]:
        """Clause, text and gloss of the evidence, each once; a gloss that only repeats is empty."""
        return reasons_of(self.evidence)[:MAX_REASONS]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the article comes from."""

    id: str
    country: str = ""
    tags: tuple[str, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """All that a subscriber is told. Times are in UTC; ``published`` is null if unknown."""

    schema_version: int = SCHEMA_VERSION
    id: str
    kind: Literal["alert", "operator", "test"]
    subscriber: str
    story: str
    revision: int
    severity: Literal["info", "low", "medium", "high", "critical"]
    title: str
    direction: Literal["ltr", "rtl"]
    headline: tuple[Segment, ...]  # the title, evidence marked
    seen: datetime
    published: datetime | None = None
    article: str = ""  # id
    url: str = ""
    source: Origin | None = None
    language: str = ""
    language_name: str = ""
    rules: tuple[Rule, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    articles: int = 1  # of the story, so far
    sources: tuple[str, ...] = ()
    source_count: int = 0
    languages: tuple[str, ...] = ()
    language_count: int = 0
    again: str = ""
    text: str = ""
    note: str = ""  # what was left out for size

    @property
    def glosses(self) -> tuple[tuple[str, str], ...]:
        """Evidence in the title with its glosses."""
        return glosses_of(self.headline)

    @property
    def link(self) -> str:
        """The URL if a reader may safely click on it, else empty."""
        scheme, _, rest = self.url.partition("://")
        return self.url if scheme.lower() in ("http", "https") and rest else ""


def glosses_of(segments: Iterable[Segment]) -> tuple[tuple[str, str], ...]:
    """Evidence and gloss, each pair once, in order; a gloss that only repeats the text is left out."""
    pairs = ((" ".join(s.text.split()), s.gloss) for s in segments if s.gloss and s.gloss != s.text)
    return tuple(dict.fromkeys(pairs))


def reasons_of(evidence: Iterable[Proof]) -> tuple[tuple[str, str, str], ...]:
    """Clause, text and gloss of each proof, each once; a gloss that only repeats the text is empty."""
    return tuple(
        dict.fromkeys(
            (p.clause, " ".join(p.text.split()), "" if p.gloss == p.text else p.gloss) for p in evidence
        )
    )


def clean(text: str, limit: int = 10**9) -> str:
    """``text`` without control characters, invisible direction changes and lone surrogates.

    Each is replaced by one character, so offsets keep. Longer texts end in "…".
    """
    return (text if len(text) <= limit else text[: limit - 1] + "…").translate(_CLEAN)


def when(time: datetime | None) -> str:
    """A time as people read it, in UTC; "unknown" without one."""
    return "unknown" if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def direction(text: str) -> Literal["ltr", "rtl"]:
    """The direction of most letters of ``text``."""
    kinds = [unicodedata.bidirectional(character) for character in text[:1000]]
    right = sum(kind in ("R", "AL") for kind in kinds)
    return "rtl" if right > kinds.count("L") else "ltr"
