"""Where articles come from: the archive, page by page, without asyncio around it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType

from monitor.archive.read import ArchiveReader
from monitor.backtest.findings import Taken
from monitor.records import Article

PAGE = 128  # articles of a task


class ArchivedArticles:
    """Articles of the archive at ``url`` seen from ``since`` on and before ``until``, the oldest first.

    Use it as a context: it connects when entered. Raises ``ArchiveError`` throughout.
    """

    def __init__(self, url: str, since: datetime | None, until: datetime | None) -> None:
        self._reader = ArchiveReader(url)
        self._since = since
        self._until = until
        self._runner = asyncio.Runner()

    def __enter__(self) -> ArchivedArticles:
        try:
            self._runner.run(self._reader.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._reader.close())
        finally:
            self._runner.close()

    def count(self) -> int:
        """How many there are."""
        return self._runner.run(self._reader.count_articles(self._since, self._until))

    def pages(self) -> Iterator[list[Article]]:
        """All of them, ``PAGE`` at a time."""
        articles = self._reader.articles(self._since, self._until, page=PAGE)

        async def following() -> list[Article] | None:
            return await anext(articles, None)

        while page := self._runner.run(following()):
            yield page


def archived(article: Article) -> Taken:
    """An article of the archive counts for the day on which the monitor saw it."""
    return Taken(article, article.seen)
