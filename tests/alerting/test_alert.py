"""The alert stage, with literal records and a dict for its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from monitor.alerting.alert import KEPT, alert_handler
from monitor.alerting.notice import Notice
from monitor.alerting.routing import Routing, Subscription
from monitor.alerting.stories import StoryIndex
from monitor.cleaning.sketch import sketch
from monitor.records import (
    Alert,
    Command,
    DeadLetter,
    Delivery,
    Evidence,
    EvidenceSentence,
    FiredRule,
    Match,
    MatchedArticle,
    Record,
    RuleStatus,
    Severity,
    Source,
    Tick,
    decode,
)
from monitor.stage import Handle, Step

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RAQQA = (
    "Russian jets carried out strikes on the Syrian city of Raqqa on Tuesday, killing 12 people, activists said. "
    "The ministry gave no number of sorties. Residents heard explosions in the western districts before dawn, and "
    "a warehouse near the bridge was destroyed, according to two people who saw it burn through the night."
)


class Rows:
    """A stage's state in a dict, with its index kept along."""

    def __init__(self, index: StoryIndex) -> None:
        self.rows: dict[bytes, Record] = {}
        self._index = index

    def get(self, table: str, key: bytes) -> Record | None:
        return self.rows.get(key)

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        return [(key, self.rows[key]) for key in sorted(self.rows) if key > after][:limit]

    def apply(self, step: Step) -> None:
        for put in step.changes:
            self._index.apply(put.key, self.rows.get(put.key), put.value)
            if put.value is None:
                self.rows.pop(put.key, None)
            else:
                self.rows[put.key] = put.value


class Desk:
    """An alert stage under test."""

    def __init__(self, routing: Routing) -> None:
        index = StoryIndex()
        self.rows = Rows(index)
        self._index = index
        self.route(routing)

    def route(self, routing: Routing) -> None:
        self._handle: Handle = alert_handler(routing, self._index)

    def take(self, record: Record, now: datetime = NOON) -> Step:
        step = self._handle(record, self.rows, now)
        self.rows.apply(step)
        return step

    def deliveries(self, record: Record, now: datetime = NOON) -> list[Delivery]:
        return [out.record for out in self.take(record, now).outputs if isinstance(out.record, Delivery)]


def render(notice: Notice) -> bytes:
    return msgspec.json.encode(notice)


def routing(**changes: object) -> Routing:
    base = Routing(
        default=("desk",),
        operator="ops",
        renders={"desk": render, "ops": render, "syria": render},
        channels={"desk": "file", "ops": "file", "syria": "webhook"},
    )
    return msgspec.structs.replace(base, **changes)


def rule(
    id: str = "ru-strikes-raqqa",
    *,
    severity: Severity = "high",
    status: RuleStatus = "active",
    tags: tuple[str, ...] = (),
    again: tuple[str, ...] = (),
    expires: datetime | None = None,
) -> FiredRule:
    place = Evidence(
        field="text", start=53, end=58, text="Raqqa", clause="place", entry="place/raqqa", gloss="Raqqa"
    )
    return FiredRule(
        id=id,
        version="1",
        title=id,
        status=status,
        severity=severity,
        tags=tags,
        again=again,
        expires=expires,
        evidence=(place,),
    )


def match(
    id: str = "a1",
    text: str = RAQQA,
    *,
    rules: tuple[FiredRule, ...] = (rule(),),
    title: str = "Strikes hit Raqqa",
    source: str = "one",
    language: str = "en",
    seen: datetime = NOON,
    backlog: bool = False,
) -> Match:
    first = text.split(". ")[0]
    return Match(
        article=MatchedArticle(
            id=id,
            title=title,
            url=f"https://news.example/{id}",
            source=Source(id=source),
            language=language,
            seen=seen,
            backlog=backlog,
            sketch=sketch(text),
            sentences=(EvidenceSentence(field="text", start=0, end=len(first), text=first),),
        ),
        rules=rules,
    )


def test_a_match_is_one_notice_with_a_deterministic_id() -> None:
    first, second = (Desk(routing()).deliveries(match()) for _ in range(2))
    assert [one.subscriber for one in first] == ["desk"]
    assert first == second


