"""The channels there are, found by their ``KIND``; adding a channel is adding a module."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

import monitor.notify
from monitor.notify.channel import Channel, Target
from monitor.wording import of_model


class ChannelError(ValueError):
    """Options of a channel are wrong; the message says which and why, without their values."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems  # (dotted place below ``channel``, what is wrong)
        super().__init__("; ".join(f"{place}: {what}" if place else what for place, what in problems))


@cache
def channels() -> Mapping[str, Channel]:
    """Every channel of this package by its kind."""
    found: dict[str, Channel] = {}
    for module_info in pkgutil.iter_modules(monitor.notify.__path__, "monitor.notify."):
        module = importlib.import_module(module_info.name)
        kind = getattr(module, "KIND", None)
        if kind is None:
            continue
        if kind in found:
            raise RuntimeError(f"two modules of monitor.notify have the kind {kind!r}")
        found[kind] = Channel(
            kind=kind,
            options=module.Options,
            render=module.render,
            send=module.send,
            interval=getattr(module, "INTERVAL", 0.0),
        )
    return MappingProxyType(found)


def target_of(settings: Mapping[str, Any]) -> Target:
    """The target that ``{kind: …, …}`` of ``subscribers.yaml`` describes. Raises ``ChannelError``."""
    kind = settings.get("kind")
    channel = channels().get(kind) if isinstance(kind, str) else None
    if channel is None:
        known = ", ".join(sorted(channels()))
        shown = f"unknown kind {kind[:40]!r}" if isinstance(kind, str) else "kind is missing"
        raise ChannelError([("kind", f"{shown}; there are {known}")])
    try:
        options = channel.options.model_validate({k: v for k, v in settings.items() if k != "kind"})
    except ValidationError as error:
        raise ChannelError(
            [
                (".".join(map(str, one.place)), f"{one.message}; {one.remedy}")
                for one in of_model(error, channel.options)
            ]
        ) from None
    return Target(channel, options)


def channel_schema() -> dict[str, Any]:
    """JSON Schema of the ``channel`` mapping in ``subscribers.yaml``."""
    variants = []
    for kind, channel in sorted(channels().items()):
        schema = channel.options.model_json_schema()
        schema["properties"] = {"kind": {"const": kind}, **schema.get("properties", {})}
        schema["required"] = ["kind", *schema.get("required", [])]
        schema["title"] = kind
        variants.append(schema)
    return {"oneOf": variants}
