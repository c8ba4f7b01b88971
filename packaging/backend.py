"""Builds the package as setuptools does, and compiles the matching kernel into it.

The compiler is the one named by CC, or cc; where there is none, ziglang is asked for, a compiler in a
wheel, for the time of the build. Where compiling fails the package is built without the kernel: the
Python one takes its place, and `monitor check` says so.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution
from setuptools import build_meta as _setuptools
from setuptools.build_meta import build_sdist, get_requires_for_build_sdist

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

FOLDER = Path(__file__).resolve().parent.parent / "monitor" / "matching" / "kernel"
FLAGS = ("-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-ffreestanding", "-shared")
"""No flag names a processor: the kernel runs on any of its kind."""

ZIGLANG = "ziglang>=0.13,<0.16"


def _compiler() -> list[str] | None:
    command = shlex.split(os.environ.get("CC", "cc"))
    return command if command and shutil.which(command[0]) else None


def _compile() -> None:
    command = _compiler() or [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
    library = FOLDER / "_kernel.so"
    unfinished = library.with_name(f"_kernel.{os.getpid()}.part")
    try:
        sources = map(str, sorted(FOLDER.glob("*.c")))
        subprocess.run([*command, *FLAGS, "-o", str(unfinished), *sources], check=True)
        unfinished.replace(library)
    except (OSError, subprocess.CalledProcessError) as error:
        unfinished.unlink(missing_ok=True)
        library.unlink(missing_ok=True)
        print(f"the matching kernel was not compiled ({error}): Python's takes its place", file=sys.stderr)


def _of_this_machine() -> None:
    """What is built holds a library: its name says for which machine."""
    if (FOLDER / "_kernel.so").exists():
        Distribution.has_ext_modules = lambda self: True


def get_requires_for_build_wheel(config_settings=None):
    """Setuptools' own, and a compiler if the machine has none."""
    required = _setuptools.get_requires_for_build_wheel(config_settings)
    return required if _compiler() else [*required, ZIGLANG]


def get_requires_for_build_editable(config_settings=None):
    """The same for an editable installation."""
    required = _setuptools.get_requires_for_build_editable(config_settings)
    return required if _compiler() else [*required, ZIGLANG]


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """As setuptools does."""
    return _setuptools.prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def prepare_metadata_for_build_editable(metadata_directory, config_settings=None):
    """As setuptools does."""
    return _setuptools.prepare_metadata_for_build_editable(metadata_directory, config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Compile, then build the wheel."""
    _compile()
    _of_this_machine()
    return _setuptools.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """Compile in place, then install what refers to this folder."""
    _compile()
    return _setuptools.build_editable(wheel_directory, config_settings, metadata_directory)
