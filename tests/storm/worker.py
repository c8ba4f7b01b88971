"""One `monitor run` in a process of its own: started, watched, killed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

RULES = Path(__file__).parent / "rules"
MAIN = "import sys; from monitor.cli import main; sys.exit(main())"
RESTART = 75
"""The exit code with which a worker asks its supervisor to start it again."""
READY_SECONDS = 90.0
PAUSE = 0.2  # before a worker that ended by itself is started again, as a supervisor does


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Worker:
    """A data folder, a rules folder, a config file, and the process that runs on them."""

    def __init__(self, folder: Path, settings: dict[str, object], files: dict[str, object]) -> None:
        """``settings`` are those of monitor.yaml besides folders and port; ``files`` are written as JSON,
        which is YAML too, into the rules folder."""
        self.folder = folder
        self.inbox = folder / "data" / "inbox"
        self.log = folder / "monitor.log"
        self.port = free_port()
        self.ended: list[int] = []  # exit codes of processes that ended by themselves
        self._process: asyncio.subprocess.Process | None = None
        folder.mkdir(parents=True)
        shutil.copytree(RULES, folder / "rules")
        for name, content in files.items():
            (folder / "rules" / name).write_text(json.dumps(content), encoding="utf-8")
        own = {
            "data_dir": str(folder / "data"),
            "rules_dir": str(folder / "rules"),
            "web": {"host": "127.0.0.1", "port": self.port},
        }
        (folder / "monitor.yaml").write_text(json.dumps(own | settings), encoding="utf-8")

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start the process, and no more."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", MAIN, "run", "--config", str(self.folder / "monitor.yaml"),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                cwd=self.folder,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it says that it is; a process that ends by itself is started again meanwhile."""
        async with asyncio.timeout(READY_SECONDS):
            while not await asyncio.to_thread(self._is_ready):
                await self.supervise()
                await asyncio.sleep(0.05)

    async def supervise(self) -> None:
        """Start it again if it has ended by itself."""
        process = self._process
        if process is not None and process.returncode is not None:
            self.ended.append(process.returncode)
            await asyncio.sleep(PAUSE)
            await self.start()

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        process = self._process
        assert process is not None
        if process.returncode is not None:
            self.ended.append(process.returncode)
            return
        process.kill()
        await process.wait()

    async def stop(self, seconds: float = 10.0) -> int:
        """SIGTERM; its exit code. Fails if it takes longer."""
        process = self._process
        assert process is not None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(seconds):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
                raise AssertionError(
                    f"the monitor did not stop within {seconds:g} s, see {self.log}"
                ) from None
        assert process.returncode is not None
        return process.returncode

    async def end(self) -> None:
        """Leave no process behind."""
        if self.running:
            assert self._process is not None
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
