"""Frames: the shared cases, the labelled sentences, the bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.matching.frame_lab import Lab, frame, lexicon

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "matching-cases.yaml").read_text("utf-8"))
FRAME_CASES = [case for case in CASES["cases"] if case["name"].startswith("frame:")]
LANGUAGE_OF = {
    "Российская": "ru", "Россия": "ru", "Des": "fr", "Raids": "fr", "Bei": "de", "Rus": "tr",
}  # fmt: skip


def language(text: str) -> str:
    """The language of a shared case, by its script or first word."""
    if "\u0600" <= text[0] <= "\u06ff":
        return "ar"
    if "\u4e00" <= text[0] <= "\u9fff":
        return "zh"
    return LANGUAGE_OF.get(text.split()[0], "en")


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab(lexicon(CASES["lexicon"]))


@pytest.mark.parametrize("case", FRAME_CASES, ids=lambda case: case["name"].removeprefix("frame: "))
def test_shared_case(case: dict[str, Any], lab: Lab) -> None:
    evidence = lab.fire(frame(case["match"]), case["text"], language(case["text"]), case.get("title", ""))
    assert (evidence is not None) == case["fires"]
    if "evidence" in case and evidence is not None:
        hits = sorted({(hit.start, hit.end) for _, hit, _ in evidence})
        assert [case["text"][start:end] for start, end in hits] == case["evidence"]
