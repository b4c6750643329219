"""What is known of Yujin 玉津 (Qianwei), and what was made up to stand on it.

From the report on the station: the counts in FACTS, 14 communities and 4 villages, the new and the old station site
(新所全面警务, 老所前哨警务) whose districts north and south back each other, 西街社区, 百草苑小区, 江湾壹号小区
with the anti-fraud square, 城市之眼, 犍为长城, 范贤成金牌调解工作室, 平安犍嬢嬢, vehicle trackers 行车卫士. Which site
lies north, the other names and every coordinate are invented. The neighbours are a demonstration: both are hundreds
of km away.
"""

from __future__ import annotations

from typing import Final

from deploy.areas.generator import counting
from deploy.areas.generator.duties import city_targets, day_and_night, neighbour
from deploy.areas.generator.kinds import Post, Squad, grid_workers, guards, patrols, police_rooms
from deploy.areas.generator.sheet import STREETS, Ground, Landmark, Sheet, Site, ZoneSheet, roads

FACTS: Final = {
    "square_kilometres": 69.8,
    "people": 153_028,
    "communities": 14,
    "villages": 4,
    "officers": 31,
    "auxiliaries": 41,
    "station_sites": 2,
    "smart_compounds": 47,
    "motorcycles_with_trackers": 31_358,
    "e_bikes_with_trackers": 25_193,
    "motorcycles_recovered_2023": 26,
    "e_bikes_recovered_2023": 31,
    "insurance_paid_yuan_2023": 90_500,
    "disputes_settled_in_16_years": 3_267,
    "share_disputes_settled": 0.99,
    "share_agreements_performed": 1.0,
    "small_disputes_settled_in_communities_since_2023": 83,
    "disputes_settled_at_the_desk_since_2023": 52,
    "share_satisfied_on_revisit": 0.96,
    "change_fraud_cases": -0.413,
    "change_fraud_losses": -0.572,
}

_OLD, _NEW = "south", "north"

