"""What is known of Dongcheng 东城 (Xichang), and what was made up to stand on it.

From the report on the station: the counts in FACTS, six communities, the night market with barbecue stalls and a bar
street, 警民连心亭, 春风联动调解中心, 徐记烧烤店, 小海宇民宿, drones, 21:00–06:00 on wheels and on foot, in uniform
and in plain clothes, 532, 1-3-5. The communities' names, which kinds make up which of the three teams, and every
coordinate are invented. The neighbour is a demonstration: 犍为 is 300 km away.
"""

from __future__ import annotations

from typing import Final

from deploy.areas.generator import counting
from deploy.areas.generator.duties import allocation_532, city_targets, day_and_night, neighbour, one_three_five
from deploy.areas.generator.kinds import Post, Squad, grid_workers, guards, patrols, police_rooms
from deploy.areas.generator.sheet import STREETS, Ground, Landmark, Sheet, Site, ZoneSheet, roads

FACTS: Final = {
    "square_kilometres": 23.05,
    "people": 153_600,
    "share_of_the_citys_people": 0.1565,
    "calls_a_year_over": 20_000,
    "share_of_the_citys_calls": 0.2,
    "communities": 6,
    "compounds": 273,
    "offices": 78,
    "schools": 26,
    "community_officers_and_auxiliaries": 51,
    "grid_workers": 115,
    "volunteers": 130,
    "drone_hours_this_year": 500,
    "drone_hazards": 34,
    "night_economy_disputes_prevented": 436,
    "disputes_settled": 3_896,
    "share_first_mediation_success": 0.99,
    "share_agreements_performed": 1.0,
    "change_response_speed": 0.40,
    "change_property_incidents": -0.23,
    "change_public_order_incidents": -0.19,
    "change_dispute_incidents": -0.17,
}

