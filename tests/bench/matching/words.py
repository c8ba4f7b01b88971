"""Words: a Zipf-like vocabulary in three scripts, words for names, word pairs that are often seen together.

Everything is a pure function of the seed. Words are made of syllables; frequent words are short, the most
frequent are the real stop words of the language, so that the frame reader meets its prepositions.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

LANGUAGES = ("en", "ru", "ar")
SHARES: Mapping[str, float] = {"en": 0.4, "ru": 0.3, "ar": 0.3}
"""Shares of the vocabulary: 200,000 + 150,000 + 150,000 words at full size."""
EXPONENT = 1.05
SHIFT = 2.7  # Mandelbrot's: the first words are less frequent than Zipf's law has them
PAIRS = 40_000  # word pairs and triples that occur together, of a language, at full size

_STOP: Mapping[str, str] = {
    "en": "the of to and a in that for is on with as was by at from it he has be his are have an not they said "
    "which will but their were been who would its had this she more after when one or about than also up two into "
    "over new other could last there out can people first all year her we so",
    "ru": "и в не на что с по как это из к его для от он за но так у был о до она все они было при только или "
    "также году который был уже после чтобы если были может же ее еще время быть где из-за том сказал лет этого "
    "между через под того них том без",
    "ar": "في من على أن إلى التي عن مع هذا هذه الذي ما لا بعد كان قال أو بين قد كما لم خلال كل حيث منذ قبل وقد "
    "كانت حتى عند يوم إن ذلك لكن غير هو هي عام أي إذا عدد نحو ثم بشكل ضد بسبب",
}


def _each(text: str) -> tuple[str, ...]:
    return tuple(text.split())


Sounds = tuple[Sequence[str], Sequence[str], Sequence[str]]
_SOUNDS: Mapping[str, Sounds] = {
    "en": (
        _each("b c d f g h j k l m n p r s t v w br ch cl cr dr fl fr gl gr pl pr sc sh sl sp st th tr qu"),
        _each("a e i o u a e i o ai ea ou ie oo"),
        ["", "", "", "", "n", "r", "s", "l", "t", "m", "nd", "x", "st", "rt"],
    ),
    "ru": (
        _each("б в г д ж з к л м н п р с т ф х ц ч ш бр вл гр др зн кр пр ск сл ст тр"),
        _each("а е и о у ы я ю а е и о"),
        ["", "", "", "", "н", "р", "с", "л", "т", "м", "ст", "й"],
    ),
    "ar": (
        _each("ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه"),
        ["ا", "و", "ي", "", "", "ا"],
        ["", "", "ر", "ن", "ل", "م", "د", "ب", "ة"],
    ),
    "el": (_each("β γ δ ζ θ κ λ μ ν π ρ σ τ φ χ"), _each("α ε η ι ο ου ω"), ["", "ν", "ρ", "λ"]),
    "he": (_each("ב ג ד ה ז ח ט כ ל מ נ ס ע פ צ ק ר ש ת"), ["ו", "י", "", "א"], ["", "ר", "ל", "ת"]),
    "hi": (_each("क ख ग च ज ट ड त द न प ब म य र ल व श स ह"), _each("ा ि ी ु े ो"), ["", "न", "र"]),
    "ka": (_each("ბ გ დ ვ ზ თ კ ლ მ ნ პ რ ს ტ ფ ქ"), _each("ა ე ი ო უ"), ["", "ნ", "რ"]),
    "ko": (_each("가 나 다 라 마 바 사 아 자 차 카 타 파 하 거 너 더 러 머 버 서"), [""], ["", "", "산", "현"]),
    "zh": (_each("阿 巴 卡 达 恩 法 戈 哈 伊 杰 克 拉 马 纳 奥 普 里 萨 塔 乌 瓦 亚 扎 布 德 尔 斯 特 维 林"), [""], [""]),
}  # fmt: skip


class Zipf(NamedTuple):
    """A population of which earlier members are drawn more often."""

    members: Sequence[str]
    bounds: Sequence[float]

    def draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.members, cum_weights=self.bounds, k=count)


def bounds(count: int, exponent: float) -> list[float]:
    """Cumulated weights of ranks 1 to ``count``."""
    return list(accumulate((rank + SHIFT) ** -exponent for rank in range(1, count + 1)))


def word(chance: random.Random, language: str, syllables: int) -> str:
    """One word that looks like the language's."""
    onsets, vowels, codas = _SOUNDS[language]
    draw = chance.random
    parts = []
    for _ in range(syllables):
        parts.append(onsets[int(draw() * len(onsets))])
        parts.append(vowels[int(draw() * len(vowels))])
    parts.append(codas[int(draw() * len(codas))])
    return "".join(parts)


@functools.lru_cache(maxsize=8)
def vocabulary(language: str, seed: int, total: int) -> Zipf:
    """The language's share of ``total`` words, the most frequent first."""
    chance = random.Random(f"{seed}/vocabulary/{language}")
    count = int(total * SHARES[language])
    found = dict.fromkeys(_STOP[language].split())
    while len(found) < count:
        rank = len(found)
        longest = 2 if rank < 1500 else 3 if rank < 30_000 else 4
        found[word(chance, language, chance.randint(longest - 1, longest))] = None
    words = list(found)
    return Zipf(words, bounds(len(words), EXPONENT))


@functools.lru_cache(maxsize=16)
def names(language: str, seed: int, total: int) -> Zipf:
    """Words of which names are made, written with a capital where the script has one; none is in the
    vocabulary. ``total`` is that of the vocabulary."""
    chance = random.Random(f"{seed}/names/{language}")
    known = set(vocabulary(language, seed, total).members) if language in SHARES else set()
    count = max(600, int(total * (0.1 if language in SHARES else 0.01)))
    found: dict[str, None] = {}
    longest = 4 if language in ("zh", "ko") else 3
    while len(found) < count:
        made = word(chance, language, chance.randint(2, longest))
        if len(made) > 2 and made not in known:
            found[made.capitalize()] = None
    words = list(found)
    return Zipf(words, bounds(len(words), 0.5))


@functools.lru_cache(maxsize=4)
def pairs(language: str, seed: int, total: int) -> Zipf:
    """Two or three words of the middle of the vocabulary that occur together more often than by chance."""
    chance = random.Random(f"{seed}/pairs/{language}")
    words = vocabulary(language, seed, total).members
    first, last = min(200, len(words) // 4), min(30_000, len(words))
    count = max(200, min(PAIRS, total // 10))
    made = [
        " ".join(words[first + int((last - first) * chance.random() ** 2)] for _ in range(chance.choice((2, 2, 2, 3))))
        for _ in range(count)
    ]  # fmt: skip
    return Zipf(made, bounds(len(made), 0.8))
