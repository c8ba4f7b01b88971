"""One way to write an entry of the lexicon."""

from __future__ import annotations

from typing import Literal

import msgspec

FormKind = Literal["name", "demonym", "metonym", "term", "verb", "weak", "weak_verb", "not"]
NAME_KINDS: frozenset[FormKind] = frozenset(("name", "metonym"))  # count in every language of their script
WEAK_KINDS: frozenset[FormKind] = frozenset(("weak", "weak_verb"))
VERB_KINDS: frozenset[FormKind] = frozenset(("verb", "weak_verb"))


class Form(msgspec.Struct, frozen=True):
    """One way to write an entry. ``kind`` ``not`` is a longer phrase in which it does not count."""

    text: str
    language: str
    entry: str
    kind: FormKind
    case: bool = False
