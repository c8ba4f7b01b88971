"""What commands for those who write rules share, and ``schema``, by which editors complete and check."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

RULES = typer.Option(
    [Path("rules")], "--rules", help="A folder or file of rules, entities, concepts; may be repeated."
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(schema)


def schemas() -> Iterator[tuple[str, dict[str, object]]]:
    """Names and JSON Schemas of all files that people write."""
    from monitor.config import Settings
    from monitor.feeds.settings import FeedsFile
    from monitor.lexicon.models import concepts_schema, entities_schema
    from monitor.notify.subscribers import subscribers_schema
    from monitor.rules.schema import RuleFile

    yield "watch", RuleFile.model_json_schema()
    yield "entities", entities_schema()
    yield "concepts", concepts_schema()
    yield "feeds", FeedsFile.model_json_schema()
    yield "subscribers", subscribers_schema()
    yield "monitor", Settings.model_json_schema()


def schema(
    name: str = typer.Argument(
        None, help="watch, entities, concepts, feeds, subscribers or monitor; all if left out."
    ),
    write: Path = typer.Option(None, "--write", help="Write all of them into this folder, as NAME.json."),
) -> None:
    """Print the JSON Schema of a file that people write, for editors to complete and check.

    Example: monitor schema --write rules/schema
    """
    found = dict(schemas())
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for one, content in found.items():
            (write / f"{one}.json").write_text(_pretty(content), "utf-8")
        typer.echo(f"wrote {', '.join(f'{one}.json' for one in found)} into {write}")
        return
    if name is not None and name not in found:
        raise typer.BadParameter(f"there is no schema {name!r}: there are {', '.join(found)}")
    sys.stdout.write(_pretty(found[name] if name is not None else found))


def _pretty(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
