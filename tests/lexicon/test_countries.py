"""The generated file of countries: reproducible, complete, and free of names that are other words."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.lexicon.expand import expand

FILE = Path(__file__).parents[2] / "rules" / "entities" / "countries.yaml"
LANGUAGES = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")
SCRIPTS = {"ar": "Arab", "fa": "Arab", "ru": "Cyrl", "uk": "Cyrl", "zh": "Hans"}
IN_THE_NEWS = (
    "ae af al am ao ar at au az ba bd be bf bg bh bi bj bo br by ca cd cf ch ci cl cm cn co cr cu cy cz de dj dk do dz "
    "ec ee eg er es et fi fr gb ge gh gn gr gt hn hr ht hu id ie il in iq ir is it jm jo jp ke kg kh kp kr kw kz la lb "
    "lk lr lt lu lv ly ma md me mg mk ml mm mn mr mt mx my mz na ne ng ni nl no np nz om pa pe ph pk pl ps pt py qa ro "
    "rs ru rw sa sd se sg si sk sn so ss sv sy td th tj tm tn tr tw tz ua ug us uy uz va ve vn xk ye za zm zw"
)

Entries = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def entries() -> Entries:
    loaded: dict[str, Entries] = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    return loaded["entities"]


def _forms(entry: dict[str, Any], lang: str, *kinds: str) -> list[tuple[str, bool]]:
    """Every form with whether it is bound to its case."""
    found: list[tuple[str, bool]] = []
    for kind in kinds:
        for item in entry.get(lang, {}).get(kind, []):
            if isinstance(item, str):
                found.append((item, False))
            else:
                name, how = item["name"], item.get("inflect")
                found.extend(
                    (form, item.get("case", False)) for form in (expand(lang, name, how) if how else (name,))
                )
    return found


def test_running_the_generator_reproduces_the_file() -> None:
    pytest.importorskip("babel", reason="CLDR names come from babel, a build-time package")
    from tools.lexicon.countries import render

    assert render() == FILE.read_text("utf-8")


def test_every_country_has_a_name_in_every_language(entries: Entries) -> None:
    assert len(entries) == 250
    missing = [
        (id, lang)
        for id, entry in entries.items()
        for lang in LANGUAGES
        if not _forms(entry, lang, "names", "demonyms")
    ]
    assert missing == []


def test_countries_in_the_news_have_demonyms(entries: Entries) -> None:
    missing = {
        (code, lang)
        for code in IN_THE_NEWS.split()
        for lang in LANGUAGES
        if lang != "zh" and not entries[f"country/{code}"].get(lang, {}).get("demonyms")
    }
    # The Vatican has no inhabitants one speaks of; in Arabic these would be other words, or are the name itself.
    assert {(code, lang) for code, lang in missing if code != "va"} <= {
        *((code, "ar") for code in ("bf", "cf", "dj", "ht", "ml", "zw")),
        *((code, lang) for code in ("dj", "cf", "ss", "za") for lang in ("es", "de", "fa")),
    }


@pytest.mark.parametrize(
    ("code", "lang", "forms"),
    [
        ("ru", "en", "Russia Russian Russians Moscow Kremlin"),
        ("ru", "ar", "روسيا روسي روسية روس موسكو الكرملين"),
        ("ru", "ru", "Россией российской российских россияне Москве Кремлём"),
        ("ru", "fr", "Russie russe russes Moscou"),
        ("ru", "tr", "Rusya Rus Rusların Moskova"),
        ("ru", "fa", "روسیه روسی روس‌ها مسکو"),
        ("ru", "uk", "Росії російської росіяни Москвою"),
        ("ru", "zh", "俄罗斯 俄军 莫斯科"),
        ("us", "en", "US U.S. USA American Americans Washington Pentagon"),
        ("us", "ru", "США Америки американская американцев Вашингтоне"),
        ("us", "ar", "أميركا أمريكا أميركية أمريكية واشنطن البنتاغون"),
        ("sy", "ar", "سوريا سورية سوري سوريين دمشق"),
        ("sy", "es", "Siria sirio siria sirios Damasco"),
        ("de", "de", "Deutschland Deutschlands deutsche deutschen Deutschen Berlin"),
        ("tr", "en", "Turkey Türkiye Turkish Turks Ankara"),
        ("tr", "ar", "تركيا تركي تركية أتراك أنقرة"),
        ("ua", "ru", "Украине украинский украинцы Киева"),
        ("ua", "uk", "Україні української українці Києві"),
        ("kp", "ru", "КНДР северокорейского Пхеньяна"),
        ("ps", "en", "Palestine Palestinian Palestinians"),
        ("xk", "uk", "Косово косовський Приштині"),
        ("tw", "zh", "台湾 台北"),
        ("hk", "en", "Hongkonger"),
    ],
)
def test_a_country_is_known_by_its_forms(entries: Entries, code: str, lang: str, forms: str) -> None:
    known = {form for form, _ in _forms(entries[f"country/{code}"], lang, "names", "demonyms", "metonyms")}
    assert set(forms.split(" ")) <= known


def test_no_name_stands_for_two_countries(entries: Entries) -> None:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for id, entry in entries.items():
        for lang in LANGUAGES:
            for form, _ in _forms(entry, lang, "names", "metonyms"):
                owners[SCRIPTS.get(lang, "Latn"), form.casefold()].add(id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("Latn", "us"), ("Latn", "turkey"), ("Latn", "chad"), ("Latn", "island"), ("Latn", "paris"), ("Latn", "roma"),
        ("Latn", "irán"), ("Latn", "iran"), ("Latn", "sudan"), ("Latn", "mısır"), ("Latn", "dili"), ("Latn", "la paz"),
        ("Latn", "damas"), ("Latn", "reunion"), ("Latn", "antigua"), ("Latn", "polish"), ("Latn", "gana"),
        ("Cyrl", "того"), ("Cyrl", "мали"), ("Cyrl", "малі"), ("Cyrl", "додому"), ("Cyrl", "перу"), ("Cyrl", "вена"),
        ("Cyrl", "чада"), ("Cyrl", "штат"), ("Arab", "مالي"), ("Arab", "مالی"), ("Arab", "دوشنبه"), ("Arab", "ترک"),
        ("Arab", "كابل"), ("Hans", "俄"), ("Hans", "中"),
    ],
)  # fmt: skip
def test_an_ordinary_word_is_no_name(entries: Entries, script: str, word: str) -> None:
    free = [
        (id, form)
        for id, entry in entries.items()
        for lang in LANGUAGES
        if SCRIPTS.get(lang, "Latn") == script
        for form, exact in _forms(entry, lang, "names", "metonyms")
        if not exact and form.casefold() == word
    ]
    assert free == []


def test_chinese_forms_have_two_characters_or_more(entries: Entries) -> None:
    assert [
        form
        for e in entries.values()
        for form, _ in _forms(e, "zh", "names", "demonyms", "metonyms")
        if len(form) < 2
    ] == []


def test_a_name_exact_in_one_language_is_exact_in_all_of_its_script(entries: Entries) -> None:
    marks: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for entry in entries.values():
        for lang in LANGUAGES:
            for kind in ("names", "metonyms"):
                for item in entry.get(lang, {}).get(kind, []):
                    name, exact = (
                        (item, False) if isinstance(item, str) else (item["name"], item.get("case", False))
                    )
                    marks[SCRIPTS.get(lang, "Latn"), name.casefold()].add(exact)
    assert {name for name, found in marks.items() if len(found) > 1} == set()
