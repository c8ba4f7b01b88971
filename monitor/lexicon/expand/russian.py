"""Russian: nouns, names and adjectives in all cases; verbs in the past, the third person and the passive.

In a phrase the adjectives before the first noun and that noun inflect in agreement; what follows the noun
(«удар по городу») is kept. Names have no plural unless they are written in it (Нидерланды). Foreign names in
-о -е -и -у -ю -э do not change; Slavic ones (Косово) are listed form by form where they are used.
"""

from __future__ import annotations

from monitor.lexicon.expand import russian_verbs
from monitor.lexicon.expand.paradigm import Cases, agree, frozen, row

_HUSHERS = "жшчщ"
_VELARS = "гкх"
_VOWELS = "аеёиоуыэюя"
_ADJECTIVE_ENDINGS = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие")
# Nouns whose endings look like an adjective's.
_NO_ADJECTIVES = frozenset((
    "сценарий", "гений", "бой", "строй", "прибой", "комментарий", "санаторий", "критерий", "стая",
    "змея", "шея",
))  # fmt: skip
_NOUN_IE = ("ние", "тие", "вие", "сие", "лие", "рие", "гие")
_ADJECTIVE_IE = (
    "ские",
    "цкие",
    "дние",
    "нние",
    "шние",
    "жние",
    "чие",
    "гие",
    "кие",
    "хие",
    "щие",
    "шие",
    "жие",
)
# Masculine nouns in -ь that are not told by -тель or -арь.
_MASCULINE_SOFT = (
    "кремль", "израиль", "брюссель", "автомобиль", "корабль", "рубль", "спектакль", "фестиваль",
    "апрель", "июль", "июнь", "патруль", "день", "огонь", "лагерь", "дождь", "вождь", "путь", "штиль",
    "нефтекорабль", "гвоздь", "тайвань", "пномпень", "браззавиль", "либревиль", "слесарь", "конь", "гость", "зять", "тополь", "уровень",
)  # fmt: skip
_FLEETING = {
    "день": "дн",
    "огонь": "огн",
    "рынок": "рынк",
    "участок": "участк",
    "подросток": "подростк",
    "обломок": "обломк",
    "осколок": "осколк",
    "посёлок": "посёлк",
    "поселок": "поселк",
    "толчок": "толчк",
    "боец": "бойц",
    "уровень": "уровн",
    "египет": "египт",
    "ветер": "ветр",
}
_KEEPS_E = frozenset((
    "кузнец", "мудрец", "жрец", "близнец", "подлец", "беглец", "храбрец", "мертвец",
))  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    if how == "verb":
        first, *rest = text.split(" ")
        return [" ".join([form, *rest]) for form in russian_verbs.forms(first)]
    words = text.split(" ")
    if how == "adj":
        return _phrase(words, len(words) - 1, plural=True, last_is_adjective=True)
    return _phrase(words, _head(words), plural=how == "noun", last_is_adjective=False)


def _head(words: list[str]) -> int:
    """The index of the first word that is no adjective (the last word is never one)."""
    for index, word in enumerate(words[:-1]):
        if not _is_adjective(word):
            return index
    return len(words) - 1


def _is_adjective(word: str) -> bool:
    low = word.lower()
    if len(low) < 5 or low in _NO_ADJECTIVES or not low.endswith(_ADJECTIVE_ENDINGS):
        return False
    return not low.endswith(_NOUN_IE) or low.endswith(_ADJECTIVE_IE)


def _phrase(words: list[str], head: int, *, plural: bool, last_is_adjective: bool) -> list[str]:
    rest = [frozen(" ".join(words[head + 1 :]))] if words[head + 1 :] else []
    before = words[:head]
    if last_is_adjective:
        numbers = [[adjective(word, gender) for word in words] for gender in ("m", "n", "f", "p")]
        return [form for parts in numbers for form in agree(parts)]
    singular, many, gender = noun(words[head])
    found: list[str] = []
    if singular is not None:
        found += agree([*(adjective(word, gender) for word in before), singular, *rest])
    if many is not None and (plural or singular is None):
        found += agree([*(adjective(word, "p") for word in before), many, *rest])
    return found


def _stem(word: str) -> tuple[str, str]:
    """Stem and declension (hard, soft, mixed) of an adjective given in any nominative."""
    stem, ending = word[:-2], word[-2:].lower()
    last = stem[-1:].lower()
    if last in _VELARS or last in _HUSHERS:
        return stem, "mixed"
    return stem, "soft" if ending in ("ий", "яя", "ее", "ие") else "hard"


