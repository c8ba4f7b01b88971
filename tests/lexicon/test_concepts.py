"""The concept files as data: complete, without contradictions, and holding the words that news is written in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

CONCEPTS = Path(__file__).parents[2] / "rules" / "concepts"
LANGUAGES = ("en", "ar", "fr", "es", "ru", "de", "tr", "fa", "uk", "zh")
FORM_KEYS = ("terms", "verbs", "weak", "weak_verbs")
EVENTS = {
    "airstrike": {"actor", "place", "target"},
    "missile-attack": {"actor", "place", "target"},
    "drone-attack": {"actor", "place", "target"},
    "shelling": {"actor", "place", "target"},
    "explosion": {"place"},
    "earthquake": {"place"},
    "protest": {"actor", "place", "target"},
    "sanctions": {"actor", "target"},
}
CUES = {"drill", "fiction", "figurative", "anniversary", "denial", "plan", "negation"}

# Arabic joins these to the word after them; the engine takes them off before it looks the word up.
PROCLITICS = "(?:[وف])?(?:[بلك])?(?:ال|لل)?"


@cache
def concepts() -> dict[str, dict[str, Any]]:
    """All concepts of the shipped files by id; a repeated id is an error."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CONCEPTS.glob("*.yaml")):
        for concept, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["concepts"].items():
            assert concept not in found, f"{concept} stands in two files"
            found[concept] = entry
    return found


def plain(text: str) -> str:
    """Casefolded, composed, one kind of apostrophe: enough of the engine's folding for these lists."""
    folded = unicodedata.normalize("NFC", text.casefold().replace("i\u0307", "i"))
    return " ".join(folded.replace("ё", "е").replace("’", "'").split())


@cache
def forms(concept: str, language: str, *keys: str) -> frozenset[str]:
    entry = concepts()[concept][language]
    return frozenset(plain(form) for key in keys for form in entry.get(key, ()))


def spaced(listed: Iterable[str]) -> frozenset[str]:
    """Forms with their hyphens as spaces, for comparing lists: `air-raid` holds `air raid`."""
    return frozenset(form.replace("-", " ") for form in listed)


@cache
def pattern(form: str, language: str) -> re.Pattern[str]:
    """Whole tokens; a hyphen stands for hyphen, space or nothing, a space for space or hyphen."""
    body = re.escape(form).replace(r"\-", "[- ]?").replace(r"\ ", "[- ]")
    if language == "zh":
        return re.compile(body)
    before = PROCLITICS if language == "ar" else ""
    return re.compile(rf"(?<!\w){before}{body}(?!\w)")


def spans(text: str, listed: frozenset[str], language: str) -> list[tuple[int, int]]:
    return [hit.span() for form in listed for hit in pattern(form, language).finditer(text)]


def counted(text: str, language: str) -> set[str]:
    """Event concepts with a form in the text that no longer form and no exclusion of its own covers."""
    text = plain(text)
    hits = [
        (span, concept)
        for concept in EVENTS
        for span in spans(text, forms(concept, language, *FORM_KEYS), language)
    ]
    result = set()
    for (start, end), concept in hits:
        longer = [span for span, other in hits if other != concept and span[1] - span[0] > end - start]
        barred = spans(text, forms(concept, language, "not"), language)
        if not any(low <= start and end <= high for low, high in [*longer, *barred]):
            result.add(concept)
    return result


def test_the_concepts_are_those_that_the_rules_know() -> None:
    assert set(concepts()) == set(EVENTS) | CUES


@pytest.mark.parametrize("path", sorted(CONCEPTS.glob("*.yaml")), ids=lambda path: path.name)
def test_each_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/concepts.json"


@pytest.mark.parametrize("concept", sorted(EVENTS))
def test_events_have_their_roles_and_nouns_and_verbs_in_every_language(concept: str) -> None:
    entry = concepts()[concept]
    assert entry["gloss"]
    assert set(entry["roles"]) == EVENTS[concept]
    assert set(entry["narrower"]) <= set(EVENTS)
    for language in LANGUAGES:
        assert forms(concept, language, "terms"), language
        assert forms(concept, language, "verbs", "weak_verbs"), language


@pytest.mark.parametrize("concept", sorted(CUES))
def test_cues_have_words_in_every_language_and_no_roles(concept: str) -> None:
    entry = concepts()[concept]
    assert entry["gloss"]
    assert set(entry) == {"gloss", *LANGUAGES}
    for language in LANGUAGES:
        assert forms(concept, language, "terms"), language
        assert forms(concept, language, "verbs"), language


