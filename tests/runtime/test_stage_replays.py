"""Every stage of the pipeline meets its own later state: each prefix of a step's changes, then the record again.

Outputs are acknowledged first and changes written in the order given, so after a crash a record may be
handled again over any prefix of its own changes. It must then send nothing that it had not sent, byte for
byte, and end in the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.alerting.notice import Notice
from monitor.alerting.routing import Routing, Subscription
from monitor.lexicon.schema import EMPTY
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.pipeline import build
from monitor.records import (
    Attempt,
    AttemptOutcome,
    Command,
    Delivery,
    Evidence,
    EvidenceSentence,
    FeedItem,
    FeedPoll,
    FiredRule,
    Match,
    MatchedArticle,
    RawArticle,
    Record,
    Source,
    Tick,
    encode,
    encode_row,
    moment,
)
from monitor.stage import Pipeline, Put, Stage, Step

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Tables:
    """A stage's rows in a dictionary, and its indexes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.rows: dict[tuple[str, bytes], Record] = {}

    def get(self, table: str, key: bytes) -> Record | None:
        return self.rows.get((table, key))

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        found = sorted((key, row) for (name, key), row in self.rows.items() if name == table and key > after)
        return found[:limit]

    def apply(self, changes: Sequence[Put]) -> None:
        for put in changes:
            at = (put.table, put.key)
            old = self.rows.get(at)
            if put.value is None:
                self.rows.pop(at, None)
            else:
                self.rows[at] = put.value
            if (index := self._stage.indexes.get(put.table)) is not None:
                index.apply(put.key, old, put.value)


def body(notice: Notice) -> bytes:
    return msgspec.json.encode([notice.id, notice.title, [rule.id for rule in notice.rules], notice.articles])


def broken(notice: Notice) -> bytes:
    raise ValueError("this channel cannot draw it")


ROUTING = Routing(
    subscriptions=(
        Subscription(subscriber="desk", rules=("rule-*",)),
        Subscription(subscriber="night", rules=("rule-2",)),
        Subscription(subscriber="broken", rules=("rule-3",)),
    ),
    operator="desk",
    renders={"desk": body, "night": body, "broken": broken},
    channels={"desk": "file", "night": "file", "broken": "file"},
)
NOBODY = Routing()
NO_PATTERNS = file_lexicon(EMPTY)


def fresh(routing: Routing = ROUTING) -> Pipeline:
    """The pipeline with indexes of its own."""
    return build(Engine((), NO_PATTERNS), routing)


def stage_of(name: str, routing: Routing) -> Stage:
    return next(stage for stage in fresh(routing).stages if stage.name == name)


def run(stage: Stage, tables: Tables, record: Record) -> Step:
    prepared = stage.prepare(record) if stage.prepare is not None else record
    return stage.handle(prepared, tables, moment(record) or NOW)


def at(stage: Stage, before: Sequence[Record]) -> Tables:
    """The stage's rows after these records."""
    tables = Tables(stage)
    for record in before:
        tables.apply(run(stage, tables, record).changes)
    return tables


def sent(step: Step) -> list[tuple[str, bytes, bytes]]:
    return [(out.topic, out.key, encode(out.record)) for out in step.outputs]


def stored(tables: Tables) -> dict[tuple[str, bytes], bytes]:
    return {at: encode_row(row) for at, row in tables.rows.items()}


def check(name: str, before: Sequence[Record], record: Record, routing: Routing = ROUTING) -> Step:
    """Handle ``record`` over every prefix of what handling it changes. Returns the first step."""
    stage = stage_of(name, routing)
    tables = at(stage, before)
    step = run(stage, tables, record)
    outputs = sent(step)
    tables.apply(step.changes)
    ended = stored(tables)
    for length in range(len(step.changes) + 1):
        again_stage = stage_of(name, routing)
        tables = at(again_stage, before)
        tables.apply(step.changes[:length])
        again = run(again_stage, tables, record)
        where = f"after {length} of {len(step.changes)} changes"
        new = [out for out in sent(again) if out not in outputs]
        assert not new, f"{where} it sends what it had not sent: {new}"
        if length == 0:
            assert sent(again) == outputs, f"{where} it does not send all of it"
        if isinstance(record, Tick):
            continue  # its replay may prune what lies behind the first one's cursor
        tables.apply(again.changes)
        assert stored(tables) == ended, f"{where} it ends in other rows"
    return step


# --- feed-polls -----------------------------------------------------------------------------


def poll(minute: int, **fields: object) -> FeedPoll:
    made = FeedPoll(
        feed="https://example.org/rss",
        at=NOW + timedelta(minutes=minute),
        next_due=NOW + timedelta(minutes=minute + 10),
        interval=600.0,
        health="ok",
        status=200,
        etag=f'"{minute}"',
        fingerprints=(f"a{minute}.1", "b.1"),
    )
    return msgspec.structs.replace(made, **fields)


