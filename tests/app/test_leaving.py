"""The process ends in time, also if a thread of it never does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.app.conftest import World

STUCK = """\
import sys, threading
from monitor.app.leaving import leave_within
threading.Thread(target=threading.Event().wait, name="stuck").start()
leave_within(0.1, 7, lambda event, **fields: print(event, fields["threads"]))
"""


def test_a_thread_that_never_ends_is_left_behind_and_named() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 7
    assert ended.stdout.startswith("stop-cut-off ")
    assert "stuck" in ended.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_among_the_rules_holds_up_neither_reloading_nor_stopping(world: World) -> None:
    worker = world.start()
    worker.wait("rules-loaded")
    os.mkfifo(world.rules / "pipe.yaml")
    broken = worker.wait("rules-broken")
    assert broken["place"].endswith("pipe.yaml:1:1")
    assert "no regular file" in broken["problem"]
    worker.wait("rules-loaded")
    (world.rules / "nowhere.yaml").symlink_to("nowhere.yaml")
    assert worker.wait("rules-broken", problem="cannot be read: Too many levels of symbolic links")
    worker.wait("rules-loaded")
    code, seconds = worker.stop()
    assert code == 0
    assert seconds < 10
