"""Who joins in: Norway joins EU sanctions against Minsk. The subject of such a verb does what the other does."""

from __future__ import annotations

from monitor.matching.frames import words as w
from monitor.matching.frames.model import Name, Occurrence, Piece


def join(piece: Piece) -> None:
    """Add the subjects of verbs of joining to the actors of the event that they join."""
    if not piece.seen & w.JOIN:
        return
    for event in piece.events:
        actors = event.fillers.get("actor")
        if not actors:
            continue
        ally = next((_subject(piece, event, i) for i in _verbs(piece, event)), None)
        taken = {name for names in event.fillers.values() for name in names}
        if ally is not None and ally not in taken:
            event.fillers["actor"] = [ally, *actors]


def _verbs(piece: Piece, event: Occurrence) -> list[int]:
    """Verbs of joining in the event's clause: before it, or behind it where the verb stands last."""
    clause = piece.clauses[event.clause]
    final = piece.grammar.grammar.verb_final
    end = clause.last + 1 if final else event.words[0].first
    return [
        i for i in range(clause.start, end) if piece.bits[i] & w.JOIN and piece.clause_of[i] == event.clause
    ]


def _subject(piece: Piece, event: Occurrence, verb: int) -> Name | None:
    """The clause's first unmarked name that may act, before the verb; behind it only in verb-first languages."""
    grammar = piece.grammar.grammar
    for name in piece.names:
        if name.clause != event.clause or name.out or name.qualifier or not name.entries["actor"]:
            continue
        if name.first > verb and not grammar.verb_first:
            break
        if name.first > verb:
            return name if name.first - verb <= 2 and not name.mark else None
        return None if name.mark else name
    return next(iter(piece.clauses[event.clause].speakers), None)
