"""`fengqiao story`: the stories live in `simulation.stories`, which fengqiao does not import:
they run as a process.
"""

from __future__ import annotations

import os
import subprocess

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment


def command(name: str, *, on_running: bool, as_json: bool = False) -> list[str]:
    """The command that plays a story."""
    chosen = [*(["--on-running"] if on_running else []), *(["--json"] if as_json else [])]
    return [PYTHON, "-m", "simulation.stories", name, *chosen]


def run(name: str, *, on_running: bool, as_json: bool = False) -> int:
    """Play it; its exit status."""
    environment = child_environment(settings(), os.environ)
    played = command(name, on_running=on_running, as_json=as_json)
    return subprocess.run(played, cwd=ROOT, env=environment, check=False).returncode
