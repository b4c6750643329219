"""What is known of Ciyin 慈音 (Suining), and what was made up to stand on it.

From the report on the station: the counts in FACTS, two subdistrict offices, nine communities that are nine grid cells
with a police room each (1 officer, 2 auxiliaries, grid workers), 环岛商务中心屯警点, 鼎盛国际, 川师大警务驿站, the
price-dispute station, 慈音义警, two malls, three universities. The communities' names, the other places and every
coordinate are invented. The neighbour is a demonstration: 犍为 is 200 km away.
"""

from __future__ import annotations

from typing import Final

from deploy.areas.generator.duties import city_targets, day_and_night, neighbour
from deploy.areas.generator.kinds import Post, Squad, grid_workers, guards, patrols, police_rooms
from deploy.areas.generator.sheet import STREETS, Ground, Landmark, Sheet, Site, ZoneSheet, roads

FACTS: Final = {
    "square_kilometres": 16,
    "people": 130_000,
    "subdistrict_offices": 2,
    "communities": 9,
    "grid_cells": 9,
    "officers": 20,
    "auxiliaries": 23,
    "city_patrol": 23,
    "volunteers": 50,
    "informants": 400,
    "malls": 2,
    "universities": 3,
    "schools": 25,
    "disputes_settled_since_2023": 1_800,
    "share_disputes_settled": 0.95,
    "share_satisfied": 0.95,
    "disputes_found_early_this_year": 200,
    "share_of_time_in_the_community": 0.80,
    "change_incidents_in_compounds": -0.23,
    "change_burglaries": -0.42,
    "change_fraud_against_students": -0.50,
}

