"""Two yardsticks as peers: a raw scan of all patterns, and one regular expression a rule.

`python -m tests.bench.matching.scan FOLDER RULES daachorse|regex`

- `daachorse`: one character-wise Aho–Corasick automaton over the folded spellings of every name of the
  lexicon and every term of the rules, each between spaces; it scans the folded text. It segments nothing,
  folds nothing, knows no rules, gives no evidence: an engine that is as fast has done all this on the side.
- `regex`: one expression a rule, of Python's `re`, over the folded text, an alternation of all spellings of what the rule
  listens for; each expression runs over the whole text and finds every place.

Folding is done beforehand and not counted, neither is making the patterns.
"""

from __future__ import annotations

import argparse
import importlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from monitor.matching.clauses import Clause, Frame, Names, children, terms
from monitor.matching.patterns import patterns
from monitor.matching.text import segment
from tests.bench.matching import corpus, memory
from tests.bench.matching.articles import Text
from tests.bench.matching.peer import Built, Round, serve

Scan = Callable[[str], int]


def folded(article: Text) -> str:
    """The folded tokens of title and text with a space around each."""
    parts = [*segment(article.title, article.language).folds, *segment(article.text, article.language).folds]
    return f" {' '.join(parts)} "


def spelled(text: str, *, case: bool = False) -> Iterator[str]:
    """The folded spellings of a term or a name, without the dotted ones of acronyms; a prefix ends in ``*``."""
    for pattern in patterns(text, case=case):
        if not pattern.dotted:
            yield " ".join(pattern.tokens) + ("*" if pattern.prefix else "")


def entries_of(clause: Clause) -> Iterator[str]:
    """Every entity and concept that the clause names."""
    if isinstance(clause, Names):
        yield from clause.ids
    elif isinstance(clause, Frame):
        yield from (*clause.event, *clause.actor, *clause.place, *clause.target)
    for child in children(clause):
        yield from entries_of(child)


def write(folder: Path) -> None:
    """Every spelling of every form, beside the corpus in ``folder``: made once, read by all who scan."""
    with (folder / "spelled.tsv").open("w", encoding="utf-8", newline="\n") as file:
        for form in corpus.read_forms(folder):
            kind = "case" if form.case else form.kind
            file.writelines(f"{form.entry}\t{kind}\t{one}\n" for one in spelled(form.text, case=form.case))


def read(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Entry, kind (``case`` where the exact case counts) and folded spelling."""
    with (folder / "spelled.tsv").open(encoding="utf-8", newline="\n") as file:
        for line in file:
            entry, kind, text = line.rstrip("\n").split("\t")
            yield entry, kind, text


def _automaton(folder: Path, count: int) -> tuple[Scan, Built]:
    daachorse = importlib.import_module("daachorse")
    wanted = {text for _, _, text in read(folder)}
    for rule in corpus.read_rules(folder, count):
        for term in terms(rule.clause):
            wanted.update(spelled(term.text, case=term.case))
    texts = [f" {one[:-1]}" if one.endswith("*") else f" {one} " for one in sorted(wanted)]
    del wanted
    before = memory.resident()
    memory.forget_peak()
    start, cpu = time.perf_counter(), time.process_time()
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(texts)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak, found = memory.peak() - before, len(texts)
    kept = memory.resident() - before
    find = automaton.find_overlapping
    return lambda text: len(find(text)), Built(
        seconds=seconds, cpu=cpu, peak=peak, kept=kept, rules=count, patterns=found
    )


def _expressions(folder: Path, count: int) -> tuple[Scan, Built]:
    rules = list(corpus.read_rules(folder, count))
    named = {id for rule in rules for id in entries_of(rule.clause)}
    names: dict[str, list[str]] = {}
    for entry, kind, text in read(folder):
        if entry in named and kind != "not":
            names.setdefault(entry, []).append(text)
    start, cpu = time.perf_counter(), time.process_time()
    compiled: list[re.Pattern[str]] = []
    for rule in rules:
        texts = {one for id in entries_of(rule.clause) for one in names.get(id, ())}
        texts.update(one for term in terms(rule.clause) for one in spelled(term.text, case=term.case))
        longest_first = sorted(texts, key=lambda text: (-len(text), text))
        either = "|".join(re.escape(text[:-1]) + r"\w*" if text.endswith("*") else re.escape(text) for text in longest_first)  # fmt: skip
        compiled.append(re.compile(rf"(?<=\ )(?:{either})(?=\ )"))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu

    def scan(text: str) -> int:
        return sum(len(one.findall(text)) for one in compiled)

    return scan, Built(seconds=seconds, cpu=cpu, rules=count, patterns=count)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rules", type=int)
    parser.add_argument("kind", choices=("daachorse", "regex"))
    arguments = parser.parse_args()
    articles: Sequence[str] = [folded(one) for one in corpus.read_articles(arguments.folder)]
    if arguments.kind == "daachorse":
        scan, built = _automaton(arguments.folder, arguments.rules)
    else:
        scan, built = _expressions(arguments.folder, arguments.rules)

    def measured(first: int, last: int) -> Round:
        times: list[int] = []
        spent: list[int] = []
        hits = 0
        for text in articles[first:last]:
            start, began = time.perf_counter_ns(), time.thread_time_ns()
            hits += scan(text)
            spent.append(time.thread_time_ns() - began)
            times.append(time.perf_counter_ns() - start)
        return Round(ns=times, cpu=spent, evidence=hits)

    serve(built, {"round": measured})


if __name__ == "__main__":
    main()
