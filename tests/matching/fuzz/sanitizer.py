"""The kernel compiled so that it stops at the first access beyond an array, and a process that uses it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

SOURCES = sorted((Path(__file__).parents[3] / "monitor" / "matching" / "kernel").glob("*.c"))
FLAGS = (
    "-std=c11",
    "-O1",
    "-g",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)
_RUNTIMES = ("libasan.so", f"libclang_rt.asan-{platform.machine()}.so", "libclang_rt.asan.so")


class NoSanitizer(Exception):
    """There is no compiler here that can do it; the message says what was missing."""


class Build(msgspec.Struct, frozen=True):
    """A library and the runtime that must be loaded before it."""

    library: Path
    runtime: Path


def compiled(folder: Path) -> Build:
    """The kernel in ``folder``, compiled with checks. Raises ``NoSanitizer``."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise NoSanitizer("there is no C compiler")
    runtime = _runtime(compiler)
    library = folder / "_kernel-checked.so"
    shared = ("-shared-libasan",) if "clang_rt" in runtime.name else ()
    made = subprocess.run(
        [compiler, *FLAGS, *shared, "-o", str(library), *map(str, SOURCES)], capture_output=True, text=True
    )
    if made.returncode:
        raise NoSanitizer(f"{compiler} does not compile with -fsanitize: {made.stderr.strip()[-300:]}")
    return Build(library, runtime)


def campaign(build: Build, seconds: float, seed: int) -> tuple[int, str]:
    """Trials in a process with this build: its exit code, 0 if all went well, and all that it said."""
    environment = os.environ | {
        "LD_PRELOAD": str(build.runtime),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",  # so that each array has a wall around it
    }
    command = [sys.executable, "-m", "tests.matching.fuzz", "--library", str(build.library)]
    child = subprocess.run(
        [*command, "--seconds", str(seconds), "--seed", str(seed)],
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        errors="replace",
    )
    return child.returncode, child.stdout + child.stderr


def _runtime(compiler: str) -> Path:
    for name in _RUNTIMES:
        found = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True)
        path = Path(found.stdout.strip())
        if path.is_absolute() and path.exists():
            return path.resolve()
    raise NoSanitizer(f"{compiler} has no AddressSanitizer to load before Python")
