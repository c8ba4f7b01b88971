from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import pytest

from monitor.cleaning.extract import extract, fragment
from monitor.cleaning.pagedata import read_time
from monitor.records import MAX_PAGE

BODY = """
<p>The council of the harbour town voted on Tuesday to close the old pier, which has stood since 1901.</p>
<p>Fishermen said that nobody had asked. &ldquo;We learned it from the paper,&rdquo; one of them said.</p>
<h2>What comes next</h2>
<p>A new pier is to be built by the end of next year, at a cost of 1&#8239;500&nbsp;000 pounds.</p>
"""
PARAGRAPHS = (
    "The council of the harbour town voted on Tuesday to close the old pier, which has stood since 1901.",
    "Fishermen said that nobody had asked. “We learned it from the paper,” one of them said.",
    "What comes next",
    "A new pier is to be built by the end of next year, at a cost of 1\u202f500\u00a0000 pounds.",
)
NAV = '<nav><ul><li><a href="/">Home</a><li><a href="/w">Russia strikes Raqqa</a></ul></nav>'
PAGE = f"""<!doctype html><html lang="en-GB"><head><title>Pier to close - Harbour News</title>
<link rel="stylesheet canonical" href="/2024/pier?utm_source=feed">
<meta property="og:title" content="Council closes the old pier &amp; plans a new one">
<meta property="article:published_time" content="2024-03-12T10:45:00+01:00">
<meta property="article:modified_time" content="2024-03-13T10:45:00+01:00">
<script>document.write("Russia strikes Raqqa")</script></head>
<body>{NAV}<article><h1>Council closes the old pier &amp; plans a new one</h1>{BODY}</article>
<aside><h3>Most read</h3><a href="/x">Russia strikes Raqqa</a></aside>
<div id="comments" class="comments"><p>Great article, thank you very much indeed, said a reader.</p></div>
<footer>© 2024 Harbour News</footer></body></html>"""


def test_a_page_gives_its_article_and_what_it_says_of_itself() -> None:
    found = extract(PAGE, "https://www.example.org/a?id=1")
    assert found.title == "Council closes the old pier & plans a new one"
    assert found.paragraphs == PARAGRAPHS
    assert found.published == datetime(2024, 3, 12, 9, 45, tzinfo=UTC)
    assert found.canonical_url == "https://www.example.org/2024/pier"
    assert found.language_hint == "en"
    assert not found.plain
    assert not found.notes


def test_a_page_without_a_date_has_none_whatever_its_address_and_text_say() -> None:
    page = f"<html><head><title>T</title></head><body><article>{BODY}</article></body></html>"
    assert extract(page, "https://example.org/2019/05/06/pier").published is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="pubdate" content="Tue, 12 Mar 2024 10:45:00 +0100">',
        '<meta itemprop="datePublished" content="2024-03-12T09:45:00Z">',
        '<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage",'
        '"datePublished":"2020-01-01"},{"@type":["NewsArticle"],"datePublished":"2024-03-12T09:45:00.000Z"}]}</script>',
        '<script type="application/ld+json">{broken</script><meta name=dc.date.issued content="2024-03-12 09:45">',
        '<time itemprop="datePublished" datetime="2024-03-12T09:45:00+00:00">today</time>',
    ],
)
def test_a_published_time_is_found_where_pages_name_it(head: str) -> None:
    found = extract(f"<html><head>{head}</head><body><article>{BODY}</article></body></html>")
    assert found.published == datetime(2024, 3, 12, 9, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "2024-13-40", "1899-01-01", "9999-01-01T00:00:00Z", "12", "Mon, 99 Foo 2024", "\0"],
)
def test_times_that_are_none_are_not_guessed(value: str) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Pier to close | Harbour News</title>", "<h1>Pier to close</h1>", "Pier to close"),
        (
            '<title>Pier to close - The Paper</title><meta property=og:site_name content="The Paper">',
            "",
            "Pier to close",
        ),
        ("<title>Pier - to close</title>", "", "Pier - to close"),
        ("<title>A &amp;lt;b&amp;gt; \n c</title>", "", "A &lt;b&gt; c"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Linked"}</script>',
            "",
            "Linked",
        ),
        ("", "", ""),
    ],
)
def test_the_title_is_the_article_s(head: str, body: str, title: str) -> None:
    page = f"<html><head>{head}</head><body><article>{body}{BODY}</article></body></html>"
    assert extract(page).title == title


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<p>text</p>", ("text",)),
        ("text", ("text",)),
        ("one<br>two<br><br>three<p>four", ("one\ntwo", "three", "four")),
        ("<ul><li>one<li>two</ul><h3>head</h3>tail", ("one", "two", "head", "tail")),
        ("<b>Raq</b>qa &amp; <i>Id</i>lib", ("Raqqa & Idlib",)),
        ("AT&T &amp;amp; &copy 2 &notit; &copy; &#x41;&#0;", ("AT&T &amp; &copy 2 &notit; © A\ufffd",)),
        ("3 < 5 & 7 > 2 <3", ("3 < 5 & 7 > 2 <3",)),
        ("a<!-- <p>b</p> -->c<![CDATA[d]]><?x?>", ("acd",)),
        ("<script>x</script><style>y</style><p>z<noscript>n</noscript>", ("z",)),
        ('<p title="a > b">in</p><a href=\'x">y\'>out</a>', ("in", "out")),
        ("<td>cell one<td>cell two", ("cell one", "cell two")),
        ("<p>می\u200cخواهم 1\u202f500</p>", ("می\u200cخواهم 1\u202f500",)),
        ("<p> </p><br>", ()),
    ],
)
def test_a_fragment_is_kept_whole(html: str, paragraphs: tuple[str, ...]) -> None:
    assert fragment(html) == paragraphs


