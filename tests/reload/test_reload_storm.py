"""A short storm with the tests, what its judge must see, and the reloader beside half-done edits."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.app.files import Loaded, Reloader, load
from monitor.records import Evidence, FiredRule
from tests.reload.desk import SUBSCRIBERS, Moment
from tests.reload.families import Version, token
from tests.reload.figures import measure
from tests.reload.judge import Article, Judge
from tests.reload.saving import SAVES, Hand
from tests.reload.storm import Plan, Storm

PATIENCE = 30.0  # seconds; a loaded machine is slow


@pytest.mark.xdist_group("reload")
async def test_a_short_storm_of_edits_misses_nothing_and_mixes_nothing(tmp_path: Path) -> None:
    plan = Plan(folder=tmp_path, seconds=4, rate=200, rules=100, seed=1, grace=6, after=1)
    report = await Storm(plan).run()
    assert report.faults() == [], report.text()
    assert report.edits.total() > 3
    assert report.verdict.judged > 100


# --- the judge ------------------------------------------------------------------------------


def _moment(at: float, one: int, two: int, *broken: str) -> Moment:
    serves = {family: Version(family, number, 2) for family, number in ((1, one), (2, two)) if number}
    files = {family: f"{family}.yaml" for family in serves}
    return Moment(at, at + 0.1, f"edit at {at}", serves, files, broken=frozenset(broken))


MOMENTS = (_moment(0, 1, 1), _moment(10, 2, 2), _moment(20, 2, 3), _moment(30, 2, 3, "2.yaml"))
HASHES = {
    (family, number): frozenset((f"f0{family}-{letter}", f"{number}{letter}") for letter in "ab")
    for family in (1, 2)
    for number in (1, 2, 3)
}


def _fired(family: int, number: int, letters: str = "ab", version: str = "") -> list[FiredRule]:
    return [
        FiredRule(
            id=f"f0{family}-{letter}",
            version=version or f"{number}{letter}",
            title="",
            status="active",
            severity="medium",
            evidence=(Evidence(field="text", start=0, end=9, text=token(family, number), clause="term"),),
        )
        for letter in letters
    ]


@pytest.mark.parametrize(
    ("articles", "faults"),
    [
        ([(1, _fired(1, 1) + _fired(2, 1)), (10.05, _fired(1, 2) + _fired(2, 2))], {}),
        ([(11, _fired(1, 2) + _fired(2, 1))], {"mixture": 1}),
        ([(11, _fired(1, 2))], {"missed": 1}),
        ([(11, _fired(1, 2) + _fired(2, 2)), (11.1, _fired(1, 1) + _fired(2, 1))], {"went back": 1}),
        ([(11, _fired(1, 1) + _fired(2, 1))], {}),
        ([(12.4, _fired(1, 1) + _fired(2, 1))], {"too old": 1}),
        ([(1, _fired(1, 1, "a") + _fired(2, 1))], {"one file, not all its rules": 1}),
        ([(1, _fired(1, 1, version="9a") + _fired(2, 1))], {"another hash": 1}),
        ([(11, _fired(1, 1, "a") + _fired(1, 2, "b") + _fired(2, 2))], {"one file, several versions": 1}),
        ([(31, _fired(1, 2) + _fired(2, 3))], {}),
        ([(30.5, _fired(1, 2) + _fired(2, 2))], {"too old": 1}),
        ([(1, _fired(1, 1) + _fired(2, 1) + _fired(3, 1))], {"fired, though it must not": 1}),
    ],
    ids=(
        "each of its moment", "files of two", "one is gone", "back again", "not yet", "too late", "half a file",
        "a wrong hash", "half a file of each", "the last good version", "older than that", "no token of it",
    ),
)  # fmt: skip
def test_the_judge_tells_one_moments_rules_from_a_mixture(
    articles: Sequence[tuple[float, Sequence[FiredRule]]], faults: dict[str, int]
) -> None:
    judge = Judge(MOMENTS, HASHES, (), grace=2.0)
    has = {1: range(1, 9), 2: range(1, 9)}
    for number, (handled, fired) in enumerate(articles):
        judge.article(
            Article(number=number, families=has, published=handled, handled=handled, fired=tuple(fired))
        )
    assert dict(judge.verdict.faults) == faults, judge.verdict.examples


# --- the reloader ---------------------------------------------------------------------------


class Watched:
    """A rule folder, a reloader on it, and all that it handed over and said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[Loaded] = []
        self.events: list[tuple[str, dict[str, object]]] = []
        self._news = asyncio.Event()

    async def take(self, loaded: Loaded) -> None:
        self.taken.append(loaded)
        self._news.set()

    def emit(self, event: str, /, **fields: object) -> None:
        self.events.append((event, fields))
        self._news.set()

    async def until(self, check: Callable[[Loaded], bool]) -> Loaded:
        """The latest rule set, once it is as wanted."""
        async with asyncio.timeout(PATIENCE):
            while not self.taken or not check(self.taken[-1]):
                self._news.clear()
                await self._news.wait()
        return self.taken[-1]

    async def told(self, event: str, field: str, part: str) -> None:
        """Wait for an event that says so last."""
        async with asyncio.timeout(PATIENCE):
            while not any(name == event and part in str(said[field]) for name, said in self.events[-1:]):
                self._news.clear()
                await self._news.wait()

    def has(self, *ids: str) -> bool:
        """Whether every set that was handed over had these rules."""
        return all(set(ids) <= loaded.book.by_id.keys() for loaded in self.taken)


