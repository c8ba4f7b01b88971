"""What the frame tests share: small lexicons from YAML, and who fills what in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from monitor.lexicon.load import LexiconBuilder
from monitor.lexicon.schema import Entry, Form, FormKind, Lexicon
from monitor.located import read_yaml
from monitor.matching.clauses import DEFAULT_UNLESS, Frame
from monitor.matching.document import Document
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.frames import Evidence, Reader

KINDS: dict[str, FormKind] = {
    "names": "name",
    "demonyms": "demonym",
    "metonyms": "metonym",
    "terms": "term",
    "verbs": "verb",
    "weak": "weak",
    "weak_verbs": "weak_verb",
    "not": "not",
}
_KEYS = frozenset(("part_of", "capital_of", "roles", "narrower", "gloss"))


def lexicon(*sources: Mapping[str, Any]) -> Lexicon:
    """A lexicon of the cases file's shape, later sources adding to earlier ones."""
    entries: dict[str, Entry] = {}
    forms: list[Form] = []
    for source in sources:
        for section in ("entities", "concepts"):
            for id, entry in source.get(section, {}).items():
                facts = {
                    "part_of": tuple(_listed(entry.get("part_of", ()))),
                    "capital_of": entry.get("capital_of", ""),
                    "narrower": tuple(entry.get("narrower", ())),
                }
                if "roles" in entry:
                    facts["roles"] = tuple(entry["roles"])
                if id not in entries or any(facts.values()):
                    entries[id] = Entry(id=id, gloss=id, **facts)
                for language, lists in entry.items():
                    if language in _KEYS:
                        continue
                    for kind, texts in lists.items():
                        forms.extend(_form(text, language, id, KINDS[kind]) for text in texts)
    for entry in list(entries.values()):
        for id in entry.part_of:
            entries.setdefault(id, Entry(id=id, gloss=id))
    return Lexicon(entries, tuple(dict.fromkeys(forms)))


def shipped(rules: Path) -> Lexicon:
    """The lexicon of a rules folder; its errors fail the test."""
    builder = LexiconBuilder()
    for part in ("concepts", "entities"):
        for path in sorted((rules / part).glob("*.yaml")):
            builder.add(read_yaml(path))
    built = builder.build()
    assert not [problem for problem in builder.problems if problem.level == "error"]
    return built


def _listed(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else value


def _form(text: Any, language: str, id: str, kind: FormKind) -> Form:
    if isinstance(text, dict):
        return Form(text=text["name"], language=language, entry=id, kind=kind, case=bool(text.get("case")))
    return Form(text=str(text), language=language, entry=id, kind=kind)


def frame(match: Mapping[str, Any]) -> Frame:
    """A frame clause as written in a rule."""
    return Frame(
        event=tuple(_listed(match["event"])),
        actor=tuple(_listed(match.get("actor", ()))),
        place=tuple(_listed(match.get("place", ()))),
        target=tuple(_listed(match.get("target", ()))),
        scope=match.get("scope", "sentence"),
        unless=tuple(match.get("unless", DEFAULT_UNLESS)),
    )


class Lab:
    """Reads texts with one lexicon."""

    def __init__(self, words: Lexicon) -> None:
        self.lexicon = words
        self._engine = Engine([], file_lexicon(words))

    def document(self, text: str, language: str, title: str = "") -> Document:
        return self._engine.open(title, text, language)

    def fire(self, match: Frame, text: str, language: str, title: str = "") -> list[Evidence] | None:
        """The frame's evidence in the whole text."""
        document = self.document(text, language, title)
        return self.fire_in(match, document)

    def fire_in(
        self, match: Frame, document: Document, reader: Reader | None = None
    ) -> list[Evidence] | None:
        whole = [(number, 0, len(field.folds)) for number, field in enumerate(document.fields)]
        return (reader or Reader(self.lexicon)).fire(match, document, whole, lambda steps: None)


Claim = tuple[str, str, str]
"""Concept, actor and place (or target) by the last part of their ids, ``-`` where none is asked."""


def claims(
    lab: Lab, language: str, text: str, concept: str, labels: Iterable[str] | None = None
) -> tuple[set[Claim], list[str], list[str]]:
    """Every claim about the entities that the text names for which a frame fires.

    With ``labels`` also about what the named are part of, but for armies and persons that no label names.
    """
    document = lab.document(text, language)
    words = lab.lexicon
    named = {id for hits in document.hits for hit in hits for id in hit.entries() if "/" in id}
    doing = {id for id in named if not id.startswith("place/")}
    doing |= {words.entries[id].capital_of for id in named if words.entries[id].capital_of}
    actors = {whole for id in doing for whole in words.wholes.get(id, ())}
    takes = words.entries[concept].roles if concept in words.entries else ()
    second = "target" if concept == "sanctions" or (takes and "place" not in takes) else "place"
    if takes and "actor" not in takes:
        actors = set()
    others = named if second == "target" else {id for id in named if id.startswith(("place/", "country/"))}
    if labels is not None:
        known = frozenset(labels)
        actors = {id for id in actors if _judged(lab, id) or _tail(id) in known}
        others = {whole for id in others for whole in words.wholes.get(id, ())}
        others = {id for id in others if _judged(lab, id) or _tail(id) in known}
    found: set[Claim] = set()
    reader = Reader(words)
    for actor in ["", *sorted(actors)]:
        for other in ["", *sorted(others)]:
            if actor or other:
                ids = (other,) if other else ()
                match = Frame(
                    event=(concept,),
                    actor=(actor,) if actor else (),
                    place=ids if second == "place" else (),
                    target=ids if second == "target" else (),
                )
                if lab.fire_in(match, document, reader) is not None:
                    found.add((concept, _tail(actor), _tail(other)))
    return found, sorted(map(_tail, actors)), sorted(map(_tail, others))


def _judged(lab: Lab, id: str) -> bool:
    """Countries, places, blocs and groups: what a country owns is the country's."""
    owned = any(whole.startswith("country/") for whole in lab.lexicon.wholes.get(id, ()))
    return id.startswith(("country/", "place/")) or (id.startswith("org/") and not owned)


def _tail(id: str) -> str:
    return id.rpartition("/")[2] or "-"


def gold(lab: Lab, concept: str, pairs: Iterable[str], actors: list[str], others: list[str]) -> set[Claim]:
    """All claims that follow from the labels: parts meet their wholes, pairs their single roles."""
    wholes = {_tail(id): {_tail(whole) for whole in found} for id, found in lab.lexicon.wholes.items()}
    claimed: set[Claim] = set()
    for pair in pairs:
        actor, other = pair.split()
        doers = [a for a in wholes.get(actor, set()) if a in actors] if actor != "-" else []
        places = [o for o in wholes.get(other, set()) if o in others] if other != "-" else []
        claimed.update((concept, a, o) for a in doers for o in places)
        claimed.update((concept, a, "-") for a in doers)
        claimed.update((concept, "-", o) for o in places)
    return claimed