def test_a_short_page_falls_back_to_its_blocks_without_the_frame() -> None:
    text = "<div>Pier closed for good, says mayor of the town.</div>"
    page = f"<html><body><header>Harbour News</header>{NAV}{text}<footer>© 2024</footer>"
    found = extract(page)
    assert found.paragraphs == ("Pier closed for good, says mayor of the town.",)


def test_an_article_set_in_a_table_is_found() -> None:
    page = f"<html><body><table><tr><td>{BODY}</td></tr></table></body></html>"
    assert PARAGRAPHS[0] in extract(page).paragraphs


def test_two_line_breaks_part_paragraphs_in_a_page() -> None:
    text = BODY.replace("</p>", "<br><br>").replace("<p>", "")
    found = extract(f"<html><body><article><div>{text}</div></article></body></html>")
    assert found.paragraphs == PARAGRAPHS


FRAME = "<html><body>"
BOMBS = {
    "nested": "<div>" * 100_000 + "kept words",
    "nested and closed": "<div>" * 80_000 + "kept words" + "</div>" * 80_000,
    "nested inline": "<b>" * 100_000 + "kept words",
    "nested tables": "<table><tr><td>" * 50_000 + "kept words",
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(90_000)) + ">kept words",
    "a huge attribute": "<p " + "a" * 900_000 + "=1>kept words",
    "a huge value": "<p class='" + "a" * 900_000 + "'>kept words",
    "open brackets": "kept words " + "<" * 1_000_000,
    "open tags": "kept words " + "<a" * 500_000,
    "open quotes": "kept words " + '<a x="' * 150_000,
    "open attributes": "kept words " + "<a =" * 200_000,
    "open comments": "kept words" + "<!--" * 200_000,
    "open scripts": "kept words" + "<script>" * 100_000,
    "ends without beginnings": "</div>" * 150_000 + "kept words",
    "references": "kept words" + "&lt;" * 250_000,
    "loose ampersands": "kept words" + "&" * 1_000_000,
    "an entity bomb": "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>kept words &b;",
    "NUL and surrogates": "\0<p>ke\0pt\ud800 wo\x07rds</p>",
    "linked data": "<script type=application/ld+json>" + "[" * 100_000 + "</script>kept words",
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_pages_give_their_text(name: str) -> None:
    assert "kept words" in "\n".join(extract(FRAME + BOMBS[name]).paragraphs)[:200]


@pytest.mark.parametrize("name", ["nested inline", "attributes", "open attributes"])
def test_hostile_pages_are_read_within_bounded_memory(name: str) -> None:
    extract(PAGE)  # libraries loaded: their size is not the page's
    tracemalloc.start()
    extract(FRAME + BOMBS[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * 1024 * 1024


def test_a_page_is_cut_at_its_limit_with_a_note() -> None:
    found = extract(f"<html><body><article>{BODY}</article><p>" + "ж" * MAX_PAGE)
    assert any("cut" in note for note in found.notes)
    assert sum(len(text.encode()) for text in found.paragraphs) <= MAX_PAGE
