"""How editors save: every way in which a file's new bytes come to lie under its name."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

LONGEST_PAUSE = 0.04  # seconds between two steps of one save


class Hand:
    """Does one step after the other, with pauses; ``slowest`` is the longest time between two steps.

    ``elsewhere`` is a folder for files to which links lead.
    """

    def __init__(self, chance: random.Random, elsewhere: Path) -> None:
        self.chance = chance
        self.elsewhere = elsewhere
        self.slowest = 0.0
        self._last = 0.0

    def begin(self) -> None:
        """Before the first step of an edit."""
        self.slowest, self._last = 0.0, time.monotonic()

    def pause(self) -> None:
        """Between two steps: often none, at most ``LONGEST_PAUSE``."""
        if self.chance.random() < 0.6:
            time.sleep(self.chance.uniform(0.0, LONGEST_PAUSE))
        now = time.monotonic()
        self.slowest, self._last = max(self.slowest, now - self._last), now


Save = Callable[[Path, bytes, Hand], None]


def in_place(path: Path, data: bytes, hand: Hand) -> None:
    """Empty the file and write it: nano, shell redirection."""
    with path.open("wb", buffering=0) as file:
        hand.pause()
        file.write(data)
    hand.pause()


def over_it(path: Path, data: bytes, hand: Hand) -> None:
    """Write over the old bytes and cut the rest off afterwards."""
    with path.open("r+b" if path.exists() else "wb", buffering=0) as file:
        file.write(data)
        hand.pause()
        file.truncate()
    hand.pause()


def in_pieces(path: Path, data: bytes, hand: Hand) -> None:
    """Empty the file and write it piece by piece, as over a slow network: some pieces are whole rules."""
    lines = data.splitlines(keepends=True)
    with path.open("wb", buffering=0) as file:
        hand.pause()
        while lines:
            count = hand.chance.randint(1, 4)
            piece = b"".join(lines[:count])
            cut = hand.chance.randint(0, len(piece))
            for part in (piece[:cut], piece[cut:]):
                file.write(part)
                hand.pause()
            del lines[:count]


def renamed_over(path: Path, data: bytes, hand: Hand) -> None:
    """Write beside it under a name of another kind, then rename over it: sed -i, git, most libraries."""
    part = path.with_name(f"{path.name}.tmp{hand.chance.randrange(10**6)}")
    with part.open("wb", buffering=0) as file:
        file.write(data)
        os.fsync(file.fileno())
    hand.pause()
    part.replace(path)
    hand.pause()


def hidden_renamed_over(path: Path, data: bytes, hand: Hand) -> None:
    """The same by a hidden name that ends like a rule file's: gedit and its kind."""
    part = path.with_name(f".goutputstream-{hand.chance.randrange(10**6)}.yaml")
    part.write_bytes(data[: len(data) // 2])
    hand.pause()
    part.write_bytes(data)
    hand.pause()
    part.replace(path)
    hand.pause()


def vim(path: Path, data: bytes, hand: Hand) -> None:
    """Swap file, probe 4913, the old file renamed to a backup, the new one written, the backup removed."""
    swap, probe = path.with_name(f".{path.name}.swp"), path.with_name("4913")
    swap.write_bytes(b"b0VIM 9.1")
    probe.write_bytes(b"")
    hand.pause()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    with contextlib.suppress(FileNotFoundError):
        path.rename(backup)
    hand.pause()
    with path.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 3])
        hand.pause()
        file.write(data[len(data) // 3 :])
    hand.pause()
    backup.unlink(missing_ok=True)
    swap.unlink()
    hand.pause()


def emacs(path: Path, data: bytes, hand: Hand) -> None:
    """A lock that is a link to nowhere, an auto-save file, a backup copy, then in place."""
    lock, auto = path.with_name(f".#{path.name}"), path.with_name(f"#{path.name}#")
    with contextlib.suppress(FileExistsError):
        lock.symlink_to("analyst@desk.1234:1700000000")
    auto.write_bytes(data[: len(data) // 2])
    if path.exists():
        shutil.copy2(path, path.with_name(f"{path.name}~"))
    hand.pause()
    in_place(path, data, hand)
    auto.unlink()
    lock.unlink()
    hand.pause()


def removed_first(path: Path, data: bytes, hand: Hand) -> None:
    """Remove the file, then make it anew."""
    path.unlink(missing_ok=True)
    hand.pause()
    path.write_bytes(data)
    hand.pause()


def time_kept(path: Path, data: bytes, hand: Hand) -> None:
    """In place, then its old times are put back: rsync --times, cp -p."""
    before = path.stat() if path.exists() else None
    in_place(path, data, hand)
    if before is not None:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    hand.pause()


def link_swapped(path: Path, data: bytes, hand: Hand) -> None:
    """The name is a link to a file elsewhere; a new link is renamed over it: mounted configuration."""
    target = hand.elsewhere / f"{hand.chance.randrange(10**9)}-{path.name}"
    target.write_bytes(data)
    hand.pause()
    link = path.with_name(f"{path.name}.new")
    link.symlink_to(target)
    hand.pause()
    link.replace(path)
    hand.pause()


def behind_a_link(path: Path, data: bytes, hand: Hand) -> None:
    """The name is a link, and the file behind it is edited: the system tells nothing of that."""
    if path.is_symlink():
        in_place(path.resolve(), data, hand)
    else:
        link_swapped(path, data, hand)


SAVES: Mapping[str, Save] = {
    save.__name__: save
    for save in (
        in_place, over_it, in_pieces, renamed_over, hidden_renamed_over, vim, emacs, removed_first, time_kept,
        link_swapped, behind_a_link,
    )
}  # fmt: skip
