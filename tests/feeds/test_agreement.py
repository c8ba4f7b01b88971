"""The quick reader and feedparser say the same of ordinary feeds."""

from __future__ import annotations

import pytest

from monitor.feeds import parse as module
from monitor.feeds.entries import read_tree
from monitor.feeds.repair import tree
from tests.feeds.test_parse import BASE, rss

FEEDS = {
    "rss": rss(
        "".join(
            f"<item><title>Title {n} &amp; more</title><link>https://example.org/{n}</link><guid>https://example.org/{n}</guid>"
            f"<pubDate>Tue, {n + 1:02} Nov 2026 10:00:00 GMT</pubDate><description>Text of {n}</description>"
            f"<content:encoded>&lt;p&gt;Long text of {n}&lt;/p&gt;</content:encoded><category>c{n}</category></item>"
            for n in range(20)
        )
    ).decode(),
    "atom": "<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>"
    + "".join(
        f"<entry><title>Title {n}</title><id>urn:{n}</id><link href='https://example.org/{n}'/>"
        f"<published>2026-11-{n + 1:02}T10:00:00Z</published><summary type='html'>&lt;b&gt;s&lt;/b&gt;</summary>"
        f"<content type='html'>&lt;p&gt;{n}&lt;/p&gt;</content><author><name>N{n}</name></author></entry>"
        for n in range(20)
    )
    + "</feed>",
}


@pytest.mark.parametrize("name", FEEDS)
def test_both_readers_agree(name: str) -> None:
    repaired = tree(FEEDS[name])
    assert repaired is not None
    quick = read_tree(repaired.root, BASE)
    slow = module._by_feedparser(repaired.root, BASE)
    assert quick is not None
    assert slow is not None
    told = ("guid", "url", "title", "summary", "content", "published", "categories")
    assert [[getattr(i, f) for f in told] for i in quick.items] == [
        [getattr(i, f) for f in told] for i in slow.items
    ]
