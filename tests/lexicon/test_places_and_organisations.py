"""The shipped places, organisations and people, read as plain YAML: complete, in the right script, no form twice."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ENTITIES = Path(__file__).parents[2] / "rules" / "entities"
LANGUAGES = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")
FILES = {
    "places-middle-east.yaml": ("place/", 105),
    "places-world.yaml": ("place/", 60),
    "organisations.yaml": ("org/", 40),
    "people.yaml": ("person/", 25),
}
SCRIPTS = {
    **dict.fromkeys(("en", "fr", "es", "de", "tr"), "LATIN"),
    **dict.fromkeys(("ar", "fa"), "ARABIC"),
    **dict.fromkeys(("ru", "uk"), "CYRILLIC"),
    "zh": "CJK",
}
# Written in Latin letters in every language.
LATIN_EVERYWHERE = {"YPG", "G7", "CENTCOM"}
# Forms that really name two entries; each has to be justified here.
KNOWN_AMBIGUOUS: dict[str, set[str]] = {}
ARABIC_VARIANTS = str.maketrans("أإآٱىیکةؤئ", "ااااييكهوي")


@cache
def fold(text: str) -> str:
    """The form under which the engine compares names, in short: case, accents, Arabic and Russian variants off."""
    text = re.sub(
        "[\u0640\u200b-\u200f\u2060\u061c\ufeff]", "", unicodedata.normalize("NFKC", text)
    ).casefold()
    text = re.sub("[\u064b-\u0652\u0670]", "", text).translate(ARABIC_VARIANTS)
    text = re.sub(r"ء\b", "", text).replace("ё", "е").replace("ı", "i")
    kept = []
    for char in unicodedata.normalize("NFC", text):
        latin = unicodedata.name(char, "").startswith("LATIN")
        kept.append("".join(c for c in unicodedata.normalize("NFD", char) if c.isalnum()) if latin else char)
    return " ".join(re.findall(r"\w+", re.sub("\u0307", "", "".join(kept))))


@cache
def load(name: str) -> dict[str, dict[str, Any]]:
    data = yaml.safe_load((ENTITIES / name).read_text(encoding="utf-8"))
    assert list(data) == ["entities"]
    entities: dict[str, dict[str, Any]] = data["entities"]
    return entities


@cache
def every_entity() -> dict[str, dict[str, Any]]:
    return {key: entry for name in FILES for key, entry in load(name).items()}


def forms(entry: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """(language, form, exact case) of every name and adjective of an entry."""
    for language in LANGUAGES:
        for kind in ("names", "demonyms"):
            for item in entry[language].get(kind, []):
                if isinstance(item, str):
                    yield language, item, False
                else:
                    assert set(item) == {"name", "case"}, item
                    assert item["case"] is True, item
                    yield language, item["name"], True


@pytest.mark.parametrize("name", FILES)
def test_ids_are_slugs_of_their_kind_and_the_files_are_as_large_as_promised(name: str) -> None:
    prefix, least = FILES[name]
    entities = load(name)
    assert len(entities) >= least
    assert [
        key for key in entities if not re.fullmatch(re.escape(prefix) + "[a-z0-9]+(-[a-z0-9]+)*", key)
    ] == []


def test_no_id_is_given_twice_within_or_across_files() -> None:
    ids = [
        line.strip().rstrip(":")
        for name in FILES
        for line in (ENTITIES / name).read_text(encoding="utf-8").splitlines()
        if re.match(r"  (place|org|person)/", line)
    ]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_a_gloss_and_names_in_all_ten_languages(name: str) -> None:
    allowed = {"gloss", "part_of", "capital_of", "not", *LANGUAGES}
    for key, entry in load(name).items():
        assert set(entry) <= allowed, key
        assert isinstance(entry["gloss"], str), key
        assert entry["gloss"], key
        for language in LANGUAGES:
            assert entry[language]["names"], (key, language)
            assert set(entry[language]) <= {"names", "demonyms", "metonyms"}, (key, language)


def wholes(entry: dict[str, Any]) -> list[str]:
    part_of = entry.get("part_of", [])
    return [part_of] if isinstance(part_of, str) else part_of


def test_every_part_leads_to_known_entries_or_countries_without_a_circle() -> None:
    entities = every_entity()
    for key, entry in entities.items():
        open_, seen = wholes(entry), {key}
        while open_:
            at, *open_ = open_
            if re.fullmatch("country/[a-z]{2}", at):
                continue
            assert at in entities, (key, at)
            assert at not in seen, (key, at)
            seen.add(at)
            open_ += wholes(entities[at])


def test_a_country_has_one_capital_and_it_lies_in_the_country() -> None:
    capitals = [(key, entry) for key, entry in every_entity().items() if "capital_of" in entry]
    assert all(entry["part_of"] == entry["capital_of"] for _, entry in capitals)
    countries = [entry["capital_of"] for _, entry in capitals]
    assert sorted(countries) == sorted(set(countries))


@pytest.mark.parametrize("name", FILES)
def test_names_are_in_the_script_of_their_language_and_longer_than_one_character(name: str) -> None:
    for key, entry in load(name).items():
        for language, form, _ in forms(entry):
            assert form == form.strip(), (key, form)
            assert len(fold(form).replace(" ", "")) > 1, (key, form)
            if form in LATIN_EVERYWHERE:
                continue
            for char in filter(str.isalpha, form):
                letter = unicodedata.name(char)
                assert letter.startswith((SCRIPTS[language], "MODIFIER")), (key, language, form)


@pytest.mark.parametrize("name", FILES)
def test_no_form_is_listed_twice_in_one_language(name: str) -> None:
    for key, entry in load(name).items():
        listed = [(language, form) for language, form, _ in forms(entry)]
        assert sorted(listed) == sorted(set(listed)), key


def test_no_form_names_two_entries_unless_it_is_known_to() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for key, entry in every_entity().items():
        for _, form, _ in forms(entry):
            owners[fold(form)].add(key)
    assert {form: ids for form, ids in owners.items() if len(ids) > 1} == KNOWN_AMBIGUOUS


def test_a_phrase_that_does_not_count_contains_a_name_of_its_entry_and_is_none() -> None:
    for key, entry in every_entity().items():
        names = {fold(form) for _, form, _ in forms(entry)}
        for phrase in entry.get("not", []):
            assert isinstance(phrase, str), (key, phrase)
            assert any(name in fold(phrase) for name in names), (key, phrase)
            assert fold(phrase) not in names, (key, phrase)


@pytest.mark.parametrize(
    ("form", "entity"),
    [
        ("الرقّة", "place/raqqa"),
        ("Раккой", "place/raqqa"),
        ("拉卡", "place/raqqa"),
        ("دير الزور", "place/deir-ez-zor"),
        ("Deir ez-Zor", "place/deir-ez-zor"),
        ("Эрбиле", "place/erbil"),
        ("İstanbul", "place/istanbul"),
        ("شهر مشهد", "place/mashhad"),
        ("Києві", "place/kyiv"),
        ("Харкові", "place/kharkiv"),
        ("Ракці", "place/raqqa"),
        ("Bagdads", "place/baghdad"),
        ("طرابلس", "place/tripoli"),
        ("طرابلس الشام", "place/tripoli-lebanon"),
        ("قسد", "org/sdf"),
        ("ВКС РФ", "org/russian-army"),
        ("以军", "org/israeli-army"),
        ("Путиным", "person/putin"),
        ("أحمد الشرع", "person/ahmed-al-sharaa"),
    ],
)
def test_the_forms_that_newspapers_print_are_listed(form: str, entity: str) -> None:
    assert fold(form) in {fold(listed) for _, listed, _ in forms(every_entity()[entity])}


@pytest.mark.parametrize(
    "word",
    [
        "مشهد",
        "رقة",
        "صور",
        "تدمر",
        "جنين",
        "كيف",
        "قم",
        "كريمة",
        "الميادين",
        "الباب",
        "القائم",
        "الهول",
        "ضاحية",
        "القاعدة",
        "رياض",
        "عمان",
        "Van",
        "Batman",
        "Tiro",
        "сайда",
        "沙拉",
        "решта",
        "Діяли",
        "rest",
        "faser",
        "Roms",
    ],
)
def test_ordinary_words_are_not_names(word: str) -> None:
    assert [
        key for key, entry in every_entity().items() if fold(word) in {fold(f) for _, f, _ in forms(entry)}
    ] == []


@pytest.mark.parametrize(
    "word",
    ["газа", "вена", "сана", "вены", "rom", "who", "is", "un", "la haya", "aden", "seul", "damas", "zahle"],
)
def test_names_that_are_words_in_small_letters_need_exact_case(word: str) -> None:
    loose = [
        (key, form)
        for key, entry in every_entity().items()
        for _, form, exact in forms(entry)
        if fold(form) == fold(word) and not exact
    ]
    assert loose == []
