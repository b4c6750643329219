"""Write `jars.lock` anew: `python -m fengqiao.local.relock`.

Run by whoever raises a version in `WANTED`; everybody else only reads the lock file. The resolver is jgo's
own (pure Python, no Maven on the machine), so the lock file is what Maven itself would put on the class path.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from jgo.maven import MavenContext, PythonResolver
from jgo.parse import Coordinate

LOCK_FILE: Final = Path(__file__).with_name("jars.lock")

KAFKA: Final = "4.3.1"
STORE: Final = "1.47.0"
COMPILER: Final = "3.46.0"
LOG4J: Final = "2.25.3"
SLF4J: Final = "2.0.17"

WANTED: Final[dict[str, tuple[str, ...]]] = {
    "kafka": (
        f"org.apache.kafka:kafka_2.13:{KAFKA}",
        f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}",
    ),
    "store": (f"de.bwaldvogel:mongo-java-server-h2-backend:{STORE}", f"org.slf4j:slf4j-nop:{SLF4J}"),
    "compiler": (f"org.eclipse.jdt:ecj:{COMPILER}",),
}
"""What each group of jars is for: the coordinates asked for; what they need is found."""


def resolve(coordinates: tuple[str, ...], repository: Path) -> dict[str, str]:
    """Every jar of these coordinates: `group:artifact:version[:classifier]` → SHA-256 of its bytes."""
    context = MavenContext(repo_cache=repository, resolver=PythonResolver(), timeout=60)
    # raw: the wishes that one library has for versions (log4j's of 2024 for kafka-clients) are not
    # everybody's.
    parsed = [replace(Coordinate.parse(one), scope="compile", raw=True) for one in coordinates]
    asked = [context.create_dependency(one) for one in parsed]
    own, needed = context.resolver.resolve(asked)
    found: dict[str, str] = {}
    for dependency in [*own, *(one for one in needed if one.scope in ("compile", "runtime"))]:
        artifact = dependency.artifact
        if artifact.packaging != "jar":
            continue
        name = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
        if artifact.classifier:
            name += f":{artifact.classifier}"
        found[name] = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def main() -> None:
    """Resolve every group and write the lock file."""
    lines = ["# Written by `python -m fengqiao.local.relock`; checked at every download.", ""]
    with tempfile.TemporaryDirectory() as folder:
        for group, coordinates in WANTED.items():
            lines.append(f"[{group}]")
            lines += [f'"{name}" = "{digest}"' for name, digest in resolve(coordinates, Path(folder)).items()]
            lines.append("")
    LOCK_FILE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
