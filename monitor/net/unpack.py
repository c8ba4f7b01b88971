"""Bounded decompression: bytes of an answer in, bytes out, never more than asked for."""

from __future__ import annotations

import zlib

RATIO = 100  # bytes out for one byte in; text packs 3 to 20 times, bombs 1,000 times
RATIO_FROM = 1024 * 1024  # bytes out below which the ratio does not matter


class UnpackError(ValueError):
    """The bytes are not in the encoding they claim to be in."""


class PackedTooTight(ValueError):
    """The decompression ratio is that of a bomb."""


class Unpacker:
    """One body. ``encoding`` is its Content-Encoding: empty, ``identity``, ``gzip`` or ``deflate``.

    Raises ``UnpackError`` for any other, several at once included.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower().removeprefix("x-")
        if name not in ("", "identity", "gzip", "deflate"):
            raise UnpackError(f"Content-Encoding {encoding[:40]!r} was not offered")
        self._name = name
        self._packed = 0
        self._unpacked = 0
        self._members = 0
        self._held = b""  # the first byte of a member, which is told by two
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes, room: int) -> bytes:
        """The next part of the body: at most ``room`` + 1 bytes, one more than may be kept.

        So a result longer than ``room`` says that the body is too long; feed no more then. Raises
        ``UnpackError`` and ``PackedTooTight``.
        """
        if self._name in ("", "identity"):
            return data[: room + 1]
        parts: list[bytes] = []
        self._packed += len(data)
        while data and room >= 0:
            if self._inflate is None:
                data, self._held = self._held + data, b""
                if len(data) < 2:
                    self._held = data
                    break
                self._inflate = self._begin(data)
                if self._inflate is None:
                    break
            try:
                part = self._inflate.decompress(data, room + 1)
            except zlib.error as error:
                raise UnpackError(f"the {self._name} body is damaged: {error}") from None
            parts.append(part)
            room -= len(part)
            self._unpacked += len(part)
            if self._unpacked > RATIO_FROM and self._unpacked > RATIO * self._packed:
                raise PackedTooTight(
                    f"the body unpacks to more than {RATIO} times its size, like a decompression bomb"
                )
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data, self._inflate = self._inflate.unused_data, None
        return b"".join(parts)

    def finish(self) -> None:
        """Raises ``UnpackError`` if the body ended before its encoding did."""
        if self._inflate is not None or (self._held and not self._members):
            raise UnpackError(f"the {self._name} body breaks off")

    def _begin(self, data: bytes) -> zlib._Decompress | None:
        """For the member that ``data`` begins; none for padding behind the last, which all ignore."""
        self._members += 1
        if data[:2] == b"\x1f\x8b":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        if self._members > 1:
            return None
        # Some servers send raw deflate under the name of zlib's format.
        wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped or self._name == "gzip" else -zlib.MAX_WBITS)
