"""Rounds over peers that take turns, and what comes of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from tests.bench.matching.peer import Built, Peer

Clock = Literal["cpu", "wall"]
CHUNK = 20  # articles that a peer reads in one turn
LEAST = 3  # articles, of the slowest peer


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One peer at one size. Microseconds an article; bytes; -1 is not known."""

    name: str
    built: Built
    p50: float
    p99: float
    mean: float
    wall_p50: float
    fires: float  # an article
    candidates: float  # a fire
    articles: int
    rounds: int
    change_ms: float = -1.0
    delete_ms: float = -1.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class _Course:
    """What is known of one peer so far."""

    def __init__(self, peer: Peer, articles: int) -> None:
        self.peer = peer
        self.articles = articles
        self.times: dict[Clock, list[list[int]]] = {"cpu": [], "wall": []}
        self.fires = self.candidates = self.read = 0

    def warm(self, rounds: int, seconds: float, budget: float) -> None:
        """Read until nothing gets faster, within bounds; then know how many articles there is time for."""
        first = self.peer.round(0, min(LEAST, self.articles))
        each = statistics.median(first.ns) / 1e9
        self.articles = max(LEAST, min(self.articles, int(budget / max(1, rounds) / max(each, 1e-9))))
        end = time.monotonic() + seconds
        while True:
            self.peer.round(0, min(self.articles, 2 * CHUNK))
            if time.monotonic() >= end:
                break
        self.times = {"cpu": [[] for _ in range(self.articles)], "wall": [[] for _ in range(self.articles)]}

    def turn(self, first: int) -> None:
        """The next articles from ``first``, if this peer comes so far."""
        last = min(first + CHUNK, self.articles)
        if first >= last:
            return
        got = self.peer.round(first, last)
        for at, wall, cpu in zip(range(first, last), got.ns, got.cpu, strict=True):
            self.times["wall"][at].append(wall)
            self.times["cpu"][at].append(cpu)
        self.fires += got.fires
        self.candidates = -1 if got.candidates < 0 else self.candidates + got.candidates
        self.read += last - first

    def figures(self, clock: Clock, rounds: int) -> Figures:
        typical = [statistics.median(each) / 1000 for each in self.times[clock]]
        walls = [statistics.median(each) / 1000 for each in self.times["wall"]]
        return Figures(
            name=self.peer.name,
            built=self.peer.built,
            p50=percentile(typical, 0.5),
            p99=percentile(typical, 0.99),
            mean=statistics.fmean(typical),
            wall_p50=percentile(walls, 0.5),
            fires=self.fires / max(1, self.read),
            candidates=self.candidates / self.fires if self.candidates >= 0 and self.fires else -1.0,
            articles=self.articles,
            rounds=rounds,
        )


def take_turns(
    peers: Sequence[Peer],
    articles: int,
    *,
    rounds: int,
    warm: Mapping[str, float],
    budget: float,
    clock: Clock,
) -> list[Figures]:
    """Every peer reads every article ``rounds`` times, a few articles each in turn.

    The figure of an article is the median of its rounds; p50 and p99 are over articles. A peer that would
    take more than ``budget`` seconds reads fewer of them, the first ones. ``warm`` names seconds of warm-up.
    """
    courses = [_Course(peer, articles) for peer in peers]
    for course in courses:
        course.warm(rounds, warm.get(course.peer.name, 0.0), budget)
    for _ in range(rounds):
        for first in range(0, articles, CHUNK):
            for course in courses:
                course.turn(first)
    return [course.figures(clock, rounds) for course in courses]
