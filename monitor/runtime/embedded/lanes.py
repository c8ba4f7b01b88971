"""All lanes of a pipeline, and the handling of what is queued in them, batch by batch."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from monitor.records import UnknownVersion
from monitor.runtime.batch import (
    MAX_MESSAGE,
    EncodedOut,
    EncodedPut,
    Handled,
    Poison,
    dead_letter,
    encode_out,
    handle_record,
)
from monitor.runtime.embedded.lane import Lane
from monitor.runtime.embedded.rows import StageRows
from monitor.runtime.embedded.store import Row, Store
from monitor.runtime.listeners import Listeners
from monitor.runtime.prepare import PreparePool
from monitor.stage import BATCH_BYTES, BATCH_SECONDS, Handle, Out, Pipeline, Stage

Clock = Callable[[], datetime]
Places = Sequence[tuple[Lane, int, str]]
"""Where each lane stood before a round."""


class Lanes:
    """The writer's thread calls all but ``swap``, inside its transaction. ``append`` takes what stages
    put out; ``wake`` is called when a record that was prepared elsewhere is there.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        *,
        append: Callable[[Sequence[EncodedOut]], None],
        wake: Callable[[], None],
        listeners: Listeners,
        clock: Clock,
    ) -> None:
        self._dead_letters = pipeline.dead_letters
        self._store = store
        self._append = append
        self._listeners = listeners
        self._clock = clock
        self._topics = frozenset(topic.name for topic in pipeline.topics)
        self._handles: dict[str, Handle] = {stage.name: stage.handle for stage in pipeline.stages}
        self._rows = {stage.name: StageRows(stage, store) for stage in pipeline.stages}
        self._pool = PreparePool()
        self._lanes = [
            Lane(stage, topic, store.next_offset(stage.name, topic), self._pool, wake)
            for stage in pipeline.stages
            for topic in stage.topics
        ]
        self.changes: list[EncodedPut] = []  # of this round

    def load(self) -> None:
        """Fill the stages' indexes."""
        for rows in self._rows.values():
            rows.load()

    def close(self) -> None:
        """End the processes that prepare."""
        self._pool.close()

    def swap(self, name: str, handle: Handle) -> None:
        """Replace a stage's handler from the next batch on. Raises ``KeyError``."""
        if name not in self._handles:
            raise KeyError(f"no stage {name!r}")
        self._handles[name] = handle

    def lag(self, ends: Mapping[str, int]) -> dict[str, int]:
        """Records not yet handled, by stage. ``ends``: the topics' ends."""
        lags: dict[str, int] = {}
        for lane in self._lanes:
            lags[lane.stage.name] = lags.get(lane.stage.name, 0) + max(0, ends[lane.topic] - lane.next)
        return lags

    def stopped(self) -> dict[str, str]:
        """Lanes that were stopped, and why."""
        return {f"{lane.stage.name}/{lane.topic}": lane.stopped for lane in self._lanes if lane.stopped}

    def handled_below(self, topic: str, end: int) -> int:
        """The offset below which every stage has handled the topic."""
        return min((lane.next for lane in self._lanes if lane.topic == topic), default=end)

    def ready(self, ends: Mapping[str, int]) -> bool:
        """Whether any lane has something to handle."""
        return any(lane.ready(ends[lane.topic]) for lane in self._lanes)

    def begin(self) -> Places:
        """Where the lanes stand before a round."""
        self.changes = []
        return [(lane, lane.next, lane.stopped) for lane in self._lanes]

    def work(self, ends: Mapping[str, int]) -> bool:
        """Let each lane handle a batch, what lanes before it just put out included; whether any did."""
        worked = False
        for lane in self._lanes:
            worked = self._work(lane, ends) or worked
        return worked

    def committed(self) -> None:
        """The round is through."""
        for rows in self._rows.values():
            rows.committed()

    def rolled_back(self, places: Places) -> None:
        """The round is undone."""
        for rows in self._rows.values():
            rows.rolled_back()
        for lane, next_offset, stopped in places:
            lane.next, lane.stopped = next_offset, stopped

    def _work(self, lane: Lane, ends: Mapping[str, int]) -> bool:
        """Handle what is queued for one stage on one topic, at most a batch."""
        if not lane.ready(ends[lane.topic]):
            return False
        rows = self._store.read(lane.topic, lane.next, lane.most, BATCH_BYTES)
        if not rows:  # retention took what was never handled by this stage
            lane.next = ends[lane.topic]
            self._store.set_next_offset(lane.stage.name, lane.topic, lane.next)
            return True
        lane.prepare_ahead(rows)
        stage = msgspec.structs.replace(lane.stage, handle=self._handles[lane.stage.name])
        first, count = lane.next, 0
        until = time.perf_counter() + BATCH_SECONDS
        for row in rows:
            if not self._one(lane, stage, row):
                break
            lane.next = row[0] + 1
            count += 1
            if time.perf_counter() > until:
                break
        if lane.next == first:
            return False
        lane.handled(count)
        self._store.set_next_offset(stage.name, lane.topic, lane.next)
        return True

    def _one(self, lane: Lane, stage: Stage, row: Row) -> bool:
        """Handle one record; whether the lane goes on behind it."""
        offset, _, value = row
        begun = time.perf_counter()
        rows = self._rows[stage.name]
        try:
            record = lane.record(offset, value)
            if record is None:
                return False
            handled = handle_record(stage, record, rows, self._topics)
            _write(rows, handled)
        except UnknownVersion as error:
            return self._stop_lane(lane, offset, error)
        except Poison as poison:
            if isinstance(poison.__cause__, UnknownVersion):  # a row that a later release wrote
                return self._stop_lane(lane, offset, poison.__cause__)
            self._bury(lane, row, poison)
            return True
        self._append(handled.outputs)
        self.changes.extend(handled.changes)
        self._listeners.handled(stage.name, record, handled.step, time.perf_counter() - begun)
        return True

    def _stop_lane(self, lane: Lane, offset: int, error: UnknownVersion) -> bool:
        """Nothing behind this record is handled until a release that knows it runs."""
        lane.stopped = str(error)[:MAX_MESSAGE]
        self._listeners.emit(
            "partition-stopped", stage=lane.stage.name, topic=lane.topic, offset=offset, reason=lane.stopped
        )
        return False

    def _bury(self, lane: Lane, row: Row, poison: Poison) -> None:
        offset, key, value = row
        letter = dead_letter(
            topic=lane.topic,
            key=key,
            value=value,
            stage=lane.stage.name,
            poison=poison,
            place=f"{lane.topic}/0/{offset}",
            at=self._clock().astimezone(UTC),
        )
        self._append([encode_out(Out(self._dead_letters, key, letter))])
        self._listeners.dead_lettered(lane.stage.name, poison.error, poison.message)


def _write(rows: StageRows, handled: Handled) -> None:
    """Raises ``Poison`` if an index refuses a row, and what SQLite raises."""
    try:
        rows.write(handled.changes)
    except sqlite3.Error:
        raise
    except Exception as error:  # the record's fault; nothing was written
        raise Poison(type(error).__name__, str(error)) from error
