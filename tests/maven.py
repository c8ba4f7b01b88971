"""Jars of a pom.xml, resolved once by Maven and kept in a folder that git ignores."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SECONDS = 300.0


class NoJars(Exception):
    """The jars could not be had; the message says why."""


def folder(pom: Path, cache: Path) -> Path:
    """Where the jars of the present ``pom`` are in ``cache``, or will be."""
    return cache / hashlib.sha256(pom.read_bytes()).hexdigest()[:16]


def resolve(pom: Path, cache: Path) -> Path:
    """The folder in ``cache`` with the jars that ``pom`` names; Maven fetches them if they are not there yet.

    Safe against other processes that resolve at the same time. Raises ``NoJars``.
    """
    lib = folder(pom, cache)
    if lib.is_dir():
        return lib
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n")
    with (cache / "lock").open("w") as lock:
        # Maven's local repository does not like company.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lib.is_dir():
            _fetch(pom, lib)
    return lib


def _fetch(pom: Path, lib: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoJars("no mvn: install Apache Maven, it fetches the jars once")
    with tempfile.TemporaryDirectory(dir=lib.parent) as scratch:
        jars = Path(scratch) / "lib"
        command = [
            maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies",
            f"-DoutputDirectory={jars}", "-DincludeScope=runtime",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise NoJars(f"Maven did not fetch the jars within {SECONDS:.0f} s") from error
        except OSError as error:
            raise NoJars(f"{maven} does not run: {error}") from error
        if done.returncode != 0 or not any(jars.glob("*.jar")):
            said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).strip()[:600]
            raise NoJars(f"Maven could not fetch the jars (exit code {done.returncode}): {said}")
        jars.rename(lib)  # at once: a folder that exists is complete
