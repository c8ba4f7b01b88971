"""Webhooks as their receivers see them: the specification's reference library, the published schema."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

import monitor.notify.webhook as module
from monitor.notify.channel import SendContext, attempt
from monitor.notify.channels import ChannelError, target_of
from tests.notify.samples import ARABIC, OPERATOR, delivery, hostile
from tests.notify.servers import Request, http_server

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
SCHEMA = Path(module.__file__).with_name("webhook.schema.json")


async def receive(context: SendContext, **options: Any) -> Request:
    async with http_server() as server:
        target = target_of({"kind": "webhook", "url": f"{server.url}/hook?a=%2F", **options})
        sent = delivery("webhook", target.render(ARABIC))
        answer = await attempt(target, sent, context, datetime.now(UTC))
        assert answer.outcome == "delivered", answer
        (request,) = server.requests
        assert request.body == sent.body
        return request


async def test_the_reference_library_verifies_it(context: SendContext) -> None:
    request = await receive(context, secret=NEW)
    said = Webhook(NEW).verify(request.body, request.headers)
    assert said["title"] == ARABIC.title
    assert request.headers["webhook-id"] == "d-4f1c0a"
    assert request.headers["content-type"] == "application/json"
    assert request.path == "/hook?a=%2F"
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(request.body, request.headers)


async def test_both_keys_verify_it_during_rotation(context: SendContext) -> None:
    request = await receive(context, secret=NEW, secret_previous=OLD)
    assert Webhook(NEW).verify(request.body, request.headers)
    assert Webhook(OLD).verify(request.body, request.headers)


async def test_further_headers_may_be_secrets(context: SendContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_TOKEN", "Bearer abc")
    headers = {"Authorization": {"env": "HOOK_TOKEN"}, "X-Desk": "syria"}
    request = await receive(context, unsigned=True, headers=headers)
    assert request.headers["authorization"] == "Bearer abc"
    assert request.headers["x-desk"] == "syria"
    assert "webhook-signature" not in request.headers
    assert request.headers["webhook-id"] == "d-4f1c0a"


async def test_a_secret_that_is_missing_at_sending_is_tried_again(context: SendContext) -> None:
    target = target_of(
        {"kind": "webhook", "url": "http://127.0.0.1:1/", "secret": {"env": "NOT_SET_ANYWHERE"}}
    )
    answer = await attempt(target, delivery("webhook", b"{}"), context, datetime.now(UTC))
    assert (answer.outcome, answer.error) == (
        "retry",
        "environment variable NOT_SET_ANYWHERE is not set or empty",
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"url": "https://a.example"}, "a webhook needs a secret; without one say unsigned: true"),
        (
            {"url": "https://a.example", "secret": NEW, "unsigned": True},
            "unsigned: true and a secret exclude each other",
        ),
        ({"url": "ftp://a.example", "unsigned": True}, "url: not an http or https URL with a host"),
        ({"url": "https://a.example", "secret": "no base64!"}, "secret: a webhook's secret is base64"),
        ({"url": "https://a.example", "secret": {"env": ""}}, "secret: a secret is a text, {env: NAME}"),
        (
            {"url": "https://a.example", "unsigned": True, "headers": {"Webhook-Id": "x"}},
            "a header named 'Webhook-Id' cannot be set",
        ),
        (
            {"url": "https://a.example", "unsigned": True, "headers": {"X-A": "x\r\nEvil: 1"}},
            "the value of header X-A has characters that cannot be sent",
        ),
        ({"url": "https://a.example", "unsigned": True, "headers": {"X A": "x"}}, "a header named 'X A'"),
    ],
)
def test_wrong_options_are_refused_with_their_place(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(ChannelError) as caught:
        target_of({"kind": "webhook", **options})
    assert problem in str(caught.value)
    assert "Evil" not in str(caught.value)


def test_the_published_schema_is_that_of_the_model(request: pytest.FixtureRequest) -> None:
    text = json.dumps(module.schema(), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-golden", default=False):
        SCHEMA.write_text(text)
    assert SCHEMA.read_text() == text


@pytest.mark.parametrize("notice", [ARABIC, OPERATOR, hostile()], ids=["arabic", "operator", "hostile"])
def test_every_body_is_valid_under_the_published_schema(notice: Any) -> None:
    target = target_of({"kind": "webhook", "url": "https://a.example", "unsigned": True})
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(
        json.loads(target.render(notice))
    )