def test_the_same_match_again_says_nothing() -> None:
    desk = Desk(routing())
    desk.take(match())
    assert desk.take(match()) == Step()


def test_a_replay_before_the_state_was_written_gives_the_same_bytes() -> None:
    index = StoryIndex()
    rows = Rows(index)
    handle = alert_handler(routing(), index)
    assert handle(match(), rows, NOON) == handle(match(), rows, NOON)


def test_a_copy_joins_the_story_and_only_raises_its_count() -> None:
    desk = Desk(routing())
    desk.take(match("a1"))
    step = desk.take(
        match("a2", RAQQA + " Reported by agencies.", title="Raqqa hit by strikes", source="two")
    )
    alerts = [out.record for out in step.outputs]
    assert [type(one) for one in alerts] == [Alert]
    assert isinstance(alerts[0], Alert)
    assert (alerts[0].articles, alerts[0].sources) == (2, ("one", "two"))
    assert alerts[0].routed[0].outcome == "known"


def test_a_rule_that_fires_on_the_story_for_the_first_time_is_told() -> None:
    desk = Desk(routing())
    desk.take(match("a1"))
    [delivery] = desk.deliveries(match("a2", rules=(rule(), rule("strikes-in-syria")), source="two"))
    notice = msgspec.json.decode(delivery.body, type=Notice)
    assert [one.id for one in notice.rules] == ["strikes-in-syria"]
    assert notice.again


def test_an_edited_article_keeps_its_story_and_is_told_only_of_new_rules() -> None:
    desk = Desk(routing())
    desk.take(match("a1"))
    assert desk.deliveries(match("a1", "Something else entirely was written over the old text here.")) == []
    assert len(desk.deliveries(match("a1", rules=(rule("other"),)))) == 1


def test_one_notice_names_all_rules_that_the_subscriber_takes() -> None:
    subscriptions = (Subscription(subscriber="syria", tags=("syria",), severity="medium"),)
    fired = (
        rule("low", severity="low", tags=("syria",)),
        rule("high", tags=("syria",)),
        rule("medium", severity="medium", tags=("syria",)),
    )
    deliveries = Desk(routing(subscriptions=subscriptions)).deliveries(match(rules=fired))
    named = {
        one.subscriber: [fired.id for fired in msgspec.json.decode(one.body, type=Notice).rules]
        for one in deliveries
    }
    assert named == {"syria": ["high", "medium"], "desk": ["low"]}
    assert {one.subscriber: one.severity for one in deliveries} == {"syria": "high", "desk": "low"}


@pytest.mark.parametrize(
    ("wish", "second", "told"),
    [
        ("languages", match("a2", language="fr", source="two"), True),
        ("languages", match("a2", source="two"), False),
        ("sources+1", match("a2", source="two"), True),
        ("sources+2", match("a2", source="two"), False),
        ("numbers", match("a2", RAQQA.replace("12", "19"), source="two"), True),
        ("numbers", match("a2", source="two"), False),
    ],
)
def test_again_only_on_the_change_that_the_rule_asks_for(wish: str, second: Match, told: bool) -> None:
    asking = (rule(again=(wish,)),)
    desk = Desk(routing())
    desk.take(match("a1", rules=asking))
    assert bool(desk.deliveries(msgspec.structs.replace(second, rules=asking))) is told


def test_seven_days_of_strikes_over_one_background_are_seven_stories() -> None:
    background = (
        " ".join(RAQQA.split(". ")[1:]) + " The war began in 2011 and has killed hundreds of thousands."
    )
    desk = Desk(routing())
    told = 0
    for day, place in enumerate(("Idlib", "Homs", "Hama", "Aleppo", "Daraa", "Palmyra", "Manbij")):
        text = f"Jets struck a market in {place} at dawn and {day + 3} people were killed there. {background}"
        place_found = msgspec.structs.replace(rule().evidence[0], entry=f"place/{place.lower()}")
        fired = (msgspec.structs.replace(rule(), evidence=(place_found,)),)
        told += len(
            desk.deliveries(
                match(f"d{day}", text, rules=fired, title=place, seen=NOON + timedelta(hours=6 * day))
            )
        )
    assert told == 7


