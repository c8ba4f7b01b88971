"""Rules and clauses that can never hold, by their form and the lexicon alone."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from monitor.lexicon.schema import Role
from monitor.located import Place
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
from monitor.matching.frames.model import CUES
from monitor.matching.patterns import Pattern
from monitor.rules.lint.finding import Check, Finding
from monitor.rules.lint.normal import normal, spellings
from monitor.rules.lint.placed import Node
from monitor.rules.lint.subject import Context, Subject

ROLES: tuple[Role, ...] = ("actor", "place", "target")


class Why(msgspec.Struct, frozen=True):
    """Why a clause never holds."""

    place: Place
    message: str
    remedy: str


def why_never(node: Node, context: Context) -> Why | None:
    """The reason for which a clause can hold on no text; none if it may hold, as far as can be seen."""
    return _Reasons(context).of(node)


def _never_fires(subject: Subject, context: Context) -> Iterator[Finding]:
    why = why_never(subject.tree, context)
    if why is not None:
        yield Finding(why.place, f"can never fire: {why.message}", why.remedy)


def _never_holds(subject: Subject, context: Context) -> Iterator[Finding]:
    reasons = _Reasons(context)
    if reasons.of(subject.tree) is not None:
        return  # the rule never fires, and that is said
    todo = [subject.tree]
    while todo:
        node = todo.pop()
        for inside in node.inside:
            why = reasons.of(inside)
            if why is None:
                todo.append(inside)
            else:
                yield Finding(why.place, f"this clause can never hold: {why.message}", why.remedy)


class _Reasons:
    """Why nodes of one tree never hold, each found once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[int, Why | None] = {}

    def of(self, node: Node) -> Why | None:
        key = id(node)
        if key not in self._known:
            self._known[key] = self._find(node)
        return self._known[key]

    def _find(self, node: Node) -> Why | None:
        parts = node.parts()
        dead = [why for why in map(self.of, parts) if why is not None]
        match node.clause:
            case All() as clause:
                return (dead[0] if dead else None) or _contradiction(node) or self._too_long(node, clause)
            case Any():
                return dead[0] if parts and len(dead) == len(parts) else None
            case AtLeast(count=count):
                if len(parts) - len(dead) < count:
                    alive = len(parts) - len(dead)
                    return Why(
                        dead[0].place if dead else node.place,
                        f"at least {count} of the clauses are to hold, but only {alive} can",
                        "correct them, or lower at_least",
                    )
            case Near() | Mentions() | Scope():
                return dead[0] if dead else None
            case Score():
                return self._score(node, node.clause)
            case Names(ids=ids):
                known = self._context.languages
                if ids and not any(known(id) for id in ids):
                    return Why(
                        node.place,
                        f"the lexicon has no name or word for {' or '.join(ids)}",
                        "add names to its entry",
                    )
            case Frame() as frame:
                return self._frame(node, frame)
        return None

    def _score(self, node: Node, clause: Score) -> Why | None:
        most = sum(
            weighted.weight
            for weighted, part in zip(clause.parts, node.parts(), strict=True)
            if weighted.weight > 0 and self.of(part) is None
        )
        if most >= clause.threshold or clause.threshold <= 0:
            return None
        return Why(
            node.place,
            f"the weights add up to {most:g} at most, the threshold is {clause.threshold:g}",
            "lower the threshold or raise weights",
        )

    def _frame(self, node: Node, frame: Frame) -> Why | None:
        above = node.place[:-1] if node.place and node.place[-1] == "event" else node.place
        events = [id for id in frame.event if id not in CUES]
        if not events:
            return Why(
                node.place,
                f"{frame.event[0]} is a cue, which colours an event and is none",
                "name the event, or use `concept:`",
            )
        if not any(self._context.languages(id) for id in events):
            return Why(
                node.place, f"the lexicon has no word for {' or '.join(events)}", "add words to the concept"
            )
        for role in ROLES:
            ids: tuple[str, ...] = getattr(frame, role)
            if not ids:
                continue
            if not any(self._context.takes(role, id) for id in events):
                roles = _roles(self._context, events)
                takes = f"only {' and '.join(roles)}" if roles else "no role"
                return Why(
                    (*above, role),
                    f"the event {' or '.join(events)} takes no {role}, {takes}",
                    f"remove `{role}`, or add it to the concept's roles",
                )
            if not any(self._context.fills(role, id) for id in ids):
                return Why(
                    (*above, role),
                    f"{' or '.join(ids)} cannot be the {role} of an event",
                    _FILLS[role],
                )
        return None

    def _too_long(self, node: Node, clause: All) -> Why | None:
        if not isinstance(clause.within, int):
            return None
        for part in node.parts():
            least = _least(part.clause)
            if least > clause.within:
                return Why(
                    part.place,
                    f"this takes {least} words, more than the {clause.within} that `within` allows",
                    f"write `within: {least} words` or more",
                )
        return None


