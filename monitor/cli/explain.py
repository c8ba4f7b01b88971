"""``explain``: why a rule fires on an article or not, and what became of its alert."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import typer

from monitor.cli.open import CONFIG
from monitor.cli.output import complain, console, print_json
from monitor.config import Settings
from monitor.located import InvalidFile, Problem
from monitor.records import Article, Source
from monitor.rules.book import LoadedRule, RuleBook

RULES = typer.Option(
    None,
    "--rules",
    help="A folder or file of rules, entities, concepts; may be repeated. The settings' rules_dir if left out.",
)
_YAML = (".yaml", ".yml")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MOST_HINTS = 3


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An article to explain on, and where it comes from.

    ``source`` and ``seen`` are none where nobody knows them: filters on them pass then, as for `match`.
    ``id`` is that in the archive, empty if the monitor has not seen the article.
    """

    place: str
    article: Article
    source: Source | None = None
    seen: datetime | None = None
    id: str = ""
    notes: tuple[str, ...] = ()


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(explain)


def explain(
    rule: str = typer.Argument(..., metavar="RULE", help="A rule's id, or a file with one rule."),
    article: str = typer.Argument(
        ...,
        metavar="FILE|URL|-|ARTICLE-ID",
        help="Text, HTML or JSON lines; - is standard input; the id of an article that the monitor has seen.",
    ),
    rules: list[Path] = RULES,
    language: str = typer.Option(
        "", "--language", help="The article's language, such as ar; else found out."
    ),
    title: str = typer.Option("", "--title", help="The article's title, if the file has none."),
    config: Path = CONFIG,
    as_json: bool = typer.Option(False, "--json", help="One JSON line an article."),
) -> None:
    """Say why a rule fires on an article or not: each clause, the evidence, the nearest miss, the filters,
    and, for an article that the monitor has seen, what became of its alert.

    Exit code 0 if it fires, 1 if not (with several articles: on one of them), 2 for a mistake.
    Example: monitor explain ru-strikes-raqqa examples/raqqa.ar.txt
    """
    from monitor.cli.explained import Screen
    from monitor.cli.history import History, history, told
    from monitor.config import load_settings
    from monitor.matching.engine import Engine
    from monitor.rules.explain import explain as explained

    if language and not _LANGUAGE.fullmatch(language.strip()):
        raise typer.BadParameter(
            f"{language!r} is no language: write two or three letters, such as ar", param_hint="--language"
        )
    settings = load_settings(config)
    book, loaded = _rule(rule, rules or [settings.rules_dir])
    engine = Engine([*(one for one in book.active() if one.id != loaded.rule.id), loaded.rule], book.table)
    screen = Screen(console())
    mistakes: list[Problem] = []
    silent = count = 0
    for taken in _articles(article, settings, config, mistakes):
        shown = _as_given(taken.article, language, title)
        explanation = explained(
            engine,
            loaded.rule,
            shown.title,
            shown.text,
            shown.language,
            source=taken.source or Source(id=""),
            published=shown.published,
            seen=taken.seen,
            url=shown.canonical_url or shown.url,
        )
        silent += not explanation.fires
        past: History | None = history(settings, config, taken.id) if taken.id else None
        lines = told(past, loaded.rule, fires=explanation.fires) if past is not None else ()
        if as_json:
            print_json(_json(explanation, taken, loaded, past, [line for line, _ in lines]))
        else:
            if count:
                console().print()
            screen.show(
                explanation, place=taken.place, file=f"{loaded.file}:{loaded.line}", notes=taken.notes
            )
            if past is not None:
                screen.section("What became of it", lines)
        count += 1
    if mistakes or not count:
        raise typer.Exit(2)
    if silent:
        raise typer.Exit(1)


def _json(
    explanation: Any, taken: Taken, loaded: LoadedRule, past: Any, lines: Sequence[str]
) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(explanation, builtin_types=(datetime,))
    shown["rule"] |= {"file": loaded.file, "line": loaded.line}
    shown["article"] |= {"id": taken.id or taken.article.id, "place": taken.place, "url": taken.article.url}
    shown["notes"] = list(taken.notes)
    shown["history"] = None if past is None else msgspec.to_builtins(past, builtin_types=(datetime,))
    shown["told"] = list(lines)
    return shown


# --- the rule -------------------------------------------------------------------------------


