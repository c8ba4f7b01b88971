"""``because`` in an example: the clause for which a text is silent, checked against the text.

``because`` is one of

- ``event``: no event of a frame is told; or a role, ``actor place target``: an event is told, but none
  has the role filled by one of those named, or only this role keeps the frame from holding;
- ``unless``: a cue silences the frame, which would hold without it;
- ``none``, ``within``, ``words``, ``ordered``, ``threshold``: the clause would hold without this key;
- any other key of a clause, ``term entity concept all any near at_least mentions score title lead``:
  a clause of this kind does not hold;
- a term of the rule, or an id that it names: it is not found;
- a filter of ``where`` that the text does not pass: ``languages exclude_languages min_length max_length``.

Several words that are no term of the rule are a note for readers, and nothing is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

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
from monitor.matching.rule import Rule

Holds = Callable[[Clause], bool]
"""Whether a clause holds on the text; false as well if that takes too long."""

_ROLES = ("actor", "place", "target")
_FAR = 1_000_000  # words: as far as a paragraph goes


def reasons(rule: Rule, refused: str, holds: Holds) -> dict[str, bool]:
    """Every word that ``because`` may be for this rule, and whether it is a reason for the silence.

    ``refused`` is the filter of ``where`` that the text does not pass, if any.
    """
    found: dict[str, bool] = {}
    for word, met in _words(rule.clause, holds):
        found[word] = found.get(word, False) or not met
    where = rule.where
    for key in ("languages", "exclude_languages", "min_length", "max_length"):
        if getattr(where, key, None):
            found[key] = refused == key
    return found


def _words(clause: Clause, holds: Holds) -> Iterator[tuple[str, bool]]:
    """Words of a tree and whether what they name is met, clause by clause."""
    match clause:
        case Term(text=text):
            met = holds(clause)
            yield "term", met
            yield text, met
        case Names(ids=ids, concept=concept):
            met = holds(clause)
            yield "concept" if concept else "entity", met
            for id in ids:
                yield id, met
        case All(none=none, within=within):
            if len(clause.parts) > 1:
                yield "all", holds(clause)
            if none:
                yield "none", _met_without(clause, holds, none=())
            if within is not None:
                yield "within", _met_without(clause, holds, within=None)
        case Any():
            yield "any", holds(clause)
        case Near(ordered=ordered):
            yield "near", holds(clause)
            yield "words", _met_without(clause, holds, words=_FAR)
            if ordered:
                yield "ordered", _met_without(clause, holds, ordered=False)
        case AtLeast():
            yield "at_least", holds(clause)
        case Mentions():
            yield "mentions", holds(clause)
        case Score():
            yield "score", holds(clause)
            yield "threshold", holds(clause)
        case Scope(field=field):
            yield field, holds(clause)
        case Frame():
            yield from _frame(clause, holds)
    for part in _positive(clause):
        yield from _words(part, holds)


def _frame(frame: Frame, holds: Holds) -> Iterator[tuple[str, bool]]:
    bare = msgspec.structs.replace(frame, actor=(), place=(), target=(), unless=())
    told = holds(bare)
    yield "event", told
    for id in frame.event:
        yield id, told
    if frame.unless:
        yield "unless", _met_without(frame, holds, unless=())
    for role in _ROLES:
        ids: tuple[str, ...] = getattr(frame, role)
        if not ids:
            continue
        alone = msgspec.structs.replace(bare, **{role: ids})
        met = not told or (holds(alone) and _met_without(frame, holds, **{role: ()}))
        yield role, met
        for id in ids:
            yield id, met


def _met_without(clause: Clause, holds: Holds, **changed: object) -> bool:
    """Whether it is met as it stands, or would not be even if changed so."""
    return holds(clause) or not holds(msgspec.structs.replace(clause, **changed))


def _positive(clause: Clause) -> tuple[Clause, ...]:
    match clause:
        case All(parts=parts) | Any(parts=parts) | Near(parts=parts) | AtLeast(parts=parts):
            return parts
        case Mentions(of=of) | Scope(of=of):
            return (of,)
        case Score(parts=weighted):
            return tuple(one.clause for one in weighted if one.weight > 0)
    return ()
