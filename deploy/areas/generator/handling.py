"""handling.json: results, forms, small cases and the officer in need. Without the file an area has the defaults."""

from __future__ import annotations

from typing import Any, Final

VERSION: Final = "2024-1"

# code | Chinese | English | solves a small case | needs no form
_RESULTS: Final = """
当场调解 | 当场调解 | Settled on the spot       | yes |
治安调解 | 治安调解 | Public-order mediation    | yes |
行政处罚 | 行政处罚 | Administrative penalty    | yes |
刑事立案 | 刑事立案 | Criminal case opened      |     |
受理案件 | 受理案件 | Case accepted             |     |
传唤     | 传唤     | Summoned                  |     |
劝离     | 劝离     | Made to leave             | yes |
已找回   | 已找回   | Found and given back      | yes |
移交     | 移交     | Handed to others          | yes |
到场已散 | 到场已散 | All gone on arrival       |     | yes
未发现   | 未发现   | Nothing found             |     | yes
不予处理 | 不予处理 | Not acted upon            | yes | yes
无需处置 | 无需处置 | Nothing to be done        | yes | yes
"""


def handling_rules() -> dict[str, Any]:
    """All areas', in codes of the default set: a form for theft and fraud, whose losses are counted; lost things are
    small cases."""
    results = []
    for line in _RESULTS.strip().splitlines():
        code, name_zh, name_en, solves, *exempt = (part.strip() for part in line.split("|"))
        results.append(
            {
                "code": code,
                # The table of GA/T 2000.152-2015 was not at hand: the column is there for whoever has it.
                "ga_code": None,
                "name_zh": name_zh,
                "name_en": name_en,
                "solves": solves == "yes",
                "exempt": exempt == ["yes"],
            }
        )
    return {
        "version": VERSION,
        "results": results,
        "forms": [
            {"categories": ["020405"], "due": True, "require": ["losses.lost_yuan", "described"]},
            {
                "categories": ["020407"],
                "due": True,
                "require": ["losses.lost_yuan", "losses.prevented_yuan", "described"],
            },
            {"categories": ["020301"], "due": False, "require": ["counts.injured"]},
        ],
        "small_cases": [{"categories": ["0610"], "hours": 24}, {"categories": ["020405"], "hours": 72}],
        "emergency": {
            "code": "9801",
            "name_zh": "民警遇险求助",
            "name_en": "Officer needs help",
            "kinds": ["post", "patrol", "police_room"],
            "count": 2,
            "notify": ["command_room", "station_duty", "superior"],
        },
        "link_from": 0.9,
    }
