"""``python -m tests.matching.fuzz [--seconds N] [--seed S] [--library PATH] [--code-points]``

Without ``--library`` the kernel is compiled with AddressSanitizer and UBSan, and used in a process of its
own. ``--library`` names a build to use in this one. ``--code-points`` cuts every character there is in all
its places with both kernels instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from monitor.matching.kernel import library
from tests.matching.fuzz import sanitizer

MOST_SHOWN = 20


def main() -> int:
    """0 if nothing was found, 1 if something was, 2 if it cannot be done here."""
    parser = argparse.ArgumentParser(prog="python -m tests.matching.fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--code-points", action="store_true")
    asked = parser.parse_args()
    if asked.library is not None:
        library.use(asked.library)
    if asked.code_points:
        return _code_points()
    if asked.library is not None:
        return _trials(asked.seconds, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        try:
            build = sanitizer.compiled(Path(folder))
        except sanitizer.NoSanitizer as error:
            print(f"not done: {error}", file=sys.stderr)
            return 2
        code, said = sanitizer.campaign(build, asked.seconds, asked.seed)
    print(said.strip())
    return min(code, 1) if code >= 0 else 1


def _trials(seconds: float, seed: int) -> int:
    # What looks for the kernel when it is imported comes after the library was named.
    from tests.matching.fuzz import agreement

    count, found = agreement.campaign(seconds, seed)
    print(f"{count} plans from seed {seed}: {'no difference' if not found else 'differences'}")
    return _shown(found)


def _code_points() -> int:
    from tests.matching.fuzz.segmentation import Cutter

    found = list(Cutter().sweep(range(0x110000)))
    print(f"{0x110000} characters: {len(found)} differences")
    return _shown(found)


def _shown(found: list[str]) -> int:
    for one in found[:MOST_SHOWN]:
        print(one.encode("ascii", "backslashreplace").decode())
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
