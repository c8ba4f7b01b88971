"""Apache Kafka's jars: resolved once by Maven from pom.xml, kept in a folder that git ignores."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[1] / ".cache" / "kafka"
RESOLVE_SECONDS = 300.0
LEAST_JAVA = 17


class BrokerError(Exception):
    """No broker could be had, or it did not do what it was told; the message says what to do about it."""


@functools.cache
def java() -> Path:
    """The `java` to run: of JAVA_HOME, else of PATH. Raises BrokerError if there is none, or too old a one."""
    home = os.environ.get("JAVA_HOME")
    candidate = Path(home) / "bin" / "java" if home else None
    found = str(candidate) if candidate and candidate.is_file() else shutil.which("java")
    if found is None:
        raise BrokerError(f"no java: install a Java runtime, version {LEAST_JAVA} or later")
    try:
        shown = subprocess.run([found, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise BrokerError(f"{found} does not run: {error}") from error
    version = re.search(r'version "(\d+)', shown.stderr + shown.stdout)
    if version is None or int(version[1]) < LEAST_JAVA:
        raise BrokerError(f"{found} is not Java {LEAST_JAVA} or later: {shown.stderr.strip()[:200]}")
    return Path(found)


def folder() -> Path:
    """Where the jars of the present pom.xml are, or will be."""
    return CACHE / hashlib.sha256(POM.read_bytes()).hexdigest()[:16]


def resolve() -> Path:
    """The folder with the jars; Maven fetches them (43 MB) if they are not there yet.

    Safe against other processes that resolve at the same time. Raises BrokerError.
    """
    lib = folder()
    if lib.is_dir():
        return lib
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    with (CACHE / "lock").open("w") as lock:
        # Test workers start together, and Maven's local repository does not like company.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lib.is_dir():
            _fetch(lib)
    return lib


def _fetch(lib: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerError("no mvn: install Apache Maven, it fetches Apache Kafka once")
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        jars = Path(scratch) / "lib"
        command = [
            maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies",
            f"-DoutputDirectory={jars}", "-DincludeScope=runtime",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=RESOLVE_SECONDS,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BrokerError(f"Maven did not fetch Apache Kafka within {RESOLVE_SECONDS:.0f} s") from error
        except OSError as error:
            raise BrokerError(f"{maven} does not run: {error}") from error
        if done.returncode != 0 or not any(jars.glob("kafka_*.jar")):
            said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).strip()[:600]
            raise BrokerError(f"Maven could not fetch Apache Kafka (exit code {done.returncode}): {said}")
        jars.rename(lib)  # at once: a folder that exists is complete
