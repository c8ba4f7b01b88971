"""Draws docs/terminal.png: ``python -m tests.docs.picture``. Needs Chromium, which orders Arabic as terminals do.

The picture is what ``monitor run`` really writes to a terminal when the sample article is dropped into
its inbox; the lines of the log are left out.
"""

from __future__ import annotations

import io
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PROJECT = Path(__file__).resolve().parents[2]
PICTURE = PROJECT / "docs" / "terminal.png"
COLUMNS = 88
SECONDS = 60.0

_THEME = TerminalTheme(
    (24, 26, 31),
    (214, 216, 221),
    [
        (24, 26, 31),
        (255, 107, 104),
        (126, 200, 120),
        (240, 200, 90),
        (110, 160, 250),
        (200, 140, 240),
        (90, 200, 210),
        (214, 216, 221),
    ],
)
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: rgb(24,26,31); color: rgb(214,216,221); }}
pre {{ margin: 0; padding: 22px 26px; font: 15px/1.5 "DejaVu Sans Mono", monospace; }}
</style><pre dir="ltr">{code}</pre>"""


def panel(columns: int = COLUMNS) -> str:
    """What a monitor writes about the sample article, with its escapes. Raises ``TimeoutError``."""
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns), "MONITOR_WEB__PORT": "0"}
    environment.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "news"
        monitor = [sys.executable, "-c", "from monitor.cli import main; main()"]
        subprocess.run(
            [*monitor, "init", str(folder)], check=True, stdout=subprocess.DEVNULL, env=environment
        )
        (folder / "rules" / "feeds.yaml").write_text("feeds: []\n")
        (folder / "var" / "inbox").mkdir(parents=True)
        shutil.copy(PROJECT / "examples" / "raqqa.ar.txt", folder / "var" / "inbox")
        leader, follower = pty.openpty()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*monitor, "run"], cwd=folder, stdout=follower, stderr=log, env=environment
            )
        os.close(follower)
        try:
            return _read(leader)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            os.close(leader)


def _read(leader: int) -> str:
    shown = b""
    end = time.monotonic() + SECONDS
    while "╰─".encode() not in shown:
        if not select.select([leader], [], [], max(0.0, end - time.monotonic()))[0]:
            raise TimeoutError(f"no alert within {SECONDS:g} s")
        shown += os.read(leader, 65536)
    return shown.decode().replace("\r\n", "\n")


def page(shown: str) -> str:
    """HTML that looks like a terminal with ``shown`` in it."""
    console = Console(
        record=True, width=400, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    for line in shown.rstrip("\n").split("\n"):
        console.print(Text.from_ansi(line), soft_wrap=True)
    html = console.export_html(theme=_THEME, inline_styles=True, code_format="{code}")
    return _PAGE.format(code=re.sub(r"[ ]+\n", "\n", html).rstrip("\n"))


def main() -> None:
    """Draw the picture."""
    shown = panel()
    height = 44 + round(22.5 * len(shown.rstrip("\n").split("\n")))
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "terminal.html"
        source.write_text(page(shown), "utf-8")
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome"
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-device-scale-factor=2",
                f"--window-size=880,{height}",
                f"--screenshot={PICTURE}",
                source.as_uri(),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    print(f"wrote {PICTURE.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
