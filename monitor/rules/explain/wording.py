"""How clauses and places are named in sentences that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.lexicon.schema import Lexicon
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
from monitor.matching.document import FIELDS, Document, Hit
from monitor.records import Evidence
from monitor.rules.explain.model import Kind
from monitor.rules.explain.stretches import counted

MOST_NAMED = 3  # ids that are spelled out in a sentence
LONGEST = 60  # characters of a surface in a sentence

_KINDS: dict[type[Clause], Kind] = {
    Term: "term",
    All: "all",
    Any: "any",
    Near: "near",
    AtLeast: "at_least",
    Mentions: "mentions",
    Score: "score",
    Frame: "frame",
}


def kind_of(clause: Clause) -> Kind:
    """The clause's key in a rule file; ``frame`` for one with ``event``."""
    if isinstance(clause, Names):
        return "concept" if clause.concept else "entity"
    if isinstance(clause, Scope):
        return "title" if clause.field == "title" else "lead"
    return _KINDS[type(clause)]


def label(clause: Clause, lexicon: Lexicon) -> str:
    """The clause in a few words, without what is inside it."""
    match clause:
        case Term(text=text, case=case):
            return f"{quoted(text)}{' in just this case' if case else ''}"
        case Names(ids=ids, inner=inner):
            return f"{named(ids, lexicon)}{', inside longer names too' if inner else ''}"
        case All(parts=parts, within=within):
            head = "all of" if parts else "none of"
            return head if within is None else f"{head}, in one {unit(within)}"
        case Any():
            return "any of"
        case Near(words=words, ordered=ordered):
            return f"at most {counted(words, 'word')} apart{', in this order' if ordered else ''}"
        case AtLeast(count=count, parts=parts):
            return f"at least {count} of {len(parts)}"
        case Mentions(count=count):
            return counted(count, "mention")
        case Score(threshold=threshold):
            return f"score of {threshold:g} or more"
        case Scope(field=field):
            return f"in the {field}"
        case Frame():
            return _frame(clause, lexicon)
    raise TypeError(f"not a clause: {clause!r}")


def _frame(frame: Frame, lexicon: Lexicon) -> str:
    parts = [f"event {named(frame.event, lexicon)}"]
    for role, ids in (("actor", frame.actor), ("place", frame.place), ("target", frame.target)):
        if ids:
            parts.append(f"{role} {named(ids, lexicon)}")
    return ", ".join(parts)


def unit(within: int | str) -> str:
    """``sentence``, ``paragraph``, ``stretch of 5 words``."""
    return within if isinstance(within, str) else f"stretch of {counted(within, 'word')}"


def named(ids: Sequence[str], lexicon: Lexicon) -> str:
    """The glosses of entries: ``Iran``, ``Iran or Turkey``, ``Iran, Turkey, Iraq or 4 more``."""
    glosses = [lexicon.gloss(id) or id for id in ids]
    if len(glosses) > MOST_NAMED:
        return f"{', '.join(glosses[:MOST_NAMED])} or {len(glosses) - MOST_NAMED} more"
    return " or ".join(glosses) if len(glosses) < 3 else f"{', '.join(glosses[:-1])} or {glosses[-1]}"


def missing(what: str) -> str:
    """That nothing of what is so named is there."""
    return f"no {what} in the article"


def quoted(text: str) -> str:
    """A surface between quotation marks, cut if it is long."""
    return f"“{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}”"


def surface(document: Document, hit: Hit) -> str:
    """The hit as it stands in the article."""
    return document.fields[hit.field].raw[hit.start : hit.end]


def shown(one: Evidence) -> str:
    """A place by its English gloss, and by its surface if that says something else."""
    if not one.gloss:
        return quoted(one.text)
    return one.gloss if one.text.casefold() == one.gloss.casefold() else f"{one.gloss} ({quoted(one.text)})"


def evidence(document: Document, lexicon: Lexicon, hit: Hit, clause: str, entry: str = "") -> Evidence:
    """A hit as evidence: where it stands, and what it means."""
    return Evidence(
        field=FIELDS[hit.field],
        start=hit.start,
        end=hit.end,
        text=surface(document, hit),
        clause=clause,
        entry=entry,
        gloss=lexicon.gloss(entry) if entry else "",
    )


def met(entries: Iterable[str], ids: Iterable[str], lexicon: Lexicon) -> str:
    """The first of ``entries`` that is one of the ids, a part of one, or narrower; empty if none is."""
    wanted = frozenset(ids)
    for entry in entries:
        if not wanted.isdisjoint(lexicon.wholes.get(entry, frozenset((entry,)))):
            return entry
    return ""
