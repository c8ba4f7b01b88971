from __future__ import annotations

import pytest

from monitor.cleaning.canonical import article_id, canonical_url, page_canonical, same_site


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.ORG:443/News/A?b=2&a=1#top", "https://example.org/News/A?b=2&a=1"),
        ("http://example.org:80", "http://example.org/"),
        ("http://example.org:8080/x", "http://example.org:8080/x"),
        ("https://example.org/a?utm_source=rss&id=7&fbclid=x&UTM_Medium=y", "https://example.org/a?id=7"),
        ("https://example.org/a?gclid=1", "https://example.org/a"),
        ("https://example.org/a?id=%2F%7Ex&&q=a+b", "https://example.org/a?id=%2F%7Ex&q=a+b"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        (" https://example.org/a b ", "https://example.org/a%20b"),
        ("https://example.org/خبر?x=1", "https://example.org/خبر?x=1"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        ("ftp://example.org/a", ""),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
        ("http://", ""),
        ("http://[broken/a", ""),
        ("http://example.org:port/", ""),
        ("https://example.org/" + "a" * 5000, ""),
        ("", ""),
    ],
)
def test_canonical_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("declared", "url", "canonical"),
    [
        ("/2020/a", "https://m.example.org/a?x=1", "https://m.example.org/2020/a"),
        ("https://www.example.org/a", "https://m.example.org/a", "https://www.example.org/a"),
        ("https://example.org/a", "https://news.example.org/b", "https://example.org/a"),
        ("https://news.example.org/a", "http://example.org/b", "https://news.example.org/a"),
        ("https://evil.net/a", "https://example.org/b", "https://example.org/b"),
        ("https://notexample.org/a", "https://example.org/b", "https://example.org/b"),
        ("https://org/a", "https://example.org/b", "https://example.org/b"),
        ("javascript:alert(1)", "https://example.org/b", "https://example.org/b"),
        ("http://127.0.0.1:9001/a", "http://127.0.0.1:9002/b", "http://127.0.0.1:9002/b"),
        ("https://example.org/", "https://example.org/b", "https://example.org/b"),
        ("http://[broken", "https://example.org/b", "https://example.org/b"),
        ("", "https://example.org/b?utm_source=x", "https://example.org/b"),
        ("https://example.org/a", "", "https://example.org/a"),
        ("/a", "", ""),
        ("?id=3&utm_term=x", "https://example.org/b", "https://example.org/b?id=3"),
    ],
)
def test_a_declared_link_counts_within_its_site_only(declared: str, url: str, canonical: str) -> None:
    assert page_canonical(declared, url) == canonical


def test_addresses_are_sites_of_their_own() -> None:
    assert not same_site("http://10.0.0.1/a", "http://0.0.1/a")
    assert not same_site("http://127.0.0.1:9001/", "http://127.0.0.1:9002/")
    assert same_site("http://127.0.0.1:9001/a", "http://127.0.0.1:9001/b")


def test_article_ids_are_the_same_for_ever() -> None:
    assert article_id("bbc", "guid-1", "https://example.org/a") == "cd2e6fb6e62bfd75b347b377"
    assert article_id("bbc", "guid-1", "https://example.org/other") == "cd2e6fb6e62bfd75b347b377"
    assert len(article_id("bbc", "", "https://example.org/a")) == 24
    assert int(article_id("bbc", "g", ""), 16) >= 0


def test_article_ids_depend_on_source_and_name() -> None:
    url = "https://example.org/a"
    ids = {
        article_id("bbc", "g", url),
        article_id("afp", "g", url),
        article_id("bbc", "", url),
        article_id("bbc", "h", url),
        article_id("bbc", url, ""),
        article_id("bbc", "", "", "Title\0text"),
        article_id("bbc", "", "", "Title\0other"),
    }
    assert len(ids) == 7


def test_an_address_without_guid_is_named_by_its_canonical_spelling() -> None:
    assert article_id("a", "", "https://Example.org/a?utm_source=x#y") == article_id(
        "a", "", "https://example.org/a"
    )
    assert article_id("a", "", "tag:example.org,2020:1") != article_id("a", "", "tag:example.org,2020:2")
