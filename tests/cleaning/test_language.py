from __future__ import annotations

import pytest

from monitor.cleaning.language import detect, primary_tag
from tests.cleaning.headlines import HEADLINES, OTHERS

# Short texts whose language decides whether a rule fires.
DECISIVE = [
    ("fr", "Raids américains à Raqqa ; les Russes visent Idlib"),
    ("fr", "Des raids russes ont visé Raqqa dans la nuit."),
    ("tr", "Rus uçakları Rakka'yı vurdu."),
    ("tr", "İstanbul ve ISTANBUL"),
    ("de", "Bei russischen Luftangriffen auf Rakka starben zwölf Menschen."),
    ("de", "Die Lage in Syrien bleibt ernst, sagte der Minister in Berlin am Montag."),
    ("de", "Die Straße war leer."),
    ("en", "RUSSIAN JETS BOMB RAQQA"),
    ("en", "Moscow's Raqqa strikes draw criticism"),
    ("en", "Russia strikes Raqqa"),
    ("en", "Strikes hit Raqqa"),
    ("en", "Iran sanctions extended by the EU"),
    ("en", "Iran condemned EU sanctions on Russia."),
    ("en", "Cholera kills 20 in South Sudan"),
    ("en", "Russian strikes on Raqqa and Idlib"),
    ("en", "US and Russian jets struck Raqqa"),
    ("en", "Russian miners' strike ignored in Raqqa"),
    ("en", "DAMASCUS - Russian jets bombed Idlib on Monday."),
    ("en", "The ﬁrst ＮＡＴＯ meeting"),
    ("en", "in \u200fRaqqa\u200e now"),
    ("en", "Ir\u200ban talks"),
    ("en", "attack here"),
    ("ru", "Российская авиация нанесла удары по Ракке"),
    ("ru", "Россия осудила удары США по Ракке"),
    ("ru", "мои друзья"),
    ("uk", "у Кам’янці тихо"),
    ("ar", "شنّت طائرات روسية غارات على مدينة الرقّة فجر اليوم"),
    ("ar", "غارات روسية على إدلب. وافتتحت مدرسة في مدينة الرقة"),
    ("ar", "قال مُحَمَّد بن سلمان"),
    ("ar", "وبالقاهرة والرياض"),
    ("ar", "تعامل معه برقة ولطف"),
    ("ar", "منظمة WHO تحذر"),
    ("zh", "俄罗斯战机空袭叙利亚拉卡"),
    ("zh", "美国战机空袭拉卡，俄罗斯表示关切"),
    ("th", "นายกรัฐมนตรีเยือนกรุงเทพวันนี้"),
]


@pytest.mark.parametrize(("language", "text"), DECISIVE)
def test_short_texts_that_rules_depend_on(language: str, text: str) -> None:
    assert detect(text) == language


def test_headlines_of_the_ten_languages_are_told_apart() -> None:
    wrong = [
        (language, detect(text), text)
        for language, texts in HEADLINES.items()
        for text in texts
        if detect(text) != language
    ]
    total = sum(map(len, HEADLINES.values()))
    assert total >= 150
    assert len(wrong) <= 0.03 * total, wrong


def test_other_languages_are_not_taken_for_the_ten() -> None:
    wrong = [
        (language, detect(text), text)
        for language, texts in OTHERS.items()
        for text in texts
        if detect(text) != language
    ]
    assert len(wrong) <= 0.05 * sum(map(len, OTHERS.values())), wrong


def test_capitals_change_nothing() -> None:
    for language in ("en", "fr", "es", "de", "ru", "uk"):
        wrong = [text for text in HEADLINES[language] if detect(text.upper()) != language]
        assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("Go", "fr", "fr"),  # too short for anything else
        ("NATO", "de-AT", "de"),
        ("", "ar", "ar"),
        ("1,500", "ru", "ru"),
        ("首相辞任", "ja", "ja"),
        ("Землетрясение в Турции", "en", "ru"),  # never against the script
        ("Russian strikes on Raqqa went on for a day", "ar", "en"),
        ("Des raids russes ont visé Raqqa dans la nuit.", "en", "fr"),  # nor against the evidence
        ("Russian jets carried out strikes on the city", "de", "en"),
        ("رعیت", "x-unknown", "fa"),
        ("Go", "", ""),
        ("", "", ""),
        ("🇺🇦 123", "", ""),
    ],
)
def test_a_declared_language_decides_only_what_the_text_leaves_open(
    text: str, hint: str, language: str
) -> None:
    assert detect(text, hint) == language


def test_the_title_helps_a_short_text_and_not_a_long_one() -> None:
    assert detect("Raqqa", title="Des raids russes ont visé la ville dans la nuit") == "fr"
    long = "Die Lage in Syrien bleibt ernst, sagte der Minister in Berlin am Montag. " * 4
    assert detect(long, title="Russian strikes on the city of Raqqa") == "de"


def test_addresses_and_tags_are_no_words() -> None:
    assert detect("Землетрясение https://www.example.org/the/earthquake/of/the/year @thereporter") == "ru"


@pytest.mark.parametrize(
    ("tag", "primary"),
    [("en-GB", "en"), ("AR", "ar"), ("zh_Hant_TW", "zh"), ("rus", "ru"), ("nb-NO", "no"), ("iw", "he"),
     ("und", ""), ("english", ""), ("", ""), ("ckb", "ku")],
)  # fmt: skip
def test_primary_tags(tag: str, primary: str) -> None:
    assert primary_tag(tag) == primary
