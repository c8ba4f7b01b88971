"""How the archive is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Role = Literal["starting", "writing", "standby", "away", "refused", "stopped"]
"""``standby``: another worker writes. ``away``: log or database cannot be reached. ``refused``: a later
release wrote the database."""


class ArchiveState(msgspec.Struct, frozen=True, kw_only=True):
    """How the archive is doing, for health and metrics."""

    role: Role
    detail: str = ""
    lag: Mapping[str, int] = {}  # topic -> records not yet archived
    written: int = 0  # records, since the start
    skipped: int = 0  # records that could not be read or stored
    stopped: Mapping[str, str] = {}  # topic/partition -> why it is not followed