@pytest.mark.parametrize(
    ("before", "record"),
    [
        ([], poll(0)),
        ([poll(0)], poll(10)),
        ([poll(0)], poll(10, health="failing", failures=1, status=503)),
        ([poll(0), poll(10)], poll(20, health="unchanged", status=304, fingerprints=())),
        ([poll(0), poll(10)], poll(10)),
        ([poll(0)], poll(10, health="gone", status=410, moved_to="https://example.org/new")),
        ([poll(0)], Tick(at=NOW)),
    ],
)
def test_polls(before: list[Record], record: Record) -> None:
    check("feed-polls", before, record)


# --- clean ----------------------------------------------------------------------------------

CHROME = "Home\nNews\nSport\n\nShare this page\n\nSign up for our newsletter"
FOOT = "Contact us\n\nPrivacy policy\n\n© 2026 The Example"


IN_THE_MIDST = "Follow the story as it unfolds"


def raw(id: str, content: str, kind: str = "text", source: str = "example") -> RawArticle:
    item = FeedItem(guid=id, title="", content=content, content_type="text" if kind == "text" else "html")
    return RawArticle(id=id, source=Source(id=source), item=item, seen=NOW)


def page(number: int) -> RawArticle:
    """A page of one site: its own paragraphs within the site's chrome."""
    own = "\n\n".join(
        f"Paragraph {part} of page {number} tells at some length what happened on that day, and to whom, "
        f"and what the spokesman of the ministry said about it in the evening, {number * part} times."
        for part in range(1, 5)
    )
    own = own.replace("\n\n", f"\n\n{IN_THE_MIDST}\n\n", 1)
    return raw(f"page-{number}", f"{CHROME}\n\nHeadline of page {number}\n\n{own}\n\n{FOOT}")


@pytest.mark.parametrize("pages", range(10))
def test_pages_of_plain_text_whose_chrome_repeats(pages: int) -> None:
    check("clean", [page(number) for number in range(pages)], page(pages))


@pytest.mark.parametrize(
    "record",
    [
        raw("one", "A single paragraph."),
        raw("markup", "<p>First paragraph.</p><p>Second &amp; last.</p>", "html"),
        raw("empty", ""),
        Tick(at=NOW),
    ],
)
def test_other_articles(record: Record) -> None:
    check("clean", [page(1), page(2)], record)


# --- alert ----------------------------------------------------------------------------------


def rule(id: str, **fields: object) -> FiredRule:
    evidence = Evidence(field="text", start=0, end=7, text="strikes", clause="event", entry="airstrike")
    made = FiredRule(
        id=id, version="1", title=f"Rule {id}", status="active", severity="high", evidence=(evidence,)
    )
    return msgspec.structs.replace(made, **fields)


def match(id: str, rules: Sequence[FiredRule], *, minute: int = 0, **fields: object) -> Match:
    """An article on one story, by the same sketch, in a source and a language of its own."""
    article = MatchedArticle(
        id=id,
        title="Strikes on Raqqa",
        url=f"https://example.org/{id}",
        source=Source(id=f"source-{id}"),
        language="en",
        seen=NOW + timedelta(minutes=minute),
        sketch=tuple(range(32)),
        sentences=(
            EvidenceSentence(field="text", start=0, end=40, text="Strikes on Raqqa killed 10 people."),
        ),
    )
    return Match(article=msgspec.structs.replace(article, **fields), rules=tuple(rules))


ONE, TWO, THREE = rule("rule-1"), rule("rule-2"), rule("rule-3")
AGAIN = rule("rule-1", again=("languages", "sources+2", "numbers"))
THIRTEEN = (EvidenceSentence(field="text", start=0, end=40, text="Strikes on Raqqa killed 13 people."),)


@pytest.mark.parametrize(
    ("before", "record"),
    [
        ([], match("a", [ONE])),
        ([], match("a", [ONE, TWO])),
        ([], match("a", [TWO, THREE])),
        ([match("a", [ONE])], match("b", [ONE], minute=1)),
        ([match("a", [ONE])], match("b", [ONE, TWO], minute=1)),
        ([match("a", [ONE])], match("a", [ONE], minute=1)),
        ([match("a", [ONE])], match("a", [TWO], minute=1)),
        ([match("a", [AGAIN])], match("b", [AGAIN], minute=1, language="ar")),
        ([match("a", [AGAIN]), match("b", [AGAIN])], match("c", [AGAIN], minute=1)),
        ([match("a", [AGAIN])], match("b", [AGAIN], minute=1, sentences=THIRTEEN)),
        ([match("a", [AGAIN])], match("a", [AGAIN], minute=1, sentences=THIRTEEN)),
        ([], match("a", [ONE], backlog=True)),
        ([], match("a", [rule("rule-1", status="shadow")])),
        ([], match("a", [rule("rule-1", expires=NOW - timedelta(days=1))])),
        ([], match("a", [rule("other")])),
        ([match("a", [ONE])], match("b", [ONE], minute=60 * 24 * 3)),
        ([match("a", [ONE]), match("b", [ONE], sketch=())], Tick(at=NOW + timedelta(days=5))),
        ([], Command(id="c", action="endpoint-disabled", at=NOW, subscriber="night", reason="410")),
    ],
)
def test_matches(before: list[Record], record: Record) -> None:
    check("alert", before, record)
    check("alert", before, record, NOBODY)


