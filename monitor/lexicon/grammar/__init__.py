"""Grammar words of each language: the closed lists by which frames read a sentence.

One YAML file a language, every inflected form listed. Words are kept as written; matching folds and
segments them. A language without a file has an empty grammar: frames then go by distance alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

Words = tuple[str, ...]


class GrammarError(ValueError):
    """A grammar file of the package is malformed; the message names the file and the key."""


class Marked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that mark a name's part in an event, by the mark they give."""

    agent: Words = ()  # by
    genitive: Words = ()  # 's
    of: Words = ()
    on: Words = ()  # on, against; also a direct object's case
    at: Words = ()  # in, near
    source: Words = ()  # from
    other: Words = ()  # with, to, for: no role


class Grammar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Word lists and word-order flags of one language (an ISO 639-1 code, empty for none)."""

    language: str = ""
    say: Words = ()
    attitude: Words = ()
    own: Words = ()
    harm: Words = ()
    passive: Words = ()
    light: Words = ()
    lead: Words = ()
    subordinators: Words = ()
    complementizers: Words = ()
    relatives: Words = ()
    relatives_of_place: Words = ()
    conjunctions: Words = ()
    pronouns: Words = ()
    prepositions: Marked = Marked()
    postpositions: Marked = Marked()
    suffixes: Marked = Marked()
    according_to: Words = ()
    according_to_after: Words = ()
    articles: Words = ()
    place_nouns: Words = ()
    skip: Words = ()
    attributes: Words = ()
    media: Words = ()
    dates: Words = ()
    backed: Words = ()
    backed_after: Words = ()
    patient: Words = ()
    topic: Words = ()
    forces: Words = ()
    military: Words = ()
    weapons: Words = ()  # how a weak word begins that only names a weapon
    assault: Words = ()  # verbs that make a weapon an event: attacked (with drones)
    launch: Words = ()  # verbs that have the weapon for their object: fired (missiles)
    means: Words = ()  # using, by means of
    negators: Words = ()  # not X: the name next to it is out
    missions: Words = ()  # embassies: the country named with one is not where it stands
    able: Words = ()  # what could be done is not done: missiles that can hit
    felt: Words = ()  # behind these stands where an event was noticed, not where it was
    causes: Words = ()  # what strikes and is no attack: storms, floods, labour disputes
    ignore: Words = ()
    verb_first: bool = False
    verb_final: bool = False
    bracket: bool = False
    no_spaces: bool = False
    adjective_after: bool = False  # a demonym after its noun may be the doer
    noun_first: bool = False  # adjectives follow their noun
    bare_genitive: bool = False
    drops_pronoun: bool = False


EMPTY = Grammar()
STRINGS: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""A YAML loader that keeps every scalar a string: `on`, `no` and `off` are words here, never booleans."""
LANGUAGES = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")


@cache
def load(language: str) -> Grammar:
    """The grammar of ``language``; ``EMPTY`` for a language that has none.

    Raises ``GrammarError`` if the package's file is malformed.
    """
    if language not in LANGUAGES:
        return EMPTY
    text = files(__package__).joinpath(f"{language}.yaml").read_text("utf-8")
    data: Mapping[str, object] = yaml.load(text, Loader=STRINGS)  # noqa: S506 - makes strings only
    try:
        return msgspec.convert({**data, "language": language}, Grammar, strict=False)
    except msgspec.ValidationError as error:
        raise GrammarError(f"monitor/lexicon/grammar/{language}.yaml: {error}") from error
