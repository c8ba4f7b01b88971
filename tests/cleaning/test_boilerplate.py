from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from monitor.cleaning.boilerplate import Split, paragraphs, split
from monitor.cleaning.source_lines import KNOWN_LINES, learn, line_key, repeated
from monitor.records import SourceLines, encode

DATA = Path(__file__).parent / "data"


def pages() -> list[tuple[str, list[tuple[str, str]]]]:
    """Names of the labelled pages, and their blocks as (label, text)."""
    found = []
    for part in (DATA / "pages.txt").read_text(encoding="utf-8").split("==== ")[1:]:
        name, _, body = part.partition("\n")
        found.append((name, [(block[0], block[2:]) for block in body.strip().split("\n\n")]))
    return found


def parted(text: str, title: str = "") -> Split:
    return split(paragraphs(text), title=title)


def test_the_seed_article_is_parted_from_its_page() -> None:
    found = parted((DATA / "alhurra-raqqa.txt").read_text(encoding="utf-8"))
    assert found.title == "موسكو تكثف غاراتها على سورية"
    assert len(found.paragraphs) == 17
    assert found.paragraphs[0].startswith("أعلنت وزارة الدفاع الأميركية")
    assert found.paragraphs[-1].endswith('تدعم الإرهاب".')
    for heading in ("استراتيجية محاربة داعش", "بوتين يدعو لخطة مشتركة", "شروط الأسد للتعاون مع فرنسا"):
        assert heading in found.paragraphs
    assert [line.split("\n")[0][:8] for line in found.chrome] == [
        "Accessib",
        "logo-pri",
        "طائرات ح",
        "طائرات ح",
        "المصدر: ",
        "XS",
    ]


@pytest.mark.parametrize(("name", "blocks"), pages(), ids=[name for name, _ in pages()])
def test_pages_in_many_languages_lose_their_chrome_and_nothing_else(
    name: str, blocks: list[tuple[str, str]]
) -> None:
    found = parted("\n\n".join(text for _, text in blocks))
    assert found.title == next(text for label, text in blocks if label == "T")
    assert list(found.paragraphs) == [text for label, text in blocks if label == "B"]
    assert set(found.chrome) == {text for label, text in blocks if label == "C"}


@pytest.mark.parametrize(("name", "blocks"), pages(), ids=[name for name, _ in pages()])
def test_a_title_known_from_elsewhere_is_not_repeated_in_the_body(
    name: str, blocks: list[tuple[str, str]]
) -> None:
    title = next(text for label, text in blocks if label == "T")
    found = parted("\n\n".join(text for _, text in blocks), title)
    assert found.title == ""
    assert list(found.paragraphs) == [text for label, text in blocks if label == "B"]
    assert title in found.chrome


@pytest.mark.parametrize(
    "text",
    [
        "Russian strikes on Raqqa",
        "Russian jets bombed the Syrian city of Raqqa on Monday, the ministry said.",
        "Russian strikes on Raqqa\nRussian jets bombed Raqqa.",
        "俄罗斯战机空袭叙利亚拉卡",
        "Source: Reuters",
        "Menu",
    ],
)
def test_a_lone_paragraph_is_kept_whole_without_a_title(text: str) -> None:
    assert parted(text) == Split("", (text,), ())


def test_short_blocks_without_a_sentence_are_kept_whole() -> None:
    found = parted("in New\nYork.\n\nHe left New\n\nYork lost")
    assert found == Split("", ("in New\nYork.", "He left New", "York lost"), ())


def test_a_first_line_is_a_title_only_apart_by_a_blank_line_and_without_a_stop() -> None:
    assert parted("Strikes on Raqqa\n\nRussian jets bombed Raqqa.").title == "Strikes on Raqqa"
    assert parted("Strikes hit Raqqa.\n\nRussian jets bombed Raqqa.").title == ""
    assert parted("Strikes on Raqqa\n\nJets").title == ""


def test_a_given_title_leaves_the_text_as_body() -> None:
    assert parted("First lines.\n\nThe bomb was old.", "Quiet day") == Split(
        "", ("First lines.", "The bomb was old."), ()
    )


def test_a_last_line_without_its_stop_is_kept_where_nothing_looks_like_a_frame() -> None:
    found = parted("Russian jets bombed the city of Raqqa on Monday, it said.\n\nTen people were killed")
    assert found.paragraphs[-1] == "Ten people were killed"


def test_lists_and_short_answers_within_the_text_are_kept() -> None:
    text = (
        "Peru votes for a change\n\n"
        "The elections in Peru were won by the opposition on Sunday, the board said.\n\n"
        "• Turnout was high\n• Three people were hurt\n• Counting goes on\n\n"
        "Will you govern alone?\n\nNo.\n\n"
        'Its leader thanked the voters. "We will govern for all," she said.'
    )
    found = parted(text)
    assert found.title == "Peru votes for a change"
    assert found.chrome == ()
    assert len(found.paragraphs) == 5


