"""Standing behind others: of the process by itself, and of its session where that is its own."""

import os
import subprocess
import sys

TELL = """
import os, sys
from fengqiao.runtime.priority import AUTOGROUP, stand_behind
if "behind" in sys.argv:
    stand_behind(5)
print(os.nice(0), (AUTOGROUP.read_text() if AUTOGROUP.exists() else "").rpartition("nice")[2].strip() or "none")
"""


def told(*arguments: str, new_session: bool) -> list[str]:
    """The process's own `nice` and its session's, `none` where Linux keeps none: no autogroups, or a session that is
    as old as the machine, which has no group of its own (the file is there and empty)."""
    command = [sys.executable, "-c", TELL, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=new_session)
    return done.stdout.split()


def test_a_service_in_a_session_of_its_own_stands_behind_other_sessions() -> None:
    _, group = told(new_session=True)
    assert told("behind", new_session=True) == [str(os.nice(0) + 5), "none" if group == "none" else "5"]


def test_a_service_in_somebodys_session_leaves_that_alone() -> None:
    _, group = told(new_session=False)
    assert told("behind", new_session=False) == [str(os.nice(0) + 5), group]
