"""Killed anywhere, the follower leaves rows and offsets that agree."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from monitor.archive import schema
from tests.archive.rig import Log, table
from tests.archive.samples import alert, attempt

ATTEMPTS, ALERTS = 1500, 400
KILLS = 3


async def _run_for(log: Path, url: str, seconds: float | None) -> None:
    """Run a follower and kill it so long after it began to write, or let it finish."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.archive.follow", str(log), url,
        stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while (line := await process.stdout.readline()) and line.strip() != b"archive-writing":
                pass
        if seconds is not None:
            await asyncio.sleep(seconds)
            return
        everything = {"attempts": ATTEMPTS + 1, "alerts": ALERTS + 1}
        async with asyncio.timeout(60):
            while await _offsets(url) != everything:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _offsets(url: str) -> dict[str, int]:
    return {row.topic: row.next_offset for row in await table(url, schema.offsets)}


async def test_kill_9_in_the_middle_loses_and_doubles_nothing(url: str, tmp_path: Path) -> None:
    log = Log(tmp_path / "monitor.db")
    log.append("attempts", *(attempt(number) for number in range(1, ATTEMPTS + 1)))
    log.append("alerts", *(alert("s-1", number) for number in range(1, ALERTS + 1)))
    seed = random.Random(20261124)
    midway = 0
    for _ in range(KILLS):
        await _run_for(log.path, url, seed.uniform(0.0, 0.15))
        offsets = await _offsets(url)
        stored = [row.number for row in await table(url, schema.attempts)]
        assert stored == list(range(1, offsets.get("attempts", 1)))
        revisions = [row.revision for row in await table(url, schema.alerts)]
        assert revisions == list(range(1, offsets.get("alerts", 1)))
        assert len(await table(url, schema.alert_rules)) == 2 * len(revisions)
        midway += 0 < len(stored) < ATTEMPTS
    assert midway > 0  # otherwise nothing was killed in the middle
    await _run_for(log.path, url, None)
    assert [row.number for row in await table(url, schema.attempts)] == list(range(1, ATTEMPTS + 1))
    assert [row.revision for row in await table(url, schema.alerts)] == list(range(1, ALERTS + 1))
    log.close()
