"""Where commands keep lexicons that they have made: in the user's cache folder, by rule folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path


def pack_for(rules: Sequence[Path]) -> Path | None:
    """The pack of these folders and files; none where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:
        return None
    names = "\0".join(str(path.resolve()) for path in rules)
    return folder / "news-monitor" / f"lexicon-{hashlib.sha256(names.encode()).hexdigest()[:16]}.pack"
