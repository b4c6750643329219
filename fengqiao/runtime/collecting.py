"""When Python looks for circular garbage.

After the start nearly everything lives long: looking through it again and again costs a fifth of the rate, and doubles
the time in which a large board is read back.
"""

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 50, 50)


def collect_seldom() -> None:
    """Leave aside what is there now, and look through what comes seldom. For a process that has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