def _rule(name: str, rules: Sequence[Path]) -> tuple[RuleBook, LoadedRule]:
    """The rule with this id, or the one in this file, and all that was loaded with it."""
    from monitor.cli.packs import pack_for
    from monitor.rules.load import load_rules

    path = Path(name)
    in_file = path.suffix.lower() in _YAML
    # The file stands first: where another has a rule with the same id, this one counts.
    book = load_rules([path, *rules] if in_file else rules, pack=pack_for(rules))
    if not in_file:
        found = next((one for one in book.rules if one.rule.id == name), None)
        if found is None:
            if book.errors():
                complain(book.errors())
            among = " among those that could be loaded" if book.errors() else ""
            raise typer.BadParameter(
                f"there is no rule {name!r}{among}{_hint(name, book)}", param_hint="RULE"
            )
        return book, found
    wrong = [one for one in book.errors() if Path(one.file).resolve() == path.resolve()]
    if wrong:
        raise InvalidFile(wrong)
    inside = [one for one in book.rules if Path(one.file).resolve() == path.resolve()]
    if len(inside) != 1:
        ids = ", ".join(one.rule.id for one in inside[:8])
        raise typer.BadParameter(
            f"{path} has {len(inside)} rules{f' ({ids})' if ids else ''}: give one rule's id, and --rules {path}",
            param_hint="RULE",
        )
    return book, inside[0]


def _hint(id: str, book: RuleBook) -> str:
    from difflib import get_close_matches

    close = get_close_matches(id, [one.rule.id for one in book.rules], n=_MOST_HINTS, cutoff=0.5)
    return f": did you mean {' or '.join(close)}?" if close else ""


# --- the article ----------------------------------------------------------------------------


def _articles(name: str, settings: Settings, config: Path | None, mistakes: list[Problem]) -> Iterator[Taken]:
    """What ``name`` stands for: standard input, a page, a file, or an article that the monitor has seen."""
    from monitor.cli.documents import documents
    from monitor.cli.history import seen_article

    if name.lower().startswith(("http://", "https://")):
        yield _page(name, settings, config)
        return
    if name != "-" and not Path(name).exists():
        found = seen_article(settings, config, id=name)
        if found is None:
            raise typer.BadParameter(
                f"there is no file {name!r}, and the monitor has seen no article with this id",
                param_hint="ARTICLE",
            )
        yield _seen(found)
        return

    def tell(problem: Problem) -> None:
        mistakes.append(problem)
        complain([problem])

    memory = _Memory(settings, config)
    for document in documents([name], tell):
        article = document.article
        known = None
        if name != "-":
            known = memory.article(id=document.id, url=article.canonical_url or article.url)
        yield Taken(
            place=document.place,
            article=article,
            source=known.source if known is not None else None,
            seen=known.seen if known is not None else None,
            id=known.id if known is not None else "",
        )


class _Memory:
    """What the monitor has seen, where an article can be explained without it: if it cannot be read, that is
    said once, and nothing is known."""

    def __init__(self, settings: Settings, config: Path | None) -> None:
        self._settings = settings
        self._config = config
        self._broken = False

    def article(self, *, url: str, id: str = "") -> Article | None:
        from monitor.archive.errors import ArchiveError
        from monitor.cli.history import seen_article
        from monitor.runtime.embedded.store import StoreError

        if self._broken:
            return None
        try:
            return seen_article(self._settings, self._config, id=id, url=url)
        except (ArchiveError, StoreError) as error:
            self._broken = True
            console(err=True).print(str(error), markup=False)
            return None


def _seen(article: Article, note: str = "") -> Taken:
    notes = [note] if note else []
    if article.backlog:
        notes.append("the article was there before its feed was watched: it alerts no one")
    return Taken(
        place=f"article {article.id}",
        article=article,
        source=article.source,
        seen=article.seen,
        id=article.id,
        notes=tuple(notes),
    )


def _page(url: str, settings: Settings, config: Path | None) -> Taken:
    """The page at ``url``, fetched and cleaned as live; as it was seen, if it is not to be had now."""
    import asyncio

    from monitor.cleaning.clean import clean_document
    from monitor.feeds.feed import PollingSettings
    from monitor.feeds.visit import fetch_page
    from monitor.net.client import Client
    from monitor.records import Page

    async def fetch() -> tuple[Page | None, str]:
        async with Client(settings.network_settings) as client:
            return await fetch_page(url, client, PollingSettings(user_agent=settings.polling.user_agent))

    known = _Memory(settings, config).article(url=url)
    page, note = asyncio.run(fetch())
    if page is None:
        if known is None:
            raise typer.BadParameter(note, param_hint="URL")
        return _seen(known, f"{note}; this is the article as the monitor saw it")
    now = datetime.now(UTC)
    html = page.media_type == "html"
    article = clean_document(
        text=None if html else page.text,
        html=page.text if html else None,
        url=page.url,
        seen=now,
        language=known.source.language if known is not None else "",
    )
    return Taken(
        place=url,
        article=article,
        source=known.source if known is not None else None,
        seen=known.seen if known is not None else now,
        id=known.id if known is not None else "",
        notes=(note,) if note else (),
    )


def _as_given(article: Article, language: str, title: str) -> Article:
    """The article with what the user says of it."""
    return msgspec.structs.replace(
        article,
        language=language.strip().lower().partition("-")[0] or article.language,
        title=" ".join(title.split()) or article.title,
    )
