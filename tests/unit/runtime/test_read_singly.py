"""Reading record by record: what a fault interrupts is read again from where it began."""

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaConnectionError

from fengqiao.runtime.consumer import read_singly

A, B, GONE = TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("t", 2)


class Partitions:
    """Two partitions with three records each; the one at offset 1 of the first cannot be taken apart."""

    def __init__(self, away: bool) -> None:
        self.away = away
        self.at = {A: 0, B: 0}

    def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition not in self.at:
            raise IllegalStateError(f"{partition} is not assigned")
        self.at[partition] = offset

    def assignment(self) -> set[TopicPartition]:
        return set(self.at)

    def highwater(self, partition: TopicPartition) -> int:
        return 3

    async def getmany(self, partition: TopicPartition, **_: int) -> dict[TopicPartition, list[object]]:
        if partition == B and self.away:
            raise KafkaConnectionError
        offset = self.at[partition]
        if (partition, offset) == (A, 1):
            raise UnicodeDecodeError("utf-8", b"", 0, 1, "no text")
        self.at[partition] = offset + 1
        return {partition: [type("Record", (), {"offset": offset, "headers": ()})]}


async def test_what_was_read_before_kafka_went_away_is_read_again() -> None:
    partitions = Partitions(away=True)
    with pytest.raises(KafkaConnectionError):
        await read_singly(partitions, {A: 0, B: 1, GONE: 7})
    assert partitions.at == {A: 0, B: 1}


async def test_each_record_is_there_once_and_one_that_says_nothing_stands_for_the_bad_one() -> None:
    found = await read_singly(Partitions(away=False), {A: 0, B: 1, GONE: 7})
    assert {partition.partition: [one.offset for one in records] for partition, records in found.items()} == {
        0: [0, 1, 2],
        1: [1, 2],
        2: [],
    }
    assert found[A][1].headers == ()
    assert (found[A][1].key, found[A][1].value) == (None, None)
