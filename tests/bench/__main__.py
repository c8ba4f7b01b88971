"""`python -m tests.bench`: measures both runtimes and prints the figures side by side."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import secrets
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tests.bench import articles, measures, rules
from tests.bench.worker import SHARE, Task
from tests.kafka.broker import Broker
from tests.kafka.fixture import availability

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
RuntimeName = Literal["embedded", "kafka"]


class Table:
    """Lines of a report, printed as they come."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str = "") -> None:
        self.lines.append(text)
        print(text, flush=True)

    def head(self, title: str) -> None:
        self.line()
        self.line(f"**{title}**")
        self.line()
        self.line("| what | figure | aim |")
        self.line("|---|---:|---:|")

    def row(self, what: str, figure: str, aim: str = "") -> None:
        self.line(f"| {what} | {figure} | {aim} |")


def machine() -> str:
    """What this ran on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else model
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}{load}"


def single_stages(table: Table, folder: Path, count: int, seed: int) -> None:
    table.head("Each stage singly, pure calls")
    for name, rate in measures.stages(folder, count, seed).items():
        each = rate.seconds / rate.count * 1000
        table.row(f"{name}, {rate.count} records", f"{rate.each_second:,.0f}/s ({each:.2f} ms)")


async def runtime(
    table: Table, name: RuntimeName, folder: Path, arguments: argparse.Namespace, bootstrap: str = ""
) -> None:
    table.head(f"Runtime {name}")
    aim, prefix = ("800/s", "") if name == "embedded" else ("400/s", f"bench-{secrets.token_hex(4)}-")
    load = articles.articles(arguments.count, arguments.seed, SHARE)
    plain = await measures.kafka_log(bootstrap, load) if bootstrap else measures.sqlite_log(folder, load)
    (work := folder / name).mkdir()
    task = Task(
        kind="throughput", runtime=name, folder=str(work), seed=arguments.seed, count=arguments.count,
        bootstrap=bootstrap, prefix=prefix,
    )  # fmt: skip
    all_stages = await measures.work(task)
    rate = all_stages.articles / all_stages.seconds
    busy = all_stages.processor / all_stages.seconds
    handlers = sum(all_stages.stages.values()) / all_stages.seconds
    table.row("all stages, articles", f"{rate:,.0f}/s", aim)
    table.row("  of its time on the processor, in handlers", f"{busy:.0%}, {handlers:.0%}")
    table.row("  of the articles, by which a rule fires", f"{all_stages.matches / all_stages.articles:.0%}")
    table.row("the plain log, produce and consume", f"{plain.each_second:,.0f}/s")
    table.row("  all stages to the plain log", f"1 : {plain.each_second / rate:.1f}")
    table.row("memory at the end, child processes included", f"{all_stages.memory / 1e6:,.0f} MB", "300 MB")
    (work := folder / f"{name}-latency").mkdir()
    found = await measures.latency(
        Task(
            kind="latency",
            runtime=name,
            folder=str(work),
            seed=arguments.seed,
            rate=100.0,
            share=0.2,
            count=int(arguments.seconds * 100),
            bootstrap=bootstrap,
            prefix=prefix and f"{prefix}l-",
        )
    )
    table.row(f"raw-articles to webhook at 100/s, p50 ({found.samples} alerts)", f"{found.p50:,.1f} ms")
    table.row("  p99", f"{found.p99:,.1f} ms", "100 ms")
    table.row("  processor meanwhile", f"{found.result.processor / found.result.seconds:.0%}")
    kafka = {"kafka": {"bootstrap": bootstrap, "prefix": f"{prefix}i-"}} if bootstrap else {}
    at_rest = await measures.idle(folder / f"{name}-idle", {"runtime": name, **kafka})
    table.row("`monitor run` at rest, processor", f"{at_rest.processor:.1%}", "2 %")
    table.row("`monitor run` at rest, memory", f"{at_rest.memory / 1e6:,.0f} MB", "300 MB")


def write(path: Path, lines: list[str]) -> None:
    """Replace what stands between the markers, or put them at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    section = "\n".join([BEGIN, *lines, END])
    before, found, rest = text.partition(BEGIN)
    if found:
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{section}{after}", encoding="utf-8")
    else:
        path.write_text(f"{text.rstrip()}\n\n{section}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runtime", choices=("embedded", "kafka", "both"), default="both")
    parser.add_argument("--count", type=int, default=1000, help="articles in a throughput run (1000)")
    parser.add_argument("--seconds", type=float, default=8.0, help="of a latency run (8)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bootstrap", help="a broker that runs already; else one is started")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="replace the section between the markers of FILE"
    )
    arguments = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it tells of each retry
    table = Table()
    table.line(f"{datetime.now(UTC):%Y-%m-%d}: {machine()}. Articles of {articles.CHARACTERS:,} characters")
    table.line(f"in English, Russian and Arabic, {rules.COUNT} rules, the shipped lexicon.")
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        single_stages(table, folder, min(600, arguments.count), arguments.seed)
        if arguments.runtime in ("embedded", "both"):
            asyncio.run(runtime(table, "embedded", folder, arguments))
        if arguments.runtime in ("kafka", "both"):
            reason = None if arguments.bootstrap else availability()
            if reason is not None:
                table.line(f"\nNo Kafka here: {reason}")
                return 0 if arguments.runtime == "both" else 1
            broker = stack.enter_context(
                Broker.at(arguments.bootstrap)
                if arguments.bootstrap
                else Broker.start(folder / "broker", lasting=True)
            )
            asyncio.run(runtime(table, "kafka", folder, arguments, broker.bootstrap))
    if arguments.write is not None:
        write(arguments.write, table.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
