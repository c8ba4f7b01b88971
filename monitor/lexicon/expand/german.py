"""German: adjective endings; plural, genitive and dative of nouns; verbs in the third person, past and participles.

A noun phrase inflects its last word before a preposition, and the adjectives before it take every ending (their
case is not told apart). Strong verbs and umlaut plurals are listed; a separable verb is written together
(angegriffen, anzugreifen), as in subordinate clauses.
"""

from __future__ import annotations

_ENDINGS = ("e", "en", "er", "es", "em")
_PREPOSITIONS = frozenset((
    "auf", "in", "an", "von", "mit", "gegen", "durch", "für", "aus", "bei", "über", "unter", "vor",
    "nach", "am", "im", "zur", "zum",
))  # fmt: skip
# Last parts of compounds whose plural has an umlaut: plural without its -n.
_UMLAUTS = {
    "schlag": "schläge", "brand": "brände", "stoß": "stöße", "raum": "räume", "einsatz": "einsätze", "vorfall":
    "vorfälle", "sturz": "stürze", "kampf": "kämpfe", "zug": "züge", "turm": "türme", "stand": "stände", "bruch":
    "brüche", "schuss": "schüsse", "land": "länder", "bild": "bilder", "mann": "männer", "haus":
    "häuser", "wort": "wörter", "bund": "bünde", "markt": "märkte", "anschlag": "anschläge", "stadt": "städte",
    "macht": "mächte", "kraft": "kräfte", "vater": "väter", "hafen": "häfen",
}  # fmt: skip
_FEMININE = ("ung", "heit", "keit", "schaft", "ion", "tät", "ur", "enz", "anz")
_WEAK = ("ist", "ent", "ant", "at", "nom", "ot", "arch")
_NO_GE = ("be", "ver", "zer", "ent", "er", "ge", "miss", "über", "unter", "wider")
_SEPARABLE = (
    "ab",
    "an",
    "auf",
    "aus",
    "ein",
    "zu",
    "zurück",
    "vor",
    "durch",
    "nieder",
    "nach",
    "los",
    "hoch",
    "um",
)
# Infinitive: third person singular, preterite, participle.
_STRONG = {
    "greifen": "greift griff gegriffen", "schlagen": "schlägt schlug geschlagen", "treffen": "trifft traf getroffen",
    "werfen": "wirft warf geworfen", "schießen": "schießt schoss geschossen", "sterben": "stirbt starb gestorben",
    "fliegen": "fliegt flog geflogen", "fallen": "fällt fiel gefallen", "brechen": "bricht brach gebrochen",
    "gehen": "geht ging gegangen", "kommen": "kommt kam gekommen", "stehen": "steht stand gestanden",
    "nehmen": "nimmt nahm genommen", "geben": "gibt gab gegeben", "sprechen": "spricht sprach gesprochen",
    "ziehen": "zieht zog gezogen", "brennen": "brennt brannte gebrannt", "bringen": "bringt brachte gebracht",
    "halten": "hält hielt gehalten", "laufen": "läuft lief gelaufen", "steigen": "steigt stieg gestiegen",
    "streiten": "streitet stritt gestritten", "weisen": "weist wies gewiesen", "liegen": "liegt lag gelegen",
    "lassen": "lässt ließ gelassen", "stoßen": "stößt stieß gestoßen", "leiden": "leidet litt gelitten",
    "schreiten": "schreitet schritt geschritten", "sehen": "sieht sah gesehen", "schließen":
    "schließt schloss geschlossen", "dringen": "dringt drang gedrungen", "sinken": "sinkt sank gesunken",
}  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "verb":
        return [" ".join([*words[:-1], form]) for form in verb(words[-1])]
    if how == "adj":
        stem = text.removesuffix("e")
        return [stem + ending for ending in _ENDINGS]
    head = next(
        (i - 1 for i, word in enumerate(words) if i and word in _PREPOSITIONS),
        len(words) - 1,
    )
    before = [_adjective(word) for word in words[:head]]
    heads = [
        words[head],
        *(noun(words[head]) if how == "noun" else _genitive(words[head])),
    ]
    starts = [""]
    for choices in before:
        starts = [f"{start}{choice} " for start in starts for choice in choices][:200]
    rest = "".join(" " + word for word in words[head + 1 :])
    return [start + form + rest for start in starts for form in heads]


