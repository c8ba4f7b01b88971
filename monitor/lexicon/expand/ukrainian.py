"""Ukrainian: nouns, names and adjectives in all cases; verbs in the past, the third person and the passive.

Phrases as in Russian: the adjectives before the first noun and that noun inflect in agreement, the rest is kept.
Feminine and neuter adjectives look like nouns (ракетна атака): they are taken for adjectives only where their
ending is one of a closed list and the next word ends as a noun of that gender does.
"""

from __future__ import annotations

from monitor.lexicon.expand import ukrainian_verbs
from monitor.lexicon.expand.paradigm import Cases, agree, frozen, row

_HUSHERS = "жчшщ"
_VOWELS = "аеєиіїоуюя"
_SOFTENED = {"г": "з", "к": "ц", "х": "с"}
_FEMININE = ("ська", "цька", "зька", "на", "ова", "ева", "єва", "ата", "ита", "ута", "ста", "лика", "ня")
_NEUTER = ("ське", "цьке", "зьке", "не", "нє", "ове", "ате", "ите", "уте", "лике")
_PLURAL = ("ські", "цькі", "зькі", "ні", "ові", "еві", "ані", "лиці", "ті")
# Nouns that end as feminine adjectives do.
_NO_ADJECTIVES = frozenset((
    "війна", "зона", "країна", "сторона", "людина", "дитина", "машина", "колона", "хвилина", "година",
    "причина", "частина", "новина", "мова", "основа", "умова", "голова", "промова", "розмова",
    "військові", "дні", "ночі", "позиції", "армія",
))  # fmt: skip
_MASCULINE_SOFT = (
    "ізраїль", "кремль", "брюссель", "автомобіль", "корабель", "рубль", "спектакль", "фестиваль",
    "квітень", "патруль", "день", "вогонь", "біль", "кінь", "гість", "шлях", "січень", "липень",
    "червень", "вересень", "травень", "серпень", "рівень", "камінь", "готель", "тайвань", "пномпень", "браззавіль", "лібревіль",
)  # fmt: skip
# Vowels that change or fall out when an ending follows.
_STEMS = {
    "київ": "києв", "львів": "львов", "харків": "харков", "чернігів": "чернігов",
    "день": "дн", "вогонь": "вогн", "рівень": "рівн", "корабель": "корабл", "січень": "січн", "липень": "липн",
    "червень": "червн", "вересень": "вересн", "травень": "травн", "серпень": "серпн", "камінь": "камен",
    "квітень": "квітн", "ринок": "ринк", "уламок": "уламк", "осколок": "осколк", "наслідок": "наслідк",
    "будинок": "будинк", "підліток": "підлітк", "єгипет": "єгипт", "бій": "бо", "ніч": "ноч",
    "загін": "загон", "кінь": "кон", "гість": "гост", "вітер": "вітр", "рік": "рок",
}  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "verb":
        return [" ".join([form, *words[1:]]) for form in ukrainian_verbs.forms(words[0])]
    if how == "adj":
        return [form for g in "mnfp" for form in agree([adjective(word, g) for word in words])]
    head = next(
        (i for i, word in enumerate(words[:-1]) if not _is_adjective(word, words[i + 1])),
        len(words) - 1,
    )
    rest = [frozen(" ".join(words[head + 1 :]))] if words[head + 1 :] else []
    singular, many, gender = noun(words[head])
    found: list[str] = []
    if singular is not None:
        found += agree([*(adjective(word, gender) for word in words[:head]), singular, *rest])
    if many is not None and (how == "noun" or singular is None):
        found += agree([*(adjective(word, "p") for word in words[:head]), many, *rest])
    return found


def _is_adjective(word: str, following: str) -> bool:
    low, after = word.lower(), following.lower()
    if len(low) < 4 or low in _NO_ADJECTIVES:
        return False
    if low.endswith("ий") or (low.endswith("ній") and len(low) > 4):
        return True
    if low.endswith(_FEMININE) and after.endswith(("а", "я", "ь")):
        return True
    if low.endswith(_NEUTER) and after.endswith(("о", "е", "я")):
        return True
    return low.endswith(_PLURAL) and after.endswith(("и", "і", "ї"))


def adjective(word: str, gender: str) -> Cases:
    """An adjective, given in any nominative, in one gender (m n f) or in the plural (p)."""
    low = word.lower()
    if low.endswith(("ий", "ій")):
        stem, soft = word[:-2], low.endswith("ій")
    else:
        stem, soft = word[:-1], low.endswith(("я", "є"))
    if gender == "m":
        return row(
            stem,
            "ій ього ьому ій/ього ім ьому/ім" if soft else "ий ого ому ий/ого им ому/ім",
        )
    if gender == "n":
        return row(stem, "є ього ьому є ім ьому/ім" if soft else "е ого ому е им ому/ім")
    if gender == "f":
        return row(stem, "я ьої ій ю ьою ій" if soft else "а ої ій у ою ій")
    return row(stem, "і іх ім і/іх іми іх" if soft else "і их им і/их ими их")


