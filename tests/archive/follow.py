"""A follower as a process of its own, to be killed: ``python -m tests.archive.follow LOG URL``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from monitor.archive.embedded import EmbeddedTail
from monitor.archive.follower import Follower


def _tell(event: str, /, **fields: object) -> None:
    print(event, flush=True)


if __name__ == "__main__":
    asyncio.run(Follower(sys.argv[2], EmbeddedTail(Path(sys.argv[1])), _tell, batch=40).run())
