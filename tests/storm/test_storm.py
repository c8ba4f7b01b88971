"""A short storm with the tests; `make storm` raises long ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.matching.engine import Engine
from monitor.rules.load import load_rules
from tests.kafka.broker import Broker
from tests.storm.articles import TONGUES, story
from tests.storm.storm import Plan, Storm
from tests.storm.worker import RULES


@pytest.mark.parametrize("language", sorted(TONGUES))
def test_the_storms_articles_fire_as_the_judge_expects(language: str) -> None:
    book = load_rules([RULES])
    assert [problem for problem in book.problems if problem.level == "error"] == []
    engine = Engine(book.active(), book.table)
    for number in range(6):
        for alerts in (False, True):
            article = story(number, 1, language, alerts=alerts)
            fired = engine.read(article.title, article.text, language).fired
            assert len(fired) == alerts, article.text
            article.text.encode(TONGUES[language].charset)


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("storm")
async def test_a_short_storm_loses_nothing(tmp_path: Path) -> None:
    report = await Storm(Plan(folder=tmp_path, kills=4, seed=1, rate=30, articles=400)).run()
    assert report.faults() == [], report.text()
    assert report.kills == 4
    assert report.stories > 20


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
@pytest.mark.timeout(300)
async def test_a_short_storm_on_kafka_with_two_workers_loses_nothing(
    tmp_path: Path, kafka_broker: Broker
) -> None:
    plan = Plan(folder=tmp_path, runtime="kafka", kills=3, seed=1, rate=20, articles=250, workers=2)
    report = await Storm(plan, broker=kafka_broker).run()
    assert report.faults() == [], report.text()
    assert report.kills == 3
