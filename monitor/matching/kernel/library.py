"""The compiled kernel: its functions, and the structures that they take. kernel.h and match.c say what they hold."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_uint32, c_uint64, c_void_p
from pathlib import Path

MOST_SETS = 3
"""Of patterns, and so of rules."""


class KeyStruct(ctypes.Structure):
    """``Key`` of kernel.h."""

    _fields_ = (("seed", c_uint64), ("multiplier", c_uint64))


class FieldStruct(ctypes.Structure):
    """``Field`` of kernel.h."""

    _fields_ = (
        ("text", c_char_p),
        ("length", c_uint32),
        *((name, c_uint32) for name in ("tokens", "hard", "stops", "paragraphs", "ends")),
        *(
            (name, c_void_p)
            for name in ("start", "stop", "hash", "hard_at", "stop_at", "paragraph_at", "end_at")
        ),
    )


class PatternsStruct(ctypes.Structure):
    """``Patterns`` of match.c."""

    _fields_ = (
        ("key", KeyStruct),
        ("slots", c_void_p),
        ("slot_mask", c_uint64),
        *(
            (name, c_void_p)
            for name in (
                "filed_at",
                "filed",
                "tokens_at",
                "tokens",
                "owner",
                "lists",
                "leaves_at",
                "leaves",
                "cased",
                "cased_at",
                "spellings",
            )
        ),
        ("cased_count", c_uint64),
        ("prefixes", c_void_p),
        ("prefix_count", c_uint64),
        ("prefix_bits", c_void_p),
    )


class RulesStruct(ctypes.Structure):
    """``Rules`` of match.c."""

    _fields_ = (
        *(
            (name, c_void_p)
            for name in ("watch_at", "watch", "way_rule", "way_at", "groups", "parts", "part_lists", "always")
        ),
        ("always_count", c_uint64),
        ("dead", c_void_p),
        *((name, c_uint64) for name in ("leaf_count", "way_count", "first_rule")),
    )


class ArticleStruct(ctypes.Structure):
    """``Article`` of match.c."""

    _fields_ = (
        ("characters", c_void_p),
        ("fields", c_void_p * 2),
        *(
            (name, c_uint32)
            for name in ("tokens", "title_tokens", "language", "arabic", "listed_only", "others")
        ),
        ("other_token", c_void_p),
        ("other_hash", c_void_p),
    )


class ScratchStruct(ctypes.Structure):
    """``Scratch`` of match.c."""

    _fields_ = (
        ("ids", c_void_p * MOST_SETS),
        ("sentence", c_void_p),
        ("paragraph", c_void_p),
        ("leaves", c_void_p),
        ("touched", c_void_p),
        ("way_epoch", c_void_p * MOST_SETS),
        ("traffic", c_void_p),
        ("epoch", c_uint32),
        ("touched_count", c_uint32),
        ("found_pattern", c_void_p),
        ("found_first", c_void_p),
        ("found_last", c_void_p),
        ("found", c_uint32),
        ("most_found", c_uint32),
        ("rules", c_void_p),
        ("rule_count", c_uint32),
        ("most_rules", c_uint32),
        ("lead", c_uint64),
        ("other_at", c_void_p),
        ("other_ids", c_void_p * MOST_SETS),
        ("most_others", c_uint32),
        ("overflow", c_uint32),
    )


def library_path() -> Path | None:
    """The compiled kernel, if there is one."""
    return next(iter(sorted(Path(__file__).parent.glob("_kernel*.so"))), None)


def _open(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    library.segment.argtypes = (c_void_p, KeyStruct, ctypes.c_int, c_void_p)
    library.find_sentences.argtypes = (c_void_p, c_void_p, c_void_p, c_uint64)
    library.splice.argtypes = (c_void_p,) * 8
    library.match.argtypes = (c_void_p, c_uint32, c_void_p, c_uint32, c_void_p, c_void_p)
    for name in ("segment", "find_sentences", "splice", "match"):
        getattr(library, name).restype = None
    return library


def _load() -> ctypes.CDLL | None:
    path = library_path()
    if path is None:
        return None
    try:
        return _open(path)
    except (OSError, AttributeError):  # for another machine, or of another version
        return None


_library = _load()
AVAILABLE = _library is not None


def functions() -> ctypes.CDLL:
    """The kernel's functions. Only where it is ``AVAILABLE``."""
    assert _library is not None
    return _library


def use(path: Path) -> None:
    """Take another build of the kernel from now on. Raises ``OSError`` if it cannot be loaded, and
    ``AttributeError`` if it is of another version."""
    global AVAILABLE, _library
    _library, AVAILABLE = _open(path), True
