"""`python -m tests.storm`: a storm by its arguments; prints a report, exits 1 if anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.kafka.broker import Broker
from tests.storm.storm import Plan, Storm


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.storm",
        description="Kill -9 the monitor at random under load, and judge from outside that no alert is lost.",
    )
    parser.add_argument("--runtime", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--kills", type=int, default=20, help="of a worker (20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=40.0, help="articles a second (40)")
    parser.add_argument("--articles", type=int, default=3000, help="at most (3000)")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=1)
    parser.add_argument("--bootstrap", help="a broker that runs already; else one is started")
    parser.add_argument("--broker-kills", type=int, default=0, help="of the broker, which must be ours (0)")
    parser.add_argument(
        "--down", type=float, default=20.0, help="seconds that a killed broker stays away (20)"
    )
    parser.add_argument("--keep", type=Path, help="keep logs and data in this folder, which must not exist")
    arguments = parser.parse_args()
    if arguments.runtime == "embedded" and (arguments.workers > 1 or arguments.broker_kills):
        parser.error("several workers and a broker are for --runtime kafka")
    if arguments.bootstrap and arguments.broker_kills:
        parser.error("only a broker that is started here can be killed: leave --bootstrap out")
    with ExitStack() as stack:
        if arguments.keep is not None:
            arguments.keep.mkdir(parents=True)
            folder = arguments.keep.resolve()
        else:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="storm-", ignore_cleanup_errors=True))
            )
        broker: Broker | None = None
        if arguments.runtime == "kafka":
            broker = stack.enter_context(
                Broker.at(arguments.bootstrap)
                if arguments.bootstrap
                else Broker.start(folder / "broker", lasting=True)
            )
        plan = Plan(
            folder=folder,
            runtime=arguments.runtime,
            kills=arguments.kills,
            seed=arguments.seed,
            rate=arguments.rate,
            workers=arguments.workers,
            articles=arguments.articles,
            broker_kills=arguments.broker_kills,
            down=arguments.down,
        )
        report = asyncio.run(Storm(plan, broker=broker, say=lambda line: print(line, flush=True)).run())
        print(report.text())
        if report.faults() and arguments.keep is None:
            kept = Path(tempfile.mkdtemp(prefix="storm-logs-"))
            for log in folder.glob("worker-*/monitor.log"):
                shutil.copy(log, kept / f"{log.parent.name}.log")
            print(f"logs: {kept}")
        return 1 if report.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
