"""What stands in one word with the event, or in a participle: Russland-Sanktionen, bombaladığı İdlib."""

from __future__ import annotations

from monitor.lexicon.schema import Role
from monitor.matching.frames import words as w
from monitor.matching.frames.contact import adjoins, subject_before
from monitor.matching.frames.model import Name, Occurrence, Piece, Word
from monitor.matching.frames.punctuation import is_barrier, is_hyphen

_SANCTIONERS = frozenset(
    (
        "country/us",
        "country/gb",
        "country/ca",
        "country/jp",
        "org/eu",
        "org/un",
        "org/un-security-council",
        "org/g7",
    )
)
"""Whose name before a measure says who took it: EU sanctions, but Russia sanctions."""


def compounded(piece: Piece, event: Occurrence, word: Word, name: Name) -> bool:
    """Russland-Sanktionen, eases Iran sanctions: the name before the noun says on whom, not by whom."""
    if (
        piece.language not in ("en", "de")
        or "place" in event.roles
        or name.demonym
        or name.last + 1 != word.first
        or not _SANCTIONERS.isdisjoint(name.entries["target"])
    ):
        return False
    if piece.language == "de":
        return is_hyphen(piece.gaps[word.first])
    if piece.gaps[word.first] not in (" ", "-") or name.mark == w.GENITIVE:
        return False
    return name.preposition >= 0 or subject_before(piece, event, word, name)


_OBJECT_PARTICIPLES = ("digi", "dugu", "tigi", "tugu", "nan", "nen", "lan", "len")
_DOING_PARTICIPLES = ("yan", "yen", "ran", "ren")


_COMPOUND = ("si", "sinda", "sina", "lari", "leri", "larinda", "lerinde", "larina", "lerine")


def compound(piece: Piece, name: Name, word: Word) -> bool:
    """İsrail hava saldırıları düzenlendi: a country before a Turkish noun with the ending of a compound."""
    return (
        piece.language == "tr"
        and not word.verb
        and not any(id.startswith("place/") for id in name.entries["target"])
        and piece.folds[word.last].endswith(_COMPOUND)
        and adjoins(piece, name.last, word.first)
    )


def participle(piece: Piece, word: Word, name: Name) -> Role | None:
    """A Turkish participle is about the name behind it: bombaladığı İdlib (place), bombalayan Rusya (actor)."""
    if piece.language != "tr" or name.first != word.last + 1 or is_barrier(piece.gaps[name.first]):
        return None
    if not any(form.kind in ("verb", "weak_verb") for form in word.hit.forms):
        return None
    token = piece.folds[word.last]
    if token.endswith(_OBJECT_PARTICIPLES):
        return "place"
    return "actor" if token.endswith(_DOING_PARTICIPLES) else None


def threatened(piece: Piece, event: Occurrence, name: Name) -> bool:
    """هددت واشنطن موسكو بعقوبات: behind the verb and who threatens stands who is threatened."""
    clause = piece.clauses[name.clause]
    return (
        piece.grammar.grammar.verb_first
        and "place" not in event.roles
        and clause.direct
        and bool(clause.verb & w.OWN)
        and name.first == clause.start
    )
