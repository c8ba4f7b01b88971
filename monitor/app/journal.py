"""The log: named events with fields, one readable line each, on standard error."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import structlog

from monitor.records import Alert, Article, Match, Record
from monitor.stage import Out, Step

LogFormat = Literal["text", "json"]
LINES_A_SECOND = 20  # of one event; beyond, they are counted
REPEAT_SECONDS = 60.0  # a library's message is not said again within

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
        "rules-unrouted",
        "partition-stopped",
        "archive-behind",
        "archive-refused",
        "archive-skipped",
        "archive-gap",
        "archive-log-changed",
        "archive-partition-stopped",
        "attempt-not-published",
        "stop-cut-off",
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
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Once())
    handler.setFormatter(
        logging.Formatter("%(asctime)s [%(levelname)s] %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _readable(_: Any, __: str, event: Any) -> Any:
    """Empty fields are left out, and no control character from outside reaches the terminal."""
    for key, value in list(event.items()):
        if value is None or value == "":
            del event[key]
        elif isinstance(value, str) and not value.isprintable():
            event[key] = "".join(char if char.isprintable() else "�" for char in value)
        elif isinstance(value, float):
            event[key] = round(value, 3)
        elif isinstance(value, datetime):
            event[key] = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return event


_SHOWN = {
    "attempt": (
        "subscriber",
        "channel",
        "outcome",
        "number",
        "status",
        "error",
        "age",
        "retry_at",
        "delivery",
    )
}
"""Fields that a line has, where an event carries more."""


class Journal:
    """Writes what the runtime and the services report. An ``Observer``, and an ``Emit``."""

    def __init__(self) -> None:
        self._log = structlog.get_logger()
        self._lock = threading.Lock()
        self._second = 0
        self._told: Counter[str] = Counter()

    def __call__(self, event: str, /, **fields: object) -> None:
        """Log an event by its weight; of a flood, the first lines of each second and a count."""
        if event in _QUIET and not fields.get("new") and not fields.get("error"):
            self._log.debug(event, **fields)
            return
        if not self._has_room(event):
            return
        if event in _SHOWN:
            fields = {name: fields[name] for name in _SHOWN[event] if name in fields}
        if event in _ERRORS:
            self._log.error(event, **fields)
        elif event in _WARNINGS:
            self._log.warning(event, **fields)
        else:
            self._log.info(event, **fields)

    def _has_room(self, event: str) -> bool:
        with self._lock:  # the writer's thread and the event loop both report
            second = int(time.monotonic())
            if second != self._second:
                untold = {
                    name: count - LINES_A_SECOND
                    for name, count in self._told.items()
                    if count > LINES_A_SECOND
                }
                self._second = second
                self._told.clear()
                if untold:
                    self._log.info(
                        "untold", **{name.replace("-", "_"): count for name, count in untold.items()}
                    )
            self._told[event] += 1
            return self._told[event] <= LINES_A_SECOND

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
                self("article", source=record.source.id, language=record.language, title=record.title[:120])
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


class _Once(logging.Filter):
    """Lets the same message of a library through once a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        message = f"{record.name} {record.getMessage()}"[:300]
        last = self._said.get(message)
        if last is not None and now - last < REPEAT_SECONDS:
            return False
        if len(self._said) > 1000:
            self._said.clear()
        self._said[message] = now
        return True
