"""Rules whose alerts would reach no one."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.alerting.routing import Routing
from monitor.located import Problem
from monitor.rules.book import RuleBook


def check_routing(book: RuleBook, routing: Routing) -> Iterator[Problem]:
    """Active rules that no subscription takes, and rules that name a subscriber that is not there."""
    for loaded in book.rules:
        rule = loaded.rule
        for name in rule.subscribers:
            if name not in routing.renders:
                yield Problem(
                    loaded.file,
                    loaded.line,
                    1,
                    f"rule {rule.id} names the unknown subscriber {name!r}",
                    "correct the name",
                    code="unknown-subscriber",
                )
        if rule.status != "active":
            continue
        takers = routing.subscribers(rule.id, rule.tags, rule.severity, rule.subscribers)
        if not takers or all(reason.startswith("operator") for reason in takers.values()):
            yield Problem(
                loaded.file,
                loaded.line,
                1,
                f"no one takes the active rule {rule.id}",
                "add a subscription or a default in subscribers.yaml, or set its status to shadow",
                code="no-subscription",
            )
