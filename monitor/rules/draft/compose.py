"""From items to a rule: a frame where something happens to somebody somewhere, else what must stand together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from monitor.lexicon.schema import WEAK_KINDS, Role
from monitor.matching.clauses import DEFAULT_UNLESS
from monitor.matching.engine import Engine
from monitor.rules.draft.coverage import Known, covered, known_names
from monitor.rules.draft.lookup import Lookup
from monitor.rules.draft.model import MOST_WORDS, DraftError, Item, clean_lines, one_line
from monitor.rules.draft.naming import free_id, rule_id
from monitor.rules.draft.parts import take_apart
from monitor.rules.draft.roles import ROLES, Cast, cast

Clause = dict[str, Any]


class Draft(msgspec.Struct, frozen=True):
    """A drafted rule, and what is to be said of it.

    ``rule`` is the mapping that stands in the file; ``roles`` the items of the frame by role;
    ``languages`` those in which the lexicon has every part; ``names`` what it knows of each entry;
    ``unresolved`` what it lacks (guesses included); ``notes`` what the analyst should know.
    """

    words: str
    language: str
    rule: Mapping[str, Any]
    items: tuple[Item, ...]
    roles: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    names: tuple[Known, ...]
    unresolved: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def choices(self) -> tuple[tuple[int, Item], ...]:
        """Items with several meanings; the number is that of the first meaning, and so on from there."""
        found: list[tuple[int, Item]] = []
        number = 1
        for item in self.items:
            if len(item.meanings) > 1:
                found.append((number, item))
                number += len(item.meanings)
        return tuple(found)


def draft(
    words: str,
    engine: Engine,
    *,
    id: str = "",
    title: str = "",
    language: str = "",
    fires: Sequence[str] = (),
    silent: Sequence[str] = (),
    picks: Sequence[str] = (),
    guess: bool = True,
    used: Iterable[str] = (),
) -> Draft:
    """The rule that ``words`` describe, in any language of the lexicon.

    ``engine``: over the lexicon, without rules. ``language`` (ISO 639-1): that of the words, told from
    them if empty. ``fires`` and ``silent``: example texts for the rule. ``picks``: numbers of choices, or
    ids, for words with several meanings. ``guess``: whether unknown words may be near spellings.
    ``used``: ids of rules that are there.
    Raises ``DraftError`` where there is nothing to look for.
    """
    words = one_line(words)
    if len(words) > MOST_WORDS:
        raise DraftError(f"{len(words)} characters are too many for a rule: give {MOST_WORDS} or fewer")
    lookup = Lookup(engine)
    parts = take_apart(words, lookup, language, guess=guess)
    items, picked = _with_picks(parts.items, picks)
    wanted = [item for item in items if not item.negative and item.how != "left out"]
    if not wanted:
        raise DraftError(
            "these words name nothing to look for: give a name, an event or a term"
            if not items
            else "a rule cannot consist of what is not wanted: say what it is to look for"
        )
    events = _events(wanted)
    names = [item for item in wanted if item.kind == "entity"]
    played = cast(events, names, parts.read, lookup, picked) if events and names else None
    notes: list[str] = []
    match = _match(wanted, items, events, played, notes)
    used_items = _as_cast(items, played)
    rule: dict[str, Any] = {
        "id": id or free_id(rule_id(words, used_items, lookup.lexicon), used),
        "title": one_line(title)[:MOST_WORDS] or words,
        "status": "shadow",
        "match": match,
    }
    examples = [{"fires": clean_lines(text)} for text in fires]
    examples += [{"silent": clean_lines(text)} for text in silent]
    if examples:
        rule["examples"] = examples
    looked_for = [item for item in used_items if not item.negative and item.how != "left out"]
    notes += _remarks(used_items, parts.read.language)
    return Draft(
        words=words,
        language=parts.read.language,
        rule=rule,
        items=tuple(used_items),
        roles={} if played is None else {role: _ids(found) for role, found in played.roles.items()},
        languages=covered(looked_for, parts.read.language, lookup.lexicon),
        names=known_names(looked_for, lookup.lexicon),
        unresolved=tuple(
            f"{item.written} (guessed: {item.text})" if item.how == "guess" else item.text
            for item in items
            if item.how in ("guess", "plain") and not (item.how == "guess" and set(item.taken) & picked)
        ),
        notes=tuple(notes),
    )


def _with_picks(items: Sequence[Item], picks: Sequence[str]) -> tuple[list[Item], frozenset[str]]:
    """The items with the meanings that were chosen, and their ids."""
    chosen: dict[int, list[str]] = {}
    picked: set[str] = set()
    number = 1
    numbers: dict[str, tuple[int, str]] = {}
    for at, item in enumerate(items):
        for meaning in item.meanings:
            if len(item.meanings) > 1:
                numbers[str(number)] = (at, meaning.id)
                number += 1
    for pick in picks:
        found = [numbers[pick]] if pick in numbers else []
        found += [(at, pick) for at, item in enumerate(items) if item.meaning(pick) is not None]
        if not found:
            offered = ", ".join(f"{one} {id}" for one, (_, id) in numbers.items()) or "nothing else"
            raise DraftError(f"there is no {pick!r} to pick: these words may mean {offered}")
        for at, id in found:
            chosen.setdefault(at, []).append(id)
            picked.add(id)
    return [
        msgspec.structs.replace(item, taken=tuple(dict.fromkeys(chosen[at]))) if at in chosen else item
        for at, item in enumerate(items)
    ], frozenset(picked)


def _as_cast(items: Sequence[Item], played: Cast | None) -> list[Item]:
    """The items as the frame takes them: a capital that acts is its country."""
    if played is None:
        return list(items)
    taken = {item.start: item for found in played.roles.values() for item in found}
    return [taken.get(item.start, item) for item in items]


def _events(wanted: Sequence[Item]) -> list[Item]:
    """The first event, and those that are its alternatives; none if one alternative is a plain term."""
    events: list[Item] = []
    for group in _groups(wanted):
        found = [item for item in group if item.kind == "event"]
        if not found:
            continue
        if any(item.kind == "term" for item in group):
            return events
        if events and (group[0].link == "plus" or found[0].part != events[0].part):
            return events
        events += found
    return events


def _groups(items: Iterable[Item]) -> list[list[Item]]:
    """Items joined by "or" lie in one group; in "Iran, Iraq or Turkey" the comma is one as well."""
    listed = list(items)
    for at in range(len(listed) - 1, 0, -1):
        before, item = listed[at - 1], listed[at]
        if item.link == "or" and before.link == "comma" and at - 1 > 0:
            listed[at - 1] = msgspec.structs.replace(before, link="or")
    groups: list[list[Item]] = []
    for item in listed:
        if groups and item.link == "or":
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _match(
    wanted: Sequence[Item],
    items: Sequence[Item],
    events: Sequence[Item],
    played: Cast | None,
    notes: list[str],
) -> Clause:
    unwanted = [item for item in items if item.negative]
    clauses: list[Clause] = []
    rest = list(wanted)
    cues: tuple[str, ...] = ()
    if played is not None and played.roles:
        cues = tuple(item.taken[0] for item in unwanted if item.kind == "cue")
        allowed = {item.taken[0] for item in wanted if item.kind == "cue"}
        clauses = _frames(events, played, cues, allowed, notes)
        implied = {country.start for country, _ in played.implied}
        for country, place in played.implied:
            notes.append(f"“{country.text}” is left out, since {place.text} lies in it")
        for name, role in played.supposed:
            if name.start not in implied:
                notes.append(f"“{name.text}” stands by itself: taken for the {role}")
        used = {item.start for found in played.roles.values() for item in found}
        used |= {item.start for item in events} | {item.start for item, _ in played.implied}
        rest = [item for item in wanted if item.start not in used]
    framed = bool(clauses)
    clauses += [_clause(group) for group in _groups(rest)]
    none = [_clause([item]) for item in unwanted if not (framed and item.kind == "cue")]
    if len(clauses) == 1:
        return {**clauses[0], "none": none} if none else clauses[0]
    stretch = "paragraph" if framed else "sentence"
    notes.append(f"all of it must stand in one {stretch}: change `within` if that is too much or too little")
    together: Clause = {"all": clauses, "within": stretch}
    # Beside `within` it would look at that stretch alone; what is not wanted is looked for everywhere.
    return {"all": [together], "none": none} if none else together


def _frames(
    events: Sequence[Item], played: Cast, cues: Sequence[str], allowed: Iterable[str], notes: list[str]
) -> list[Clause]:
    """One frame; several where "+" asks for several names in one role at once."""
    base: Clause = {"event": _one_or_list(_ids(events))}
    for role in ROLES:
        if role in played.roles:
            base[role] = _one_or_list(_ids(played.roles[role]))
    unless = [cue for cue in dict.fromkeys((*DEFAULT_UNLESS, *cues)) if cue not in set(allowed)]
    if unless != list(DEFAULT_UNLESS):
        base["unless"] = unless
    for role, items in played.roles.items():
        if len({item.part for item in items}) > 1:
            groups = _by_part(items)
            return [{**base, role: _one_or_list(_ids(group))} for group in groups]
        if len(_ids(items)) > 1:
            notes.append(f"one of the names in `{role}` is enough")
    return [base]


def _by_part(items: Sequence[Item]) -> list[list[Item]]:
    parts: dict[int, list[Item]] = {}
    for item in items:
        parts.setdefault(item.part, []).append(item)
    return list(parts.values())


def _clause(group: Sequence[Item]) -> Clause:
    """What one of these items, or the only one, asks."""
    ids = _ids(group)
    if all(item.kind == "entity" for item in group):
        return {"entity": _one_or_list(ids)}
    if all(item.kind in ("event", "cue") for item in group):
        return {"concept": _one_or_list(ids)}
    return {"any": [item.text if item.kind == "term" else _clause([item]) for item in group]}


def _ids(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for item in items for id in item.taken))


def _one_or_list(ids: Sequence[str]) -> str | list[str]:
    return ids[0] if len(ids) == 1 else list(ids)


def _remarks(items: Sequence[Item], language: str) -> Iterable[str]:
    shown = f" ({language})" if language else ""
    for item in items:
        if item.how == "plain":
            yield (
                f"“{item.text}” is not in the lexicon: the rule looks for it as it is written{shown}, in no other "
                "language; add its translations, or make it an entity or a concept"
            )
        elif item.how == "guess":
            yield f"“{item.written}” is not in the lexicon: {item.taken[0]} ({item.text}) is a guess"
        elif item.kind == "event" and len(item.taken) == 1 and _is_general(item):
            yield f"“{item.text}” is a general word: read as {item.taken[0]}, see the other readings"
        elif item.how == "left out":
            yield f"“{item.text}” only qualifies what stands beside it: left out"


def _is_general(item: Item) -> bool:
    meaning = item.meaning(item.taken[0])
    return meaning is not None and meaning.form in WEAK_KINDS and len(item.meanings) > 1


def role_of(draft: Draft, item: Item) -> Role | str:
    """The role of an item in the draft's frame, ``event``, or an empty text."""
    if item.kind == "event" and draft.roles:
        return "event"
    return next((role for role, ids in draft.roles.items() if set(item.taken) & set(ids)), "")
