"""How terms are spelled, and where they count in a text."""

from __future__ import annotations

from typing import Protocol

import pytest

from monitor.lexicon.load import LexiconBuilder
from monitor.located import parse_yaml
from monitor.matching.clauses import Clause, Names, Term
from monitor.matching.engine import Engine
from monitor.matching.filing.lexicon import file_lexicon
from monitor.matching.patterns import Pattern, patterns
from monitor.matching.rule import Rule

LEXICON = """
entities:
  country/ru:
    en: {names: [Russia], demonyms: [Russian]}
    ar: {names: [روسيا], demonyms: [روسي, روسية]}
    he: {names: [רוסיה], demonyms: [רוסי]}
    ko: {names: [러시아]}
    tr: {names: [Rusya]}
    zh: {names: [俄罗斯]}
    ja: {names: [ロシア]}
    th: {names: [รัสเซีย]}
  country/by:
    zh: {names: [白俄罗斯]}
  country/us:
    en: {names: [United States, {name: US, case: true}, {name: U.S., case: true}]}
    ar: {names: [الولايات المتحدة]}
  country/de:
    ar: {names: [ألمانيا]}
    en: {names: [Germany]}
  country/sd:
    en: {names: [Sudan], demonyms: [Sudanese]}
  country/ss:
    en: {names: [South Sudan]}
  place/raqqa:
    part_of: [country/sy]
    en: {names: [Raqqa]}
    ar: {names: [الرقة]}
  country/sy:
    en: {names: [Syria]}
    de: {names: [Syrien]}
    fr: {names: [Syrie], demonyms: [syrien, syriens]}
  place/barcelona:
    ar: {names: [برشلونة]}
  org/who:
    en: {names: [{name: WHO, case: true}]}
concepts:
  airstrike:
    gloss: airstrike
    roles: [actor, place]
    en: {terms: [airstrike, air-strike, air strike]}
    ar: {terms: [غارة, غارات, ضربات]}
    de: {terms: [Luftangriff]}
  bank:
    en: {terms: [bank], not: [bank holiday]}
"""


class Fires(Protocol):
    """The evidence with which a rule of this clause fires, or none."""

    def __call__(self, clause: Clause, text: str, language: str) -> list[str] | None: ...


@pytest.fixture(scope="module", name="fired")
def _fired() -> Fires:
    builder = LexiconBuilder()
    builder.add(parse_yaml(LEXICON, "lexicon"))
    table = file_lexicon(builder.build())
    assert builder.problems == []

    def fired(clause: Clause, text: str, language: str) -> list[str] | None:
        rule = Rule(id="one", version="1", title="", clause=clause)
        reading = Engine([rule], table).read("", text, language)
        assert reading.suspended == ()
        if not reading.fired:
            return None
        for one in reading.fired[0].evidence:
            assert text[one.start : one.end] == one.text
        return [one.text for one in reading.fired[0].evidence]

    return fired


# --- spellings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "spellings"),
    [
        ("Raqqa", [("raqqa",)]),
        ("Deir ez-Zor", [("deir", "ez", "zor"), ("deir", "ezzor")]),
        ("air-strike", [("air", "strike"), ("airstrike",)]),
        ("air strike", [("air", "strike")]),
        ("airstrike", [("airstrike",)]),
        ("a-b-c", [("a", "b", "c"), ("a", "bc"), ("ab", "c"), ("abc",)]),
        ("Macron's", [("macron", "s")]),
        ("俄罗斯", [("俄", "罗", "斯")]),
        ("...", []),
        (" ", []),
        ("\u200b", []),
        ("™", []),
        ("*", []),
    ],
)
def test_a_term_stands_for_these_tokens(term: str, spellings: list[tuple[str, ...]]) -> None:
    assert [pattern.tokens for pattern in patterns(term)] == spellings


def test_the_quick_way_for_plain_words_gives_what_the_long_way_gives() -> None:
    for text in ("Raqqa", "new york", "Königreich Bayern", "الرقة", "دير الزور", "ракка"):
        (quick,) = patterns(text)
        assert quick == Pattern(quick.tokens)
        assert [one.tokens for one in patterns(text + ".")] == [quick.tokens]


def test_a_term_of_many_hyphens_has_few_spellings() -> None:
    assert len(patterns("a-" * 40 + "b")) <= 8


