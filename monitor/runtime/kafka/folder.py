"""The data folder: one worker's alone, with its name in the consumer group.

A static member keeps its partitions over a restart. Kafka does not tell two processes with one
instance id apart, so the id lives in the data folder, under a lock of the operating system that
dies with its process.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from monitor.runtime.lock import FolderLock


class DataFolder:
    """Held from ``take`` to ``release`` or to the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FolderLock(folder)

    def take(self) -> str:
        """The worker's instance id. Raises ``FolderInUse``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        return self._instance()

    def release(self) -> None:
        """Give the folder free."""
        self._lock.release()

    def tables(self, cluster: str, app_id: str) -> Path:
        """Where the tables of this application on this cluster are kept: rows of another cluster have
        other offsets."""
        path = self._folder / "kafka" / f"{cluster}-{app_id}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _instance(self) -> str:
        path = self._folder / "kafka" / "instance-id"
        if path.exists() and (known := path.read_text("ascii").strip()):
            return known
        made = f"worker-{secrets.token_hex(8)}"
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(made + "\n", "ascii")
        draft.replace(path)
        return made
