"""Inflected forms: what each language makes, and what it must not make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.lexicon.expand import LANGUAGES, LONGEST_TEXT, ExpandError, How, expand, possessives

FORMS: list[tuple[str, str, How, str]] = [
    ("ru", "авиаудар", "noun", "авиаудара авиаудару авиаударом авиаударе авиаудары авиаударов авиаударами"),
    ("ru", "бомбардировка", "noun", "бомбардировки бомбардировке бомбардировку бомбардировок"),
    ("ru", "землетрясение", "noun", "землетрясения землетрясению землетрясением землетрясений"),
    ("ru", "операция", "noun", "операции операцию операцией операций операциях"),
    ("ru", "сириец", "noun", "сирийца сирийцы сирийцев сирийцами"),
    ("ru", "таец", "noun", "тайца тайцы тайцев"),
    ("ru", "португалец", "noun", "португальца португальцы"),
    ("ru", "россиянин", "noun", "россиянина россияне россиян россиянами"),
    ("ru", "российский", "adj", "российского российском российская российскую российские российскими"),
    ("ru", "нанести", "verb", "нанёс нанесла нанесли нанесут нанесены"),
    (
        "ru",
        "атаковать",
        "verb",
        "атаковал атаковали атакует атакуют атакован атакованы атакованного атаковавшие",
    ),
    ("ru", "бомбить", "verb", "бомбил бомбит бомбят бомблены"),
    ("ru", "сбить", "verb", "сбил сбили собьют сбит сбиты"),
    ("ru", "погибнуть", "verb", "погиб погибла погибли погибнут"),
    ("ru", "взорваться", "verb", "взорвался взорвалась взорвались взорвутся взорвавшийся"),
    ("ru", "Россия", "name", "России Россию Россией"),
    ("ru", "Израиль", "name", "Израиля Израилю Израилем Израиле"),
    ("ru", "Тайвань", "name", "Тайваня Тайваню"),
    ("ru", "Египет", "name", "Египта Египту Египтом Египте"),
    ("ru", "Афины", "name", "Афин Афинам Афинах"),
    ("uk", "авіаудар", "noun", "авіаудару авіаударом авіаудари авіаударів авіаударами"),
    ("uk", "бомбардування", "noun", "бомбардуванню бомбардувань"),
    ("uk", "сирієць", "noun", "сирійця сирійці сирійців"),
    ("uk", "українець", "noun", "українця українці українців українцям"),
    ("uk", "росіянин", "noun", "росіяни росіян росіянам"),
    ("uk", "російський", "adj", "російського російської російські російськими"),
    ("uk", "атакувати", "verb", "атакував атакували атакує атакують атаковано атаковані"),
    ("uk", "Америка", "name", "Америки Америці Америку Америкою"),
    ("uk", "Київ", "name", "Києва Києву Києвом Києві"),
    ("uk", "Білорусь", "name", "Білорусі Білоруссю"),
    ("de", "Luftangriff", "noun", "Luftangriffe Luftangriffen Luftangriffs"),
    ("de", "Luftschlag", "noun", "Luftschläge Luftschlägen"),
    ("de", "russisch", "adj", "russische russischen russischer russisches russischem"),
    ("de", "angreifen", "verb", "angreift angriff angriffen angegriffen anzugreifen"),
    ("de", "bombardieren", "verb", "bombardiert bombardierte bombardierten"),
    ("de", "abfeuern", "verb", "abfeuert abfeuerte abgefeuert abgefeuerten"),
    ("de", "Rakete", "noun", "Raketen"),
    ("de", "Bombardement", "noun", "Bombardements"),
    ("fr", "démentir", "verb", "dément démentent démenti"),
    ("fr", "syrien", "adj", "syrienne syriens syriennes"),
    ("fr", "turc", "adj", "turque turcs turques"),
    ("fr", "bombarder", "verb", "bombarde bombardent bombardé bombardées bombardant bombardait"),
    ("fr", "détruire", "verb", "détruit détruisent détruites"),
    ("es", "sirio", "adj", "siria sirios sirias"),
    ("es", "alemán", "adj", "alemana alemanes alemanas"),
    ("es", "bombardear", "verb", "bombardea bombardearon bombardeó bombardeado bombardeando"),
    ("en", "airstrike", "noun", "airstrikes"),
    ("en", "strike", "verb", "strikes struck striking"),
    ("en", "bomb", "verb", "bombs bombed bombing"),
    ("en", "deny", "verb", "denies denied denying"),
    ("en", "plan", "verb", "plans planned planning"),
    ("ar", "سوري", "adj", "سورية سوريون سوريين سوريات سوريان"),
    ("ar", "غارة", "noun", "غارات غارتان غارتين"),
    ("ar", "انفجار", "noun", "انفجارات انفجارا انفجارين"),
    ("ar", "يقصف", "verb", "تقصف يقصفون"),
    ("tr", "uçak", "noun", "uçağı uçakta uçaklar uçakların uçaklarını"),
    ("tr", "Suriyeli", "noun", "Suriyeliler Suriyelilerin Suriyelilere"),
    ("tr", "vurmak", "verb", "vurdu vuruyor vuruldu vurulan vurması"),
    ("tr", "bombalamak", "verb", "bombaladı bombalıyor bombalandı"),
    ("fa", "حمله", "noun", "حمله‌ها حملههای حمله‌ای حمله‌ی"),
    ("fa", "روسی", "adj", "روسی‌ها روسیان روسی‌ای"),
]

PHRASES: list[tuple[str, str, How, tuple[str, ...], tuple[str, ...]]] = [
    (
        "ru",
        "ракетный удар",
        "noun",
        ("ракетного удара", "ракетными ударами"),
        ("ракетный удара", "ракетных удары"),
    ),
    ("ru", "удар по городу", "noun", ("удары по городу", "ударов по городу"), ("удары по городам",)),
    ("ru", "Саудовская Аравия", "name", ("Саудовской Аравии", "Саудовскую Аравию"), ("Саудовских Аравий",)),
    ("uk", "ракетна атака", "noun", ("ракетної атаки", "ракетними атаками"), ("ракетна атаки",)),
    ("uk", "війна в Сирії", "noun", ("війни в Сирії", "війною в Сирії"), ("війної в Сирії",)),
    ("uk", "крилата ракета", "noun", ("крилатої ракети", "крилатими ракетами"), ()),
    ("ar", "طائرة مسيرة", "noun", ("طائرات مسيرة", "الطائرات المسيرة", "طائرتين مسيرتين"), ()),
    ("tr", "insansız hava aracı", "noun", ("insansız hava araçları", "insansız hava araçlarının"), ()),
    ("de", "russischer Luftangriff", "noun", ("russische Luftangriffe", "russischen Luftangriffen"), ()),
    ("fr", "frappe aérienne", "noun", ("frappes aériennes",), ("frappe aériennes",)),
    ("fr", "tir de missile", "noun", ("tirs de missile",), ("tirs de missiles",)),
    ("es", "ataque aéreo", "noun", ("ataques aéreos",), ()),
    ("en", "act of war", "noun", ("acts of war",), ("act of wars",)),
    ("en", "open fire", "verb", ("opened fire", "opening fire"), ("open fired",)),
    ("ar", "ضربة جوية", "noun", ("ضربات جوية", "الضربات الجوية", "ضربتين جويتين"), ("ضربات الجوية",)),
    ("ar", "غارات التحالف", "noun", (), ("الغارات التحالف",)),
    ("tr", "hava saldırısı", "noun", ("hava saldırıları", "hava saldırısında", "hava saldırılarında"), ()),
    ("fa", "حمله هوایی", "noun", ("حمله‌های هوایی", "حمله ی هوایی"), ()),
    ("fa", "حمله کردن", "verb", ("حمله کرد", "حمله کردند", "حمله می‌کنند"), ()),
]


BARE_ENDINGS = "ь й ка ти тися ться анин бити нести ець я ة ية ي en e ieren er ir ar y mak mek sı ن یدن ه"


@pytest.mark.parametrize(("lang", "text", "how", "forms"), FORMS)
def test_a_word_has_its_inflected_forms(lang: str, text: str, how: How, forms: str) -> None:
    assert set(forms.split(" ")) <= set(expand(lang, text, how))


@pytest.mark.parametrize(("lang", "text", "how", "made", "not_made"), PHRASES)
def test_the_words_of_a_phrase_agree(
    lang: str, text: str, how: How, made: tuple[str, ...], not_made: tuple[str, ...]
) -> None:
    forms = set(expand(lang, text, how))
    assert set(made) <= forms
    assert not set(not_made) & forms


@pytest.mark.parametrize(
    ("lang", "text"),
    [("ru", "Чили"), ("ru", "Баку"), ("uk", "Чилі"), ("uk", "Баку"), ("tr", "Rusya"), ("en", "Russia")],
)
def test_names_that_do_not_change_stand_for_themselves(lang: str, text: str) -> None:
    if lang in ("ru", "uk"):
        assert all(form.startswith(text[:-1]) for form in expand(lang, text, "name"))
    else:
        assert expand(lang, text, "name") == (text,)


def test_a_name_has_no_plural_and_a_noun_has() -> None:
    assert "Москвах" not in expand("ru", "Москва", "name")
    assert "ракетах" in expand("ru", "ракета", "noun")


def test_an_ending_that_would_be_another_word_is_not_made() -> None:
    assert "سوريا" not in expand("ar", "سوري", "adj")
    assert "باران" not in expand("fa", "بار", "noun")


@pytest.mark.parametrize("how", ["name", "noun", "adj", "verb"])
def test_a_language_without_tables_returns_the_text(how: How) -> None:
    assert expand("zh", "空袭", how) == ("空袭",)
    assert expand("ja", "空爆", how) == ("空爆",)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("غارة", ("غارتها", "غارته", "غارتهم", "غارتنا", "غارتي")),
        ("غارات", ("غاراتها", "غاراته", "غاراتهم")),
        ("هجوم صاروخي", ("هجومه صاروخي", "هجومها صاروخي")),
    ],
)
def test_possessives_stand_on_the_first_word(text: str, forms: tuple[str, ...]) -> None:
    assert set(forms) <= set(possessives(text))
    assert text not in possessives(text)


@pytest.mark.parametrize("text", ["الغارة", ""])
def test_a_word_with_the_article_has_no_possessives(text: str) -> None:
    assert possessives(text) == ()


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_TEXT + 1)])
def test_a_text_that_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ExpandError):
        expand("ru", text, "noun")


def test_an_unknown_inflection_is_named_in_the_error() -> None:
    with pytest.raises(ExpandError, match=r"удар.*adverb"):
        expand("ru", "удар", "adverb")  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("how", ["name", "noun", "adj", "verb"])
def test_a_bare_ending_is_no_error(lang: str, how: How) -> None:
    for text in BARE_ENDINGS.split(" "):
        assert expand(lang, text, how)[0] == text


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.text(st.characters(categories=["L", "M", "Zs", "Pd"]), min_size=1, max_size=30)
    | st.lists(
        st.sampled_from(["й", "ть", "ця", "ة", "en", "mak", "ه", "y", "e", "и", "ий"]), min_size=1
    ).map("".join),
    st.sampled_from(["name", "noun", "adj", "verb"]),
)
def test_any_text_gives_few_unique_forms_with_itself_first(lang: str, text: str, how: How) -> None:
    if not text.split():
        return
    forms = expand(lang, text, how)
    assert forms[0] == " ".join(text.split())
    assert len(set(forms)) == len(forms) <= 5000
    assert all(form.strip() == form != "" for form in forms)
    assert forms == expand(lang, text, how)
