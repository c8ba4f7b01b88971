"""Clauses that nearly every article meets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from monitor.matching.clauses import All, Any, AtLeast, Clause, Mentions, Names, Near, Scope, Term
from monitor.rules.lint import words
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.normal import spellings
from monitor.rules.lint.placed import Node
from monitor.rules.lint.subject import Context, Subject, script_of

Breadth = Literal[0, 1, 2]
"""0: nearly every article; 1: very many; 2: few enough."""

_SHORT = 2  # letters of a term that many words and abbreviations share
_SPACED = ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW")


def languages_of(token: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Languages, of those asked for or of all, in which a folded token is an everyday word."""
    found = words.everyday().get(token, ())
    return tuple(code for code in found if code in asked) if asked and found else found


def is_stop_word(token: str, asked: tuple[str, ...]) -> bool:
    """Whether a folded token says nothing wherever it is meant: war is a word in English, if not in German.

    Without languages to go by that is so for everyday words of English, and of those whose script tells
    them apart.
    """
    found = languages_of(token, asked)
    return bool(found) and (bool(asked) or "en" in found or script_of(token) not in ("LATIN", ""))


def _token(term: Term) -> str:
    """The folded token of a one-word term; empty for a phrase, a prefix, exact case."""
    if term.case or term.text.endswith("*"):
        return ""
    spelled = spellings(term.text, False)
    if len(spelled) != 1 or len(spelled[0].tokens) != 1 or any(spelled[0].glue):
        return ""
    return spelled[0].tokens[0]


def _only_stop_words(term: Term, asked: tuple[str, ...]) -> bool:
    """Also a phrase of nothing else, such as "of the"."""
    if term.case or term.text.endswith("*"):
        return False
    return any(
        not any(pattern.glue) and all(is_stop_word(token, asked) for token in pattern.tokens)
        for pattern in spellings(term.text, False)
    )


def breadth(node: Node, languages: tuple[str, ...]) -> tuple[Breadth, list[Node]]:
    """How wide a clause is, and the leaves that make it so."""
    clause = node.clause
    match clause:
        case Term():
            wide = _of_term(clause, languages)
            return wide, [node] if wide < 2 else []
        case Names(ids=ids, concept=False) if any(id.startswith("country/") for id in ids):
            return 1, [node]
        case All() | Near():
            return _together([breadth(part, languages) for part in node.parts()])
        case Any():
            return _widest([breadth(part, languages) for part in node.parts()])
        case AtLeast(count=1):
            return _widest([breadth(part, languages) for part in node.parts()])
        case Scope() | Mentions():
            wide, leaves = breadth(node.inside[0], languages)
            if wide == 0:
                return 0, leaves
    return 2, []


def _together(found: list[tuple[Breadth, list[Node]]]) -> tuple[Breadth, list[Node]]:
    """What must all hold is as narrow as its narrowest part; two wide ones are narrow enough."""
    if not found or any(wide == 2 for wide, _ in found):
        return 2, []
    broad = [leaves for wide, leaves in found if wide == 1]
    if len(broad) > 1:
        return 2, []
    if broad:
        return 1, broad[0]
    return 0, [leaf for _, leaves in found for leaf in leaves]


def _widest(found: list[tuple[Breadth, list[Node]]]) -> tuple[Breadth, list[Node]]:
    """Where one is enough, it is as wide as its widest part."""
    order: tuple[Breadth, Breadth] = (0, 1)
    for wide in order:
        leaves = [leaf for width, inside in found if width == wide for leaf in inside]
        if leaves:
            return wide, leaves
    return 2, []


def _of_term(term: Term, languages: tuple[str, ...]) -> Breadth:
    if _only_stop_words(term, languages) or _is_short(term):
        return 0
    if term.case or term.text.endswith("*"):
        return 2
    tokens = spellings(term.text, False)[0].tokens
    if len(tokens) == 1 and (found := words.common().get(tokens[0])):
        return 1 if not languages or not set(languages).isdisjoint(found) else 2
    return 2


