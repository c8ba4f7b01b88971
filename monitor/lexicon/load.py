"""From entity and concept files to a lexicon: checked, expanded, with located problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from monitor.lexicon.expand import How, expand, possessives
from monitor.lexicon.models import LANGUAGES, ConceptBase, ConceptModel, EntityBase, EntityModel
from monitor.lexicon.schema import Entry, Form, FormKind, Lexicon
from monitor.located import Located, Problem, problems_of

_NAMES: Mapping[str, FormKind] = {"names": "name", "demonyms": "demonym", "metonyms": "metonym"}
_TERMS: Mapping[str, FormKind] = {"terms": "term", "verbs": "verb", "weak": "weak", "weak_verbs": "weak_verb"}


class LexiconBuilder:
    """Gathers entries from files; what is wrong is in ``problems``, the rest is used."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._entries: dict[str, Entry] = {}
        self._forms: dict[Form, None] = {}
        self._places: dict[str, tuple[Located, tuple[str, str]]] = {}

    def add(self, located: Located) -> None:
        """Take the ``entities`` and ``concepts`` of a file."""
        for section, model, kinds in (
            ("entities", EntityModel, _NAMES),
            ("concepts", ConceptModel, _TERMS),
        ):
            entries = located.value.get(section) if isinstance(located.value, dict) else None
            if entries is None:
                continue
            if not isinstance(entries, dict):
                self.problems.append(
                    located.problem(
                        (section,), f"{section} must map ids to entries", "write each as id: {en: …}"
                    )
                )
                continue
            for id, value in entries.items():
                self._add(located, section, model, kinds, id, value)

    def build(self) -> Lexicon:
        """The lexicon; reports ids that entries name but no file has."""
        for id, entry in self._entries.items():
            located, place = self._places[id]
            whole = [*entry.part_of, *((entry.capital_of,) if entry.capital_of else ())]
            for key, others in (("part_of", whole), ("narrower", entry.narrower)):
                for other in others:
                    if other not in self._entries:
                        self.problems.append(
                            located.problem(
                                (*place, key),
                                f"{id}: unknown id {other!r}",
                                "add the entry or correct the id",
                                "warning",
                            )
                        )
        return Lexicon(self._entries, tuple(self._forms))

    def _add(
        self,
        located: Located,
        section: str,
        model: type[BaseModel],
        kinds: Mapping[str, FormKind],
        id: str,
        value: Any,
    ) -> None:
        place = (section, id)
        if ("/" in id) != (section == "entities"):
            wanted = (
                "country/xx, place/…, org/…, person/…, product/…" if section == "entities" else "a bare word"
            )
            self.problems.append(located.problem(place, f"{id!r} is no id of {section}", f"write {wanted}"))
            return
        if id in self._entries:
            other, where = self._places[id]
            line, _ = other.at(where)
            self.problems.append(
                located.problem(
                    place, f"duplicate id {id!r}", f"the first is in {other.file}:{line}; keep one"
                )
            )
            return
        try:
            parsed = model.model_validate(value)
        except ValidationError as error:
            self.problems.extend(problems_of(error, located, place, model))
            return
        self._places[id] = (located, place)
        self._entries[id] = _entry(id, parsed)
        for form in _forms(id, parsed, kinds):
            self._forms[form] = None


def _entry(id: str, parsed: BaseModel) -> Entry:
    if isinstance(parsed, EntityBase):
        return Entry(
            id=id,
            gloss=parsed.gloss or _first_name(parsed) or id,
            part_of=parsed.part_of,
            capital_of=parsed.capital_of or "",
        )
    assert isinstance(parsed, ConceptBase)
    return Entry(
        id=id, gloss=parsed.gloss or id.replace("-", " "), roles=parsed.roles, narrower=parsed.narrower
    )


def _first_name(parsed: EntityBase) -> str:
    english = getattr(parsed, "en", None)
    return english.names[0].name if english is not None and english.names else ""


def _forms(id: str, parsed: BaseModel, kinds: Mapping[str, FormKind]) -> Iterable[Form]:
    for text in getattr(parsed, "not_", ()):
        yield Form(text, "", id, "not")
    for language in LANGUAGES:
        spoken = getattr(parsed, language)
        if spoken is None:
            continue
        for key, kind in kinds.items():
            for item in getattr(spoken, key):
                text = item.name if key in _NAMES else item.term
                for form in _spellings(language, text, item.inflect, kind):
                    yield Form(form, language, id, kind, item.case)
        for text in spoken.not_:
            yield Form(text, language, id, "not")


def _spellings(language: str, text: str, inflect: How | None, kind: FormKind) -> Sequence[str]:
    forms = expand(language, text, inflect) if inflect is not None else (text,)
    if language == "ar" and kind in _TERMS.values():
        return tuple(dict.fromkeys(one for form in forms for one in (form, *possessives(form))))
    return forms
