"""A worker to be killed: `python -m tests.runtime.worker --runtime embedded --folder DIR --first 0 --last 500`.

Runs the counting pipeline and publishes orders ``first`` to ``last``, exclusive, over four keys. Writes
``ready`` once it runs, ``ack N`` when order N is acknowledged, ``all`` after the last; then waits to be killed.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from monitor.runtime.embedded import EmbeddedRuntime, EmbeddedSettings
from monitor.stage import Runtime
from tests.runtime.counting import out, pipeline

KEYS = 4
TOGETHER = 5


def key_of(number: int) -> str:
    """The key of an order."""
    return f"key-{number % KEYS}"


def runtime_of(arguments: argparse.Namespace) -> Runtime:
    """The runtime that the arguments name."""
    if arguments.runtime == "embedded":
        return EmbeddedRuntime(pipeline(), EmbeddedSettings(folder=arguments.folder))
    from monitor.runtime.kafka import KafkaRuntime, KafkaSettings

    settings = KafkaSettings(
        bootstrap=arguments.bootstrap,
        data_dir=arguments.folder,
        prefix=arguments.prefix,
        partitions=arguments.partitions,
    )
    return KafkaRuntime(pipeline(), settings)


async def run(arguments: argparse.Namespace) -> None:
    runtime = runtime_of(arguments)
    await runtime.start()
    print("ready", flush=True)
    for start in range(arguments.first, arguments.last, TOGETHER):
        numbers = range(start, min(start + TOGETHER, arguments.last))
        await runtime.port.publish(*(out(str(number), key_of(number)) for number in numbers))
        for number in numbers:
            print("ack", number, flush=True)
        await asyncio.sleep(0.002)
    print("all", flush=True)
    await runtime.failed()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.worker", description=__doc__)
    parser.add_argument("--runtime", choices=("embedded", "kafka"), default="embedded")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--bootstrap", default="")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=1_000_000)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
