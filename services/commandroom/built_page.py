"""The page as `make setup` built it: its files have their hash in their names, and a manifest says which come first."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

FOLDER: Final = Path(__file__).parent / "static" / "app"
ENTRY: Final = "src/main.tsx"
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class NotBuilt(Exception):
    """The page has not been built; the text says how."""


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """script: the path that begins it; styles, preloads: what the browser may fetch beside it. Paths on this origin."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def built_page(folder: Path = FOLDER) -> BuiltPage:
    """Raises NotBuilt."""
    try:
        manifest: dict[str, Any] = orjson.loads((folder / "manifest.json").read_bytes())
        entry = manifest[ENTRY]
    except (OSError, orjson.JSONDecodeError, KeyError) as error:
        raise NotBuilt("The page is not built: run `make setup` in the folder of the code.") from error
    imported = tuple(dict.fromkeys(_imported(manifest, ENTRY)))
    return BuiltPage(
        _address(entry["file"]),
        tuple(_address(style) for style in entry.get("css", ())),
        tuple(_address(manifest[one]["file"]) for one in imported),
    )


def _imported(manifest: dict[str, Any], name: str) -> Iterator[str]:
    for one in manifest[name].get("imports", ()):
        yield one
        yield from _imported(manifest, one)


def _address(file: str) -> str:
    return f"/static/app/{file}"


def static_file(name: str, folder: Path = FOLDER) -> tuple[Path, str] | None:
    """A file of the page and its media type; None where there is none."""
    kind = TYPES.get(Path(name).suffix)
    file = folder / name
    # `..` would lead out of what is served.
    if kind is None or ".." in Path(name).parts or not file.is_file():
        return None
    return file, kind
