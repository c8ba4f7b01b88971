"""The end of the process, in time, whatever hangs.

A thread that waits for a dead network drive cannot be stopped, and Python joins every thread before it
ends. Nothing is lost by leaving it behind: the log keeps what was acknowledged, as after a power cut.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

from monitor.stage import Emit

AFTER_SIGNAL = 9.5
"""Seconds from SIGTERM to the end: a supervisor may kill after ten."""
AFTER_STOP = 1.0
"""Seconds that threads have to end once everything was stopped in order."""


def leave_within(seconds: float, code: int, emit: Emit) -> threading.Event:
    """End this process with ``code`` after ``seconds``, unless the event that is returned is set."""
    ended = threading.Event()

    def leave() -> None:
        if ended.wait(seconds):
            return
        names = sorted(thread.name for thread in threading.enumerate() if not thread.daemon)
        emit("stop-cut-off", after=seconds, threads=", ".join(names))
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)

    threading.Thread(target=leave, name="leave", daemon=True).start()
    return ended
