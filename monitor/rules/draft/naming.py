"""Ids of drafted rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from monitor.lexicon.schema import Lexicon
from monitor.matching.fold import fold
from monitor.rules.draft.model import Item

LONGEST = 80
_ROOM = 4  # for a number behind

_APOSTROPHES = re.compile("['’ʼ`´]")
_HYPHENS = re.compile(r"[^a-z0-9]+")


def rule_id(words: str, items: Sequence[Item], lexicon: Lexicon) -> str:
    """Lower-case words with hyphens: the words themselves where they are Latin, else English glosses."""
    plain = _slug(words)
    letters = sum(char.isalpha() for char in words)
    if letters and sum(char.isalpha() for char in plain) * 2 >= letters:
        return _cut(plain)
    glosses = [
        _slug(lexicon.gloss(id)) or _slug(id.rpartition("/")[2])
        for item in items
        if not item.negative
        for id in item.taken[:1]
    ]
    named = "-".join(dict.fromkeys(gloss for gloss in glosses if gloss))
    return _cut(named) or f"rule-{sha256(words.encode()).hexdigest()[:8]}"


def free_id(id: str, used: Iterable[str]) -> str:
    """``id``, or with a number behind it if another rule has it."""
    taken, number, free = set(used), 2, id
    while free in taken:
        free, number = f"{id[: LONGEST - _ROOM].rstrip('-')}-{number}", number + 1
    return free


def _slug(text: str) -> str:
    return _HYPHENS.sub("-", fold(_APOSTROPHES.sub("", text))).strip("-")


def _cut(id: str) -> str:
    return id[:LONGEST].rstrip("-")
