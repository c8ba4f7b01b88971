"""The rules of the bench: a mix as a desk would have it, by number and seed.

| kind | share | what it is |
|---|---:|---|
| frame | 35 % | event with actor, place or target, one to three entities each |
| together | 20 % | entity with entity or concept within a sentence (two thirds) or a paragraph |
| phrases | 15 % | any of two to six phrases and rare words, none of up to two others |
| near | 10 % | two parts at most 3 to 10 words apart, one in three ordered |
| at_least | 8 % | two of four to six terms, entities, concepts |
| field | 5 % | entity in the title, concept or term in the title or the lead |
| score | 4 % | four weighted parts, one of them negative |
| mentions | 2 % | three mentions of an entity, with a concept |
| prefix | 1 % | any of two prefixes, with an entity |

Analysts ask for what the news names often, but less so than the news names it: entities are drawn with the
exponent ``EXPONENT``. Rule i is the same in every rule set that has it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import accumulate

from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Stretch,
    Term,
    Weighted,
)
from monitor.matching.rule import Rule
from tests.bench.matching.lexicon import CONCEPTS, entity
from tests.bench.matching.words import LANGUAGES
from tests.bench.matching.world import World

MIX: Mapping[str, int] = {
    "frame": 35, "together": 20, "phrases": 15, "near": 10, "at_least": 8, "field": 5, "score": 4, "mentions": 2,
    "prefix": 1,
}  # fmt: skip
EXPONENT = 0.35
_KINDS, _SHARES = tuple(MIX), tuple(accumulate(MIX.values()))


def kind_of(world: World, number: int) -> str:
    """The kind of the rule of this number."""
    return _chance(world, number).choices(_KINDS, cum_weights=_SHARES)[0]


def rule(world: World, number: int, version: str = "1") -> Rule:
    """The rule of this number."""
    chance = _chance(world, number)
    kind = chance.choices(_KINDS, cum_weights=_SHARES)[0]
    clause = _MAKE[kind](world, chance)
    return Rule(
        id=f"{kind.replace('_', '-')}-{number}", version=version, title=f"Rule {number}", clause=clause
    )


def _chance(world: World, number: int) -> random.Random:
    return random.Random(f"{world.seed}/rule/{number}")


# --- leaves -------------------------------------------------------------------------------------


def _entity(world: World, chance: random.Random, kinds: tuple[str, ...] = ()) -> str:
    while True:
        id = entity(world.drawn(chance, EXPONENT))
        if not kinds or id.partition("/")[0] in kinds:
            return id


def _entities(world: World, chance: random.Random, kinds: tuple[str, ...] = ()) -> tuple[str, ...]:
    many = chance.choice((1, 1, 1, 1, 1, 1, 1, 2, 2, 3))
    return tuple(dict.fromkeys(_entity(world, chance, kinds) for _ in range(many)))


def _named(world: World, chance: random.Random) -> Names:
    return Names(_entities(world, chance))


def _concept(chance: random.Random) -> Names:
    return Names((chance.choice(CONCEPTS),), concept=True)


def _language(chance: random.Random) -> str:
    return chance.choices(LANGUAGES, (60, 20, 20))[0]


def _word(world: World, chance: random.Random, language: str) -> Term:
    """A word that some articles have, for rules that ask for more."""
    return Term(world.common(chance, language))


def _rare(world: World, chance: random.Random, language: str) -> Term:
    """A word that few articles have: a name that the lexicon lacks, or one of the vocabulary's tail."""
    if chance.random() < 0.05:
        members = world.words(language).members
        return Term(members[chance.randrange(len(members) // 2, len(members))])
    name = world.names(language).draw(chance, 1)[0]
    if chance.random() < 0.03 and language != "ar":
        return Term(name.upper(), case=True)
    return Term(f"{name}{chance.choice('aeiou')}" if language == "en" else f"{name}{name[1]}")


def _phrase(world: World, chance: random.Random, language: str) -> Term:
    way = chance.random()
    if way < 0.2:
        return Term(chance.choice(world.pairs(language).members))
    first, second = world.common(chance, language), world.common(chance, language)
    if way < 0.45:
        return Term(f"{first}-{second}" if language != "ar" else f"{first} {second}")
    return Term(f"{world.names(language).draw(chance, 1)[0]} {second}")


# --- kinds --------------------------------------------------------------------------------------


def _frame(world: World, chance: random.Random) -> Clause:
    event = (chance.choice(CONCEPTS),)
    actors, places = ("country", "org", "person"), ("country", "place")
    way = chance.random()
    if way < 0.3:
        return Frame(event, actor=_entities(world, chance, actors))
    if way < 0.6:
        return Frame(event, place=_entities(world, chance, places))
    if way < 0.85:
        return Frame(event, actor=_entities(world, chance, actors), place=_entities(world, chance, places))
    return Frame(event, actor=_entities(world, chance, actors), target=_entities(world, chance))


def _together(world: World, chance: random.Random) -> Clause:
    within: Stretch = "sentence" if chance.random() < 2 / 3 else "paragraph"
    other = _named(world, chance) if chance.random() < 0.5 else _concept(chance)
    none = (_word(world, chance, _language(chance)),) if chance.random() < 0.15 else ()
    return All((_named(world, chance), other), none=none, within=within)


def _phrases(world: World, chance: random.Random) -> Clause:
    language = _language(chance)
    parts = tuple(
        _phrase(world, chance, language) if chance.random() < 0.7 else _rare(world, chance, language)
        for _ in range(chance.randint(2, 6))
    )
    none = tuple(_word(world, chance, language) for _ in range(chance.choice((0, 1, 1, 2))))
    return All((Any(parts),), none=none)


def _near(world: World, chance: random.Random) -> Clause:
    language = _language(chance)
    several = Any(tuple(_word(world, chance, language) for _ in range(chance.randint(2, 4))))
    first: Clause = _named(world, chance) if chance.random() < 0.7 else _phrase(world, chance, language)
    other: Clause = _concept(chance) if chance.random() < 0.4 else several
    return Near((first, other), words=chance.randint(3, 10), ordered=chance.random() < 1 / 3)


def _at_least(world: World, chance: random.Random) -> Clause:
    language = _language(chance)
    parts: list[Clause] = [_named(world, chance)]
    for _ in range(chance.randint(3, 5)):
        way = chance.random()
        parts.append(
            _named(world, chance)
            if way < 0.3
            else _phrase(world, chance, language)
            if way < 0.6
            else _rare(world, chance, language)
        )
    return AtLeast(2, tuple(parts))


def _field(world: World, chance: random.Random) -> Clause:
    other: Clause = _concept(chance) if chance.random() < 0.7 else _word(world, chance, _language(chance))
    return All((Scope("title", _named(world, chance)), Scope(chance.choice(("title", "lead")), other)))


def _score(world: World, chance: random.Random) -> Clause:
    language = _language(chance)
    parts = (
        Weighted(_named(world, chance), 30.0),
        Weighted(_concept(chance), 20.0),
        Weighted(Any((_phrase(world, chance, language), _named(world, chance))), 20.0),
        Weighted(_word(world, chance, language), -20.0),
    )
    return Score(parts, 60.0)


def _mentions(world: World, chance: random.Random) -> Clause:
    return All((Mentions(3, _named(world, chance)), _concept(chance)))


def _prefix(world: World, chance: random.Random) -> Clause:
    language = _language(chance)
    starts = tuple(Term(f"{world.common(chance, language)[:6]}*") for _ in range(2))
    usable = tuple(start for start in starts if len(start.text) > 4)
    return All((Any(usable or (_word(world, chance, language),)), _named(world, chance)))


_MAKE = {
    "frame": _frame, "together": _together, "phrases": _phrases, "near": _near, "at_least": _at_least, "field": _field,
    "score": _score, "mentions": _mentions, "prefix": _prefix,
}  # fmt: skip
