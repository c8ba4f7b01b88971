"""What frames are made of: names, event words, events, and the piece of text they stand in."""

from __future__ import annotations

import msgspec

from monitor.lexicon.schema import Lexicon, Role
from monitor.matching.document import Hit
from monitor.matching.frames.words import Words
from monitor.matching.text import Segmented

CUES = frozenset(("drill", "fiction", "figurative", "anniversary", "denial", "plan", "negation"))
"""Concepts that colour an event and are none themselves."""

GATHERINGS = frozenset(("protest",))
"""Concepts that are against what is not where they happen."""

ROLES: tuple[Role, Role, Role] = ("actor", "place", "target")


class Filler(msgspec.Struct, frozen=True):
    """A mention that fills a role, and the entries that it names in that role."""

    hit: Hit
    entries: tuple[str, ...]


class Event(msgspec.Struct, frozen=True):
    """An event that a sentence tells, with all its roles.

    ``concepts`` are the concept and what it is narrower of; ``named`` maps each of them to the entry
    in the lexicon by which it was met. ``clause`` are the cue concepts of its clause with their hits.
    """

    concepts: frozenset[str]
    words: tuple[Hit, ...]
    fillers: dict[Role, tuple[Filler, ...]]
    cues: tuple[tuple[str, Hit], ...] = ()
    weak: bool = False


class Name:
    """A mention that may fill a role. Token positions are relative to the piece."""

    __slots__ = (
        "after_beside",
        "against",
        "antecedent",
        "clause",
        "demonym",
        "entries",
        "first",
        "group",
        "hit",
        "last",
        "mark",
        "metonym",
        "of_place",
        "out",
        "prefixed",
        "preposition",
        "prepositional",
        "qualifier",
        "speaks",
        "wholes",
    )

    def __init__(self, hit: Hit, first: int, last: int) -> None:
        self.hit = hit
        self.first = first
        self.last = last
        self.entries: dict[Role, tuple[str, ...]] = {}
        self.wholes: frozenset[str] = frozenset()
        self.demonym = False
        self.metonym = False  # by no other form than a metonym
        self.of_place = False  # a demonym before a place noun
        self.out = False
        self.speaks = False  # out because it speaks
        self.qualifier = False
        self.clause = 0
        self.mark = 0
        self.prepositional = 0  # the mark without a possessive's
        self.preposition = -1  # where the marking preposition stands
        self.against = False  # anti-Russian: on whom it falls
        self.prefixed = False  # by the Arabic "and"
        self.group = -1
        self.antecedent = -1  # of which clause
        self.after_beside = False


class Word:
    """One word of an event: a hit, and what it means strongly or weakly."""

    __slots__ = ("clause", "first", "hit", "last", "strong", "verb", "weak")

    def __init__(self, hit: Hit, first: int, last: int, strong: frozenset[str], weak: frozenset[str]) -> None:
        self.hit = hit
        self.first = first
        self.last = last
        self.strong = strong
        self.weak = weak
        self.verb = False
        self.clause = 0


class Occurrence:
    """Event words of one concept in a clause that make one event."""

    __slots__ = ("clause", "concepts", "fillers", "number", "owns", "roles", "speakers", "weak", "words")

    def __init__(self, number: int, clause: int, words: list[Word]) -> None:
        self.number = number
        self.clause = clause
        self.words = words
        self.concepts: frozenset[str] = frozenset()
        self.weak = False
        self.roles: tuple[Role, ...] = ()
        self.fillers: dict[Role, list[Name]] = {}
        self.speakers: list[Name] = []
        self.owns = False


class Clause:
    """A stretch of the piece, not always of one run: a relative clause may interrupt it."""

    __slots__ = (
        "addressees",
        "complement_of",
        "direct",
        "last",
        "number",
        "parent",
        "relative",
        "resumes",
        "speakers",
        "start",
        "verb",
    )

    def __init__(self, number: int, start: int, *, relative: bool = False, parent: int = -1) -> None:
        self.number = number
        self.start = start
        self.last = start
        self.relative = relative
        self.parent = parent
        self.resumes = False  # stands between the parent's subject and the rest of it
        self.speakers: list[Name] = []  # put out by the report that governs this clause
        self.addressees: list[Name] = []  # whom that report calls on, or accuses
        self.verb = 0  # bits of that report
        self.direct = False  # the report has the event for its object, without "that"
        self.complement_of = -1  # the clause in which the report stands


class Piece:
    """A sentence, or a bounded part of one, while it is read."""

    __slots__ = (
        "bits",
        "clause_of",
        "clauses",
        "cues",
        "event_at",
        "events",
        "field",
        "folds",
        "gaps",
        "grammar",
        "language",
        "lexicon",
        "lo",
        "n",
        "name_at",
        "names",
        "opens_paragraph",
        "seen",
        "text",
        "word_length",
        "words",
    )

    def __init__(
        self, text: Segmented, field: int, lo: int, hi: int, grammar: Words, lexicon: Lexicon
    ) -> None:
        self.text = text
        self.field = field
        self.lo = lo
        self.n = hi - lo
        self.folds = text.folds[lo:hi]
        self.grammar = grammar
        self.lexicon = lexicon
        self.language = grammar.grammar.language
        raw, starts, ends = text.raw, text.starts, text.ends
        self.gaps = [raw[ends[i - 1] : starts[i]] if i > lo else "" for i in range(lo, hi)]
        end = starts[hi] if hi < len(starts) else len(raw)
        self.gaps.append(raw[ends[hi - 1] : min(end, ends[hi - 1] + 8)])
        self.bits = [0] * self.n
        self.word_length = [0] * self.n
        self.name_at = [-1] * self.n
        self.event_at = [-1] * self.n
        self.names: list[Name] = []
        self.words: list[Word] = []
        self.cues: list[tuple[str, Hit, int]] = []
        self.clauses: list[Clause] = []
        self.clause_of = [0] * self.n
        self.opens_paragraph = False
        self.seen = 0  # all bits of its grammar words
        self.events: list[Occurrence] = []

    def before(self, clause: Clause) -> int:
        """The number of the clause whose words stand before this one's first; -1 if none."""
        return self.clause_of[clause.start - 1] if clause.start > 0 else -1

    def after(self, clause: Clause) -> int:
        """The number of the clause whose words stand behind this one's last; -1 if none."""
        return self.clause_of[clause.last + 1] if clause.last + 1 < self.n else -1

    def surface(self, i: int) -> str:
        """Token ``i`` as it stands in the raw text."""
        return self.text.raw[self.text.starts[self.lo + i] : self.text.ends[self.lo + i]]
