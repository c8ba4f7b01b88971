"""Arabic: gender, dual and sound plural of adjectives; dual and sound plural of nouns; person of verbs.

The article and the proclitics (و ف ب ل ك) of the first word are read at match time and are not made here. In a
phrase of noun and adjective both inflect, and the definite form is made too, because there the second word has
the article (الضربات الجوية); in a genitive phrase (غارات التحالف) only the first word inflects. Broken plurals are
listed by hand in the lexicon.
"""

from __future__ import annotations

_POSSESSIVES = ("ها", "ه", "هم", "هما", "هن", "ك", "كم", "نا", "ي")
_ADJECTIVE_ENDINGS = ("ية", "ي", "يون", "يين", "يات")
_DERIVED = ("ا", "إ", "ت")


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "adj":
        return [" ".join(pair) for pair in zip(*(_adjective(word) for word in words), strict=True)]
    if how == "verb":
        return [" ".join([form, *words[1:]]) for form in _verb(words[0])]
    if how == "noun":
        return _phrase(words)
    return []


def possessives(text: str) -> tuple[str, ...]:
    """`text` with each possessive ending on its first word; ة is written ت before one (غارة → غارتها).

    Takes a term as it is listed and returns it only with endings, never the bare one. A first word with the
    article takes none and returns an empty tuple.
    """
    first, *rest = text.split(" ")
    if not first or first.startswith("ال"):
        return ()
    stem = first[:-1] + "ت" if first.endswith("ة") else first
    return tuple(" ".join([stem + ending, *rest]) for ending in _POSSESSIVES)


def _adjective(word: str) -> list[str]:
    """m, f; plural m (two cases), f; dual m, f (two cases each)."""
    stem = word.removesuffix("ة")
    return [
        stem,
        stem + "ة",
        stem + "ون",
        stem + "ين",
        stem + "ات",
        stem + "ان",
        stem + "تان",
        stem + "تين",
    ]


def _noun(word: str) -> dict[str, list[str]]:
    """Forms by number, and by the adjective that goes with them."""
    if word.endswith("ة"):
        stem = word[:-1]
        return {
            "one": [word],
            "two": [stem + "تان", stem + "تين"],
            "many": [stem + "ات"],
        }
    many = [word + "ات"] if len(word) >= 5 and word.startswith(_DERIVED) else []
    indefinite = [word + "ا"] if word[-1] not in "اىيويءةت" else []
    two = [word + "ان", word + "ين"] if not word.endswith(("ات", "ون", "ين", "ى", "ا", "ء")) else []
    return {"one": [word], "accusative": indefinite, "two": two, "many": many}


def _phrase(words: list[str]) -> list[str]:
    head, rest = words[0], words[1:]
    definite = head.startswith("ال")
    numbers = _noun(head)
    if not rest:
        return [form for found in numbers.values() for form in found]
    endings = (*_ADJECTIVE_ENDINGS, "ة") if head.endswith("ة") else _ADJECTIVE_ENDINGS
    if definite or not all(word.endswith(endings) and not word.startswith("ال") for word in rest):
        return [" ".join([form, *rest]) for found in numbers.values() for form in found]
    found: list[str] = []
    for number, of_head in numbers.items():
        for index, form in enumerate(of_head):
            adjectives = _agreeing(rest, number, index, feminine=head.endswith("ة"))
            found.append(" ".join([form, *adjectives]))
            if number != "accusative":
                found.append(" ".join(["ال" + form, *("ال" + word for word in adjectives)]))
    return found


def _agreeing(words: list[str], number: str, index: int, *, feminine: bool) -> list[str]:
    """The adjectives with form `index` of a noun in that number: plurals of things take the feminine singular."""
    stems = [word.removesuffix("ة") for word in words]
    if number == "two":
        ending = (("تان", "تين") if feminine else ("ان", "ين"))[index]
        return [stem + ending for stem in stems]
    if number == "many":
        return [stem + "ة" for stem in stems]
    return [stem + "ا" for stem in stems] if number == "accusative" else words


def _verb(word: str) -> list[str]:
    """Past given as he did (قصف): she, they; present given as he does (يقصف): she, they."""
    if word.startswith("ي") and len(word) > 3:
        stem = word[1:]
        plural = stem.removesuffix("ي").removesuffix("ى")
        return [
            "ت" + stem,
            "ي" + plural + "ون",
            "ي" + plural + "وا",
            "س" + word,
            "ست" + stem,
        ]
    stem = word.removesuffix("ى")
    return [stem + "ت", stem + "وا"]
