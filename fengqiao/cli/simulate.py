"""`fengqiao simulate`: the city lives in `simulation.city`, which fengqiao does not import: it runs as a process."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Final

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment

GENTLE: Final = 20.0
"""Calls an hour of the city that `make run` keeps running."""


def command(area: str, *, rate: float, speed: float, seed: int, seconds: float | None) -> list[str]:
    """The command that lets a city live."""
    chosen = ["--area", area, "--rate", f"{rate:g}", "--speed", f"{speed:g}", "--seed", str(seed)]
    return [PYTHON, "-m", "simulation.city", *chosen, *([] if seconds is None else ["--seconds", f"{seconds:g}"])]


def run(area: str, *, rate: float, speed: float, seed: int, seconds: float | None) -> int:
    """Let it live until it ends; its exit status."""
    environment = child_environment(settings(), os.environ)
    lived = command(area, rate=rate, speed=speed, seed=seed, seconds=seconds)
    child = subprocess.Popen(lived, cwd=ROOT, env=environment)
    # Ctrl-C in the terminal reaches the child too, which takes leave and ends; a SIGTERM to us is passed on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    return child.wait()
