"""Turkish: cases, plural and possessive of nouns by vowel harmony and softening; verbs in past, progressive, passive.

Suffixes after an apostrophe (names) are read at match time: names and adjectives stand for themselves. The last
word of a phrase inflects; one that has the possessive of a compound already (hava saldırısı) goes on from there.
"""

from __future__ import annotations

_VOWELS = "aeıioöuü"
_VOICELESS = "fstkçşhp"
_NARROW = {
    "a": "ı",
    "ı": "ı",
    "o": "u",
    "u": "u",
    "e": "i",
    "i": "i",
    "ö": "ü",
    "ü": "ü",
}
_SOFT = {"k": "ğ", "p": "b", "ç": "c", "t": "d"}
_HARD = {"ğ": "k", "b": "p", "c": "ç"}
# Words of several syllables whose last -t softens; other -t stays.
_SOFTENS_T = ("kanat", "yurt", "sert", "dört", "umut")


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    *before, last = text.split(" ")
    if how == "noun":
        found = _compound(last) if before and last.endswith(("sı", "si", "su", "sü")) else _noun(last)
        if before and last[-1] in "ıiuü":
            found = [*found, *_after_possessive(last), *_many_owned(last)]
    elif how == "verb":
        found = _verb(last)
    else:
        return []
    return [" ".join([*before, form]) for form in found]


def _last_vowel(word: str) -> str:
    return next((letter for letter in reversed(word.lower()) if letter in _VOWELS), "e")


def _broad(word: str) -> str:
    return "a" if _last_vowel(word) in "aıou" else "e"


def _narrow(word: str) -> str:
    return _NARROW[_last_vowel(word)]


def _soften(word: str) -> str:
    """The stem before a vowel: uçak → uçağ."""
    syllables = sum(letter in _VOWELS for letter in word.lower())
    last = word[-1]
    if syllables < 2 or last not in _SOFT or (last == "t" and not word.endswith(_SOFTENS_T)):
        return word
    return word[:-1] + ("g" if last == "k" and word[-2] == "n" else _SOFT[last])


def _cases(word: str) -> list[str]:
    """Accusative, dative, locative, ablative, genitive, with."""
    i, a = _narrow(word), _broad(word)
    d = "t" if word[-1] in _VOICELESS else "d"
    vowel = word[-1] in _VOWELS
    stem = word if vowel else _soften(word)
    y, n = ("y", "n") if vowel else ("", "")
    return [
        stem + y + i,
        stem + y + a,
        f"{word}{d}{a}",
        f"{word}{d}{a}n",
        stem + n + i + "n",
        f"{word}{'y' if vowel else ''}l{a}",
    ]


def _after_possessive(word: str) -> list[str]:
    """The cases of a word that ends in a possessive of the third person: saldırısı → saldırısında."""
    i, a = _narrow(word), _broad(word)
    return [
        f"{word}n{i}",
        f"{word}n{a}",
        f"{word}nd{a}",
        f"{word}nd{a}n",
        f"{word}n{i}n",
        f"{word}yl{a}",
    ]


def _possessive(word: str) -> str:
    return f"{word}s{_narrow(word)}" if word[-1] in _VOWELS else _soften(word) + _narrow(word)


def _noun(word: str) -> list[str]:
    many = f"{word}l{_broad(word)}r"
    own, owns = _possessive(word), many + _narrow(many)
    return [
        *_cases(word),
        many,
        *_cases(many),
        own,
        *_after_possessive(own),
        owns,
        *_after_possessive(owns),
    ]


def _compound(word: str) -> list[str]:
    base = word[:-2]
    many = f"{base}l{_broad(base)}r"
    owns = many + _narrow(many)
    return [*_after_possessive(word), owns, *_after_possessive(owns)]


def _many_owned(word: str) -> list[str]:
    """The plural of a compound whose possessive is one vowel: (hava) aracı → araçları, (top) atışı → atışları."""
    bare = word[:-1]
    if not bare or bare[-1] in _VOWELS:
        return []
    bare = bare[:-1] + _HARD.get(bare[-1], bare[-1])
    many = f"{bare}l{_broad(bare)}r"
    owns = many + _narrow(many)
    return [owns, *_after_possessive(owns)]


def _verb(word: str) -> list[str]:
    low = word
    if not low.endswith(("mak", "mek")) or len(low) < 5:
        return []
    stem, mak = low[:-3], low[-3:]
    a, i = _broad(stem), _narrow(stem)
    vowel = stem[-1] in _VOWELS
    before = stem[:-1] + "d" if stem == "et" or stem.endswith(("gizlet", "git")) else stem
    passive = stem + "n" if vowel else before + i + ("n" if stem.endswith("l") else "l")
    found = [*_finite(stem, before), *_finite(passive, passive)]
    nouns = [f"{stem}m{a}s{_NARROW[a]}", f"{passive}m{a}s{_NARROW[a]}", passive + mak]
    return [
        *found,
        *nouns,
        *(noun + "n" + end for noun in nouns[:2] for end in (_NARROW[a], a)),
    ]


def _finite(stem: str, before: str) -> list[str]:
    """Past, reported past, progressive, future, participle, each also in the plural where it is used."""
    i, a = _narrow(stem), _broad(stem)
    vowel = stem[-1] in _VOWELS
    d = "t" if stem[-1] in _VOICELESS else "d"
    lar = f"l{a}r"
    progressive = (stem[:-1] + _NARROW[_last_vowel(stem)] if vowel else before + i) + "yor"
    if vowel and any(letter in _VOWELS for letter in stem[:-1]):
        progressive = stem[:-1] + _narrow(stem[:-1]) + "yor"
    past, told = f"{stem}{d}{i}", f"{stem}m{i}ş"
    y = "y" if vowel else ""
    return [past, past + lar, told, progressive, progressive + "lar", f"{before}{y}{a}c{a}k", f"{before}{y}{a}n",
            f"{stem}{d}{i}ğ{i}"]  # fmt: skip
