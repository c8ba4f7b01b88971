"""The grammar words of a language as folded tokens, and where they stand in a piece of text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from monitor.lexicon import grammar
from monitor.matching.text import segment

SAY = 1 << 0
ATTITUDE = 1 << 1
OWN = 1 << 2
HARM = 1 << 3
PASSIVE = 1 << 4
LIGHT = 1 << 5
LEAD = 1 << 6
SUBORDINATOR = 1 << 7
COMPLEMENTIZER = 1 << 8
RELATIVE = 1 << 9
RELATIVE_OF_PLACE = 1 << 10
CONJUNCTION = 1 << 11
PRONOUN = 1 << 12
ACCORDING = 1 << 13
ACCORDING_AFTER = 1 << 14
ARTICLE = 1 << 15
PLACE_NOUN = 1 << 16
SKIP = 1 << 17
ATTRIBUTE = 1 << 18
MEDIA = 1 << 19
DATE = 1 << 20
BACKED = 1 << 21
BACKED_AFTER = 1 << 22
PATIENT = 1 << 23
INSIDE = 1 << 24  # a later token of a word that began before
AND_PREFIX = 1 << 25  # the token begins with the Arabic "and"

MARK_NAMES = ("agent", "genitive", "of", "on", "at", "source", "other")
AGENT, GENITIVE, OF, ON, AT, SOURCE, OTHER = range(1, 8)
TOPIC = 1 << 26
FORCES = 1 << 27
MILITARY = 1 << 28
ASSAULT = 1 << 46
LAUNCH = 1 << 47
MEANS = 1 << 48
CAUSE = 1 << 49
MISSION = 1 << 50
NEGATOR = 1 << 51
FELT = 1 << 52
ABLE = 1 << 53

PREPOSITION = 29  # prepositions of mark m have bit PREPOSITION + m, and so on
POSTPOSITION = 38
ANY_PREPOSITION = 0b1111111 << (PREPOSITION + 1)
ANY_POSTPOSITION = 0b1111111 << (POSTPOSITION + 1)

REPORT = SAY | ATTITUDE | OWN
PASSED_OVER = ARTICLE | PLACE_NOUN | SKIP | ATTRIBUTE

_FIELDS = {
    "say": SAY,
    "attitude": ATTITUDE,
    "own": OWN,
    "harm": HARM,
    "passive": PASSIVE,
    "light": LIGHT,
    "lead": LEAD,
    "subordinators": SUBORDINATOR,
    "complementizers": COMPLEMENTIZER,
    "relatives": RELATIVE,
    "relatives_of_place": RELATIVE_OF_PLACE,
    "conjunctions": CONJUNCTION,
    "pronouns": PRONOUN,
    "according_to": ACCORDING,
    "according_to_after": ACCORDING_AFTER,
    "articles": ARTICLE,
    "place_nouns": PLACE_NOUN,
    "skip": SKIP,
    "attributes": ATTRIBUTE,
    "media": MEDIA,
    "dates": DATE,
    "backed": BACKED,
    "backed_after": BACKED_AFTER,
    "patient": PATIENT,
    "topic": TOPIC,
    "forces": FORCES,
    "military": MILITARY,
    "assault": ASSAULT,
    "launch": LAUNCH,
    "means": MEANS,
    "causes": CAUSE,
    "missions": MISSION,
    "negators": NEGATOR,
    "felt": FELT,
    "able": ABLE,
}

Tokens = tuple[str, ...]


class Words(msgspec.Struct, frozen=True):
    """``single`` maps a token to its bits, ``multi`` a first token to longer words, longest first."""

    grammar: grammar.Grammar
    single: dict[str, int]
    multi: dict[str, tuple[tuple[Tokens, int], ...]]
    suffixes: dict[str, int]

    def at(self, folds: Sequence[str], i: int) -> tuple[int, int]:
        """Bits of the longest word that begins at token ``i``, and its length in tokens (0: none)."""
        token = folds[i]
        for tokens, bits in self.multi.get(token, ()):
            if tuple(folds[i : i + len(tokens)]) == tokens:
                return bits, len(tokens)
        bits = self.single.get(token, 0)
        return bits, 1 if bits else 0


@lru_cache(maxsize=64)
def words(language: str) -> Words:
    """The compiled grammar of a language, an empty one if it has none."""
    source = grammar.load(language)
    bits: dict[Tokens, int] = {}

    def put(texts: tuple[str, ...], bit: int) -> None:
        for text in texts:
            tokens = tuple(segment(text, language).folds)
            if tokens:
                bits[tokens] = bits.get(tokens, 0) | bit

    for field, bit in _FIELDS.items():
        put(getattr(source, field), bit)
    for number, name in enumerate(MARK_NAMES, start=1):
        put(getattr(source.prepositions, name), 1 << (PREPOSITION + number))
        put(getattr(source.postpositions, name), 1 << (POSTPOSITION + number))
    for text in source.ignore:
        bits.setdefault(tuple(segment(text, language).folds), INSIDE)
    single = {tokens[0]: value for tokens, value in bits.items() if len(tokens) == 1}
    longer: dict[str, list[tuple[Tokens, int]]] = {}
    for tokens, value in bits.items():
        if len(tokens) > 1:
            longer.setdefault(tokens[0], []).append((tokens, value))
    multi = {first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in longer.items()}
    suffixes = {
        folded: number
        for number, name in enumerate(MARK_NAMES, start=1)
        for text in getattr(source.suffixes, name)
        for folded in segment(text, language).folds
    }
    return Words(source, single, multi, suffixes)


def preposition_of(bits: int) -> int:
    """The mark that a preposition gives (0: none); the first kept in the lists' order."""
    return _lowest(bits >> (PREPOSITION + 1) & 0b1111111)


def postposition_of(bits: int) -> int:
    """The mark that a postposition gives (0: none)."""
    return _lowest(bits >> (POSTPOSITION + 1) & 0b1111111)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length()
