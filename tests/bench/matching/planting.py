"""A sentence on which a clause holds: for planting fires in articles."""

from __future__ import annotations

import random

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
    children,
)
from tests.bench.matching.lexicon import concept_forms, names_of, number_of
from tests.bench.matching.world import World

_FRAMES = {
    "en": ("{event}", " by {actor}", " in {place}", " on {target}"),
    "ru": ("{event}", " {actor}", " в {place}", " на {target}"),
    "ar": ("{event}", " {actor}", " في {place}", " على {target}"),
}
_FILLER = {"en": "with", "ru": "при", "ar": "مع"}


def planted(world: World, clause: Clause, language: str, chance: random.Random) -> tuple[str, str]:
    """Where a sentence is to stand (``title``, ``lead`` or ``text``), and the sentence.

    The clause holds on it, if nothing that stands around it denies it.
    """
    text = _said(world, clause, language)
    place = "text"
    todo = [clause]
    while todo:
        at = todo.pop()
        if isinstance(at, Scope) and place != "title":
            place = at.field
        todo.extend(children(at))
    return place, text if place == "title" else f"{text[0].upper()}{text[1:]}."


def _said(world: World, clause: Clause, language: str) -> str:
    between = f" {_FILLER[language]} "
    match clause:
        case Term(text=text):
            return f"{text[:-1]}ing" if text.endswith("*") else text
        case Names(ids=ids):
            return _name(world, ids[0], language)
        case All(parts=parts) | Near(parts=parts):
            return between.join(_said(world, part, language) for part in parts)
        case Any(parts=parts):
            return _said(world, parts[0], language)
        case AtLeast(count=count, parts=parts):
            return between.join(_said(world, part, language) for part in parts[:count])
        case Mentions(count=count, of=of):
            return between.join([_said(world, of, language)] * count)
        case Scope(of=of):
            return _said(world, of, language)
        case Score(parts=weighted):
            return between.join(_said(world, one.clause, language) for one in weighted if one.weight > 0)
        case Frame(event=event, actor=actor, place=place, target=target):
            roles = {"event": event, "actor": actor, "place": place, "target": target}
            said = [
                piece.format(**{role: _name(world, ids[0], language)})
                for (role, ids), piece in zip(roles.items(), _FRAMES[language], strict=True)
                if ids
            ]
            return "".join(said)
    raise TypeError(f"not a clause: {clause!r}")


def _name(world: World, id: str, language: str) -> str:
    if "/" in id:
        return names_of(world, number_of(id), language)[0]
    return concept_forms(world, id, language)[0].text
