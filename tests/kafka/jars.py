"""Apache Kafka's jars: resolved once by Maven from pom.xml, kept in a folder that git ignores."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests import maven

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
CACHE = HERE.parents[1] / ".cache" / "kafka"
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
    return maven.folder(POM, CACHE)


def resolve() -> Path:
    """The folder with the jars; Maven fetches them (43 MB) if they are not there yet.

    Safe against other processes that resolve at the same time. Raises BrokerError.
    """
    try:
        return maven.resolve(POM, CACHE)
    except maven.NoJars as error:
        raise BrokerError(f"no jars of Apache Kafka: {error}") from error