SHEET: Final = Sheet(
    id="ciyin",
    name_zh="慈音",
    name_en="Ciyin",
    seed=20140623,
    partition=2,
    centre=(105.585, 30.525),
    columns=33,
    rows=29,
    facts=FACTS,
    stations=(Site("ciyin-station", "慈音派出所", "Ciyin Police Station"),),
    zones=(
        ZoneSheet("ciyin", "慈音办事处防区", "Ciyin Subdistrict zone", "ciyin-station", backs=("lingquan",)),
        ZoneSheet("lingquan", "灵泉办事处防区", "Lingquan Subdistrict zone", "ciyin-station", backs=("ciyin",)),
    ),
    grounds=(
        Ground("huandao", "环岛社区", "Huandao", 0, 0, 10, 10, "ciyin"),
        Ground("dingsheng", "鼎盛社区", "Dingsheng", 10, 0, 22, 10, "ciyin"),
        Ground("shida", "师大社区", "Shida", 22, 0, 32, 10, "lingquan"),
        Ground("lianli", "莲里社区", "Lianli", 0, 10, 10, 18, "ciyin"),
        Ground("shimin", "市民社区", "Shimin", 10, 10, 22, 18, "ciyin"),
        Ground("lingquan", "灵泉社区", "Lingquan", 22, 10, 32, 18, "lingquan"),
        Ground("dongping", "东平社区", "Dongping", 0, 18, 10, 28, "ciyin"),
        Ground("yongxing", "永兴社区", "Yongxing", 10, 18, 22, 28, "lingquan"),
        Ground("fangzhou", "芳洲社区", "Fangzhou", 22, 18, 32, 28, "lingquan"),
    ),
    column_roads=roads(
        32,
        (("滨江路", "Binjiang Road"), ("环岛路", "Huandao Road"), ("慈音大道", "Ciyin Avenue"),
         ("灵泉路", "Lingquan Road"), ("师大路", "Shida Road")),
        STREETS[:12],
    ),
    row_roads=roads(
        28,
        (("东平南路", "Dongping South Road"), ("五彩路", "Wucai Road"), ("市民大道", "Shimin Avenue"),
         ("永兴路", "Yongxing Road")),
        STREETS[12:],
    ),
    landmarks=(
        Landmark("慈音派出所", "Ciyin Police Station", "police_station", (14, 14), "派出所;慈音所"),
        Landmark("环岛商务中心", "Huandao Business Centre", "office", (6, 6), "环岛中心"),
        Landmark("环岛商务中心屯警点", "Huandao Business Centre Post", "police_post", (6, 6), "环岛屯警点;屯警点"),
        Landmark("鼎盛国际", "Dingsheng International", "mall", (16, 6), "鼎盛国际商场"),
        Landmark("鼎盛国际警务驿站", "Dingsheng International Post", "police_post", (16, 6), "鼎盛驿站"),
        Landmark("川师大", "Sichuan Normal University", "university", (28, 4), "四川师范大学;师大;川师大遂宁校区"),
        Landmark("川师大警务驿站", "Sichuan Normal University Post", "police_post", (27, 4), "师大驿站"),
        Landmark("遂宁职业学院", "Suining Vocational College", "university", (28, 14), "职业学院;职院"),
        Landmark("遂宁工程学院", "Suining College of Engineering", "university", (28, 24), "工程学院"),
        Landmark("东平商业广场", "Dongping Shopping Plaza", "mall", (6, 22), "东平广场"),
        Landmark("价格争议纠纷慈音调解站", "Ciyin Price-Dispute Station", "mediation", (15, 15),
                 "价格争议调解站;慈音调解站"),
        Landmark("市物品价格认证中心", "City Price Certification Centre", "government", (18, 12), "价格认证中心"),
        Landmark("市民中心", "Citizens' Centre", "government", (16, 14)),
        Landmark("慈音街道综治中心", "Ciyin Governance Centre", "government", (13, 15), "综治中心"),
        Landmark("慈音街道办事处", "Ciyin Subdistrict Office", "government", (12, 12), "街道办"),
        Landmark("灵泉街道办事处", "Lingquan Subdistrict Office", "government", (26, 12)),
        Landmark("河东人民医院", "Hedong People's Hospital", "hospital", (20, 20), "人民医院"),
        Landmark("慈音湿地公园", "Ciyin Wetland Park", "park", (2, 14), "湿地公园"),
        *(
            Landmark(f"河东第{n}中学", f"Hedong No. {number} Middle School", "school", crossing)
            for number, (n, crossing) in enumerate(
                (("一", (4, 4)), ("二", (12, 4)), ("三", (24, 8)), ("四", (4, 16)), ("五", (18, 16)), ("六", (12, 24)),
                 ("七", (26, 22))), 1
            )
        ),
    ),
    compounds_per_ground=10,
    squads=(
        Squad(
            "post",
            (
                Post("HD", "环岛商务中心屯警点", "Huandao Business Centre Post", (6, 6)),
                Post("DS", "鼎盛国际警务驿站", "Dingsheng International Post", (16, 6)),
                Post("SD", "川师大警务驿站", "Sichuan Normal University Post", (27, 4)),
            ),
        ),
        patrols((8, 8), (24, 8), (8, 20), (24, 20)),
        police_rooms(),
        Squad(
            "city_patrol",
            tuple(
                Post(f"X{n}", f"城市巡逻{n}队", f"City Patrol {n}", crossing)
                for n, crossing in enumerate(((4, 9), (16, 9), (28, 9), (16, 22)), 1)
            ),
        ),
        Squad(
            "volunteer", per_ground=2, sign="V", name_zh="{stem}慈音义警{n}队", name_en="{en} Ciyin Volunteers {n}"
        ),
        grid_workers(2),
        guards(1),
        Squad(
            "partner",
            (
                Post("H1", "警医联动热线", "Hospital Hotline", (20, 20)),
                Post("H2", "川师大警务服务中心", "University Police Service Centre", (28, 4)),
                Post("H3", "商圈联盟热线", "Shopping District Hotline", (16, 6)),
            ),
        ),
    ),
    extras={
        "neighbours": [neighbour("yujin", 15, ["patrol", "city_patrol"])],
        "shifts": day_and_night(
            {"post": 3, "patrol": 4, "police_room": 9, "city_patrol": 4, "volunteer": 9, "grid_worker": 18,
             "property_guard": 9},
            {"post": 3, "patrol": 4, "police_room": 3, "city_patrol": 2, "volunteer": 9, "grid_worker": 3,
             "property_guard": 9},
        ),
        "targets": city_targets(),
    },
)  # fmt: skip
