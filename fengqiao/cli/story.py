"""`fengqiao story`: the stories live in `simulation.stories`, which fengqiao does not import:
they run as a process.
"""

from __future__ import annotations

import os
import subprocess

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment


def command(name: str, *, on_running: bool) -> list[str]:
    """The command that plays a story."""
    return [PYTHON, "-m", "simulation.stories", name, *(["--on-running"] if on_running else [])]


def run(name: str, *, on_running: bool) -> int:
    """Play it; its exit status."""
    environment = child_environment(settings(), os.environ)
    return subprocess.run(command(name, on_running=on_running), cwd=ROOT, env=environment, check=False).returncode
