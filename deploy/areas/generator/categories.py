"""categories.json: the default tree of incident categories (a province's set of 13 roots).

Codes have two digits a level; a code's parent is the code less its last two digits. Level 3 stands only where
the set's published extract names it. Priorities are the ground's own: 1 is life in danger.
"""

from __future__ import annotations

from typing import Any, Final

VERSION: Final = "default-2024-1"

# code | Chinese | English | priority | aliases | kind of dispute
_TABLE: Final = """
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


def category_tree() -> dict[str, Any]:
    """The whole tree in the order of codes."""
    return {"version": VERSION, "categories": [_category(line) for line in _TABLE.strip().splitlines()]}


def _category(line: str) -> dict[str, Any]:
    code, zh, en, priority, aliases, dispute = (part.strip() for part in line.split("|"))
    category: dict[str, Any] = {
        "code": code,
        "name_zh": zh,
        "name_en": en,
        "aliases": aliases.split(),
        "priority": int(priority),
    }
    if dispute:
        category["dispute_kind"] = dispute
    return category
