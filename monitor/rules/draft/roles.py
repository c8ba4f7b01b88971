"""Which part each name plays in an event: read from the words as a sentence, else told by its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from monitor.lexicon.schema import Role
from monitor.matching.clauses import Frame
from monitor.rules.draft.lookup import Lookup, Read
from monitor.rules.draft.model import Item
from monitor.rules.draft.signs import longest_at

ROLES: tuple[Role, ...] = ("actor", "place", "target")


class Cast(msgspec.Struct, frozen=True):
    """The names of a frame by role, names without a role, and names that another makes needless."""

    roles: Mapping[Role, tuple[Item, ...]]
    rest: tuple[Item, ...]
    implied: tuple[tuple[Item, Item], ...]  # a country and the place in it
    supposed: tuple[tuple[Item, Role], ...]  # no sentence says so: the names stand by themselves


def cast(
    events: Sequence[Item], names: Sequence[Item], read: Read, lookup: Lookup, picked: Collection[str] = ()
) -> Cast:
    """The role of each name in ``events``; ``picked`` are ids that stay as they were chosen."""
    taking = [role for role in ROLES if all(role in _roles(id, lookup) for one in events for id in one.taken)]
    given: list[tuple[Item, Role | None]] = []
    for name in names:
        said = _said(events, name, taking, read, lookup)
        given.append((name, _role(name, said, taking, against=_aimed_at(name, read))))
    spread = list(_spread(given, events, taking, lookup))
    roles: dict[Role, list[Item]] = {}
    rest: list[Item] = []
    implied: list[tuple[Item, Item]] = []
    for name, role in spread:
        inside = _place_in(name, names, lookup)
        if inside is not None and role != "actor":
            implied.append((name, inside))
        elif role is None:
            rest.append(name)
        else:
            roles.setdefault(role, []).append(_as(name, role, picked))
    parts = {event.part for event in events}
    supposed = tuple(
        (name, role)
        for name, role in spread
        if role is not None and name.part not in parts and not name.taken[0].startswith("place/")
    )
    return Cast({role: tuple(found) for role, found in roles.items()}, tuple(rest), tuple(implied), supposed)


def _roles(id: str, lookup: Lookup) -> Sequence[Role]:
    entry = lookup.lexicon.entries.get(id)
    return entry.roles if entry is not None else ROLES


def _said(
    events: Sequence[Item], name: Item, taking: Iterable[Role], read: Read, lookup: Lookup
) -> frozenset[Role]:
    """The roles that the words, read as a sentence, give to the name in one of the events."""
    named = tuple(one.id for one in name.meanings if not one.related)
    concepts = tuple(one.id for event in events for one in event.meanings if not one.related)
    found: set[Role] = set()
    for role in taking:
        for id in named:
            asked: dict[Role, tuple[str, ...]] = {role: (id,)}
            frame = Frame(
                concepts,
                actor=asked.get("actor", ()),
                place=asked.get("place", ()),
                target=asked.get("target", ()),
                unless=(),
            )
            if lookup.holds(read, frame):
                found.add(role)
    return frozenset(found)


def _role(name: Item, said: frozenset[Role], taking: Sequence[Role], *, against: bool) -> Role | None:
    kind = name.taken[0].partition("/")[0]
    metonym = any(one.form == "metonym" for one in name.meanings)
    if against and "target" in taking:
        return "target" if kind != "place" or "place" not in taking else "place"
    if kind == "place":
        if "actor" in said and "place" not in said and metonym:
            return "actor"  # Moscow's strikes
        return _first(("place", "target"), taking)
    if kind == "country":
        return _first(("actor", "place", "target"), said)
    return _first(("actor", "target"), said)


def _spread(
    given: Sequence[tuple[Item, Role | None]], events: Sequence[Item], taking: Sequence[Role], lookup: Lookup
) -> Iterable[tuple[Item, Role | None]]:
    """Names that stand by themselves ("strikes + Russia + Raqqa") take what the others leave."""
    parts = {event.part for event in events}
    alone = [item.part not in parts for item, _ in given]
    names = [item for item, _ in given]
    for number, (item, role) in enumerate(given):
        kind = item.taken[0].partition("/")[0]
        others = [one for at, (_, one) in enumerate(given) if at != number]
        if kind == "place" or (not alone[number] and role is not None):
            yield item, role
        elif kind == "country":
            elsewhere = any(
                other.taken[0].startswith("place/") and one == "place"
                for at, (other, one) in enumerate(given)
                if at != number
            )
            if _place_in(item, names, lookup) is not None:
                yield item, _first(("place",), taking)
            elif elsewhere and "actor" in taking and "actor" not in others and role != "target":
                yield item, "actor"
            elif role is None or (role == "actor" and (len(given) == 1 or "actor" in others)):
                # "sanctions + Iran": with nobody to act, it is where or to whom
                yield item, _first(("place", "target", "actor"), taking)
            else:
                yield item, role
        elif role is None:
            yield item, _first(("actor", "target"), [one for one in taking if one not in others])
        else:
            yield item, role


def _place_in(name: Item, names: Sequence[Item], lookup: Lookup) -> Item | None:
    """A place among the names that lies in this country, so that it says all."""
    if not name.taken[0].startswith("country/"):
        return None
    wholes = lookup.lexicon.wholes
    return next(
        (
            other
            for other in names
            if other is not name
            and other.taken[0].startswith("place/")
            and name.taken[0] in wholes.get(other.taken[0], ())
        ),
        None,
    )


def _as(name: Item, role: Role, picked: Collection[str]) -> Item:
    """A capital that acts is its country (Moscow's strikes), unless the analyst chose."""
    if role != "actor" or any(id in picked for id in name.taken):
        return name
    for one in name.meanings:
        if one.form == "metonym" and one.id.startswith("country/") and name.taken[0].startswith("place/"):
            return msgspec.structs.replace(name, taken=(one.id,))
    return name


def _aimed_at(name: Item, read: Read) -> bool:
    """Whether a word such as "against" stands by the name, articles between or an event's own words."""
    text, small = read.text, read.small
    first = next((at for at, start in enumerate(text.starts) if start >= name.start), len(text.starts))
    at = first - 1
    while at >= 0 and longest_at(text, at, small.empty, 1) and not longest_at(text, at, small.against, 1):
        at -= 1
    for size in range(1, small.longest + 1):
        if at - size + 1 >= 0 and tuple(text.folds[at - size + 1 : at + 1]) in small.against:
            return True
    last = next((at for at, end in enumerate(text.ends) if end >= name.end), len(text.ends)) + 1
    while (
        last < len(text.folds) and len(text.folds[last]) <= 3 and text.starts[last] == text.ends[last - 1] + 1
    ):
        if longest_at(text, last, small.against_after, small.longest):
            break
        last += 1
    return bool(longest_at(text, last, small.against_after, small.longest))


def _first(wanted: Iterable[Role], there: Collection[Role]) -> Role | None:
    return next((role for role in wanted if role in there), None)
