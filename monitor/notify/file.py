"""Alerts as JSON lines in a file, each on the disk before it counts as delivered.

A line has the same JSON as a webhook's body. A crash in the middle of a write leaves at most one broken
line, which the next write ends; the alert itself is written again.
"""

from __future__ import annotations

import fcntl
import os
import stat
from datetime import datetime
from pathlib import Path

import msgspec
from pydantic import Field

from monitor.alerting.notice import Notice
from monitor.notify.blocking import in_thread
from monitor.notify.channel import Answer, ChannelOptions, SendContext
from monitor.notify.compose import fit
from monitor.records import Delivery

KIND = "file"


class Options(ChannelOptions):
    """A relative ``path`` starts at the folder in which the process was started."""

    path: str = Field(min_length=1, max_length=4096, description="file to append to; folders are made")


def render(notice: Notice, options: Options) -> bytes:
    """The notice as JSON on one line, without the line's end."""
    return fit(notice, msgspec.json.encode)


async def send(delivery: Delivery, options: Options, context: SendContext, attempt_at: datetime) -> Answer:
    """Append the body as a line and wait until it is on the disk."""
    path = Path(options.path)
    try:
        await in_thread(lambda: append_line(path, delivery.body), "alert-file")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Answer("retry", error=f"{path}: {reason}")
    return Answer("delivered")


def append_line(path: Path, line: bytes) -> None:
    """Append ``line`` and its end; a broken last line is ended first. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    # Not to wait for the reader of a pipe that someone put there.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    file = os.open(path, flags, 0o640)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError("not a regular file")
        fcntl.flock(file, fcntl.LOCK_EX)  # another subscriber may have the same path
        size = os.fstat(file).st_size
        broken = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        data = memoryview((b"\n" if broken else b"") + line + b"\n")
        while data:
            data = data[os.write(file, data) :]
        os.fsync(file)
    finally:
        os.close(file)
    if new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
