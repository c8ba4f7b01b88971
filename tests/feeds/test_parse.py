from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.feeds.parse import MAX_BYTES, FeedError, parse
from monitor.records import FeedItem

BASE = "https://example.org/news/feed.xml"


def rss(items: str, head: str = "<title>F</title><language>ar</language>") -> bytes:
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'>"
        f"<channel>{head}{items}</channel></rss>"
    ).encode()


def titles(data: bytes) -> list[str]:
    return [item.title for item in parse(data, url=BASE).items]


def test_rss_2() -> None:
    feed = parse(
        rss("""
        <item>
          <title>غارات روسية على الرقة</title><link>/world/1?a=1&amp;b=2</link>
          <guid isPermaLink="false">tag:1</guid><pubDate>Tue, 24 Nov 2026 22:34:22 +0300</pubDate>
          <description>&lt;p&gt;Short&lt;/p&gt;</description>
          <content:encoded><![CDATA[<p>Long &amp; whole</p>]]></content:encoded>
          <dc:creator>Reporter</dc:creator><category>Syria</category><category>War</category>
          <media:title>Picture</media:title><media:description>Of a picture</media:description>
        </item>"""),
        url=BASE,
    )
    assert feed.title == "F"
    assert feed.complete
    assert feed.items == (
        FeedItem(
            guid="tag:1",
            url="https://example.org/world/1?a=1&b=2",
            title="غارات روسية على الرقة",
            summary="<p>Short</p>",
            content="<p>Long &amp; whole</p>",
            published=datetime(2026, 11, 24, 19, 34, 22, tzinfo=UTC),
            authors=("Reporter",),
            categories=("Syria", "War"),
            language="ar",
        ),
    )


def test_atom() -> None:
    feed = parse(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.org/a/">
        <title>A</title><author><name>Desk</name></author>
        <entry><title type="html">5 &amp;lt; 6 &lt;i&gt;x&lt;/i&gt;</title><id>urn:1</id>
          <link rel="self" href="self"/><link href="page"/>
          <published>2026-01-02T03:04:05Z</published><updated>2026-01-03T00:00:00+01:00</updated>
          <summary>s &lt; b</summary>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &lt; <b>x</b></div></content>
          <category term="c" label="Label"/></entry>
        </feed>""",
        url=BASE,
    )
    assert feed.items == (
        FeedItem(
            guid="urn:1",
            url="https://example.org/a/page",
            title="5 < 6 x",
            summary="s &lt; b",
            content="a &lt; <b>x</b>",
            published=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            updated=datetime(2026, 1, 2, 23, tzinfo=UTC),
            authors=("Desk",),
            categories=("Label",),
            language="de",
        ),
    )


def test_atom_plain_text_stays_plain() -> None:
    (item,) = parse(
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a &amp;amp; b</title>
        <content>1 &lt; 2</content></entry></feed>"""
    ).items
    assert (item.title, item.content, item.content_type) == ("a &amp; b", "1 < 2", "text")


