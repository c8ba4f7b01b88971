"""Articles of 4,000 characters in English, Russian and Arabic, by number and seed, as newspapers print them:
common words, a long tail of rare ones, names of countries and people, and in some a sentence that fires a rule."""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.records import FeedItem, RawArticle, Source
from monitor.stage import Out
from tests.cleaning.headlines import HEADLINES
from tests.storm.articles import TONGUES

CHARACTERS = 4000
LANGUAGES = ("en", "ru", "ar")
SOURCES = 60
RARE = 6000  # words of the long tail
RARELY = 0.4  # of all words
_SYLLABLES: Mapping[str, Sequence[str]] = {
    "en": ("ba", "con", "der", "fi", "gra", "hol", "in", "ker", "lo", "men", "no", "pre", "ran", "sti", "ter", "ver"),
    "ru": ("ба", "во", "гра", "де", "жи", "за", "ко", "ла", "ми", "но", "пере", "ра", "ста", "ти", "че", "ще"),
    "ar": ("با", "تر", "جم", "حو", "دا", "را", "سي", "شر", "عا", "فر", "قو", "كا", "لم", "مو", "نا", "ها"),
}  # fmt: skip


@functools.cache
def _rare(language: str, seed: int) -> tuple[str, ...]:
    chance = random.Random(f"{seed}/{language}")
    syllables = _SYLLABLES[language]
    return tuple("".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(RARE))


def _sentence(chance: random.Random, language: str, seed: int) -> str:
    if chance.random() < 0.04:
        return chance.choice(HEADLINES[language]) + "."
    common, rare = TONGUES[language].words, _rare(language, seed)
    words = [
        chance.choice(rare if chance.random() < RARELY else common) for _ in range(chance.randint(9, 24))
    ]
    return f"{' '.join(words).capitalize()}."


def article(number: int, seed: int, *, fires: bool, title: str = "") -> RawArticle:
    """The article of this number; ``fires`` puts a sentence into it on which a rule fires."""
    chance = random.Random(f"{seed}/{number}")
    language = LANGUAGES[number % len(LANGUAGES)]
    paragraphs: list[str] = []
    size = 0
    while size < CHARACTERS:
        paragraph = " ".join(_sentence(chance, language, seed) for _ in range(chance.randint(2, 4)))
        paragraphs.append(paragraph)
        size += len(paragraph) + 2
    if fires:
        # A number of its own: without it stories that are told so much alike would be one.
        paragraphs.insert(1, TONGUES[language].fires.format(n=number + 2))
    text = "\n\n".join(paragraphs)[:CHARACTERS]
    item = FeedItem(
        guid=str(number),
        url=f"https://source-{number % SOURCES}.example.org/{number}",
        title=title or f"{number}: {chance.choice(HEADLINES[language])}",
        content=text,
        content_type="text",
        language=language,
    )
    source = Source(id=f"source-{number % SOURCES}", language=language)
    return RawArticle(id=f"bench-{seed}-{number}", source=source, item=item, seen=datetime.now(UTC))


def articles(count: int, seed: int, share: float) -> list[RawArticle]:
    """So many articles, a share of which fires a rule."""
    every = max(1, round(1 / share)) if share else count + 1
    return [article(number, seed, fires=number % every == 0) for number in range(count)]


def out(raw: RawArticle) -> Out:
    """For the topic at the beginning of the pipeline."""
    return Out("raw-articles", raw.source.id.encode(), raw)
