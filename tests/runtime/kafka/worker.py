"""A worker of the test chain as a process of its own: `python -m tests.runtime.kafka.worker FILE`.

FILE holds the settings as JSON. Each event is a JSON line on standard output. SIGTERM stops it. With a
second argument `lose-coordinator` the group's coordination task is ended once the worker is ready.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import msgspec

from monitor.runtime.kafka import EXIT_CODE, KafkaRuntime, KafkaRuntimeError, KafkaSettings
from monitor.runtime.lock import FolderInUse
from tests.runtime.kafka.chain import pipeline


def emit(event: str, /, **fields: object) -> None:
    print(json.dumps({"event": event, **{key: str(value) for key, value in fields.items()}}), flush=True)


def lose_coordinator(runtime: KafkaRuntime) -> None:
    """What faust#175 does: the task ends, everything else goes on."""
    assert runtime._app is not None
    thread = runtime._app.consumer._thread  # type: ignore[attr-defined]
    task = thread._consumer._coordinator._coordination_task
    thread.thread_loop.call_soon_threadsafe(task.cancel)


async def work(settings: KafkaSettings, *, lose: bool) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    runtime = KafkaRuntime(pipeline(), settings, emit=emit)
    await runtime.start()
    if lose:
        lose_coordinator(runtime)
    stop = asyncio.ensure_future(stopping.wait())
    failed = asyncio.ensure_future(runtime.failed())
    await asyncio.wait([stop, failed], return_when=asyncio.FIRST_COMPLETED)
    code = 0
    if failed.done():
        emit("worker.failed", reason=failed.exception())
        code = EXIT_CODE
    failed.cancel()
    await runtime.stop()
    return code


def main() -> int:
    settings = msgspec.json.decode(
        Path(sys.argv[1]).read_bytes(), type=KafkaSettings, dec_hook=lambda kind, text: kind(text)
    )
    try:
        return asyncio.run(work(settings, lose="lose-coordinator" in sys.argv[2:]))
    except (KafkaRuntimeError, FolderInUse) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
