"""The analyst's desk: a rule folder, edited at random, and what it said at every moment."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tests.reload.families import LEXICON, MOST_RULES, Version, lexicon_file, rule_file, standing_file
from tests.reload.saving import SAVES, Hand

SUBSCRIBERS = b"subscribers: [{id: desk, channel: {kind: terminal}}]\ndefault: [desk]\n"
SLOW = 0.08  # seconds between two steps of one edit, from which on what lies between them may be loaded
REST = 0.3  # seconds of quiet that come at least ...
BUSY = 0.35  # ... after so many seconds of edits
LONG_REST = 2.6  # seconds
WHOLE = ("renamed_over", "hidden_renamed_over", "link_swapped")
"""Ways of saving by which a file is never seen half-written."""
BROKEN = (
    b"rules:\n  - {id: f01-a, match: [\n", b"rules:\n\t- id: f01-a\n", b"rules: {id: f01-a}\n", b"\xff\xfe\x00rules:",
    b"rules:\n  - id: broken\n    match: {concept: no-such-thing}\n", b"rules:\n  - {id: broken}\n",
    b"rules:\n  - {id: broken, match: a, colour: red}\n", b"rules: []\nrules: []\n", b"- &a rules\n- *a\n",
)  # fmt: skip


class Moment(msgspec.Struct, frozen=True):
    """The folder after an edit that lasted from ``begun`` to ``done``, on the monotonic clock.

    ``serves`` has the version of each family that is there, ``files`` the file in which it lies. ``broken``
    files keep their last good version.
    ``slow``: steps of the edit lay so far apart that each may count as an edit of its own. ``restless``: the
    folder had no rest between this edit and the one before. ``unseen``: a file behind a link was written, of
    which the system tells nothing.
    """

    begun: float
    done: float
    what: str
    serves: Mapping[int, Version]
    files: Mapping[int, str]
    touched: frozenset[int] = frozenset()
    broken: frozenset[str] = frozenset()
    slow: bool = False
    restless: bool = False
    unseen: bool = False


class Desk:
    """Edits the folder in a thread of its own. ``families`` are numbered from 1."""

    def __init__(self, folder: Path, *, families: int, standing: int, seed: int) -> None:
        self.folder = folder
        self.moments: list[Moment] = []
        self.versions: list[Version] = []  # all that ever were
        self._chance = random.Random(seed)
        elsewhere = folder.with_name("elsewhere")
        elsewhere.mkdir()
        folder.mkdir()
        self._hand = Hand(self._chance, elsewhere)
        self._numbers = dict.fromkeys(range(families + 1), 0)
        self._serves: dict[int, Version] = {}
        self._files: dict[str, list[int]] = {}  # by path below the folder
        self._broken: set[str] = set()
        self._touching: set[int] = set()
        self._unseen = False
        self._names = 0
        (folder / "standing.yaml").write_bytes(standing_file(standing))
        (folder / "subscribers.yaml").write_bytes(SUBSCRIBERS)
        (folder / "lexicon.yaml").write_bytes(lexicon_file(self._next(LEXICON)))
        for first in range(1, families + 1, 2):
            name = self._new_name()
            self._files[name] = [family for family in (first, first + 1) if family <= families]
            for family in self._files[name]:
                self._next(family)
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(self._data(name))
        self._hand.begin()
        self._note(time.monotonic(), "begin")

    def number(self, family: int) -> int:
        """The latest version of a family."""
        return self._numbers[family]

    # --- work -----------------------------------------------------------------------------

    def work(self, until: float, stop: threading.Event) -> None:
        """Edit until a time on the monotonic clock, in bursts with rests between them; leave nothing broken."""
        chance = self._chance
        while time.monotonic() < until and not stop.is_set():
            if chance.random() < 0.1:
                self._hurry(min(until, time.monotonic() + chance.uniform(1.0, 4.0)))
            busy = time.monotonic() + BUSY
            while time.monotonic() < busy:
                self._edit()
                time.sleep(chance.expovariate(1 / 0.06))
            stop.wait(LONG_REST if chance.random() < 0.1 else REST + chance.expovariate(1 / 0.2))
        while self._broken:
            self._do(self._mend)

    def _hurry(self, until: float) -> None:
        """One whole file after the other without any rest."""
        while time.monotonic() < until:
            self._do(self._save_whole, restless=True)
            time.sleep(self._chance.uniform(0.01, 0.06))
        time.sleep(REST)

    def _edit(self) -> None:
        edits = {
            self._save: 30, self._save_many: 8, self._swap: 8, self._move: 6, self._add: 10, self._delete: 4,
            self._rename: 8, self._rename_folder: 2, self._replace_folder: 1, self._break: 6, self._mend: 8,
            self._touch: 4, self._save_again: 6, self._copy: 4, self._save_lexicon: 3,
        }  # fmt: skip
        self._do(self._chance.choices(list(edits), list(edits.values()))[0])

    def _do(self, edit: Callable[[], str], *, restless: bool = False) -> None:
        self._touching.clear()
        self._unseen = False
        self._hand.begin()
        begun = time.monotonic()
        what = edit()
        if what:
            self._note(begun, what, restless=restless)

    def _note(self, begun: float, what: str, *, restless: bool = False) -> None:
        moment = Moment(
            begun=begun,
            done=time.monotonic(),
            what=what,
            serves=dict(self._serves),
            files={family: name for name, families in self._files.items() for family in families},
            touched=frozenset(self._touching),
            broken=frozenset(self._broken),
            slow=self._hand.slowest > SLOW,
            restless=restless,
            unseen=self._unseen,
        )
        self.moments.append(moment)

    # --- edits: each says what it did, or nothing if there was nothing to do -------------

    def _save(self) -> str:
        name = self._pick()
        if not name:
            return ""
        self._renew(name)
        return f"edit, {self._write(name)}"

    def _save_whole(self) -> str:
        name = self._pick()
        if not name:
            return ""
        self._renew(name)
        return f"edit without rest, {self._write(name, self._chance.choice(WHOLE))}"

    def _save_many(self) -> str:
        names = self._pick_some(3)
        for name in names:
            self._renew(name)
        for name in names:
            self._write(name)
        return f"edit {len(names)} files" if names else ""

    def _swap(self) -> str:
        names = self._pick_some(2)
        if len(names) < 2:
            return ""
        one, two = names
        at, to = self._chance.randrange(len(self._files[one])), self._chance.randrange(len(self._files[two]))
        first, second = self._files[one], self._files[two]
        first[at], second[to] = second[to], first[at]
        for name in names:
            if self._chance.random() < 0.5:
                self._renew(name)
        for name in names:
            self._write(name)
        return "swap rules between files"

    def _move(self) -> str:
        names = self._pick_some(2)
        if len(names) < 2 or len(self._files[names[0]]) < 2:
            return ""
        self._files[names[1]].append(self._files[names[0]].pop())
        self._chance.shuffle(names)
        for name in names:
            self._write(name)
        return "move rules to another file"

    def _add(self) -> str:
        absent = [family for family in self._numbers if family not in self._serves]
        if not absent:
            return ""
        family = self._chance.choice(absent)
        self._next(family)
        name = self._pick() if self._chance.random() < 0.4 else ""
        if name:
            self._files[name].append(family)
            self._write(name)
            return "add rules to a file"
        name = self._new_name()
        self._files[name] = [family]
        self._write(name)
        return "add a file"

    def _delete(self) -> str:
        name = self._pick()
        if not name:
            return ""
        family = self._chance.choice(self._files[name])
        self._touching.add(family)
        self._files[name].remove(family)
        del self._serves[family]
        if self._files[name]:
            self._write(name)
            return "delete rules"
        del self._files[name]
        (self.folder / name).unlink()
        return "delete a file"

    def _rename(self) -> str:
        name = self._pick()
        if not name:
            return ""
        new, path = self._new_name(), self.folder / name
        self._files[new] = self._files.pop(name)
        self._touching.update(self._files[new])
        (self.folder / new).parent.mkdir(exist_ok=True)
        how = self._chance.choice(("rename", "copy and remove", "remove and write"))
        if how == "rename":
            path.rename(self.folder / new)
        elif how == "copy and remove":
            shutil.copy2(path, self.folder / new)
            self._hand.pause()
            path.unlink()
        else:
            data = path.read_bytes()
            path.unlink()
            self._hand.pause()
            (self.folder / new).write_bytes(data)
        return f"rename a file: {how}"

    def _rename_folder(self) -> str:
        inside = [name for name in self._files if "/" in name]
        if not inside or not self._broken.isdisjoint(inside):
            return ""
        old = inside[0].split("/")[0]
        new = f"desk-{self._count()}"
        for name in inside:
            if name.startswith(f"{old}/"):
                moved = f"{new}/{name.split('/')[1]}"
                self._files[moved] = self._files.pop(name)
                self._touching.update(self._files[moved])
        (self.folder / old).rename(self.folder / new)
        return "rename a folder"

    def _replace_folder(self) -> str:
        """All files anew in another folder, which takes the place of this one."""
        self._touching.update(self._serves)
        new, old = self.folder.with_name("rules.new"), self.folder.with_name("rules.old")
        shutil.copytree(self.folder, new, symlinks=True)
        self._hand.pause()
        self.folder.rename(old)
        self._hand.pause()
        new.rename(self.folder)
        self._hand.pause()
        shutil.rmtree(old)
        return "replace the whole folder"

    def _break(self) -> str:
        name = self._pick()
        if not name or len(self._broken) > 1:
            return ""
        data = self._chance.choice([*BROKEN, self._data(name)[:-14]])
        self._broken.add(name)
        self._write(name, data=data)
        return "break a file"

    def _mend(self) -> str:
        if not self._broken:
            return ""
        name = self._broken.pop()
        self._renew(name)
        return f"mend a file, {self._write(name)}"

    def _touch(self) -> str:
        name = self._pick()
        if name:
            (self.folder / name).touch()
        return "touch" if name else ""

    def _save_again(self) -> str:
        name = self._pick()
        return f"save without a change, {self._write(name)}" if name else ""

    def _copy(self) -> str:
        """A copy with the same ids lies beside the file for a while: the rules in force stay in force."""
        name = self._pick()
        if not name:
            return ""
        begun, copy = time.monotonic(), (self.folder / name).with_name(f"copy of {Path(name).name}")
        shutil.copy2(self.folder / name, copy)
        self._broken.add(name)
        self._note(begun, "copy a file")
        time.sleep(self._chance.choice((0.0, REST)))
        self._hand.begin()
        copy.unlink()
        self._broken.remove(name)
        self._touching.update(self._files[name])
        return "remove the copy"

    def _save_lexicon(self) -> str:
        self._touching.add(LEXICON)
        data = lexicon_file(self._next(LEXICON))
        how = self._chance.choice(tuple(SAVES))
        self._unseen = (self.folder / "lexicon.yaml").is_symlink()
        SAVES[how](self.folder / "lexicon.yaml", data, self._hand)
        return f"edit the lexicon, {how}"

    # --- files ----------------------------------------------------------------------------

    def _write(self, name: str, how: str = "", *, data: bytes | None = None) -> str:
        """Save a file as it should be, or with other bytes; how it was saved."""
        self._touching.update(self._files[name])
        how = how or self._chance.choice(tuple(SAVES))
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        self._unseen = self._unseen or path.is_symlink()
        SAVES[how](path, self._data(name) if data is None else data, self._hand)
        return how

    def _data(self, name: str) -> bytes:
        return rule_file([self._serves[family] for family in self._files[name]])

    def _renew(self, name: str) -> None:
        """Another version of all families in a file, often with as many rules as before."""
        for family in self._files[name]:
            self._next(family)

    def _next(self, family: int) -> Version:
        before = self._serves.get(family)
        rules = before.rules if before is not None else 2
        if family != LEXICON and self._chance.random() < 0.4:
            rules = self._chance.randint(1, MOST_RULES)
        version = Version(family, self._numbers[family] + 1, 1 if family == LEXICON else rules)
        self._numbers[family] = version.number
        self._serves[family] = version
        self.versions.append(version)
        return version

    def _pick(self) -> str:
        """A file that is not broken, none if there is none."""
        return next(iter(self._pick_some(1)), "")

    def _pick_some(self, most: int) -> list[str]:
        good = sorted(self._files.keys() - self._broken)
        return self._chance.sample(good, min(most, len(good)))

    def _new_name(self) -> str:
        """A name that sorts anywhere; some lie in a folder of their own."""
        names = [name for name in self._files if "/" in name]
        folder = f"{names[0].split('/')[0]}/" if names else "desk/"
        stem = f"{self._chance.choice('amz')}{self._count()}"
        return f"{folder if self._chance.random() < 0.3 else ''}{stem}.{self._chance.choice(('yaml', 'yml'))}"

    def _count(self) -> int:
        self._names += 1
        return self._names
