"""Who goes first where processes share a machine's cores."""

import contextlib
import os
from pathlib import Path
from typing import Final

AUTOGROUP: Final = Path("/proc/self/autogroup")
"""Linux shares the cores among sessions first, where `kernel.sched_autogroup_enabled` is on, and among the processes of
a session then: `nice` alone says nothing to the processes of other sessions (sched(7), "The autogroup feature")."""


def stand_behind(steps: int) -> None:
    """Let others of the machine go first by so many steps of `nice`.

    The session's share is lowered only by its leader, which a service is where a supervisor or an init started it:
    somebody's terminal is not slowed down.
    """
    os.nice(steps)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # no such thing here: another system, or a kernel without it
            AUTOGROUP.write_text(str(steps), encoding="ascii")
