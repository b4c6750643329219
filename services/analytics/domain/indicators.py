"""The command room's indicators (A7): orders carried out, leads handled, closed on scene, and what is late."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.analytics.domain.cases import CaseCounts
from services.analytics.domain.hazards import NO_HAZARDS, HazardCounts
from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.register import CLOSED, DISPUTE, FORMS, MISSING, SETTLED_ON_SCENE
from services.analytics.domain.table import Table


@dataclass(frozen=True, slots=True)
class Indicator:
    """count of `of`; share None where there is nothing it could be a share of. means: how it is counted."""

    id: str
    name: Name
    count: int
    of: int
    means: Name

    @property
    def share(self) -> float | None:
        return self.count / self.of if self.of else None


NOT_KEPT: Final = (
    (
        "other_orders",
        Name("警情以外的业务指令", "Orders beside incidents"),
        Name(
            "上级及指挥室在警情、隐患之外下达的指令未录入本系统，不予统计",
            "orders of superiors or the room that belong to no incident and no hazard are not entered here",
        ),
    ),
    (
        "other_leads",
        Name("情报、案件线索", "Intelligence and case leads"),
        Name(
            "未经接警、预警进入的线索未录入本系统，不予统计",
            "leads that come neither as a tip-off nor as a warning are not entered here",
        ),
    ),
)
"""(id, name, why): what the Dongcheng report counts and no event tells."""


def indicators(
    table: Table, profile: Profile, cases: CaseCounts, hazards: HazardCounts = NO_HAZARDS
) -> list[Indicator]:
    """Of the incidents received, the cases opened and the hazards found in the range."""
    counted = table.valid(profile.void)
    valid = counted & table.own()
    status, small = table["status"], table["small"]
    sent, stood_down = int(table["sent"][valid].sum()), int(table["stood_down"][valid].sum())
    ended = valid & (status == CLOSED)
    arrived = ended & (table["on_scene"] != MISSING)
    settles = np.array([word in profile.on_scene_results for word in table.words])
    on_scene = arrived & settles[table["result"]] if len(table) else arrived
    disputes = valid & (table["flags"] & DISPUTE > 0)
    settled = disputes & (table["flags"] & SETTLED_ON_SCENE > 0)
    exempt = np.array([word in profile.exempt_results for word in table.words])
    due = ended & ~exempt[table["result"]] if len(table) else ended
    formed = due & (table["forms"] & FORMS["final"] > 0)
    leads = valid & table.matching("category", profile.leads or ("?",))
    late = valid & ((table["warned"] > 0) | (table["escalated"] > 0))
    return [
        Indicator(
            "valid",
            Name("有效警情", "Valid incidents"),
            int(counted.sum()),
            len(table),
            Name("除无效、撤销、合并外", "neither void, taken back nor merged"),
        ),
        Indicator(
            "orders_signed",
            Name("派警指令签收率", "Dispatch orders signed"),
            int(table["signed"][valid].sum()),
            sent,
            Name("派出的指令中警组已签收的", "of the assignments sent, those that crews acknowledged"),
        ),
        Indicator(
            "orders_carried_out",
            Name("派警指令落地率", "Dispatch orders carried out"),
            int(table["finished"][valid].sum()),
            sent - stood_down,
            Name(
                "派警指令中现场处置完毕的；撤回、改派的不计",
                "of the assignments sent and not taken back, those cleared",
            ),
        ),
        Indicator(
            "plan_steps_done",
            Name("预案步骤完成率", "Plan steps done"),
            int(np.minimum(table["steps_done"], table["steps"])[valid].sum()),
            int(table["steps"][valid].sum()),
            Name("预案要求的步骤中已完成的", "of the steps that plans ask for, those done"),
        ),
        Indicator(
            "leads_handled",
            Name("线索核处率", "Leads handled"),
            int((leads & (status == CLOSED) & (table["result"] != 0)).sum()),
            int(leads.sum()),
            Name(
                "举报、预警类线索中已办结并有处理结果的",
                "of the tip-offs and warnings that came in, those closed with a result",
            ),
        ),
        Indicator(
            "small_cases_solved",
            Name("小案侦破率", "Small cases solved"),
            int((valid & (small >= 3)).sum()),
            int((valid & (small >= 1)).sum()),
            Name("小案中已侦破或办结的", "of the small cases, those solved"),
        ),
        Indicator(
            "small_cases_in_time",
            Name("小案按期办结率", "Small cases solved in time"),
            int((valid & (small == 3)).sum()),
            int((valid & (small >= 2)).sum()),
            Name("已办结或已逾期的小案中按期办结的", "of the small cases solved or overdue, those solved in time"),
        ),
        Indicator(
            "closed_on_scene",
            Name("现场处置率", "Closed on scene"),
            int(on_scene.sum()),
            int(arrived.sum()),
            Name("到场并已结的警情中当场处置完毕的", "of the closed incidents that a crew came to, those ended there"),
        ),
        Indicator(
            "disputes_settled_on_scene",
            Name("纠纷当场化解率", "Disputes settled on the scene"),
            int(settled.sum()),
            int(disputes.sum()),
            Name("出警中发现的纠纷里当场调解的", "of the disputes that crews met, those settled there"),
        ),
        Indicator(
            "forms_complete",
            Name("反馈率", "Final forms given"),
            int(formed.sum()),
            int(due.sum()),
            Name("应反馈的已结警情中有最终反馈单的", "of the closed incidents that need one, those with a final form"),
        ),
        Indicator(
            "late_steps",
            Name("超时提醒警情", "Incidents with a late step"),
            int(late.sum()),
            int(valid.sum()),
            Name("有环节超时提醒或升级的", "those in which a timer warned or escalated"),
        ),
        Indicator(
            "urged",
            Name("催办警情", "Incidents urged"),
            int((valid & (table["urged"] > 0)).sum()),
            int(valid.sum()),
            Name("被催办过的", "those about which somebody asked again"),
        ),
        *_of_cases(cases),
        *_of_hazards(hazards),
    ]


def _of_cases(cases: CaseCounts) -> list[Indicator]:
    return [
        Indicator(
            "cases_settled",
            Name("矛盾纠纷化解率", "Disputes settled"),
            cases.settled,
            cases.ended,
            Name("有结果的调解案件中化解的", "of the mediation cases with an outcome, those settled"),
        ),
        Indicator(
            "first_mediation",
            Name("首调成功率", "Settled in the first session"),
            cases.first_settled,
            cases.mediated,
            Name("已调解的案件中首次即达成协议的", "of the cases mediated, those agreed in the first session"),
        ),
        Indicator(
            "agreements_performed",
            Name("协议履行率", "Agreements performed"),
            cases.performed,
            cases.to_perform,
            Name("履行情况已知的协议中履行的", "of the agreements of which it is known, those performed"),
        ),
        Indicator(
            "calm_visits",
            Name("回访平稳率", "Calm at the visit"),
            cases.calm_visits,
            cases.visits,
            Name("回访中平稳的", "of the visits, those that found calm"),
        ),
        Indicator(
            "satisfied",
            Name("回访满意率", "Satisfied at the visit"),
            cases.satisfied,
            cases.asked,
            Name("问及满意度的回访中满意的", "of the visits at which it was asked, those with satisfied parties"),
        ),
        Indicator(
            "red_planned",
            Name("红色纠纷一案一策率", "Red disputes with a plan"),
            cases.red_planned,
            cases.red,
            Name("红色等级案件中已定方案和责任人的", "of the cases graded red, those with a plan and an owner"),
        ),
        Indicator(
            "found_by_screening",
            Name("主动排查发现率", "Found by screening"),
            cases.screened,
            cases.opened,
            Name(
                "案件中由网格员、每日询问、三排查发现的",
                "of the cases, those found by grid workers, check-in calls or hazard rounds",
            ),
        ),
        Indicator(
            "prevented",
            Name("防止激化", "Kept from growing worse"),
            cases.prevented,
            cases.ended,
            Name(
                "有结果的案件中防止了自杀、民转刑、群体上访或械斗的",
                "of the cases with an outcome, those that prevented a suicide, crime, mass petition or fight",
            ),
        ),
    ]


def _of_hazards(hazards: HazardCounts) -> list[Indicator]:
    return [
        Indicator(
            "hazard_orders_carried_out",
            Name("整改指令落地率", "Rectification orders carried out"),
            hazards.carried_out,
            hazards.ordered,
            Name("下达整改指令的隐患中已闭环的", "of the hazards ordered to be put right, those closed"),
        ),
        Indicator(
            "hazard_orders_late",
            Name("整改指令逾期", "Rectification orders that fell overdue"),
            hazards.late,
            hazards.ordered,
            Name("下达整改指令的隐患中曾逾期的", "of the hazards ordered to be put right, those that were late"),
        ),
        Indicator(
            "hazards_closed",
            Name("隐患闭环率", "Hazards closed"),
            hazards.closed,
            hazards.found,
            Name("发现的隐患中已闭环的", "of the hazards found, those closed"),
        ),
    ]
