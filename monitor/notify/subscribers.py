"""``subscribers.yaml``: who is told, by which channel, of which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor.alerting.routing import Routing, Subscription
from monitor.located import InvalidFile, Located, Problem, read_yaml, validate
from monitor.notify.channel import Target
from monitor.notify.channels import ChannelError, channel_schema, target_of
from monitor.notify.secrets import unreadable
from monitor.records import Severity

FILE_NAME = "subscribers.yaml"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


SubscriberId = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_.][a-z0-9]+)*$", max_length=80)]
Names = Annotated[tuple[str, ...], BeforeValidator(_list, json_schema_input_type=str | list[str])]


class SubscriberModel(_Model):
    """Someone or something that is told. ``channel`` has a ``kind`` and that kind's options."""

    id: SubscriberId
    channel: dict[str, Any]


class SubscriptionModel(_Model):
    """A subscriber takes the rules that meet all that is named here."""

    subscriber: str
    rules: Names = Field(default=(), description="rule ids, or globs of them")
    tags: Names = Field(default=(), description="rules with one of these tags")
    severity: Severity = Field(default="info", description="this severity and above")


class SubscribersFile(_Model):
    """Subscribers, their subscriptions, the operator, and who takes what no one else takes."""

    subscribers: tuple[SubscriberModel, ...] = ()
    subscriptions: tuple[SubscriptionModel, ...] = ()
    operator: str = Field(default="", description="who hears of disabled endpoints and unrouted rules")
    default: Names = Field(default=(), description="who gets alerts that no subscription takes")


class Subscribers(msgspec.Struct, frozen=True):
    """A file as loaded: targets by subscriber, and the routing to them."""

    targets: Mapping[str, Target]
    routing: Routing


NOBODY = Subscribers({}, Routing())


def load_subscribers(path: Path) -> Subscribers:
    """The subscribers in a file. Raises ``InvalidFile`` with all that is wrong."""
    located = read_yaml(path)
    if located.value is None:
        return NOBODY
    parsed = validate(located, SubscribersFile)
    problems: list[Problem] = []
    targets = _targets(located, parsed, problems)
    known = {subscriber.id for subscriber in parsed.subscribers}
    named = [
        *((("subscriptions", n, "subscriber"), one.subscriber) for n, one in enumerate(parsed.subscriptions)),
        *((("default", n), id) for n, id in enumerate(parsed.default)),
        *(((("operator",), parsed.operator),) if parsed.operator else ()),
    ]
    for place, id in named:
        if id not in known:
            remedy = f"there are {', '.join(sorted(known))}" if known else "add it under `subscribers`"
            problems.append(located.problem(place, f"unknown subscriber {id!r}", remedy))
    if problems:
        raise InvalidFile(problems)
    subscriptions = tuple(
        Subscription(subscriber=one.subscriber, rules=one.rules, tags=one.tags, severity=one.severity)
        for one in parsed.subscriptions
    )
    routing = Routing(
        subscriptions=subscriptions,
        default=parsed.default,
        operator=parsed.operator,
        renders={id: target.render for id, target in targets.items()},
        channels={id: target.channel.kind for id, target in targets.items()},
    )
    return Subscribers(targets, routing)


def unreadable_secrets(subscribers: Subscribers) -> Sequence[str]:
    """Secrets that cannot be read here and now, one line each, without their values."""
    return [
        f"{id}: {line}" for id, target in subscribers.targets.items() for line in unreadable(target.options)
    ]


def subscribers_schema() -> dict[str, Any]:
    """The JSON Schema of the file, with the options of every channel that there is."""
    schema = SubscribersFile.model_json_schema()
    channel = channel_schema()
    definitions = schema.setdefault("$defs", {})
    for variant in channel["oneOf"]:
        definitions.update(variant.pop("$defs", {}))
    definitions["Channel"] = channel
    definitions["SubscriberModel"]["properties"]["channel"] = {"$ref": "#/$defs/Channel"}
    return schema


def _targets(located: Located, parsed: SubscribersFile, problems: list[Problem]) -> dict[str, Target]:
    targets: dict[str, Target] = {}
    for number, subscriber in enumerate(parsed.subscribers):
        if subscriber.id in targets:
            problems.append(
                located.problem(
                    ("subscribers", number, "id"), f"duplicate id {subscriber.id!r}", "rename one"
                )
            )
            continue
        try:
            targets[subscriber.id] = target_of(subscriber.channel)
        except ChannelError as error:
            for where, what in error.problems:
                place = ("subscribers", number, "channel", *(where.split(".") if where else ()))
                problems.append(located.problem(place, f"subscriber {subscriber.id}: {where}: {what}"))
    return targets
