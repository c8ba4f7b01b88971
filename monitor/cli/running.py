"""``run`` and ``send-test``: the always-on job, and a look whether a subscriber is reached."""

from __future__ import annotations

from pathlib import Path

import typer

from monitor.cli.deliveries import send_test
from monitor.cli.open import CONFIG


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(run)
    app.command()(send_test)


def run(
    config: Path = CONFIG,
    data_dir: Path = typer.Option(None, "--data-dir", help="Overrides data_dir of the settings."),
    port: int = typer.Option(None, "--port", help="Overrides web.port of the settings; 0 takes a free one."),
    log_format: str = typer.Option("text", "--log", help="text or json."),
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Also log what is unchanged."),
) -> None:
    """Run the monitor until it is told to stop (Ctrl-C, SIGTERM).

    Example: monitor run --config monitor.yaml
    """
    from monitor.app import run_monitor
    from monitor.app.journal import Journal, configure
    from monitor.app.leaving import AFTER_STOP, leave_within
    from monitor.config import load_settings

    if log_format not in ("text", "json"):
        raise typer.BadParameter("--log takes text or json")
    settings = load_settings(config)
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir})
    if port is not None:
        settings = settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})
    configure("json" if log_format == "json" else "text", verbose=verbose)
    code = run_monitor(settings)
    leave_within(AFTER_STOP, code, Journal())  # Python itself waits for every thread
    raise typer.Exit(code)