def test_rss_1() -> None:
    (item,) = parse(
        b"""<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel rdf:about="x"><title>R</title></channel>
        <item rdf:about="https://example.org/1"><title>t</title><link>https://example.org/1</link>
        <dc:date>2026-01-01T00:00:00Z</dc:date></item></rdf:RDF>"""
    ).items
    assert (item.guid, item.url, item.published) == (
        "https://example.org/1",
        "https://example.org/1",
        datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_json_feed() -> None:
    (item,) = parse(
        b"""{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "tr", "items": [
        {"id": 7, "url": "/a", "title": "a &amp; b", "content_text": "x < y", "tags": ["t"],
         "authors": [{"name": "N"}], "date_published": "2026-01-01T00:00:00Z"}]}""",
        url=BASE,
    ).items
    assert item == FeedItem(
        guid="7",
        url="https://example.org/a",
        title="a &amp; b",
        content="x < y",
        content_type="text",
        published=datetime(2026, 1, 1, tzinfo=UTC),
        authors=("N",),
        categories=("t",),
        language="tr",
    )


def test_a_shape_of_its_own_goes_to_feedparser() -> None:
    data = b"""<?xml version="1.0"?><CHANNEL HREF="https://example.org/"><TITLE>CDF</TITLE>
    <ITEM HREF="https://example.org/1"><TITLE>One</TITLE><ABSTRACT>Text</ABSTRACT></ITEM></CHANNEL>"""
    assert titles(data) == ["One"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&T x & y", "AT&T x & y"),
        ("a &amp;amp; b", "a & b"),
        ("a &amp;#8217; b", "a ’ b"),
        ("caf&eacute; &nbsp;x", "café x"),
        ("<![CDATA[a &amp; <b>b</b>]]>", "a & b"),
        ("&amp;lt;script&amp;gt; tag", "<script> tag"),
        ("5 &lt; 6", "5 < 6"),
        ("in <b>bold</b> face", "in bold face"),
        (" two\n lines ", "two lines"),
        ("n\0ul &#0; &#x1F; &#xD800; &#99999999; ok", "nul ok"),
        ("&unknown; &#x41;", "&unknown; A"),
    ],
)
def test_titles_are_text_unescaped_once(title: str, text: str) -> None:
    assert titles(rss(f"<item><title>{title}</title><guid>1</guid></item>")) == [text]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://example.org/1", "https://example.org/1"),
        ("story", "https://example.org/news/story"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("javascript:alert(1)", ""),
        ("ftp://example.org/x", ""),
        ("http://[", ""),
        ("https://example.org/" + "a" * 5000, ""),
    ],
)
def test_links_are_absolute_and_lead_to_the_web(link: str, url: str) -> None:
    (item,) = parse(rss(f"<item><title>t</title><link>{link}</link></item>"), url=BASE).items
    assert item.url == url


@pytest.mark.parametrize(
    "date", ["yesterday", "2026", "Tue, 32 Nov 2026 10:00:00 GMT", "24/11/2026", "x" * 100_000]
)
def test_a_date_that_cannot_be_understood_is_none(date: str) -> None:
    (item,) = parse(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>")).items
    assert item.published is None


def test_a_date_in_the_future_is_kept() -> None:
    (item,) = parse(
        rss("<item><title>t</title><pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item>")
    ).items
    assert item.published == datetime(2100, 1, 1, tzinfo=UTC)


def test_items_before_a_cut_are_kept_and_the_cut_one_waits() -> None:
    whole = rss(
        "<item><title>one</title></item><item><title>two</title></item><item><title>three</title></item>"
    )
    feed = parse(whole[: whole.index(b"three") + 2])
    assert [item.title for item in feed.items] == ["one", "two"]
    assert not feed.complete


def test_damage_stays_within_its_item() -> None:
    data = rss(
        "<item><title>one</title></item>"
        "<item><title>two</title><description><p>open<br>tags <a href=x>y</description></item>"
        "<item><title>three & <unknown:thing>x</title></item>"
        "<item><title>four</title></item>"
    )
    feed = parse(data)
    assert [item.title for item in feed.items][::3] == ["one", "four"]
    assert len(feed.items) == 4
    assert feed.notes == ("the feed is not well-formed XML",)


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">'
            + BOMB.encode()
            + b"]><rss><channel><item><title>ok &l9;</title></item></channel></rss>",
            ["ok &l9;"],
        ),
        (
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>a &x;</title>'
            b"</item></channel></rss>",
            ["a &x;"],
        ),
        (rss("<item><title>ok</title></item>" + "<a>" * 100_000), ["ok"]),
        (
            rss(
                f"<item><title>ok</title></item><item><description>{'<a>' * 100_000}{'</a>' * 100_000}"
                "</description></item><item><title>after</title></item>"
            ),
            ["ok", "", "after"],
        ),
        (rss("<item>" * 100_000), []),
        (rss(f"<item><title>t</title>{'<category>x</category>' * 100_000}</item>"), ["t"]),
        (rss(f"<item><title>t</title><author>{'a@' * 1_000_000}</author></item>"), ["t"]),
        (rss(f"<item><title>t</title><description>{'<![CDATA[' * 200_000}</description></item>"), ["t"]),
        (b"<rss><channel>" + b"</item " * 500_000, []),
    ],
    ids=[
        "entity bomb",
        "external entity",
        "deep",
        "deep item",
        "open items",
        "tags",
        "author",
        "cdata",
        "ends",
    ],
)
@pytest.mark.timeout(20)
def test_hostile_feeds_cost_little(data: bytes, kept: list[str]) -> None:
    assert titles(data) == kept


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\0\0\0 \n", "empty"),
        (b"hello", "no XML"),
        (b"<!doctype html><html><body>x</body></html>", "web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no feed"),
        (b"{}", "no JSON Feed"),
        (b'{"items":' * 100_000, "no JSON Feed"),
        (b"[" * 100_000, "no XML"),
        (b"<" * 1_000_000, "no XML"),
        (b"x" * (MAX_BYTES + 1), "are read"),
    ],
)
def test_what_is_no_feed_is_an_error_that_says_what_it_is(data: bytes, message: str) -> None:
    with pytest.raises(FeedError, match=message):
        parse(data, url=BASE)


