"""What both runtimes promise, as tests over a ``Harness``. Each runtime's test module subclasses the suite.

Tests judge from outside: what stands in the topics and tables afterwards. ``harness.exact`` says whether
outputs may stand there twice after a crash: where they may, repeats must have the same bytes.
"""

from __future__ import annotations

import asyncio

import pytest

from monitor.records import (
    encode,
)
from monitor.stage import (
    Out,
    PublishError,
    RecordTooLarge,
)
from tests.runtime.contract_running import RunningContract
from tests.runtime.counting import (
    MISFORTUNES,
    UNREADABLE,
    Total,
    order,
    out,
    pipeline,
)
from tests.runtime.harness import (
    Harness,
    Judge,
    batched,
    commands,
    letters,
    truth,
    until,
)


class RecordsContract(Judge):
    """Order, poison, limits, publishing."""

    # --- records in order -----------------------------------------------------------------

    async def test_records_of_a_key_stay_in_order_through_all_stages(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        keys = [f"key-{n}" for n in range(7)]
        wanted = {key: [f"{key}/{n}" for n in range(60)] for key in keys}
        outs = [
            out(id, key)
            for ids_of_all in zip(*wanted.values(), strict=True)
            for key, id in zip(keys, ids_of_all, strict=True)
        ]
        for some in batched(outs, 50):
            await runtime.port.publish(*some)
        assert await self.receipts(harness, len(outs)) == wanted
        await self.counted(harness, wanted)

    async def test_a_published_record_stands_in_its_topic_when_publish_returns(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"), out("2"))
        assert [command.id for command in commands(await harness.read("orders"))] == ["1", "2"]

    async def test_an_order_that_comes_twice_is_counted_once(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"), out("1"), out("2"))
        assert await self.receipts(harness, 2) == {"a": ["1", "2"]}
        await self.counted(harness, {"a": ["1", "2"]})

    async def test_what_a_stage_is_told_is_its_state_with_earlier_changes_of_the_batch(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(*(out(str(n)) for n in range(200)))
        await self.receipts(harness, 200)
        await self.counted(harness, {"a": [str(n) for n in range(200)]})

    # --- poison ---------------------------------------------------------------------------

    @pytest.mark.parametrize("misfortune", sorted(MISFORTUNES))
    async def test_a_record_that_fails_becomes_a_dead_letter_and_leaves_no_other_trace(
        self, harness: Harness, misfortune: str
    ) -> None:
        total = Total()
        runtime = await harness.start(pipeline(total=total))
        poison = out("bad", what=misfortune)
        await runtime.port.publish(out("1"), poison, out("2"), out("3", "b"))
        assert await self.receipts(harness, 3) == {"a": ["1", "2"], "b": ["3"]}
        (letter,) = await letters(harness)
        assert (letter.topic, letter.key, letter.value) == ("orders", b"a", encode(poison.record))
        assert letter.stage == "count"
        assert letter.message
        assert letter.place.startswith("orders/")
        await self.counted(harness, {"a": ["1", "2"], "b": ["3"]})
        await until(lambda: truth(total.pages == {b"a": 2, b"b": 1}), "the index")

    async def test_bytes_that_are_no_record_become_dead_letters_with_key_and_bytes(
        self, harness: Harness
    ) -> None:
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("before"))
        for value in UNREADABLE.values():
            await harness.raw("orders", b"a", value)
        await runtime.port.publish(out("after"))
        assert await self.receipts(harness, 2) == {"a": ["before", "after"]}
        found = {letter.value: letter for letter in await letters(harness)}
        assert [name for name, value in UNREADABLE.items() if value not in found] == []
        assert {letter.key for letter in found.values()} == {b"a"}

    async def test_a_version_from_the_future_stops_its_stage_visibly_and_loses_nothing(
        self, harness: Harness
    ) -> None:
        newer = encode(order("2")).replace(b'"v":1', b'"v":99')
        runtime = await harness.start(pipeline())
        await runtime.port.publish(out("1"))
        await self.receipts(harness, 1)
        await harness.raw("orders", b"a", newer)
        await runtime.port.publish(out("3"))
        await until(lambda: truth(bool(runtime.state().stopped)), "the stop is said")
        (why,) = runtime.state().stopped.values()
        assert "version 99" in why
        assert any("stopped" in event for event, _ in harness.events)
        assert await self.receipts(harness, 1) == {"a": ["1"]}
        # The next start meets it again: it was neither skipped nor taken for a dead letter.
        await harness.stop()
        runtime = await harness.start(pipeline())
        await until(lambda: truth(bool(runtime.state().stopped)), "the stop is said again")
        assert await letters(harness) == []
        assert [value for _, value in await harness.read("orders")][1:] == [newer, encode(order("3"))]
        assert await self.receipts(harness, 1) == {"a": ["1"]}

    async def test_an_unknown_version_of_an_unknown_kind_stops_too(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.raw("orders", b"a", b'{"kind":"hologram","v":2}')
        await until(lambda: truth(bool(runtime.state().stopped)), "the stop is said")
        assert await letters(harness) == []

    # --- limits ---------------------------------------------------------------------------

    async def test_a_record_too_large_is_refused_where_it_is_published(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(RecordTooLarge):
            await runtime.port.publish(out("1"), out("large", what="x" * (4 * 1024 * 1024)))
        await runtime.port.publish(out("2"))
        assert await self.receipts(harness, 1) == {"a": ["2"]}

    async def test_the_largest_record_passes(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        room = 4 * 1024 * 1024 - len(encode(order("large")))
        await runtime.port.publish(out("large", what="x" * room), out("2"))
        assert await self.receipts(harness, 2) == {"a": ["large", "2"]}

    async def test_a_dead_letter_of_the_largest_record_fits(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.raw("orders", b"a", b"[" + b"x" * (4 * 1024 * 1024 - 1))
        await runtime.port.publish(out("2"))
        await self.receipts(harness, 1)
        (letter,) = await letters(harness)
        assert letter.value.startswith(b"[xxx")
        assert len(letter.value) > 3_000_000
        assert "cut" in letter.message

    # --- publishing -----------------------------------------------------------------------

    async def test_publishing_to_a_topic_that_is_not_there_fails(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(PublishError):
            await runtime.port.publish(Out("nowhere", b"a", order("1")))

    async def test_publishing_what_has_no_form_on_the_wire_fails(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        with pytest.raises(PublishError):
            await runtime.port.publish(out("half \ud800 a pair"))

    async def test_publishing_after_the_stop_fails_and_does_not_hang(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        await harness.stop()
        with pytest.raises(PublishError):
            async with asyncio.timeout(10):
                await runtime.port.publish(out("1"))

    async def test_publishing_during_the_stop_is_answered(self, harness: Harness) -> None:
        """Each record is acknowledged and kept, or refused."""
        runtime = await harness.start(pipeline())
        publishing = [asyncio.create_task(runtime.port.publish(out(str(n)))) for n in range(50)]
        await asyncio.sleep(0)
        await harness.stop()
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*publishing, return_exceptions=True)
        assert all(answer is None or isinstance(answer, PublishError) for answer in answers)
        kept = {command.id for command in commands(await harness.read("orders"))}
        assert {str(n) for n, answer in enumerate(answers) if answer is None} <= kept

    async def test_room_is_given_at_rest(self, harness: Harness) -> None:
        runtime = await harness.start(pipeline())
        async with asyncio.timeout(10):
            await runtime.port.room()


class RuntimeContract(RecordsContract, RunningContract):
    """The suite. A subclass gives the fixture ``harness``."""
