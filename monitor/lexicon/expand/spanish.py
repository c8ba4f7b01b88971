"""Spanish: gender and number of adjectives, number of nouns; verbs in the third person, participles, infinitive.

A noun phrase puts its head and the adjectives after it into the plural, up to the first preposition (ataque aéreo
→ ataques aéreos). Verbs are regular by ending; the stem changes of a few are listed.
"""

from __future__ import annotations

_PREPOSITIONS = frozenset((
    "de", "del", "a", "al", "contra", "por", "sobre", "en", "para", "sin", "con", "y",
))  # fmt: skip
_UNACCENTED = str.maketrans("áéíóú", "aeiou")
# Present 3sg, 3pl, preterite 3sg, 3pl, participle, gerund.
_VERBS = {
    "truir": "truye truyen truyó truyeron truido truyendo", "herir": "hiere hieren hirió hirieron herido hiriendo",
    "morir": "muere mueren murió murieron muerto muriendo", "decir": "dice dicen dijo dijeron dicho diciendo",
    "hacer": "hace hacen hizo hicieron hecho haciendo", "caer": "cae caen cayó cayeron caído cayendo",
    "poner": "pone ponen puso pusieron puesto poniendo", "abrir": "abre abren abrió abrieron abierto abriendo",
    "tener": "tiene tienen tuvo tuvieron tenido teniendo", "romper": "rompe rompen rompió rompieron roto rompiendo",
    "mentir": "miente mienten mintió mintieron mentido mintiendo", "negar":
    "niega niegan negó negaron negado negando", "volar": "vuela vuelan voló volaron volado volando",
    "temblar": "tiembla tiemblan tembló temblaron temblado temblando", "perder":
    "pierde pierden perdió perdieron perdido perdiendo", "ir": "va van fue fueron ido yendo",
    "estallar": "estalla estallan estalló estallaron estallado estallando",
}  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "verb":
        return [" ".join([form, *words[1:]]) for form in _verb(words[0])]
    if how == "adj":
        columns = [adjective(word) for word in words]
        return [" ".join(column[i] for column in columns) for i in range(4)]
    if how == "noun":
        end = next(
            (i for i, word in enumerate(words) if word.lower() in _PREPOSITIONS),
            len(words),
        )
        return [" ".join([*(plural(word) for word in words[:end]), *words[end:]])]
    return []


def plural(word: str) -> str:
    low = word.lower()
    if low.endswith(("a", "e", "o", "á", "é", "ó")):
        return word + "s"
    if low.endswith("z"):
        return word[:-1] + "ces"
    if low.endswith(("án", "én", "ín", "ón", "ún", "és")):
        return word[:-2] + word[-2:].translate(_UNACCENTED) + "es"
    if low.endswith(("s", "x")):
        return word
    return word + "es"


def adjective(word: str) -> tuple[str, str, str, str]:
    """Masculine and feminine singular, masculine and feminine plural; given in the masculine singular."""
    low = word.lower()
    if low.endswith("o"):
        feminine = word[:-1] + "a"
    elif low.endswith(("án", "ín", "ón", "és")):
        feminine = word[:-2] + word[-2:].translate(_UNACCENTED) + "a"
    elif low.endswith(("or", "ol")):
        feminine = word + "a"
    else:
        feminine = word
    return word, feminine, plural(word), plural(feminine)


def _verb(word: str) -> list[str]:
    low = word.lower()
    for ending, listed in sorted(_VERBS.items(), key=lambda item: -len(item[0])):
        if low.endswith(ending) and (ending != "ir" or low == "ir"):
            *finite, participle, gerund = (low[: -len(ending)] + form for form in listed.split())
            return [*finite, *adjective(participle), gerund]
    stem = low[:-2]
    if low.endswith("ar"):
        ends = ("a", "an", "ó", "aron", "ando", "aba", "aban", "ará", "arán")
        return [*(stem + end for end in ends), *adjective(stem + "ado")]
    if low.endswith(("er", "ir")):
        e = low[-2]
        ends = ("e", "en", "ió", "ieron", "iendo", "ía", "ían", f"{e}rá", f"{e}rán")
        return [*(stem + end for end in ends), *adjective(stem + "ido")]
    return []
