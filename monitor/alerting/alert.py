"""The alert stage: matches into stories, stories into one notice for each subscriber."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from monitor.alerting.notice import Notice
from monitor.alerting.rendering import delivery_id, render
from monitor.alerting.routing import Routing
from monitor.alerting.stories import MOST_ARTICLES, WINDOW, StoryIndex, Telling, belongs, telling
from monitor.records import (
    SEVERITIES,
    Alert,
    Command,
    Delivery,
    FiredRule,
    Match,
    Outcome,
    Record,
    Routed,
    Story,
    Tick,
    Told,
)
from monitor.stage import PRUNE_LIMIT, Handle, Out, Put, State, Step

STORIES = "stories"
KEPT = WINDOW + timedelta(hours=24)
"""How long a story is remembered: past its window, for articles that come late to the stage."""

_MOST_NAMES = 100  # sources that a story names


def alert_handler(routing: Routing, index: StoryIndex) -> Handle:
    """The handler with this routing. ``index`` is the one that the runtime keeps for ``stories``."""

    def handle(record: Record, state: State, now: datetime) -> Step:
        match record:
            case Match():
                return _on_match(record, state, now, routing, index)
            case Command():
                return _on_command(record, now, routing)
            case Tick():
                keys = index.older_than(now - KEPT, PRUNE_LIMIT)
                return Step(changes=[Put(STORIES, key, None) for key in keys])
        return Step()

    return handle


def _on_match(match: Match, state: State, now: datetime, routing: Routing, index: StoryIndex) -> Step:
    told = telling(match)
    story = _find(match, told, state, now, index) or _begin(match, told)
    known = match.article.id in story.articles
    grown = story if known else _grow(story, match)
    decisions = _decide(grown, match, told, now, routing, known=known)
    new_rules = not {rule.id for rule in match.rules} <= set(story.rules)
    if known and not new_rules and not any(one.outcome == "sent" for one in decisions):
        return Step()
    grown = msgspec.structs.replace(
        grown,
        revision=story.revision + 1,
        rules=_union(story.rules, [rule.id for rule in match.rules]),
    )
    outputs: list[Out] = []
    routed: list[Routed] = []
    for decision in decisions:
        if decision.outcome != "sent":
            routed.append(decision)
            continue
        out = _delivery(grown, match, decision, routing, now)
        outputs.append(out)
        if isinstance(out.record, Delivery):
            routed.append(msgspec.structs.replace(decision, delivery=out.record.id))
            grown = _told(grown, decision, told)
        else:  # not told: the dead letter's replay, or the next copy, tries again
            reason = "could not be rendered: see the dead letters"
            routed.append(msgspec.structs.replace(decision, outcome="unrouted", reason=reason))
    if known and not new_rules and not any(one.outcome == "sent" for one in routed):
        return Step(outputs=outputs)  # the same could not be rendered again: nothing has changed
    alert = Alert(
        story=grown.id,
        revision=grown.revision,
        article=match.article,
        rules=match.rules,
        routed=tuple(routed),
        articles=grown.count,
        sources=grown.sources,
        languages=grown.languages,
        seen=match.article.seen,
    )
    outputs.append(Out("alerts", grown.id.encode(), alert))
    return Step(outputs=outputs, changes=(Put(STORIES, grown.id.encode(), grown),))


# --- which story ----------------------------------------------------------------------------


def _find(match: Match, told: Telling, state: State, now: datetime, index: StoryIndex) -> Story | None:
    """The story that has the article, or else the most alike that it belongs to."""
    own = index.of_article(match.article.id)
    if own is not None:
        story = state.get(STORIES, own)
        if isinstance(story, Story):
            return story
    for key in index.candidates(told):
        story = state.get(STORIES, key)
        if isinstance(story, Story) and belongs(told, story, match.article.seen):
            return story
    return None


def _begin(match: Match, told: Telling) -> Story:
    article = match.article
    digest = hashlib.sha256(b"story\0" + article.id.encode()).hexdigest()[:24]
    return Story(
        id=digest,
        title=article.title,
        seen=article.seen,
        sketch=told.sketch,
        title_key=told.title_key,
        words=told.words,
        numbers=told.numbers,
        places=told.places,
    )


def _grow(story: Story, match: Match) -> Story:
    """The story with one more article."""
    article = match.article
    return msgspec.structs.replace(
        story,
        articles=(*story.articles, article.id)[-MOST_ARTICLES:],
        count=story.count + 1,
        sources=_union(story.sources, [article.source.id])[:_MOST_NAMES],
        languages=_union(story.languages, [article.language] if article.language else []),
    )


def _union(names: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *more)))


# --- who is told ----------------------------------------------------------------------------


def _decide(
    story: Story, match: Match, told: Telling, now: datetime, routing: Routing, *, known: bool
) -> list[Routed]:
    """For each subscriber what becomes of the match, rules with the same fate together."""
    fates: dict[tuple[str, Outcome], tuple[list[str], list[str]]] = {}

    def put(subscriber: str, outcome: Outcome, rule: str, reason: str) -> None:
        rules, reasons = fates.setdefault((subscriber, outcome), ([], []))
        rules.append(rule)
        if reason not in reasons:
            reasons.append(reason)

    for rule in match.rules:
        takers = routing.of(rule)
        if not takers:
            put("", "unrouted", rule.id, "no subscription, default or operator takes it")
        for subscriber, reason in takers.items():
            if rule.status == "shadow":
                put(subscriber, "shadow", rule.id, "the rule's status is shadow")
            elif rule.expires is not None and rule.expires < now:
                put(subscriber, "expired", rule.id, f"the rule expired on {rule.expires:%Y-%m-%d}")
            elif match.article.backlog:
                put(subscriber, "backlog", rule.id, "the article was there before its feed was watched")
            elif rule.id not in told_of(story, subscriber):
                told_before = subscriber in story.sent
                put(subscriber, "sent", rule.id, f"{rule.title} fires on it now" if told_before else reason)
            elif not known and (again := _again(rule, story.told.get(subscriber), story, told)):
                put(subscriber, "sent", rule.id, again)
            else:
                put(subscriber, "known", rule.id, "told of this story before")
    return [
        Routed(subscriber=subscriber, outcome=outcome, rules=tuple(rules), reason="; ".join(reasons))
        for (subscriber, outcome), (rules, reasons) in fates.items()
    ]


def _again(rule: FiredRule, before: Told | None, story: Story, told: Telling) -> str:
    """Which change that the rule asks for has come since the subscriber was told; empty if none."""
    if before is None:
        return ""
    for wish in rule.again:
        if wish == "languages" and len(story.languages) > before.languages:
            return f"now in {len(story.languages)} languages"
        if wish == "numbers" and told.numbers and told.numbers != before.numbers:
            return f"numbers now: {', '.join(told.numbers[:8])}"
        kind, _, more = wish.partition("+")
        if kind == "sources" and more and len(story.sources) >= before.sources + int(more):
            return f"now in {len(story.sources)} sources"
    return ""


def told_of(story: Story, subscriber: str) -> set[str]:
    """Ids of the rules of which the subscriber was told in this story."""
    known = int.from_bytes(story.sent.get(subscriber, b""), "little")
    return {rule for number, rule in enumerate(story.rules) if known >> number & 1}


def _told(story: Story, decision: Routed, told: Telling) -> Story:
    """The story as it is once the subscriber was told."""
    subscriber = decision.subscriber
    known = int.from_bytes(story.sent.get(subscriber, b""), "little")
    for number, rule in enumerate(story.rules):
        if rule in decision.rules:
            known |= 1 << number
    sent = {**story.sent, subscriber: known.to_bytes(known.bit_length() // 8 + 1, "little")}
    mark = Told(languages=len(story.languages), sources=len(story.sources), numbers=told.numbers)
    return msgspec.structs.replace(story, sent=sent, told={**story.told, subscriber: mark})


def _delivery(story: Story, match: Match, decision: Routed, routing: Routing, now: datetime) -> Out:
    """The rendered notice, or a dead letter if its channel could not render it."""
    subscriber = decision.subscriber
    rules = sorted(
        (rule for rule in match.rules if rule.id in decision.rules),
        key=lambda rule: -SEVERITIES.index(rule.severity),
    )
    first = subscriber not in story.sent
    notice = Notice(
        id=delivery_id(story.id, story.revision, subscriber),
        subscriber=subscriber,
        story=story.id,
        revision=story.revision,
        severity=rules[0].severity,
        title=match.article.title or rules[0].title,
        seen=match.article.seen,
        article=match.article,
        rules=tuple(rules),
        articles=story.count,
        sources=story.sources,
        languages=story.languages,
        again="" if first else decision.reason,
    )
    return render(notice, routing, "matches", match, now)


# --- commands -------------------------------------------------------------------------------


def _on_command(command: Command, now: datetime, routing: Routing) -> Step:
    """An endpoint was disabled or enabled: the operator is told once a day and subject."""
    operator = routing.operator
    if operator not in routing.renders or operator == command.subscriber:
        return Step()
    subject = f"{command.action}\0{command.subscriber}\0{now:%Y-%m-%d}"
    digest = hashlib.sha256(subject.encode()).hexdigest()[:24]
    verb = "disabled" if command.action == "endpoint-disabled" else "enabled again"
    notice = Notice(
        id=delivery_id(digest, 0, operator),
        kind="operator",
        subscriber=operator,
        story=digest,
        revision=0,
        severity="high",
        title=f"Subscriber {command.subscriber} {verb}",
        seen=now,
        text=f"The endpoint of subscriber {command.subscriber} is {verb}. {command.reason}".strip(),
    )
    return Step(outputs=(render(notice, routing, "commands", command, now),))
