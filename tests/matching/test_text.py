"""Segmentation: tokens, sentences, paragraphs, and offsets into the original."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.fold import fold
from monitor.matching.text import Segmented, segment

# --- offsets --------------------------------------------------------------------------------

SCRIPTS = {
    "en": "abcXYZéß'’-&+#@_12.,;:?!()\"“” \n\t\u00ad\u00a0",
    "ru": "абвЭЮЯёй'’ʼ-«»12.,!? \n\u0301",
    "el": "αβγΣςΆ΄'’·;.,12 \n",
    "ar": "ابتوفلكالرقةىأإآؤئءـ،؛؟.\u064b\u0651\u061c\u200f\u200c١٢٣٬ \n",
    "fa": "پچژگیکهۀ\u200c\u200d،؟.۱۲۳ \n",
    "he": "אבגדהוםןץ'\"׳״־.,?\u05b0\u05bc12 \n",
    "zh": "中国俄罗斯，。！？、：「」《》\u3000\U00020000１２a \n",
    "ja": "カタナーひらがな漢字々〇ﾊﾞﾝ。、・「」ー\u3099 \n",
    "th": "กขคงไทยเมืองำ้่์ๆฯ ๑๒.\n\u200b",
    "ko": "한국서울은는이가을를.,'\" \n\u1100\u1161",
    "hi": "हिन्दीक्षत्र।॥,१२\u200d\u200c \n",
    "my": "မြန်မာ၊။က္က \n",
    "emoji": "🇷🇺🇺🇸👍🏽👨\u200d👩\u200d👧☀\ufe0f™®©ab1 \n",
}


def check_offsets(raw: str, text: Segmented) -> None:
    count = len(text.folds)
    assert len(text.starts) == len(text.ends) == count
    reach = 0
    for start, end, folded in zip(text.starts, text.ends, text.folds, strict=True):
        assert reach <= start < end <= len(raw)
        assert folded
        assert not raw[start].isspace()
        assert not raw[end - 1].isspace()
        reach = end
    for starts in (text.sentence_starts, text.paragraph_starts):
        assert starts == sorted(set(starts))
        assert starts[:1] == ([0] if count else [])
        assert all(0 <= start < count for start in starts)
    assert set(text.paragraph_starts) <= set(text.sentence_starts)
    covered = "".join(raw[start:end] for start, end in zip(text.starts, text.ends, strict=True))
    assert letters(covered) == letters(raw)  # none is lost


def letters(text: str) -> list[str]:
    return [char for char in text if unicodedata.category(char) in ("Lo", "Lu", "Ll", "Lt")]


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_offsets_are_exact_and_ascend_in_every_script(language: str) -> None:
    @settings(max_examples=120, deadline=None)
    @given(st.text(alphabet=SCRIPTS[language], max_size=60))
    def check(raw: str) -> None:
        check_offsets(raw, segment(raw, language))
        check_offsets(raw, segment(raw, "de"))

    check()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "en", "de", "ar", "tr", "zh"]))
def test_no_text_breaks_segmentation(raw: str, language: str) -> None:
    text = segment(raw, language)
    for start, end, folded in zip(text.starts, text.ends, text.folds, strict=True):
        assert 0 <= start < end <= len(raw)
        assert folded


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="abcdefгджзابت", min_size=1, max_size=8), max_size=12))
def test_words_apart_by_spaces_are_folded_one_by_one(words: list[str]) -> None:
    text = segment(" ".join(words))
    assert text.folds == [fold(word) for word in words]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=SCRIPTS["en"] + SCRIPTS["ar"], max_size=30), st.text(max_size=5))
def test_what_was_segmented_before_changes_nothing(raw: str, other: str) -> None:
    first = segment(raw, "de")
    segment(other, "en")
    segment(raw, "en")
    again = segment(raw, "de")
    assert (again.starts, again.ends, again.folds) == (first.starts, first.ends, first.folds)
    assert (again.sentence_starts, again.paragraph_starts) == (first.sentence_starts, first.paragraph_starts)


# --- tokens ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "language", "tokens"),
    [
        # apostrophes
        ("Macron's l'Iran d’Alep", "fr", ["Macron", "s", "l", "Iran", "d", "Alep"]),
        ("rock 'n' roll 'quoted'", "en", ["rock", "n", "roll", "quoted"]),
        ("O'Brien's boys'", "en", ["O", "Brien", "s", "boys"]),
        ("м'ясо пам’ять", "uk", ["м'ясо", "пам’ять"]),
        ("צה\"ל ג'ורג' ארה״ב", "he", ['צה"ל', "ג'ורג", "ארה״ב"]),
        ('אמר: "שלום".', "he", ["אמר", "שלום"]),
        ("Rusya'nın", "tr", ["Rusya", "nın"]),
        # hyphens, underscores, punctuation
        ("air-strike anti‐tank non‑state", "en", ["air", "strike", "anti", "tank", "non", "state"]),
        ("snake_case __x__", "en", ["snake", "case", "x"]),
        ("(Raqqa), «Ракка»; “strikes”—today…", "en", ["Raqqa", "Ракка", "strikes", "today"]),
        ("AT&T C# C++ @home #tag", "en", ["AT", "T", "C", "C", "home", "tag"]),
        ("U.S. W.H.O.", "en", ["U", "S", "W", "H", "O"]),
        ("a/b e.g. x@y.org", "en", ["a", "b", "e", "g", "x", "y", "org"]),
        # invisible characters, trimmed at the ends
        ("\u200fالرقة\u200f", "ar", ["الرقة"]),
        ("می\u200cخواهد", "fa", ["می\u200cخواهد"]),
        ("so\u00adviet \u00adword\u00ad", "en", ["so\u00adviet", "word"]),
        ("\u200b \u2060", "en", []),
        # marks belong to their letter
        ("re\u0301sume\u0301", "fr", ["re\u0301sume\u0301"]),
        ("हिन्दी में", "hi", ["हिन्दी", "में"]),
        # scripts without spaces: one token a cluster
        ("俄罗斯空袭", "zh", ["俄", "罗", "斯", "空", "袭"]),
        ("2015年10月", "zh", ["2015", "年", "10", "月"]),
        ("NATO北约", "zh", ["NATO", "北", "约"]),
        ("カタカナ", "ja", ["カ", "タ", "カ", "ナ"]),
        ("サーバー", "ja", ["サ", "ー", "バ", "ー"]),
        ("ハ\u3099ス", "ja", ["ハ\u3099", "ス"]),
        ("ไทย", "th", ["ไ", "ท", "ย"]),
        ("ที่นี่", "th", ["ที่", "นี่"]),
        ("ລາວ", "lo", ["ລ", "າ", "ວ"]),
        ("ខ្មែរ", "km", ["ខ្", "មែ", "រ"]),
        ("မြန်မာ", "my", ["မြ", "န်", "မာ"]),
        ("𠀀𠀁", "zh", ["𠀀", "𠀁"]),
        # Korean is written with spaces
        ("러시아가 공습", "ko", ["러시아가", "공습"]),
        # no tokens
        ("Windows™ Acme® ©2015", "en", ["Windows", "Acme", "2015"]),
        ("… — ! ؟ 。", "en", []),
        ("A\0B", "en", ["A", "B"]),
        ("🇷🇺 strikes 👍🏽", "en", ["🇷🇺", "strikes", "👍🏽"]),
    ],
)
def test_tokens(raw: str, language: str, tokens: list[str]) -> None:
    text = segment(raw, language)
    assert [raw[start:end] for start, end in zip(text.starts, text.ends, strict=True)] == tokens


@pytest.mark.parametrize(
    ("raw", "language", "folds"),
    [
        ("1,500", "en", ["1500"]),
        ("12,345,678", "en", ["12345678"]),
        ("1'500 and 1’500", "de", ["1500", "and", "1500"]),
        ("1\u00a0500 et 1\u202f500", "fr", ["1500", "et", "1500"]),
        ("١٬٥٠٠", "ar", ["1500"]),
        ("۱۲۳٬۴۵۶", "fa", ["123456"]),
        ("1.500", "de", ["1500"]),
        ("1.500.000", "es", ["1500000"]),
        ("1.500", "en", ["1", "500"]),
        ("3.14 and 2,5", "en", ["3", "14", "and", "2", "5"]),
        ("1,50", "en", ["1", "50"]),
        ("1,5000", "en", ["1", "5000"]),
        ("1234,567", "en", ["1234", "567"]),
        ("a1,500", "en", ["a1", "500"]),
        ("1,500b", "en", ["1", "500b"]),
        ("1,500,00", "en", ["1500", "00"]),
        ("1 500", "fr", ["1", "500"]),
        ("1,500.", "en", ["1500"]),
        ("(1,500)", "en", ["1500"]),
        ("1,500.75", "en", ["1500", "75"]),
        ("10.10.2015", "de", ["10", "10", "2015"]),
        ("１，５００", "zh", ["1", "500"]),
    ],
)
def test_grouped_numbers_join_as_their_language_writes_them(
    raw: str, language: str, folds: list[str]
) -> None:
    assert segment(raw, language).folds == folds


# --- sentences and paragraphs ---------------------------------------------------------------


def stretches(raw: str, language: str, kind: str) -> list[str]:
    text = segment(raw, language)
    starts = text.sentence_starts if kind == "sentence" else text.paragraph_starts
    bounds = [*starts, len(text.folds)]
    return [" ".join(text.folds[a:b]) for a, b in pairwise(bounds)]


@pytest.mark.parametrize(
    ("raw", "language", "sentences"),
    [
        ("One two. Three four.", "en", ["one two", "three four"]),
        ("One! Two? Three… Four", "en", ["one", "two", "three", "four"]),
        ('He said: "Go." She went.', "en", ["he said go", "she went"]),
        ("He left (in May.) She stayed.", "en", ["he left in may", "she stayed"]),
        ("Really?! Yes.", "en", ["really", "yes"]),
        # no end
        ("J. Smith met G. W. Bush. He left.", "en", ["j smith met g w bush", "he left"]),
        ("The U.S. Army came. It left.", "en", ["the u s army came", "it left"]),
        (
            "Dr. Who met Gen. Petrov at St. Paul. He left.",
            "en",
            ["dr who met gen petrov at st paul", "he left"],
        ),
        ("Version 2.5 of example.com is out. Try it.", "en", ["version 2 5 of example com is out", "try it"]),
        ("He came at 5 p.m. on Monday. It rained.", "en", ["he came at 5 p m on monday", "it rained"]),
        ("It rose by approx. 5 percent. Good.", "en", ["it rose by approx 5 percent", "good"]),
        ('"Stop!" he said. They did.', "en", ["stop he said", "they did"]),
        ("Am 3. Oktober kam er. Dann ging er.", "de", ["am 3 oktober kam er", "dann ging er"]),
        ("Es geschah 1990. Dann kam er.", "de", ["es geschah 1990", "dann kam er"]),
        ("It was room 3. October came.", "en", ["it was room 3", "october came"]),
        ("Das sind z. B. Äpfel. Gut.", "de", ["das sind z b apfel", "gut"]),
        ("M. Macron et Mme. Royal parlent. Bien.", "fr", ["m macron et mme royal parlent", "bien"]),
        ("В 2015 г. Россия начала. Потом ушла.", "ru", ["в 2015 г россия начала", "потом ушла"]),
        ("А. С. Пушкин жил. Он умер.", "ru", ["а с пушкин жил", "он умер"]),
        # other scripts
        ("قصفت الطائرات المدينة. وقال مسؤول.", "ar", ["قصفت الطايرات المدينه", "وقال مسوول"]),
        ("هل جاء؟ نعم.", "ar", ["هل جا", "نعم"]),
        ("وہ آیا۔ وہ گیا۔", "ur", ["وه ايا", "وه گيا"]),
        ("俄罗斯空袭。美国反对！是吗？", "zh", ["俄 罗 斯 空 袭", "美 国 反 对", "是 吗"]),
        ("「行く。」彼は言った。", "ja", ["行 く", "彼 は 言 っ た"]),
        ("वह आया। वह गया।", "hi", ["वह आया", "वह गया"]),
        ("Նա եկավ։ Նա գնաց։", "hy", [fold("նա") + " եկավ", "նա գնաց"]),
        ("그는 왔다. 그는 갔다.", "ko", ["그는 왔다", "그는 갔다"]),
        ("הוא בא. הוא הלך.", "he", ["הוא בא", "הוא הלך"]),
        # a line break is no barrier, a blank line is one
        (
            "Russian jets\nbombed Raqqa. Then\nthey left",
            "en",
            ["russian jets bombed raqqa", "then they left"],
        ),
        ("A headline\n\nA text", "en", ["a headline", "a text"]),
    ],
)
def test_sentences(raw: str, language: str, sentences: list[str]) -> None:
    assert stretches(raw, language, "sentence") == [
        unicodedata.normalize("NFC", sentence) for sentence in sentences
    ]


@pytest.mark.parametrize(
    ("raw", "paragraphs"),
    [
        ("a b\n\nc d", ["a b", "c d"]),
        ("a b\n \t\nc d\n\n\n\ne", ["a b", "c d", "e"]),
        ("a b\r\n\r\nc d", ["a b", "c d"]),
        ("a b\nc d", ["a b c d"]),
        ("\n\na b\n\n", ["a b"]),
        ("a\u2029b", ["a", "b"]),
        ("a\n\u00a0\nb", ["a", "b"]),
        ("a\n\n...\n\nb", ["a", "b"]),
        ("", []),
    ],
)
def test_paragraphs_end_at_a_blank_line(raw: str, paragraphs: list[str]) -> None:
    assert stretches(raw, "en", "paragraph") == paragraphs
