"""What a line of plain text looks like: a sentence, a date, a credit, a piece of a site's frame."""

from __future__ import annotations

import re
import unicodedata

from monitor.cleaning.chrome_words import CREDITS, CUTS, LINES, STARTS

# Of all scripts: Latin, CJK, Arabic, Urdu, Devanagari, Armenian, Ethiopic, Khmer, Myanmar, Tibetan.
FINAL = ".!?…。！？．｡؟۔।॥։።៕။།"
_CLOSERS = "\"'”’»›)]}）」』】》〉“„*"
_FINAL_END = re.compile(f"[{re.escape(FINAL)}][{re.escape(_CLOSERS)}\\s]*$")
_INNER = re.compile(f"[{re.escape(FINAL)},;:،؛，；：、]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NO_STOPS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # written without final punctuation
_SEPARATED = re.compile(r"\s*[|•·›»>/\\]\s+|\s+[|•·›»>/\\]\s*|\s+[-–—]\s+")
_DATE = re.compile(
    r"^[\W\d]*(?:\w+\W+){0,3}\d{1,4}(?:\W+\w+){0,8}\W*$",
)
_YEAR_OR_TIME = re.compile(
    r"(?<![0-9A-Za-z])(?:19|20)\d\d(?![0-9A-Za-z])|[٠-٩۰-۹]{4}|\d{1,2}[:.hH]\d\d|[٠-٩۰-۹]{1,2}:[٠-٩۰-۹]{2}"
)
_SIZES = re.compile(
    r"^(?:x{0,3}[sml]|m[dl]|lg|sm|x[sl]|a[+-]?|[aа][aа]+|аа)(?:\W+(?:x{0,3}[sml]|md|lg|sm|a[+-]?|а))*\W*$",
    re.I,
)
_ADDRESS = re.compile(r"https?://|www\.|@[\w.]+|\w+@\w+\.\w+")
_POINTS = re.compile("[\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]+")
_WORD = re.compile(r"\w+(?:['’\u200c-]\w+)*")


def fold(line: str) -> str:
    """``line`` for comparison with the lists: lower case, no pointing, no punctuation at its end."""
    text = _POINTS.sub("", unicodedata.normalize("NFC", line)).casefold().replace("’", "'")
    return " ".join(text.split()).strip(" .:,;!?…|›»>-–—*•·").strip()


def _entries(source: str) -> list[str]:
    return [" ".join(entry.split()) for entry in source.replace("\n", " ").split("|") if entry.strip()]


def _starts(source: str) -> tuple[str, ...]:
    # A trailing blank is a word end: "by " is not "bypass".
    found: set[str] = set()
    for entry in source.replace("\n", "").split("|"):
        text = _POINTS.sub("", unicodedata.normalize("NFC", entry)).casefold().lstrip()
        if text:
            found.add(text)
    return tuple(sorted(found))


_LINES = frozenset(fold(entry) for entry in _entries(LINES))
_CUTS = frozenset(fold(entry) for entry in _entries(CUTS))
_START_LIST = _starts(STARTS)
_CREDIT_LIST = _starts(CREDITS)


def _opening(line: str) -> str:
    text = _POINTS.sub("", unicodedata.normalize("NFC", line[:80])).casefold().replace("’", "'")
    return (
        text.lstrip(" \t\n-–—•*▪►▶|[(\u00a0") if not text.startswith(("(c)", "(来", "(责", "(编")) else text
    )


def word_count(line: str) -> int:
    """Words of ``line``; two characters of Han and the like count as one word."""
    unspaced = len(_UNSPACED.findall(line))
    if unspaced:
        return len(_WORD.findall(_UNSPACED.sub(" ", line))) + (unspaced + 1) // 2
    return len(_WORD.findall(line))


def is_unspaced(line: str) -> bool:
    """Whether ``line`` is mostly in a script without spaces between words."""
    return len(_UNSPACED.findall(line)) * 2 > len(line)


def ends_sentence(line: str) -> bool:
    """Whether the last thing of ``line`` is the punctuation that ends a sentence."""
    return _FINAL_END.search(line[-40:]) is not None


def is_frame(line: str) -> bool:
    """Whether ``line`` as a whole is something sites write around articles, in any place."""
    if len(line) <= 60:  # no entry is longer
        folded = fold(line)
        if not folded or folded in _LINES or _SIZES.match(folded):
            return True
    return len(line) <= 400 and _opening(line).startswith(_START_LIST)


def is_cut(line: str) -> bool:
    """Whether ``line`` heads a list of other articles or comments."""
    return len(line) <= 60 and fold(line) in _CUTS


def is_credit(line: str) -> bool:
    """Whether ``line`` names source, author or date; true of text too: only for the ends."""
    if len(line) > 160:
        return False
    if is_date(line):
        return True
    if not _opening(line).startswith(_CREDIT_LIST):
        return False
    # "By Monday the army had taken the town." is no credit.
    return not (ends_sentence(line) and word_count(line) > 6) or ":" in line[:20] or "：" in line[:20]


def is_date(line: str) -> bool:
    """Whether ``line`` is a date or a time, with few words around."""
    if len(line) > 80 or ends_sentence(line):
        return False
    return (
        _YEAR_OR_TIME.search(line) is not None
        and word_count(line) <= 9
        and (
            _DATE.match(line) is not None
            or sum(char.isdigit() for char in line) * 3 >= len(line.replace(" ", ""))
        )
    )


def is_navigation(line: str) -> bool:
    """Whether ``line`` is a list of short things: parted by bars or arrows, or by single spaces in Han."""
    if len(line) > 400 or ends_sentence(line):
        return False
    pieces = [piece for piece in _SEPARATED.split(line) if piece.strip()]
    if len(pieces) >= 3 and max(word_count(piece) for piece in pieces) <= 4:
        return True
    if _ADDRESS.search(line) and word_count(line) <= 10:
        return True
    parts = line.split()
    return (
        len(parts) >= 4
        and not _NO_STOPS.search(line)
        and all(len(part) <= 5 for part in parts)
        and len(_UNSPACED.findall(line)) * 2 > len(line)
        and not _INNER.search(line)
    )


def is_prose(line: str) -> bool:
    """Whether ``line`` is running text: a sentence of six words or more, or something long."""
    if ends_sentence(line):
        return len(line) > 160 or word_count(line) >= 6
    words = word_count(line[:1000])
    if words < 6 or is_navigation(line):
        return False
    if _NO_STOPS.search(line):
        return len(line) >= 80
    if line.rstrip()[-1:] in ":：" and words >= 8:
        return True
    return len(line) >= (70 if _UNSPACED.search(line) else 160) and _INNER.search(line) is not None
