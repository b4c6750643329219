"""The resume token: where in Kafka a client stands. Opaque to clients; any instance can read any other's."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import orjson


class StaleToken(Exception):
    """The token is of another Kafka, too old, or not one of ours: the client begins again with a snapshot."""


@dataclass(frozen=True, slots=True)
class Place:
    """cluster: Kafka's id. offsets: the next record of each `topic/partition` that the client has not been told (a
    partition that is not named: 0). sequences: the last event of dispatch that it was told, by area, so that a
    repeat further on in the log is not told again.
    """

    cluster: str
    offsets: Mapping[str, int]
    sequences: Mapping[str, int]

    def token(self) -> str:
        reached = {key: offset for key, offset in self.offsets.items() if offset}
        packed = orjson.dumps([self.cluster, reached, dict(self.sequences)], option=orjson.OPT_SORT_KEYS)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(token: str) -> Place:
    """Raises StaleToken."""
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        cluster, offsets, sequences = orjson.loads(packed)
        if not isinstance(cluster, str):
            raise TypeError
        return Place(cluster, _numbers(offsets), _numbers(sequences))
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise StaleToken("this is not a token of this stream") from error


def _numbers(packed: Mapping[str, int]) -> dict[str, int]:
    return {str(name): int(number) for name, number in packed.items()}
