"""The lexicon of the bench: entities with 10 to 80 aliases, concepts with dozens of event words a language.

Entity number 0 is the one that the news names most often; the first ``COUNTRIES`` are countries with
demonyms, the rest places, organisations, persons and products in turn. Aliases are one to four words in
several scripts: the three of the articles for the most part, one in five in another. Of the names
- one in twelve holds the name of a more frequent entity (York, New York),
- one word in ten comes from the common vocabulary,
- persons share family names, and some organisations have an acronym (``case``).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator

from monitor.lexicon.schema import Entry, Form, FormKind
from tests.bench.matching import words
from tests.bench.matching.words import LANGUAGES
from tests.bench.matching.world import World

COUNTRIES = 200
CONCEPTS = (
    "airstrike", "shelling", "explosion", "protest", "election", "sanctions", "earthquake", "flood",
    "wildfire", "storm", "drought", "epidemic", "arrest", "trial", "kidnapping", "assassination",
    "ceasefire", "talks", "treaty", "summit", "invasion", "withdrawal", "blockade", "strike", "layoff",
    "merger", "bankruptcy", "default", "inflation", "embargo", "export", "recall", "hack", "leak",
    "outage", "derailment", "shipwreck", "crash", "evacuation", "refugees", "famine", "coup",
    "resignation",
)  # fmt: skip
CUES = ("drill", "fiction", "figurative")
EVENT_WORDS = (24, 60)  # of a concept in a language
FEWEST, MOST = 10, 80  # aliases of an entity
OTHERS = ("el", "he", "hi", "ka", "ko", "zh")
_KINDS = ("place",) * 8 + ("org",) * 5 + ("person",) * 6 + ("product",)
_CONCEPT_KINDS: tuple[tuple[FormKind, int], ...] = (("term", 45), ("verb", 30), ("weak", 18), ("not", 7))


def entity(number: int) -> str:
    """The id of the entity of this number."""
    kind = "country" if number < COUNTRIES else _KINDS[number % len(_KINDS)]
    return f"{kind}/e{number}"


def number_of(id: str) -> int:
    """The number in an entity's id."""
    return int(id.rpartition("/e")[2])


def entries(world: World) -> Iterator[Entry]:
    """Every entity and concept; a place lies in a country."""
    for number in range(world.entities):
        id = entity(number)
        chance = random.Random(f"{world.seed}/entry/{number}")
        within = int(min(COUNTRIES, world.entities) * chance.random() ** 2)
        part_of = (entity(within),) if id.startswith("place/") else ()
        yield Entry(id=id, gloss=names_of(world, number, "en")[0], part_of=part_of)
    for concept in (*CONCEPTS, *CUES):
        yield Entry(id=concept, gloss=concept)


def forms(world: World) -> Iterator[Form]:
    """Every form of the lexicon, by entry: 1.3 million with 30,000 entities."""
    for number in range(world.entities):
        yield from entity_forms(world, number)
    for concept in (*CONCEPTS, *CUES):
        for language in LANGUAGES:
            yield from concept_forms(world, concept, language)


def entity_forms(world: World, number: int) -> tuple[Form, ...]:
    """The forms of one entity."""
    id = entity(number)
    chance = random.Random(f"{world.seed}/aliases/{number}")
    wanted = chance.randint(FEWEST, MOST)
    found: dict[tuple[str, str, FormKind], Form] = {}

    def add(text: str, language: str, kind: FormKind = "name", case: bool = False) -> None:
        found.setdefault((text, language, kind), Form(text, language, id, kind, case))

    cores = {language: core(world, number, language) for language in LANGUAGES}
    for language in LANGUAGES:
        add(cores[language], language)
        if id.startswith("country/"):
            for demonym in _demonyms(world, number, language):
                add(demonym, language, "demonym")
        if id.startswith("person/"):
            add(cores[language].rpartition(" ")[2], language)
    if id.startswith("org/") and chance.random() < 0.3:
        add("".join(chance.choices("ABCDEFGHIKLMNOPRSTUVW", k=chance.randint(3, 5))), "en", case=True)
    if id.startswith(("org/", "product/")) and chance.random() < 0.02:
        add(world.common(chance, "en").capitalize(), "en", case=True)  # Apple, Reading
    while len(found) < wanted:
        if chance.random() < 0.2:
            language = chance.choice(OTHERS)
            add(_joined(language, world.names(language).draw(chance, chance.choice((1, 1, 2)))), language)
        else:
            language = chance.choices(LANGUAGES, (50, 25, 25))[0]
            add(_variant(world, chance, cores[language], language), language)
    return tuple(found.values())


