"""The plan: rules and lexicon as one immutable table that a kernel scans with.

A pattern is filed under its first token, the longest first. A rule is watched under one necessary
condition: a set of leaves of which at least one must occur in any article that fires it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from monitor.lexicon.schema import Form, Lexicon
from monitor.matching.clauses import (
    All,
    Any,
    AtLeast,
    Clause,
    Frame,
    Mentions,
    Names,
    Near,
    Scope,
    Score,
    Term,
    terms,
)
from monitor.matching.patterns import Pattern, patterns

PREFIX_KEY = 3  # letters by which prefixes are filed

Leaf = str
"""``t:text``, ``c:text`` (exact case), or a lexicon id."""


class Filed(msgspec.Struct, frozen=True):
    """A pattern as the kernel meets it: what follows the first token, and whose it is."""

    rest: tuple[str, ...]
    pattern: Pattern
    forms: tuple[Form, ...]  # empty for a plain term
    term: Leaf = ""


class Plan(msgspec.Struct, frozen=True):
    """``first`` maps a folded token to the patterns that begin with it; ``prefixes`` the first
    letters of a prefix to the prefixes; ``whole`` holds folded tokens that are a name or term of the
    lexicon as they stand. ``watch`` maps a leaf to rule numbers; ``always`` are rules without a
    necessary leaf; ``needs[i]`` are all necessary conditions of rule i. ``otherwise`` is the kernel's
    memory of tokens with other readings, by language and surface.
    """

    lexicon: Lexicon
    first: dict[str, tuple[Filed, ...]]
    prefixes: dict[str, tuple[Filed, ...]]
    whole: frozenset[str]
    watch: dict[Leaf, tuple[int, ...]]
    always: tuple[int, ...]
    needs: tuple[tuple[frozenset[Leaf], ...], ...]
    otherwise: dict[str, dict[str, tuple[tuple[Filed, ...], ...]]]


class LexiconTable(msgspec.Struct, frozen=True):
    """The lexicon's patterns, filed once and shared by all plans over it."""

    lexicon: Lexicon
    first: dict[str, tuple[Filed, ...]]
    whole: frozenset[str]


def file_lexicon(lexicon: Lexicon) -> LexiconTable:
    """Spell every form of the lexicon and file it under its first token."""
    spelled: dict[tuple[str, bool], tuple[Pattern, ...]] = {}
    owners: dict[Pattern, list[Form]] = {}
    for form in lexicon.forms:
        key = (form.text, form.case)
        if key not in spelled:
            spelled[key] = patterns(form.text, case=form.case)
        for pattern in spelled[key]:
            owners.setdefault(pattern, []).append(form)
    return table_of(lexicon, ((pattern, tuple(forms)) for pattern, forms in owners.items()))


def table_of(lexicon: Lexicon, owned: Iterable[tuple[Pattern, tuple[Form, ...]]]) -> LexiconTable:
    """The table of these patterns with the forms that each of them spells."""
    first: dict[str, tuple[Filed, ...]] = {}
    whole: set[str] = set()
    several: set[str] = set()
    for pattern, forms in owned:
        token, *rest = pattern.tokens
        filed = Filed(tuple(rest), pattern, forms)
        if token in first:
            first[token] = (*first[token], filed)
            several.add(token)
        else:
            first[token] = (filed,)
        if not rest:
            whole.add(token)
    for token in several:
        first[token] = _longest_first(first[token])
    return LexiconTable(lexicon, first, frozenset(whole))


def build(table: LexiconTable, clauses: Sequence[Clause]) -> Plan:
    """The plan for rules with these clauses, numbered in their order."""
    first = dict(table.first)
    prefixes: dict[str, list[Filed]] = {}
    seen: set[Leaf] = set()
    for clause in clauses:
        for term in terms(clause):
            leaf = leaf_of(term)
            if leaf in seen:
                continue
            seen.add(leaf)
            for pattern in patterns(term.text, case=term.case):
                filed = Filed(pattern.tokens[1:], pattern, (), leaf)
                if pattern.prefix and len(pattern.tokens) == 1:
                    prefixes.setdefault(pattern.tokens[0][:PREFIX_KEY], []).append(filed)
                else:
                    token = pattern.tokens[0]
                    first[token] = _longest_first([*first.get(token, ()), filed])
    watch: dict[Leaf, list[int]] = {}
    always: list[int] = []
    needs: list[tuple[frozenset[Leaf], ...]] = []
    for number, clause in enumerate(clauses):
        conditions = tuple(sorted(set(necessary(clause)), key=lambda c: (len(c), sorted(c))))
        needs.append(conditions)
        if not conditions:
            always.append(number)
        for leaf in conditions[0] if conditions else ():
            watch.setdefault(leaf, []).append(number)
    return Plan(
        table.lexicon,
        first,
        {key: tuple(filed) for key, filed in prefixes.items()},
        table.whole,
        {leaf: tuple(numbers) for leaf, numbers in watch.items()},
        tuple(always),
        tuple(needs),
        {},
    )


def _longest_first(filed: Iterable[Filed]) -> tuple[Filed, ...]:
    return tuple(sorted(filed, key=lambda one: -len(one.rest)))


def leaf_of(term: Term) -> Leaf:
    """The name of a plain term's hits."""
    return f"{'c' if term.case else 't'}:{term.text}"


def necessary(clause: Clause) -> list[frozenset[Leaf]]:
    """Sets of leaves: an article that fulfils the clause has at least one of each set.

    Over-approximates: fewer sets than there could be, never one that is not necessary.
    """
    match clause:
        case Term():
            return [frozenset((leaf_of(clause),))]
        case Names(ids=ids):
            return [frozenset(ids)]
        case All(parts=parts) | Near(parts=parts):
            return [condition for part in parts for condition in necessary(part)]
        case Any(parts=parts):
            return _one_of(parts)
        case AtLeast(count=count, parts=parts):
            # k of n: at least one of any n-k+1 parts holds.
            return _one_of(parts[: len(parts) - count + 1]) if 0 < count <= len(parts) else []
        case Mentions(of=of) | Scope(of=of):
            return necessary(of)
        case Score(parts=weighted, threshold=threshold):
            return _one_of([one.clause for one in weighted if one.weight > 0]) if threshold > 0 else []
        case Frame(event=event, actor=actor, place=place, target=target):
            return [frozenset(ids) for ids in (event, actor, place, target) if ids]
    return []


def _one_of(parts: Sequence[Clause]) -> list[frozenset[Leaf]]:
    union: set[Leaf] = set()
    for part in parts:
        conditions = necessary(part)
        if not conditions:
            return []
        union |= min(conditions, key=len)
    return [frozenset(union)] if union else []
