"""``feeds``: the feeds that are polled, and a look at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from monitor.cli.open import CONFIG, open_log
from monitor.cli.output import console, print_json
from monitor.records import FeedState

app = typer.Typer(no_args_is_help=True, help="Feeds: list, check.")
AS_JSON = typer.Option(False, "--json", help="One JSON line a feed.")


def add_to(main: typer.Typer) -> None:
    """Register the group."""
    main.add_typer(app, name="feeds")


@app.command("list")
def list_(config: Path = CONFIG, as_json: bool = AS_JSON) -> None:
    """List feeds with their health, as the worker left it. Example: monitor feeds list"""
    from monitor.config import load_settings
    from monitor.durations import format_duration
    from monitor.feeds.load import FILE_NAME, load_feeds
    from monitor.runtime.embedded.store import StoreError

    settings = load_settings(config)
    feeds = load_feeds(settings.rules_dir / FILE_NAME)
    states: dict[str, FeedState] = {}
    try:
        log = open_log(config)
        states = {row.feed: row for _, row in log.rows("feed-state") if isinstance(row, FeedState)}
        log.close()
    except StoreError:
        pass  # nothing has run yet: no feed was polled
    table = Table("source", "lang", "every", "health", "polled", "url", box=None, pad_edge=False)
    for feed in feeds:
        source = feed.source
        state = states.get(source.feed)
        if as_json:
            print_json(_summary(feed.source.feed, source.id, source.language, feed.interval, state))
            continue
        table.add_row(
            source.id,
            source.language,
            format_duration(feed.interval),
            state.health + (f" ({state.error})" if state.error else "") if state is not None else "new",
            f"{state.polled:%Y-%m-%d %H:%M:%S}" if state is not None and state.polled is not None else "",
            source.feed,
        )
    if not as_json:
        console().print(table)


@app.command()
def check(
    url: str,
    config: Path = CONFIG,
    as_json: bool = typer.Option(False, "--json", help="Print the items as JSON lines."),
) -> None:
    """Fetch a feed once and say what is in it. Exit code 1 if it cannot be read.

    Example: monitor feeds check https://feeds.bbci.co.uk/news/world/rss.xml
    """
    import asyncio

    from monitor.config import load_settings
    from monitor.feeds.look import look

    settings = load_settings(config)
    found = asyncio.run(look(url, settings.network_settings, settings.polling.user_agent))
    if as_json:
        for item in found.items:
            print_json(item)
    else:
        out = console()
        out.print(
            f"{found.status} {found.title or 'no title'}: {len(found.items)} items in {found.seconds:.2f} s",
            markup=False,
        )
        for item in found.items[:10]:
            when = f"{item.published:%Y-%m-%d %H:%M}" if item.published is not None else "undated"
            out.print(f"  {when}  {item.title[:120]}", markup=False)
        if found.note:
            out.print(found.note, markup=False)
    if not found.items:
        raise typer.Exit(1)


def _summary(
    url: str, source: str, language: str, interval: float, state: FeedState | None
) -> dict[str, Any]:
    return {
        "url": url,
        "source": source,
        "language": language,
        "interval": interval,
        "health": state.health if state is not None else "new",
        "polled": state.polled if state is not None else None,
        "next_due": state.next_due if state is not None else None,
        "status": state.status if state is not None else 0,
        "failures": state.failures if state is not None else 0,
        "error": state.error if state is not None else "",
    }
