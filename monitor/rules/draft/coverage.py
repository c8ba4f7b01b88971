"""In which languages a drafted rule fires, and by which names."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from monitor.lexicon.models import LANGUAGES
from monitor.lexicon.schema import Lexicon
from monitor.rules.draft.model import Item


class Known(msgspec.Struct, frozen=True):
    """The forms of one entry by language, in the lexicon's order."""

    id: str
    gloss: str
    forms: dict[str, tuple[str, ...]]


def known_names(items: Sequence[Item], lexicon: Lexicon) -> tuple[Known, ...]:
    """What the lexicon knows of each entry that the items take; a concept's narrower ones included."""
    wanted = tuple(dict.fromkeys(id for item in items for id in item.taken))
    meeting: dict[str, list[str]] = {}
    for name, wholes in lexicon.wholes.items():
        for id in wanted:
            if id == name or ("/" not in id and id in wholes):
                meeting.setdefault(name, []).append(id)
    found: dict[str, dict[str, dict[str, None]]] = {id: {} for id in wanted}
    forms = lexicon.forms
    numbers = {number: meeting[name] for number, name in enumerate(forms.entry_names) if name in meeting}
    for number, entry in enumerate(forms.entries):
        if entry not in numbers:
            continue
        form = forms[number]
        if form.kind != "not" and form.language:
            for id in numbers[entry]:
                found[id].setdefault(form.language, {})[form.text] = None
    return tuple(
        Known(
            id,
            lexicon.gloss(id),
            {language: tuple(found[id][language]) for language in LANGUAGES if language in found[id]},
        )
        for id in wanted
    )


def covered(items: Sequence[Item], language: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Languages in which every part of the rule can be met; a plain term only in its own."""
    names = {known.id: known.forms for known in known_names(items, lexicon)}
    languages = list(LANGUAGES)
    for item in items:
        if item.kind == "term":
            languages = [one for one in languages if one == language]
        else:
            spoken = {one for id in item.taken for one in names.get(id, {})}
            languages = [one for one in languages if one in spoken]
    return tuple(languages)
