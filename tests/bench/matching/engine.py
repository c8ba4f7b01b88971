"""The engine as a peer: `python -m tests.bench.matching.engine FOLDER RULES [--kernel c|python]`.

Build time is from objects in memory (rules, entries, forms) to an engine that answers; like its peer it knows
from sample traffic what is rare. Memory is over that of the process with everything imported: ``given`` with
the rules read, ``peak`` while the engine is built, ``kept`` when only it is left, its rules included. Reading
an article includes its evidence.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from monitor.lexicon.schema import Entry, Form, Lexicon
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.kernel.choice import NAME
from monitor.matching.rule import Rule
from tests.bench.matching import corpus, lucene, memory
from tests.bench.matching.agreement import Agreement, compare
from tests.bench.matching.articles import Text
from tests.bench.matching.peer import Built, Change, Counted, FiredOn, Round, serve

OTHER = "other-fired.json"
KERNELS = {"": NAME, "c": "native", "python": "python"}


def assemble(
    rules: Sequence[Rule], entries: Mapping[str, Entry], forms: Iterable[Form], kernel: str = ""
) -> Engine:
    """An engine over these rules and this lexicon that knows no traffic."""
    return Engine(rules, file_lexicon(Lexicon(entries, forms)), kernel=KERNELS[kernel])


def build(folder: Path, count: int, kernel: str = "") -> tuple[Engine, Built]:
    """The engine over the first ``count`` rules of the corpus, and what it took."""
    bare = memory.resident()
    rules = list(corpus.read_rules(folder, count))
    given = memory.resident()
    entries = {entry.id: entry for entry in corpus.read_entries(folder)}
    # Parsing the corpus is the bench's work, not the engine's; it is done twice, and once subtracted.
    reading = _Watch()
    patterns = sum(1 for _ in corpus.read_forms(folder))
    reading.stop()
    gc.collect()
    memory.forget_peak()
    filing = _Watch()
    table = file_lexicon(Lexicon(entries, corpus.read_forms(folder)))
    filing.stop()
    first = Engine(rules, table, kernel=KERNELS[kernel])
    for title, text, language, _ in corpus.read_articles(folder, "traffic"):
        first.read(title, text, language)
    traffic = first.traffic()
    del first
    building = _Watch()
    engine = Engine(rules, table, traffic=traffic, kernel=KERNELS[kernel])
    building.stop()
    peak = memory.peak() - bare
    del rules, entries, table, traffic
    gc.freeze()  # as a process that serves would
    kept = memory.resident() - bare
    return engine, Built(
        seconds=filing.wall + building.wall - reading.wall,
        cpu=filing.cpu + building.cpu - reading.cpu,
        peak=peak,
        kept=kept,
        given=given - bare,
        rules=count,
        patterns=patterns,
        kernel=KERNELS[kernel],
    )


class _Watch:
    """Seconds by the clock and on the processor, from now on."""

    def __init__(self) -> None:
        self.wall, self.cpu = -time.perf_counter(), -time.process_time()

    def stop(self) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()


class Asked:
    """Answers over one engine."""

    def __init__(self, engine: Engine, articles: Sequence[Text], other: Path) -> None:
        self.engine, self.articles, self.other = engine, articles, other

    def answers(self) -> dict[str, Callable[[int, int], msgspec.Struct]]:
        return {
            "round": self.round,
            "candidates": self.candidates,
            "fired": self.fired,
            "change": self.change,
            "agree": self.agree,
        }

    def round(self, first: int, last: int) -> Round:
        """Each article once; what its evidence says is read too, as whoever writes the alert will."""
        read, clock, processor = self.engine.read, time.perf_counter_ns, time.thread_time_ns
        times: list[int] = []
        spent: list[int] = []
        fires = evidence = 0
        for title, text, language, _ in self.articles[first:last]:
            start, began = clock(), processor()
            reading = read(title, text, language)
            for one in reading.fired:
                for found in one.evidence:
                    evidence += len(found.text) > 0
            spent.append(processor() - began)
            times.append(clock() - start)
            fires += len(reading.fired)
        return Round(ns=times, cpu=spent, fires=fires, evidence=evidence)

    def candidates(self, first: int, last: int) -> Counted:
        """How many rules are verified on these articles."""
        return Counted(
            sum(
                self.engine.candidates(title, text, language)
                for title, text, language, _ in self.articles[first:last]
            )
        )

    def fired(self, first: int, last: int) -> FiredOn:
        """The ids of the rules that fire."""
        return FiredOn(
            [
                [one.rule.id for one in self.engine.read(title, text, language).fired]
                for title, text, language, _ in self.articles[first:last]
            ]
        )

    def change(self, first: int, last: int) -> Change:
        """Edits one after the other: rules ``first`` to ``last`` get another version, then each is deleted.

        The time is until an article was read with the new set.
        """
        title, text, language, _ = self.articles[0]
        engine, rules = self.engine, list(self.engine.rules)
        changed: list[int] = []
        deleted: list[int] = []
        for number in range(first, min(last, len(rules))):
            rules[number] = msgspec.structs.replace(rules[number], version=f"{rules[number].version}+")
            start = time.perf_counter_ns()
            engine = engine.changed(rules)
            engine.read(title, text, language)
            changed.append(time.perf_counter_ns() - start)
        for _ in range(first, min(last, len(rules))):
            del rules[first]
            start = time.perf_counter_ns()
            engine = engine.changed(rules)
            engine.read(title, text, language)
            deleted.append(time.perf_counter_ns() - start)
        return Change(changed, deleted)

    def agree(self, first: int, last: int) -> Agreement:
        """Against what another engine fired on these articles, which stands in a file beside the corpus."""
        rules = {rule.id: rule for rule in self.engine.rules if lucene.coincides(rule.clause)}
        fired = msgspec.json.decode(self.other.read_bytes(), type=FiredOn).fired
        ours = [frozenset(ids) for ids in self.fired(first, last).fired]
        return compare(self.engine, rules, self.articles[first:last], ours, [frozenset(ids) for ids in fired])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rules", type=int)
    parser.add_argument("--kernel", choices=tuple(KERNELS), default="")
    arguments = parser.parse_args()
    articles = corpus.read_articles(arguments.folder)
    engine, built = build(arguments.folder, arguments.rules, arguments.kernel)
    serve(built, Asked(engine, articles, arguments.folder / OTHER).answers())


if __name__ == "__main__":
    main()
