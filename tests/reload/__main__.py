"""`python -m tests.reload`: a storm of edits by its arguments; prints a report, exits 1 if anything went wrong."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.reload.figures import measure
from tests.reload.storm import Plan, Storm


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reload",
        description="Edit rule files at random while articles flow, and judge from outside by which rules each was "
        "matched.",
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="of edits (60)")
    parser.add_argument("--rate", type=float, default=500.0, help="articles a second (500)")
    parser.add_argument(
        "--rules", type=int, help="that nobody edits, beside those edited (1000); with --figures all (100000)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grace", type=float, default=2.0, help="seconds in which an edit must be live (2)")
    parser.add_argument("--verbose", action="store_true", help="tell each load and problem")
    parser.add_argument("--figures", action="store_true", help="measure edits of a large rule set instead")
    parser.add_argument("--changes", type=int, default=10_000, help="with --figures: edits in a row (10000)")
    arguments = parser.parse_args()
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{load} before", flush=True)
    if arguments.figures:
        measure(arguments.rules or 100_000, changes=arguments.changes, seconds=10.0, seed=arguments.seed)
        return 0
    with tempfile.TemporaryDirectory(prefix="reload-") as folder:
        plan = Plan(
            folder=Path(folder),
            seconds=arguments.seconds,
            rate=arguments.rate,
            rules=1000 if arguments.rules is None else arguments.rules,
            seed=arguments.seed,
            grace=arguments.grace,
            after=arguments.grace + 1.5,
        )
        say = (lambda line: print(line, flush=True)) if arguments.verbose else (lambda line: None)
        report = asyncio.run(Storm(plan, say).run())
    print(report.text())
    print(f"load average {os.getloadavg()[0]:.1f} after")
    return 1 if report.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
