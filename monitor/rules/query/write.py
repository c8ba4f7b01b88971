"""From a clause to the query that says the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
)
from monitor.matching.rule import Where
from monitor.rules.query.grammar import QUOTES
from monitor.rules.query.words import mistakes_in

_bare = re.compile(r"(?!(?:AND|OR|NOT)\Z)[\w][\w'’.&/#+-]*\*?")
_quote = re.compile(f"[{QUOTES}]")
_hebrew_quote = re.compile('(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')
_FILTERS = (
    ("lang", "languages", "exclude_languages"),
    ("source", "sources", "exclude_sources"),
    ("country", "countries", "exclude_countries"),
    ("site", "sites", "exclude_sites"),
)


class Inexpressible(ValueError):
    """A clause or filter for which queries have no words; the message names it."""


def write_query(clause: Clause, where: Where = Where()) -> str:  # noqa: B008 a frozen value
    """The query that parses to ``clause`` and the filters of ``where``, but those that are ``unsaid``.

    An ``any`` of one part is written as the part. Raises ``Inexpressible``.
    """
    wanted, unwanted = _filters(where)
    body = _clause(clause)
    if (wanted or unwanted) and isinstance(_bared(clause), Any):
        body = f"({body})"
    return _joined([body, *wanted], unwanted)


def unsaid(where: Where) -> tuple[str, ...]:
    """The filters for which queries have no words: they stay under ``where``, beside the query."""
    return tuple(
        name
        for name, value, none in (
            ("sources.tags", where.tags, ()),
            ("sources.exclude_tags", where.exclude_tags, ()),
            ("max_age", where.max_age, None),
            ("min_length", where.min_length, 0),
            ("max_length", where.max_length, 0),
        )
        if value != none
    )


def _joined(wanted: Sequence[str], unwanted: Sequence[str]) -> str:
    return " AND ".join(wanted) + "".join(f" NOT {one}" for one in unwanted)


def _filters(where: Where) -> tuple[list[str], list[str]]:
    """The filters that an article must pass, and those that it must not."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for name, include, exclude in _FILTERS:
        for found, values in ((wanted, getattr(where, include)), (unwanted, getattr(where, exclude))):
            if values:
                found.append(f"{name}:{_values(values)}")
    return wanted, unwanted


def _values(values: Sequence[str]) -> str:
    quoted = [value if re.fullmatch(r"[\w*][\w./*?-]*", value) else f'"{value}"' for value in values]
    if any(_quote.search(value) for value in values):
        raise Inexpressible("a filter with a quotation mark in it: write it under 'where'")
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"


def _bared(clause: Clause) -> Clause:
    """Without an ``any`` of one part around it."""
    while isinstance(clause, Any) and len(clause.parts) == 1:
        clause = clause.parts[0]
    return clause


def _clause(clause: Clause) -> str:
    clause = _bared(clause)
    match clause:
        case Term():
            return _term(clause)
        case Names(ids=ids, concept=concept, inner=inner):
            if inner:
                raise Inexpressible(f"'inner', on {', '.join(ids)}")
            return f"{'concept' if concept else 'entity'}:{_values(ids)}"
        case All(parts=parts, none=none, within=within):
            if within is not None and within not in ("sentence", "paragraph"):
                raise Inexpressible(f"'within: {within} words'")
            if not parts:
                raise Inexpressible("'none' with nothing beside it")
            written = _joined(list(map(_part, parts)), list(map(_part, none)))
            return f"{within}:({written})" if within is not None else written
        case Any(parts=parts) if parts:
            return " OR ".join(map(_part, parts))
        case Near(parts=parts, words=words, ordered=ordered):
            return f" {'O' if ordered else ''}NEAR/{words} ".join(map(_part, parts))
        case Mentions(count=count, of=of):
            return f"atleast{count}:{_whole(of)}"
        case Scope(field=field, of=of):
            return f"{field}:{_whole(of)}"
        case Frame(event=event):
            raise Inexpressible(f"the event {' or '.join(event)}: queries do not say who did what where")
        case Score():
            raise Inexpressible("'score'")
        case AtLeast():
            raise Inexpressible("'at_least'")
    raise Inexpressible("a clause that never holds")


def _part(clause: Clause) -> str:
    """A clause as part of another: in parentheses, where it has parts that stand beside each other."""
    clause = _bared(clause)
    written = _clause(clause)
    open_all = isinstance(clause, All) and clause.within is None
    return f"({written})" if open_all or isinstance(clause, Any) else written


def _whole(clause: Clause) -> str:
    """A clause behind a field, which takes what stands next to it."""
    return f"({_clause(clause)})" if isinstance(_bared(clause), Near) else _part(clause)


def _term(term: Term) -> str:
    text = term.text
    field = "case:" if term.case else ""
    if _bare.fullmatch(text) and not any(mistakes_in(text, 0)):
        return f"{field}{text}"
    if _quote.search(_hebrew_quote.sub("", text)) or not text.strip():
        raise Inexpressible(f"a quotation mark, in {text!r}")
    return f'{field}"{text}"'
