"""Whether a store is within reach, so that an outage costs its clients nothing but a sentence.

While the store does not answer, every operation would hold a thread and a place for its whole deadline, and what has
waited longest would be done first when it is back, although nobody waits for it any more. So after a failure with no
success beside it, one operation at a time tries; the others are told at once.
"""

import time
from collections.abc import Callable
from typing import Final

QUIET_S: Final = 1.0
"""Real seconds without an answer after which a failure means that the store is away: one that answers others at the
same time is only slow."""


class Reach:
    """Of one client. seconds: a clock that only goes forward."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._answered_at = seconds() - QUIET_S
        self._trying = False
        self.away = False

    def may_try(self) -> bool:
        """Whether an operation may begin now. True: `answered` or `failed` must follow, or `given_up`."""
        if not self.away:
            return True
        if self._trying:
            return False
        self._trying = True
        return True

    def answered(self) -> None:
        """The store has said something, if only that a document is there already."""
        self._answered_at = self._seconds()
        self.away = self._trying = False

    def failed(self) -> None:
        """No connection, or no answer in time."""
        self._trying = False
        if self._seconds() - self._answered_at >= QUIET_S:
            self.away = True

    def given_up(self) -> None:
        """Whoever tried does not wait any more: nothing is known."""
        self._trying = False
