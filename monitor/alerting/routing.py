"""Routing: which subscribers take which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from monitor.alerting.notice import Render
from monitor.records import SEVERITIES, FiredRule, Severity


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Takes a rule that meets all that is named: an id (glob), one of the tags, a severity or above."""

    subscriber: str
    rules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    severity: Severity = "info"

    def takes(self, id: str, tags: Sequence[str], severity: Severity) -> bool:
        """Whether a rule goes to the subscriber."""
        if self.rules and not any(fnmatchcase(id, glob) for glob in self.rules):
            return False
        if self.tags and not set(self.tags) & set(tags):
            return False
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """Subscriptions, and the renderer of each subscriber that there is."""

    subscriptions: tuple[Subscription, ...] = ()
    default: tuple[str, ...] = ()
    operator: str = ""
    renders: Mapping[str, Render] = {}
    channels: Mapping[str, str] = {}  # subscriber -> kind of its channel

    def subscribers(
        self, id: str, tags: Sequence[str], severity: Severity, named: Sequence[str]
    ) -> dict[str, str]:
        """Who takes a rule, each with the reason: named in it, subscribed, by default, as operator."""
        taken: dict[str, str] = {name: "named in the rule" for name in named if name in self.renders}
        for subscription in self.subscriptions:
            if subscription.subscriber in self.renders and subscription.takes(id, tags, severity):
                taken.setdefault(subscription.subscriber, "subscription")
        if not taken:
            taken = {name: "default" for name in self.default if name in self.renders}
        if not taken and self.operator in self.renders:
            taken = {self.operator: "operator: no one takes the rule"}
        return taken

    def of(self, rule: FiredRule) -> dict[str, str]:
        """Who takes a rule that fired."""
        return self.subscribers(rule.id, rule.tags, rule.severity, rule.subscribers)
