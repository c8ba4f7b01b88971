"""The log: named events with fields, one readable line each, on standard error."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from typing import Any, Literal

import structlog

from monitor.records import Alert, Article, Match, Record
from monitor.stage import Out, Step

LogFormat = Literal["text", "json"]
ARTICLES_A_SECOND = 20  # lines; beyond, articles are counted

_WARNINGS = frozenset(
    (
        "feed-error",
        "feed-not-published",
        "inbox-failed",
        "inbox-error",
        "inbox-not-published",
        "dead-letter",
        "disk-full",
        "offline",
        "rules-broken",
        "rule-given-up",
        "partition-stopped",
        "archive-behind",
        "attempt-not-published",
    )
)
_ERRORS = frozenset(("runtime-failed", "service-failed"))
_QUIET = frozenset(("feed-polled",))
"""Events too many to tell each: those of them that tell nothing new are left to the metrics."""


def configure(kind: LogFormat = "text", *, verbose: bool = False) -> None:
    """Set up the log of this process."""
    coloured = sys.stderr.isatty()
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=coloured, pad_event_to=18, sort_keys=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            _readable,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")


def _readable(_: Any, __: str, event: Any) -> Any:
    """Empty fields are left out, and no control character from outside reaches the terminal."""
    for key, value in list(event.items()):
        if value is None or value == "":
            del event[key]
        elif isinstance(value, str) and not value.isprintable():
            event[key] = "".join(char if char.isprintable() else "�" for char in value)
        elif isinstance(value, float):
            event[key] = round(value, 3)
    return event


class Journal:
    """Writes what the runtime and the services report. An ``Observer``, and an ``Emit``."""

    def __init__(self) -> None:
        self._log = structlog.get_logger()
        self._second = 0
        self._told = 0
        self._untold = 0

    def __call__(self, event: str, /, **fields: object) -> None:
        """Log an event by its weight."""
        if event in _ERRORS:
            self._log.error(event, **fields)
        elif event in _WARNINGS:
            self._log.warning(event, **fields)
        elif event in _QUIET and not fields.get("new_items") and not fields.get("error"):
            self._log.debug(event, **fields)
        else:
            self._log.info(event, **fields)

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        """Nothing: what came of it is logged once it is acknowledged."""

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        """Log it."""
        self("dead-letter", stage=stage, error=error, message=message[:300])

    def committed(self, outs: Sequence[Out]) -> None:
        """Log articles, matches and alerts."""
        for out in outs:
            record = out.record
            if isinstance(record, Article):
                self._article(record)
            elif isinstance(record, Match):
                rules = ", ".join(rule.id for rule in record.rules)
                self("match", rules=rules, title=record.article.title[:120], source=record.article.source.id)
            elif isinstance(record, Alert):
                told = ", ".join(one.subscriber for one in record.routed if one.outcome == "sent")
                self(
                    "alert",
                    story=record.story,
                    revision=record.revision,
                    articles=record.articles,
                    to=told or "no one",
                )

    def _article(self, article: Article) -> None:
        second = int(time.monotonic())
        if second != self._second:
            if self._untold:
                self("articles", more=self._untold)
            self._second, self._told, self._untold = second, 0, 0
        if self._told >= ARTICLES_A_SECOND:
            self._untold += 1
            return
        self._told += 1
        self("article", source=article.source.id, language=article.language, title=article.title[:120])
