"""Where two engines should agree, whether they do, and if not, why.

Compared are rules whose clauses mean the same to both (``lucene.coincides``). What is left has known reasons:
longest names, languages, weak words, proclitics, mentions in two fields. A difference without one is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from monitor.lexicon.schema import WEAK_KINDS
from monitor.matching.clauses import All, Any, AtLeast, Clause, Mentions, Names, Near, Scope
from monitor.matching.engine import Engine
from monitor.matching.rule import Rule
from tests.bench.matching.articles import Text
from tests.bench.matching.scan import entries_of

LONGEST = "a longer name covers it"
LANGUAGE = "an event word or demonym of another language"
PROCLITIC = "written onto an Arabic word"
WEAK = "a weak word that no actor or place binds"
FIELDS = "its mentions are in title and text"
UNEXPLAINED = "unexplained"
SAMPLES = 5


class Agreement(msgspec.Struct, frozen=True):
    """Fires of the compared rules: of both, of ours alone and of the other alone, by reason.

    ``unexplained`` names some that have no reason: ``ours`` or ``other``, rule, article.
    """

    rules: int
    both: int
    ours: Mapping[str, int]
    other: Mapping[str, int]
    unexplained: Sequence[str] = ()


def compare(
    engine: Engine,
    rules: Mapping[str, Rule],
    articles: Sequence[Text],
    ours: Sequence[frozenset[str]],
    other: Sequence[frozenset[str]],
) -> Agreement:
    """``rules`` are those compared, by id; ``ours[i]`` and ``other[i]`` all ids that fired on article i."""
    both = 0
    mine: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    unexplained: list[str] = []
    for number, (article, left, right) in enumerate(zip(articles, ours, other, strict=True)):
        both += len(left & right & rules.keys())
        for only, side, counts, why in (
            (left - right, "ours", mine, why_not_other),
            (right - left, "other", theirs, why_not_ours),
        ):
            for id in sorted(only & rules.keys()):
                reason = why(engine, rules[id], article)
                counts[reason] += 1
                if reason == UNEXPLAINED and len(unexplained) < SAMPLES:
                    unexplained.append(f"{side} {id} article {number}")
    return Agreement(len(rules), both, dict(mine), dict(theirs), unexplained)


def why_not_other(engine: Engine, rule: Rule, article: Text) -> str:
    """Why only ours fires: what it reads and the other does not."""
    if (
        article.language == "ar"
        and engine.examine(article.title, article.text, "").holds(rule.clause) is None
    ):
        return PROCLITIC
    return FIELDS if _counts(rule.clause) else UNEXPLAINED


def why_not_ours(engine: Engine, rule: Rule, article: Text) -> str:
    """Why only the other fires: what it counts and ours does not."""
    covered = inner(rule.clause)
    if engine.examine(article.title, article.text, article.language).holds(covered) is not None:
        return LONGEST
    # Without a language every form counts, and no proclitic is read.
    if engine.examine(article.title, article.text, "").holds(covered) is not None:
        return LANGUAGE
    return WEAK if _weak(engine, rule, article) else UNEXPLAINED


def _weak(engine: Engine, rule: Rule, article: Text) -> bool:
    """Whether a weak word of what the rule names stands in the article."""
    named = frozenset(entries_of(rule.clause))
    document = engine.examine(article.title, article.text, article.language).document
    return any(
        form.kind in WEAK_KINDS and form.entry in named
        for hits in document.hits
        for hit in hits
        for form in hit.forms
    )


def inner(clause: Clause) -> Clause:
    """The clause with names counted inside longer names too."""
    match clause:
        case Names(ids=ids, concept=concept):
            return Names(ids, concept=concept, inner=True)
        case All(parts=parts, none=none, within=within):
            return All(tuple(map(inner, parts)), none=none, within=within)
        case Any(parts=parts):
            return Any(tuple(map(inner, parts)))
        case AtLeast(count=count, parts=parts):
            return AtLeast(count, tuple(map(inner, parts)))
        case Near(parts=parts, words=words, ordered=ordered):
            return Near(tuple(map(inner, parts)), words=words, ordered=ordered)
        case Mentions(count=count, of=of):
            return Mentions(count, inner(of))
        case Scope(field=field, of=of):
            return Scope(field, inner(of))
    return clause


def _counts(clause: Clause) -> bool:
    return isinstance(clause, Mentions) or (isinstance(clause, All) and any(map(_counts, clause.parts)))
