"""A real git repository around a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_DATE": "2026-11-20T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-20T12:00:00Z"}  # fmt: skip


class Repository:
    """Begun in ``top``, with nothing in it. Skips the test where there is no git."""

    def __init__(self, top: Path) -> None:
        program = shutil.which("git")
        if program is None:
            pytest.skip("git is not installed")
        self._program: str = program
        self._top = top
        self.git("init", "-q")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._program, "-C", str(self._top), *arguments],
            env=os.environ | _WHO,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Commits all that is there; the commit's hash."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change", "--allow-empty")
        return self.git("rev-parse", "HEAD")
