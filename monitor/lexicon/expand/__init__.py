"""Inflected forms of lexicon terms, made when a pack is built.

Closed tables of endings per language; nothing is stemmed, and nothing of this runs while articles are matched.
Over-generation is accepted where the result is no word; a form that would be a real other word is not made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from monitor.lexicon.expand import (
    arabic,
    english,
    french,
    german,
    persian,
    russian,
    spanish,
    turkish,
    ukrainian,
)
from monitor.lexicon.expand.arabic import possessives

How = Literal["name", "noun", "adj", "verb"]
"""How a term inflects: a proper name (singular only), a noun, an adjective or a verb."""

LONGEST_TEXT = 200
"""Code points; longer texts are no terms, and are refused so that a rule file cannot make a build slow."""

_LANGUAGES: Mapping[str, Callable[[str, How], list[str]]] = {
    "ar": arabic.forms,
    "de": german.forms,
    "en": english.forms,
    "es": spanish.forms,
    "fa": persian.forms,
    "fr": french.forms,
    "ru": russian.forms,
    "tr": turkish.forms,
    "uk": ukrainian.forms,
}

LANGUAGES = frozenset(_LANGUAGES)
"""Languages that have tables; in all others a term stands for itself."""


class ExpandError(ValueError):
    """A term that cannot be inflected as it is marked; the message says which and why."""


def expand(lang: str, text: str, how: How) -> tuple[str, ...]:
    """All inflected forms of `text`, the given one first, each once, in a stable order.

    `lang` is an ISO 639-1 code; a language without tables (zh, ja, …) returns the text alone. Runs of white
    space become one space. In a phrase the head inflects, and with it the adjectives that agree with it; what
    follows a preposition or stands in a genitive is kept. Where the head stands is told in each language's
    module. Raises `ExpandError` for an empty or overlong text and for an unknown `how`.
    """
    words = " ".join(text.split())
    if not words:
        raise ExpandError("an empty term cannot be inflected")
    if len(words) > LONGEST_TEXT:
        raise ExpandError(f"the term {words[:40]!r}… is longer than {LONGEST_TEXT} characters")
    if how not in ("name", "noun", "adj", "verb"):
        raise ExpandError(f"{words!r}: inflect must be name, noun, adj or verb, not {how!r}")
    table = _LANGUAGES.get(lang)
    if table is None:
        return (words,)
    # A term of one letter leaves nothing before its ending.
    made = (" ".join(form.split()) for form in table(words, how))
    return tuple(dict.fromkeys([words, *(form for form in made if len(form) > 1)]))


__all__ = ["LANGUAGES", "LONGEST_TEXT", "ExpandError", "How", "expand", "possessives"]