SHEET: Final = Sheet(
    id="dongcheng",
    name_zh="东城",
    name_en="Dongcheng",
    seed=20250403,
    partition=1,
    centre=(102.265, 27.895),
    columns=41,
    rows=35,
    facts=FACTS,
    stations=(Site("dongcheng-station", "东城派出所", "Dongcheng Police Station"),),
    zones=(ZoneSheet("dongcheng", "东城防区", "Dongcheng zone", "dongcheng-station"),),
    grounds=(
        Ground("shita", "石塔社区", "Shita", 0, 0, 14, 16, "dongcheng"),
        Ground("chuncheng", "春城社区", "Chuncheng", 14, 0, 26, 18, "dongcheng"),
        Ground("haihe", "海河社区", "Haihe", 26, 0, 40, 16, "dongcheng"),
        Ground("changan", "长安社区", "Chang'an", 0, 16, 14, 34, "dongcheng"),
        Ground("yuecheng", "月城社区", "Yuecheng", 14, 18, 26, 34, "dongcheng"),
        Ground("hangtian", "航天社区", "Hangtian", 26, 16, 40, 34, "dongcheng"),
    ),
    column_roads=roads(
        40,
        (("三岔口路", "Sanchakou Road"), ("长安路", "Chang'an Road"), ("月城大道", "Yuecheng Avenue"),
         ("航天大道", "Hangtian Avenue"), ("海河路", "Haihe Road"), ("东环路", "East Ring Road")),
        STREETS[:15],
    ),
    row_roads=roads(
        34,
        (("南环路", "South Ring Road"), ("春城路", "Chuncheng Road"), ("胜利路", "Shengli Road"),
         ("名店路", "Mingdian Road"), ("北环路", "North Ring Road")),
        STREETS[15:],
    ),
    lanes={"yuecheng": ("烧烤", "Barbecue Street")},
    landmarks=(
        Landmark("东城派出所", "Dongcheng Police Station", "police_station", (20, 19), "派出所;东城所"),
        Landmark("东城夜市", "Dongcheng Night Market", "market", (20, 26), "夜市;市集;文创市集"),
        Landmark("夜市警民连心亭", "Night Market Police Kiosk", "police_post", (20, 24), "警民连心亭;连心亭"),
        Landmark("酒吧街", "Bar Street", "restaurant", (18, 10), "月城酒吧街"),
        Landmark("酒吧街警民连心亭", "Bar Street Police Kiosk", "police_post", (18, 8)),
        Landmark("商圈警民连心亭", "Shopping District Police Kiosk", "police_post", (32, 24)),
        Landmark("徐记烧烤店", "Xu's Barbecue", "restaurant", (18, 26), "徐记烧烤"),
        Landmark("小海宇民宿", "Xiaohaiyu Guesthouse", "hotel", (30, 6), "小海宇"),
        Landmark("春风联动调解中心", "Spring Breeze Mediation Centre", "mediation", (22, 16), "春风调解中心"),
        Landmark("东城街道办事处", "Dongcheng Subdistrict Office", "government", (21, 20), "街道办"),
        Landmark("东城司法所", "Dongcheng Justice Office", "government", (23, 18), "司法所"),
        Landmark("东城中心商场", "Dongcheng Central Mall", "mall", (32, 26), "中心商场"),
        Landmark("西昌第一人民医院", "Xichang First People's Hospital", "hospital", (8, 24), "人民医院;第一医院"),
        Landmark("长途汽车站", "Coach Station", "station", (34, 8), "汽车站"),
        Landmark("月城广场", "Yuecheng Square", "park", (20, 30)),
        Landmark("东城实验学校", "Dongcheng Experimental School", "school", (10, 10)),
        Landmark("东城职业中学", "Dongcheng Vocational School", "school", (36, 28)),
    ),
    schools=(
        ("小学", "Primary School"), ("中学", "Middle School"), ("第一幼儿园", "First Kindergarten"),
        ("第二幼儿园", "Second Kindergarten"),
    ),
    compounds_per_ground=45,
    squads=(
        Squad(
            "post",
            (
                Post("LX1", "夜市警民连心亭", "Night Market Police Kiosk", (20, 24)),
                Post("LX2", "酒吧街警民连心亭", "Bar Street Police Kiosk", (18, 8)),
                Post("LX3", "商圈警民连心亭", "Shopping District Police Kiosk", (32, 24)),
            ),
        ),
        patrols((8, 8), (20, 10), (32, 8), (8, 26), (20, 28), (32, 28)),
        police_rooms(),
        Squad(
            "foot_patrol",
            tuple(
                Post(f"F{n}", f"步巡{n}组", f"Foot Patrol {n}", crossing)
                for n, crossing in enumerate(((18, 26), (22, 26), (18, 22), (18, 12), (30, 26), (34, 22)), 1)
            ),
        ),
        Squad(
            "plain_clothes",
            tuple(
                Post(f"C{n}", f"便衣{n}组", f"Plain Clothes {n}", crossing)
                for n, crossing in enumerate(((20, 26), (16, 24), (20, 8), (32, 22), (8, 20), (34, 10)), 1)
            ),
        ),
        Squad(
            "case_desk",
            tuple(Post(f"A{n}", f"办案{n}组", f"Case Desk {n}", (20, 19)) for n in (1, 2, 3)),
        ),
        Squad(
            "volunteer",
            per_ground=5,
            sign="V",
            name_zh="{stem}东城义警{n}队",
            name_en="{en} Dongcheng Volunteers {n}",
            instead={
                "yuecheng": (
                    ("夜市义警1队", "Night Market Volunteers 1", (20, 26)),
                    ("夜市义警2队", "Night Market Volunteers 2", (18, 28)),
                    ("夜市义警3队", "Night Market Volunteers 3", (22, 24)),
                )
            },
        ),
        grid_workers(4),
        guards(1),
        Squad(
            "partner",
            (
                Post("H1", "第一人民医院热线", "First Hospital Hotline", (8, 24)),
                Post("H2", "中心商场热线", "Central Mall Hotline", (32, 26)),
            ),
        ),
        Squad(
            "drone",
            (
                Post("U1", "无人机1号", "Drone 1", (20, 19)),
                Post("U2", "无人机2号", "Drone 2", (20, 24)),
            ),
        ),
    ),
    extras={
        "neighbours": [neighbour("yujin", 20, ["patrol"])],
        "shifts": day_and_night(
            {"post": 3, "police_room": 6, "foot_patrol": 1, "plain_clothes": 3, "case_desk": 3, "patrol": 4,
             "volunteer": 15, "grid_worker": 24, "property_guard": 6, "drone": 1},
            {"post": 3, "police_room": 1, "foot_patrol": 6, "plain_clothes": 5, "case_desk": 1, "patrol": 4,
             "volunteer": 15, "grid_worker": 6, "property_guard": 6, "drone": 2},
        ),
        "allocation": allocation_532(
            ["police_room", "post", "foot_patrol"], ["plain_clothes", "case_desk"], ["patrol"]
        ),
        "targets": [one_three_five(["G02", "G05", "G06"]), *city_targets()],
    },
    rotation={
        "name_zh": "大轮班",
        "name_en": "Big rotation",
        "begins": "2024-01-01",
        "order": ["day", "night", "rest", "rest"],
        "squads": ["一组", "二组", "三组", "四组"],
    },
    counting=counting.DONGCHENG,
)  # fmt: skip
