"""Whether all ways to read an article come to the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random

from monitor.matching.clauses import terms
from monitor.matching.conditions import term_leaf
from monitor.matching.document import Document, Hit
from monitor.matching.engine import Engine, Fired
from monitor.matching.filing.lexicon import LexiconTable, file_lexicon
from monitor.matching.kernel import native, plain
from monitor.matching.rule import Rule
from tests.matching.fuzz.plans import World, monsters

KERNELS = (plain.NAME, native.NAME) if native.AVAILABLE else (plain.NAME,)
Article = tuple[str, str, str]


def engines(rules: Sequence[Rule], table: LexiconTable) -> dict[str, Engine]:
    """The rules with every optimisation on and off, the plainest first."""
    return {
        f"{kernel}, {'watched' if watched else 'all looked at'}": Engine(
            rules, table, kernel=kernel, watched=watched
        )
        for kernel in KERNELS
        for watched in (False, True)
    }


def difference(several: dict[str, Engine], article: Article) -> str:
    """What one engine makes otherwise of an article than the first; empty if nothing.

    A rule that took too long in one of them is left out in all.
    """
    readings = {name: engine.read(*article) for name, engine in several.items()}
    given_up = {one.rule for reading in readings.values() for one in reading.suspended}
    expected: tuple[str, list[Fired]] | None = None
    for name, reading in readings.items():
        fired = [one for one in reading.fired if one.rule.id not in given_up]
        if expected is None:
            expected = name, fired
        elif fired != expected[1]:
            first, ids = expected[0], [one.rule.id for one in expected[1]]
            return f"{name}: {[one.rule.id for one in fired]}, {first}: {ids} on {shown(article)}"
    return ""


def hits(document: Document, rules: Sequence[Rule]) -> list[Sequence[Hit]]:
    """All that counts in the document, and all that the rules' terms meet."""
    leaves = dict.fromkeys(term_leaf(term) for rule in rules for term in terms(rule.clause))
    return [*document.hits, *document.inner, *map(document.spelled, leaves)]


def shown(article: Article, most: int = 300) -> str:
    """The article, cut."""
    title, text, language = article
    return f"{title[:most]!r}, {text[:most]!r} ({len(text)} characters), {language!r}"


def trial(seed: int, *, long: bool = False) -> Iterator[str]:
    """The differences found with one random plan, its edits, and some articles; ``long``: a monster too."""
    random = Random(seed)
    world = World(random)
    table = file_lexicon(world.lexicon())
    rules = [world.rule(str(number)) for number in range(random.randint(0, 12))]
    several = engines(rules, table)
    for edit in range(3):
        articles = [world.article() for _ in range(4)]
        if long and edit == 2:
            articles.append(random.choice(monsters(random, world)))
        for article in articles:
            found = difference(several, article)
            if found:
                yield f"seed {seed}, edit {edit}: {found}"
        opened = [engine.open(*articles[0]) for engine in several.values()]
        every = [hits(document, rules) for document in opened]
        if any(one != every[0] for one in every[1:]):
            yield f"seed {seed}, edit {edit}: other hits in {shown(articles[0])}"
        rules = world.edited(rules)
        several = {name: engine.changed(rules) for name, engine in several.items()}
        several["filed anew"] = Engine(rules, table)


def campaign(seconds: float, seed: int, *, long: bool = True) -> tuple[int, list[str]]:
    """Trials for so long, at least one: how many, and the differences of the first that had some."""
    end = time.monotonic() + seconds
    for number in count():
        if number and time.monotonic() > end:
            return number, []
        found = list(trial(seed + number, long=long))
        if found:
            return number + 1, found
    raise AssertionError
