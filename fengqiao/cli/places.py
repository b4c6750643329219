"""Where the code stands, and the settings a command works with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fengqiao.runtime.settings import ServiceSettings

ROOT: Final = Path(__file__).resolve().parents[2]
"""The folder that holds fengqiao/, services/ and simulation/."""

PYTHON: Final = sys.executable


def settings() -> ServiceSettings:
    """The environment's settings; a wrong variable ends the command with a sentence and status 2.

    The areas of the code are found from any folder.
    """
    read = ServiceSettings.load_or_exit()
    if not read.areas.exists() and not read.areas.is_absolute() and (ROOT / read.areas).exists():
        return read.model_copy(update={"areas": ROOT / read.areas})
    return read
