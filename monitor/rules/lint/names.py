"""Names and words of the lexicon: languages that they lack, and names that are not one thing's alone."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.located import Place
from monitor.matching.clauses import All, Frame, Names, Near, Term
from monitor.rules.lint import words
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.placed import Node
from monitor.rules.lint.subject import Context, Subject, folded


def _named(subject: Subject) -> Iterator[tuple[str, Place]]:
    """Ids of the tree outside `none`, each once, with their places."""
    seen: set[str] = set()
    todo = [subject.tree]
    while todo:
        node = todo.pop()
        todo.extend(reversed(node.parts()))
        clause = node.clause
        found: list[tuple[str, Place]] = []
        if isinstance(clause, Names):
            found = [(id, (*node.place, number)) for number, id in enumerate(clause.ids)]
        elif isinstance(clause, Frame):
            above = node.place[:-1] if node.place and node.place[-1] == "event" else node.place
            for key in ("event", "actor", "place", "target"):
                found += [(id, (*above, key, number)) for number, id in enumerate(getattr(clause, key))]
        for id, place in found:
            if id not in seen:
                seen.add(id)
                yield id, place


def _missing_language(subject: Subject, context: Context) -> Iterator[Finding]:
    asked = subject.rule.where.languages
    if not asked:
        return
    for id, place in _named(subject):
        spoken = context.languages(id)
        lacking = [code for code in asked if code not in spoken]
        if spoken and lacking:
            yield Finding(
                place,
                f"{id} has no names or words in {', '.join(lacking)}, which the rule takes",
                "add them to the lexicon, or drop the language from `where`",
            )


def _partial_language(subject: Subject, context: Context) -> Iterator[Finding]:
    if subject.rule.where.languages:
        return
    for id, place in _named(subject):
        spoken = context.languages(id)
        lacking = [
            code
            for code in context.lexicon_languages
            if code not in spoken and not ("/" in id and context.has_script_of(id, code))
        ]
        if spoken and lacking:
            yield Finding(
                place,
                f"{id} has no names or words in {', '.join(lacking)}, unlike the rest of the lexicon",
                "add them to its entry, or say in `where` which languages the rule is for",
            )


def _alone(node: Node) -> Iterator[Node]:
    """Leaves that may decide by themselves: nothing else must hold with them."""
    parts = node.parts()
    if isinstance(node.clause, All | Near) and len(parts) > 1:
        return
    if not parts:
        yield node
    for part in parts:
        yield from _alone(part)


def _ambiguous(subject: Subject, context: Context) -> Iterator[Finding]:
    for node in _alone(subject.tree):
        clause = node.clause
        if isinstance(clause, Term) and not clause.text.endswith("*"):
            yield from _of_term(node, clause, context)
        elif isinstance(clause, Names) and not clause.concept:
            for number, id in enumerate(clause.ids):
                name = context.lexicon.gloss(id)
                if folded(name) in words.NAMESAKES:
                    yield Finding(
                        (*node.place, number),
                        f"{name} is also {words.AMBIGUOUS[folded(name)]}, and nothing else is asked for",
                        "ask for something beside it, with `all` and `within: sentence`",
                    )


def _of_term(node: Node, term: Term, context: Context) -> Iterator[Finding]:
    spelled = folded(term.text)
    bearers = _apart(context.bearers.get(spelled, ()), context)
    cased = context.cased.get(spelled)
    if len(bearers) > 1:
        yield Finding(
            node.place,
            f"{term.text!r} names {' and '.join(bearers)}, and nothing else is asked for",
            "name the one that is meant with `entity:`, or ask for something beside it",
        )
    elif spelled in words.AMBIGUOUS:
        yield Finding(
            node.place,
            f"{term.text!r} may be {words.AMBIGUOUS[spelled]}, and nothing else is asked for",
            f"write {{entity: {bearers[0]}}}, with something beside it"
            if bearers
            else "ask for something beside it, with `all`",
        )
    elif cased is not None and not term.case and spelled not in words.everyday():
        name, id = cased
        yield Finding(
            node.place,
            f"{term.text!r} is a name of {id} in exact case only: otherwise it is a word",
            f"write {{entity: {id}}} or {{term: {name}, case: true}}",
        )


def _apart(ids: tuple[str, ...], context: Context) -> tuple[str, ...]:
    """Without those of which another is a part: the city of Gaza lies in Gaza."""
    wholes = context.lexicon.wholes
    return tuple(id for id in ids if not any(other != id and id in wholes[other] for other in ids))


CHECKS = (
    Check(
        "missing-language",
        "warning",
        "An entity or concept has no names or words in a language of `where: languages`.",
        _missing_language,
    ),
    Check(
        "partial-language",
        "info",
        "An entity or concept lacks a language that nearly all of the lexicon has.",
        _partial_language,
    ),
    Check(
        "ambiguous-name",
        "warning",
        "A name that is also something else (Georgia, Jordan, Chad) decides alone.",
        _ambiguous,
    ),
)
