"""``feeds.yaml`` as the poller takes it."""

from __future__ import annotations

from pathlib import Path

from monitor.feeds.feed import Feed
from monitor.feeds.settings import FeedsFile
from monitor.located import read_yaml, validate

FILE_NAME = "feeds.yaml"


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds in a file. Raises ``InvalidFile`` with all that is wrong."""
    located = read_yaml(path)
    return () if located.value is None else validate(located, FeedsFile).to_feeds()
