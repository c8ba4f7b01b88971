"""Clauses that ask for nothing, or twice for the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.matching.clauses import All, Any, AtLeast, Clause, Names, Near, Scope, Score, Term
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.normal import Normal, normal, spellings
from monitor.rules.lint.placed import Node
from monitor.rules.lint.subject import Context, Subject


def holds_on_nothing(clause: Clause) -> bool:
    """Whether a clause holds on a text in which none of its words and names stands."""
    match clause:
        case All(parts=parts, none=none):
            return all(map(holds_on_nothing, parts)) and not any(map(holds_on_nothing, none))
        case Any(parts=parts):
            return any(map(holds_on_nothing, parts))
        case AtLeast(count=count, parts=parts):
            return sum(map(holds_on_nothing, parts)) >= count
        case Score(parts=weighted, threshold=threshold):
            return sum(one.weight for one in weighted if holds_on_nothing(one.clause)) >= threshold
        case Scope(of=of):
            return holds_on_nothing(of)
    return False


def _only_negative(subject: Subject, context: Context) -> Iterator[Finding]:
    if not holds_on_nothing(subject.rule.clause):
        return
    node = _cause(subject.tree)
    if isinstance(node.clause, Score):
        message = f"the threshold {node.clause.threshold:g} is met where nothing is found"
        remedy = "set a threshold above 0"
    else:
        message = "a clause that only says what must not be there"
        remedy = "add what must be there, with `all` or `any`"
    place = node.none()[0].place if node.none() else node.place
    where = subject.rule.where
    filtered = where.sources or where.tags or where.countries
    yield Finding(
        place, f"fires on every article{' of its sources' if filtered else ''} but a few: {message}", remedy
    )


def _cause(node: Node) -> Node:
    """The innermost clause by which it holds on nothing."""
    for part in node.parts():
        if holds_on_nothing(part.clause):
            return _cause(part)
    return node


def _near_itself(subject: Subject, context: Context) -> Iterator[Finding]:
    for node in subject.tree.walk():
        if isinstance(node.clause, Near):
            for part, first in _repeated(node.parts()):
                yield Finding(
                    part.place,
                    f"near itself: {_shown(part.clause)} is part of this `near` already"
                    + (f", as {_shown(first.clause)}" if first.clause != part.clause else ""),
                    "name another word, or count it with `mentions`",
                )


def _repeats(subject: Subject, context: Context) -> Iterator[Finding]:
    for node in subject.tree.walk():
        clause = node.clause
        if isinstance(clause, Names):
            for number, id in enumerate(clause.ids):
                if id in clause.ids[:number]:
                    yield Finding(
                        (*node.place, number), f"{id} stands in this list already", "remove one of the two"
                    )
        elif not isinstance(clause, Near):
            for group in (node.parts(), node.none()):
                for part, first in _repeated(group):
                    if isinstance(part.clause, Term) and part.clause != first.clause:
                        message = f"{_shown(part.clause)} is the same as {_shown(first.clause)} to matching"
                    else:
                        message = f"{_shown(part.clause)} stands here already"
                    yield Finding(part.place, message, "remove one of the two")


def _covered(subject: Subject, context: Context) -> Iterator[Finding]:
    for node in subject.tree.walk():
        if not isinstance(node.clause, Any):
            continue
        prefixes = [
            (pattern.tokens, part)
            for part in node.parts()
            if isinstance(part.clause, Term)
            for pattern in spellings(part.clause.text, part.clause.case)
            if pattern.prefix
        ]
        for part in node.parts() if prefixes else ():
            if not isinstance(part.clause, Term):
                continue
            found = spellings(part.clause.text, part.clause.case)
            for tokens, prefix in prefixes:
                if prefix.clause != part.clause and all(_begins(one.tokens, tokens) for one in found):
                    yield Finding(
                        part.place,
                        f"{_shown(part.clause)} is found by {_shown(prefix.clause)} already",
                        "remove it",
                    )
                    break


def _begins(tokens: Sequence[str], prefix: Sequence[str]) -> bool:
    return (
        len(tokens) == len(prefix)
        and tokens != prefix
        and tuple(tokens[:-1]) == tuple(prefix[:-1])
        and tokens[-1].startswith(prefix[-1])
    )


def _repeated(nodes: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Nodes that say what one before them says, with that one."""
    seen: dict[Normal, Node] = {}
    if len(nodes) < 2:
        return
    for node in nodes:
        first = seen.setdefault(normal(node.clause), node)
        if first is not node:
            yield node, first


def _shown(clause: Clause) -> str:
    match clause:
        case Term(text=text):
            return repr(text)
        case Names(ids=ids):
            return ids[0] if len(ids) == 1 else f"[{', '.join(ids)}]"
    return "this clause"


CHECKS = (
    Check("only-negative", "warning", "The rule holds without any word or name being found.", _only_negative),
    Check("near-itself", "warning", "Two parts of a `near` are the same.", _near_itself),
    Check(
        "repeated",
        "warning",
        "A term, name or clause stands twice in one list, perhaps in another spelling that matching takes as the same.",
        _repeats,
    ),
    Check("covered", "info", "A term of an `any` is found by a prefix beside it already.", _covered),
)
