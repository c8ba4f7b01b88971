"""The storm itself: articles through the embedded runtime, a desk at work, and the judgement."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.app.files import Loaded, Reloader, load
from monitor.pipeline import build, with_rules
from monitor.records import Article as ArticleRecord
from monitor.records import DeadLetter, FiredRule, Match, Record, Source, decode
from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.runtime.embedded.runtime import FILE_NAME
from monitor.stage import Out, Pipeline, Step
from tests.reload.desk import Desk
from tests.reload.families import AHEAD, ALWAYS, BEHIND, token
from tests.reload.judge import Article, Judge, Verdict, hashes

TARGETS = 3  # families whose tokens an article has
FILLER = (
    "road",
    "bridge",
    "harvest",
    "minister",
    "school",
    "river",
    "winter",
    "market",
    "price",
    "garden",
    "vote",
)
MOST_WAITING = 150  # articles that wait to be matched: a slower machine gets fewer a second
PUBLISH_SECONDS = 0.04  # between two batches of articles
SOURCE = Source(id="wire", language="en")
KEY = b"wire"
PATIENCE = 30.0  # seconds until what was published must be handled


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a storm is to be. ``rate`` is articles a second, ``grace`` seconds in which an edit must be live,
    ``after`` seconds of articles behind the last edit, ``rules`` the number of those that nobody edits,
    ``most_edits`` after which the set is filed anew."""

    folder: Path
    seconds: float = 60.0
    rate: float = 500.0
    rules: int = 1000
    families: int = 12
    seed: int = 1
    grace: float = 2.0
    after: float = 3.5
    most_edits: int = 12


class Report(msgspec.Struct, kw_only=True):
    """What came of a storm."""

    seconds: float
    published: int
    edits: Counter[str]
    loads: int
    filings: int  # of the whole set anew, in the background
    broken: int  # problems that were told
    slow: int  # edits whose steps lay too far apart
    waits: list[float]  # seconds from publishing to the end of matching, sorted
    verdict: Verdict

    def faults(self) -> list[str]:
        """What must not be, one line each."""
        return [f"{kind}: {count}" for kind, count in self.verdict.faults.items()] + self.verdict.examples

    def text(self) -> str:
        """For a reader."""
        verdict, live = self.verdict, sorted(self.verdict.live)
        lines = [
            f"articles               {self.published} in {self.seconds:.1f} s, {self.published / self.seconds:.0f} a second",
            f"edits                  {self.edits.total()}, {self.slow} of them too slow to judge",
            *(f"  {count:4} {what}" for what, count in sorted(self.edits.items())),
            f"rule sets swapped      {self.loads}, {self.filings} of them filed anew; {self.broken} problems told",
            f"edit to live           {_spread(live, 1)} s (of {len(live)} edits that change a rule)",
            f"published to matched   {_spread(self.waits, 1000)} ms",
            f"judged                 {verdict.judged}; {verdict.excused} answers excused, {verdict.hasty} matched by sets "
            f"read without rest, {verdict.mixed} of them across files",
            f"faults                 {verdict.faults.total()}",
            *(f"FAULT: {fault}" for fault in self.faults()),
        ]
        return "\n".join(lines)


