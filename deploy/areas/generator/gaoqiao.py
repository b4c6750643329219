"""What is known of Gaoqiao 高桥 (Changsha), and what was made up to stand on it.

From the report on the station: the counts in FACTS, 永定社区, 美食七街, 怡园警务点, 高桥大市场, 皮具饰品城,
法治高桥服务站, two defence zones north and south, two posts, eight big markets. Everything else (the other
names, every coordinate) is invented for this synthetic ground.
"""

from __future__ import annotations

from typing import Final

from deploy.areas.generator.duties import city_targets, day_and_night
from deploy.areas.generator.kinds import Post, Squad, patrols, police_rooms
from deploy.areas.generator.sheet import Ground, Landmark, Sheet, Site, ZoneSheet

FACTS: Final = {
    "people": 140_000,
    "communities": 10,
    "big_markets": 8,
    "property_firms_in_council": 64,
    "volunteer_teams": 60,
    "grid_workers_and_volunteers": 410,
    "security_assistants": 100,
    "defence_zones": 2,
    "posts": 2,
    "smart_security_sites": 31,
    "residents_registered_online": 10_076,
    "disputes_settled_this_year": 1_249,
    "share_disputes_settled": 0.9613,
    "share_closed_on_scene": 0.30,
    "change_response_speed": 0.25,
    "change_incidents": -0.0668,
    "change_criminal_cases": -0.3252,
    "change_public_order_cases": -0.2445,
    "change_dispute_incidents": -0.0526,
    "change_thefts": -0.4517,
}


GROUNDS: Final = (
    Ground("gaoqiao", "高桥社区", "Gaoqiao", 0, 0, 8, 16, "south"),
    Ground("liuyuan", "柳园社区", "Liuyuan", 8, 0, 16, 14, "south"),
    Ground("tuanjie", "团结社区", "Tuanjie", 16, 0, 24, 16, "south"),
    Ground("fengshu", "枫树社区", "Fengshu", 24, 0, 32, 18, "south"),
    Ground("chaoyang", "朝阳社区", "Chaoyang", 32, 0, 40, 16, "south"),
    Ground("xinqiao", "新桥社区", "Xinqiao", 0, 16, 8, 32, "north"),
    Ground("yongding", "永定社区", "Yongding", 8, 14, 16, 32, "north"),
    Ground("hehua", "荷花社区", "Hehua", 16, 16, 24, 32, "north"),
    Ground("xingfu", "幸福社区", "Xingfu", 24, 18, 32, 32, "north"),
    Ground("wanjia", "万家社区", "Wanjia", 32, 16, 40, 32, "north"),
)

COLUMN_ROADS: Final = {
    0: ("东二环", "East Second Ring"), 8: ("古曲路", "Guqu Road"), 16: ("高桥大道", "Gaoqiao Avenue"),
    24: ("桂雨路", "Guiyu Road"), 32: ("万家丽路", "Wanjiali Road"), 40: ("嘉和路", "Jiahe Road"),
    2: ("柳岸街", "Liu'an Street"), 4: ("梅园街", "Meiyuan Street"), 6: ("白塔街", "Baita Street"),
    10: ("怡园街", "Yiyuan Street"), 12: ("商贸街", "Shangmao Street"), 14: ("东岸街", "Dong'an Street"),
    18: ("茶城街", "Chacheng Street"), 20: ("银杏街", "Yinxing Street"), 22: ("红旗街", "Hongqi Street"),
    26: ("枫林街", "Fenglin Street"), 28: ("月塘街", "Yuetang Street"), 30: ("曙光街", "Shuguang Street"),
    34: ("竹园街", "Zhuyuan Street"), 36: ("春晓街", "Chunxiao Street"), 38: ("石榴街", "Shiliu Street"),
}  # fmt: skip
ROW_ROADS: Final = {
    0: ("劳动路", "Laodong Road"), 8: ("曲塘路", "Qutang Road"), 16: ("长沙大道", "Changsha Avenue"),
    24: ("人民路", "Renmin Road"), 32: ("远大路", "Yuanda Road"),
    2: ("南湖街", "Nanhu Street"), 4: ("清泉街", "Qingquan Street"), 6: ("和平街", "Heping Street"),
    10: ("光明街", "Guangming Street"), 12: ("学院街", "Xueyuan Street"), 14: ("育才街", "Yucai Street"),
    18: ("文化街", "Wenhua Street"), 20: ("桃花街", "Taohua Street"), 22: ("新民街", "Xinmin Street"),
    26: ("建设街", "Jianshe Street"), 28: ("青松街", "Qingsong Street"), 30: ("星河街", "Xinghe Street"),
}  # fmt: skip

