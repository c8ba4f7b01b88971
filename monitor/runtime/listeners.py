"""Who listens to a runtime. A listener that fails must not stop the stream: a log on a full disk, say."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from monitor.records import Record
from monitor.stage import Emit, Observer, Out, Step


class Listeners:
    """An ``Observer`` and, by ``emit``, an ``Emit`` that hand on what they are told and never raise."""

    def __init__(self, observer: Observer | None = None, emit: Emit | None = None) -> None:
        self._observer = observer
        self._emit = emit

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        if self._observer is not None:
            with contextlib.suppress(Exception):
                self._observer.handled(stage, record, step, seconds)

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        if self._observer is not None:
            with contextlib.suppress(Exception):
                self._observer.dead_lettered(stage, error, message)

    def committed(self, outs: Sequence[Out]) -> None:
        if self._observer is not None and outs:
            with contextlib.suppress(Exception):
                self._observer.committed(outs)

    def emit(self, event: str, /, **fields: object) -> None:
        if self._emit is not None:
            with contextlib.suppress(Exception):
                self._emit(event, **fields)
