"""The command line. Each group is a module; ``main`` gives users' mistakes a sentence, not a traceback."""

from __future__ import annotations

import sys

import typer

from monitor import __version__
from monitor.cli import (
    articles,
    authoring,
    backtest,
    check,
    dead_letters,
    deliveries,
    draft,
    explain,
    feeds,
    rules,
    running,
    starting,
    testing,
)
from monitor.cli.output import complain
from monitor.located import InvalidFile

app = typer.Typer(
    name="monitor",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watches news feeds in every language and alerts on the rules that analysts write.",
)
running.add_to(app)
starting.add_to(app)
check.add_to(app)
testing.add_to(app)
authoring.add_to(app)
articles.add_to(app)
backtest.add_to(app)
explain.add_to(app)
rules.add_to(app)
draft.add_to(app)
app.add_typer(feeds.app, name="feeds")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(dead_letters.app, name="dead-letters")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Watches news feeds in every language and alerts on the rules that analysts write."""


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def main() -> None:
    """The ``monitor`` command: exit code 0 for ok, 1 for findings, 2 for a mistake in its use."""
    from monitor.cli.known import user_mistakes

    try:
        app()
    except InvalidFile as error:
        complain(error.problems)
        sys.exit(2)
    except user_mistakes() as error:
        typer.echo(f"monitor: {_said(error)}", err=True)
        sys.exit(getattr(error, "exit_code", 2))
    except KeyboardInterrupt:
        sys.exit(130)
