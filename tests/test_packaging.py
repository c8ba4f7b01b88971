"""The package as it is built: with the kernel where there is a compiler, without it where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BACKEND = ROOT / "packaging" / "backend.py"
SETUPTOOLS = 77
KERNEL = Path("monitor/matching/kernel")
FAILED = "the matching kernel was not compiled"
SOURCES = ["kernel.h", "match.c", "segment.c"]
has_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The backend and the kernel's source, in a folder of their own."""
    folder = tmp_path / "tree"
    (folder / KERNEL).mkdir(parents=True)
    (folder / "packaging").mkdir()
    shutil.copy(BACKEND, folder / "packaging")
    for name in SOURCES:
        shutil.copy(ROOT / KERNEL / name, folder / KERNEL)
    return folder


def ask(tree: Path, expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the backend answers in a process of its own."""
    pytest.importorskip("setuptools", reason="setuptools is not here")
    return subprocess.run(
        [sys.executable, "-c", f"import backend; print({expression})"],
        cwd=tree / "packaging",
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@has_compiler
def test_the_kernel_is_compiled_in_place(tree: Path) -> None:
    assert FAILED not in ask(tree, "backend._compile()").stderr
    assert sorted(path.name for path in (tree / KERNEL).iterdir()) == ["_kernel.so", *SOURCES]


@pytest.mark.parametrize(
    ("compiler", "old"),
    [("/nonexistent/cc", False), ("/nonexistent/cc", True), ("false", True), ("", False)],
    ids=["none", "none any more", "one that fails", "an empty name"],
)
def test_without_a_compiler_python_takes_the_place_of_the_kernel(
    tree: Path, compiler: str, old: bool
) -> None:
    try:
        version("ziglang")
    except PackageNotFoundError:
        pass
    else:
        pytest.skip("ziglang is installed, and compiles")
    library = tree / KERNEL / "_kernel.so"
    if old:
        library.write_bytes(b"of another source")
    answer = ask(tree, "backend._compile()", CC=compiler)
    assert FAILED in answer.stderr
    assert "Python's takes its place" in answer.stderr
    assert sorted(path.name for path in (tree / KERNEL).iterdir()) == SOURCES


@pytest.mark.parametrize("what", ["wheel", "editable"])
def test_a_compiler_is_asked_for_where_there_is_none(tree: Path, what: str) -> None:
    asked = f"any('ziglang' in one for one in backend.get_requires_for_build_{what}())"
    assert ask(tree, asked, CC="/nonexistent/cc").stdout.split()[-1] == "True"
    assert ask(tree, asked, CC=sys.executable).stdout.split()[-1] == "False"


@has_compiler
def test_a_wheel_holds_the_kernel_and_names_its_machine(tmp_path: Path) -> None:
    if int(version("setuptools").split(".")[0]) < SETUPTOOLS:
        pytest.skip(f"setuptools is older than {SETUPTOOLS}")
    tree = tmp_path / "tree"
    tree.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "_kernel*.so")
    for name in ("monitor", "packaging", "rules"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run(
        [*command, "--quiet", "--disable-pip-version-check", "--wheel-dir", str(tmp_path / "out"), str(tree)],
        check=True,
        timeout=120,
    )
    (wheel,) = (tmp_path / "out").iterdir()
    assert not wheel.name.endswith("-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {f"{KERNEL}/{name}" for name in ("_kernel.so", "plain.py", *SOURCES)} <= set(names)
    assert not [name for name in names if name.endswith(".part")]
