"""categories.json and crosswalk.json: two sets of incident categories, and what each code is in the other set.

Codes have two digits a level; a code's parent is the code less its last two digits. The default set is a province's
tree of 13 roots; its level 3 stands only where the set's published extract names it. Of the second set only the 12
roots are published: its levels 2 and 3 are made up to hold what the default set tells apart. Priorities, levels and
tags are the ground's own: priority 1 is life in danger, level 1 the gravest.
"""

from __future__ import annotations

from typing import Any, Final

DEFAULT_VERSION: Final = "default-2024-2"
SECOND_VERSION: Final = "second-2024-1"

# code | Chinese | English | priority | aliases | kind of dispute
_DEFAULT: Final = """
01     | 刑事           | Crime                            | 1 | crime 刑案 |
02     | 行政（治安）   | Public order                     | 2 | public_order 治安 |
0201   | 扰乱秩序       | Disturbing order                 | 2 | disorder disturbance |
0202   | 妨害公共安全   | Endangering public safety        | 1 | public_safety weapon |
0203   | 侵犯人身       | Offence against the person       | 2 | assault |
020301 | 殴打           | Brawl                            | 2 | brawl fight 打架 打架斗殴 斗殴 |
020302 | 家暴           | Domestic violence                | 2 | domestic_violence 家庭暴力 |
0204   | 侵财           | Offence against property         | 3 | property_crime |
020405 | 盗窃           | Theft                            | 3 | theft 偷窃 |
020407 | 电诈           | Telecom fraud                    | 2 | fraud 电信诈骗 诈骗 |
0205   | 妨害管理       | Obstructing administration       | 3 | obstruction |
03     | 交通           | Traffic                          | 3 | traffic accident_traffic 交通事故 |
04     | 群体性事件     | Mass event                       | 1 | mass_event |
05     | 聚集上访       | Petition crowd                   | 2 | petition |
06     | 群众紧急求助   | Urgent help                      | 2 | help 求助 |
0601   | 死亡           | Death                            | 1 | death |
0602   | 意外           | Accident                         | 1 | accident injury |
0603   | 自杀           | Suicide                          | 1 | suicide |
0604   | 走失           | Missing person                   | 1 | missing_child missing_person 寻人 走失儿童 |
0605   | 发现走失       | Lost person found                | 2 | found_person |
0606   | 公共设施险情   | Public facility in danger        | 3 | public_hazard |
0607   | 自然灾害       | Natural disaster                 | 1 | natural_disaster flood |
0608   | 事故灾难       | Disastrous accident              | 1 | fire explosion 火灾 |
0609   | 动物伤人       | Animal attack                    | 2 | animal_attack |
0610   | 贵重失物       | Lost valuables                   | 4 | lost_property 失物 |
07     | 联动流转       | Handed to other services         | 3 | handover |
08     | 纠纷           | Dispute                          | 3 | dispute | other
0801   | 家庭婚姻情感   | Family, marriage and affection   | 3 | family_dispute 家庭纠纷 | family
0802   | 邻里           | Neighbours                       | 3 | neighbour_dispute 邻里纠纷 | neighbours
0803   | 生活           | Daily life                       | 4 | daily_life_dispute | daily_life
080301 | 物业           | Property management              | 4 | property_management | property_management
080306 | 宠物           | Pets                             | 4 | pets | pets
080398 | 停车           | Parking                          | 4 | parking | parking
0804   | 噪音           | Noise                            | 4 | noise square_dance 噪声 扰民 | noise
0805   | 经济           | Money                            | 3 | commercial_dispute 经济纠纷 | economic
080501 | 债务           | Debt                             | 3 | debt 欠债 | debt
080505 | 租赁           | Tenancy                          | 3 | rent tenancy | tenancy
080506 | 货款 | Payment for goods | 3 | unpaid_goods goods_payment 索要货款 | goods_payment
0806   | 消费           | Consumer                         | 3 | refund consumer price_dispute 退款 | consumer
0807   | 劳资           | Labour                           | 3 | labour_dispute | labour
080702 | 欠薪           | Unpaid wages                     | 3 | unpaid_wages 讨薪 | wages
0808   | 医疗           | Medical                          | 3 | medical_dispute | medical
0809   | 教育           | Education                        | 3 | education_dispute | education
0810   | 房地产         | Real estate                      | 3 | real_estate | real_estate
0811   | 征地拆迁       | Expropriation and demolition     | 3 | demolition | demolition
0812   | 产权权属       | Title to property                | 3 | ownership | ownership
0813   | 交通           | Traffic dispute                  | 3 | traffic_dispute 交通纠纷 | traffic
0814   | 工作           | Work                             | 3 | work_dispute | work
0899   | 其他           | Other dispute                    | 3 | other_dispute | other
09     | 举报           | Tip-off                          | 3 | tip_off |
10     | 投诉监督       | Complaint about the police       | 4 | complaint |
11     | 警务咨询       | Question to the police           | 4 | question 咨询 |
12     | 其他           | Other, no valid incident         | 4 | other void |
1202   | 取消           | Cancelled by the caller          | 4 | void_cancelled |
1203   | 重复           | Repeated report                  | 4 | void_repeat |
1204   | 测试           | Test call                        | 4 | test_call |
1205   | 无声           | Silent call                      | 4 | silent_call |
1206   | 断线           | Dropped call                     | 4 | dropped_call |
1207   | 打错           | Wrong number                     | 4 | wrong_number |
1208   | 玩电话         | Playing with the telephone       | 4 | prank_call |
1209   | 精神病人       | Caller of unsound mind           | 4 | unsound_mind |
1210   | 骚扰           | Nuisance call                    | 4 | nuisance_call |
1211   | 通报           | Notification                     | 4 | notification |
1212   | 协查           | Request to look out              | 4 | look_out |
1213   | 回复           | Reply                            | 4 | reply |
98     | 预警           | Early warning                    | 2 | warning |
"""


