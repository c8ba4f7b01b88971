"""Signs and small words that cut plain words into parts, and words that mean nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from monitor.lexicon.grammar import STRINGS, Grammar, load
from monitor.matching.text import Segmented, segment

Sign = Literal["plus", "and", "or", "not", "not_after"]
Tokens = tuple[str, ...]

_PLUS = frozenset("+&;؛；＋＆")
_COMMA = frozenset(",،，、")
_OR = frozenset("|/／")
_MINUS = re.compile(r"(?:^|(?<=[\s+&,;]))[-−–!](?=\w)")


class DraftWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The small words of one language, as they are written."""

    and_: tuple[str, ...] = msgspec.field(default=(), name="and")
    or_: tuple[str, ...] = msgspec.field(default=(), name="or")
    not_: tuple[str, ...] = msgspec.field(default=(), name="not")
    not_after: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    against_after: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True):
    """A sign or small word: where it stands (code points, end excluded) and what it says."""

    start: int
    end: int
    sign: Sign
    word: bool  # a word, not a sign: a longer name may hold it


class Small(msgspec.Struct, frozen=True):
    """The small words of a language, as folded tokens."""

    signs: Mapping[Tokens, Sign]
    empty: frozenset[Tokens]  # articles, prepositions, pronouns: nothing to look for
    vague: frozenset[Tokens]  # "northern", "deadly": they qualify a name or an event
    against: frozenset[Tokens]
    against_after: frozenset[Tokens]
    longest: int


@cache
def _all_words() -> Mapping[str, DraftWords]:
    text = files(__package__).joinpath("words.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=STRINGS)  # noqa: S506 - makes strings only
    return msgspec.convert(data, dict[str, DraftWords])


def languages() -> tuple[str, ...]:
    """Languages whose small words are known."""
    return tuple(_all_words())


@cache
def small_words(language: str) -> Small:
    """The small words of ``language``; none for a language that has no list."""
    words = _all_words().get(language, DraftWords())
    grammar = load(language)
    signs: dict[Tokens, Sign] = {}
    lists: tuple[tuple[Sign, tuple[str, ...]], ...] = (
        ("and", words.and_),
        ("or", words.or_),
        ("not", words.not_),
        ("not_after", words.not_after),
    )
    for sign, listed in lists:
        for tokens in _folded(listed, language):
            signs.setdefault(tokens, sign)
    empty = frozenset(_folded(_empty(grammar), language)) - signs.keys()
    vague = frozenset(_folded((*grammar.skip, *grammar.attributes), language)) - signs.keys() - empty
    against = frozenset(_folded(words.against, language))
    after = frozenset(_folded(words.against_after, language))
    known: list[Tokens] = [*signs, *empty, *vague, *against, *after]
    longest = max((len(tokens) for tokens in known), default=1)
    return Small(signs, empty, vague, against, after, longest)


def _empty(grammar: Grammar) -> Iterable[str]:
    for marked in (grammar.prepositions, grammar.postpositions, grammar.suffixes):
        for words in (marked.agent, marked.genitive, marked.of, marked.on, marked.at, marked.source):
            yield from words
        yield from marked.other
    yield from grammar.articles
    yield from grammar.place_nouns
    yield from grammar.pronouns
    yield from grammar.passive


def _folded(words: Iterable[str], language: str) -> Iterable[Tokens]:
    for word in words:
        folds = tuple(segment(word, language).folds)
        if folds:
            yield folds


def longest_at(text: Segmented, at: int, known: Container[Tokens], most: int) -> int:
    """How many tokens from ``at`` on are one of ``known``; 0 if none."""
    for size in range(min(most, len(text.folds) - at), 0, -1):
        if tuple(text.folds[at : at + size]) in known:
            return size
    return 0


def marks_in(text: Segmented, small: Small) -> Sequence[Mark]:
    """All signs and small words that separate, in text order."""
    raw = text.raw
    found: list[Mark] = [Mark(one.start(), one.end(), "not", False) for one in _MINUS.finditer(raw)]
    for at, char in enumerate(raw):
        if char in _PLUS and not _inside_word(raw, at):
            found.append(Mark(at, at + 1, "plus", False))
        elif char in _COMMA and not _inside_number(raw, at):
            found.append(Mark(at, at + 1, "and", False))
        elif char in _OR:
            found.append(Mark(at, at + 1, "or", False))
    token = 0
    while token < len(text.folds):
        size = longest_at(text, token, small.signs, small.longest)
        if size:
            sign = small.signs[tuple(text.folds[token : token + size])]
            found.append(Mark(text.starts[token], text.ends[token + size - 1], sign, True))
        token += size or 1
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def _inside_word(raw: str, at: int) -> bool:
    """C++ and AT&T: such a sign is part of the word."""
    before, after = raw[at - 1 : at], raw[at + 1 : at + 2]
    if raw[at] == "&":
        return bool(before.strip() and after.strip())
    return raw[at] in (before, after)


def _inside_number(raw: str, at: int) -> bool:
    return 0 < at < len(raw) - 1 and raw[at - 1].isdecimal() and raw[at + 1].isdecimal()