def adjective(word: str, gender: str) -> Cases:
    """An adjective, given in any nominative, in one gender (m n f) or in the plural (p)."""
    stem, kind = _stem(word)
    last = stem[-1:].lower()
    soft = kind == "soft"
    husher = last in _HUSHERS
    e = "е" if soft or husher else "о"
    y = "ы" if kind == "hard" else "и"
    if gender == "m":
        base = "ой" if word.lower().endswith("ой") else y + "й"
        return row(stem, f"{base} {e}го {e}му {base}/{e}го {y}м {e}м")
    if gender == "n":
        return row(stem, f"{e}е {e}го {e}му {e}е {y}м {e}м")
    if gender == "f":
        a, u = ("яя", "юю") if soft else ("ая", "ую")
        return row(stem, f"{a} {e}й {e}й {u} {e}й/{e}ю {e}й")
    return row(stem, f"{y}е {y}х {y}м {y}е/{y}х {y}ми {y}х")


def noun(word: str) -> tuple[Cases | None, Cases | None, str]:
    """Singular and plural of a noun with its gender; no singular for names written in the plural."""
    low = word.lower()
    stem = word[:-1]
    last = stem[-1:].lower()
    i = "и" if last in _VELARS + _HUSHERS else "ы"
    if low == "острова":
        return None, row(stem, "а 0/ов ам а ами ах"), "p"
    if low == "территории":
        return None, row(stem, "и й ям и ями ях"), "p"
    if low.endswith("ия"):
        return row(stem, "я и и ю ей и"), row(stem, "и й ям и/й ями ях"), "f"
    if low.endswith("ие"):
        return row(stem, "е я ю е ем и"), row(stem, "я й ям я ями ях"), "n"
    if low.endswith("ье"):
        return row(stem, "е я ю е ем е"), row(stem, "я 0 ям я ями ях"), "n"
    if low.endswith(("анин", "янин")):
        base = word[:-2]
        return row(word, "0 а у а ом е"), row(base, "е 0 ам 0 ами ах"), "m"
    if low.endswith("а"):
        e = "е" if last in _HUSHERS + "ц" else "о"
        many = row(stem, f"{i} 0 ам {i} ами ах")
        return (
            row(stem, f"а {i} е у {e}й/{e}ю е"),
            (many[0], (_zero(stem),), *many[2:]),
            "f",
        )
    if low.endswith("я"):
        zero = "й" if last in _VOWELS else "ь"
        return (
            row(stem, "я и е ю ей/ею е"),
            row(stem, f"и {zero} ям и/{zero} ями ях"),
            "f",
        )
    if low.endswith("ь"):
        soft = _FLEETING.get(low, "")
        oblique = word[:1] + soft[1:] if soft else stem
        masculine = low.endswith(("тель", "арь", *_MASCULINE_SOFT))
        many = row(oblique, "и ей ям и/ей ями ях")
        if masculine:
            one = row(oblique, "ь я ю я ем/ём е")
            return ((word,), *one[1:3], (word, oblique + "я"), *one[4:]), many, "m"
        return row(stem, "ь и и ь ью и"), many, "f"
    if low.endswith("й"):
        return row(stem, "й я ю й/я ем е"), row(stem, "и ев ям и/ев ями ях"), "m"
    if low.endswith("ы"):
        return None, row(stem, "ы 0/ов ам ы ами ах"), "p"
    if low.endswith("о"):
        return row(stem, "о а у о ом е"), row(stem, "а 0 ам а ами ах"), "n"
    if low.endswith("е"):
        if last in _HUSHERS + "ц":
            return row(stem, "е а у е ем е"), row(stem, "а 0 ам а ами ах"), "n"
        return row(stem, "е я ю е ем е"), row(stem, "я ей ям я ями ях"), "n"
    if last and low[-1] not in _VOWELS:
        return _masculine(word, low)
    return frozen(word), frozen(word), "n"


def _masculine(word: str, low: str) -> tuple[Cases, Cases, str]:
    """A noun in a hard consonant, the vowel of -ец dropped, other fleeting vowels by the list."""
    stem = word
    listed = next((key for key in _FLEETING if low == key or low.endswith(f"-{key}")), "")
    if listed:
        stem = word[: len(word) - len(listed) + 1] + _FLEETING[listed][1:]
    elif low.endswith("ец") and len(low) > 3 and low not in _KEEPS_E:
        before = low[-3]
        stem = word[:-2] + ("йц" if before in _VOWELS else "ьц" if before == "л" else "ц")
    last = stem[-1].lower()
    i = "и" if last in _VELARS + _HUSHERS else "ы"
    ins = "ем/ом" if last in _HUSHERS + "ц" else "ом"
    gen = "ей" if last in _HUSHERS else "ев" if last == "ц" else "ов"
    singular = row(stem, f"0 а у 0/а {ins} е")
    singular = ((word,), *singular[1:3], (word, stem + "а"), *singular[4:])
    return singular, row(stem, f"{i} {gen} ам {i}/{gen} ами ах"), "m"


def _zero(stem: str) -> str:
    """The genitive plural of a noun in -а, with the vowel that -ка takes after a consonant."""
    low = stem.lower()
    if low.endswith("к") and len(low) > 2 and low[-2] not in _VOWELS:
        before = low[-2]
        if before in "йь":
            return stem[:-2] + "ек"
        return stem[:-1] + ("ек" if before in _HUSHERS else "ок")
    return stem
