"""The command line. Each group is a module; ``main`` gives users' mistakes a sentence, not a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from monitor import __version__
from monitor.cli.output import complain
from monitor.located import InvalidFile

MODULES = {
    "run": "running",
    "send-test": "running",
    "init": "starting",
    "check": "check",
    "test": "testing",
    "schema": "authoring",
    "match": "articles",
    "extract": "articles",
    "parse": "articles",
    "backtest": "backtest",
    "explain": "explain",
    "rules": "rules",
    "draft": "draft",
    "feeds": "feeds",
    "deliveries": "deliveries",
    "dead-letters": "dead_letters",
}
"""The module of each command or group, in the order of the overview."""


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """The command line; only the command that ``words`` begin with, if they begin with one: each imports
    what it needs, and all together take a second."""
    app = typer.Typer(
        name="monitor",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Watches news feeds in every language and alerts on the rules that analysts write.",
    )
    app.callback()(_options)
    first = words[0] if words else ""
    named = [MODULES[first]] if first in MODULES else dict.fromkeys(MODULES.values())
    for name in named if first != "--version" else ():
        import_module(f"monitor.cli.{name}").add_to(app)
    return app


def _version(value: bool) -> None:
    if value:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


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
        command_line(sys.argv[1:])()
    except SystemExit:  # how every command ends: classes that it did not need are not looked up for it
        raise
    except InvalidFile as error:
        complain(error.problems)
        sys.exit(2)
    except user_mistakes() as error:
        typer.echo(f"monitor: {_said(error)}", err=True)
        sys.exit(getattr(error, "exit_code", 2))
    except KeyboardInterrupt:
        sys.exit(130)
