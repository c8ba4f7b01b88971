"""The sender between a real HTTP server and the outbox stage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from monitor.notify.channel import SendContext, Target
from monitor.notify.channels import target_of
from monitor.notify.sender import Sender
from monitor.records import Command
from monitor.stage import Out
from tests.notify.ports import MemoryPort
from tests.notify.rigs import SECRET, SECRETS, TOKEN
from tests.notify.samples import delivery
from tests.notify.servers import HttpServer, http_server

pytestmark = pytest.mark.asyncio
QUICK = (0.02, 0.02, 0.02)


def hook(server: HttpServer, path: str = TOKEN) -> Target:
    return target_of({"kind": "webhook", "url": f"{server.url}/{path}", "secret": SECRET})


def to(subscriber: str, id: str, **fields: object) -> Out:
    made = delivery("webhook", b'{"id":"%s"}' % id.encode(), id=id, **fields)
    return Out("deliveries", subscriber.encode(), msgspec.structs.replace(made, subscriber=subscriber))


class Events(list[tuple[str, dict[str, object]]]):
    def __call__(self, event: str, /, **fields: object) -> None:
        self.append((event, fields))


@asynccontextmanager
async def sending(
    port: MemoryPort,
    context: SendContext,
    subscribers: Mapping[str, Target],
    *,
    schedule: Sequence[float] = QUICK,
    events: Events | None = None,
    grace: float = 5.0,
) -> AsyncIterator[Sender]:
    sender = Sender(
        port=port,
        subscribers=subscribers,
        context=context,
        emit=events if events is not None else Events(),
        clock=lambda: datetime.now(UTC),
        random=lambda: 0.5,
        schedule=schedule,
    )
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await sender.stop(grace)
        await task


async def test_a_pending_row_is_sent_once_and_becomes_delivered(context: SendContext) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}):
        await port.publish(to("desk", "d-1"), to("desk", "d-2"))
        await port.until(lambda: len(port.attempts) == 2)
        assert {port.entry("d-1").state, port.entry("d-2").state} == {"delivered"}
        assert [request.headers["webhook-id"] for request in server.requests] == ["d-1", "d-2"]


async def test_failures_are_tried_again_by_the_schedule_with_the_same_id_and_body(
    context: SendContext,
) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}):
        server.answers = [(503, {}), (302, {"location": server.url}), (200, {})]
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: len(port.attempts) == 3)
    assert [(a.number, a.outcome, a.status) for a in port.attempts] == [
        (1, "retry", 503),
        (2, "retry", 302),
        (3, "delivered", 200),
    ]
    assert len({(r.headers["webhook-id"], r.body) for r in server.requests}) == 1
    for attempt, following in pairwise(port.attempts):
        assert attempt.retry_at is not None
        assert following.at >= attempt.retry_at


async def test_behind_the_schedule_there_is_a_dead_letter(context: SendContext) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}):
        server.answers = [(500, {})]
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: bool(port.letters))
    assert [a.outcome for a in port.attempts] == ["retry", "retry", "retry", "failed"]
    assert port.letters[0].message == "given up after 4 attempts: HTTP 500"


async def test_410_ends_the_endpoint_and_nothing_more_is_sent_until_it_is_enabled(
    context: SendContext,
) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}) as sender:
        server.answers = [(410, {}), (200, {})]
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: bool(port.letters))
        assert port.endpoint().disabled
        await port.publish(to("desk", "d-2"))
        assert [letter.error for letter in port.letters] == ["EndpointGone", "EndpointDisabled"]
        assert len(server.requests) == 1
        assert sender.waiting()["desk"].disabled
        enable = Command(id="c", action="endpoint-enabled", at=datetime.now(UTC), subscriber="desk")
        await port.publish(Out("attempts", b"desk", enable), to("desk", "d-3"))
        await port.until(lambda: len(port.attempts) == 2)
        assert port.entry("d-3").state == "delivered"


async def test_a_dead_endpoint_delays_nobody_else(context: SendContext) -> None:
    port = MemoryPort()
    slow = msgspec.structs.replace(context, timeout=30.0)
    async with http_server() as dead, http_server() as alive:
        dead.answers = ["hang"]
        targets = {"dead": hook(dead), "desk": hook(alive)}
        async with sending(port, slow, targets, grace=0.0):
            await port.publish(*(to("dead", f"x-{n}") for n in range(20)))
            await dead.wait_for(1)
            await port.publish(*(to("desk", f"d-{n}") for n in range(20)))
            await port.until(lambda: len(port.attempts) == 20)
    assert {a.subscriber for a in port.attempts} == {"desk"}
    assert len(dead.requests) == 1


async def test_an_attempt_that_is_not_published_is_published_again_not_sent_again(
    context: SendContext,
) -> None:
    port = MemoryPort()
    events = Events()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}, events=events):
        await port.publish(to("desk", "d-1"))
        port.fail_publishes = 2
        await port.until(lambda: bool(events))
        port.reassign()
        await port.until(lambda: len(port.attempts) == 1)
        await port.publish(to("desk", "d-2"))
        await port.until(lambda: len(port.attempts) == 2)
    assert [request.headers["webhook-id"] for request in server.requests] == ["d-1", "d-2"]
    assert [event for event, _ in events if event == "attempt-not-published"] == ["attempt-not-published"] * 2


async def test_an_entry_waits_for_its_row_to_change_and_is_repeated_when_it_is_reassigned(
    context: SendContext,
) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}):
        await port.publish(to("desk", "d-1"))
        port.handling = False
        await port.until(lambda: len(port.attempts) == 1)
        port.reassign()
        await port.until(lambda: len(port.attempts) == 2)
        assert [a.number for a in port.attempts] == [1, 1]
        assert len({(r.headers["webhook-id"], r.body) for r in server.requests}) == 1


async def test_messages_to_one_subscriber_keep_the_channels_interval(context: SendContext) -> None:
    port = MemoryPort()
    async with http_server() as server:
        target = hook(server)
        spaced = Target(msgspec.structs.replace(target.channel, interval=0.1), target.options)
        async with sending(port, context, {"desk": spaced}):
            await port.publish(*(to("desk", f"d-{n}") for n in range(3)))
            await port.until(lambda: len(port.attempts) == 3)
    times = sorted(a.at for a in port.attempts)
    assert all(b - a >= timedelta(seconds=0.1) for a, b in pairwise(times))


async def test_a_removed_subscribers_deliveries_become_dead_letters_that_say_so(
    context: SendContext,
) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}) as sender:
        sender.update({})
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: bool(port.letters))
        assert port.letters[0].message == "subscriber desk is not in the settings any more"
        sender.update({"desk": target_of({"kind": "terminal"})})
        await port.publish(to("desk", "d-2"))
        await port.until(lambda: len(port.letters) == 2)
        assert port.letters[1].message == "rendered for webhook, but desk is now on terminal"
        assert server.requests == []


async def test_what_stop_cuts_off_is_repeated_under_the_same_id(context: SendContext) -> None:
    port = MemoryPort()
    slow = msgspec.structs.replace(context, timeout=30.0)
    async with http_server() as server:
        server.answers = ["hang", (200, {})]
        async with sending(port, slow, {"desk": hook(server)}, grace=0.05):
            await port.publish(to("desk", "d-1"))
            await server.wait_for(1)
        assert port.attempts == []
        async with sending(port, slow, {"desk": hook(server)}):
            await port.until(lambda: len(port.attempts) == 1)
    assert [(r.headers["webhook-id"], r.body) for r in server.requests] == [("d-1", b'{"id":"d-1"}')] * 2


async def test_an_attempt_under_way_is_waited_for_on_stop(context: SendContext) -> None:
    port = MemoryPort()
    slow = msgspec.structs.replace(context, timeout=10.0)
    async with http_server() as server:
        server.answers = ["slow-then-ok"]
        async with sending(port, slow, {"desk": hook(server)}):
            await port.publish(to("desk", "d-1"))
            await server.wait_for(1)
    assert [a.outcome for a in port.attempts] == ["delivered"]


async def test_the_breaker_holds_an_endpoint_back_after_five_failures_without_counting(
    context: SendContext,
) -> None:
    port = MemoryPort()
    async with http_server() as server:
        server.answers = [(500, {})]
        async with sending(port, context, {"desk": hook(server)}, schedule=(60.0,)) as sender:
            await port.publish(*(to("desk", f"d-{n}") for n in range(8)))
            await port.until(lambda: len(port.attempts) == 5)
            held = sender.waiting()["desk"]
            assert held.failures == 5
            assert held.held_until is not None
            assert len(server.requests) == 5
            untried = [port.entry(f"d-{n}").attempts for n in range(8)].count(0)
            assert untried == 3


async def test_run_ends_when_the_runtime_ends_its_watches(context: SendContext) -> None:
    port = MemoryPort()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}):
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: len(port.attempts) == 1)
        port.end()


async def test_no_secret_is_in_an_event_or_an_attempt(context: SendContext) -> None:
    port = MemoryPort()
    events = Events()
    async with http_server() as server, sending(port, context, {"desk": hook(server)}, events=events):
        server.answers = [
            (500, {"location": f"/{TOKEN}"}),
            "close",
            (302, {"location": f"/{TOKEN}"}),
            (200, {}),
        ]
        await port.publish(to("desk", "d-1"))
        await port.until(lambda: len(port.attempts) == 4)
    said = repr(events) + repr(port.attempts)
    assert not [secret for secret in SECRETS if secret in said]
    assert [fields["outcome"] for _, fields in events] == ["retry", "retry", "retry", "delivered"]
    assert isinstance(events[-1][1]["age"], float)
