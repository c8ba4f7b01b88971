"""What a subscriber is told, before a channel renders it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from monitor.records import FiredRule, MatchedArticle, Severity


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One notice to one subscriber. ``id`` is the delivery's id; repeats carry the same.

    ``operator`` and ``test`` notices have no article: ``text`` says it all.
    """

    id: str
    kind: Literal["alert", "operator", "test"] = "alert"
    subscriber: str
    story: str
    revision: int
    severity: Severity
    title: str  # the article's title, or the notice's subject
    seen: datetime
    article: MatchedArticle | None = None
    rules: tuple[FiredRule, ...] = ()  # those that the subscriber takes, most severe first
    articles: int = 1  # of the story, so far
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    again: str = ""  # why the subscriber hears of this story again; empty the first time
    text: str = ""


Render = Callable[[Notice], bytes]
"""A channel's renderer with its options bound: the whole body, ``MAX_BODY`` bytes at most."""
