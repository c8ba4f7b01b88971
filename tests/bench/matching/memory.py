"""Memory of this process, in bytes."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import sys
from pathlib import Path

_PAGE = resource.getpagesize()
_STATM, _STATUS, _CLEAR = Path("/proc/self/statm"), Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> int:
    """What is resident now, after all garbage is given back to the system; the peak where that is not told."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * _PAGE
    return peak()


def forget_peak() -> None:
    """Count the peak from here on, where the system can."""
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")


def peak() -> int:
    """The most that was resident. Not ``ru_maxrss`` on Linux: that counts the parent's memory before exec."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
