"""The file channel: whole lines, also after a crash in the middle of one."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from monitor.notify.channel import SendContext, attempt
from monitor.notify.channels import target_of
from monitor.notify.file import append_line
from tests.notify.samples import ARABIC, delivery

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_broken_last_line_is_ended_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    append_line(path, b'{"a":1}')
    with path.open("ab") as file:
        file.write(b'{"a":2,"tex')
    append_line(path, b'{"a":2}')
    append_line(path, b'{"a":3}')
    assert path.read_bytes() == b'{"a":1}\n{"a":2,"tex\n{"a":2}\n{"a":3}\n'


async def test_an_alert_is_one_line_of_json(context: SendContext, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "alerts.jsonl"
    target = target_of({"kind": "file", "path": str(path)})
    await attempt(target, delivery("file", target.render(ARABIC)), context, NOW)
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["sentences"][0]["segments"][1]["gloss"] == "Russia"


async def test_subscribers_that_share_a_file_do_not_mix_lines(context: SendContext, tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    target = target_of({"kind": "file", "path": str(path)})
    bodies = [b"%d" % n * 5000 for n in range(8)]
    await asyncio.gather(*(attempt(target, delivery("file", body), context, NOW) for body in bodies))
    assert sorted(path.read_bytes().splitlines()) == sorted(bodies)


async def test_a_pipe_in_the_files_place_does_not_hang(context: SendContext, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    target = target_of({"kind": "file", "path": str(path)})
    answer = await attempt(target, delivery("file", b"x"), context, NOW)
    assert (answer.outcome, answer.error) == ("retry", f"{path}: not a regular file")
