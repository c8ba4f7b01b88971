"""Persian: plural, ezafe and indefinite endings of nouns and adjectives; past, perfect and present of verbs.

Joined, joined by a zero width non-joiner and spaced spellings are all made, because newsrooms use each. In a
phrase the first word takes the endings (حمله هوایی → حمله‌های هوایی). A compound verb (حمله کردن) inflects its last
word, by a table of present stems.
"""

from __future__ import annotations

_ZWNJ = "\u200c"
_PRESENT = {
    "کردن": "کن", "زدن": "زن", "دادن": "ده", "گرفتن": "گیر", "شدن": "شو", "گفتن": "گوی", "کشتن": "کش", "رفتن": "رو",
    "آمدن": "آی", "بردن": "بر", "انداختن": "انداز", "ریختن": "ریز", "افتادن": "افت", "یافتن": "یاب", "ساختن": "ساز",
    "کوبیدن": "کوب", "نشستن": "نشین", "شکستن": "شکن", "گذاشتن": "گذار", "داشتن": "دار", "خواستن": "خواه", "پرداختن":
    "پرداز", "باختن": "باز", "سوختن": "سوز", "دیدن": "بین", "آوردن": "آور", "رساندن": "رسان", "رسیدن": "رس",
    "لرزیدن": "لرز", "لرزاندن": "لرزان", "ترکیدن": "ترک", "جنگیدن": "جنگ", "پاشیدن": "پاش", "باریدن": "بار",
}  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "verb":
        return [" ".join([*words[:-1], form]) for form in _verb(words[-1])]
    if how in ("noun", "adj"):
        return [" ".join([form, *words[1:]]) for form in _noun(words[0], alone=len(words) == 1)]
    return []


def _joined(word: str, ending: str) -> list[str]:
    return [word + _ZWNJ + ending, word + ending, f"{word} {ending}"]


def _noun(word: str, *, alone: bool) -> list[str]:
    found = [*_joined(word, "ها"), *_joined(word, "های"), *_joined(word, "هایی")]
    if word.endswith("ه"):
        stem = word[:-1]
        found += [
            word + _ZWNJ + "ی",
            f"{word} ی",
            stem + "هٔ",
            stem + "ۀ",
            word + _ZWNJ + "ای",
            word + "ای",
            f"{word} ای",
        ]
        if alone:
            found += [stem + "گان", stem + "گانی"]
    elif word.endswith(("ا", "و")):
        found += [word + "ی", word + "یی"]
    elif word.endswith("ی"):
        found += [
            word + "ان",
            word + _ZWNJ + "ان",
            word + "انی",
            word + _ZWNJ + "ای",
            word + "ای",
        ]
    else:
        found += [word + "ی"]
        if len(word) > 3 and alone:
            found += [word + "ان"]
    return found


def _verb(word: str) -> list[str]:
    """Past, perfect, present; with the negation left out (a cue of its own)."""
    if not word.endswith("ن"):
        return []
    past = word[:-1]
    found = [
        past,
        past + "ند",
        past + "ه",
        f"{past}ه است",
        past + "ه" + _ZWNJ + "اند",
        f"{past}ه اند",
    ]
    found += [f"می{_ZWNJ}{past}", f"می{_ZWNJ}{past}ند"]
    stem = _PRESENT.get(word) or (word[:-3] if word.endswith("یدن") else "")
    if stem:
        found += [
            f"می{_ZWNJ}{stem}د",
            f"می{_ZWNJ}{stem}ند",
            f"می {stem}د",
            f"می {stem}ند",
            f"ب{stem}د",
            f"ب{stem}ند",
        ]
    return found
