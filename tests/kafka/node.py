"""The process of one Kafka node that is broker and controller at once: its ports, settings, files, life."""

from __future__ import annotations

import base64
import os
import random
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.kafka import jars, probe
from tests.kafka.jars import BrokerError
from tests.kafka.secure import Access, make_access

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
TAIL_LINES = 60
JAVA_FLAGS = ("-Xms256M", "-Xmx512M", "-XX:+UseSerialGC")
BRIEF_FLAGS = (*JAVA_FLAGS, "-XX:TieredStopAtLevel=1")  # for what ends before optimised code would pay

# Outside the range from which systems take ports of outgoing connections: while a broker is down its clients
# knock again and again, and one of them could be given, or even connect to, the broker's own port.
PORTS = range(20_000, 32_000)

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "auto.create.topics.enable": "false",  # a topic that the code forgot to declare shows at once
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",  # the default of 50 costs a second at first use, and as many files
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "min.insync.replicas": "1",
    "default.replication.factor": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # A killed broker's registration stands until its session ends: the default keeps a restart waiting 9 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


class Node:
    """One broker's process, ports and files."""

    def __init__(self, folder: Path, log: Path, port: int | None, *, secure: bool, lasting: bool) -> None:
        self.log = log
        self.access: Access | None = None
        self._fixed_port = port
        self._flags = JAVA_FLAGS if lasting else BRIEF_FLAGS
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: subprocess.Popen[bytes] | None = None
        self._lib = jars.resolve()
        formatted = (self._data / "meta.properties").exists()
        if secure and formatted:
            raise BrokerError(
                f"{folder} has data already: its users are unknown, start securely in an empty one"
            )
        folder.mkdir(parents=True, exist_ok=True)
        log.parent.mkdir(parents=True, exist_ok=True)
        if secure:
            self.access = make_access(folder / "tls")
        self._properties = folder / "server.properties"
        self.choose_ports()
        if not formatted:
            self._check_ports()  # here already: formatting takes two seconds
            self._format()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    def choose_ports(self) -> None:
        """Take free ports, and write the settings with them."""
        ports = free_ports()
        self.port = next(ports) if self._fixed_port is None else self._fixed_port
        self.secure_port = next(ports)
        self.controller_port = next(ports)
        self._write_properties()

    def _check_ports(self) -> None:
        for port in (self.port, self.controller_port, self.secure_port):
            if not is_free(port):
                raise BrokerError(f"port {port} of {HOST} is already in use")

    def launch(self) -> None:
        """Start the process and wait until it serves."""
        self._check_ports()
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._properties), flags=self._flags),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C in the terminal is for us, we stop the broker ourselves
            )
        try:
            # If this process dies without stopping the broker, the pipe closes and the broker goes too.
            self._lifeline = subprocess.Popen(
                ["/bin/sh", "-c", 'read _; kill -9 "$1"', "lifeline", str(self._process.pid)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._wait_until_ready()
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    def wait(self) -> None:
        """Block until the process ends."""
        if self._process is not None:
            self._process.wait()

    def end(self, how: signal.Signals) -> None:
        """Send `how`, wait, and leave no process."""
        lifeline, self._lifeline = self._lifeline, None
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if lifeline is not None:
            # Killed before its pipe closes: by then the number may be that of another process.
            lifeline.kill()
            lifeline.wait()
            if lifeline.stdin is not None:
                lifeline.stdin.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while (problem := not_ready(HOST, self.port)) is not None:
            if not self.alive:
                code = self._process.returncode if self._process else None
                raise BrokerError(f"the broker ended with exit code {code}; its log:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise BrokerError(
                    f"the broker did not serve within {READY_SECONDS:.0f} s ({problem}); its log:\n{self._tail()}"
                )
            time.sleep(0.05)

    def _tail(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 16_384))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-TAIL_LINES:])

    def _write_properties(self) -> None:
        listeners = {"PLAINTEXT": self.port, "CONTROLLER": self.controller_port}
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
        settings = dict(SETTINGS)
        if self.access is not None:
            listeners["SECURE"] = self.secure_port
            protocols["SECURE"] = "SASL_SSL"
            settings |= self.access.settings("SECURE")
        addresses = {name: f"{name}://{HOST}:{port}" for name, port in listeners.items()}
        settings |= {
            "controller.quorum.voters": f"1@{HOST}:{self.controller_port}",
            "listeners": ",".join(addresses.values()),
            "advertised.listeners": ",".join(a for name, a in addresses.items() if name != "CONTROLLER"),
            "listener.security.protocol.map": ",".join(f"{n}:{p}" for n, p in protocols.items()),
            "log.dirs": str(self._data),
        }
        self._properties.touch(mode=0o600)
        self._properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    def _format(self) -> None:
        scram = self.access.scram_records() if self.access else []
        users = [word for record in scram for word in ("--add-scram", record)]
        command = self._java(
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={_cluster_id()}",
            "-c",
            str(self._properties),
            *users,
            flags=BRIEF_FLAGS,
        )
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=READY_SECONDS, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise BrokerError(f"the storage in {self._data} could not be formatted: {error}") from error
        if done.returncode != 0:
            raise BrokerError(
                f"the storage in {self._data} could not be formatted: {done.stdout}{done.stderr}"
            )

    def _java(self, main: str, *arguments: str, flags: tuple[str, ...]) -> list[str]:
        logging = [
            f"-Dlog4j2.configurationFile={jars.HERE / 'log4j2.properties'}",
            f"-Dbroker.log={self.log}",
        ]
        return [str(jars.java()), *flags, *logging, "-cp", f"{self._lib}/*", main, *arguments]


def not_ready(host: str, port: int) -> str | None:
    try:
        cluster = probe.ask(host, port, timeout=5)
    except probe.ProbeError as error:
        return str(error)
    return None if cluster.ready else f"not in service yet: {cluster}"


def _cluster_id() -> str:
    """22 characters of URL-safe base64."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:22]


def is_free(port: int) -> bool:
    """Whether nobody listens on `port` of 127.0.0.1 just now."""
    with socket.socket() as trial:
        trial.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as Kafka does: closed connections linger
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports() -> Iterator[int]:
    """Distinct ports of 127.0.0.1 that nobody listens on just now."""
    for port in random.SystemRandom().sample(PORTS, 200):
        if is_free(port):
            yield port
    raise BrokerError(f"no free port of {HOST} was found in {PORTS.start}–{PORTS.stop - 1}")
