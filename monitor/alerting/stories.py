"""Stories: when two articles tell the same one. Comparison with a story's first article only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import xxhash

from monitor.cleaning.sketch import containment
from monitor.matching.fold import fold
from monitor.matching.text import segment
from monitor.records import Match, Record, Story

WINDOW = timedelta(hours=48)
"""No article joins a story later than this after the story's first article was seen."""

COPY = 0.8  # containment of sketches from which on one text is a copy of the other
SAME = 0.5  # from which on two texts tell one story, unless their evidence contradicts it
SIMILAR = 0.15  # from which on they do if their evidence agrees
AGREE = 0.5  # overlap of the words of evidence sentences that counts as agreement
SHORT = 8  # hashes under which a sketch says nothing
MOST_ARTICLES = 500
_MOST_WORDS = 64

_digits = re.compile(r"[0-9]+")


class Telling(msgspec.Struct, frozen=True):
    """What of a match decides which story it belongs to."""

    sketch: tuple[int, ...]
    title_key: str
    words: tuple[int, ...]
    numbers: tuple[str, ...]
    places: tuple[str, ...]


def telling(match: Match) -> Telling:
    """The article's sketch and title, and the words, numbers and places of its evidence."""
    article = match.article
    words: dict[str, None] = {}
    for sentence in article.sentences:
        if sentence.field == "text" or len(article.sentences) == 1:
            words.update(dict.fromkeys(segment(sentence.text, article.language).folds))
    places = {
        evidence.entry
        for rule in match.rules
        for evidence in rule.evidence
        if evidence.entry.startswith(("place/", "country/")) and evidence.clause != "actor"
    }
    return Telling(
        sketch=article.sketch,
        title_key=title_key(article.title),
        words=tuple(sorted({xxhash.xxh32_intdigest(word.encode()) for word in words}))[:_MOST_WORDS],
        numbers=tuple(sorted({word for word in words if _digits.fullmatch(word)}))[:_MOST_WORDS],
        places=tuple(sorted(places))[:_MOST_WORDS],
    )


def title_key(title: str) -> str:
    """A title without case, accents and punctuation."""
    return " ".join(fold(token) for token in segment(title).folds)[:300]


def belongs(told: Telling, story: Story, seen: datetime) -> bool:
    """Whether the telling is one of this story. In doubt it is not."""
    if abs(seen - story.seen) > WINDOW:
        return False
    if min(len(told.sketch), len(story.sketch)) < SHORT:
        same_title = bool(told.title_key) and told.title_key == story.title_key
        return same_title and not _contradicts(told, story)
    if told.places and story.places and set(told.places).isdisjoint(story.places):
        return False  # a template or a long background makes two strikes look alike, places tell them apart
    shared = containment(told.sketch, story.sketch)
    agrees = _overlap(told.words, story.words) >= AGREE
    if shared >= SAME:
        return agrees or told.numbers == story.numbers or shared >= COPY
    return shared >= SIMILAR and agrees and not _contradicts(told, story)


def _contradicts(told: Telling, story: Story) -> bool:
    """Whether numbers or places of the evidence differ: another strike, or another day's."""
    return told.numbers != story.numbers or told.places != story.places


def _overlap(a: Iterable[int], b: Iterable[int]) -> float:
    """Shared words as a share of the smaller set, 0 to 1."""
    first, second = set(a), set(b)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


class StoryIndex:
    """Finds stories by article, by sketch and by title; kept along with the table."""

    def __init__(self) -> None:
        self._by_hash: dict[int, set[bytes]] = {}
        self._by_title: dict[str, set[bytes]] = {}
        self._by_article: dict[str, bytes] = {}
        self._seen: dict[bytes, datetime] = {}

    def apply(self, key: bytes, old: Record | None, new: Record | None) -> None:
        """See ``monitor.stage.Index``."""
        if isinstance(old, Story):
            self._forget(key, old)
        if isinstance(new, Story):
            self._learn(key, new)

    def candidates(self, told: Telling) -> list[bytes]:
        """Keys of stories that share something with the telling, the most alike first."""
        shares: dict[bytes, int] = {}
        for number in told.sketch:
            for key in self._by_hash.get(number, ()):
                shares[key] = shares.get(key, 0) + 1
        if told.title_key:
            for key in self._by_title.get(told.title_key, ()):
                shares[key] = shares.get(key, 0) + 1
        return sorted(shares, key=lambda key: (-shares[key], key))[:20]

    def of_article(self, article: str) -> bytes | None:
        """The key of the story that holds this article."""
        return self._by_article.get(article)

    def older_than(self, limit: datetime, most: int) -> list[bytes]:
        """Keys of stories first seen before ``limit``, oldest first."""
        found: list[bytes] = []
        for key, seen in self._seen.items():  # in the order in which stories began, or nearly so
            if seen < limit:
                found.append(key)
                if len(found) >= most:
                    break
        return found

    def _learn(self, key: bytes, story: Story) -> None:
        for number in story.sketch:
            self._by_hash.setdefault(number, set()).add(key)
        if story.title_key:
            self._by_title.setdefault(story.title_key, set()).add(key)
        for article in story.articles:
            self._by_article[article] = key
        self._seen[key] = story.seen

    def _forget(self, key: bytes, story: Story) -> None:
        for number in story.sketch:
            _discard(self._by_hash, number, key)
        if story.title_key:
            _discard(self._by_title, story.title_key, key)
        for article in story.articles:
            self._by_article.pop(article, None)
        self._seen.pop(key, None)


def _discard(index: dict[Any, set[bytes]], at: Any, key: bytes) -> None:
    keys = index.get(at)
    if keys is not None:
        keys.discard(key)
        if not keys:
            del index[at]
