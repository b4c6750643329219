"""Where a field stands, for whoever has to mend it (D2)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.areas import load_area
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_lines import line_of
from services.dispatch.area_folder import load_forces
from services.dispatch.surroundings import load_surroundings

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
TEXT = '{\n "a": 1,\n "b": [\n  {"c": "} ] , \\" \\n", "d": [1,\n   2]},\n  {"c": 3}\n ]\n}\n'


@pytest.mark.parametrize(
    ("path", "line"),
    [("a", 2), ("b", 3), ("b.0.c", 4), ("b[0].d", 4), ("b.0.d.1", 5), ("b.1.c", 6), ("b.1.x", 6), ("b.7", 3), ("z", 1)],
)
def test_D2_the_line_is_that_of_the_field_or_of_what_lacks_it(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line


words = st.text(alphabet="abc", min_size=1, max_size=3)
trees = st.recursive(
    st.text(max_size=5) | st.integers() | st.none(),
    lambda inner: st.dictionaries(words, inner, max_size=4) | st.lists(inner, max_size=4),
    max_leaves=20,
)


def leaves(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, key))]
    if isinstance(tree, list):
        return [leaf for n, value in enumerate(tree) for leaf in leaves(value, (*path, str(n)))]
    return [path]


@given(trees)
def test_D2_every_value_of_any_file_is_found_on_its_line(tree: Any) -> None:
    marked = 0

    def mark(value: Any) -> Any:
        nonlocal marked
        if isinstance(value, dict):
            return {key: mark(one) for key, one in value.items()}
        if isinstance(value, list):
            return [mark(one) for one in value]
        marked += 1
        return f"leaf {marked}"

    text = json.dumps(mark(tree), indent=1)
    for number, path in enumerate(leaves(tree), 1):
        line = text.splitlines()[line_of(text, ".".join(path)) - 1]
        assert f'"leaf {number}"' in line


def changed(folder: Path, file: str, change: Callable[[Any], object]) -> Path:
    shutil.copytree(AREAS / "gaoqiao", folder / "gaoqiao")
    path = folder / "gaoqiao" / file
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    path.write_text(json.dumps(said, indent=1), encoding="utf-8")
    return folder / "gaoqiao"


def everything(folder: Path) -> None:
    """Read what dispatch reads of it."""
    area = load_area(folder)
    load_forces(folder, area.id)
    load_surroundings(folder, area)


@pytest.mark.parametrize(
    ("file", "change", "field", "word"),
    [
        ("handling.json", lambda s: s["small_cases"][1].update(hours=-7531), "small_cases[1].hours: ", "-7531"),
        ("standby.json", lambda s: s["points"][3].update(grid_cell="G99"), "points[3].grid_cell (S04): ", '"G99"'),
        ("units.json", lambda s: s["units"][3].update(home="nowhere-at-all"), "units[3].home (P2): ", "nowhere-at-all"),
        ("kinds.json", lambda s: s["kinds"][1].update(speed_factor=-7531), "kinds[1].speed_factor (patrol): ", "-7531"),
        ("surroundings.json", lambda s: s["cameras"][2].update(at=[7.531, 1.0]), "cameras[2].at (K003): ", "["),
        ("area.json", lambda s: s["shifts"][1].update(to="quarter-to"), "shifts[1].to (night): ", "quarter-to"),
    ],
)
def test_D2_a_mistake_in_a_folder_is_told_with_file_line_and_field(
    tmp_path: Path, file: str, change: Callable[[Any], object], field: str, word: str
) -> None:
    folder = changed(tmp_path, file, change)
    with pytest.raises(InvalidArea) as refused:
        everything(folder)
    line = refused.value.line
    assert line is not None
    assert str(refused.value).startswith(f"{folder / file} line {line}: {field}")
    assert word in (folder / file).read_text(encoding="utf-8").splitlines()[line - 1]
