"""Small files that appear whole or not at all, whoever reads them and whenever the process dies."""

import os
import secrets
from pathlib import Path


def place(path: Path, text: str, *, mode: int = 0o644, replace: bool) -> bool:
    """Put `text` at `path` by one step of the file system. Answers whether it did.

    Without `replace` whoever was first stays, so that processes that start at once agree on one content.
    """
    # Random, not the process id: containers that share a folder all have process 1.
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            os.replace(draft, path)
            return True
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        return True
    finally:
        draft.unlink(missing_ok=True)
