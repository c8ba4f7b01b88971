"""One question to a Kafka broker, by its own protocol: do you serve, and does every partition have a leader?

It needs no client library and no event loop, so that a broker can be started from any test.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

METADATA = 3
VERSION = 1
ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer that are read at most."""


class ProbeError(Exception):
    """The broker did not answer, or not with what the protocol says."""


@dataclass(frozen=True)
class Cluster:
    """What a broker says about its cluster: ports of the live brokers, and partitions without a leader."""

    broker_ports: tuple[int, ...]
    controller: int
    leaderless: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """True when requests on any topic can be served."""
        return bool(self.broker_ports) and self.controller >= 0 and not self.leaderless


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return int(value)

    def text(self) -> str:
        length = self.number(">h")
        if length < 0:
            return ""
        value = self._data[self._at : self._at + length]
        self._at += length
        return value.decode()

    def length(self) -> int:
        return max(0, self.number(">i"))

    def skip_numbers(self) -> None:
        count = self.length()
        self._at += 4 * count


def ask(host: str, port: int, *, timeout: float) -> Cluster:
    """Send one Metadata request (version 1, all topics) over plaintext to `host:port`.

    `timeout` is in seconds, for connecting and for each read. Raises ProbeError.
    """
    client = b"probe"
    body = struct.pack(">hhih", METADATA, VERSION, 1, len(client)) + client + struct.pack(">i", -1)
    try:
        with socket.create_connection((host, port), timeout=timeout) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            (size,) = struct.unpack(">i", _read(connection, 4))
            if not 4 <= size <= ANSWER_LIMIT:
                raise ProbeError(
                    f"{host}:{port} answered with a length of {size} bytes: not a Kafka listener?"
                )
            answer = _read(connection, size)
        return _parse(answer)
    except OSError as error:
        raise ProbeError(f"{host}:{port}: {error}") from error
    except (struct.error, UnicodeDecodeError) as error:
        raise ProbeError(f"{host}:{port} sent an answer that cannot be read: {error}") from error


def _read(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ProbeError("the connection was closed before the answer was complete")
        data += piece
    return bytes(data)


def _parse(answer: bytes) -> Cluster:
    reader = _Reader(answer)
    reader.number(">i")  # correlation id: one request, one answer
    ports = []
    for _ in range(reader.length()):
        reader.number(">i")
        reader.text()
        ports.append(reader.number(">i"))
        reader.text()  # rack
    controller = reader.number(">i")
    leaderless = []
    for _ in range(reader.length()):
        reader.number(">h")
        topic = reader.text()
        reader.number(">b")
        for _ in range(reader.length()):
            reader.number(">h")
            partition = reader.number(">i")
            if reader.number(">i") < 0:
                leaderless.append(f"{topic}-{partition}")
            reader.skip_numbers()
            reader.skip_numbers()
    return Cluster(tuple(ports), controller, tuple(leaderless))
