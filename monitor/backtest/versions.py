"""Rule files as they were at a revision of git, read without touching the working tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from monitor.backtest.errors import NoVersion
from monitor.located import MAX_BYTES
from monitor.rules.load import rule_files

GIT_SECONDS = 60.0
MOST_FILES = 50_000
MOST_BYTES = 1024 * 1024 * 1024  # of all files together
_SUFFIXES = (".yaml", ".yml")
_QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Rule files at a revision.

    ``paths`` are to be loaded: a file that has not changed since stands there where it lies today,
    others in the folder that they were written into, with ``names`` that people know: ``HEAD:rules/x.yaml``.
    ``changed`` are those and the ones that are there only today or were only then.
    """

    revision: str
    commit: str  # twelve digits
    date: str  # of the commit, such as 2026-11-24
    paths: tuple[Path, ...]
    names: Mapping[str, str]
    changed: bool


class _Entry(msgspec.Struct, frozen=True):
    blob: str
    size: int
    path: PurePosixPath  # from the repository's top


def rules_at(revision: str, paths: Sequence[Path], into: Path, *, first: Path | None = None) -> Version:
    """The rule files in ``paths`` (folders and files of today) at ``revision``; ``into`` is an empty folder.

    All paths are of one repository. ``first`` comes before the others if it was there as well.
    Raises ``NoVersion``.
    """
    git = _Git.around(paths)
    if first is not None and git.has(first):
        paths = (first, *paths)
    commit = git.commit(revision)
    found: list[Path] = []
    names: dict[str, str] = {}
    changed = False
    then: set[Path] = set()
    total = 0
    for path in paths:
        entries = git.files(commit, path)
        total += sum(entry.size for entry in entries)
        if len(then) + len(entries) > MOST_FILES or total > MOST_BYTES:
            raise NoVersion(f"there are too many or too large files under {path} at {revision}")
        for entry, data in zip(entries, git.contents(entries), strict=True):
            today = path / entry.path.relative_to(git.inside(path)) if path.is_dir() else path
            then.add(today)
            if _read(today) == data:
                found.append(today)
                continue
            changed = True
            written = into / entry.path
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_bytes(data)
            found.append(written)
            names[str(written)] = f"{revision}:{entry.path}"
    if not found:
        raise NoVersion(f"there are no rule files under {_listed(paths)} at {revision}")
    changed = changed or any(not path.is_dir() and path not in then for path in paths)
    changed = changed or any(set(rule_files([path])) - then for path in paths if path.is_dir())
    return Version(
        revision=revision,
        commit=commit[:12],
        date=git.date(commit),
        paths=tuple(dict.fromkeys(found)),
        names=names,
        changed=changed,
    )


class _Git:
    """Asks git about the repository at ``top``."""

    def __init__(self, program: str, top: Path) -> None:
        self._program = program
        self._top = top

    @classmethod
    def around(cls, paths: Sequence[Path]) -> _Git:
        program = shutil.which("git")
        if program is None:
            raise NoVersion("git is not installed: compare with a file instead, --against other.yaml")
        tops: dict[Path, Path] = {}
        for path in paths:
            folder = path.resolve() if path.is_dir() else path.resolve().parent
            try:
                top = (
                    cls(program, folder)
                    .ask("rev-parse", "--show-toplevel")
                    .decode("utf-8", "surrogateescape")
                )
            except NoVersion as error:
                raise NoVersion(
                    f"{path} is not in a git repository ({error}): compare with a file, --against other.yaml"
                ) from error
            tops.setdefault(Path(top.removesuffix("\n")).resolve(), path)
        if len(tops) > 1:
            raise NoVersion(f"{_listed(tops.values())} are in different repositories: name one of them")
        return cls(program, next(iter(tops)))

    def commit(self, revision: str) -> str:
        """The full hash of the commit that ``revision`` names."""
        if revision.startswith("-") or "\0" in revision:
            raise NoVersion(f"{revision!r} is neither a file nor a revision of git")
        try:
            return self.ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        except NoVersion as error:
            raise NoVersion(
                f"{revision!r} is neither a file nor a revision of git: write HEAD, HEAD~3, a tag, a commit"
            ) from error

    def date(self, commit: str) -> str:
        return self.ask("show", "--no-patch", "--format=%cs", commit).decode("ascii", "replace").strip()

    def has(self, path: Path) -> bool:
        """Whether ``path`` lies in the repository."""
        return path.resolve().is_relative_to(self._top)

    def inside(self, path: Path) -> PurePosixPath:
        """``path`` from the repository's top."""
        return PurePosixPath(path.resolve().relative_to(self._top).as_posix())

    def files(self, commit: str, path: Path) -> list[_Entry]:
        """The rule files in a folder, or the file, in the order in which they are loaded."""
        inside = self.inside(path)
        where = [] if inside == PurePosixPath() else ["--", str(inside)]
        listed = self.ask("ls-tree", "-r", "-z", "-l", "--full-tree", commit, *where)
        found = []
        for line in listed.split(b"\0"):
            about, tab, raw = line.partition(b"\t")
            if not tab:
                continue
            mode, _, blob, size = about.split()
            name = PurePosixPath(os.fsdecode(raw))
            if not mode.startswith(b"100") or not name.is_relative_to(inside):
                continue  # links and repositories inside this one
            if name != inside:
                hidden = any(part.startswith(".") for part in name.relative_to(inside).parts)
                if hidden or name.suffix not in _SUFFIXES:
                    continue
            if int(size) > MAX_BYTES:
                raise NoVersion(f"{name} has more than {MAX_BYTES} bytes at this revision")
            found.append(_Entry(blob.decode(), int(size), name))
        return sorted(found, key=lambda entry: (entry.path.suffix == ".yml", entry.path.parts))

    def contents(self, entries: Sequence[_Entry]) -> list[bytes]:
        """The bytes of these files."""
        if not entries:
            return []
        wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
        answer = self.ask("cat-file", "--batch", stdin=wanted)
        found = []
        at = 0
        for entry in entries:
            begin = answer.index(b"\n", at) + 1
            if answer[at:begin].split()[1:] != [b"blob", str(entry.size).encode()]:
                raise NoVersion(f"git has lost {entry.path}: see `git fsck`")
            found.append(answer[begin : begin + entry.size])
            at = begin + entry.size + 1
        return found

    def ask(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What git prints. Raises ``NoVersion`` with what it complains of."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program, no shell
                [self._program, "-C", str(self._top), *arguments],
                input=stdin,
                capture_output=True,
                timeout=GIT_SECONDS,
                env=os.environ | _QUIET,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoVersion(f"git {arguments[0]} took longer than {GIT_SECONDS:g} s") from error
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise NoVersion(words[0][:300] if words else f"git {arguments[0]} failed")
        return done.stdout


def _read(path: Path) -> bytes | None:
    """The bytes of today's file; none if it is gone."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(str(path) for path in paths)