def _adjective(word: str) -> list[str]:
    """All endings of an adjective that has one (russische); any other word stays as it is."""
    if word[:1].isupper() and not word.endswith(("ische", "ischer", "isches", "ischen")):
        return [word]
    for ending in ("er", "es", "en", "em", "e"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return [word[: -len(ending)] + other for other in _ENDINGS]
    return [word]


def _genitive(name: str) -> list[str]:
    return [] if name.endswith(("s", "ß", "x", "z")) else [name + "s"]


def noun(word: str) -> list[str]:
    """Plural, dative plural and genitive; a noun of unknown gender gets the forms of each that its ending allows."""
    low = word.lower()
    for tail, changed in _UMLAUTS.items():
        if low.endswith(tail):
            plural = word[: len(word) - len(tail)] + (changed.capitalize() if low == tail else changed)
            dative = [] if plural.endswith(("n", "s")) else [plural + "n"]
            return [
                plural,
                *dative,
                *_genitive(word),
                *([word + "es"] if low[-1] not in "enr" else []),
            ]
    if low.endswith("in") and len(low) > 5:
        return [word + "nen"]
    if low.endswith(_FEMININE):
        return [word + "en"]
    if low.endswith(("chen", "lein", "en")):
        return [word + "s"]
    if low.endswith(("er", "el")):
        return [word + "n", word + "s"]
    if low.endswith("e"):
        return [word + "n", *(_genitive(word) if low.startswith("ge") else [])]
    if low.endswith("nis"):
        return [word + "se", word + "sen", word + "ses"]
    if low[-1:] in "aiouy" or low.endswith(("ment", "eur")):
        return [word + "s"]
    if low.endswith(_WEAK):
        return [word + "en"]
    return [word + "e", word + "en", word + "es", *_genitive(word)]


def verb(word: str) -> list[str]:
    """Third person singular, preterite (singular, plural), participle with its endings, infinitive with zu."""
    low = word.lower()
    strong = next((key for key in sorted(_STRONG, key=len, reverse=True) if low.endswith(key)), "")
    lead = low[: len(low) - len(strong)] if strong else ""
    if strong and (not lead or lead in _SEPARABLE + _NO_GE):
        third, past, participle = _STRONG[strong].split()
        if lead in _NO_GE:
            participle = participle.removeprefix("ge")
        found = [
            lead + third,
            lead + past,
            lead + past + ("n" if past.endswith("e") else "en"),
            lead + participle,
        ]
        zu = [lead + "zu" + strong] if lead in _SEPARABLE else []
        return found + zu + [lead + participle + ending for ending in _ENDINGS]
    if not low.endswith("n"):
        return []
    lead = next(
        (p for p in sorted(_SEPARABLE, key=len, reverse=True) if low.startswith(p) and len(low) - len(p) > 5),
        "",
    )
    if low.startswith(_NO_GE):
        lead = ""
    rest = low[len(lead) :]
    stem = rest[:-2] if rest.endswith("en") else rest[:-1]
    e = "e" if stem.endswith(("t", "d", "gn", "fn", "ckn")) else ""
    ge = "" if rest.startswith(_NO_GE) or rest.endswith("ieren") else "ge"
    participle = f"{lead}{ge}{stem}{e}t"
    zu = [f"{lead}zu{rest}"] if lead else []
    return [f"{lead}{stem}{e}t", f"{lead}{stem}{e}te", f"{lead}{stem}{e}ten", participle, *zu,
            *(participle + ending for ending in _ENDINGS)]  # fmt: skip