SHEET: Final = Sheet(
    id="yujin",
    name_zh="玉津",
    name_en="Yujin",
    seed=20240420,
    partition=4,
    centre=(103.95, 29.21),
    columns=37,
    rows=37,
    step=225,
    facts=FACTS,
    stations=(
        Site("yujin-new", "玉津派出所新所", "Yujin Police Station, New Site"),
        Site("yujin-old", "玉津派出所老所", "Yujin Police Station, Old Site"),
    ),
    zones=(
        ZoneSheet(_NEW, "北片区", "Northern district", "yujin-new", backs=(_OLD,)),
        ZoneSheet(_OLD, "南片区", "Southern district", "yujin-old", backs=(_NEW,)),
    ),
    grounds=(
        Ground("xijie", "西街社区", "Xijie", 8, 0, 14, 10, _OLD),
        Ground("dongjie", "东街社区", "Dongjie", 14, 0, 22, 10, _OLD),
        Ground("nanjie", "南街社区", "Nanjie", 22, 0, 28, 10, _OLD),
        Ground("baicao", "百草社区", "Baicao", 8, 10, 12, 18, _OLD),
        Ground("wenmiao", "文庙社区", "Wenmiao", 12, 10, 18, 18, _OLD),
        Ground("minjiang", "岷江社区", "Minjiang", 18, 10, 24, 18, _OLD),
        Ground("jiangwan", "江湾社区", "Jiangwan", 24, 10, 28, 18, _OLD),
        Ground("fenghuang", "凤凰社区", "Fenghuang", 8, 18, 12, 26, _NEW),
        Ground("xincheng", "新城社区", "Xincheng", 12, 18, 18, 26, _NEW),
        Ground("shizhiyan", "城市之眼社区", "Chengshizhiyan", 18, 18, 24, 26, _NEW),
        Ground("binhe", "滨河社区", "Binhe", 24, 18, 28, 26, _NEW),
        Ground("beijie", "北街社区", "Beijie", 8, 26, 14, 36, _NEW),
        Ground("qianwei", "犍为社区", "Qianwei", 14, 26, 22, 36, _NEW),
        Ground("taiping", "太平社区", "Taiping", 22, 26, 28, 36, _NEW),
        Ground("lianhe", "联合村", "Lianhe", 0, 0, 8, 18, _OLD),
        Ground("shima", "石马村", "Shima", 28, 0, 36, 18, _OLD),
        Ground("jinhua", "金华村", "Jinhua", 0, 18, 8, 36, _NEW),
        Ground("minzhu", "民主村", "Minzhu", 28, 18, 36, 36, _NEW),
    ),
    column_roads=roads(
        36,
        (("西环路", "West Ring Road"), ("凤凰路", "Fenghuang Road"), ("玉津大道", "Yujin Avenue"),
         ("滨江路", "Binjiang Road"), ("东环路", "East Ring Road")),
        STREETS[:14],
    ),
    row_roads=roads(
        36,
        (("南环路", "South Ring Road"), ("文庙路", "Wenmiao Road"), ("犍为大道", "Qianwei Avenue"),
         ("新城路", "Xincheng Road"), ("北环路", "North Ring Road")),
        STREETS[14:],
    ),
    landmarks=(
        Landmark("玉津派出所新所", "Yujin Police Station, New Site", "police_station", (16, 24), "派出所;玉津所;新所"),
        Landmark("玉津派出所老所", "Yujin Police Station, Old Site", "police_station", (16, 8), "老所"),
        Landmark("城市之眼", "Eye of the City", "mall", (20, 22), "城市之眼商业综合体"),
        Landmark("城市之眼警务站", "Eye of the City Post", "police_post", (20, 22)),
        Landmark("犍为长城", "Great Wall of Qianwei", "park", (10, 32), "长城"),
        Landmark("犍为长城警务站", "Great Wall Post", "police_post", (10, 31)),
        Landmark("范贤成金牌调解工作室", "Fan Xiancheng Mediation Studio", "mediation", (17, 8),
                 "范贤成调解工作室;老范工作室;金牌调解工作室"),
        Landmark("百草苑小区", "Baicaoyuan Compound", "compound", (10, 14), "百草苑"),
        Landmark("江湾壹号小区", "Jiangwan No. 1 Compound", "compound", (26, 14), "江湾壹号;江湾一号"),
        Landmark("警民反诈主题广场", "Anti-Fraud Square", "park", (26, 13), "反诈广场;反诈主题广场"),
        Landmark("玉津镇政府", "Yujin Town Government", "government", (18, 20), "镇政府"),
        Landmark("玉津司法所", "Yujin Justice Office", "government", (18, 8), "司法所"),
        Landmark("犍为县人民医院", "Qianwei County Hospital", "hospital", (14, 16), "人民医院;县医院"),
        Landmark("犍为汽车站", "Qianwei Coach Station", "station", (24, 24), "汽车站"),
        Landmark("岷江大桥", "Minjiang Bridge", "facility", (24, 8)),
        Landmark("西街菜市场", "Xijie Market", "market", (12, 4), "西街市场"),
    ),
    compounds_per_ground=4,
    squads=(
        Squad(
            "post",
            (
                Post("CSZY", "城市之眼警务站", "Eye of the City Post", (20, 22)),
                Post("CC", "犍为长城警务站", "Great Wall Post", (10, 31)),
            ),
        ),
        patrols((4, 8), (12, 8), (20, 6), (32, 8), (4, 26), (12, 28), (20, 28), (32, 26)),
        police_rooms(),
        Squad(
            "plain_clothes",
            (
                Post("C1", "便衣1组", "Plain Clothes 1", (16, 8)),
                Post("C2", "便衣2组", "Plain Clothes 2", (20, 24)),
            ),
        ),
        Squad(
            "volunteer", per_ground=1, sign="V", name_zh="{stem}平安犍嬢嬢{n}队", name_en="{en} Volunteer Aunties {n}"
        ),
        grid_workers(1),
        guards(1),
        Squad(
            "partner",
            (
                Post("H1", "县医院热线", "County Hospital Hotline", (14, 16)),
                Post("H2", "行车卫士平台", "Vehicle Tracker Platform", (16, 24)),
            ),
        ),
    ),
    extras={
        "neighbours": [neighbour("ciyin", 15, ["patrol"]), neighbour("dongcheng", 20, ["patrol"])],
        "shifts": day_and_night(
            {"post": 2, "patrol": 8, "police_room": 18, "plain_clothes": 1, "volunteer": 9, "grid_worker": 18,
             "property_guard": 18},
            {"post": 2, "patrol": 6, "police_room": 6, "plain_clothes": 2, "volunteer": 9, "grid_worker": 4,
             "property_guard": 18},
        ),
        "targets": city_targets(outskirts=["G15", "G16", "G17", "G18"]),
    },
    counting=counting.YUJIN,
)  # fmt: skip