_FILLS = {
    "actor": "an actor is a country, its capital, an organisation, a group or a person",
    "place": "a place is a place or a country",
    "target": "a target is a country, a place, an organisation, a group or a person",
}


def _roles(context: Context, events: list[str]) -> list[Role]:
    return [role for role in ROLES if any(context.takes(role, id) for id in events)]


def _least(clause: Clause) -> int:
    """How many tokens in a row a clause needs at least, 0 if that is not known."""
    match clause:
        case Term(text=text, case=case):
            found = spellings(text, case)
            return min((len(pattern.tokens) for pattern in found), default=0)
        case All(parts=parts):
            return max(map(_least, parts), default=0)
        case Any(parts=parts):
            return min(map(_least, parts), default=0)
        case Near(parts=parts):
            return sum(map(_least, parts))
        case AtLeast(count=count, parts=parts):
            lengths = sorted(map(_least, parts))
            return lengths[count - 1] if count <= len(lengths) else 0
        case Mentions(count=count, of=of):
            return count * _least(of)
        case Scope(of=of):
            return _least(of)
        case Names() | Frame():
            return 1
    return 0


def _contradiction(node: Node) -> Why | None:
    """Something that must hold makes a clause of ``none`` hold, where that one looks."""
    forbidden = node.none()
    if not forbidden:
        return None
    same = {normal(part.clause) for part in node.parts()}
    needed = list(_needed(node))
    for none in forbidden:
        if normal(none.clause) in same or _follows(none.clause, needed):
            return Why(
                none.place,
                "`none` forbids what the clause beside it asks for",
                "remove one of the two, or make the one in `none` narrower",
            )
    return None


def _needed(node: Node) -> Iterator[Clause]:
    """Terms and names that stand in the stretch of ``node``, or in one inside it, whenever it holds."""
    match node.clause:
        case Term() | Names():
            yield node.clause
        case All() | Near():
            for part in node.parts():
                yield from _needed(part)
        case AtLeast(count=count, parts=parts) if count >= len(parts):
            for part in node.parts():
                yield from _needed(part)
        case Mentions() | Scope():
            for part in node.parts():
                yield from _needed(part)
        case Any() if len(node.inside) == 1:
            yield from _needed(node.inside[0])


def _follows(clause: Clause, needed: list[Clause]) -> bool:
    """Whether a clause holds in each stretch in which all of ``needed`` stand."""
    match clause:
        case Term():
            return any(isinstance(one, Term) and _covers(clause, one) for one in needed)
        case Names():
            return any(isinstance(one, Names) and _names_cover(clause, one) for one in needed)
        case Any(parts=parts):
            return any(_follows(part, needed) for part in parts)
        case All(parts=parts, none=(), within=None):
            return bool(parts) and all(_follows(part, needed) for part in parts)
    return False


def _names_cover(wide: Names, narrow: Names) -> bool:
    return set(narrow.ids) <= set(wide.ids) and (wide.inner or not narrow.inner)


def _covers(wide: Term, narrow: Term) -> bool:
    """Whether each text that has ``narrow`` has ``wide``."""
    if wide == narrow:
        return True
    if wide.case:
        return False
    inside, around = spellings(wide.text, False), spellings(narrow.text, narrow.case)
    if not all(map(_plain, (*inside, *around))):
        return False
    return all(any(_lies_in(one, other) for one in inside) for other in around)


def _plain(pattern: Pattern) -> bool:
    return not (pattern.glue or pattern.dotted or pattern.clustered)


def _lies_in(wide: Pattern, narrow: Pattern) -> bool:
    """Whether the tokens of one stand in a row in the other; a prefix covers what begins with it."""
    size = len(wide.tokens)
    for at in range(len(narrow.tokens) - size + 1):
        *first, last = narrow.tokens[at : at + size]
        if tuple(first) != wide.tokens[:-1]:
            continue
        ends = at + size == len(narrow.tokens)
        if wide.prefix:
            if last.startswith(wide.tokens[-1]):
                return True
        elif last == wide.tokens[-1] and not (narrow.prefix and ends):
            return True
    return False


CHECKS = (
    Check("never-fires", "error", "The rule can fire on no text at all.", _never_fires),
    Check(
        "never-holds",
        "warning",
        "A clause of `any`, `of`, `score` or `none` can hold on no text: it does nothing.",
        _never_holds,
    ),
)
