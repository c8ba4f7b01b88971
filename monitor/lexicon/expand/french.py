"""French: gender and number of adjectives, number of nouns; verbs in the third person, participles, infinitive.

A noun phrase puts its head and the adjectives after it into the plural, up to the first preposition (frappe
aérienne → frappes aériennes, tir de missile → tirs de missile). Verbs of the first and second group are regular,
others by table.
"""

from __future__ import annotations

_PREPOSITIONS = frozenset((
    "de", "du", "des", "d", "à", "au", "aux", "contre", "par", "sur", "en", "dans", "pour", "sans",
    "avec", "et",
))  # fmt: skip
_ADJECTIVES = {
    "turc": "turque", "grec": "grecque", "public": "publique", "blanc": "blanche", "sec": "sèche", "franc": "franque",
    "hindou": "hindoue", "andalou": "andalouse", "frais": "fraîche", "doux": "douce", "laotien": "laotienne",
    "malin": "maligne", "mandchou": "mandchoue", "faux": "fausse",
}  # fmt: skip
# Infinitive ending: 3sg, 3pl, participle (m sg), present participle, imperfect stem.
_VERBS = {
    "truire": "truit truisent truit truisant", "battre": "bat battent battu battant",
    "teindre": "teint teignent teint teignant", "mettre": "met mettent mis mettant",
    "perdre": "perd perdent perdu perdant", "tendre": "tend tendent tendu tendant",
    "prendre": "prend prennent pris prenant", "fendre": "fend fendent fendu fendant",
    "rompre": "rompt rompent rompu rompant", "ouvrir": "ouvre ouvrent ouvert ouvrant",
    "mourir": "meurt meurent mort mourant", "faire": "fait font fait faisant", "dire": "dit disent dit disant",
    "sévir": "sévit sévissent sévi sévissant", "courir": "court courent couru courant",
    "tenir": "tient tiennent tenu tenant", "venir": "vient viennent venu venant",
    "partir": "part partent parti partant", "duire": "duit duisent duit duisant",
    "mentir": "ment mentent menti mentant", "sentir": "sent sentent senti sentant",
    "sortir": "sort sortent sorti sortant",
    "vaincre": "vainc vainquent vaincu vainquant", "poursuivre": "poursuit poursuivent poursuivi poursuivant",
    "craindre": "craint craignent craint craignant", "éteindre": "éteint éteignent éteint éteignant",
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
            (i for i, word in enumerate(words) if word.split("'")[0].split("’")[0] in _PREPOSITIONS),
            len(words),
        )
        return [" ".join([*(plural(word) for word in words[:end]), *words[end:]])]
    return []


def plural(word: str) -> str:
    low = word.lower()
    if low.endswith(("s", "x", "z")):
        return word
    if low.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if low.endswith(("eau", "eu", "au")) else "s")


def adjective(word: str) -> tuple[str, str, str, str]:
    """Masculine and feminine singular, masculine and feminine plural; given in the masculine singular."""
    low = word.lower()
    if low in _ADJECTIVES:
        feminine = _ADJECTIVES[low]
    elif low.endswith("e"):
        feminine = word
    elif low.endswith(("ien", "éen", "yen", "on", "el", "eil", "et")):
        feminine = word + word[-1] + "e"
    elif low.endswith("f"):
        feminine = word[:-1] + "ve"
    elif low.endswith("eux"):
        feminine = word[:-1] + "se"
    elif low.endswith("er"):
        feminine = word[:-2] + "ère"
    else:
        feminine = word + "e"
    return word, feminine, plural(word), feminine + "s"


def _verb(word: str) -> list[str]:
    low = word.lower()
    for ending, listed in sorted(_VERBS.items(), key=lambda item: -len(item[0])):
        if low.endswith(ending):
            lead = low[: -len(ending)]
            third, many, participle, present = (lead + form for form in listed.split())
            return [
                third,
                many,
                *adjective(participle),
                present,
                present[:-3] + "ait",
                present[:-3] + "aient",
            ]
    if low.endswith("er"):
        stem = low[:-2]
        soft = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
        i = stem[:-1] + "i" if stem.endswith(("oy", "uy")) else stem
        return [i + "e", i + "ent", *adjective(stem + "é"), soft + "ant", soft + "a", stem + "èrent", soft + "ait",
                soft + "aient", stem + "era", stem + "eront"]  # fmt: skip
    if low.endswith("ir"):
        stem = low[:-1]
        return [
            stem + "t",
            stem + "ssent",
            *adjective(stem),
            stem + "ssant",
            stem + "ssait",
            stem + "ssaient",
            stem + "rent",
        ]
    return []