def _spread(found: Sequence[float], factor: float) -> str:
    if not found:
        return "none"
    p50, p99 = found[len(found) // 2], found[min(len(found) - 1, len(found) * 99 // 100)]
    return f"p50 {p50 * factor:.2f}, p99 {p99 * factor:.2f}, max {found[-1] * factor:.2f}"


class Storm:
    """Runs a plan. ``say`` is told of each problem and load."""

    def __init__(self, plan: Plan, say: Callable[[str], None] = lambda _: None) -> None:
        self._plan = plan
        self._say = say
        self._chance = random.Random(plan.seed + 1)
        self._published: dict[str, float] = {}
        self._families: dict[str, dict[int, range]] = {}
        self._handled: dict[str, float] = {}
        self._loads = self._filings = self._broken = 0
        self._hasty: list[tuple[float, float]] = []
        self._hasty_since = 0.0
        self._verdict = Verdict()

    async def run(self) -> Report:
        """The whole of it."""
        plan = self._plan
        self._desk = desk = Desk(
            plan.folder / "rules", families=plan.families, standing=plan.rules, seed=plan.seed
        )
        loaded = await asyncio.to_thread(load, desk.folder)
        assert not loaded.problems, loaded.problems
        self._runtime = EmbeddedRuntime(
            match_alone(loaded), EmbeddedSettings(folder=plan.folder / "data"), observer=self
        )
        await self._runtime.start()
        reloader = Reloader(desk.folder, loaded, self._take, self._emit, most_edits=plan.most_edits)
        watching = asyncio.create_task(reloader.run())
        stop = threading.Event()
        began = time.monotonic()
        working = asyncio.create_task(asyncio.to_thread(desk.work, began + plan.seconds, stop))
        try:
            await self._publish(working)
            took = time.monotonic() - began
            await self._settle()
        finally:
            stop.set()
            await working
            await reloader.stop()
            await watching
            await self._runtime.stop()
        return await asyncio.to_thread(self._judge, took)

    async def _take(self, loaded: Loaded) -> None:
        """As the monitor takes it."""
        now = time.monotonic()
        if self._hasty_since:
            self._hasty.append((self._hasty_since, now + PUBLISH_SECONDS))
        self._hasty_since = 0.0 if loaded.at_rest else now
        self._loads += 1
        self._filings += loaded.engine.edits == 0
        for name, handle in with_rules(loaded.engine).items():
            self._runtime.swap(name, handle)

    def _emit(self, event: str, /, **fields: object) -> None:
        self._broken += event == "rules-broken"
        self._say(f"{event} {fields}")

    # --- articles -------------------------------------------------------------------------

    async def _publish(self, working: asyncio.Task[None]) -> None:
        """At the plan's rate until the desk has done, and some seconds more, to see its last edit."""
        plan, port, began = self._plan, self._runtime.port, time.monotonic()
        count, end = 0, float("inf")
        while (now := time.monotonic()) < end:
            if working.done() and end == float("inf"):
                end = now + plan.after
            began += max(
                0.0, now - began - (count + MOST_WAITING) / plan.rate
            )  # what was not kept up with is left out
            due = min(int((now - began) * plan.rate), len(self._handled) + MOST_WAITING)
            if due > count:
                articles = [self._article(number) for number in range(count, due)]
                count = due
                at = time.monotonic()
                self._published.update((article.id, at) for article in articles)
                await port.publish(*(Out("articles", KEY, article) for article in articles))
            await asyncio.sleep(max(0.0, PUBLISH_SECONDS - (time.monotonic() - now)))

    def _article(self, number: int) -> ArticleRecord:
        """With the tokens of a few families around their present versions, in any order."""
        chance, id = self._chance, f"a{number:07}"
        words = [ALWAYS, *chance.choices(FILLER, k=20)]
        families = self._families[id] = {}
        for family in sorted(chance.sample(range(self._plan.families + 1), TARGETS)):
            present = self._desk.number(family)
            families[family] = range(max(1, present - BEHIND), present + AHEAD + 1)
            words += [token(family, one) for one in families[family]]
        chance.shuffle(words)
        return ArticleRecord(
            id=id,
            source=SOURCE,
            url="",
            canonical_url="",
            title=f"{chance.choice(FILLER)} number {number}",
            text=" ".join(words) + ".",
            language="en",
            seen=datetime.now(UTC),
        )

    async def _settle(self) -> None:
        """Until all that was published is handled."""
        end = time.monotonic() + PATIENCE
        while len(self._handled) < len(self._published) and time.monotonic() < end:  # noqa: ASYNC110  another thread counts
            await asyncio.sleep(0.05)

    def handled(self, stage: str, record: Record, step: Step, seconds: float) -> None:
        """Called by the runtime in the moment of matching."""
        if isinstance(record, ArticleRecord):
            if record.id in self._handled:
                self._verdict.fault("handled twice", record.id)
            self._handled[record.id] = time.monotonic()

    def dead_lettered(self, stage: str, error: str, message: str) -> None:
        self._verdict.fault("dead letter", f"{error}: {message}")

    def committed(self, outs: Sequence[Out]) -> None: ...

    # --- judgement ------------------------------------------------------------------------

    def _judge(self, took: float) -> Report:
        plan, desk = self._plan, self._desk
        rules = hashes(desk.versions, plan.folder / "scratch")
        judge = Judge(desk.moments, rules, self._hasty, plan.grace)
        judge.verdict.faults.update(self._verdict.faults)
        judge.verdict.examples += self._verdict.examples
        fired = self._fired(judge.verdict)
        for id in sorted(self._published):
            if id not in fired or id not in self._handled:
                judge.verdict.fault("lost", id)
                continue
            judge.article(
                Article(
                    number=int(id[1:]),
                    families=self._families[id],
                    published=self._published[id],
                    handled=self._handled[id],
                    fired=fired[id],
                )
            )
        return Report(
            seconds=took,
            published=len(self._published),
            edits=Counter(moment.what for moment in desk.moments[1:]),
            loads=self._loads,
            filings=self._filings,
            broken=self._broken,
            slow=sum(moment.slow for moment in desk.moments),
            waits=sorted(self._handled[id] - at for id, at in self._published.items() if id in self._handled),
            verdict=judge.verdict,
        )

    def _fired(self, verdict: Verdict) -> dict[str, tuple[FiredRule, ...]]:
        """The rules that fired by article, as they stand in the runtime's file."""
        found: dict[str, tuple[FiredRule, ...]] = {}
        with closing(sqlite3.connect(self._plan.folder / "data" / FILE_NAME)) as file:
            for (value,) in file.execute('SELECT value FROM "log matches" ORDER BY offset'):
                match = decode(value)
                assert isinstance(match, Match)
                if match.article.id in found:
                    verdict.fault("matched twice", match.article.id)
                found[match.article.id] = match.rules
            for (value,) in file.execute('SELECT value FROM "log dead-letters"'):
                letter = decode(value)
                assert isinstance(letter, DeadLetter)
                verdict.fault("dead letter", letter.message)
        return found


def match_alone(loaded: Loaded) -> Pipeline:
    """The pipeline's match stage, on the topics of all."""
    whole = build(loaded.engine, loaded.subscribers.routing)
    stages = tuple(stage for stage in whole.stages if stage.name == "match")
    return msgspec.structs.replace(whole, stages=stages)