def test_lists_hold_strings_each_once_of_more_than_one_letter() -> None:
    for concept, entry in concepts().items():
        for language in LANGUAGES:
            assert set(entry[language]) <= {*FORM_KEYS, "not"}, (concept, language)
            for key, listed in entry[language].items():
                where = (concept, language, key)
                assert all(isinstance(form, str) for form in listed), where
                assert [form for form in listed if len(form.strip()) < 2 or form != form.strip()] == [], where
                times = Counter(plain(form).replace("-", " ") for form in listed)
                assert [form for form, count in times.items() if count > 1] == [], where


@pytest.mark.parametrize("concept", sorted(EVENTS))
def test_no_form_is_weak_and_strong(concept: str) -> None:
    for language in LANGUAGES:
        strong = spaced(forms(concept, language, "terms", "verbs"))
        assert strong & spaced(forms(concept, language, "weak", "weak_verbs")) == set(), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_belongs_to_two_concepts_unless_one_is_the_narrower(language: str) -> None:
    for one, other in combinations(sorted(concepts()), 2):
        if other in concepts()[one].get("narrower", ()) or one in concepts()[other].get("narrower", ()):
            continue
        shared = spaced(forms(one, language, *FORM_KEYS)) & spaced(forms(other, language, *FORM_KEYS))
        assert shared == set(), (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exclusion_is_longer_than_a_form_that_it_holds(language: str) -> None:
    for concept in concepts():
        listed = spaced(forms(concept, language, *FORM_KEYS))
        for phrase in spaced(forms(concept, language, "not")):
            assert phrase not in listed, (concept, phrase)
            assert any(form in phrase for form in listed), (concept, phrase)


COUNTS = {
    "en": [
        ("Russian warplanes carried out air strikes on Raqqa", "airstrike"),
        ("Israeli airstrikes kill 22 in Gaza", "airstrike"),
        ("US jets bombed Islamic State positions", "airstrike"),
        ("Turkey strikes Kurdish targets in northern Syria", "airstrike"),
        ("A Russian missile strike on Kharkiv killed five people", "missile-attack"),
        ("Ukrainian drones hit an oil refinery in Ryazan", "drone-attack"),
        ("Artillery shelling killed three villagers", "shelling"),
        ("A car bomb exploded outside the ministry", "explosion"),
        ("Earthquake of magnitude 6.1 shakes eastern Turkey", "earthquake"),
        ("Thousands took to the streets of Tehran", "protest"),
        ("The EU slapped sanctions on twelve officials", "sanctions"),
    ],
    "ar": [
        ("شنت طائرات روسية غارات على مدينة الرقة", "airstrike"),
        ("الغارات الجوية الإسرائيلية على غزة", "airstrike"),
        ("قصفت مقاتلات تركية مواقع في شمال العراق", "airstrike"),
        ("أن روسيا شنت عددا كبيرا من الضربات", "airstrike"),
        ("هجوم صاروخي روسي على خاركيف", "missile-attack"),
        ("هجوم بطائرات مسيرة على مطار أربيل", "drone-attack"),
        ("قصف مدفعي يستهدف ريف إدلب", "shelling"),
        ("انفجار سيارة مفخخة في بغداد", "explosion"),
        ("زلزال بقوة ست درجات يضرب غرب إيران", "earthquake"),
        ("تظاهر الآلاف في بيروت احتجاجا على الأوضاع", "protest"),
        ("فرضت واشنطن عقوبات على طهران", "sanctions"),
    ],
    "fr": [
        ("Des frappes aériennes russes ont touché Idlib", "airstrike"),
        ("Des raids russes ont visé Raqqa dans la nuit", "airstrike"),
        ("L'aviation turque a bombardé le nord de la Syrie", "airstrike"),
        ("Israël pilonne la banlieue sud de Beyrouth", "airstrike"),
        ("Une attaque de missiles a fait six morts à Dnipro", "missile-attack"),
        ("Une attaque de drones contre une raffinerie", "drone-attack"),
        ("Des tirs d'artillerie sur un village", "shelling"),
        ("Une voiture piégée a explosé à Bagdad", "explosion"),
        ("Un séisme de magnitude 5,9 secoue l'Afghanistan", "earthquake"),
        ("Des milliers de manifestants à Téhéran", "protest"),
        ("Bruxelles adopte de nouvelles sanctions contre Moscou", "sanctions"),
    ],
    "es": [
        ("Un ataque aéreo israelí mata a diez personas", "airstrike"),
        ("Rusia bombardea la ciudad de Idlib", "airstrike"),
        ("Nuevos bombardeos sobre Gaza", "airstrike"),
        ("Aviones turcos atacaron posiciones kurdas", "airstrike"),
        ("Irán lanza misiles contra Israel", "missile-attack"),
        ("Ataque con drones contra una refinería rusa", "drone-attack"),
        ("Milicianos lanzaron cohetes contra una base", "shelling"),
        ("La explosión de un coche bomba en Bagdad", "explosion"),
        ("Un terremoto sacudió el sur de Turquía", "earthquake"),
        ("Miles de personas salieron a las calles de Caracas", "protest"),
        ("La UE aprueba sanciones contra Bielorrusia", "sanctions"),
    ],
    "ru": [
        ("Российская авиация нанесла удары по Ракке", "airstrike"),
        ("В результате авиаударов погибли десять человек", "airstrike"),
        ("Самолёты коалиции бомбили позиции боевиков", "airstrike"),
        ("Израиль нанёс удар по пригороду Бейрута", "airstrike"),
        ("Ракетный удар по Харькову", "missile-attack"),
        ("Атака беспилотников на нефтебазу", "drone-attack"),
        ("ВСУ обстреляли Белгородскую область", "shelling"),
        ("В Кабуле прогремел взрыв", "explosion"),
        ("Землетрясение магнитудой 6,2 произошло в Турции", "earthquake"),
        ("Участники акции протеста в Тбилиси", "protest"),
        ("США ввели санкции против Ирана", "sanctions"),
    ],
    "de": [
        ("Bei russischen Luftangriffen auf Rakka starben zwölf Menschen", "airstrike"),
        ("Israel bombardiert Ziele im Libanon", "airstrike"),
        ("Israel hat Ziele in Syrien angegriffen", "airstrike"),
        ("US-Luftschläge gegen Huthi-Stellungen", "airstrike"),
        ("Tote bei russischem Raketenangriff auf Odessa", "missile-attack"),
        ("Ukrainischer Drohnenangriff auf eine Raffinerie", "drone-attack"),
        ("Russische Truppen beschossen das Dorf", "shelling"),
        ("Explosion einer Autobombe in Bagdad", "explosion"),
        ("Schweres Erdbeben in der Türkei", "earthquake"),
        ("Tausende demonstrierten gegen die Regierung", "protest"),
        ("Die EU verhängt Sanktionen gegen Belarus", "sanctions"),
    ],
    "tr": [
        ("Rus uçakları Rakka'yı vurdu", "airstrike"),
        ("İsrail'in hava saldırısında on kişi öldü", "airstrike"),
        ("Savaş uçakları İdlib'i bombaladı", "airstrike"),
        ("Gazze'ye yönelik hava saldırıları sürüyor", "airstrike"),
        ("Rusya'nın füze saldırısında beş kişi yaralandı", "missile-attack"),
        ("Rafineriye İHA saldırısı düzenlendi", "drone-attack"),
        ("Topçu atışlarında üç sivil öldü", "shelling"),
        ("Bağdat'ta bombalı araç patladı", "explosion"),
        ("Malatya'da 5,2 büyüklüğünde deprem meydana geldi", "earthquake"),
        ("Binlerce gösterici meydanda toplandı", "protest"),
        ("AB, Rusya'ya yeni yaptırımlar getirdi", "sanctions"),
    ],
    "fa": [
        ("حملات هوایی روسیه به شهر رقه", "airstrike"),
        ("جنگنده‌های اسرائیل بیروت را بمباران کردند", "airstrike"),
        ("آمریکا مواضع حوثی‌ها را هدف قرار داد", "airstrike"),
        ("در حمله هوایی ترکیه ده نفر کشته شدند", "airstrike"),
        ("حمله موشکی روسیه به خارکیف", "missile-attack"),
        ("حمله پهپادی به پالایشگاه", "drone-attack"),
        ("شلیک راکت به پایگاه عین الاسد", "shelling"),
        ("انفجار بمب در کابل", "explosion"),
        ("زلزله ۵ ریشتری غرب ایران را لرزاند", "earthquake"),
        ("معترضان در خیابان‌های تهران", "protest"),
        ("آمریکا تحریم‌های تازه‌ای وضع کرد", "sanctions"),
    ],
    "uk": [
        ("Росія завдала авіаудару по Харкову", "airstrike"),
        ("Російські літаки бомбили Ідліб", "airstrike"),
        ("Ізраїль завдав ударів по Бейруту", "airstrike"),
        ("Внаслідок удару по Херсону загинули двоє людей", "airstrike"),
        ("Ракетний удар по Одесі", "missile-attack"),
        ("Атака дронів на нафтобазу", "drone-attack"),
        ("Росіяни обстріляли Нікополь з артилерії", "shelling"),
        ("У Кабулі пролунав вибух", "explosion"),
        ("У Туреччині стався землетрус", "earthquake"),
        ("Протестувальники в центрі Тбілісі", "protest"),
        ("Канада запровадила санкції проти Ірану", "sanctions"),
    ],
    "zh": [
        ("俄罗斯战机空袭叙利亚拉卡", "airstrike"),
        ("以色列军队轰炸加沙", "airstrike"),
        ("美军对也门胡塞武装实施空中打击", "airstrike"),
        ("黎巴嫩南部遭到空袭", "airstrike"),
        ("伊朗向以色列发射导弹", "missile-attack"),
        ("无人机袭击俄罗斯炼油厂", "drone-attack"),
        ("村庄遭到炮击三人死亡", "shelling"),
        ("巴格达发生汽车炸弹爆炸", "explosion"),
        ("土耳其东部发生6.1级地震", "earthquake"),
        ("数千人走上街头抗议", "protest"),
        ("欧盟对白俄罗斯实施制裁", "sanctions"),
    ],
}

COUNTS_NOTHING = {
    "en": [
        "Russian miners' strike enters second week",
        "The two sides struck a deal in Geneva",
        "Her hit song topped the charts",
        "Prisoners end hunger strike",
    ],
    "ar": [
        "سجل الهدف من ضربة جزاء",
        "حسمت المباراة بركلات وضربات الترجيح",
        "أعلن العمال الإضراب العام",
        "زلزال سياسي في باريس",
    ],
    "fr": [
        "La grève des cheminots se poursuit",
        "Une frappe de Mbappé sur le poteau",
        "Le projet vise à réduire les dépenses",
    ],
    "es": [
        "Golpe de Estado en Níger",
        "La huelga de médicos continúa",
        "Sufrió un ataque al corazón",
        "Sin embargo, llovió",
    ],
    "ru": [
        "Удар по воротам пришёлся в штангу",
        "Мяч вошёл после углового удара",
        "От теплового удара скончались двое",
    ],
    "de": [
        "Der Minister erlitt einen Schlaganfall",
        "Streik bei der Bahn",
        "Die Polizei hat die Lage im Griff",
    ],
    "tr": ["İşçiler grev kararı aldı", "Ünlü oyuncu kalp krizi geçirdi", "Karar gündeme damga vurdu"],
    "fa": ["بازیگر بر اثر حمله قلبی درگذشت", "گل با ضربه پنالتی", "اعتصاب کارگران"],
    "uk": ["Удар по воротах Динамо", "Рятувальники нагадали про тепловий удар", "Страйк шахтарів"],
    "zh": ["警方严厉打击犯罪", "机场工人罢工", "政坛地震"],
}


@pytest.mark.parametrize(
    ("language", "text", "concept"), [(lang, *row) for lang, rows in COUNTS.items() for row in rows]
)
def test_a_newspaper_phrase_holds_a_form_of_its_event(language: str, text: str, concept: str) -> None:
    assert concept in counted(text, language)


@pytest.mark.parametrize(
    ("language", "text"), [(lang, text) for lang, rows in COUNTS_NOTHING.items() for text in rows]
)
def test_a_phrase_that_only_sounds_like_an_event_holds_none(language: str, text: str) -> None:
    assert counted(text, language) == set()


@pytest.mark.parametrize(
    ("language", "text", "concept"),
    [
        ("en", "A Russian missile strike on Kharkiv", "airstrike"),
        ("en", "A US drone strike in Yemen", "airstrike"),
        ("en", "The earthquake hit eastern Turkey", "airstrike"),
        ("ru", "Ракетный удар по Харькову", "airstrike"),
        ("ar", "قصف مدفعي على إدلب", "airstrike"),
        ("zh", "无人机袭击俄罗斯炼油厂", "airstrike"),
    ],
)
def test_the_longer_form_keeps_the_generic_word_from_counting(language: str, text: str, concept: str) -> None:
    assert concept not in counted(text, language)


@pytest.mark.parametrize(
    ("language", "text", "cue"),
    [
        ("en", "Russia rehearsed air strikes near Raqqa", "drill"),
        ("en", "A film about Russian air strikes opens in Paris", "fiction"),
        ("en", "The war of words between the two capitals", "figurative"),
        ("en", "Russia denied that its jets bombed Raqqa", "denial"),
        ("ar", "نفت موسكو قصف المدينة", "denial"),
        ("fr", "Moscou dément avoir bombardé Idlib", "denial"),
        ("es", "Trump amenaza con sanciones", "plan"),
        ("ru", "Лётчики отработали удары на полигоне", "drill"),
        ("de", "Der Jahrestag der Luftangriffe", "anniversary"),
        ("tr", "Türkiye iddiaları yalanladı", "denial"),
        ("fa", "روسیه این حمله را تکذیب کرد", "denial"),
        ("uk", "Росія не завдавала ударів по місту", "negation"),
        ("zh", "解放军模拟打击台湾", "drill"),
    ],
)
def test_a_cue_is_found(language: str, text: str, cue: str) -> None:
    assert spans(plain(text), forms(cue, language, *FORM_KEYS), language)
