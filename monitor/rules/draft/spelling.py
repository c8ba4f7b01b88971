"""Names and event words that are spelt nearly like a word that the lexicon lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

from monitor.cleaning.language import script
from monitor.lexicon.form import Form
from monitor.lexicon.schema import NAME_KINDS, Lexicon
from monitor.matching.fold import fold
from monitor.matching.frames.model import CUES

SHORTEST = 4
"""Letters from which on a word may be misspelt; a shorter one may only differ in case."""
CUTOFF = 0.84
"""Likeness (``difflib``'s ratio of the words) from which on a form is offered."""
_SAME_SOUND = 0.97
_HOPE = 0.5  # below it not even the sound is compared

_SOUNDS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"), ("q|ck|kh|c(?![hei])", "k"), ("c(?=[ei])", "s"), ("sch|sh|ch|tsch", "s"), ("w", "v"),
        ("y|j|ij", "i"), ("ou|oo", "u"), ("ee", "i"), ("dh", "d"), ("th", "t"), ("gh", "g"), ("z", "s"),
        ("h", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


class Spelling(msgspec.Struct, frozen=True):
    """A form that is written nearly like a word, and how near it is (1: the same but for case)."""

    form: Form
    likeness: float


class _Word:
    """A word that is looked for, and the best form so far."""

    def __init__(self, word: str) -> None:
        self.folded = fold(word)
        self.sound = _sound(self.folded)
        self.script = script(self.folded[0]) if self.folded and self.folded[0].isalpha() else ""
        self.slack = 0 if len(word) < SHORTEST else 1 if len(word) < 6 else 2
        self.matcher = SequenceMatcher(autojunk=False)
        self.matcher.set_seq2(self.folded)
        self.best: Spelling | None = None

    @property
    def spelt(self) -> bool:
        """Whether it has letters that can be mistaken."""
        return self.script not in ("", "Han", "Kana")

    def likeness(self, folded: str) -> float:
        """Of a form to the word; 0 where it is no better than the best, or too little."""
        if folded == self.folded:
            return 1.0
        if len(self.folded) < SHORTEST or not folded or script(folded[0]) != self.script:
            return 0.0
        self.matcher.set_seq1(folded)
        if self.matcher.real_quick_ratio() < _HOPE or self.matcher.quick_ratio() < _HOPE:
            return 0.0
        return _SAME_SOUND if _sound(folded) == self.sound else self.matcher.ratio()


def nearest(words: Sequence[str], language: str, lexicon: Lexicon) -> list[Spelling | None]:
    """For each word the form of any entry that is spelt most like it; none if nothing is near enough.

    Names are looked for in every language of the word's script, event words and demonyms in
    ``language`` only, cues not at all. Method: Ratcliff and Obershelp's, as in ``difflib``, on the folded
    words; words that are the same when letters that sound alike are one are nearer than any other.
    """
    wanted = [_Word(word) for word in words]
    by_length: dict[int, list[_Word]] = {}
    for word, text in zip(wanted, words, strict=True):
        if word.spelt:
            for length in range(len(text) - word.slack, len(text) + word.slack + 1):
                by_length.setdefault(length, []).append(word)
    for number, written in enumerate(lexicon.forms.texts() if by_length else ()):
        near = by_length.get(len(written))
        if near is None:
            continue
        folded = fold(written)
        for word in near:
            likeness = word.likeness(folded)
            if likeness < CUTOFF or (word.best is not None and likeness <= word.best.likeness):
                continue
            form = lexicon.forms[number]
            if form.kind == "not" or form.entry in CUES:
                continue
            if form.kind in NAME_KINDS or form.language == language:
                word.best = Spelling(form, likeness)
    return [word.best for word in wanted]


def _sound(folded: str) -> str:
    for pattern, sound in _SOUNDS:
        folded = pattern.sub(sound, folded)
    return folded
