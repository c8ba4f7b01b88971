from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from monitor.feeds.feed import Feed, PollingSettings, host_of, shown
from monitor.feeds.settings import FeedsFile
from monitor.records import Source

RULES = Path(__file__).parents[2] / "rules"


def test_defaults_are_the_host_and_ten_minutes() -> None:
    (feed,) = FeedsFile.model_validate({"feeds": [{"url": "https://News.example.org:8443/rss"}]}).to_feeds()
    assert feed == Feed(
        source=Source(id="news.example.org:8443", feed="https://News.example.org:8443/rss"), interval=600.0
    )


def test_everything_that_can_be_said_of_a_feed() -> None:
    (feed,) = FeedsFile.model_validate(
        {
            "feeds": [
                {
                    "url": "https://example.org/rss",
                    "source": "example",
                    "language": "pt-BR",
                    "country": "BR",
                    "tags": ["world", "agency"],
                    "interval": "2h",
                    "fetch_pages": True,
                }
            ]
        }
    ).to_feeds()
    assert feed.source == Source(
        id="example", feed="https://example.org/rss", language="pt", country="br", tags=("world", "agency")
    )
    assert (feed.interval, feed.fetch_pages) == (7200.0, True)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"url": "ftp://example.org/"}, "not an http or https address"),
        ({"url": "https://example.org:99999/"}, "not an http or https address"),
        ({"url": "https://exa mple.org/"}, "not an http or https address"),
        ({"url": "https://example.org/", "interval": "often"}, "no duration"),
        ({"url": "https://example.org/", "interval": "0s"}, "longer than zero"),
        ({"url": "https://example.org/", "source": "two words"}, "without spaces"),
        ({"url": "https://example.org/", "lang": "en"}, "not permitted"),
        ({"url": "https://example.org/", "country": "gbr"}, "pattern"),
        ({}, "required"),
    ],
)
def test_mistakes_are_named(entry: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FeedsFile.model_validate({"feeds": [entry]})


def test_a_feed_stands_in_the_list_once() -> None:
    with pytest.raises(ValidationError, match="listed twice"):
        FeedsFile.model_validate(
            {"feeds": [{"url": "https://example.org/"}, {"url": "https://example.org/"}]}
        )


def test_the_shipped_feeds_are_in_at_least_12_languages() -> None:
    text = (RULES / "feeds.yaml").read_text(encoding="utf-8")
    feeds = FeedsFile.model_validate(yaml.safe_load(text)).to_feeds()
    assert text.startswith("# yaml-language-server: $schema=schema/feeds.json\n")
    assert len(feeds) >= 40
    assert len({feed.source.language for feed in feeds}) >= 12
    assert len({feed.source.id for feed in feeds}) == len(feeds)


def test_log_lines_show_neither_credentials_nor_query() -> None:
    assert shown("https://user:secret@example.org/feed?token=secret") == "https://example.org/feed"
    assert host_of("https://user:secret@Example.org:8443/feed") == "example.org:8443"


def test_hosts_are_spared_less_where_feeds_may_be_polled_often() -> None:
    assert PollingSettings().host_gap == 1.0
    assert PollingSettings(min_interval=3.0).host_gap == pytest.approx(0.01)