# --- plain terms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "text", "evidence"),
    [
        # whole tokens, folded
        ("strike", "A strike.", ["strike"]),
        ("strike", "Strikes, striker", None),
        ("ISTANBUL", "İstanbul istanbul", ["İstanbul", "istanbul"]),
        ("resume", "his résumé", ["résumé"]),
        ("first NATO", "ﬁrst ＮＡＴＯ meeting", ["ﬁrst ＮＡＴＯ"]),
        # phrases: over punctuation and lines, not over paragraphs
        ("prime minister", "the prime\nminister", ["prime\nminister"]),
        ("prime minister", "the prime, minister", ["prime, minister"]),
        ("prime minister", "the prime\n\nminister", None),
        # prefixes
        ("protest*", "Protesters protest protestant pro-test", ["Protesters", "protest", "protestant"]),
        ("pro*", "a process", ["process"]),
        ("air strik*", "air striking, air-strikes; air stroke", ["air striking", "air-strikes"]),
        ("air-strik*", "airstrikes and air striking", ["airstrikes", "air striking"]),
        # hyphens
        ("air-strike", "air-strike, air strike, airstrike", ["air-strike", "air strike", "airstrike"]),
        ("air strike", "air-strike, air strike, airstrike", ["air-strike", "air strike"]),
        ("airstrike", "air-strike, air strike, airstrike", ["airstrike"]),
        # apostrophes
        ("Macron", "Macron’s plan", ["Macron"]),
        ("Iran", "l'Iran", ["Iran"]),
        ("O'Brien", "O’Brien", ["O’Brien"]),
        # glue
        ("C#", "C# and C", ["C#"]),
        ("C#", "C and C++", None),
        ("C++", "C++, C+, C", ["C++"]),
        ("AT&T", "AT&T but not AT T or AT-T", ["AT&T"]),
        ("R&D", "R&D.", ["R&D"]),
        # numbers
        ("1500", "1,500 and 1500 and 1,5000", ["1,500", "1500"]),
        ("1,500", "1500", ["1500"]),
        ("٥٠٠", "500", ["500"]),
        # marks of trade are no tokens
        ("Windows 10", "Windows® 10", ["Windows® 10"]),
    ],
)
def test_terms_count_where_they_stand_as_whole_tokens(
    fired: Fires, term: str, text: str, evidence: list[str] | None
) -> None:
    assert fired(Term(term), text, "en") == evidence


@pytest.mark.parametrize(
    ("term", "text", "evidence"),
    [
        ("WHO", "The WHO said", ["WHO"]),
        ("WHO", "who said, Who said", None),
        ("WHO", "The W.H.O. said. W.H.O", ["W.H.O.", "W.H.O"]),
        ("WHO", "the w.h.o.", None),
        ("WHO", "the X.W.H.O. and W.H.O.X.", None),
        ("WHO", "WHO SAID THAT", None),
        ("WHO", "WHO SAID", ["WHO"]),
        ("WHO", "ASKED BY WHO 2015\nThe WHO said", ["WHO"]),
        ("WHO", "WHO SAID THAt", ["WHO"]),
        ("US", "U.S. in U.S.A. or U.S.", ["U.S.", "U.S."]),
        ("US", "US-led", ["US"]),
        ("S", "U.S. and S here", ["S"]),
        ("Apple", "Apple, not apple or APPLE", ["Apple"]),
        ("iPhone", "An iPhone, an IPHONE", ["iPhone"]),
        ("United States", "United States, united states", ["United States"]),
        ("Isla", "Is\u00adla", ["Is\u00adla"]),
    ],
)
def test_exact_case(fired: Fires, term: str, text: str, evidence: list[str] | None) -> None:
    assert fired(Term(term, case=True), text, "en") == evidence


# --- scripts without spaces -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "text", "language", "evidence"),
    [
        (Names(("country/ru",)), "俄罗斯空袭", "zh", ["俄罗斯"]),
        (Names(("country/ru",)), "白俄罗斯总统", "zh", None),
        (Names(("country/by",)), "白俄罗斯总统", "zh", ["白俄罗斯"]),
        (Names(("country/ru",), inner=True), "白俄罗斯总统", "zh", ["俄罗斯"]),
        (Term("俄罗斯"), "白俄罗斯", "zh", None),
        (Term("俄罗斯"), "白俄罗斯和俄罗斯", "zh", ["俄罗斯"]),
        (Term("空袭"), "俄罗斯空袭拉卡", "zh", ["空袭"]),
        (Term("トラ"), "トラックとトラ", "ja", ["トラ"]),
        (Term("ロシア"), "ベロロシアのロシア", "ja", ["ロシア"]),
        (Names(("country/ru",)), "ロシア軍", "ja", ["ロシア"]),
        (Term("サーバ"), "サーバー", "ja", None),
        (Term("รัสเซีย"), "ประเทศรัสเซียโจมตี", "th", ["รัสเซีย"]),
        (Names(("country/ru",)), "ประเทศรัสเซียโจมตี", "th", ["รัสเซีย"]),
        (Term("2015年"), "2015年10月", "zh", ["2015年"]),
    ],
)
def test_scripts_without_spaces(
    fired: Fires, clause: Clause, text: str, language: str, evidence: list[str] | None
) -> None:
    assert fired(clause, text, language) == evidence