def _is_short(term: Term) -> bool:
    """One or two letters of a script with spaces, in any case: a, it, ai."""
    if term.case or term.text.endswith("*"):
        return False
    return any(
        len(pattern.tokens) == 1
        and not any(pattern.glue)
        and pattern.tokens[0].isalpha()
        and len(pattern.tokens[0]) <= _SHORT
        and script_of(pattern.tokens[0]) in _SPACED
        for pattern in spellings(term.text, False)
    )


@lru_cache(maxsize=4)  # several checks ask for it, one rule after the other
def _width(subject: Subject) -> tuple[Breadth, list[Node]]:
    return breadth(subject.tree, subject.rule.where.languages)


def _unselective(subject: Subject, context: Context) -> Iterator[Finding]:
    wide, leaves = _width(subject)
    if wide == 0:
        for leaf in leaves:
            yield Finding(
                leaf.place, f"fires on nearly every article: {_shown(leaf.clause)} is enough", _remedy(leaf)
            )


def _broad(subject: Subject, context: Context) -> Iterator[Finding]:
    wide, leaves = _width(subject)
    if wide == 1:
        for leaf in leaves:
            yield Finding(
                leaf.place,
                f"fires on very many articles: {_shown(leaf.clause)} alone is enough",
                "say what happens there, or ask for it in the title",
            )


def _folds_to_stop_word(subject: Subject, context: Context) -> Iterator[Finding]:
    asked = subject.rule.where.languages
    wide, leaves = _width(subject)
    told = {id(leaf) for leaf in leaves} if wide == 0 else set()
    for node, token in _one_word_terms(subject):
        if id(node) not in told and is_stop_word(token, asked):
            yield _everyday(node, languages_of(token, asked), _remedy(node))


def _homograph(subject: Subject, context: Context) -> Iterator[Finding]:
    asked = subject.rule.where.languages
    for node, token in _one_word_terms(subject):
        found = languages_of(token, asked)
        if found and not is_stop_word(token, asked):
            remedy = f"use a phrase or a concept, or keep {words.NAMES[found[0]]} out with `where`"
            yield _everyday(node, found, remedy)


def _one_word_terms(subject: Subject) -> Iterator[tuple[Node, str]]:
    for node in subject.tree.walk():
        if isinstance(node.clause, Term):
            token = _token(node.clause)
            if token:
                yield node, token


def _everyday(node: Node, languages: tuple[str, ...], remedy: str) -> Finding:
    named = " and ".join(words.NAMES[code] for code in languages[:3])
    text = node.clause.text if isinstance(node.clause, Term) else ""
    return Finding(node.place, f"to matching {text!r} is an everyday word in {named}", remedy)


def _remedy(node: Node) -> str:
    text = node.clause.text if isinstance(node.clause, Term) else ""
    if text.isalpha() and text.isupper() and len(text) > 1:
        return f"write {{term: {text}, case: true}}"
    return "use a longer phrase, or write {term: …, case: true}; `where: {languages: […]}` keeps other languages out"


def _shown(clause: Clause) -> str:
    match clause:
        case Term(text=text):
            return repr(text)
        case Names(ids=ids):
            return " or ".join(ids)
    return "this clause"


CHECKS = (
    Check(
        "unselective",
        "warning",
        "Stop words, or a term of one or two letters in any case, are enough for the rule to fire.",
        _unselective,
    ),
    Check(
        "broad",
        "info",
        "A country's name alone, or one word that stands in every second article, is enough.",
        _broad,
    ),
    Check(
        "folds-to-stop-word",
        "warning",
        "Without regard to case and accents a term is an everyday word (WHO, US, IT).",
        _folds_to_stop_word,
    ),
    Check(
        "homograph",
        "info",
        "A term is an everyday word in one language that the rule takes: war in German, car in French.",
        _homograph,
    ),
)
