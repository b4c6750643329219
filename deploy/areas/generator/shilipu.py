"""What is known of Shilipu 十里铺 (Xi'an), and what was made up to stand on it.

From the report on the station: the counts in FACTS, five village committees whose cadres are police assistants
警务助理, 十里铺村, a clothes shop, auxiliaries in the villages with security assistants 治安协理员, plain-clothes
teams, the small-case desk 小案快办. The other villages' names, the posts, the streets and every coordinate are
invented. It has the second category set, so that both are in use.
"""

from __future__ import annotations

from typing import Final

from deploy.areas.generator.duties import city_targets, day_and_night
from deploy.areas.generator.kinds import Post, Squad, grid_workers, patrols, police_rooms
from deploy.areas.generator.plans import village_disputes
from deploy.areas.generator.sheet import STREETS, Ground, Landmark, Sheet, Site, ZoneSheet, roads

FACTS: Final = {
    "village_committees": 5,
    "police_assistants": 5,
    "shilipu_village_households": 525,
    "shilipu_village_residents": 2_500,
    "shilipu_village_tenants": 20_000,
    "charging_points_in_households": 525,
    "share_of_calls_that_are_disputes": 0.20,
    "change_criminal_cases": -0.54,
    "change_public_order_cases": -0.038,
    "change_fraud_incidents": -0.21,
}

SHEET: Final = Sheet(
    id="shilipu",
    name_zh="十里铺",
    name_en="Shilipu",
    seed=20240602,
    partition=3,
    centre=(109.03, 34.272),
    columns=33,
    rows=25,
    facts=FACTS,
    stations=(Site("shilipu-station", "十里铺派出所", "Shilipu Police Station"),),
    zones=(ZoneSheet("shilipu", "十里铺防区", "Shilipu zone", "shilipu-station"),),
    grounds=(
        Ground("guanting", "官厅村", "Guanting", 0, 0, 10, 12, "shilipu"),
        Ground("shilipu", "十里铺村", "Shilipu", 10, 0, 22, 12, "shilipu"),
        Ground("gaolou", "高楼村", "Gaolou", 22, 0, 32, 12, "shilipu"),
        Ground("changlepo", "长乐坡村", "Changlepo", 0, 12, 16, 24, "shilipu"),
        Ground("mujiang", "穆将王村", "Mujiangwang", 16, 12, 32, 24, "shilipu"),
    ),
    column_roads=roads(
        32,
        (("浐河西路", "Chanhe West Road"), ("官厅路", "Guanting Road"), ("十里铺路", "Shilipu Road"),
         ("高楼路", "Gaolou Road"), ("浐河东路", "Chanhe East Road")),
        STREETS[:12],
    ),
    row_roads=roads(
        24,
        (("咸宁路", "Xianning Road"), ("长乐路", "Changle Road"), ("华清路", "Huaqing Road"),
         ("北三环", "North Third Ring")),
        STREETS[12:],
    ),
    lanes={"shilipu": ("服装", "Clothes Street")},
    landmarks=(
        Landmark("十里铺派出所", "Shilipu Police Station", "police_station", (17, 11), "派出所;十里铺所"),
        Landmark("十里铺村警务站", "Shilipu Village Post", "police_post", (14, 6)),
        Landmark("长乐坡警务站", "Changlepo Post", "police_post", (8, 18)),
        Landmark("服装商业街", "Clothes Shopping Street", "shop", (18, 5), "服装店;服装街"),
        Landmark("十里铺夜市", "Shilipu Night Market", "market", (12, 4), "夜市"),
        Landmark("警村共治工作站", "Police and Village Station", "mediation", (14, 7), "共治工作站"),
        Landmark("小案快办中心", "Small-Case Centre", "government", (17, 11), "小案快办"),
        Landmark("十里铺街道办事处", "Shilipu Subdistrict Office", "government", (18, 14), "街道办"),
        Landmark("十里铺司法所", "Shilipu Justice Office", "government", (19, 14), "司法所"),
        Landmark("电动车充电站", "E-bike Charging Station", "facility", (16, 4), "充电桩"),
        Landmark("浐灞人民医院", "Chanba People's Hospital", "hospital", (26, 16), "人民医院"),
        Landmark("十里铺地铁站", "Shilipu Metro Station", "station", (16, 10), "十里铺站"),
        Landmark("长乐商场", "Changle Mall", "mall", (8, 20)),
        Landmark("浐河公园", "Chanhe Park", "park", (2, 8)),
    ),
    compounds_per_ground=10,
    category_set="second",
    own_plans=(village_disputes(),),
    squads=(
        Squad(
            "post",
            (
                Post("SLP", "十里铺村警务站", "Shilipu Village Post", (14, 6)),
                Post("CLP", "长乐坡警务站", "Changlepo Post", (8, 18)),
            ),
        ),
        patrols((4, 6), (18, 8), (26, 6), (10, 16), (24, 18)),
        police_rooms(),
        Squad(
            "plain_clothes",
            (
                Post("C1", "便衣1队", "Plain Clothes 1", (12, 4)),
                Post("C2", "便衣2队", "Plain Clothes 2", (20, 16)),
            ),
        ),
        Squad("case_desk", (Post("XA", "小案快办专班", "Small-Case Desk", (17, 11)),)),
        Squad(
            "auxiliary", per_ground=2, sign="A", name_zh="{name}驻村辅警{n}组", name_en="{en} Village Auxiliaries {n}"
        ),
        Squad(
            "police_assistant",
            per_ground=1,
            sign="Z",
            name_zh="{name}警务助理",
            name_en="{en} Police Assistant",
            centre=True,
        ),
        Squad(
            "volunteer",
            per_ground=2,
            sign="V",
            name_zh="{stem}治安协理员{n}组",
            name_en="{en} Security Assistants {n}",
            # Those of Shilipu village stand where its shops are.
            instead={
                "shilipu": (
                    ("十里铺治安协理员1组", "Shilipu Security Assistants 1", (17, 6)),
                    ("十里铺治安协理员2组", "Shilipu Security Assistants 2", (13, 4)),
                )
            },
        ),
        grid_workers(2),
    ),
    extras={
        "shifts": day_and_night(
            {"post": 2, "patrol": 4, "police_room": 5, "plain_clothes": 1, "case_desk": 1, "auxiliary": 8,
             "police_assistant": 5, "volunteer": 5, "grid_worker": 10},
            {"post": 2, "patrol": 5, "police_room": 2, "plain_clothes": 2, "case_desk": 1, "auxiliary": 5,
             "police_assistant": 5, "volunteer": 10, "grid_worker": 2},
        ),
        "targets": city_targets(),
    },
)  # fmt: skip
