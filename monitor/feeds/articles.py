"""Items to the records that the pipeline takes in, within the size of a record. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitor.cleaning.canonical import article_id
from monitor.records import MAX_RECORD, FeedItem, Page, RawArticle, Source, encode
from monitor.stage import Out

TOPIC = "raw-articles"
ROOM = MAX_RECORD - 16 * 1024  # what the log adds to a record fits in the rest


def raw_article(
    source: Source,
    item: FeedItem,
    seen: datetime,
    *,
    backlog: bool = False,
    page: Page | None = None,
    notes: Sequence[str] = (),
) -> RawArticle:
    """The article of an item of ``source``; its id is the same whenever and wherever it is made.

    What would be too large for a record loses its page, then its content from the end, with a note.
    """
    content = "\0".join((item.title, item.summary, item.content)) if not (item.guid or item.url) else ""
    article = RawArticle(
        id=article_id(source.id, item.guid, item.url, content),
        source=source,
        item=item,
        seen=seen,
        page=page,
        backlog=backlog,
        notes=tuple(note for note in notes if note),
    )
    if len(encode(article)) > ROOM and page is not None:
        article = msgspec.structs.replace(
            article, page=None, notes=(*article.notes, "page dropped: too large for a record")
        )
    if len(encode(article)) > ROOM:
        # In JSON a character takes up to six bytes.
        cut = msgspec.structs.replace(
            item, content=item.content[: ROOM // 8], summary=item.summary[: ROOM // 64]
        )
        article = msgspec.structs.replace(article, item=cut, notes=(*article.notes, "content cut: too large"))
    return article


def out(article: RawArticle) -> Out:
    """The article for its topic, keyed by its source."""
    return Out(TOPIC, article.source.id.encode(), article)
