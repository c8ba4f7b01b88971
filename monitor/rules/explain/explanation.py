"""From a rule and an article to the explanation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.matching.engine import NO_SOURCE, Engine
from monitor.matching.rule import Rule
from monitor.records import Evidence, Source
from monitor.rules.explain.asked import Asked
from monitor.rules.explain.filters import filters
from monitor.rules.explain.model import About, Explanation, Node, Subject
from monitor.rules.explain.nearest import misses
from monitor.rules.explain.quotes import quotes, spoken_of
from monitor.rules.explain.tree import Tree


def explain(
    engine: Engine,
    rule: Rule,
    title: str,
    text: str,
    language: str,
    *,
    source: Source = NO_SOURCE,
    published: datetime | None = None,
    seen: datetime | None = None,
    url: str = "",
) -> Explanation:
    """Why ``rule``, one of the engine's, fires on an article or not. Arguments as for ``Engine.read``.

    The verdict is that of ``Engine.read``, each clause's that of the verifier that it uses.
    Raises ``ValueError`` if the engine does not have the rule.
    """
    if rule not in engine.rules:
        raise ValueError(f"the engine does not have the rule {rule.id!r}")
    reading = engine.read(title, text, language, source=source, published=published, seen=seen, url=url)
    fired = next((one for one in reading.fired if one.rule is rule or one.rule == rule), None)
    suspended = next((one.reason for one in reading.suspended if one.rule == rule.id), "")
    length = len(text)
    refused = rule.where.refuses(
        language=language, source=source, published=published, seen=seen, length=length, url=url
    )
    verifier = engine.examine(title, text, language)
    root: Node | None = None
    if not suspended:
        root = Tree(engine, Asked(verifier)).root(rule.clause)
    marks: Iterable[Evidence] = ()
    if fired is not None:
        marks = fired.evidence
    elif root is not None:
        marks = spoken_of(root)
    return Explanation(
        rule=About(
            id=rule.id,
            title=rule.title,
            version=rule.version,
            status=rule.status,
            severity=rule.severity,
        ),
        article=Subject(
            title=title,
            language=language,
            source=source.id,
            published=published,
            seen=seen,
            length=length,
        ),
        fires=fired is not None and not refused,
        score=fired.score if fired is not None else None,
        suspended=suspended,
        refused=refused,
        root=root,
        misses=misses(root) if root is not None else (),
        filters=filters(
            rule.where,
            language=language,
            source=source,
            published=published,
            seen=seen,
            length=length,
            url=url,
        ),
        quotes=quotes(verifier.document, marks),
    )
