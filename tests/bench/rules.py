"""A hundred rules of all kinds over the shipped lexicon."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.rules.book import RuleBook
from monitor.rules.load import load_rules

SHIPPED = Path(__file__).parents[2] / "rules"
COUNT = 100
PACK = "lexicon.pack"
_EVENTS = ("airstrike", "earthquake", "explosion", "protest", "shelling", "missile-attack", "drone-attack")
_COUNTRIES = ("ru", "us", "il", "ir", "tr", "ua", "cn", "fr", "de", "sa", "eg", "iq", "lb", "jo", "in", "pk")
_PLACES = ("raqqa", "damascus", "aleppo", "idlib", "homs", "baghdad", "mosul", "beirut", "istanbul", "tehran")
_WORDS = (
    "ministry",
    "budget",
    "hospital",
    "farmers",
    "harvest",
    "railway",
    "election",
    "inflation",
    "refinery",
)


def _match(number: int) -> dict[str, object]:
    event = _EVENTS[number % len(_EVENTS)]
    country = f"country/{_COUNTRIES[number % len(_COUNTRIES)]}"
    place = f"place/{_PLACES[number % len(_PLACES)]}"
    word, other = _WORDS[number % len(_WORDS)], _WORDS[(number * 5 + 2) % len(_WORDS)]
    match number % 5:
        case 0:
            return {"event": event, "actor": country, "place": place}
        case 1:
            return {"event": event, "place": f"country/{_COUNTRIES[(number * 7) % len(_COUNTRIES)]}"}
        case 2:
            return {
                "all": [{"concept": event}, {"entity": country}, {"any": [word, other]}],
                "within": "paragraph",
            }
        case 3:
            return {"near": [{"entity": country}, {"any": [word, other]}], "words": 8}
        case _:
            return {"all": [{"term": f"{word} {other}"}, {"entity": country}]}


def write(folder: Path) -> Path:
    """The rules as a file in ``folder``: the first is the shipped one that the articles fire on."""
    first = {"event": "airstrike", "actor": "country/ru", "place": "place/raqqa"}
    rules = [
        {
            "id": f"bench-{number}",
            "title": f"Rule {number}",
            "severity": "medium",
            "match": first if number == 0 else _match(number),
        }
        for number in range(COUNT)
    ]
    path = folder / "bench.yaml"
    path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    return path


def load(folder: Path, pack: Path) -> RuleBook:
    """The hundred rules with the shipped lexicon, which is kept in ``pack`` for the next process.

    Raises ``RuntimeError`` if a rule is wrong.
    """
    book = load_rules([write(folder), SHIPPED / "entities", SHIPPED / "concepts"], pack=pack)
    errors = [problem for problem in book.problems if problem.level == "error"]
    if errors or len(book.active()) != COUNT:
        raise RuntimeError(f"the rules of the benchmark are broken: {errors[:3]}")
    return book