def _begin(folder: Path) -> None:
    folder.mkdir()
    (folder / "subscribers.yaml").write_bytes(SUBSCRIBERS)
    (folder / "watch.yaml").write_bytes(_rules("kept", "first"))


@asynccontextmanager
async def _watched(folder: Path) -> AsyncIterator[Watched]:
    watched = Watched(folder)
    _begin(folder)
    loaded = load(folder)
    assert not loaded.problems
    reloader = Reloader(folder, loaded, watched.take, watched.emit)
    running = asyncio.create_task(reloader.run())
    try:
        await watched.until(lambda _: True)
        yield watched
    finally:
        await reloader.stop()
        await running


def _rules(*ids: str) -> bytes:
    return b"rules:\n" + b"".join(b"  - {id: %b, match: %b}\n" % (id.encode(), id.encode()) for id in ids)


def _has(id: str) -> Callable[[Loaded], bool]:
    return lambda loaded: id in loaded.book.by_id


async def test_no_way_of_saving_takes_a_rule_away_that_was_there_before_and_after(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    hand = Hand(random.Random(1), tmp_path / "elsewhere")
    async with _watched(tmp_path / "rules") as watched:
        for how, save in SAVES.items():
            name = how.replace("_", "-")
            await asyncio.to_thread(save, watched.folder / "watch.yaml", _rules("kept", name), hand)
            await watched.until(_has(name))
    assert watched.has("kept")
    assert [event for event, _ in watched.events if event == "rules-broken"] == []


async def test_rules_that_move_to_another_file_are_never_gone(tmp_path: Path) -> None:
    async with _watched(tmp_path / "rules") as watched:
        (watched.folder / "watch.yaml").write_bytes(_rules("first"))
        await asyncio.sleep(
            0.03
        )  # as long as an analyst's tool may take; no event tells of the load that must not be
        (watched.folder / "another.yaml").write_bytes(_rules("kept", "moved"))
        await watched.until(_has("moved"))
    assert watched.has("kept", "first")


async def test_a_folder_that_another_takes_the_place_of_is_read_there_and_not_called_broken(
    tmp_path: Path,
) -> None:
    async with _watched(tmp_path / "rules") as watched:
        new = tmp_path / "new"
        shutil.copytree(watched.folder, new)
        (new / "watch.yaml").write_bytes(_rules("kept", "new"))
        watched.folder.rename(tmp_path / "old")
        await asyncio.sleep(0.03)
        new.rename(watched.folder)
        await watched.until(_has("new"))
        (watched.folder / "watch.yaml").write_bytes(_rules("kept", "newer"))
        await watched.until(_has("newer"))
    assert watched.has("kept")
    assert [event for event, _ in watched.events if event == "rules-broken"] == []


async def test_a_folder_that_never_comes_to_rest_is_read_all_the_same(tmp_path: Path) -> None:
    async def write() -> None:
        for number in range(10**6):
            (watched.folder / "noise.yaml").write_bytes(b"# %d\n" % number)
            await asyncio.sleep(0.02)

    async with _watched(tmp_path / "rules") as watched:
        writing = asyncio.create_task(write())
        (watched.folder / "watch.yaml").write_bytes(_rules("kept", "hasty"))
        loaded = await watched.until(_has("hasty"))
        writing.cancel()
    assert not loaded.at_rest


async def test_a_folder_that_was_emptied_or_taken_away_and_comes_back_is_read_again(tmp_path: Path) -> None:
    async with _watched(tmp_path / "rules") as watched:
        (watched.folder / "watch.yaml").rename(tmp_path / "watch.yaml")
        (watched.folder / "subscribers.yaml").rename(tmp_path / "subscribers.yaml")
        await watched.until(lambda loaded: not loaded.book.rules)
        for name in ("watch.yaml", "subscribers.yaml"):
            (tmp_path / name).rename(watched.folder / name)
        await watched.until(_has("kept"))
        watched.folder.rename(tmp_path / "away")
        taken = len(watched.taken)
        await watched.told("rules-broken", "problem", "does not exist")
        assert len(watched.taken) == taken
        (tmp_path / "away").rename(watched.folder)
        await watched.until(lambda _: len(watched.taken) > taken)
        assert not watched.taken[-1].problems


async def test_what_is_saved_without_a_change_is_told_once_at_most(tmp_path: Path) -> None:
    async with _watched(tmp_path / "rules") as watched:
        (watched.folder / "watch.yaml").write_bytes(_rules("kept", "first", "second"))
        await watched.until(_has("second"))
        await asyncio.sleep(1.5)  # in which the folder is looked at again
    told = [fields["rules"] for event, fields in watched.events if event == "rules-loaded"]
    assert told == [2, 3]


def test_the_figures_are_those_of_all_kinds_of_edits() -> None:
    said: list[str] = []
    figures = measure(501, changes=20, seconds=0.05, say=said.append)
    assert figures.edits.keys() == {
        "1 changed", "1 added", "1 deleted", "100 changed", "500 changed", "500 deleted",
    }  # fmt: skip
    assert len(figures.pauses) == 3
    assert "20 edits" in said[-1]
