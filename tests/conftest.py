"""What all tests share."""

import pytest

pytest_plugins = ["tests.kafka.fixture"]

UNTRACED = frozenset(
    (
        "test_stage_replays.py",
        "test_frames.py",
        "test_extract.py",
        "test_engine.py",
        "test_concepts.py",
        "test_countries.py",
    )
)
"""Files of tests that go over the same lines many thousand times: tracing them would cost minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coverage is taken of all tests but those that repeat themselves: properties, and the files above."""
    for item in items:
        repeats = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if repeats or item.path.name in UNTRACED:
            item.add_marker(pytest.mark.no_cover)
