"""What analytics reads of an area's folder: its time zone, its partition, and `targets.json` where there is one.

{"targets": [{"segment": "received_to_on_scene", "seconds": 180, "priorities": [1, 2], "since": "2024-01-01"}]}

`priorities` and `since` may be left out (all; from the beginning); `seconds: null` ends a target. The file takes the
place of the default 1-3-5 as a whole. An observation is held against the target of its day when it is folded, so a
row that has been in force is never changed: add one with a later `since`.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from fengqiao.geo.areas import Area
from fengqiao.geo.json_file import Row, read
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.targets import PRIORITIES, Target, Targets


class _Target(Row):
    segment: Literal[
        "received_to_assigned",
        "assigned_to_acknowledged",
        "acknowledged_to_on_scene",
        "received_to_on_scene",
        "on_scene_to_cleared",
        "received_to_cleared",
    ]
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None
    priorities: Annotated[tuple[Literal[1, 2, 3, 4], ...], Field(min_length=1)] = PRIORITIES
    since: date = date.min


class _Targets(Row):
    targets: tuple[_Target, ...]


def load_rules(folder: Path, areas: Iterable[Area]) -> dict[str, AreaRules]:
    """The rules of each area; `folder` holds the areas' folders. Raises InvalidArea."""
    return {
        area.id: AreaRules(area.id, area.tz, area.partition, load_targets(folder / area.id / "targets.json"))
        for area in areas
    }


def load_targets(file: Path) -> Targets:
    """The targets in `file`, 1-3-5 where it does not exist. Raises InvalidArea."""
    if not file.exists():
        return Targets()
    return Targets(
        [Target(row.segment, row.seconds, row.priorities, row.since) for row in read(_Targets, file).targets]
    )