def test_a_page_without_blank_lines_has_a_paragraph_on_each_line() -> None:
    first = "Russian jets carried out new strikes on the city of Raqqa on Tuesday, the ministry of defence said late."
    second = "The Pentagon said it had been told of the raids in advance, for the first time since the campaign began."
    found = parted(f"Home\nRussia strikes Raqqa again\n{first}\n{second}\nShare\nTurkey shoots down jet")
    assert found.title == "Russia strikes Raqqa again"
    assert found.paragraphs == (first, second)


def test_wrapped_lines_stay_one_paragraph() -> None:
    text = "Russian jets carried out a new wave of strikes on\nthe city of Raqqa on Tuesday.\nThat was all."
    assert paragraphs(text) == (text,)


def test_credits_are_cut_from_within_the_outer_blocks() -> None:
    body = "The court cleared the company of blame for the sinking of the ferry."
    found = parted(f"Ferry company cleared\n\n{body}\nSource: Reuters\n© 2020 The Paper")
    assert found.paragraphs == (body,)
    assert set(found.chrome) == {"Source: Reuters", "© 2020 The Paper"}


# --- what a source repeats ------------------------------------------------------------------

SLOGAN = "Voice of the harbour since 1901"
ARTICLE = "The harbour council met on {} to discuss the new pier, and put off its decision again."


def test_a_line_on_many_pages_of_a_source_is_chrome_even_within_the_text() -> None:
    known: SourceLines | None = None
    for day in map(str, range(1, 16)):
        page = [f"News of {day}", SLOGAN, ARTICLE.format(day)]
        known = learn(known, page, day) or known
    assert known is not None
    assert repeated(known)(SLOGAN)
    page = [
        "Pier is put off",
        ARTICLE.format("May Day"),
        SLOGAN,
        "Nobody was surprised by what it had decided.",
    ]
    assert split(page, known).chrome == (SLOGAN,)
    assert SLOGAN in split(page).paragraphs


def test_a_page_handled_again_counts_once() -> None:
    page = ["Pier is put off", SLOGAN, ARTICLE.format("Monday")]
    known = learn(None, page, "a1")
    assert known is not None
    assert learn(known, page, "a1") is None
    assert not repeated(known)(SLOGAN)


def test_running_text_is_never_learned() -> None:
    known = learn(None, [ARTICLE.format("Monday"), "Menu"], "a1")
    assert known is not None
    assert set(known.lines) == {line_key("Menu")}


def test_what_is_known_of_a_source_stays_under_four_kilobytes() -> None:
    known: SourceLines | None = None
    for page in range(300):
        lines = [f"line {page} {number}" for number in range(100)] + ["Menu"]
        known = learn(known, lines, f"article {page}") or known
    assert known is not None
    assert len(known.lines) == KNOWN_LINES
    assert line_key("Menu") in known.lines
    full = SourceLines(lines=dict.fromkeys(known.lines, 255), pages=255)
    assert len(encode(full)) < 4096
    assert msgspec.json.decode(encode(full))["kind"] == "source-lines"


def test_a_headline_published_again_and_again_is_still_a_title() -> None:
    known: SourceLines | None = None
    headline = "Council puts off the new pier"
    for number in range(4):
        known = learn(known, [headline, ARTICLE.format("Monday")], f"copy {number}") or known
    assert split([headline, ARTICLE.format("Monday")], known).title == headline


HOSTILE = {
    "blank lines": "\n" * 1_000_000,
    "short blocks": "a\n\n" * 300_000,
    "short lines": "menu\n" * 200_000,
    "headings and a sentence": "Menu of the day\n\n" * 900 + "It was a long and quiet day in town.",
    "digits": "\n\n".join(["12:30 " + "1 " * 37] * 900),
    "separators": "| " * 300_000,
    "blanks": " \t" * 500_000,
    "stops": "." * 1_000_000,
    "dashes": " - " * 100_000 + "\n\n" + "x" * 100_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon_and_lose_no_letters(name: str) -> None:
    blocks = paragraphs(HOSTILE[name])
    found = parted(HOSTILE[name])
    kept = [*found.paragraphs, *found.chrome, *([found.title] if found.title else [])]
    assert sum(map(len, kept)) >= sum(map(len, blocks)) - len(blocks)


def test_a_caption_said_twice_below_the_title_is_not_the_title() -> None:
    page = (
        "Jets bomb positions near the city",
        "Smoke rises above one of the districts today",
        "Smoke rises above one of the districts today",
        "Local activists said on Wednesday that warplanes carried out a series of raids on the city at dawn.",
        "Residents said that a depot and a bridge near the entrance of the city were damaged by the strikes.",
    )
    assert split(page).title == page[0]


def test_a_title_may_begin_in_another_script() -> None:
    page = (
        "Skip to content",
        "iPhone 17 Pro Max 今天发布",
        "苹果公司今天在发布会上公布了新款手机，分析人士表示价格比去年略有上升，预计下周开始发售。",
        "该公司没有说明销售目标，但表示供应充足，并将在更多国家和地区同步上市销售。",
    )
    parted = split(page)
    assert (parted.title, parted.chrome) == (page[1], page[:1])