def test_a_feed_without_items_is_a_feed() -> None:
    assert parse(rss("")).items == ()


def test_of_many_items_the_newest_are_taken() -> None:
    items = "".join(
        f"<item><title>{n}</title><pubDate>{1 + n // 60 % 28:02} Jan 2026 00:{n % 60:02}:00 GMT</pubDate></item>"
        for n in range(700)
    )
    feed = parse(rss(items))
    assert [item.title for item in feed.items] == [str(n) for n in range(200, 700)]
    assert feed.notes == ("the feed has 700 items; the newest 500 are taken",)


RUSSIAN = "Российские самолёты нанесли удары по городу Ракка, сообщили местные жители вечером во вторник"
ARABIC = "قالت مصادر محلية إن الطائرات الروسية شنت غارات على مدينة الرقة السورية"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "KOI8-R"),
        (RUSSIAN, "ISO-8859-5"),
        (RUSSIAN, "UTF-16"),
        (ARABIC, "windows-1256"),
        (ARABIC, "ISO-8859-6"),
        ("Rus uçakları Suriye'nin Rakka şehrini vurdu, çok sayıda ölü ve yaralı var", "ISO-8859-9"),
        ("俄罗斯战机空袭叙利亚拉卡市，造成至少十名平民死亡", "GBK"),
        ("俄罗斯战机空袭叙利亚拉卡市，造成至少十名平民死亡", "GB18030"),
        ("俄羅斯戰機空襲敘利亞拉卡市，造成至少十名平民死亡", "Big5"),
        ("ロシア軍機がシリア北部のラッカを空爆し市民が死亡した", "Shift_JIS"),
        ("ロシア軍機がシリア北部のラッカを空爆し市民が死亡した", "EUC-JP"),
        ("ロシア軍機がシリア北部のラッカを空爆し市民が死亡した", "ISO-2022-JP"),
        ("러시아 전투기가 시리아 락까를 공습해 민간인이 숨졌다", "EUC-KR"),
    ],
)
@pytest.mark.parametrize("told", ["declaration", "header", "nothing", "wrong header"])
def test_feeds_are_read_in_any_charset(text: str, charset: str, told: str) -> None:
    declared = f" encoding='{charset}'" if told in ("declaration", "wrong header") else ""
    data = f"<?xml version='1.0'{declared}?><rss><channel><item><title>{text}</title></item></channel></rss>"
    headers = {"content-type": f"text/xml; charset={charset if told == 'header' else 'ISO-8859-1'}"}
    if told in ("declaration", "nothing"):
        headers = {"content-type": "text/xml"}
    (item,) = parse(data.encode(charset), headers=headers).items
    assert item.title == text


def test_valid_utf8_wins_over_a_wrong_label() -> None:
    data = f"<?xml version='1.0' encoding='windows-1251'?><rss><channel><item><title>{ARABIC}</title></item></channel></rss>"
    (item,) = parse(data.encode(), headers={"content-type": "text/xml; charset=iso-8859-1"}).items
    assert item.title == ARABIC


def test_a_stray_byte_costs_one_character() -> None:
    (item,) = parse(rss("<item><title>" + RUSSIAN + "@</title></item>").replace(b"@", b"\xff")).items
    assert item.title == RUSSIAN + "\ufffd"
