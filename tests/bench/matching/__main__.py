"""`python -m tests.bench.matching`: the engine beside its peers, on one generated corpus, in one run.

All peers run at once, each in a process of its own, and take turns of a few articles, so that whatever else the
machine does falls on all of them. Figures are of one core; the `cpu` clock counts the time that the matching
thread was on the processor, the `wall` clock what passed (a Java virtual machine's other threads, which compile
and collect garbage, are on neither).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.bench.__main__ import machine, write
from tests.bench.matching import corpus, lucene, report, scan
from tests.bench.matching.agreement import Agreement
from tests.bench.matching.articles import PLANTED
from tests.bench.matching.engine import OTHER
from tests.bench.matching.measure import Figures, take_turns
from tests.bench.matching.peer import Change, Counted, FiredOn, Peer, PeerError, Setting, python
from tests.bench.matching.report import OURS, Sized
from tests.bench.matching.world import FULL, World

PEERS = ("lucene", "daachorse", "regex")
BUILD_SECONDS = 600.0
WARM = {OURS: 0.5, "ours-python": 0.5, "lucene": 12.0}  # seconds: a JIT compiler takes its time
CHANGES = 21
COMPARED = 10_000  # rules at most where agreement is checked
ABSENT = "too large for it; --most raises the bound"


def main() -> int:
    arguments = _arguments()
    world = World(arguments.seed, arguments.entities, arguments.words)
    sizes: list[int] = arguments.rules
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="bench-matching-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        lines = _say(
            f"{datetime.now(UTC):%Y-%m-%d}: {machine()}. {arguments.articles} articles of 4,000 characters,",
            f"{world.entities:,} entities, a vocabulary of {world.vocabulary:,} words, seed {world.seed},",
            f"{arguments.planted:g} planted sentences an article that fire one of the first rules;",
            f"{arguments.clock} clock, {arguments.rounds} rounds.",
        )
        corpus.write(folder, world, corpus.Size(max(sizes), arguments.articles, arguments.planted))
        if arguments.peers:
            scan.write(folder)
        if "lucene" in arguments.peers:
            lucene.write(folder, max(sizes))
        found = []
        for count in sizes:
            sized = _measure(folder, count, arguments, last=count == _compared(sizes))
            found.append(sized)
            lines += _say(*report.table(sized))
        lines += _say(*report.aims(found))
    if arguments.json is not None:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    if arguments.write is not None:
        write(arguments.write, lines)
    return 0


def _compared(sizes: list[int]) -> int:
    """The number of rules at which agreement is checked."""
    return max((count for count in sizes if count <= COMPARED), default=0)


def _measure(folder: Path, count: int, arguments: argparse.Namespace, *, last: bool) -> Sized:
    absent: dict[str, str] = {}
    with ExitStack() as stack:
        running: list[Peer] = []
        for name, setting in _settings(folder, count, arguments, absent).items():
            try:
                running.append(stack.enter_context(Peer(name, setting)))
            except PeerError as error:
                if name.startswith(OURS):
                    raise
                absent[name] = str(error)
        figures = take_turns(
            running,
            arguments.articles,
            rounds=arguments.rounds,
            warm={name: seconds * arguments.warm for name, seconds in WARM.items()},
            budget=arguments.budget,
            clock=arguments.clock,
        )
        for at, peer in enumerate(running):
            if peer.name.startswith(OURS):
                figures[at] = _further(peer, figures[at])
        by_name = {peer.name: peer for peer in running}
        agreed = _agreement(folder, by_name, arguments.articles) if last and "lucene" in by_name else None
    return Sized(rules=count, peers=figures, absent=absent, agreement=agreed)


def _further(peer: Peer, figures: Figures) -> Figures:
    """With what only our engine is asked: rules verified, time of an edit."""
    count = peer.ask(f"candidates 0 {figures.articles}", Counted).candidates
    times = peer.ask(f"change 0 {CHANGES}", Change)
    return msgspec.structs.replace(
        figures,
        candidates=count / (figures.fires * figures.articles) if figures.fires else -1.0,
        change_ms=statistics.median(times.changed) / 1e6,
        delete_ms=statistics.median(times.deleted) / 1e6,
    )


def _settings(
    folder: Path, count: int, arguments: argparse.Namespace, absent: dict[str, str]
) -> dict[str, Setting]:
    """How each peer that can run at this size is started; ``absent`` gets the reasons of the rest."""
    found: dict[str, Setting] = {}
    for at, kernel in enumerate(arguments.kernel):
        name = OURS if at == 0 else f"{OURS}-{kernel}"
        found[name] = Setting(python("engine", str(folder), str(count), f"--kernel={kernel}"), BUILD_SECONDS)
    most = {"lucene": 100_000, "daachorse": sys.maxsize, "regex": 1000} | dict(arguments.most)
    for name in arguments.peers:
        if count > most[name]:
            absent[name] = ABSENT
        elif name == "lucene":
            try:
                found[name] = lucene.setting(folder, count, arguments.heap)
            except lucene.NoLucene as error:
                absent[name] = str(error)
        else:
            found[name] = Setting(python("scan", str(folder), str(count), name), BUILD_SECONDS)
    return found


def _agreement(folder: Path, peers: dict[str, Peer], articles: int) -> Agreement:
    fired = peers["lucene"].ask(f"fired 0 {articles}", FiredOn)
    (folder / OTHER).write_bytes(msgspec.json.encode(fired))
    return peers[OURS].ask(f"agree 0 {articles}", Agreement)


def _say(*lines: str) -> list[str]:
    for line in lines:
        print(line, flush=True)
    return list(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.matching", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )  # fmt: skip
    parser.add_argument("--rules", type=_numbers, default=[100, 1000, 10_000, 100_000, 300_000])
    parser.add_argument(
        "--articles", type=int, default=200, help="that each peer reads, if there is time (200)"
    )
    parser.add_argument(
        "--planted", type=float, default=PLANTED, help=f"sentences an article that fire a rule ({PLANTED})"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entities", type=int, default=30_000)
    parser.add_argument("--words", type=int, default=FULL, help=f"of the vocabulary ({FULL:,})")
    parser.add_argument("--peers", type=_peers, default=list(PEERS), help=f"of {','.join(PEERS)}; or none")
    parser.add_argument(
        "--kernel", type=lambda text: text.split(","), default=[""], help="c, python, or c,python"
    )
    parser.add_argument("--clock", choices=("cpu", "wall"), default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget", type=float, default=15.0, help="seconds a peer may read at one size (15)")
    parser.add_argument("--warm", type=float, default=1.0, help="factor on the warm-up")
    parser.add_argument("--heap", default="5g", help="of Lucene's Java (5g)")
    parser.add_argument(
        "--most", type=_most, action="append", default=[], metavar="PEER=RULES", help="largest size of a peer"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="replace the section between FILE's markers"
    )
    parser.add_argument("--quick", action="store_true", help="a small world, in less than a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rules, arguments.entities, arguments.words = [100, 1000], 1000, 50_000
        arguments.articles, arguments.rounds, arguments.budget, arguments.warm = 40, 2, 2.0, 0.1
        arguments.most = [("regex", 100), *arguments.most]
    return arguments


def _numbers(text: str) -> list[int]:
    found = sorted({int(one) for one in text.split(",")})
    if found[0] < 1:
        raise argparse.ArgumentTypeError("a number of rules is 1 or more")
    return found


def _peers(text: str) -> list[str]:
    found = [] if text in ("", "none") else text.split(",")
    for name in found:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"no peer {name}; there are {', '.join(PEERS)}, or none")
    return found


def _most(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if name not in PEERS or not count.isdigit():
        raise argparse.ArgumentTypeError("write PEER=RULES, as in lucene=300000")
    return name, int(count)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PeerError as failed:
        sys.exit(str(failed))