# code | Chinese | English | what it is in the default set | aliases; where none are said, those it has there
_SECOND: Final = """
10       | 刑事             | Crime                          | 01          |
20       | 治安             | Public order                   | 02          |
2001     | 扰乱秩序         | Disturbing order               | 0201        |
2002     | 妨害公共安全     | Endangering public safety      | 0202        |
2003     | 侵犯人身         | Offence against the person     | 0203        |
200301   | 殴打他人         | Beating                        | 020301      |
200302   | 家庭暴力         | Domestic violence              | 020302      | domestic_violence 家暴
2004     | 侵财             | Offence against property       | 0204        |
200401   | 盗窃             | Theft                          | 020405      |
200402   | 电信网络诈骗     | Telecom fraud                  | 020407      |
2005     | 妨害社会管理     | Obstructing administration     | 0205        |
30       | 交通             | Traffic                        | 03          |
40       | 消防             | Fire                           | 0608        | fire
4001     | 火灾             | Fire                           | 0608        | building_fire 失火
4002     | 爆炸             | Explosion                      | 0608        | explosion
50       | 求助             | Help                           | 06 08       | help 群众求助
5001     | 死亡             | Death                          | 0601        |
5002     | 意外受伤         | Accident                       | 0602        |
5003     | 自杀             | Suicide                        | 0603        |
5004     | 走失人员         | Missing person                 | 0604        |
5005     | 发现走失人员     | Lost person found              | 0605        |
5006     | 动物伤人         | Animal attack                  | 0609        |
5007     | 财物遗失         | Lost property                  | 0610        |
5008     | 纠纷             | Dispute                        | 08          |
500801   | 家庭婚恋         | Family and affection           | 0801        |
500802   | 邻里             | Neighbours                     | 0802        |
500803   | 生活             | Daily life                     | 0803        |
50080301 | 物业             | Property management            | 080301      |
50080302 | 宠物             | Pets                           | 080306      |
50080303 | 停车             | Parking                        | 080398      |
500804   | 噪音             | Noise                          | 0804        |
500805   | 经济             | Money                          | 0805        |
50080501 | 债务             | Debt                           | 080501      |
50080502 | 租赁             | Tenancy                        | 080505      |
50080503 | 货款             | Payment for goods              | 080506      |
500806   | 消费             | Consumer                       | 0806        |
500807   | 劳资             | Labour                         | 0807        |
50080701 | 欠薪             | Unpaid wages                   | 080702      |
500808   | 医疗             | Medical                        | 0808        |
500809   | 教育             | Education                      | 0809        |
500810   | 房地产           | Real estate                    | 0810        |
500811   | 征地拆迁         | Expropriation and demolition   | 0811        |
500812   | 权属             | Title to property              | 0812        |
500813   | 交通纠纷         | Traffic dispute                | 0813        | traffic_dispute
500814   | 工作             | Work                           | 0814        |
500899   | 其他纠纷         | Other dispute                  | 0899        |
60       | 社会联动         | Other services                 | 07          |
6001     | 公共设施险情     | Public facility in danger      | 0606        |
65       | 警种协助         | Help for another police branch | 07          | police_branch
70       | 群体事件         | Crowd                          | 04 05       | crowd
7001     | 聚集上访         | Petition crowd                 | 05          |
7002     | 群体性事件       | Mass event                     | 04          |
80       | 灾害事故         | Disaster                       | 0607 0608   | disaster 灾害
8001     | 自然灾害         | Natural disaster               | 0607        |
8002     | 事故灾难         | Disastrous accident            | 0608        | disastrous_accident
90       | 举报             | Tip-off                        | 09          |
95       | 投诉监督         | Complaint about the police     | 10          |
99       | 其它             | Other                          | 11 12 98    | other
9901     | 警务咨询         | Question to the police         | 11          |
9902     | 预警             | Early warning                  | 98          |
9990     | 无效报警         | Void call                      | 12          | void
999002   | 取消             | Cancelled by the caller        | 1202        |
999003   | 重复             | Repeated report                | 1203        |
999004   | 测试             | Test call                      | 1204        |
999005   | 无声             | Silent call                    | 1205        |
999006   | 断线             | Dropped call                   | 1206        |
999007   | 打错             | Wrong number                   | 1207        |
999008   | 玩电话           | Playing with the telephone     | 1208        |
999009   | 精神病人         | Caller of unsound mind         | 1209        |
999010   | 骚扰             | Nuisance call                  | 1210        |
999011   | 通报             | Notification                   | 1211        |
999012   | 协查             | Request to look out            | 1212        |
999013   | 回复             | Reply                          | 1213        |
"""

