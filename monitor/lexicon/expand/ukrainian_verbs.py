"""Ukrainian verbs: past m f n pl, third person, passive participle and the impersonal -но, -то."""

from __future__ import annotations

from monitor.lexicon.expand import ukrainian

_PRESENT = {
    "ірвати": ("ірве", "ірвуть"),
    "рвати": ("рве", "рвуть"),
    "казати": ("каже", "кажуть"),
    "слати": ("шле", "шлють"),
    "почати": ("почне", "почнуть"),
    "стати": ("стане", "стануть"),
    "дати": ("дасть", "дадуть"),
    "писати": ("пише", "пишуть"),
    "давати": ("дає", "дають"),
    "летіти": ("летить", "летять"),
    "горіти": ("горить", "горять"),
    "лунати": ("лунає", "лунають"),
}
_BEAT = {
    "бити": "б'", "вбити": "вб'", "убити": "уб'", "збити": "зіб'", "розбити": "розіб'", "підбити": "підіб'",
    "пробити": "проб'", "відбити": "відіб'", "побити": "поб'", "вибити": "виб'", "добити": "доб'",
}  # fmt: skip
_MUTATIONS = {
    "ст": "щ",
    "б": "бл",
    "п": "пл",
    "в": "вл",
    "м": "мл",
    "ф": "фл",
    "д": "дж",
    "з": "ж",
    "с": "ш",
    "т": "ч",
}
_LOST_NU = ("загинути", "зникнути", "виникнути")


def forms(word: str) -> list[str]:
    """Forms of an infinitive (-ти, -ть; reflexive in -ся). A word that is no infinitive stands for itself."""
    low = word.lower()
    if low.endswith(("тися", "тись")):
        low = low[:-2]
        return [
            word,
            *(form + "ся" for form in _past(low)),
            *(_reflexive(form) for form in _present(low)),
        ]
    if not low.endswith("ти"):
        return [word]
    return [word, *_past(low), *_present(low), *_passive(low)]


def _reflexive(form: str) -> str:
    """The third person singular takes -ть- before -ся: вибухається, but займеться."""
    return form + ("ться" if form.endswith(("є", "е")) else "ся")


def _past(low: str) -> list[str]:
    if low.endswith("вести"):
        return [low[:-4] + "ів", *(low[:-3] + end for end in ("ла", "ло", "ли"))]
    if low.endswith(("нести", "везти")):
        return [
            low[:-4] + "і" + low[-3],
            *(low[:-2] + end for end in ("ла", "ло", "ли")),
        ]
    if low.endswith("йти"):
        return [low[:-2] + end for end in ("шов", "шла", "шло", "шли")]
    if low.endswith("ти") and low[-3:-2] in "аеиіоуюяї":
        return [low[:-2] + end for end in ("в", "ла", "ло", "ли")]
    return []


def _present(low: str) -> list[str]:
    for ending, found in sorted(_PRESENT.items(), key=lambda item: -len(item[0])):
        if low.endswith(ending):
            return [low[: -len(ending)] + form for form in found]
    if low in _BEAT:
        return [_BEAT[low] + "є", _BEAT[low] + "ють"]
    if low.endswith("вести"):
        return [low[:-3] + "де", low[:-3] + "дуть"]
    if low.endswith(("нести", "везти")):
        return [low[:-2] + "е", low[:-2] + "уть"]
    if low.endswith("йти"):
        return [low[:-2] + "де", low[:-2] + "дуть"]
    if low.endswith("нути"):
        return [low[:-3] + "е", low[:-3] + "уть"]
    if low.endswith(("увати", "ювати")):
        return [low[:-4] + "є", low[:-4] + "ють"]
    if low.endswith(("ати", "яти", "іти")):
        return [low[:-2] + "є", low[:-2] + "ють"]
    if low.endswith("ити"):
        stem = low[:-3]
        return [
            stem + "ить",
            stem + ("ать" if stem[-1:] in "жчшщ" else "лять" if stem[-1:] in "бпвмф" else "ять"),
        ]
    return []


def _passive(low: str) -> list[str]:
    stem = ""
    if low in _BEAT or low.endswith("чати"):
        stem = low[:-1] if low in _BEAT else low[:-2] + "т"
    elif low.endswith("вести"):
        stem = low[:-3] + "ден"
    elif low.endswith(("нести", "везти")):
        stem = low[:-2] + "ен"
    elif low.endswith("нути"):
        stem = "" if low in _LOST_NU else low[:-1]
    elif low.endswith(("увати", "ювати")):
        stem = low[:-5] + ("о" if low[-5] == "у" else "ьо") + "ван"
    elif low.endswith(("ати", "яти")):
        stem = low[:-2] + "н"
    elif low.endswith("ити"):
        base = low[:-3]
        tail = next((tail for tail in _MUTATIONS if base.endswith(tail)), "")
        stem = (base[: -len(tail)] + _MUTATIONS[tail] if tail else base) + "ен"
    if not stem:
        return []
    cells = [cell for gender in "mnfp" for cell in ukrainian.adjective(stem + "ий", gender)]
    return [stem + "о", *(form for cell in cells for form in cell)]
