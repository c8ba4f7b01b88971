"""What a rule listens for: every form in print, leaf by leaf of its clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from monitor.lexicon.schema import Entry, Form, FormKind, Lexicon
from monitor.matching.clauses import Clause, Frame, Names, Term, children
from monitor.matching.patterns import patterns

ROLES = ("actor", "place", "target")


class Surface(msgspec.Struct, frozen=True):
    """One way to write what a leaf names. ``language`` is empty if it counts in all; ``kind`` ``not`` is a
    longer phrase in which the entry does not count."""

    text: str
    language: str
    kind: FormKind
    entry: str
    case: bool = False


class Leaf(msgspec.Struct, frozen=True):
    """A leaf of a clause, or a role of a frame.

    ``clause`` is ``term``, ``entity``, ``concept``, ``event``, ``actor``, ``place``, ``target`` or
    ``unless``. A term has ``text`` and the folded ``spellings`` that it is found by; the others have the
    lexicon ids that the rule names, the ``entries`` that meet one of them, and their forms.
    """

    clause: str
    text: str = ""
    case: bool = False
    spellings: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()


def leaves(clause: Clause, lexicon: Lexicon) -> tuple[Leaf, ...]:
    """All that ``clause`` listens for, each leaf once, in the order of the clause."""
    asked = list(dict.fromkeys(_asked(clause)))
    wanted = {id for one in asked if not isinstance(one, Term) for id in one[1]}
    meeting: dict[str, list[Entry]] = {}
    for entry in lexicon.entries.values():
        for id in wanted & lexicon.wholes[entry.id]:
            meeting.setdefault(id, []).append(entry)
    needed = {entry.id for entries in meeting.values() for entry in entries}
    forms: dict[str, list[Form]] = {}
    for form in lexicon.forms:
        if form.entry in needed:
            forms.setdefault(form.entry, []).append(form)
    found = []
    for one in asked:
        if isinstance(one, Term):
            found.append(_term(one))
            continue
        role, ids = one
        entries = {entry.id: entry for id in ids for entry in meeting.get(id, ()) if _meets(role, entry, ids)}
        surfaces = [
            Surface(form.text, form.language, form.kind, form.entry, form.case)
            for id in entries
            for form in forms.get(id, ())
            if _counts(role, entries[id], form)
        ]
        found.append(Leaf(role, ids=ids, entries=tuple(entries), surfaces=tuple(dict.fromkeys(surfaces))))
    return tuple(found)


def _asked(clause: Clause) -> Iterator[Term | tuple[str, tuple[str, ...]]]:
    """Terms, and (clause or role, ids)."""
    match clause:
        case Term():
            yield clause
        case Names(ids=ids, concept=concept):
            yield ("concept" if concept else "entity"), ids
        case Frame(event=event, unless=unless):
            yield "event", event
            for role in ROLES:
                if ids := getattr(clause, role):
                    yield role, ids
            if unless:
                yield "unless", unless
    for child in children(clause):
        yield from _asked(child)


def _term(term: Term) -> Leaf:
    spelled = patterns(term.text, case=term.case)
    return Leaf(
        "term",
        text=term.text,
        case=term.case,
        spellings=tuple(
            dict.fromkeys(
                (".".join(one.tokens) + "." if one.dotted else " ".join(one.tokens))
                + ("*" if one.prefix else "")
                for one in spelled
            )
        ),
    )


def _meets(role: str, entry: Entry, ids: Sequence[str]) -> bool:
    """Whether a mention of ``entry``, which is one of ``ids`` or belongs to one, can stand for it."""
    if role == "entity":
        return entry.id in ids  # its parts are named by themselves
    if entry.kind == "concept" or role in ("concept", "event", "unless"):
        return entry.kind == "concept"
    if entry.kind == "product":
        return False
    if role == "actor":
        return entry.kind != "place" or bool(entry.capital_of)
    return role == "target" or entry.kind in ("place", "country")


def _counts(role: str, entry: Entry, form: Form) -> bool:
    """A country is a place by its names; its demonyms say who, not where."""
    return not (role == "place" and entry.kind == "country" and form.kind == "demonym")
