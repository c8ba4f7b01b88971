"""Articles of 4,000 code points: 60 % English, 20 % Russian, 20 % Arabic.

Each has a few entities and concepts that it is about, named again and again in their usual names, and else
words by their frequency. ``planted`` sentences in it fire rules among the first ``DESK``: the same number
whatever the size of the rule set, so that sizes are compared at comparable fires. All other fires happen as
they would in the news: an article is about what a rule asks for.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.bench.matching import lexicon
from tests.bench.matching.planting import planted
from tests.bench.matching.rules import rule
from tests.bench.matching.world import World

CHARACTERS = 4000
DESK = 100  # rules that planted sentences fire
PLANTED = 3  # sentences an article, on average
EXPONENT = 0.7  # of how often the news names an entity
_ROTA = ("en", "ru", "en", "ar", "en")
_ENTITIES = (3, 7)  # that an article is about
_NAMED = 0.25  # of sentences name one of them
_EVENT = 0.06  # of sentences have an event word of what the article is about
_PAIR = 0.15  # of sentences have words that often stand together


class Text(NamedTuple):
    """An article as the engine takes it, with the numbers of the rules planted in it."""

    title: str
    text: str
    language: str
    planted: tuple[int, ...] = ()


def article(world: World, number: int, *, plant: float = PLANTED, desk: int = DESK) -> Text:
    """The article of this number; some ``plant`` sentences in it fire rules among the first ``desk``."""
    chance = random.Random(f"{world.seed}/article/{number}")
    language = _ROTA[number % len(_ROTA)]
    about = _About(world, chance, language)
    sure, maybe = int(plant), plant - int(plant)
    wanted = (chance.randint(sure - 1, sure + 1) if sure else 0) + (chance.random() < maybe)
    fires = list(dict.fromkeys(int(desk * chance.random() ** 1.5) for _ in range(wanted)))
    title = about.sentence(6, 11, stop="")
    leads: list[str] = []
    bodies: list[str] = []
    for one in fires:
        place, sentence = planted(world, rule(world, one).clause, language, chance)
        if place == "title":
            title = f"{title}: {sentence}"
        else:
            (leads if place == "lead" else bodies).append(sentence)
    paragraphs: list[str] = []
    size = 0
    room = CHARACTERS - sum(len(sentence) + 1 for sentence in bodies)
    while size < room:
        sentences = [about.sentence() for _ in range(chance.randint(2, 5))]
        if not paragraphs:
            sentences[:0] = leads
        paragraphs.append(" ".join(sentences))
        size += len(paragraphs[-1]) + 2
    # The last paragraph is the one that is cut: what is planted stands before it.
    for sentence in bodies:
        at = chance.randrange(len(paragraphs) - 1)
        paragraphs[at] = f"{sentence} {paragraphs[at]}"
    return Text(title, "\n\n".join(paragraphs)[:CHARACTERS], language, tuple(fires))


class _About:
    """What an article is about, and its sentences."""

    def __init__(self, world: World, chance: random.Random, language: str) -> None:
        self.chance, self.language = chance, language
        self.words, self.pairs = world.words(language), world.pairs(language)
        numbers = [world.drawn(chance, EXPONENT) for _ in range(chance.randint(*_ENTITIES))]
        self.names = [lexicon.names_of(world, number, language) for number in numbers]
        concept = lexicon.concept_forms(world, chance.choice(lexicon.CONCEPTS), language)
        self.events = [form.text for form in concept if form.kind != "not"]

    def sentence(self, fewest: int = 8, most: int = 28, stop: str = ".") -> str:
        chance = self.chance
        parts = self.words.draw(chance, chance.randint(fewest, most))
        if chance.random() < _NAMED:
            names = self.names[int(len(self.names) * chance.random() ** 2)]
            self._insert(parts, names[int(len(names) * chance.random() ** 3)])
        if chance.random() < _EVENT:
            self._insert(parts, chance.choice(self.events))
        if chance.random() < _PAIR:
            self._insert(parts, self.pairs.draw(chance, 1)[0])
        if self.language == "ar":
            parts = [self._written_on(part) for part in parts]
        for at in range(len(parts) - 1):
            if chance.random() < 0.06:
                parts[at] += "،" if self.language == "ar" else ","
        text = " ".join(parts)
        return text[0].upper() + text[1:] + stop

    def _insert(self, parts: list[str], text: str) -> None:
        parts.insert(self.chance.randrange(len(parts) + 1), text)

    def _written_on(self, word: str) -> str:
        """Arabic writes the article, the conjunction and some prepositions onto the word."""
        if len(word) < 3 or " " in word:
            return word
        way = self.chance.random()
        if way < 0.25:
            return f"ال{word}"
        return f"و{word}" if way < 0.3 else f"ب{word}" if way < 0.33 else word
