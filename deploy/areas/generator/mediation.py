# ruff: noqa: E501  # a table is read by its rows
"""mediation.json, justice.json and calendar.json: who mediates, by which rules, and when people work.

Of each area what its report says: 三所一庭, 法治高桥服务站, 物业议事会 and 石榴籽工作站 (Gaoqiao), 春风联动调解中心, 1333N
and the three tiers (Dongcheng), 价格争议纠纷慈音调解站, 公调对接, its own three tiers and the assessment (Ciyin), village
cadres as police assistants (Shilipu), three colours, 范贤成金牌调解工作室, 平安犍嬢嬢 and the daily calls (Yujin). Who sits
where in person, loads, weights and the times that no report gives are made up.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from deploy.areas.generator.sheet import Sheet

_CIVIL: Final = ("family_dispute", "neighbour_dispute", "daily_life_dispute", "noise", "parking", "pets")
_MONEY: Final = ("commercial_dispute", "debt", "unpaid_goods", "tenancy")
_FIGHTS: Final = ("brawl",)


def mediation_rules(sheet: Sheet) -> dict[str, Any]:
    """mediation.json of an area."""
    own = _OWN[sheet.id]
    cells = [(f"G{number:02d}", ground) for number, ground in enumerate(sheet.grounds, 1)]
    local: list[dict[str, Any]] = []
    for cell, ground in cells:
        local.append(
            _mediator(f"grid-{cell}", f"{ground.stem}网格员", f"{ground.name_en} grid worker", "grid_worker", cell)
        )
        local.append(
            _mediator(
                f"steward-{cell}", f"{ground.stem}警务管家", f"{ground.name_en} police steward", "police_steward", cell
            )
        )
        if sheet.id == "shilipu":
            local.append(_mediator(f"cadre-{cell}", f"{ground.stem}综治干部", f"{ground.name_en} cadre", "cadre", cell))
    venues: list[dict[str, Any]] = [*own["venues"]]
    if sheet.id == "shilipu":
        venues += [
            {
                "id": f"committee-{cell}",
                "name_zh": f"{ground.name_zh}村委会调解室",
                "name_en": f"{ground.name_en} village committee",
                "kind": "village_committee",
                "grid_cells": [cell],
                "tiers": [1, 2],
                "members": [f"cadre-{cell}"],
            }
            for cell, ground in cells
        ]
    rules: dict[str, Any] = {
        "visits": own["visits"],
        "tiers": {"yellow": 1, "orange": 2, "red": 3},
        "reports": own.get("reports", {"yellow": "none", "orange": "same_day", "red": "at_once"}),
        "grading": own.get("grading", {}),
        "escalation": own.get("escalation", {"failed_sessions": 2, "days": {"1": 7, "2": 30, "3": 60}}),
        "law": {
            "sessions": 2,
            "first_days": 3,
            "second_days": 7,
            "months": 1,
            "confirm_days": 30,
            "remind_days": 7,
            "remedies": {
                "labour_dispute": ["arbitration", "litigation"],
                "unpaid_wages": ["arbitration", "litigation"],
                "demolition": ["administrative_ruling", "litigation"],
                "dispute": ["litigation", "arbitration"],
            },
        },
        "teams": own["teams"],
        "venues": venues,
        "mediators": [*own["mediators"], *local],
        "scores": own.get("scores", {}),
        "retention_days": 1095,
    }
    if sheet.id == "yujin":
        rules["check_ins"] = [
            {
                "id": f"contact-{cell}",
                "name_zh": f"{ground.name_zh}联络点",
                "name_en": f"{ground.name_en} contact",
                "grid_cell": cell,
            }
            for cell, ground in cells
        ]
        rules["check_in_by"] = "20:00"
    return rules


def _mediator(id: str, zh: str, en: str, role: str, cell: str | None = None, **more: Any) -> dict[str, Any]:
    here = {} if cell is None else {"grid_cells": [cell], "tiers": [1, 2], "most": 30}
    return {"id": id, "name_zh": zh, "name_en": en, "role": role, **here, **more}


def _venue(id: str, zh: str, en: str, kind: str, takes: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {"id": id, "name_zh": zh, "name_en": en, "kind": kind, **({"takes": list(takes)} if takes else {}), **more}


_THREE_TIERS: Final = {
    "1": ["grid_worker", "police_steward"],
    "2": ["judicial_officer", "police", "lawyer", "gold_mediator"],
    "3": ["department", "judicial_officer", "police", "court"],
}
_1333N: Final = [
    {"visit": "3d", "days": 3},
    {"visit": "30d", "days": 30},
    {"visit": "3m", "months": 3, "departments": ["justice-office", "subdistrict"]},
]

_OWN: Final[dict[str, dict[str, Any]]] = {
    "gaoqiao": {
        "visits": [{"visit": "3d", "days": 3}, {"visit": "30d", "days": 30}, {"visit": "3m", "months": 3}],
        "teams": {
            "1": ["grid_worker", "police_steward"],
            "2": ["judicial_officer", "lawyer"],
            "3": ["judicial_officer", "court", "department"],
        },
        "venues": [
            _venue(
                "rule-of-law-gaoqiao", "法治高桥服务站", "Rule-of-Law Gaoqiao Service Station", "service_station",
                (*_MONEY, "refund", "consumer"), members=["justice-office", "law-firm", "market-office"],
            ),
            _venue(
                "property-council", "物业议事会", "Property Council", "property_council",
                ("noise", "square_dance", "property_management", "parking", "pets", "neighbour_dispute"),
                tiers=[1, 2], members=["property-office"],
            ),
            _venue("pomegranate-seed", "石榴籽工作站", "Pomegranate Seed Studio", "studio", ("family_dispute",), tiers=[1, 2]),
            _venue(
                "three-offices-one-court", "三所一庭调解室", "Three Offices and One Court", "three_offices_one_court",
                members=["justice-office", "law-firm"],
            ),
        ],
        "mediators": [
            _mediator("justice-office", "高桥司法所", "Gaoqiao Justice Office", "judicial_officer", most=60),
            _mediator("law-firm", "律师事务所", "Law firm", "lawyer", most=60),
            _mediator("court-room", "法庭", "Court", "court", tiers=[3], most=60),
            _mediator("market-office", "市场管理方", "Market management", "property_manager", skills=list(_MONEY), most=60),
            _mediator("property-office", "物业公司联络员", "Property firms", "property_manager", skills=list(_CIVIL), most=60),
            _mediator("subdistrict", "街道办事处", "Subdistrict office", "department", tiers=[3], most=60),
            _mediator("mediator-1", "专职调解员", "Full-time mediator", "mediator", skills=list(_FIGHTS)),
        ],
    },
    "dongcheng": {
        "visits": _1333N,
        "teams": _THREE_TIERS,
        "venues": [
            _venue("spring-wind", "春风联动调解中心", "Spring Wind Joint Mediation Centre", "centre", members=["spring-wind-gold"]),
            _venue("heart-pavilion", "警民连心亭", "Heart-to-Heart Pavilion", "police_room", _CIVIL, tiers=[1]),
        ],
        "mediators": [
            _mediator("spring-wind-gold", "春风联动调解中心金牌调解员", "Gold mediator of Spring Wind", "gold_mediator", most=40),
            _mediator("justice-office", "东城司法所", "Dongcheng Justice Office", "judicial_officer", most=60),
            _mediator("police-mediator", "调解民警", "Mediating officer", "police", most=40),
            _mediator("law-firm", "律师", "Lawyer", "lawyer", most=40),
            _mediator("subdistrict", "东城街道办", "Subdistrict office", "department", tiers=[3], most=60),
            _mediator("court-room", "法庭", "Court", "court", tiers=[3], most=60),
        ],
    },
    "ciyin": {
        "visits": [{"visit": "7d", "days": 7}, {"visit": "30d", "days": 30}],
        "teams": {"1": ["grid_worker"], "2": ["police_steward"], "3": ["judicial_officer", "police"]},
        "escalation": {"failed_sessions": 1, "days": {"1": 5, "2": 15, "3": 60}},
        "venues": [
            _venue(
                "price-station", "价格争议纠纷慈音调解站", "Ciyin Price-Dispute Station", "price_station",
                ("price_dispute",), members=["price-appraiser"],
            ),
            _venue("police-people", "公调对接调解室", "Police and People's Mediation Room", "centre", members=["gold-ciyin"]),
        ],
        "mediators": [
            _mediator("price-appraiser", "市物品价格认证中心", "Price Certification Centre", "appraiser", skills=["price_dispute"]),
            _mediator("gold-ciyin", "慈音金牌调解员", "Gold mediator of Ciyin", "gold_mediator", most=40),
            _mediator("justice-office", "慈音司法所", "Ciyin Justice Office", "judicial_officer", most=60),
            _mediator("police-mediator", "调解民警", "Mediating officer", "police", most=40),
        ],
        # The report: 基础数据采集数、风险隐患上报数、矛盾纠纷化解数.
        "scores": {
            "worker": {"reports": 1, "hazards": 3, "resolved": 5},
            "mediator": {"handled": 1, "settled": 5, "first_session": 3, "performed": 2, "satisfied": 2},
            "gold_places": 3,
            "gold_settled": 10,
            "gold_rate": 0.95,
        },
    },
    "shilipu": {
        "visits": [{"visit": "7d", "days": 7}, {"visit": "30d", "days": 30}],
        "teams": {
            "1": ["cadre", "police_steward"],
            "2": ["judicial_officer", "police"],
            "3": ["department", "judicial_officer", "court"],
        },
        "venues": [_venue("fusion-team", "社区警务融合专班", "Community Policing Team", "centre", tiers=[2, 3])],
        "mediators": [
            _mediator("justice-office", "十里铺司法所", "Shilipu Justice Office", "judicial_officer", most=60),
            _mediator("police-mediator", "调解民警", "Mediating officer", "police", most=40),
            _mediator("subdistrict", "街道办事处", "Subdistrict office", "department", tiers=[3], most=60),
            _mediator("court-room", "法庭", "Court", "court", tiers=[3], most=60),
        ],
    },
    "yujin": {
        "visits": [{"visit": "3d", "days": 3}, {"visit": "30d", "days": 30}],
        "teams": {
            "1": ["grid_worker", "police_steward"],
            "2": ["gold_mediator", "police", "judicial_officer"],
            "3": ["department", "gold_mediator", "police", "court"],
        },
        "grading": {"repeat_days": 730},
        "venues": [
            _venue(
                "fan-studio", "范贤成金牌调解工作室", "Fan Xiancheng Gold Mediation Studio", "studio",
                ("family_dispute", "neighbour_dispute", "brawl", "daily_life_dispute", "dispute"),
                members=["studio-gold"],
            ),
            _venue("aunties", "平安犍嬢嬢调解队", "Peace Aunties", "studio", ("family_dispute",), tiers=[1]),
            _venue("chamber", "行业商会调解室", "Chamber of Trade", "centre", (*_MONEY, "refund", "consumer")),
            _venue("duty-room", "值班室调解室", "Duty room", "police_room"),
        ],
        "mediators": [
            _mediator("studio-gold", "范贤成调解工作室", "Fan Xiancheng Studio", "gold_mediator", most=60),
            _mediator("police-mediator", "调解能手", "Mediating officers", "police", most=80),
            _mediator("justice-office", "玉津司法所", "Yujin Justice Office", "judicial_officer", most=60),
            _mediator("town-office", "玉津镇政府", "Town government", "department", tiers=[3], most=60),
            _mediator("court-room", "法庭", "Court", "court", tiers=[3], most=60),
        ],
    },
}  # fmt: skip


def justice_classes() -> dict[str, Any]:
    """justice.json: the justice bureau's classes, and which of them a kind of the police may be, the likeliest first.

    Cities number them in their own way; 损害赔偿, 合同, 旅游 and 电商 have no kind of the police's own, and noise,
    education and debt no class of the bureau's, so they go where a bureau would count them.
    """
    names = (
        ("0", "婚姻家庭", "Marriage and family"), ("1", "邻里", "Neighbours"), ("2", "房屋宅基地", "Houses and homesteads"),
        ("3", "合同", "Contracts"), ("4", "生产经营", "Production and trade"), ("5", "损害赔偿", "Damages"),
        ("6", "山林土地", "Woods and land"), ("7", "征地拆迁", "Expropriation and demolition"),
        ("8", "环境污染", "Pollution"), ("9", "劳动", "Labour"), ("10", "医疗", "Medical"),
        ("11", "道路交通", "Road traffic"), ("12", "物业", "Property management"), ("13", "消费", "Consumers"),
        ("14", "欠薪", "Unpaid wages"), ("15", "旅游", "Travel"), ("16", "电商", "Electronic commerce"), ("99", "其他", "Other"),
    )  # fmt: skip
    pairs = (
        ("dispute", "99"), ("family_dispute", "0"), ("neighbour_dispute", "1"), ("daily_life_dispute", "1 99"),
        ("property_management", "12"), ("pets", "1 5"), ("parking", "1 12"), ("noise", "1 8 99"),
        ("commercial_dispute", "3 4"), ("debt", "3 99"), ("tenancy", "2 3"), ("unpaid_goods", "3 4"),
        ("refund", "13 16"), ("price_dispute", "5 13"), ("labour_dispute", "9"), ("unpaid_wages", "14 9"),
        ("medical_dispute", "10"), ("education_dispute", "99"), ("real_estate", "2 3"), ("demolition", "7"),
        ("ownership", "2 6"), ("traffic_dispute", "11 5"), ("work_dispute", "9 99"), ("other_dispute", "99"),
        ("brawl", "5"),
    )  # fmt: skip
    return {
        "version": "2024-1",
        "classes": [{"code": code, "name_zh": zh, "name_en": en} for code, zh, en in names],
        "pairs": [{"kind": kind, "classes": classes.split()} for kind, classes in pairs],
    }


def working_calendar() -> dict[str, Any]:
    """calendar.json: holidays and the weekend days worked for them, as the State Council's office announced them for
    each year, checked against the notices' text as newspapers printed it (People's Daily 26 October 2023, Xinhua
    12 November 2024 and 4 November 2025). A year that is not here has weekends only, and the service says so: add it when
    it is announced. 2027 was not to be found when this was written."""
    days = (
        (2024, "2023-10-25", "01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-08..06-10 09-15..09-17 10-01..10-07",
         "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"),
        (2025, "2024-11-12", "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
         "01-26 02-08 04-27 09-28 10-11"),
        (2026, "2025-11-04", "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
         "01-04 02-14 02-28 05-09 09-20 10-10"),
    )  # fmt: skip
    return {
        "years": [
            {
                "year": year,
                "source": f"国务院办公厅关于{year}年部分节假日安排的通知（{announced}）",
                "holidays": _days(year, holidays),
                "workdays": _days(year, workdays),
            }
            for year, announced, holidays, workdays in days
        ]
    }


def _days(year: int, text: str) -> list[str]:
    found = []
    for part in text.split():
        first, _, last = part.partition("..")
        day = date.fromisoformat(f"{year}-{first}")
        end = date.fromisoformat(f"{year}-{last}") if last else day
        while day <= end:
            found.append(day.isoformat())
            day += timedelta(days=1)
    return found
