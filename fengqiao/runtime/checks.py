"""Checks that are run by hand (`verify`, `replay`), where what they read is away."""

import sys
from typing import Final

from fengqiao.runtime.errors import Busy, StoreUnavailable

NOT_CHECKED: Final = 3
"""The exit status where nothing is known: neither that all is well, nor that anything is wrong."""


def not_checked(error: Busy) -> int:
    """Say on standard error what does not answer and what to do; the exit status."""
    name = "document store" if isinstance(error, StoreUnavailable) else "Kafka"
    sys.stderr.write(f"Not checked: the {name} does not answer. Start it (fengqiao up), and check again.\n")
    return NOT_CHECKED
