"""Where sentences end, in each script, from the raw text."""

from __future__ import annotations

import re

_CLOSERS = "\"'”’»›)\\]}」』】）》〉״"
STOPS = ".!?…؟۔።։।॥"
"""Punctuation that ends a sentence, depending on what stands around it."""

HARD_STOPS = "。！？｡"
"""Punctuation that always ends one."""

_stop = re.compile(rf"(?:[{STOPS}]+|[{HARD_STOPS}]+)[{_CLOSERS}]*")
_LONGEST_WORD = 40
_next = re.compile(r"\s*[\"'“”‘’«‹(\[{—–-]*\s*(\S)?")
_HARD = frozenset(HARD_STOPS)
_ORDINALS = frozenset(("de", "da", "no", "fi", "cs", "sk", "sl", "hr", "sr", "hu", "tr", "et", "lv", "pl"))
"""Languages that write an ordinal number with a full stop."""

ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "gen",
        "col",
        "lt",
        "sgt",
        "capt",
        "maj",
        "adm",
        "cmdr",
        "brig",
        "sen",
        "rep",
        "gov",
        "pres",
        "st",
        "jr",
        "sr",
        "vs",
        "etc",
        "no",
        "inc",
        "ltd",
        "co",
        "corp",
        "rev",
        "hon",
        "messrs",
        "mt",
        "ft",
        "approx",
        "dept",
        "est",
        "fig",
        "vol",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "m",
        "mm",
        "mme",
        "mmes",
        "mlle",
        "mlles",
        "me",
        "av",
        "bd",
        "env",
        "cf",
        "p",
        "pp",
        "art",
        "chap",
        "sra",
        "sres",
        "dra",
        "dña",
        "d",
        "da",
        "uds",
        "ud",
        "ee",
        "uu",
        "aa",
        "núm",
        "pág",
        "tel",
        "bzw",
        "usw",
        "ca",
        "nr",
        "dr",
        "bspw",
        "ggf",
        "inkl",
        "evtl",
        "geb",
        "gest",
        "str",
        "tsd",
        "mio",
        "mrd",
        "prof",
        "z",
        "b",
        "u",
        "a",
        "d",
        "h",
        "v",
        "chr",
        "abs",
        "г",
        "гг",
        "ул",
        "им",
        "тыс",
        "млн",
        "млрд",
        "руб",
        "долл",
        "др",
        "пр",
        "т",
        "е",
        "см",
        "ст",
        "рис",
        "проф",
        "акад",
        "ген",
        "гр",
        "обл",
        "р",
        "д",
        "кв",
        "стр",
        "вул",
        "ім",
        "грн",
        "проф",
        "доц",
        "див",
        "рис",
        "обл",
        "м",
        "с",
        "doç",
        "yrd",
        "av",
        "sn",
        "vb",
        "vs",
        "bkz",
        "ör",
        "dott",
        "sig",
        "avv",
        "ing",
    ]
)


def stops(raw: str) -> list[int]:
    """Where runs of punctuation begin that may end a sentence, ascending."""
    return [match.start() for match in _stop.finditer(raw)]


def end_at(raw: str, stop: int, language: str) -> int:
    """The offset just behind the closing punctuation that begins at ``stop``; -1 if no sentence ends there."""
    match = _stop.match(raw, stop)
    return match.end() if match is not None and _ends_here(raw, match, language) else -1


def _ends_here(raw: str, match: re.Match[str], language: str) -> bool:
    if match[0][0] in _HARD:
        return True
    following = raw[match.end() : match.end() + 1]
    after = _next.match(raw, match.end())
    first = after[1] if after is not None else None
    mark = match[0][0]
    word = _word_before(raw, match.start())
    if following and not following.isspace():
        # "3.14", "example.com", "U.S.A": no end, but a script without case may lack the space.
        return bool(
            mark in ".!?؟۔"
            and len(word) > 2
            and _caseless(word[-1])
            and first is not None
            and _caseless(first)
            and _next_word_length(raw, match.end()) > 1
        )
    if first is not None and first.islower():
        return False
    if mark == "." and word and len(match[0].rstrip(_CLOSERS)) == 1:
        if len(word) == 1 and word.isupper() and first is not None:
            return False
        if word.isdecimal() and len(word) <= 2 and language in _ORDINALS and first is not None:
            return False
        if first is not None and word.casefold() in ABBREVIATIONS and _plausible(word, language):
            return False
    return True


def _word_before(raw: str, end: int) -> str:
    """The letters and digits right before ``end``, the last 40 at most."""
    start = end
    while start and end - start < _LONGEST_WORD and raw[start - 1].isalnum():
        start -= 1
    return raw[start:end]


def _plausible(word: str, language: str) -> bool:
    """A one-letter abbreviation counts in lower case only ("г."), others in any."""
    return len(word) > 1 or word.islower()


def _caseless(char: str) -> bool:
    return char.isalpha() and not char.islower() and not char.isupper()


def _next_word_length(raw: str, at: int) -> int:
    length = 0
    while at + length < len(raw) and raw[at + length].isalpha() and length < 3:
        length += 1
    if raw[at + length : at + length + 1] == ".":
        return 1
    return length