_LEVELS: Final = (
    (1, "特别重大", "Extremely grave"), (2, "重大", "Grave"), (3, "较大", "Serious"), (4, "一般", "Ordinary"),
)  # fmt: skip
REPORTED_UP_FROM: Final = 2
"""This level and graver ones are reported up at once."""
_GRAVE: Final = {"04": 1, "0202": 2, "05": 2, "0601": 2, "0603": 2, "0607": 2, "0608": 2}
"""Levels of the default set that do not follow from the priority (1 and 2: serious, 3 and 4: ordinary)."""
_VOID: Final = "12"
_TAGGING: Final = {"missing_child": ["minor"], "走失儿童": ["minor"], "weapon": ["weapon"]}
"""Words that say more than a category: the tags that they bring along."""

_TAGS: Final = (
    ("minor", "涉未成年人", "A minor"), ("girl_14_18", "14至18岁女性", "A girl of 14 to 18"),
    ("elder", "涉老年人", "An old person"), ("disabled", "涉残疾人", "A disabled person"),
    ("weapon", "持械", "A weapon"), ("guns_explosives", "涉枪涉爆", "Guns or explosives"),
    ("organised_crime", "涉黑涉恶", "Organised crime"), ("drugs", "涉毒", "Drugs"),
    ("poisoning", "中毒", "Poisoning"), ("fall", "高坠", "Fall from a height"),
    ("unknown_body", "无名尸体", "Unknown body"), ("abandoned_baby", "弃婴", "Abandoned baby"),
    ("school_bullying", "校园欺凌", "School bullying"), ("state_security", "危害国家安全", "Danger to the state"),
    ("drunk", "涉酒", "Drink"), ("mental", "精神障碍", "Mental disorder"), ("foreigner", "涉外", "A foreigner"),
)  # fmt: skip

# id, Chinese, English, categories of the default set, tags: one of each that is named must be there
_UP: Final = (
    ("state_security", "危害国家安全", "Danger to the state", (), ("state_security",)),
    ("public_safety", "危害公共安全", "Danger to public safety", ("0202",), ()),
    ("death", "死亡", "Death", ("0601",), ()),
    ("fall", "高坠", "Fall from a height", (), ("fall",)),
    ("poisoning", "中毒", "Poisoning", (), ("poisoning",)),
    ("suicide", "自杀", "Suicide", ("0603",), ()),
    ("lost", "老人、儿童、残疾人走失", "Lost elder, child or disabled person", ("0604",),
     ("minor", "elder", "disabled")),
    ("missing_girl", "14至18岁女性失踪", "Missing girl of 14 to 18", ("0604",), ("girl_14_18",)),
    ("unknown_body", "无名尸体", "Unknown body", (), ("unknown_body",)),
    ("abandoned_baby", "弃婴", "Abandoned baby", (), ("abandoned_baby",)),
    ("tip_off", "涉枪涉爆涉黑举报", "Tip-off about guns, explosives or organised crime", (),
     ("guns_explosives", "organised_crime")),
    ("mass_event", "群体性事件", "Mass event", ("04",), ()),
    ("petition", "聚集上访", "Petition crowd", ("05",), ()),
    ("school_bullying", "校园欺凌", "School bullying", (), ("school_bullying",)),
    ("weapon", "持械", "A weapon", (), ("weapon",)),
    ("drugs", "涉毒", "Drugs", (), ("drugs",)),
)  # fmt: skip