def test_short_texts_join_by_their_title_alone() -> None:
    desk = Desk(routing())
    desk.take(match("a1", "Strikes on Raqqa", title="Strikes on Raqqa!"))
    assert desk.deliveries(match("a2", "Strikes on Raqqa", title="strikes on RAQQA", source="two")) == []
    assert len(desk.deliveries(match("a3", "Strikes on Raqqa", title="More strikes", source="two"))) == 1


def test_no_article_joins_after_48_hours() -> None:
    desk = Desk(routing())
    desk.take(match("a1"))
    assert len(desk.deliveries(match("a2", source="two", seen=NOON + timedelta(hours=49)))) == 1


@pytest.mark.parametrize(
    ("fired", "outcome"),
    [
        (match(rules=(rule(status="shadow"),)), "shadow"),
        (match(rules=(rule(expires=NOON - timedelta(days=1)),)), "expired"),
        (match(backlog=True), "backlog"),
    ],
)
def test_what_is_not_sent_says_why(fired: Match, outcome: str) -> None:
    [out] = Desk(routing()).take(fired).outputs
    assert isinstance(out.record, Alert)
    assert [one.outcome for one in out.record.routed] == [outcome]


def test_a_rule_that_no_one_takes_goes_to_the_operator() -> None:
    deliveries = Desk(routing(default=())).deliveries(match())
    assert [one.subscriber for one in deliveries] == ["ops"]


def test_without_operator_it_is_archived_as_unrouted() -> None:
    [out] = Desk(routing(default=(), operator="")).take(match()).outputs
    assert isinstance(out.record, Alert)
    assert out.record.routed[0].outcome == "unrouted"


def test_a_channel_that_cannot_render_costs_only_its_own_notice() -> None:
    def broken(notice: Notice) -> bytes:
        raise ValueError("no template")

    subscriptions = (Subscription(subscriber="syria"), Subscription(subscriber="desk"))
    renders = {"desk": render, "syria": broken}
    step = Desk(routing(subscriptions=subscriptions, renders=renders)).take(match())
    assert sorted(out.topic for out in step.outputs) == ["alerts", "dead-letters", "deliveries"]


def test_what_could_not_be_rendered_is_told_when_its_dead_letter_is_replayed() -> None:
    def broken(notice: Notice) -> bytes:
        raise ValueError("no template")

    mended = routing(subscriptions=(Subscription(subscriber="syria"), Subscription(subscriber="desk")))
    desk = Desk(msgspec.structs.replace(mended, renders={"desk": render, "syria": broken}))
    [letter] = [out.record for out in desk.take(match()).outputs if isinstance(out.record, DeadLetter)]
    again = desk.take(match())
    assert ([out.record for out in again.outputs], list(again.changes)) == ([letter], [])
    assert (letter.topic, decode(letter.value)) == ("matches", match())
    desk.route(mended)
    assert [one.subscriber for one in desk.deliveries(decode(letter.value))] == ["syria"]
    assert desk.take(match()) == Step()


def test_the_operator_hears_of_a_disabled_endpoint_once_a_day() -> None:
    command = Command(id="c", action="endpoint-disabled", at=NOON, subscriber="desk", reason="status 410")
    desk = Desk(routing())
    [first], [second] = desk.deliveries(command), desk.deliveries(command)
    [tomorrow] = desk.deliveries(command, NOON + timedelta(days=1))
    assert first.subscriber == "ops"
    assert first.id == second.id != tomorrow.id


def test_ticks_forget_stories_past_their_time() -> None:
    desk = Desk(routing())
    desk.take(match())
    desk.take(Tick(at=NOON + KEPT), NOON + KEPT)
    assert len(desk.rows.rows) == 1
    desk.take(Tick(at=NOON + KEPT), NOON + KEPT + timedelta(seconds=1))
    assert desk.rows.rows == {}
