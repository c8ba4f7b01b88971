"""Random texts: words of many scripts, and all that stands between words where nobody expects it."""

from __future__ import annotations

from random import Random

SCRIPTS = {
    "en": "abcdeghiklmnoprstuKLMNSUéß",
    "de": "aeinrstäöüßÄGK",
    "tr": "aeiıİnrşğçüŞ",
    "ru": "абвгдежийклмноё\u0306ЖЙ",
    "uk": "бдежийноєїґ'’ЄЇ",
    "ar": "ابتثجدسقنوفلكمهءةىأئ",
    "he": 'אבגדהוכלמשצק׳״"',
    "el": "αβγδεικάέςσΣΆ",
    "hi": "कखगदनमरसािीु्ं",
    "th": "กขคงจนมาิ่ำ",
    "zh": "中国白俄罗斯的在北京",
    "ja": "アイウカガキーのは日本",
    "ko": "가나다라서울은는이를에의",
    "my": "ကခဂငါိုံ",
    "ka": "აბგდევზ",
}
"""Some letters of each language, with marks that change the letter before them."""

NASTY = (
    *"'’`´ʼ״׳\"“”«».,!?…؟۔。！।;:-–—_/\\()[]&+#*@",
    *"\n\r\t\f\v\0\x1c\x1f\x85\u00a0\u2003\u2028\u2029\u202f\u3000",
    *"\u00ad\u200b\u200c\u200d\u200e\u061c\u0640\ufeff\ufe0f\ufffd",
    *"\u0301\u0306\u0307\u0308\u0327\u0345\u064b\u0651\u0653\u05b0\u094d\u0e33\u20e3\u3099",
    *"½²Ⅷﬁ①™٣۴３０ﷺẞſǰΐŉ𠀀𝒜😀🇩🇪\u1100\u1161\u11a8\ud800\udfff\U0010ffff",
    "12,345",
    "1'234",
    "1.234.567",
    "\r\n\r\n",
    "\n \n",
    "U.S.A.",
    "👨\u200d👩\u200d👧",
    ". ",
    "。 ",
    " ",
)
"""What stands between words, on them and in them."""


def any_character(random: Random) -> str:
    """Any code point, one in ten beyond the first plane; surrogates included."""
    return chr(random.randrange(0x110000) if random.random() < 0.1 else random.randrange(0x10000))


def any_text(random: Random, most: int = 40) -> str:
    """Up to ``most`` characters and little words of one or two scripts."""
    letters = "".join(random.choices(tuple(SCRIPTS.values()), k=random.randint(1, 2)))
    found: list[str] = []
    for _ in range(random.randint(0, most)):
        dice = random.random()
        if dice < 0.55:
            found.append(random.choice(letters))
        elif dice < 0.7:
            found.append(" ")
        elif dice < 0.95:
            found.append(random.choice(NASTY))
        else:
            found.append(any_character(random))
    return "".join(found)


def word(random: Random, language: str) -> str:
    """A word of a language's letters, at times with a capital."""
    made = "".join(random.choices(SCRIPTS[language], k=random.randint(1, 5)))
    return made.capitalize() if random.random() < 0.3 else made