LANDMARKS: Final = (
    Landmark("高桥派出所", "Gaoqiao Police Station", "police_station", (17, 16), "派出所;高桥所"),
    Landmark("怡园警务点", "Yiyuan Post", "police_post", (10, 26), "怡园驻点"),
    Landmark("大市场警务点", "Grand Market Post", "police_post", (20, 6), "大市场驻点"),
    Landmark("法治高桥服务站", "Rule-of-Law Gaoqiao Service Station", "mediation", (18, 6),
     "法治服务站;法制高桥服务站"),
    Landmark("石榴籽工作站", "Pomegranate Seed Studio", "mediation", (22, 20), "石榴籽"),
    Landmark("高桥司法所", "Gaoqiao Justice Office", "government", (18, 18), "司法所"),
    Landmark("高桥街道办事处", "Gaoqiao Subdistrict Office", "government", (15, 17), "街道办"),
    Landmark("高桥大市场", "Gaoqiao Grand Market", "market", (19, 8), "高桥市场;大市场"),
    Landmark("皮具饰品城", "Leather and Accessories Market", "market", (21, 5), "皮具城;饰品城;高桥皮具城"),
    Landmark("高桥酒水食品城", "Gaoqiao Food and Drinks Market", "market", (17, 4), "食品城;酒水城"),
    Landmark("高桥茶叶城", "Gaoqiao Tea Market", "market", (19, 11), "茶叶城;茶城"),
    Landmark("高桥服饰城", "Gaoqiao Clothing Market", "market", (23, 9), "服饰城;服装城"),
    Landmark("高桥农副产品城", "Gaoqiao Farm Produce Market", "market", (5, 5), "农产品城"),
    Landmark("高桥文体用品城", "Gaoqiao Stationery and Sports Market", "market", (13, 5), "文体城"),
    Landmark("高桥家电城", "Gaoqiao Appliance Market", "market", (27, 7), "家电城"),
    Landmark("永定美食城", "Yongding Food Court", "restaurant", (12, 28), "美食街;夜宵街"),
    Landmark("怡园广场", "Yiyuan Square", "park", (10, 25)),
    Landmark("月塘公园", "Yuetang Park", "park", (28, 12)),
    Landmark("桃花公园", "Taohua Park", "park", (20, 21)),
    Landmark("高桥地铁站", "Gaoqiao Metro Station", "station", (16, 12), "高桥站"),
    Landmark("古曲路地铁站", "Guqu Road Metro Station", "station", (8, 24)),
    Landmark("万家丽地铁站", "Wanjiali Metro Station", "station", (32, 24)),
    Landmark("雨花人民医院", "Yuhua People's Hospital", "hospital", (26, 16), "人民医院"),
    Landmark("高桥社区卫生服务中心", "Gaoqiao Community Health Centre", "hospital", (6, 10)),
    Landmark("幸福百货", "Xingfu Department Store", "mall", (28, 24)),
    Landmark("万家广场", "Wanjia Plaza", "mall", (34, 22), "万家商场"),
)  # fmt: skip


SHEET: Final = Sheet(
    id="gaoqiao",
    name_zh="高桥",
    name_en="Gaoqiao",
    seed=20241030,
    partition=0,
    centre=(113.03, 28.185),
    columns=41,
    rows=33,
    facts=FACTS,
    stations=(Site("gaoqiao-station", "高桥派出所", "Gaoqiao Police Station"),),
    zones=(
        ZoneSheet("north", "北防区", "Northern zone", "gaoqiao-station", backs=("south",)),
        ZoneSheet("south", "南防区", "Southern zone", "gaoqiao-station", backs=("north",)),
    ),
    grounds=GROUNDS,
    column_roads=COLUMN_ROADS,
    row_roads=ROW_ROADS,
    landmarks=LANDMARKS,
    lanes={"yongding": ("美食", "Food Street")},
    squads=(
        Squad(
            "post",
            (
                Post("YY", "怡园警务点", "Yiyuan Post", (10, 26)),
                Post("DSC", "大市场警务点", "Grand Market Post", (20, 6)),
            ),
        ),
        patrols((4, 24), (12, 20), (22, 24), (34, 26), (4, 8), (12, 6), (24, 8), (36, 8)),
        police_rooms(),
        Squad(
            "volunteer",
            per_ground=6,
            sign="V",
            name_zh="{stem}雷锋义警{n}队",
            name_en="{en} Lei Feng Volunteers {n}",
            # The three night-market teams stand on the food streets.
            instead={
                "yongding": (
                    ("夜市义警1队", "Night Market Volunteers 1", (12, 28)),
                    ("夜市义警2队", "Night Market Volunteers 2", (14, 26)),
                    ("夜市义警3队", "Night Market Volunteers 3", (12, 24)),
                )
            },
        ),
    ),
    extras={
        "shifts": day_and_night(
            {"post": 2, "patrol": 6, "police_room": 10, "volunteer": 30},
            {"post": 2, "patrol": 8, "police_room": 4, "volunteer": 60},
        ),
        "targets": city_targets(),
    },
)
