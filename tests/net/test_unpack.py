from __future__ import annotations

import gzip
import zlib

import pytest

from monitor.net.unpack import PackedTooTight, Unpacker, UnpackError

TEXT = b"".join(b"line %d of an ordinary answer\n" % n for n in range(2000))


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:999]) + gzip.compress(TEXT[999:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0padding"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", _raw_deflate(TEXT)),
    ],
)
@pytest.mark.parametrize("size", [7, 1000, 1_000_000])
def test_a_body_comes_out_whole_however_it_is_cut_in_chunks(encoding: str, packed: bytes, size: int) -> None:
    unpacker = Unpacker(encoding)
    parts = [unpacker.feed(packed[at : at + size], 10**7) for at in range(0, len(packed), size)]
    assert b"".join(parts) == TEXT


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_offered_is_refused(encoding: str) -> None:
    with pytest.raises(UnpackError, match="not offered"):
        Unpacker(encoding)


def test_no_more_than_the_room_and_one_byte_comes_out() -> None:
    assert len(Unpacker("gzip").feed(gzip.compress(TEXT), 100)) == 101
    assert len(Unpacker("").feed(TEXT, 100)) == 101


def test_a_bomb_is_stopped_early() -> None:
    with pytest.raises(PackedTooTight):
        Unpacker("gzip").feed(gzip.compress(bytes(50_000_000)), 40_000_000)


def test_damage_is_told() -> None:
    with pytest.raises(UnpackError, match="damaged"):
        Unpacker("gzip").feed(b"\x1f\x8bnot gzip at all", 100)
