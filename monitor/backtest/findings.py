"""What a backtest finds, as it travels from the processes that read articles to the one that counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from monitor.located import Problem
from monitor.notify.message import Segment, Sentence
from monitor.records import Article


class Taken(msgspec.Struct, frozen=True):
    """An article to read. ``at`` is when the monitor saw it or could have; none if nobody knows."""

    article: Article
    at: datetime | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An article on which a rule fires, its evidence marked in title and sentences.

    ``reasons`` are clause, text and gloss of the evidence, each once.
    """

    article: str
    url: str
    source: str
    language: str
    at: datetime | None
    title: str
    direction: Literal["ltr", "rtl"]
    headline: tuple[Segment, ...]
    sentences: tuple[Sentence, ...]
    reasons: tuple[tuple[str, str, str], ...]
    score: float | None = None


class Fire(msgspec.Struct, frozen=True, kw_only=True):
    """A rule under test and an article on which it fires, as it is ``now``, as it was ``then``, or both."""

    rule: str
    now: Shown | None
    then: Shown | None = None
    others: tuple[str, ...] = ()  # rules that fire on the article as well, now


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What came of some articles, in their order. Days are in UTC; none is an unknown one."""

    articles: int
    outside: int  # not between the dates asked for
    days: dict[date | None, int]  # articles
    fires: tuple[Fire, ...]
    totals: dict[str, int]  # fires of every rule, now
    suspended: dict[str, int]  # articles on which a rule under test was given up
    problems: tuple[Problem, ...] = ()  # of what could not be read
