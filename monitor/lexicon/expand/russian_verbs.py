"""Russian verbs: past m f n pl, third person (present or future by aspect), participles (active, passive)."""

from __future__ import annotations

from monitor.lexicon.expand import russian

# Verbs that keep to no pattern, by their ending: third person singular and plural, stem of the passive.
_PRESENT = {
    "орвать": ("орвёт", "орвут", "орван"),
    "зорвать": ("зорвёт", "зорвут", "зорван"),
    "рвать": ("рвёт", "рвут", "рван"),
    "казать": ("кажет", "кажут", "казан"),
    "звать": ("зовёт", "зовут", "зван"),
    "послать": ("пошлёт", "пошлют", "послан"),
    "слать": ("шлёт", "шлют", "слан"),
    "брать": ("берёт", "берут", "бран"),
    "начать": ("начнёт", "начнут", "начат"),
    "стать": ("станет", "станут", ""),
    "дать": ("даст", "дадут", "дан"),
    "держать": ("держит", "держат", "держан"),
    "писать": ("пишет", "пишут", "писан"),
    "давать": ("даёт", "дают", ""),
    "знавать": ("знаёт", "знают", ""),
    "ставать": ("стаёт", "стают", ""),
    "лететь": ("летит", "летят", ""),
    "гореть": ("горит", "горят", ""),
    "греметь": ("гремит", "гремят", ""),
    "сидеть": ("сидит", "сидят", ""),
    "смотреть": ("смотрит", "смотрят", "смотрен"),
}
_LOST_NU = (
    "погибнуть",
    "возникнуть",
    "исчезнуть",
    "достигнуть",
    "настигнуть",
    "повергнуть",
    "отвергнуть",
)
# -бить of beating, not of the -ить class (бомбить, ослабить).
_BEAT = {
    "бить": "бь", "убить": "убь", "сбить": "собь", "разбить": "разобь", "подбить": "подобь", "пробить": "пробь",
    "отбить": "отобь", "избить": "изобь", "перебить": "перебь", "добить": "добь", "забить": "забь",
    "выбить": "выбь",
}  # fmt: skip
_MUTATIONS = {
    "ст": ("щ",), "б": ("бл",), "п": ("пл",), "в": ("вл",), "м": ("мл",), "ф": ("фл",), "д": ("ж", "жд"),
    "з": ("ж",), "с": ("ш",), "т": ("ч", "щ"),
}  # fmt: skip


def forms(word: str) -> list[str]:
    """Forms of an infinitive (-ть, -ти; reflexive in -ся). A word that is no infinitive stands for itself."""
    low = word.lower()
    if low.endswith(("ться", "тись")):
        plain = _active(low[:-2])
        participles = [form + "ся" for form in _active_participles(low[:-2])]
        return [word, *(form + ("сь" if form[-1] in "аеиоу" else "ся") for form in plain), *participles]
    return [word, *_active(low), *_passive_forms(low), *_active_participles(low)]


def _active(low: str) -> list[str]:
    past, present = _past(low), _present(low)
    return [*past, *present]


def _past(low: str) -> list[str]:
    if low.endswith("вести"):
        stem = low[:-3]
        return [stem + end for end in ("л", "ла", "ло", "ли")]
    if low.endswith(("нести", "везти")):
        stem = low[:-2]
        return [stem[:-2] + "ё" + stem[-1], stem + "ла", stem + "ло", stem + "ли"]
    if low.endswith("йти"):
        stem = low[:-3]
        return [stem + end for end in ("шёл", "шла", "шло", "шли")]
    if low.endswith(_LOST_NU):
        stem = low[:-4]
        return [stem, stem + "ла", stem + "ло", stem + "ли"]
    if low.endswith("ть") and low[-3:-2] in "аеиоуыя":
        return [low[:-2] + end for end in ("л", "ла", "ло", "ли")]
    return []


def _listed(low: str) -> tuple[str, tuple[str, str, str]] | None:
    for ending, found in sorted(_PRESENT.items(), key=lambda item: -len(item[0])):
        if low.endswith(ending):
            return low[: -len(ending)], found
    return None


def _present(low: str) -> list[str]:
    listed = _listed(low)
    if listed:
        return [listed[0] + listed[1][0], listed[0] + listed[1][1]]
    if low in _BEAT:
        return [_BEAT[low] + "ёт", _BEAT[low] + "ют"]
    if low.endswith("вести"):
        return [low[:-3] + "дёт", low[:-3] + "дут"]
    if low.endswith(("нести", "везти")):
        return [low[:-2] + "ёт", low[:-2] + "ут"]
    if low.endswith("йти"):
        return [low[:-2] + "дёт", low[:-2] + "дут"]
    if low.endswith("нуть"):
        return [low[:-3] + "ет", low[:-3] + "ут"]
    if low.endswith(("овать", "евать")):
        stem = low[:-5]
        u = "у" if low[-5] == "о" or stem[-1:] in "жшчщц" else "ю"
        return [stem + u + "ет", stem + u + "ют"]
    if low.endswith(("ать", "ять", "еть")):
        return [low[:-2] + "ет", low[:-2] + "ют"]
    if low.endswith("ить"):
        return [low[:-3] + "ит", low[:-3] + ("ат" if low[-4:-3] in "жшчщ" else "ят")]
    return []


def _passive_stems(low: str) -> list[str]:
    """Masculine short passive participles: атакован, поражён, убит."""
    listed = _listed(low)
    if listed:
        return [listed[0] + listed[1][2]] if listed[1][2] else []
    if low in _BEAT:
        return [low[:-1].removesuffix("т") + "т"]
    if low.endswith("вести"):
        return [low[:-3] + "дён"]
    if low.endswith(("нести", "везти")):
        return [low[:-2] + "ён"]
    if low.endswith("нуть"):
        return [] if low.endswith(_LOST_NU) else [low[:-1]]
    if low.endswith(("ать", "ять")):
        return [low[:-2] + "н"]
    if low.endswith("ить"):
        stem = low[:-3]
        for tail, changed in _MUTATIONS.items():
            if stem.endswith(tail):
                return [stem[: -len(tail)] + new + "ен" for new in changed]
        return [stem + "ен"]
    return []


def _passive_forms(low: str) -> list[str]:
    found: list[str] = []
    for short in _passive_stems(low):
        plain = short.replace("ё", "е")
        found += [short, plain + "а", plain + "о", plain + "ы"]
        long = plain + ("ный" if plain.endswith("н") else "ый")
        found += [form for gender in "mnfp" for cell in russian.adjective(long, gender) for form in cell]
    return found


def _active_participles(low: str) -> list[str]:
    """атаковавший, and of the present атакующий, in all cases."""
    long = [low[:-2] + "вший"] if low.endswith("ть") and not low.endswith(_LOST_NU) else []
    present = _present(low)
    if present and present[1].endswith("т"):
        long.append(present[1][:-1] + "щий")
    return [
        form
        for word in long
        for gender in "mnfp"
        for cell in russian.adjective(word, gender)
        for form in cell
    ]
