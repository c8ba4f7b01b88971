"""What edits of a large rule set cost: time, pauses of matching, memory. `python -m tests.reload --figures`."""

from __future__ import annotations

import gc
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from monitor.lexicon.load import LexiconBuilder
from monitor.located import parse_yaml
from monitor.matching.clauses import All, Any, Clause, Names, Near, Term
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import LexiconTable, file_lexicon
from monitor.matching.kernel.choice import NAME
from monitor.matching.rule import Rule
from tests.bench.matching.memory import resident

WORDS = 60_000  # of the vocabulary
ENTITIES = 300
ARTICLE_WORDS = 300
ARTICLES = 200
ROUNDS = 9  # of each kind of edit
EDITED = 200  # rules that the many changes go round
MEBI = 1024 * 1024


class Pauses(msgspec.Struct, frozen=True):
    """Milliseconds an article took to be read, in one thread, while something else went on."""

    while_: str
    articles: int
    p50: float
    p99: float
    longest: float


class Figures(msgspec.Struct, kw_only=True):
    """``edits`` has milliseconds of ``Engine.changed`` by kind of edit: the median and the longest."""

    rules: int
    load: float  # average, of the machine
    kernel: str
    build_seconds: float
    edits: dict[str, tuple[float, float]] = {}
    pauses: list[Pauses] = []
    changes: int = 0
    before: int = 0  # bytes
    after: int = 0

    def text(self) -> str:
        """For a reader."""
        lines = [
            f"{self.rules:,} rules, kernel {self.kernel}, filed in {self.build_seconds:.1f} s; "
            f"load average {self.load:.1f} on {os.cpu_count()} cores",
            *(
                f"  {kind:22} {median:8.1f} ms, at most {longest:.1f} ms"
                for kind, (median, longest) in self.edits.items()
            ),
            "an article is read in",
            *(
                f"  {one.while_:32} p50 {one.p50:6.2f}, p99 {one.p99:6.2f}, max {one.longest:7.2f} ms of {one.articles}"
                for one in self.pauses
            ),
        ]
        return "\n".join(lines)

    def memory(self) -> str:
        """For a reader: what many edits leave behind."""
        before, after = self.before / MEBI, self.after / MEBI
        return f"memory: {before:.1f} MiB before, {after:.1f} MiB after {self.changes:,} edits"


def measure(
    count: int, *, changes: int, seconds: float, seed: int = 1, say: Callable[[str], None] = print
) -> Figures:
    """All figures at so many rules; ``seconds`` is how long articles are read in each setting."""
    chance = random.Random(seed)
    table = _table()
    rules = [_rule(chance, number, "1") for number in range(count)]
    articles = [_article(chance) for _ in range(ARTICLES)]
    began = time.perf_counter()
    engine = Engine(rules, table)
    figures = Figures(
        rules=count,
        load=os.getloadavg()[0],
        kernel=NAME,
        build_seconds=time.perf_counter() - began,
    )
    for article in articles:
        engine.read("", article, "en")
    gc.collect()
    gc.freeze()  # as after the load of a rule folder
    try:
        for edit, many in (
            ("changed", 1), ("added", 1), ("deleted", 1), ("changed", 100), ("changed", 500), ("deleted", 500),
        ):  # fmt: skip
            if many < count:
                figures.edits[f"{many} {edit}"] = _edit(engine, rules, chance, edit, many)
        figures.pauses = _pauses(engine, rules, chance, articles, seconds)
        say(figures.text())
        _remember(figures, engine, rules, chance, changes)
        say(figures.memory())
    finally:
        gc.unfreeze()
    return figures


# --- the time of edits ----------------------------------------------------------------------


def _edit(
    engine: Engine, rules: Sequence[Rule], chance: random.Random, edit: str, many: int
) -> tuple[float, float]:
    took = []
    for _ in range(ROUNDS):
        edited = _edited(rules, chance, edit, many)
        began = time.perf_counter()
        engine.changed(edited)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), max(took)


