"""Secrets: read where they are said to be, shown nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, ValidationError

from monitor.notify.channel import ChannelOptions
from monitor.notify.secrets import Secret, SecretError, redact, secrets_of, unreadable


class Sample(ChannelOptions):
    token: Secret
    more: dict[str, Secret] = Field({})


def test_a_secret_is_a_text_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_text("from-file\n")
    monkeypatch.setenv("A_SECRET", "from-env")
    options = Sample.model_validate(
        {"token": "in-the-open", "more": {"a": {"env": "A_SECRET"}, "b": {"file": str(path)}}}
    )
    assert {name: secret.reveal() for name, secret in secrets_of(options)} == {
        "token": "in-the-open",
        "more.a": "from-env",
        "more.b": "from-file",
    }
    path.write_text("rotated")
    assert options.more["b"].reveal() == "rotated"


@pytest.mark.parametrize(
    "value", [None, 7, "", [], {"env": ""}, {"env": 1}, {"vault": "x"}, {"env": "A", "file": "B"}]
)
def test_anything_else_is_refused_without_its_value(value: Any) -> None:
    with pytest.raises(ValidationError, match=r"a secret is a text, {env: NAME} or {file: PATH}"):
        Sample.model_validate({"token": value})


def test_a_value_is_shown_nowhere() -> None:
    options = Sample.model_validate({"token": "hunter22", "more": {"a": {"env": "A_SECRET"}}})
    shown = [repr(options), str(options), options.model_dump_json(), f"{options.token}", repr(options.token)]
    assert not [text for text in shown if "hunter22" in text]
    assert repr(options.more["a"]) == "Secret(env: A_SECRET)"
    assert redact("login hunter22 failed", options) == "login *** failed"


def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "large").write_bytes(b"x" * 20_000)
    (tmp_path / "latin").write_bytes(b"\xe9\xe8")
    places = {name: {"file": str(tmp_path / name)} for name in ("none", "empty", "large", "latin")}
    options = Sample.model_validate({"token": {"env": "NOT_SET_ANYWHERE"}, "more": places})
    assert unreadable(options) == [
        "token: environment variable NOT_SET_ANYWHERE is not set or empty",
        f"more.none: secret file {tmp_path}/none: No such file or directory",
        f"more.empty: secret file {tmp_path}/empty is empty",
        f"more.large: secret file {tmp_path}/large is larger than 16384 bytes",
        f"more.latin: secret file {tmp_path}/latin is not UTF-8",
    ]
    with pytest.raises(SecretError):
        options.token.reveal()
