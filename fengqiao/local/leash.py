"""Run a program that must not outlive its parent: `python leash.py PARENT_PID PROGRAM ARGUMENT…`.

A parent that is killed cannot stop its children. On Linux the kernel is asked to do it (PR_SET_PDEATHSIG,
which survives exec), and this process becomes the program: no pid more, no memory. Elsewhere (macOS has no
such call) it stays as a small guard that looks at its parent twice a second and kills the program when the
parent has gone. Signals are sent to the group, so they reach the program beside the guard.

Imports nothing of ours: it runs with `-I -S`, before anything is set up.
"""

import ctypes
import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def main(parent: int, command: list[str]) -> int:
    """Become the program (Linux), or guard it; the exit status of the program."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            return 1
        os.execvp(command[0], command)
    return guard(parent, command)


def guard(parent: int, command: list[str]) -> int:
    """Run the program as a child and kill it when `parent` is no longer our parent."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a handler, not SIG_IGN, which the program would inherit
        signal.signal(number, lambda _number, _frame: None)
    program = subprocess.Popen(command)
    while True:
        try:
            return program.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if os.getppid() != parent:
                program.kill()


if __name__ == "__main__":
    try:
        sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
    except OSError as error:
        sys.exit(f"cannot run {sys.argv[2]}: {error.strerror}")
