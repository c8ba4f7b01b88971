"""Secrets in settings: written plainly, or read from the environment or from a file when needed.

A ``Secret`` never shows its value: not in ``repr``, not in a message, not when its model is dumped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_SECRET = 16 * 1024  # bytes read of a secret's file


class SecretError(Exception):
    """A secret could not be read; the message names its place, never its value."""


class Secret:
    """A value that must not be shown: ``"…"``, ``{env: NAME}`` or ``{file: PATH}``.

    Environment and file are read by ``reveal``, each time, so a rotated file needs no restart.
    """

    __slots__ = ("_kind", "_place")

    def __init__(self, kind: Literal["plain", "env", "file"], place: str) -> None:
        self._kind = kind
        self._place = place

    @classmethod
    def of(cls, value: object) -> Secret:
        """The secret that a settings file's value describes. Raises ``SecretError``."""
        if isinstance(value, Secret):
            return value
        if isinstance(value, str) and value:
            return cls("plain", value)
        if isinstance(value, dict) and len(value) == 1:
            kind, place = next(iter(value.items()))
            if kind in ("env", "file") and isinstance(place, str) and place:
                return cls(kind, place)
        raise SecretError("a secret is a text, {env: NAME} or {file: PATH}")

    @property
    def plain(self) -> bool:
        """Whether the value stands in the settings themselves."""
        return self._kind == "plain"

    def reveal(self) -> str:
        """The value. Raises ``SecretError`` if its place is not there or is empty."""
        if self._kind == "plain":
            return self._place
        if self._kind == "env":
            value = os.environ.get(self._place, "")
            if not value:
                raise SecretError(f"environment variable {self._place} is not set or empty")
            return value
        try:
            with Path(self._place).open("rb") as file:
                data = file.read(MAX_SECRET + 1)
        except OSError as error:
            raise SecretError(f"secret file {self._place}: {error.strerror or 'unreadable'}") from None
        if len(data) > MAX_SECRET:
            raise SecretError(f"secret file {self._place} is larger than {MAX_SECRET} bytes")
        try:
            value = data.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise SecretError(f"secret file {self._place} is not UTF-8") from None
        if not value:
            raise SecretError(f"secret file {self._place} is empty")
        return value

    def __repr__(self) -> str:
        return "Secret(***)" if self.plain else f"Secret({self._kind}: {self._place})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self._kind, self._place) == (
            other._kind,
            other._place,
        )

    def __hash__(self) -> int:
        return hash((self._kind, self._place))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def parse(value: object) -> Secret:
            try:
                return cls.of(value)
            except SecretError as error:
                raise PydanticCustomError("secret", "{reason}", {"reason": str(error)}) from None

        return core_schema.no_info_plain_validator_function(
            parse, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        place = {"type": "string", "minLength": 1}
        return {
            "anyOf": [
                {"type": "string", "minLength": 1},
                *(
                    {
                        "type": "object",
                        "properties": {kind: place},
                        "required": [kind],
                        "additionalProperties": False,
                    }
                    for kind in ("env", "file")
                ),
            ],
            "description": "a text, {env: NAME} or {file: PATH}",
        }


def secrets_of(options: BaseModel) -> Iterator[tuple[str, Secret]]:
    """The secrets in a model with the names of their fields, those in mappings and lists included."""

    def walk(name: str, value: object) -> Iterator[tuple[str, Secret]]:
        if isinstance(value, Secret):
            yield name, value
        elif isinstance(value, BaseModel):
            for field in type(value).model_fields:
                yield from walk(f"{name}.{field}".lstrip("."), getattr(value, field))
        elif isinstance(value, dict):
            for key, item in value.items():
                yield from walk(f"{name}.{key}", item)
        elif isinstance(value, list | tuple):
            for item in value:
                yield from walk(name, item)

    yield from walk("", options)


def unreadable(options: BaseModel) -> list[str]:
    """What is wrong with the secrets of ``options`` here and now, one line each."""
    findings = []
    for name, secret in secrets_of(options):
        try:
            secret.reveal()
        except SecretError as error:
            findings.append(f"{name}: {error}")
    return findings


def redact(text: str, options: BaseModel) -> str:
    """``text`` with every value of a secret of ``options`` blotted out."""
    for _, secret in secrets_of(options):
        try:
            value = secret.reveal()
        except SecretError:
            continue
        if len(value) >= 4:
            text = text.replace(value, "***")
    return text
