"""Every channel of the package, found by its kind, against servers that answer well and badly."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from monitor.notify.channel import SendContext, attempt
from monitor.notify.channels import channels, target_of
from monitor.notify.outbox import entry_key
from monitor.records import MAX_BODY, MAX_VALUE, OutboxEntry, encode_row
from tests.notify.rigs import RIGS, SECRETS
from tests.notify.samples import ARABIC, NOTICES, delivery, hostile

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
KINDS = sorted(channels())
HABITS = [(kind, habit) for kind, rig in RIGS.items() for habit in rig.expected]


async def test_every_channel_has_a_rig() -> None:
    assert set(KINDS) == set(RIGS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NOTICES)
async def test_the_same_notice_gives_the_same_bytes(
    kind: str, name: str, golden: Callable[[str, bytes], None]
) -> None:
    first = target_of(RIGS[kind].options).render(NOTICES[name])
    again = target_of(RIGS[kind].options).render(NOTICES[name])
    assert first == again
    golden(f"{kind}-{name}.txt", first.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hostile_notice_is_cut_and_stays_well_formed(kind: str) -> None:
    body = target_of(RIGS[kind].options).render(hostile())
    assert len(body) <= MAX_BODY
    if kind == "email":
        mail = message_from_bytes(body, policy=policy.default)
        assert not mail.defects
        assert mail["bcc"] is None
        shown = [part.get_content() for part in mail.iter_parts()]
        assert len(shown) == 2
        assert "<script" not in shown[1]
        assert "Left out to fit" in shown[0]
    else:
        said = json.loads(body)
        assert "Left out to fit" in json.dumps(said)
        shown = [json.dumps(said, ensure_ascii=False)]
    for text in shown:
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]", text
        )


@pytest.mark.parametrize("kind", KINDS)
async def test_the_largest_body_fits_into_a_row_of_the_outbox(kind: str) -> None:
    sent = delivery(kind, b"x" * MAX_BODY, id="d" * 64)
    row = OutboxEntry(id=sent.id, subscriber="desk", state="pending", seen=sent.seen, delivery=sent)
    assert len(encode_row(row)) + len(entry_key("desk", sent.id)) <= MAX_VALUE


@pytest.mark.parametrize(("kind", "habit"), HABITS)
async def test_what_comes_of_each_answer(
    kind: str, habit: str, context: SendContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rig = RIGS[kind]
    async with rig.up(habit, context, tmp_path) as rigged:
        body = rigged.target.render(ARABIC)
        answer = await attempt(rigged.target, delivery(kind, body), rigged.context, NOW)
    assert answer.outcome == rig.expected[habit], answer
    if answer.outcome == "delivered":
        assert answer.error == ""
        assert len(rigged.bodies) == 1
    else:
        assert answer.error
        assert answer.error.isprintable()
    assert habit not in ("410", "429", "503") or answer.status == int(habit)
    everything = f"{answer!r}\n{rigged.target!r}\n{rigged.target.options!r}\n{caplog.text}"
    for secret in SECRETS:
        assert secret not in everything


@pytest.mark.parametrize("kind", KINDS)
async def test_a_repeat_has_the_same_body(kind: str, context: SendContext, tmp_path: Path) -> None:
    async with RIGS[kind].up("ok", context, tmp_path) as rigged:
        body = rigged.target.render(ARABIC)
        for at in (NOW, NOW.replace(hour=23)):
            answer = await attempt(rigged.target, delivery(kind, body), rigged.context, at)
            assert answer.outcome == "delivered"
    sent = [re.sub(rb"^Date: .*\r\n", b"", body) for body in rigged.bodies]
    if kind == "terminal":
        text = sent[0].decode()
        half = text[: len(text) // 2]
        assert text == half * 2
    else:
        assert len(sent) == 2
        assert sent[0] == sent[1]


@pytest.mark.parametrize("kind", ["webhook", "slack", "email"])
async def test_an_address_that_is_not_allowed_is_not_connected_to(kind: str, tmp_path: Path) -> None:
    from monitor.net.client import Client, NetworkSettings
    from monitor.notify.channel import send_context

    settings = NetworkSettings()
    async with Client(settings) as http:
        strict = send_context(settings, http)
        async with RIGS[kind].up("ok", strict, tmp_path) as rigged:
            answer = await attempt(rigged.target, delivery(kind, b"x"), strict, NOW)
    assert answer.outcome == "retry"
    assert "127.0.0.1 (loopback) is not allowed" in answer.error
    assert rigged.bodies == []


@pytest.mark.parametrize("kind", KINDS)
async def test_options_that_are_unknown_are_refused_without_showing_values(kind: str) -> None:
    with pytest.raises(ValueError, match=r"passwort: unknown key 'passwort'") as caught:
        target_of({**RIGS[kind].options, "passwort": "mail-s3cret"})
    assert "s3cret" not in str(caught.value)


async def test_a_channel_that_breaks_is_an_answer_not_an_exception(context: SendContext) -> None:
    target = target_of({"kind": "terminal"})
    answer = await attempt(target, delivery("terminal", b"not json"), context, NOW)
    assert answer.outcome == "retry"
    assert answer.error.startswith("DecodeError")


async def test_cancelling_an_attempt_cancels_it(context: SendContext, tmp_path: Path) -> None:
    async with RIGS["webhook"].up("hang", context, tmp_path) as rigged:
        task = asyncio.create_task(attempt(rigged.target, delivery("webhook", b"{}"), context, NOW))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