def test_a_match_by_more_rules_than_a_story_names() -> None:
    check("alert", [], match("a", [rule(f"rule-{n}") for n in range(150)]))


def test_the_copy_after_the_last_article_that_a_story_names() -> None:
    before: list[Record] = [match(f"a{n}", [ONE]) for n in range(500)]
    check("alert", before, match("one-more", [ONE], minute=1))


# --- outbox ---------------------------------------------------------------------------------


def delivery(id: str, subscriber: str = "desk", **fields: object) -> Delivery:
    made = Delivery(
        id=id,
        subscriber=subscriber,
        story="s",
        revision=1,
        channel="webhook",
        title="Strikes on Raqqa",
        severity="high",
        body=b'{"title": "Strikes on Raqqa"}',
        seen=NOW,
    )
    return msgspec.structs.replace(made, **fields)


def attempt(
    id: str, number: int, outcome: AttemptOutcome, subscriber: str = "desk", replay: int = 0
) -> Attempt:
    when = NOW + timedelta(minutes=number)
    return Attempt(
        delivery=id,
        subscriber=subscriber,
        number=number,
        at=when,
        outcome=outcome,
        replay=replay,
        status={"delivered": 200, "retry": 503, "failed": 400, "gone": 410}[outcome],
        error="" if outcome == "delivered" else "it said no",
        retry_at=when + timedelta(minutes=5) if outcome == "retry" else None,
    )


def command(action: str) -> Command:
    return Command(
        id=action,
        action="endpoint-disabled" if action == "disable" else "endpoint-enabled",
        at=NOW + timedelta(hours=1),
        subscriber="desk",
        reason="by hand",
    )


WAITING: list[Record] = [delivery("d1"), delivery("d2"), delivery("d3"), delivery("e1", "night")]
DISABLED: list[Record] = [*WAITING, attempt("d1", 1, "gone")]


@pytest.mark.parametrize(
    ("before", "record"),
    [
        ([], delivery("d1")),
        (WAITING, delivery("d1")),
        (WAITING, delivery("d1", body=b"another body")),
        (WAITING, delivery("d1", replay=1)),
        (DISABLED, delivery("d4")),
        (WAITING, attempt("d1", 1, "delivered")),
        (WAITING, attempt("d1", 1, "retry")),
        ([*WAITING, attempt("d1", 1, "retry")], attempt("d1", 2, "retry")),
        ([*WAITING, attempt("d1", 1, "retry")], attempt("d1", 2, "delivered")),
        (WAITING, attempt("d1", 1, "failed")),
        (WAITING, attempt("d1", 1, "gone")),
        ([*WAITING, attempt("d1", 1, "failed")], delivery("d1", replay=1)),
        (
            [*WAITING, attempt("d1", 1, "delivered"), delivery("d1", replay=1)],
            attempt("d1", 1, "retry", replay=1),
        ),
        (WAITING, attempt("unknown", 1, "delivered")),
        (WAITING, command("disable")),
        (DISABLED, command("enable")),
        (DISABLED, Tick(at=NOW + timedelta(hours=1))),
        ([*DISABLED, attempt("e1", 1, "delivered", "night")], Tick(at=NOW + timedelta(days=30))),
    ],
)
def test_deliveries_and_attempts(before: list[Record], record: Record) -> None:
    check("outbox", before, record)


def test_a_tick_that_does_not_reach_the_end_of_the_table() -> None:
    before: list[Record] = []
    for number in range(1200):
        before += [delivery(f"d{number:04}"), attempt(f"d{number:04}", 1, "delivered")]
    check("outbox", before, Tick(at=NOW + timedelta(days=30)))


# --- all of them ----------------------------------------------------------------------------


def test_every_stage_is_replayed_here() -> None:
    """A new stage needs its cases above; match has no state."""
    assert {stage.name for stage in fresh().stages if stage.tables} == {
        "feed-polls",
        "clean",
        "alert",
        "outbox",
    }
    assert [stage.name for stage in fresh().stages if not stage.tables] == ["match"]


def test_a_handler_leaves_the_rows_that_it_was_given_as_they_were() -> None:
    """Rows are shared with the runtime's cache: a handler that changed one in place would change the past."""
    cases: Mapping[str, tuple[list[Record], Callable[[], Record]]] = {
        "feed-polls": ([poll(0)], lambda: poll(10)),
        "clean": ([page(1), page(2)], lambda: page(3)),
        "alert": ([match("a", [ONE])], lambda: match("b", [ONE, TWO], minute=1)),
        "outbox": (WAITING, lambda: attempt("d1", 1, "gone")),
    }
    for name, (before, record) in cases.items():
        stage = stage_of(name, ROUTING)
        tables = at(stage, before)
        copy = deepcopy(stored(tables))
        run(stage, tables, record())
        assert stored(tables) == copy, name
