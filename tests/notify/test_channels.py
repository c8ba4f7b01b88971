"""Channels are found by their kind, and their options have a schema and located errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from monitor.notify.channels import ChannelError, channel_schema, channels, target_of
from tests.notify.rigs import RIGS


def test_the_five_channels_are_found() -> None:
    assert sorted(channels()) == ["email", "file", "slack", "terminal", "webhook"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "kind: kind is missing; there are email, file, slack, terminal, webhook"),
        ({"kind": "fax"}, "kind: unknown kind 'fax'; there are email, file, slack, terminal, webhook"),
        ({"kind": ["x"]}, "kind: kind is missing"),
        ({"kind": "file"}, "path: 'path' is missing; add it"),
    ],
)
def test_a_wrong_channel_is_refused_with_its_place(settings: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(ChannelError) as caught:
        target_of(settings)
    assert str(caught.value).startswith(problem)


def test_the_schema_takes_what_the_models_take() -> None:
    schema = json.loads(json.dumps(channel_schema()))
    validator = jsonschema.Draft202012Validator(schema)
    for rig in RIGS.values():
        validator.validate(dict(rig.options))
    design = {"kind": "slack", "url": {"env": "SLACK_URL"}}
    validator.validate(design)
    assert target_of(design)
    assert not validator.is_valid({"kind": "file"})
    assert not validator.is_valid({"kind": "file", "path": "x", "colour": "red"})


def test_the_examples_of_the_settings_page_are_valid() -> None:
    target_of({"kind": "webhook", "url": "https://example.org/hook", "secret": {"env": "HOOK_SECRET"}})
    target_of(
        {
            "kind": "email",
            "host": "mail.example.org",
            "port": 587,
            "starttls": True,
            "user": "monitor",
            "password": {"file": "/run/secrets/mail"},
            "from": "monitor@example.org",
            "to": "desk@example.org",
        }
    )
