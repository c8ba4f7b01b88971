"""The corpus on disk: made once a run, read by every peer in a process of its own.

`write` fills a folder with the lexicon, the rules and the articles of a world; the readers yield them one by
one, so that a peer's memory is what it keeps of them. Text has no tabs or line ends but those between fields.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from monitor.lexicon.schema import Entry, Form
from monitor.matching.rule import Rule
from tests.bench.matching import lexicon
from tests.bench.matching.articles import DESK, PLANTED, Text, article
from tests.bench.matching.rules import rule
from tests.bench.matching.world import World

TRAFFIC = 200  # further articles, from which a peer may learn what is frequent
_CHUNK = 1000


class Size(msgspec.Struct, frozen=True):
    """How much of a world is written."""

    rules: int
    articles: int
    planted: float = PLANTED  # sentences an article that fire a rule of the desk
    desk: int = DESK


def write(folder: Path, world: World, size: Size) -> None:
    """The files of this world in ``folder``: some 150 MB at full size, half a minute on two cores."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        parts = [
            pool.submit(part, folder, world, size) for part in (_write_lexicon, _write_rules, _write_articles)
        ]
        for part in parts:
            part.result()


def _write_lexicon(folder: Path, world: World, size: Size) -> None:
    with (folder / "entries.jsonl").open("wb") as file:
        for entry in lexicon.entries(world):
            file.write(msgspec.json.encode(entry) + b"\n")
    with (folder / "forms.tsv").open("w", encoding="utf-8", newline="\n") as file:
        for form in lexicon.forms(world):
            file.write(
                f"{form.entry}\t{form.language}\t{form.kind}\t{'1' if form.case else ''}\t{form.text}\n"
            )


def _write_rules(folder: Path, world: World, size: Size) -> None:
    with (folder / "rules.pickle").open("wb") as file:
        for first in range(0, size.rules, _CHUNK):
            chunk = [rule(world, number) for number in range(first, min(size.rules, first + _CHUNK))]
            pickle.dump(chunk, file, pickle.HIGHEST_PROTOCOL)


def _write_articles(folder: Path, world: World, size: Size) -> None:
    desk = min(size.desk, size.rules)
    made = [
        article(world, number, plant=size.planted, desk=desk) for number in range(size.articles + TRAFFIC)
    ]
    (folder / "articles.pickle").write_bytes(pickle.dumps(made[: size.articles]))
    # Others than those that are measured: a peer is measured on what it has not seen.
    (folder / "traffic.pickle").write_bytes(pickle.dumps(made[size.articles :]))


def read_entries(folder: Path) -> Iterator[Entry]:
    """Every entry of the lexicon."""
    decode = msgspec.json.Decoder(Entry).decode
    with (folder / "entries.jsonl").open("rb") as file:
        yield from map(decode, file)


def read_forms(folder: Path) -> Iterator[Form]:
    """Every form of the lexicon, those of one entry together."""
    with (folder / "forms.tsv").open(encoding="utf-8", newline="\n") as file:
        for line in file:
            entry, language, kind, case, text = line.rstrip("\n").split("\t")
            yield Form(text, language, entry, kind, bool(case))  # type: ignore[arg-type]


def read_rules(folder: Path, count: int) -> Iterator[Rule]:
    """The first ``count`` rules."""

    def every() -> Iterator[Rule]:
        with (folder / "rules.pickle").open("rb") as file:
            while file.peek(1):
                yield from cast("list[Rule]", pickle.load(file))

    return islice(every(), count)


def read_articles(folder: Path, name: str = "articles") -> list[Text]:
    """The articles that are measured, or with the name ``traffic`` those to learn from."""
    return cast("list[Text]", pickle.loads((folder / f"{name}.pickle").read_bytes()))
