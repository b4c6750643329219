"""The data folder:
one `fengqiao up` at a time, room to write, and what stands in the way said in a sentence.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fengqiao.local.errors import AlreadyRunning, NotWritable

CLAIM: Final = "up.pid"
ROOM_BYTES: Final = 500 * 1024 * 1024


def require_room(data: Path, room: int = ROOM_BYTES) -> None:
    """Raise NotWritable unless `data` can be made and written, with `room` bytes free on its disk."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise NotWritable(f"The data folder {data} cannot be written ({error.strerror}); set FENGQIAO_DATA.") from error
    if free < room:
        raise NotWritable(
            f"Only {free // 2**20} MB are free on the disk of {data}, {room // 2**20} MB are wanted: "
            "make room, or set FENGQIAO_DATA to a folder on another disk."
        )


@contextmanager
def claim(data: Path) -> Iterator[None]:
    """Hold the data folder while the body runs. Raises AlreadyRunning naming the holder, NotWritable.

    The claim is a file lock, so it ends with the process however it ends; the pid in the file is for people.
    """
    try:
        handle = (data / CLAIM).open("a+")
    except OSError as error:
        raise NotWritable(f"{data / CLAIM} cannot be written ({error.strerror}); set FENGQIAO_DATA.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise AlreadyRunning(
                f"`fengqiao up` runs already on {data} (pid {holder}): use it, stop it with `kill {holder}`, "
                "or set FENGQIAO_DATA and FENGQIAO_PORT_BASE for a second one."
            ) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def holder(data: Path) -> int | None:
    """The pid of the `fengqiao up` that holds `data`; None if nobody does."""
    try:
        with (data / CLAIM).open("r") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(handle.read().strip() or 0) or None
    except (OSError, ValueError):
        pass
    return None
