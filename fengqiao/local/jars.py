"""The Java libraries of the two local servers: named in `jars.lock`, kept in one cache, checked by SHA-256.

A jar's name in the cache carries its digest, and a file gets that name only when it is whole and checked:
an interrupted download leaves nothing that could be mistaken for a jar, and a new lock file never meets an
old jar. A stamp per class path makes the second start a single read.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fengqiao.local.errors import JarsUnavailable, NotWritable

LOCK_FILE: Final = Path(__file__).with_name("jars.lock")
DOWNLOADS_AT_ONCE: Final = 8
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One library:
    its Maven coordinates `group:artifact:version[:classifier]` and the SHA-256 of its bytes.
    """

    coordinates: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name in the cache: readable in a class path, unique for its bytes."""
        _, artifact, version, *classifier = self.coordinates.split(":")
        return "-".join([artifact, version, *classifier, self.sha256[:12]]) + ".jar"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """`$FENGQIAO_CACHE`, else `fengqiao` in the user's cache folder."""
    if chosen := environment.get("FENGQIAO_CACHE"):
        return Path(chosen).expanduser().resolve()
    base = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "fengqiao"


def mirror(environment: Mapping[str, str]) -> dict[str, str] | None:
    """The Maven repository to ask: `$FENGQIAO_MAVEN` (an intranet's own), else None, jgo's default."""
    chosen = environment.get("FENGQIAO_MAVEN")
    return {"mirror": chosen.rstrip("/")} if chosen else None


def locked_jars(group: str, lock_file: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """The jars of one group of the lock file (`kafka`, `store`, `compiler`).

    Raises KeyError for another name.
    """
    table = tomllib.loads(lock_file.read_text(encoding="utf-8"))
    return tuple(Jar(name, digest) for name, digest in table[group].items())


def missing_jars(group: str, cache: Path, lock_file: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """The jars of this group that the cache does not hold."""
    return tuple(jar for jar in locked_jars(group, lock_file) if not (cache / "jars" / jar.file_name).exists())


def class_path(
    group: str,
    cache: Path,
    *,
    lock_file: Path = LOCK_FILE,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Path, ...]:
    """The jars of `group`, all present and checked; downloads what is missing.

    progress: called with (jars done, jars to fetch) as they arrive.
    Raises JarsUnavailable, NotWritable. Safe to call from several processes at once.
    """
    folder = cache / "jars"
    jars = locked_jars(group, lock_file)
    if missing_jars(group, cache, lock_file):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(folder / ".lock"):
                _fetch(missing_jars(group, cache, lock_file), folder, progress)
        except OSError as error:
            raise NotWritable(f"The cache {folder} cannot be written ({error}); set FENGQIAO_CACHE.") from error
    return tuple(folder / jar.file_name for jar in jars)


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a file lock while the body runs; the system lets go of it when the process dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch(jars: tuple[Jar, ...], folder: Path, progress: Callable[[int, int], None]) -> None:
    if not jars:
        return
    with (
        tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as incoming,
        ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
    ):
        waiting = [pool.submit(_download, jar, Path(incoming), folder) for jar in jars]
        try:
            for done, future in enumerate(as_completed(waiting), start=1):
                future.result()
                progress(done, len(jars))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _download(jar: Jar, incoming: Path, folder: Path) -> None:
    # jgo is imported here: it costs 0.2 s, and only the first start on a machine downloads.
    from jgo.maven import MavenContext, PythonResolver

    reason: Exception | None = None
    for attempt in range(TRIES):
        # A repository of its own per try: what a broken connection left behind is not looked at again.
        repository = incoming / f"{jar.sha256[:12]}-{attempt}"
        context = MavenContext(
            repo_cache=repository,
            resolver=PythonResolver(),
            remote_repos=mirror(os.environ),
            timeout=30,
        )
        try:
            file = context.create_dependency(jar.coordinates).artifact.resolve()
        except Exception as error:
            reason = error
            continue
        if hashlib.sha256(file.read_bytes()).hexdigest() == jar.sha256:
            os.replace(file, folder / jar.file_name)
            return
        reason = ValueError("its SHA-256 is not the one in jars.lock")
    raise JarsUnavailable(
        f"{jar.coordinates} could not be had ({reason}); the first start needs a Maven repository "
        "within reach (FENGQIAO_MAVEN names another), or the cache folder of a machine that has one."
    ) from reason
