"""``init``: a folder to begin with."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import typer

import monitor
from monitor.cli.output import console

_SETTINGS = """\
# Settings of `monitor run`; each key also as MONITOR_… in the environment. See docs/configuration.md.
data_dir: var
rules_dir: rules
runtime: embedded
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(init)


def init(folder: Path = typer.Argument(..., metavar="DIR", help="A new or empty folder.")) -> None:
    """Make a folder with settings, a first rule, feeds, subscribers and the lexicon.

    Example: monitor init news && cd news && monitor run
    """
    source = _shipped_rules()
    if folder.exists() and any(folder.iterdir()):
        raise typer.BadParameter(f"{folder} is not empty: give a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, folder / "rules", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (folder / "monitor.yaml").write_text(_SETTINGS, "utf-8")
    out = console()
    out.print(f"made {folder}: monitor.yaml, rules/", markup=False)
    out.print(f"next: cd {folder} && monitor check && monitor run", markup=False)


def _shipped_rules() -> Path:
    """The rules that come with the package, or those of the checkout that it runs from."""
    checkout = Path(monitor.__file__).parent.parent / "rules"
    for candidate in (checkout, Path(sys.prefix) / "share" / "news-monitor" / "rules"):
        if (candidate / "watch").is_dir():
            return candidate
    raise typer.BadParameter("this installation holds no rules to begin with: install the package again")
