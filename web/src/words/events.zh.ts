// How an event is said in a timeline and in the list of what happens.
import { incidents } from "../state/board.ts";
import { words } from "./index.ts";
import { areaName, resultName, roleName } from "./names.ts";
import { refusal } from "./refusals.ts";

const seconds = (value: unknown): string => (typeof value === "number" ? `${Math.round(value)} 秒` : "");
const TO: Record<string, string> = { command_room: "指挥室", station_duty: "派出所值班", superior: "上级", merchants: "商户", volunteers: "义警", patrols: "巡逻组", team: "大队", traffic_police: "交警", ambulance_120: "120 急救", fire_119: "119 消防", anti_fraud_centre: "反诈中心", utilities: "市政抢修" };
const WHAT: Record<string, string> = { "en-route": "出发", "on-scene": "到场", clear: "处结", assign: "派警", reassign: "改派", cancel: "取消", hold: "挂起", release: "解除挂起", merge: "并入", unmerge: "拆出", link: "关联", decline: "退单", reopen: "重开", feedback: "反馈", withdraw: "撤下", officer_needs_help: "民警求助", dual_dispatch: "双接警", report_up: "要情上报", broadcast: "广播寻人", "mass-message": "群发信息", sweep: "拉网排查", acknowledge: "签收", en_route: "出发", arrive: "到场", on_scene: "到场", handled: "处置", assigned: "派警", "red-case": "红色纠纷", accident: "交通事故", mass_event: "群体性事件", stop_payment: "止付", rescue: "救援", hazard: "险情", ambulance: "急救" };
const to = (word: string): string => TO[word] ?? word;
/** An order, a step, a limit: what has a part behind a colon is called as what stands before it. */
const what = (word = ""): string => [word, word.split(":")[0] ?? ""].map((one) => WHAT[one] ?? words.act[one] ?? (words.timer[one] as string | undefined)).find((one) => one !== undefined) ?? word;
const place = (d: any): string => d.location?.name ?? d.location?.grid_cell ?? "";

