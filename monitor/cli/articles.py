"""``match``, ``extract``, ``parse``: what the monitor makes of single articles and feeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from monitor.cli.output import complain, console, print_json
from monitor.located import Problem


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(match)
    app.command()(extract)
    app.command()(parse)


def match(
    files: list[str] = typer.Argument(
        None, metavar="[FILE…|-]", help="JSON lines, plain text or HTML; - is standard input."
    ),
    rules: list[Path] = typer.Option(
        [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
    ),
    with_text: bool = typer.Option(
        False, "--with-text", help="Also print title and text, to which offsets refer."
    ),
) -> None:
    """Print which rules fire on articles, with the evidence, one JSON line an article.

    Exit code 2 if something could not be read; the rest is printed all the same.
    Example: monitor match --rules rules article.txt
    """
    from monitor.cli.documents import documents
    from monitor.cli.packs import pack_for
    from monitor.matching.engine import Engine
    from monitor.rules.load import load_rules

    book = load_rules(rules, pack=pack_for(rules))
    if book.errors():
        complain(book.errors())
        console(err=True).print(f"{len(book.errors())} errors: these rules are left out")
    engine = Engine(book.active(), book.table)
    mistakes: list[Problem] = []
    for document in documents(files or [], _teller(mistakes)):
        article = document.article
        reading = engine.read(article.title, article.text, article.language, published=article.published)
        for suspended in reading.suspended:
            console(err=True).print(
                f"{document.place}: rule {suspended.rule} was given up: {suspended.reason}"
            )
        line: dict[str, Any] = {
            "id": document.id,
            "lang": article.language,
            "matches": [
                {"rule": fired.rule.id, "score": fired.score, "evidence": list(fired.evidence)}
                for fired in reading.fired
            ],
        }
        if with_text:
            line |= {"title": article.title, "text": article.text}
        print_json(line)
    if mistakes:
        raise typer.Exit(2)


def _teller(mistakes: list[Problem]) -> Callable[[Problem], None]:
    """Tells a problem at once, and keeps it."""

    def tell(problem: Problem) -> None:
        mistakes.append(problem)
        complain([problem])

    return tell


def extract(
    file: str = typer.Argument(..., help="An article: HTML, plain text or JSON lines; - is standard input."),
    url: str = typer.Option("", "--url", help="Where the page comes from, for relative links."),
) -> None:
    """Print title, text, language, publication time and canonical URL of a page as JSON.

    Example: monitor extract page.html --url https://example.org/news/1
    """
    from monitor.cli.documents import article_json, documents

    mistakes: list[Problem] = []
    for document in documents([file], _teller(mistakes), url=url):
        print_json(article_json(document.article))
    if mistakes:
        raise typer.Exit(2)


def parse(
    file: str = typer.Argument(..., help="A feed as it was fetched; - is standard input."),
    url: str = typer.Option("", "--url", help="The feed's address, for relative links."),
    header: list[str] = typer.Option(
        [], "--header", help="A header of the answer, 'Name: value'; may be repeated."
    ),
) -> None:
    """Print a feed's items as JSON lines.

    Example: monitor parse feed.xml --url https://example.org/rss --header 'Content-Type: text/xml'
    """
    import sys

    from monitor.feeds.parse import parse as parse_feed

    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    headers: dict[str, str] = {}
    for line in header:
        name, colon, value = line.partition(":")
        if not colon:
            raise typer.BadParameter(f"{line!r} is no header: write 'Name: value'")
        headers[name.strip()] = value.strip()
    for item in parse_feed(data, url=url, headers=headers).items:
        print_json(
            {
                "guid": item.guid,
                "url": item.url,
                "title": item.title,
                "summary": item.summary,
                "content": item.content,
                "published": item.published,
                "updated": item.updated,
                "authors": item.authors,
                "categories": item.categories,
                "language": item.language,
            }
        )