def noun(word: str) -> tuple[Cases | None, Cases | None, str]:
    """Singular and plural of a noun with its gender; no singular for names written in the plural."""
    low = word.lower()
    stem = word[:-1]
    last = stem[-1:].lower()
    if low == "території":
        return None, row(stem, "ї й ям ї ями ях"), "p"
    if low.endswith(("ння", "ття", "ддя", "лля", "ззя", "сся", "ччя")):
        many = row(stem, "я 0 ям я ями ях")
        return row(stem, "я я ю я ям і"), (many[0], (stem[:-1] + "ь",), *many[2:]), "n"
    if low.endswith("я"):
        if last in _VOWELS:
            return row(stem, "я ї ї ю єю ї"), row(stem, "ї й ям ї/й ями ях"), "f"
        return row(stem, "я і і ю ею і"), row(stem, "і ь ям і/ь ями ях"), "f"
    if low.endswith("а"):
        i = "і" if last in _HUSHERS else "и"
        many = row(stem, f"{i} 0 ам {i} ами ах")
        one = row(stem, f"а {i} 0 у {'ею' if last in _HUSHERS else 'ою'} 0")
        dative = (_soften(stem) + "і",)
        return (
            (*one[:2], dative, *one[3:5], dative),
            (many[0], (_zero(stem),), *many[2:]),
            "f",
        )
    if low.endswith(("ець", "єць")):
        return _in_ets(word, low)
    if low.endswith("ь"):
        return _soft(word, low)
    if low.endswith(("анин", "янин", "їнин")):
        return row(word, "0 а у/ові а ом і/ові"), row(word[:-2], "и 0 ам 0 ами ах"), "m"
    if low.endswith("й"):
        base = stem if low not in _STEMS else word[:1] + _STEMS[low][1:]
        one = row(base, "й я/ю ю/єві й/я єм ї/ю/єві")
        return (
            ((word,), *one[1:3], (word, base + "я"), *one[4:]),
            row(base, "ї їв ям ї/їв ями ях"),
            "m",
        )
    if low.endswith("и"):
        return None, row(stem, "и 0/ів ам и ами ах"), "p"
    if low.endswith("о"):
        return row(stem, "о а у о ом і/у"), row(stem, "а 0 ам а ами ах"), "n"
    if low.endswith("е"):
        if last in _HUSHERS + "ц":
            return (
                row(stem, "е а/я у/ю е ем і"),
                row(stem, "а/я 0/ь ам/ям а/я ами/ями ах/ях"),
                "n",
            )
        return row(stem, "е я ю е ем і"), row(stem, "я 0 ям я ями ях"), "n"
    if last and low[-1] not in _VOWELS:
        return _masculine(word, low)
    return frozen(word), frozen(word), "n"


def _masculine(word: str, low: str) -> tuple[Cases, Cases, str]:
    listed = next((key for key in _STEMS if low == key or low.endswith("-" + key)), "")
    base = word[: len(word) - len(listed) + 1] + _STEMS[listed][1:] if listed else word
    if base[-1].lower() in _HUSHERS:
        one, many = (
            row(base, "0 а/у у/еві 0 ем і/у/еві"),
            row(base, "і ів/ей ам і/ів ами ах"),
        )
    else:
        one, many = (
            row(base, "0 а/у у/ові 0 ом 0/у/ові"),
            row(base, "и ів ам и/ів ами ах"),
        )
        one = (*one[:5], (_soften(base) + "і", *one[5][1:]))
    return ((word,), *one[1:3], (word, base + "а"), *one[4:]), many, "m"


def _in_ets(word: str, low: str) -> tuple[Cases, Cases, str]:
    """Inhabitants: сирієць, сирійця; українець, українця; бразилець, бразильця."""
    base = word[:-3] + ("йц" if low.endswith("єць") else "ьц" if low.endswith("лець") else "ц")
    one = row(base, "0 я ю/еві я ем і/еві")
    return ((word,), *one[1:]), row(base, "і ів ям ів ями ях"), "m"


def _soft(word: str, low: str) -> tuple[Cases, Cases, str]:
    stem = word[:-1]
    base = word[:1] + _STEMS[low][1:] if low in _STEMS else stem
    if low.endswith(("тель", "ар", *_MASCULINE_SOFT)):
        one = row(base, "ь я/ю ю/еві я ем і/ю/еві")
        return (
            ((word,), *one[1:3], (word, base + "я"), *one[4:]),
            row(base, "і ів/ей ям і/ів ями ях"),
            "m",
        )
    doubled = stem + ("ю" if low.endswith(("сть", "рть", "рь", "бь", "вь")) else stem[-1:] + "ю")
    one = row(stem, "ь і і ь 0 і")
    return (*one[:4], (doubled,), one[5]), row(stem, "і ей ям і ями ях"), "f"


def _soften(stem: str) -> str:
    return stem[:-1] + _SOFTENED.get(stem[-1:], stem[-1:])


def _zero(stem: str) -> str:
    """The genitive plural of a noun in -а, with the vowel that -ка takes after a consonant."""
    low = stem.lower()
    if low.endswith("к") and len(low) > 2 and low[-2] not in _VOWELS:
        if low[-2] in "йь":
            return stem[:-2] + ("йок" if low[-2] == "й" else "ьок")
        return stem[:-1] + "ок"
    return stem
