"""The sending half of the driver: whoever sends learns what became of each record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import aiokafka
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerClosed
from faust.transport.drivers import aiokafka as stock

if TYPE_CHECKING:
    from monitor.runtime.kafka.app import MonitorApp

FLUSH_SECONDS = 2.0  # for records that somebody still waits for when the worker stops


class Send(NamedTuple):
    """A record for the broker; without ``value`` a deletion."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None


class Producer(stock.Producer):
    """Sends records and says what became of each."""

    def _settings_auth(self) -> Mapping[str, Any]:
        return cast("MonitorApp", self.app).settings.client_options()

    async def create_topic(self, *_: Any, **__: Any) -> None:
        """All topics are declared before the app starts."""

    async def on_stop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            await asyncio.wait_for(producer.stop(), FLUSH_SECONDS)
        except TimeoutError:
            producer._message_accumulator.fail_all(ProducerClosed())
            await producer._sender.close()
            await producer.client.close()

    async def flush(self) -> None:
        """Whoever sends waits for the answer: nothing is left to flush."""

    async def publish(self, sends: Iterable[Send]) -> list[Any]:
        """Send records; for each its metadata, or the error. Records for one partition keep their order."""
        if self._producer is None:
            return [ProducerClosed() for _ in sends]
        return await send_all(self._producer, sends)


async def send_all(producer: aiokafka.AIOKafkaProducer, sends: Iterable[Send]) -> list[Any]:
    """Send records at once; for each its metadata, or the error, when all are answered."""
    sends = list(sends)
    answers: list[Any] = []
    for send in sends:
        try:
            answers.append(
                await producer.send(send.topic, send.value, key=send.key, partition=send.partition)
            )
        except KafkaError as error:
            answers.append(error)
    futures = [answer for answer in answers if not isinstance(answer, BaseException)]
    results = iter(await asyncio.gather(*futures, return_exceptions=True))
    answers = [answer if isinstance(answer, BaseException) else next(results) for answer in answers]
    for number, send in enumerate(sends):
        # The broker refuses a request's records together: each again, alone, shows which one it is.
        if isinstance(answers[number], MessageSizeTooLargeError):
            try:
                answers[number] = await producer.send_and_wait(
                    send.topic, send.value, key=send.key, partition=send.partition
                )
            except KafkaError as error:
                answers[number] = error
    return answers