# --- clitics --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "text", "language", "evidence"),
    [
        # Arabic: و ف, then ب ل ك, then ال; لل is ل with ال
        (Names(("country/ru",)), "وروسيا", "ar", ["وروسيا"]),
        (Names(("country/ru",)), "فبروسيا", "ar", ["فبروسيا"]),
        (Names(("country/ru",)), "لروسيا", "ar", ["لروسيا"]),
        (Names(("country/ru",)), "الروسية", "ar", ["الروسية"]),
        (Names(("country/ru",)), "وللروسية", "ar", ["وللروسية"]),
        (Names(("place/raqqa",)), "للرقة", "ar", ["للرقة"]),
        (Names(("place/raqqa",)), "والرقة بالرقة", "ar", ["والرقة", "بالرقة"]),
        (Names(("place/raqqa",)), "رقة وبرقة", "ar", None),
        (Names(("country/us",)), "والولايات المتحدة", "ar", ["والولايات المتحدة"]),
        (Names(("country/us",)), "الولايات والمتحدة", "ar", None),  # the first token only
        (Names(("country/de",)), "لألمانيا", "ar", ["لألمانيا"]),
        (Names(("place/barcelona",)), "برشلونة", "ar", ["برشلونة"]),
        (Names(("country/ru",)), "سروسيا", "ar", None),
        (Names(("country/ru",)), "بوروسيا", "ar", None),  # in this order only
        (Names(("country/ru",)), "وروسيا", "fa", None),  # in Arabic text only
        (Names(("airstrike",), concept=True), "بالغارات", "ar", ["بالغارات"]),
        (Names(("airstrike",), concept=True), "وضرباتها", "ar", ["وضرباتها"]),
        (Names(("airstrike",), concept=True), "غارتها", "ar", ["غارتها"]),
        # Hebrew
        (Names(("country/ru",)), "ברוסיה", "he", ["ברוסיה"]),
        (Names(("country/ru",)), "ומרוסיה", "he", ["ומרוסיה"]),
        (Names(("country/ru",)), "הרוסי", "he", ["הרוסי"]),
        (Names(("country/ru",)), "קרוסיה", "he", None),
        # Korean
        (
            Names(("country/ru",)),
            "러시아가 러시아의 러시아에서",
            "ko",
            ["러시아가", "러시아의", "러시아에서"],
        ),
        (Names(("country/ru",)), "러시아인", "ko", None),
        # Turkish
        (Names(("country/ru",)), "Rusya'nın Rusya’da", "tr", ["Rusya", "Rusya"]),
    ],
)
def test_what_a_script_writes_onto_the_word(
    fired: Fires, clause: Clause, text: str, language: str, evidence: list[str] | None
) -> None:
    assert fired(clause, text, language) == evidence


# --- the lexicon in the text's language -----------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "text", "language", "evidence"),
    [
        (Names(("country/sd",)), "South Sudan and Sudan", "en", ["Sudan"]),
        (Names(("country/sd",)), "South Sudan", "en", None),
        (Names(("country/sd",), inner=True), "South Sudan", "en", ["Sudan"]),
        (Term("Sudan"), "South Sudan", "en", ["Sudan"]),  # plain terms count anywhere
        (Names(("country/sy",)), "Syrien", "de", ["Syrien"]),
        (Names(("country/sy",)), "un Syrien", "fr", ["Syrien"]),  # a name counts in every language
        (Names(("country/sy",)), "les syriens", "de", None),  # a demonym in its own
        (Names(("country/sy",)), "les syriens", "fr", ["syriens"]),
        (Names(("country/sy",)), "les syriens", "", ["syriens"]),  # unknown language
        (Names(("country/ru",)), "Russia", "ar", ["Russia"]),
        (Names(("airstrike",), concept=True), "ein Luftangriff", "de", ["Luftangriff"]),
        (Names(("airstrike",), concept=True), "ein Luftangriff", "en", None),
        (Names(("bank",), concept=True), "a bank, a bank holiday", "en", ["bank"]),
        (Term("bank"), "a bank holiday", "en", ["bank"]),
        (Names(("country/us",)), "US, U.S. and us", "en", ["US", "U.S."]),
        (Names(("country/us",)), "made in the U.S.A. today", "en", None),
        (Names(("org/who",)), "WHO W.H.O. who", "en", ["WHO", "W.H.O."]),
        (Names(("country/sy",)), "Raqqa", "en", None),  # an entity is named by its own names
        (Names(("country/ru", "country/sy")), "Syria, Russia", "en", ["Syria", "Russia"]),
    ],
)
def test_names_and_words_of_the_lexicon(
    fired: Fires, clause: Clause, text: str, language: str, evidence: list[str] | None
) -> None:
    assert fired(clause, text, language) == evidence