@functools.lru_cache(maxsize=1 << 12)
def core(world: World, number: int, language: str) -> str:
    """The name of an entity in a language of the articles."""
    chance = random.Random(f"{world.seed}/core/{number}/{language}")
    kind = entity(number).partition("/")[0]
    structure = random.Random(f"{world.seed}/core/{number}")  # the same in every language
    if number >= COUNTRIES and kind in ("place", "org") and structure.random() < 1 / 6:
        nested = int(number * structure.random())
        inner = core(world, nested, language)
        if inner.count(" ") < 2:
            outer = world.names(language).draw(chance, 1)[0]
            return f"{inner} {outer}" if language == "ar" else f"{outer} {inner}"
    size = {"country": (1, 1, 1, 2), "place": (1, 1, 1, 2), "person": (2, 2, 2, 3)}.get(kind, (1, 2, 2, 3, 4))
    made = world.names(language).draw(chance, structure.choice(size))
    for at in range(1, len(made)):
        # Not a person's: the family name stands alone, and a common word that does is rare.
        if kind != "person" and chance.random() < 0.2:
            made[at] = world.common(chance, language).capitalize()
    return " ".join(made)


def _demonyms(world: World, number: int, language: str) -> list[str]:
    chance = random.Random(f"{world.seed}/demonym/{number}/{language}")
    stem = core(world, number, language).rpartition(" ")[2]
    ends = {"en": ("ian", "ians", "ese"), "ru": ("ский", "ская", "ские", "ских"), "ar": ("ي", "ية", "يون")}
    return [stem + end for end in ends[language][: chance.randint(2, 4)]]


def _variant(world: World, chance: random.Random, name: str, language: str) -> str:
    """Another way to write the name: respelled, shortened, with a word before or behind."""
    parts = name.split(" ")
    way = chance.random()
    if way < 0.45 or len(parts) == 4:
        at = chance.randrange(len(parts))
        parts[at] = _respelled(chance, parts[at], language)
    elif way < 0.7:
        parts.insert(len(parts) if chance.random() < 0.6 else 0, world.common(chance, language))
    elif way < 0.9:
        parts = world.names(language).draw(chance, chance.choice((1, 2, 2, 3)))
    else:
        parts = [_respelled(chance, part, language) for part in parts]
    return " ".join(parts)


def _respelled(chance: random.Random, text: str, language: str) -> str:
    at = chance.randrange(1, len(text)) if len(text) > 1 else 0
    return (
        text[:at]
        + words.word(chance, language, 1)[: chance.randint(1, 2)]
        + text[at + chance.randint(0, 1) :]
    )


def _joined(language: str, parts: list[str]) -> str:
    return ("" if language == "zh" else " ").join(parts)


@functools.lru_cache(maxsize=1 << 10)
def concept_forms(world: World, concept: str, language: str) -> tuple[Form, ...]:
    """The event words of a concept in a language; the first is a noun that nothing else means."""
    chance = random.Random(f"{world.seed}/concept/{concept}/{language}")
    wanted = 12 if concept in CUES else chance.randint(*EVENT_WORDS)
    own = world.names(language).draw(chance, 1)[0].lower() + ("" if language == "ar" else "o")
    found: dict[str, FormKind] = {own: "term"}
    kinds, shares = zip(*_CONCEPT_KINDS, strict=True)
    rarest = world.rank(3000 if concept in CUES else 1500)
    while len(found) < wanted:
        kind: FormKind = chance.choices(kinds, shares)[0]
        first = world.common(chance, language, rarest)
        if kind == "not" or chance.random() < 0.35:
            first = f"{first} {world.common(chance, language, rarest)}"
        found.setdefault(first, kind)
    return tuple(Form(text, language, concept, kind) for text, kind in found.items())


@functools.lru_cache(maxsize=1 << 12)
def names_of(world: World, number: int, language: str) -> tuple[str, ...]:
    """What the news calls an entity in a language: its name first, then some of its other names."""
    own = [
        form.text for form in entity_forms(world, number) if form.language == language and form.kind == "name" and not form.case
    ]  # fmt: skip
    return tuple(own[:6])