export const events: Record<string, (d: any) => string> = {
  "incident.reported": (d) => `接到报警 ${place(d)}`,
  "incident.opened": (d) => `${d.number} 立警：${d.category.name_zh}，${place(d)}`,
  "incident.queued": (d) => `${d.number} 排队：无空闲警力`, "incident.corrected": (d) => `${d.number} 更正：${(d.changed ?? []).map((one: string) => ({ location: "位置", category: "类别", priority: "级别", callers: "报警人", caller_count: "报警人数", plan: "预案", weapon: "持械", description: "内容" } as Record<string, string>)[one] ?? one).join("、")}`,
  "incident.closed": (d) => `${d.number} 结束：${resultName(d.disposition ?? "")}`, "incident.cancelled": (d) => `${d.number} 撤销`,
  "incident.unreadable": () => "有一条警情无法读取，请查死信", "incident.escalated": (d) => `${d.number} 升级`, "incident.categorised": (d) => `${d.number} 定类 ${d.category?.name_zh ?? ""}`,
  "incident.held": (d) => `${d.number} 挂起`, "incident.released": (d) => `${d.number} 解除挂起`, "incident.reopened": (d) => `${d.number} 重新处置`, "incident.noted": (d) => `${d.number} 有备注`,
  "incident.merged": (d) => `${d.number} 并入 ${d.into_number ?? ""}`, "incident.unmerged": (d) => `${d.number} 从 ${d.out_of_number ?? ""} 拆出`, "incident.linked": (d) => `${d.number} 有关联`,
  "incident.duplicate-suggested": (d) => `${d.number} 疑似与 ${(d.numbers ?? []).join("、")} 重复`, "incident.urged": (d) => `催办 ${d.number}：${(d.crews ?? []).join(" ")}`,
  "incident.feedback-due": (d) => `${d.number} 待填反馈单`, "incident.feedback-given": (d) => `${d.number} 已填反馈单`, "incident.step-done": (d) => `${d.number} 步骤完成：${what(d.step)}`,
  "plan.shortfall": (d) => `${d.number} 预案缺 ${d.missing} 个（${roleName(d.role)}）`, "timer.warned": (d) => `${d.number} 将超时：${what(d.timer)}${d.unit ? `，${d.unit}` : ""}`,
  "notification.requested": (d) => `${d.number} 通知 ${to(d.to)}：${what(d.step ?? d.what)}`, "notice.delivered": (d) => `已送达 ${to(d.to)}`, "notice.failed": (d) => `送达 ${to(d.to)} 失败：${d.reason ?? ""}`,
  "superior.notification-requested": () => "红色纠纷上报",
  "assignment.assigned": (d) => `${d.unit} 派往 ${d.number}${d.reason?.travel_seconds === undefined ? "" : `，路程 ${seconds(d.reason.travel_seconds)}`}${d.reason?.runner_up ? `，比 ${d.reason.runner_up.unit} 快 ${seconds(d.reason.seconds_saved)}` : ""}`,
  "assignment.received": (d) => `${d.unit} 终端收到 ${d.number}`, "assignment.acknowledged": (d) => `${d.unit} 签收 ${d.number}`, "assignment.en-route": (d) => `${d.unit} 出发，${d.number}`,
  "assignment.on-scene": (d) => `${d.unit} 到场，${d.number}`, "assignment.cleared": (d) => `${d.unit} 处结 ${d.number}：${resultName(d.disposition ?? "")}`,
  "assignment.declined": (d) => `${d.unit} 退单 ${d.number}`, "assignment.cancelled": (d) => `${d.unit} 撤回，${d.number}`, "assignment.timed-out": (d) => `${d.unit} 超时未签 ${d.number}`, "assignment.diverted": (d) => `${d.unit} 从 ${d.number} 改道`,
  "small-case.opened": (d) => `${d.number} 列入小案，${d.owner} 负责`, "small-case.owned": (d) => `小案 ${d.number} 归 ${d.owner}`, "small-case.overdue": (d) => `小案 ${d.number} 超期，${d.owner} 负责`, "small-case.solved": (d) => `小案 ${d.number} 办结`,
  "unit.emergency": (d) => `紧急：${d.unit} 民警求助！`, "unit.emergency-ended": (d) => `${d.unit} 求助解除`, "unit.on-duty": (d) => `${d.unit} 上岗`, "unit.off-duty": (d) => `${d.unit} 下岗`,
  "standby.ordered": (d) => `${d.unit} 到 ${d.place?.name ?? d.point} 待命`, "coverage.lost": (d) => `空防：${d.place?.name ?? d.rule ?? ""}`, "coverage.restored": () => "空防解除",
  "command.rejected": (d) => `指令被拒：${[d.by?.unit, what(d.verb), incidents.get(d.incident_id)?.number].filter(Boolean).join(" ")}，${refusal(d.status, d.detail ?? "")}`, "aid.asked": (d) => `${d.number ?? ""} 向 ${areaName(d.to_area ?? "")} 求援`, "aid.granted": () => "邻区出借警力", "aid.refused": () => "邻区无警力可借", "aid.returned": (d) => `${d.unit ?? ""} 归还`,
  "case.opened": (d) => `立调解案${d.number ? `（${d.number}）` : ""}`, "case.assessed": (d) => `调解案评估：${({ yellow: "黄", orange: "橙", red: "红" } as Record<string, string>)[d.grade] ?? ""}`, "case.referred": () => "调解案流转",
  "case.session-held": () => "调解一次", "case.agreed": () => "达成协议", "case.disposed": () => "调解处置", "case.performed": () => "协议履行", "case.controlled": () => "排定回访", "case.visited": () => "已回访", "case.closed": () => "调解案办结", "case.escalated": () => "调解案升级", "case.visit-due": () => "回访到期",
  "case.planned": () => "红色案件定下化解方案", "case.repeated": () => "当事人或地点重复", "case.extended": () => "调解延期", "case.failed": () => "调解不成，已告知救济途径", "case.confirmed": (d) => ({ asked: "申请司法确认", confirmed: "司法确认", refused: "司法确认驳回" } as Record<string, string>)[d.step] ?? "司法确认", "case.deadline-passed": (d) => `调解案到期：${({ duty: "履行", people: "人民调解期限", public_order: "治安调解期限", plan: "化解方案", confirmation: "司法确认" } as Record<string, string>)[d.what] ?? ""}`, "case.forgotten": () => "案卷按期清除当事人信息",
  "hazard.found": () => "发现隐患", "hazard.ordered": () => "责令整改", "hazard.overdue": () => "整改逾期", "hazard.checked": () => "整改复查", "hazard.closed": () => "隐患销号", "hazard.forgotten": () => "隐患按期清除文字",
  "hotspot.found": (d) => `态势预警：${d.middle?.name ?? (d.grid_cells ?? []).join(" ")} 预计 ${Number(d.expected).toFixed(1)} 起，实际 ${d.seen} 起`, "warning.raised": (d) => `态势预警：${d.category_zh ?? d.place?.name ?? ""} 预计 ${Number(d.expected).toFixed(1)} 起，实际 ${d.seen} 起`, "standby.advised": () => "驻守建议已更新", "target.breached": (d) => `${d.day} 未达标：${Math.round(d.share * 100)}%（目标 ${Math.round(d.goal * 100)}%）`, "bulletin.published": (d) => `${({ daily: "每日", friday: "周五", monday: "周一" } as Record<string, string>)[d.kind] ?? ""}通报已出`,
};