def category_set(name: str) -> dict[str, Any]:
    """categories.json of the set `default` or `second`."""
    rows, version, crosswalk = _SETS[name]
    up = [
        {"id": id, "name_zh": zh, "name_en": en}
        | ({"categories": _here(categories, crosswalk)} if categories else {})
        | ({"tags": list(tags)} if tags else {})
        for id, zh, en, categories, tags in _UP
    ]
    return {
        "version": version,
        "levels": [{"level": level, "name_zh": zh, "name_en": en} for level, zh, en in _LEVELS],
        "report_up_from_level": REPORTED_UP_FROM,
        "report_up": up,
        "tags": [{"tag": tag, "name_zh": zh, "name_en": en} for tag, zh, en in _TAGS],
        "categories": rows,
    }


def crosswalk_of(name: str) -> dict[str, Any]:
    """crosswalk.json of an area that has this set: what each of its codes is in the other one."""
    rows, version, _ = _SETS[name]
    other_rows, other_version, _ = _SETS["second" if name == "default" else "default"]
    pairs = _to_second() if name == "default" else _to_default()
    return {
        "from": version,
        "to": other_version,
        "pairs": [{"from": row["code"], "to": list(pairs[row["code"]])} for row in rows],
        "categories": [
            {"code": row["code"], "name_zh": row["name_zh"], "name_en": row["name_en"]} for row in other_rows
        ],
    }


def codes_here(name: str) -> dict[str, tuple[str, ...]]:
    """What the default set's codes are in this set; empty where it is that set."""
    return {} if name == "default" else _to_second()


def _default_rows() -> list[dict[str, Any]]:
    rows = []
    for code, zh, en, priority, aliases, dispute in _cells(_DEFAULT, 6):
        level = _GRAVE.get(code, 3 if int(priority) <= 2 else 4)
        row = _row(code, zh, en, aliases.split(), int(priority), level, dispute)
        rows.append(row | ({"void": True} if code.startswith(_VOID) else {}))
    return rows


def _second_rows() -> list[dict[str, Any]]:
    default = {row["code"]: row for row in _default_rows()}
    rows = []
    for code, zh, en, same_as, words in _cells(_SECOND, 5):
        there = default[same_as.split()[0]]
        aliases = words.split() or [alias for alias in there["aliases"] if alias != zh]
        level = there["level"]
        # A category that is several in the other set is none of them in particular.
        one = there if " " not in same_as else {}
        row = _row(code, zh, en, aliases, there["priority"], level, one.get("dispute_kind", ""))
        rows.append(row | ({"void": True} if one.get("void") else {}))
    return rows


def _row(code: str, zh: str, en: str, aliases: list[str], priority: int, level: int, dispute: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": code, "name_zh": zh, "name_en": en, "aliases": aliases, "priority": priority, "level": level,
    }  # fmt: skip
    if tags := {alias: _TAGGING[alias] for alias in aliases if alias in _TAGGING}:
        row["alias_tags"] = tags
    if dispute:
        row["dispute_kind"] = dispute
    return row


def _to_default() -> dict[str, tuple[str, ...]]:
    return {code: tuple(same_as.split()) for code, _, _, same_as, _ in _cells(_SECOND, 5)}


def _to_second() -> dict[str, tuple[str, ...]]:
    """The second set's codes that are the same; those that are several things only where nothing is it alone."""
    found = {}
    for row in _default_rows():
        same = [(code, there) for code, there in _to_default().items() if row["code"] in there]
        alone = [code for code, there in same if len(there) == 1] or [code for code, _ in same]
        # What lies below another of them is in it.
        found[row["code"]] = tuple(code for code in alone if not any(code[:-n] in alone for n in (2, 4, 6)))
    return found


def _here(codes: tuple[str, ...], crosswalk: dict[str, tuple[str, ...]]) -> list[str]:
    return [here for code in codes for here in (crosswalk[code] if crosswalk else (code,))]


def _cells(table: str, columns: int) -> list[list[str]]:
    rows = [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]
    return [row + [""] * (columns - len(row)) for row in rows]


_SETS: Final[dict[str, tuple[list[dict[str, Any]], str, dict[str, tuple[str, ...]]]]] = {
    "default": (_default_rows(), DEFAULT_VERSION, {}),
    "second": (_second_rows(), SECOND_VERSION, _to_second()),
}
