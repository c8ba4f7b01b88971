"""The receiver that docs/delivery.md shows, with a webhook as it is really signed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.notify.channels import target_of
from monitor.notify.webhook import Options, signatures
from tests.docs.blocks import blocks
from tests.docs.sandbox import PROJECT
from tests.notify.samples import ARABIC

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    (block,) = (one for one in blocks(PROJECT / "docs" / "delivery.md") if one.language == "python")
    names: dict[str, Any] = {}
    exec(compile(block.text, block.place, "exec", dont_inherit=True), names)
    return names["receive"]


def signed(body: bytes) -> dict[str, str]:
    options = Options.model_validate({"url": "https://example.org/hooks/desk", "secret": SECRET})
    now = int(datetime.now(UTC).timestamp())
    return {
        "webhook-id": ARABIC.id,
        "webhook-timestamp": str(now),
        "webhook-signature": signatures(options, ARABIC.id, now, body),
    }


def test_it_takes_a_signed_notice_once(receiver: Any, capsys: pytest.CaptureFixture[str]) -> None:
    target = target_of({"kind": "webhook", "url": "https://example.org/hooks/desk", "secret": SECRET})
    body = target.render(ARABIC)
    done: set[str] = set()
    assert receiver(signed(body), body, done) == 204
    assert receiver(signed(body), body, done) == 204
    assert done == {ARABIC.id}
    assert capsys.readouterr().out.count(ARABIC.title) == 1


def test_it_refuses_a_changed_body(receiver: Any) -> None:
    body = b'{"id": "d-4f1c0a"}'
    assert receiver(signed(body), body + b" ", set()) == 401
