from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cleaning.clean import CleanError, clean_document, handle, heavy, prepare
from monitor.records import (
    Article,
    ExtractedArticle,
    FeedItem,
    Page,
    RawArticle,
    Record,
    Source,
    SourceLines,
    Tick,
    encode,
)
from monitor.stage import Step

NOW = datetime(2015, 11, 17, 12, 0, tzinfo=UTC)
SEED = (Path(__file__).parent / "data" / "alhurra-raqqa.txt").read_text(encoding="utf-8")
SENTENCE = (
    "The council of the harbour town voted on Tuesday to close the old pier, which has stood since 1901."
)


class Rows:
    """A stage's tables as a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, bytes], Record] = {}

    def get(self, table: str, key: bytes) -> Record | None:
        return self.rows.get((table, key))

    def scan(self, table: str, after: bytes, limit: int) -> Sequence[tuple[bytes, Record]]:
        found = sorted((key, row) for (name, key), row in self.rows.items() if name == table and key > after)
        return found[:limit]

    def apply(self, step: Step) -> None:
        for change in step.changes:
            assert change.value is not None
            self.rows[change.table, change.key] = change.value


def raw(page: Page | None = None, *, id: str = "a1", **item: Any) -> RawArticle:
    return RawArticle(
        id=id,
        source=Source(id="harbour", language="en"),
        item=FeedItem(**item),
        seen=NOW,
        page=page,
    )


def cleaned(record: Record, rows: Rows | None = None) -> Article:
    step = handle(record, rows or Rows(), NOW)
    (out,) = step.outputs
    assert out.topic == "articles"
    assert out.key == b"harbour"
    assert isinstance(out.record, Article)
    return out.record


def test_the_seed_article_comes_out_clean() -> None:
    found = cleaned(raw(Page(url="", text=SEED, media_type="text")))
    assert found.title == "موسكو تكثف غاراتها على سورية"
    assert found.language == "ar"
    assert found.text.startswith("أعلنت وزارة الدفاع الأميركية (البنتاغون)")
    assert found.text.endswith('تدعم الإرهاب".')
    assert "بوتين يدعو لخطة مشتركة" in found.text.split("\n\n")
    assert found.text.count("\n\n") == 16
    assert "المصدر" not in found.text
    assert "XS" not in found.text
    assert "Accessibility" not in found.text
    assert len(found.sketch) == 32
    assert len(found.content_hash) == 32
    assert found.seen == NOW
    assert found.published is None
    assert found.notes == ()


def test_the_command_line_and_the_stage_make_the_same_article() -> None:
    live = cleaned(raw(Page(url="", text=SEED, media_type="text")))
    typed = clean_document(text=SEED, seen=NOW)
    assert (typed.title, typed.text, typed.language) == (live.title, live.text, live.language)
    assert (typed.content_hash, typed.sketch) == (live.content_hash, live.sketch)


def test_preparing_before_or_in_place_makes_the_same_step() -> None:
    record = raw(Page(url="", text=SEED, media_type="text"), title="Title &amp; more")
    assert handle(prepare(record), Rows(), NOW) == handle(record, Rows(), NOW)


PAGE = Page(
    url="https://example.org/a",
    text="<html lang=fr><head><title>Page title</title><meta name=pubdate content=2015-11-01>"
    f"<link rel=canonical href=/b></head><body><article><p>{SENTENCE}</p><p>{SENTENCE.replace('old', 'new')}</p>"
    "</article></body></html>",
)


def test_the_item_s_title_and_date_come_before_the_page_s() -> None:
    published = NOW - timedelta(hours=1)
    found = cleaned(
        raw(PAGE, title="<b>Item</b> &amp; title", published=published, url="https://example.org/a?x=1")
    )
    assert found.title == "Item & title"
    assert found.published == published
    assert found.canonical_url == "https://example.org/b"
    assert found.url == "https://example.org/a?x=1"


def test_the_page_fills_what_the_item_leaves_open() -> None:
    found = cleaned(raw(PAGE))
    assert found.title == "Page title"
    assert found.published == datetime(2015, 11, 1, tzinfo=UTC)
    assert found.language == "en"  # the page's declaration is wrong
    assert found.text == f"{SENTENCE}\n\n{SENTENCE.replace('old', 'new')}"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (
            {"summary": "<p>Short.</p>", "content": "<p>Longer content.</p><p>Of two.</p>"},
            "Longer content.\n\nOf two.",
        ),
        ({"summary": "<p>A summary longer than it.</p>", "content": "Short."}, "A summary longer than it."),
        ({"summary": "Lone &amp; plain"}, "Lone & plain"),
        ({"content": "5 < 6\n\nand more", "content_type": "text"}, "5 < 6\n\nand more"),
        ({"title": "Only a title"}, ""),
        (
            {
                "title": "Pier",
                "content": f"<p>{SENTENCE}</p><p>Twice.</p><p>The post Pier appeared first on X.</p>",
            },
            f"{SENTENCE}\n\nTwice.",
        ),
        ({"title": "Pier", "content": f"<p>By Jo Roe</p><p>{SENTENCE}</p><p>Source: AFP</p>"}, SENTENCE),
        ({"title": "Same words", "content": "<h1>Same words</h1><p>Then text.</p>"}, "Then text."),
    ],
)
def test_the_longer_of_content_and_summary_is_the_text(item: dict[str, Any], text: str) -> None:
    assert cleaned(raw(**item)).text == text


def test_a_page_shorter_than_the_item_is_not_taken() -> None:
    page = Page(url="", text="<html><body><p>Please accept our cookies.</p></body></html>")
    assert cleaned(raw(page, content=f"<p>{SENTENCE}</p>")).text == SENTENCE


def test_controls_go_and_format_characters_stay() -> None:
    found = clean_document(
        title="A\0B\x07 \ud800c", text="Ir\u200ban\0 talks\r\nin \u200fRaqqa\u200e\x85now", seen=NOW
    )
    assert found.title == "AB c"
    assert found.text == "Ir\u200ban talks\nin \u200fRaqqa\u200e\nnow"
    encode(found)


def test_a_long_text_is_cut_with_a_note() -> None:
    found = clean_document(text="word " * 100_000, seen=NOW)
    assert len(found.text) <= 200_000
    assert found.notes == ("text cut at 200000 characters",)


def test_a_huge_text_is_cut_before_it_is_read() -> None:
    found = clean_document(text="word " * 4_000_000, seen=NOW)
    assert found.notes == ("text cut at 1048576 bytes", "text cut at 200000 characters")


def test_an_article_without_any_text_says_so() -> None:
    assert cleaned(raw(content="<p></p>")).notes == ("no text found",)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", "Russian strikes on Raqqa"),
        ("Mayor of New", "York lost"),
        ("", "in New\nYork.\n\nHe left New\n\nYork lost"),
        ("Quiet day", "First lines.\n\nThe bomb was old."),
        ("WHO KILLED THE KING", "no clue"),
        ("", "1\u202f500 morts, 3.14 fois"),
        ("", "AT&T said it's fine"),
    ],
)
def test_typed_documents_are_kept_as_they_are(title: str, text: str) -> None:
    found = clean_document(title=title, text=text, seen=NOW)
    assert (found.title, found.text) == (title, text)


def test_documents_in_html() -> None:
    assert clean_document(html="<p>text</p>", seen=NOW).text == "text"
    found = clean_document(html=PAGE.text, url=PAGE.url, seen=NOW)
    assert (found.title, found.canonical_url) == ("Page title", "https://example.org/b")
    assert found.published == datetime(2015, 11, 1, tzinfo=UTC)


def seed_as_html(heading: str, below: str, block: str) -> str:
    parts = []
    for text in (part.strip() for part in SEED.split("\n\n") if part.strip()):
        if text.startswith("موسكو تكثف"):
            parts.append(f"<{heading}>{text}</{heading}>")
        elif text.startswith("XS"):
            parts.append("<div>" + "".join(f"<span>{size}</span> " for size in text.split()) + "</div>")
        elif len(text) < 40:
            parts.append(f"<{below}>{text}</{below}>")
        else:
            parts.append(f"<{block}>{text}</{block}>")
    return "\n".join(parts)


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body>{seed_as_html('h1', 'h3', 'p')}</body></html>",
        seed_as_html("h1", "h2", "p"),
        seed_as_html("div", "div", "div"),
    ],
)
def test_the_seed_article_as_html_comes_out_without_chrome(html: str) -> None:
    found = clean_document(html=html, seen=NOW)
    assert found.title == "موسكو تكثف غاراتها على سورية"
    assert found.text.startswith("أعلنت وزارة الدفاع الأميركية (البنتاغون)")
    assert found.text.endswith('تدعم الإرهاب".')
    assert "بوتين يدعو لخطة مشتركة" in found.text.split("\n\n")


def test_a_declared_language_is_a_hint() -> None:
    assert clean_document(title="NATO", language="de", seen=NOW).language == "de"
    assert clean_document(text="Des raids russes ont visé Raqqa", language="en", seen=NOW).language == "fr"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (raw(PAGE), True),
        (raw(Page(url="", text="x", media_type="text")), False),
        (raw(content="<p>text</p>" * 10), False),
        (raw(content="<p>text</p>" * 3000), True),
        (raw(content="<html><body><p>text</p></body></html>"), True),
        (raw(content="x" * 50_000), False),
        (Tick(at=NOW), False),
    ],
)
def test_only_html_pages_and_long_html_are_heavy(record: Record, expected: bool) -> None:
    assert heavy(record) is expected


def test_ticks_are_skipped_and_other_records_refused() -> None:
    assert handle(Tick(at=NOW), Rows(), NOW) == Step()
    assert isinstance(prepare(Tick(at=NOW)), Tick)
    with pytest.raises(CleanError, match="not SourceLines"):
        handle(SourceLines(), Rows(), NOW)


def page_of(day: str) -> Page:
    text = f"Pier news of {day}\n\nVoice of the harbour since 1901\n\n{SENTENCE.replace('Tuesday', day)}"
    return Page(
        url="", text=f"{text}\n\nVoice of the harbour since 1901, says\n\n{SENTENCE}", media_type="text"
    )


def test_lines_repeated_by_a_source_become_chrome() -> None:
    rows = Rows()
    texts: list[str] = []
    for number, day in enumerate(map(str, range(15))):
        step = handle(raw(page_of(day), id=f"id {number}"), rows, NOW)
        article = step.outputs[0].record
        assert isinstance(article, Article)
        texts.append(article.text)
        rows.apply(step)
    assert "since 1901, says" in texts[0]
    assert "since 1901, says" not in texts[-1]
    assert len(encode(rows.rows["source-lines", b"harbour"])) < 4096


def test_a_replayed_page_changes_nothing_more() -> None:
    rows = Rows()
    record = raw(page_of("Monday"))
    once = handle(record, rows, NOW)
    rows.apply(once)
    again = handle(record, rows, NOW)
    assert again.outputs == once.outputs
    assert len(once.changes) == 1
    assert again.changes == ()


def test_html_teaches_nothing() -> None:
    assert handle(raw(PAGE), Rows(), NOW).changes == ()


def test_a_prepared_article_travels_between_processes() -> None:
    import pickle

    prepared = prepare(raw(PAGE))
    assert isinstance(prepared, ExtractedArticle)
    assert pickle.loads(pickle.dumps(prepared)) == prepared
