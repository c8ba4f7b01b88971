"""Which partition a key lies in: the same for records, rows and whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka.partitioner import murmur2

from monitor.runtime.kafka.settings import KafkaSettings
from monitor.stage import Pipeline


def partition_of(key: bytes, count: int) -> int:
    """As Kafka's own default partitioner: murmur2 of the key."""
    return 0 if count == 1 else int(murmur2(key) & 0x7FFFFFFF) % count


class Layout:
    """Partition counts of a pipeline's topics and tables."""

    def __init__(self, pipeline: Pipeline, settings: KafkaSettings) -> None:
        many = settings.partitions
        self.topics: Mapping[str, int] = {t.name: 1 if t.single else many for t in pipeline.topics}
        self.tables: Mapping[str, int] = {t.name: 1 if t.single else many for t in pipeline.tables}
        self.readers: Mapping[str, tuple[str, ...]] = {
            topic: tuple(stage.name for stage in pipeline.stages if topic in stage.topics)
            for topic in self.topics
        }
        for stage in pipeline.stages:
            counts = {self.topics[t] for t in stage.topics} | {self.tables[t] for t in stage.tables}
            if len(counts) != 1:
                raise ValueError(f"topics and tables of stage {stage.name} differ in their partition count")

    def of_topic(self, topic: str, key: bytes) -> int:
        """The partition of ``topic`` in which ``key`` lies."""
        return partition_of(key, self.topics[topic])

    def of_table(self, table: str, key: bytes) -> int:
        """The partition of ``table`` in which ``key`` lies."""
        return partition_of(key, self.tables[table])
