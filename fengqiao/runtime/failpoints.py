"""Fail points: places between two steps of a protocol where a test can end, or stop, the process.

`FENGQIAO_FAILPOINTS="dispatch.journal-inserted=kill:3;intake.produced=stop:1"` kills (SIGKILL) at the third pass of
the first and stops (SIGSTOP) at the first pass of the second. Unset, a fail point costs one look into an empty dict.
Settings refuse the variable in the production profile.
"""

import os
import signal
from typing import Final

_SIGNALS: Final = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
_armed: dict[str, tuple[signal.Signals, int]] = {}


def arm(specification: str) -> None:
    """Arm from the text above. Raises ValueError when it is not of that form."""
    _armed.clear()
    for part in filter(None, specification.split(";")):
        name, _, action = part.partition("=")
        verb, _, count = action.partition(":")
        if verb not in _SIGNALS:
            raise ValueError(f"fail point {part!r}: the action is kill or stop")
        _armed[name] = (_SIGNALS[verb], int(count or "1"))


def failpoint(name: str) -> None:
    """Pass the place `name`."""
    if not _armed or name not in _armed:
        return
    action, left = _armed[name]
    if left > 1:
        _armed[name] = (action, left - 1)
        return
    del _armed[name]
    os.kill(os.getpid(), action)


def armed(name: str) -> bool:
    """Whether a test waits at this place (some can only be reached by doing a step in two halves)."""
    return name in _armed
