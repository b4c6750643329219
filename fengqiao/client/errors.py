"""What a call can end with.

ClientFault
├── Refused        the service answered with a problem (RFC 9457); `problem` has it whole
└── Unreachable    no answer, after the retries that were harmless
"""

from collections.abc import Mapping
from typing import Any


class ClientFault(Exception):
    """The root of this package's exceptions."""


class Refused(ClientFault):
    """The service answered, and said no. status: of HTTP. problem: the body, decoded."""

    def __init__(self, status: int, problem: Mapping[str, Any], what: str) -> None:
        self.status = status
        self.problem = problem
        super().__init__(f"{what}: {status} {problem.get('title', '')}: {problem.get('detail', '')}")


class Unreachable(ClientFault):
    """Nobody answered."""
