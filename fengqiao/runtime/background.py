"""Ending tasks that went on beside something else."""

import asyncio
import contextlib
from typing import Any


async def ended(*tasks: "asyncio.Task[Any] | None", within: float = 0.0) -> None:
    """Each task has ended when this returns: by itself within so many real seconds, or cancelled. None counts as ended.

    Raises what a task raised that was cancelled.
    """
    running = [task for task in tasks if task is not None]
    late = set(running)
    if within > 0 and running:
        _, late = await asyncio.wait(running, timeout=within)
    for task in running:
        if task in late:
            task.cancel()
    for task in running:
        if task in late:
            with contextlib.suppress(asyncio.CancelledError):
                await task
