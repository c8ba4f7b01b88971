"""``extends``: a rule that takes the clauses and keys of another.

A rule with ``extends: other`` fires where ``other`` would and its own ``match`` or ``query``, if it has
one, holds as well (``all`` of both). From ``other`` it takes ``severity``, ``tags``, ``owner``, ``where``,
``let``, ``again`` and ``subscribers``; a key that it gives itself wins. Of ``where`` and its ``sources``,
and of ``let``, each inner key counts for itself: ``where: {max_age: 6h}`` changes the age and keeps the
languages; a filter given empty (``languages:`` with nothing behind it) is dropped. A clause of ``let``
that it gives anew also counts in the clauses that it takes. ``id``, ``title``, ``description``, ``status``,
``review_by``, ``expires`` and ``examples`` are never taken: they speak of one rule.

``other`` may stand in another file, may be a draft, and may extend a third. Its own ``status`` and
``expires`` are of no matter. A rule whose parent changes is a new version of itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pydantic import BaseModel

from monitor.rules.book import Draft
from monitor.rules.schema import RuleModel, SourcesModel, WhereModel

MOST_PARENTS = 20
"""A chain of rules that extend each other."""

_TAKEN = ("severity", "tags", "owner", "where", "let", "again", "subscribers")


class Chain(msgspec.Struct, frozen=True):
    """The rules that a draft extends, the nearest first, or why there is no such chain.

    ``asked`` are all ids that were looked up, and what stood there: the chain holds as long as they do.
    """

    parents: tuple[Draft, ...] = ()
    asked: tuple[tuple[str, Draft | None], ...] = ()
    trouble: str = ""  # unknown, circle, long
    at: str = ""  # the id with which the trouble begins


def chain_of(draft: Draft, drafts: Mapping[str, Draft]) -> Chain:
    """The chain from ``draft`` on, its own ``extends`` first."""
    parents: list[Draft] = []
    asked: list[tuple[str, Draft | None]] = []
    seen = {draft.model.id}
    parent = draft.model.extends
    while parent is not None:
        if parent in seen:
            return Chain(tuple(parents), tuple(asked), "circle", parent)
        found = drafts.get(parent)
        asked.append((parent, found))
        if found is None:
            return Chain(tuple(parents), tuple(asked), "unknown", parent)
        if len(parents) == MOST_PARENTS:
            return Chain(tuple(parents), tuple(asked), "long", parent)
        seen.add(parent)
        parents.append(found)
        parent = found.model.extends
    return Chain(tuple(parents), tuple(asked))


def merged(draft: Draft, parents: Sequence[Draft]) -> RuleModel:
    """The model of ``draft`` with what it takes from ``parents``, the nearest first.

    The filters of queries are in ``where``. ``match``, ``query`` and ``extends`` stay its own.
    """
    if not parents and (draft.query is None or not draft.query.filters):
        return draft.model
    keys: dict[str, Any] = {}
    for one in (*reversed(parents), draft):
        given = one.model.model_fields_set
        for key in _TAKEN:
            if key == "where":
                keys[key] = _over(keys.get(key), filtered(one))
            elif key in given and key == "let":
                keys[key] = {**keys.get(key, {}), **one.model.let}
            elif key in given:
                keys[key] = getattr(one.model, key)
    return draft.model.model_copy(update=keys)


def filtered(draft: Draft) -> WhereModel:
    """Its ``where`` with the filters of its query."""
    where = draft.model.where
    if draft.query is None or not draft.query.filters:
        return where
    of_where: dict[str, Any] = {}
    of_sources: dict[str, Any] = {}
    for key, values in draft.query.filters.items():
        inside, keys = (where.sources, of_sources) if key in SourcesModel.model_fields else (where, of_where)
        keys[key] = tuple(dict.fromkeys((*(getattr(inside, key) or ()), *values)))
    if of_sources:
        of_where["sources"] = where.sources.model_copy(update=of_sources)
    return where.model_copy(update=of_where)


def _over(below: BaseModel | None, above: BaseModel) -> BaseModel:
    """``above``, with what it does not give as in ``below``."""
    if below is None:
        return above
    keys: dict[str, Any] = {}
    for key in above.model_fields_set:
        value = getattr(above, key)
        under = getattr(below, key)
        keys[key] = _over(under, value) if isinstance(value, BaseModel) else value
    return below.model_copy(update=keys)