def _edited(rules: Sequence[Rule], chance: random.Random, edit: str, many: int) -> list[Rule]:
    """The rule set after so many edits of a kind."""
    edited = list(rules)
    places = chance.sample(range(len(rules)), many)
    if edit == "changed":
        for at in places:
            edited[at] = _rule(chance, at, f"{chance.random()}")
    elif edit == "added":
        for at in places:
            edited.insert(at, _rule(chance, len(rules) + at, "1"))
    else:
        for at in sorted(places, reverse=True):
            del edited[at]
    return edited


# --- pauses ---------------------------------------------------------------------------------


class _Reader(threading.Thread):
    """Reads one article after the other with the engine that serves."""

    def __init__(self, engine: Engine, articles: Sequence[str]) -> None:
        super().__init__(name="reader")
        self.engine = engine
        self._articles = articles
        self._ending = threading.Event()
        self.took: list[float] = []

    def run(self) -> None:
        clock, took = time.perf_counter, self.took
        last = clock()
        while not self._ending.is_set():
            for article in self._articles:
                self.engine.read("", article, "en")
                now = clock()
                took.append(now - last)
                last = now

    def figures(self, while_: str) -> Pauses:
        """End, and tell."""
        self._ending.set()
        self.join()
        took = sorted(one * 1000 for one in self.took)
        return Pauses(while_, len(took), took[len(took) // 2], took[len(took) * 99 // 100], took[-1])


def _pauses(
    engine: Engine, rules: Sequence[Rule], chance: random.Random, articles: Sequence[str], seconds: float
) -> list[Pauses]:
    found = []
    reader = _Reader(engine, articles)
    reader.start()
    time.sleep(seconds)
    found.append(reader.figures("nothing else goes on"))

    reader = _Reader(engine, articles)
    reader.start()
    until, edits = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        reader.engine = engine.changed(_edited(rules, chance, "changed", 1))
        edits += 1
        time.sleep(0.1)
    found.append(reader.figures(f"a rule is changed, {edits} times"))

    reader = _Reader(engine, articles)
    reader.start()
    reader.engine = Engine(rules, engine.table, traffic=engine.traffic())
    found.append(reader.figures("all rules are filed anew"))
    return found


# --- memory ---------------------------------------------------------------------------------


def _remember(
    figures: Figures, engine: Engine, rules: Sequence[Rule], chance: random.Random, changes: int
) -> None:
    """Edits one after the other, each on the set that the last one left; then all is as it was."""
    edited = list(rules)
    figures.before = resident()
    for number in range(changes):
        at = number % EDITED
        edited[at] = _rule(chance, at, str(number))
        engine = engine.changed(edited)
    engine = engine.changed(rules)
    edited.clear()
    figures.changes, figures.after = changes, resident()
    assert engine.edits == 0


# --- rules and articles ---------------------------------------------------------------------


def _table() -> LexiconTable:
    names = "\n".join(
        f"  place/p{number}:\n    en: {{names: [Town{number}, Old Town{number}]}}"
        for number in range(ENTITIES)
    )
    builder = LexiconBuilder()
    builder.add(parse_yaml(f"entities:\n{names}\n", "lexicon.yaml"))
    return file_lexicon(builder.build())


def _word(chance: random.Random) -> str:
    """Common words come more often."""
    return f"w{int(WORDS ** chance.random()):x}k"


def _rare(chance: random.Random) -> str:
    return f"w{chance.randrange(WORDS // 50, WORDS):x}k"


def _rule(chance: random.Random, number: int, version: str) -> Rule:
    clause: Clause
    kind = number % 5
    if kind == 0:
        clause = All((Term(_rare(chance)), Term(_word(chance))))
    elif kind == 1:
        clause = All((Names((f"place/p{chance.randrange(ENTITIES)}",)), Term(_rare(chance))))
    elif kind == 2:
        clause = Any(tuple(Term(f"{_word(chance)} {_rare(chance)}") for _ in range(4)))
    elif kind == 3:
        clause = Near((Term(_word(chance)), Term(_rare(chance))), words=5)
    else:
        clause = All((Term(_rare(chance)),), none=(Term(_word(chance)),))
    return Rule(id=f"r{number}", version=version, title=f"Rule {number}", clause=clause)


def _article(chance: random.Random) -> str:
    words = [
        f"Town{chance.randrange(ENTITIES)}" if chance.random() < 0.02 else _word(chance)
        for _ in range(ARTICLE_WORDS)
    ]
    return " ".join(words) + "."
