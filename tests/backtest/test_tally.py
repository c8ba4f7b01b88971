"""Findings added up: counts, examples, overlap, what a change gains and loses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.backtest import tally as tally_module
from monitor.backtest.findings import Findings, Fire, Shown
from monitor.backtest.tally import Overlap, Tally

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = AT.date()


def _shown(article: str, title: str = "", **fields: object) -> Shown:
    given: dict[str, object] = {
        "article": article,
        "url": "",
        "source": "bbc",
        "language": "en",
        "at": AT,
        "title": title or article,
        "direction": "ltr",
        "headline": (),
        "sentences": (),
        "reasons": (),
    }
    return Shown(**(given | fields))  # type: ignore[arg-type]


def _findings(*fires: Fire, **fields: object) -> Findings:
    given: dict[str, object] = {
        "articles": 10,
        "outside": 1,
        "days": {DAY: 10},
        "fires": fires,
        "totals": {},
        "suspended": {},
    }
    return Findings(**(given | fields))  # type: ignore[arg-type]


def test_counts_by_day_language_and_source() -> None:
    tally = Tally(["r"], examples=0)
    unknown = _shown("c", at=None, language="ar", source="sana")
    tally.add(_findings(Fire(rule="r", now=_shown("a")), Fire(rule="r", now=unknown)))
    later = _shown("b", at=AT + timedelta(days=1))
    tally.add(_findings(Fire(rule="r", now=later), suspended={"r": 2}))
    found = tally.of("r")
    assert (tally.articles, tally.outside, found.fires, found.suspended) == (20, 2, 3, 2)
    assert list(found.days.items()) == [(None, 1), (DAY, 1), (DAY + timedelta(days=1), 1)]
    assert list(found.languages.items()) == [("en", 2), ("ar", 1)]
    assert found.sources == {"bbc": 2, "sana": 1}
    assert (found.examples, found.overlap, found.difference) == ((), (), None)


def test_shares_of_overlap_are_of_either_rules_fires() -> None:
    tally = Tally(["r"], examples=0)
    fires = [Fire(rule="r", now=_shown(str(n)), others=("x", "y") if n else ("y",)) for n in range(4)]
    tally.add(_findings(*fires, totals={"r": 4, "x": 30, "y": 4, "z": 5}))
    assert tally.of("r").overlap == (Overlap("y", 4, 1.0, 1.0), Overlap("x", 3, 0.75, 0.1))


def test_articles_are_gained_lost_or_as_before() -> None:
    tally = Tally(["r", "new"], examples=5, compared=["r"])
    tally.add(
        _findings(
            Fire(rule="r", now=_shown("both"), then=_shown("both")),
            Fire(rule="r", now=_shown("gained")),
            Fire(rule="r", now=None, then=_shown("lost")),
            Fire(rule="new", now=_shown("gained")),
        )
    )
    found = tally.of("r")
    difference = found.difference
    assert difference is not None
    assert (difference.before, difference.after, difference.both) == (2, 2, 1)
    assert [one.article for one in difference.gained_articles] == ["gained"]
    assert [one.article for one in difference.lost_articles] == ["lost"]
    # What it no longer fires on is no example of its fires.
    assert {one.article for one in found.examples} == {"both", "gained"}
    assert tally.of("new").difference is None


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_module, "MOST_CHANGES", 3)
    tally = Tally(["r"], examples=0, compared=["r"])
    tally.add(_findings(*(Fire(rule="r", now=_shown(str(n))) for n in range(10))))
    difference = tally.of("r").difference
    assert difference is not None
    assert (difference.gained, len(difference.gained_articles)) == (10, 3)


def test_examples_are_a_sample_in_order_without_copies_of_a_title() -> None:
    def sample(order: list[int]) -> list[str]:
        tally = Tally(["r"], examples=4)
        for n in order:
            at = AT + timedelta(minutes=n)
            tally.add(_findings(Fire(rule="r", now=_shown(f"a{n}", f"Title  {n % 50}", at=at))))
        return [one.article for one in tally.of("r").examples]

    chosen = sample(list(range(100)))
    assert chosen == sorted(chosen, key=lambda name: int(name[1:]))
    assert len(chosen) == 4
    assert all(int(name[1:]) < 50 for name in chosen)  # the first copy
    assert {int(name[1:]) % 50 for name in sample(list(range(99, -1, -1)))} == {
        int(name[1:]) for name in chosen
    }
    assert sample([3]) == ["a3"]
