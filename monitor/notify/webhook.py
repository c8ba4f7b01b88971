"""Webhooks by the Standard Webhooks specification 1.0.0: JSON, signed, with the delivery's id.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
The body is ``message.Message``; ``webhook.schema.json`` beside this module is its published schema.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime
from typing import Annotated, Any, Self

import msgspec
from pydantic import AfterValidator, Field, model_validator

from monitor.alerting.notice import Notice
from monitor.notify.channel import Answer, ChannelOptions, SendContext
from monitor.notify.compose import fit
from monitor.notify.message import Message
from monitor.notify.posting import check_url, post
from monitor.notify.secrets import Secret, SecretError
from monitor.records import Delivery

KIND = "webhook"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{1,4096}")
_OURS = (
    "content-type",
    "content-length",
    "host",
    "transfer-encoding",
    "connection",
    "accept-encoding",
)


def signing_key(secret: str) -> bytes:
    """The bytes of a ``whsec_…`` secret (base64). Raises ``SecretError``."""
    text = secret.removeprefix("whsec_").rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise SecretError("a webhook's secret is base64, as in whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    return key


def _check_key(secret: Secret) -> Secret:
    if secret.plain:
        try:
            signing_key(secret.reveal())
        except SecretError as error:
            raise ValueError(str(error)) from None
    return secret


SigningSecret = Annotated[Secret, AfterValidator(_check_key)]


class Options(ChannelOptions):
    """``secret_previous`` signs too while receivers change over to a new ``secret``."""

    url: Annotated[Secret, AfterValidator(check_url)] = Field(description="where to POST to")
    secret: SigningSecret | None = Field(None, description="signing secret, whsec_ and base64")
    secret_previous: SigningSecret | None = Field(None, description="the secret before, during rotation")
    unsigned: bool = Field(False, description="send without a signature; only with no secret")
    headers: dict[str, Secret] = Field({}, description="further headers", max_length=20)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.secret is None and not self.unsigned:
            raise ValueError("a webhook needs a secret; without one say unsigned: true")
        if self.unsigned and (self.secret or self.secret_previous):
            raise ValueError("unsigned: true and a secret exclude each other")
        for name, value in self.headers.items():
            low = name.lower()
            if not _NAME.fullmatch(name) or low in _OURS or low.startswith("webhook-"):
                raise ValueError(f"a header named {name[:40]!r} cannot be set")
            if value.plain and not _VALUE.fullmatch(value.reveal()):
                raise ValueError(f"the value of header {name} has characters that cannot be sent")
        return self


def render(notice: Notice, options: Options) -> bytes:
    """The notice as JSON."""
    return fit(notice, msgspec.json.encode)


def signatures(options: Options, id: str, timestamp: int, body: bytes) -> str:
    """Value of ``webhook-signature``: one ``v1`` signature for each secret, the newest first."""
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return " ".join(
        "v1,"
        + base64.b64encode(hmac.new(signing_key(secret.reveal()), signed, hashlib.sha256).digest()).decode()
        for secret in (options.secret, options.secret_previous)
        if secret is not None
    )


async def send(delivery: Delivery, options: Options, context: SendContext, attempt_at: datetime) -> Answer:
    """POST the body. Only the headers depend on the attempt."""
    timestamp = int(attempt_at.timestamp())
    headers = {}
    for name, secret in options.headers.items():
        value = secret.reveal()
        if not _VALUE.fullmatch(value):
            raise SecretError(f"the value of header {name} has characters that cannot be sent")
        headers[name] = value
    headers |= {
        "content-type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp),
    }
    if not options.unsigned:
        headers["webhook-signature"] = signatures(options, delivery.id, timestamp, delivery.body)
    return await post(options.url.reveal(), headers, delivery.body, context, attempt_at)


def schema() -> dict[str, Any]:
    """JSON Schema of the body, as published in ``webhook.schema.json``. Readers ignore unknown fields."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "News monitor webhook body, schema_version 1",
        **msgspec.json.schema(Message),
    }
