"""A real Apache Kafka of one node on loopback, without Docker.

In the foreground: `python -m tests.kafka.broker --folder var/kafka --port 9092`.
Jars come from Maven (see jars.py); Java 17 is needed. Calls block: in a coroutine that has other things to
do meanwhile, use `await asyncio.to_thread(broker.restart)`.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import Self

from tests.kafka import jars
from tests.kafka.jars import BrokerError
from tests.kafka.node import HOST, Node, not_ready
from tests.kafka.secure import Access

__all__ = ["Broker", "BrokerError"]

PORT_ATTEMPTS = 3
STOPS = (signal.SIGINT, signal.SIGTERM)


class Broker:
    """A broker that this process owns, or (`Broker.at`) one that somebody else runs.

    `bootstrap` is the plaintext address; with `secure=True` there is also `secure_bootstrap`, TLS with
    SASL/PLAIN or SCRAM for `user` and `password`, proved by the authority in `ca_file`.
    """

    def __init__(self, bootstrap: str, owner: Node | None = None) -> None:
        self.bootstrap = bootstrap
        self._owned = owner

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        log_to: Path | None = None,
        secure: bool = False,
        port: int | None = None,
        lasting: bool = False,
    ) -> Self:
        """Start a broker that keeps its data in `folder`, and return when it serves requests.

        `log_to` is its log (default `folder/broker.log`). `port` is that of `bootstrap`, by default a free
        one. A folder with data from before is taken up again, but not with `secure`. A `lasting` one takes
        longer to start, and is faster then. Raises BrokerError with the end of the log.
        """
        folder = folder.resolve()
        owned = Node(
            folder, (log_to or folder / "broker.log").resolve(), port, secure=secure, lasting=lasting
        )
        for _ in range(PORT_ATTEMPTS - 1):
            try:
                owned.launch()
                break
            except BrokerError as error:
                # Between the choice of a free port and its use someone else may take it.
                if port is not None or "already in use" not in str(error):
                    raise
                owned.choose_ports()
        else:
            owned.launch()
        return cls(f"{HOST}:{owned.port}", owned)

    @classmethod
    def at(cls, bootstrap: str) -> Self:
        """A broker that runs already at `bootstrap`, host:port[,…]; it cannot be stopped from here.

        Raises BrokerError if it does not answer within ten seconds.
        """
        host, _, port = bootstrap.partition(",")[0].rpartition(":")
        if not host or not port.isdigit():
            raise BrokerError(f"{bootstrap!r} is not an address: write host:port")
        deadline = time.monotonic() + 10
        while (problem := not_ready(host, int(port))) is not None:
            if time.monotonic() > deadline:
                raise BrokerError(f"no broker serves {bootstrap}: {problem}")
            time.sleep(0.2)
        return cls(bootstrap)

    @property
    def owned(self) -> bool:
        """Whether `stop`, `kill` and `restart` are possible."""
        return self._owned is not None

    @property
    def running(self) -> bool:
        """Whether its process is there; always true of a broker that is not ours."""
        return self._owned is None or self._owned.alive

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return self._own().pid

    @property
    def log(self) -> Path:
        """The file with its log."""
        return self._own().log

    @property
    def secure_bootstrap(self) -> str:
        """Address of the TLS and SASL listener."""
        self._access()
        return f"{HOST}:{self._own().secure_port}"

    @property
    def ca_file(self) -> Path:
        """Certificate of the authority, PEM."""
        return self._access().ca_file

    @property
    def user(self) -> str:
        """User name for SASL."""
        return self._access().user

    @property
    def password(self) -> str:
        """Password for SASL."""
        return self._access().password

    def stop(self) -> None:
        """Stop it in good order, by force after 20 s. Nothing happens if it does not run."""
        self._own().end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, as a power cut would; returns when the process is gone."""
        self._own().end(signal.SIGKILL)

    def wait(self) -> None:
        """Return when the broker ends by itself."""
        self._own().wait()

    def restart(self) -> None:
        """Run it again with the same ports and data, stopped first if need be; returns when it serves."""
        self.stop()
        self._own().launch()

    def _own(self) -> Node:
        if self._owned is None:
            raise BrokerError(f"the broker at {self.bootstrap} is not run by these tests")
        return self._owned

    def _access(self) -> Access:
        access = self._own().access
        if access is None:
            raise BrokerError("this broker has no secure listener: start it with secure=True")
        return access

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.owned:
            self.stop()


def main(arguments: list[str] | None = None) -> int:
    """Run a broker in the foreground until SIGINT or SIGTERM; exit code 1 if it cannot, or ends by itself."""
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.broker", description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/kafka"), help="data and log (var/kafka)")
    parser.add_argument("--port", type=int, default=9092, help="port on 127.0.0.1 (9092)")
    options = parser.parse_args(arguments)
    if not jars.folder().is_dir():
        print("fetching Apache Kafka with Maven, once …", flush=True)
    try:
        for number in STOPS:
            signal.signal(number, _interrupt)
        with Broker.start(options.folder, port=options.port, lasting=True) as broker:
            print(f"bootstrap {broker.bootstrap}", flush=True)
            broker.wait()
            print(f"the broker ended by itself; see {broker.log}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 0
    except BrokerError as error:
        print(error, file=sys.stderr)
        return 1


def _interrupt(*_: object) -> None:
    for number in STOPS:
        signal.signal(
            number, signal.SIG_IGN
        )  # the broker is being stopped: a second Ctrl-C must not cut that off
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
