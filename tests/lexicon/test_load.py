"""Entity and concept files: what they come to, and what is wrong with them, with the place."""

from __future__ import annotations

import pytest

from monitor.lexicon.load import LexiconBuilder
from monitor.lexicon.schema import Form, Lexicon
from monitor.located import parse_yaml


def load(*texts: str) -> tuple[Lexicon, list[str]]:
    builder = LexiconBuilder()
    for number, text in enumerate(texts):
        builder.add(parse_yaml(text, f"{number}.yaml"))
    lexicon = builder.build()
    return lexicon, [str(problem) for problem in builder.problems]


def test_forms_carry_language_kind_and_case() -> None:
    lexicon, problems = load(
        "entities:\n  country/us:\n    en:\n      names: [{name: US, case: true}]\n      demonyms: [American]\n"
        "      metonyms: [Pentagon]\n      not: [American football]\n"
    )
    assert problems == []
    assert set(lexicon.forms) == {
        Form("US", "en", "country/us", "name", True),
        Form("American", "en", "country/us", "demonym"),
        Form("Pentagon", "en", "country/us", "metonym"),
        Form("American football", "en", "country/us", "not"),
    }


def test_literal_forms_are_not_expanded_and_marked_ones_are() -> None:
    lexicon, _ = load(
        "entities:\n  place/a: {ru: {names: [Ракка]}}\n  place/b: {ru: {names: [{name: Москва, inflect: name}]}}\n"
    )
    forms = {
        entry: [form.text for form in lexicon.forms if form.entry == entry]
        for entry in ("place/a", "place/b")
    }
    assert forms["place/a"] == ["Ракка"]
    assert {"Москва", "Москвы", "Москве", "Москву", "Москвой"} <= set(forms["place/b"])


def test_arabic_event_words_carry_possessive_endings() -> None:
    lexicon, _ = load("concepts:\n  airstrike: {ar: {terms: [غارة, غارات]}}\n")
    assert {"غارتها", "غاراتها", "غاراتهم"} <= {form.text for form in lexicon.forms}


def test_parts_and_narrower_concepts_meet_their_wholes() -> None:
    lexicon, _ = load(
        "entities:\n  country/sy: {en: {names: [Syria]}}\n"
        "  place/raqqa-province: {part_of: country/sy, en: {names: [Raqqa province]}}\n"
        "  place/raqqa: {part_of: place/raqqa-province, en: {names: [Raqqa]}}\n"
        "concepts:\n  attack: {narrower: [airstrike], en: {terms: [attack]}}\n  airstrike: {en: {terms: [air strike]}}\n"
    )
    assert lexicon.wholes["place/raqqa"] == {"place/raqqa", "place/raqqa-province", "country/sy"}
    assert lexicon.wholes["airstrike"] == {"airstrike", "attack"}
    assert lexicon.wholes["attack"] == {"attack"}


def test_a_circle_of_parts_ends() -> None:
    lexicon, _ = load("entities:\n  place/a: {part_of: place/b}\n  place/b: {part_of: place/a}\n")
    assert lexicon.wholes["place/a"] == {"place/a", "place/b"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("entities:\n  Russia: {}\n", "0.yaml:2:3: 'Russia' is no id of entities; write country/xx"),
        ("concepts:\n  a/b: {}\n", "0.yaml:2:3: 'a/b' is no id of concepts; write a bare word"),
        (
            "entities:\n  country/ru:\n    xx: {}\n",
            "0.yaml:3:5: unknown key 'xx'; remove it or correct its name",
        ),
        (
            "entities:\n  country/ru:\n    en: {names: [{nam: Russia}]}\n",
            "0.yaml:3:19: unknown key 'nam'; did you mean 'name'?",
        ),
        ("entities: [a]\n", "0.yaml:1:1: entities must map ids to entries; write each as id: {en: …}"),
        (
            'entities:\n  place/a:\n    uk: {names: ["Об\'*"]}\n',
            "0.yaml:3:18: entities.place/a.uk.names.name: the prefix is too short; give 3 letters or more before the *",
        ),
        (
            "concepts:\n  a:\n    en: {terms: [a b*c]}\n",
            "0.yaml:3:18: concepts.a.en.terms.term: a * stands only at the end; write the forms one by one",
        ),
        (
            "entities:\n  place/a: {part_of: place/b}\n",
            "0.yaml:2:13: place/a: unknown id 'place/b'; add the entry",
        ),
    ],
)
def test_problems_stand_where_they_are(text: str, problem: str) -> None:
    _, problems = load(text)
    assert any(one.startswith(problem) for one in problems), problems


def test_an_id_in_two_files_is_said_with_both_places() -> None:
    _, [problem] = load("entities:\n  place/a: {}\n", "entities:\n  place/a: {}\n")
    assert problem == "1.yaml:2:3: duplicate id 'place/a'; the first is in 0.yaml:2; keep one"
