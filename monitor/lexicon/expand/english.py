"""English: plurals, and verbs in -s, -ed, -ing with the irregular ones by table.

A noun phrase inflects its last word, or the word before its first preposition (act of war → acts of war); a verb
phrase its first word (open fire → opened fire). Adjectives and names stand for themselves.
"""

from __future__ import annotations

_PREPOSITIONS = frozenset((
    "of", "on", "in", "at", "by", "for", "from", "against", "with", "to", "over",
))  # fmt: skip
_PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "foot": "feet", "knife": "knives",
    "life": "lives", "crisis": "crises", "aircraft": "aircraft", "news": "news", "personnel": "personnel",
}  # fmt: skip
# Third person regular; past, past participles, present participle.
_VERBS = {
    "strike": "struck stricken striking", "hit": "hit hitting", "shoot": "shot shooting", "blow": "blew blown blowing",
    "fall": "fell fallen falling", "break": "broke broken breaking", "send": "sent sending", "rise": "rose risen rising",
    "fight": "fought fighting", "fly": "flew flown flying", "drive": "drove driven driving", "hold": "held holding",
    "take": "took taken taking", "give": "gave given giving", "make": "made making", "bring": "brought bringing",
    "shake": "shook shaken shaking", "burn": "burned burnt burning", "set": "set setting", "go": "went gone going",
    "kill": "killed killing", "lay": "laid laying", "put": "put putting", "spread": "spread spreading",
    "withdraw": "withdrew withdrawn withdrawing", "sink": "sank sunk sinking", "tear": "tore torn tearing",
    "throw": "threw thrown throwing", "leave": "left leaving", "lead": "led leading", "rehearse":
    "rehearsed rehearsing", "forbid": "forbade forbidden forbidding", "mean": "meant meaning", "shed": "shed shedding",
    "do": "did done doing", "be": "was were been being", "say": "said saying", "win": "won winning",
    "open": "opened opening", "target": "targeted targeting", "order": "ordered ordering", "bombard":
    "bombarded bombarding", "shell": "shelled shelling", "enter": "entered entering", "trigger":
    "triggered triggering", "rally": "rallied rallying", "suffer": "suffered suffering", "happen":
    "happened happening", "limit": "limited limiting", "visit": "visited visiting", "orbit": "orbited orbiting",
    "occur": "occurred occurring", "begin": "began begun beginning", "run": "ran running", "quit": "quit quitting",
    "overthrow": "overthrew overthrown overthrowing", "seek": "sought seeking", "meet": "met meeting",
    "deny": "denied denying", "write": "wrote written writing", "freeze": "froze frozen freezing",
    "ban": "banned banning", "intercept": "intercepted intercepting",
}  # fmt: skip


def forms(text: str, how: str) -> list[str]:
    """All forms of a term; see the module's docstring for phrases."""
    words = text.split(" ")
    if how == "noun":
        head = next(
            (i - 1 for i, word in enumerate(words) if i and word.lower() in _PREPOSITIONS),
            len(words) - 1,
        )
        return [" ".join([*words[:head], plural(words[head]), *words[head + 1 :]])]
    if how == "verb":
        return [" ".join([form, *words[1:]]) for form in _verb(words[0])]
    return []


def plural(word: str) -> str:
    low = word.lower()
    if low in _PLURALS:
        return _PLURALS[low]
    if _in_y(low):
        return word[:-1] + "ies"
    return word + ("es" if low.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _in_y(low: str) -> bool:
    return low.endswith("y") and low[-2:-1] not in ("", *"aeiou")


def _verb(word: str) -> list[str]:
    low = word.lower()
    third = low + "es" if low in ("go", "do") else plural(low)
    prefix, listed = "", _VERBS.get(low)
    if listed is None and "-" in low:
        prefix, _, tail = low.rpartition("-")
        listed = _VERBS.get(tail)
        prefix += "-"
    if listed is not None:
        return [third, *(prefix + form for form in listed.split())]
    if low.endswith("ie"):
        return [third, low + "d", low[:-2] + "ying"]
    if low.endswith("e"):
        return [
            third,
            low + "d",
            low + "ing" if low.endswith("ee") else low[:-1] + "ing",
        ]
    if _in_y(low):
        return [third, low[:-1] + "ied", low + "ing"]
    stem = low + low[-1] if _doubles(low) else low
    return [third, stem + "ed", stem + "ing"]


def _doubles(low: str) -> bool:
    """One syllable that ends in one vowel and one consonant: plan, planned."""
    vowels = [letter in "aeiouy" for letter in low]
    return len(low) > 2 and sum(vowels) == 1 and vowels[-2] and not vowels[-1] and low[-1] not in "wxy"
