"""Standing behind others: of the process by itself, and of its session where that is its own."""

import os
import subprocess
import sys

from fengqiao.runtime.priority import AUTOGROUP

TELL = """
import os
from fengqiao.runtime.priority import AUTOGROUP, stand_behind
stand_behind(5)
group = AUTOGROUP.read_text().split()[-1] if AUTOGROUP.exists() else "none"
print(os.nice(0), group)
"""


def told(new_session: bool) -> list[str]:
    command = [sys.executable, "-c", TELL]
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=new_session)
    return done.stdout.split()


def test_a_service_in_a_session_of_its_own_stands_behind_other_sessions() -> None:
    assert told(True) == [str(os.nice(0) + 5), "5" if AUTOGROUP.exists() else "none"]


def test_a_service_in_somebodys_session_leaves_that_alone() -> None:
    mine = AUTOGROUP.read_text(encoding="ascii").split()[-1] if AUTOGROUP.exists() else "none"
    assert told(False) == [str(os.nice(0) + 5), mine]
