// The words of the mediation desk, the analysis and the crew's page.
export const zh = {
  stage: { screened: "排查", assessed: "评估", referred: "流转", in_resolution: "化解", disposed: "处置", in_control: "管控", followed_up: "回访", closed: "办结" } as Record<string, string>,
  grade: { yellow: "黄·一般", orange: "橙·疑难", red: "红·重大" } as Record<string, string>, ungraded: "未定级", tier: (n: number) => `${n} 级联调`,
  all: "全部在办", cases: "调解案件", noCases: "没有在办的案件", noCase: "从左边选一件", week: "近七天回访", noVisits: "近七天没有回访", opened: "立案", number: "警情", revision: "版本",
  outcome: { settled: "调解成功", settled_on_scene: "现场调解", failed: "调解不成", withdrawn: "撤回", transferred: "移送" } as Record<string, string>,
  sessionOutcome: { agreed: "达成一致", adjourned: "改期再调", failed: "未达成" } as Record<string, string>,
  parties: "当事人", addParty: "加当事人", name: "姓名", role: "身份", phone: "电话", minor: "未成年", organisation: "单位", person: "个人", masked: "已遮蔽：看全名需要权限，查看会留痕", noParties: "还没有写当事人",
  partyRole: { party: "当事人", guardian: "监护人", representative: "代理人", witness: "见证人" } as Record<string, string>,
  sessions: "调解记录", session: (n: number) => `第 ${n} 次`, noSessions: "还没有调解过", agreement: "协议书", print: "打印协议", facts: "纠纷事实", duties: "协议内容", manner: "履行方式", place: "履行地点", deadline: "履行期限", signatures: "签名", oral: "口头协议", confirmStep: { asked: "双方已申请", confirmed: "法院已确认", refused: "法院不予确认" } as Record<string, string>, performed: "已履行", notPerformed: "未履行", pending: "待履行", needsRight: "正文需要权限才能看",
  visits: "回访", visit: (name: string) => name.replace(/^day-(\d+)$|^(\d+)d$/, "$1$2 天").replace(/^month-(\d+)$|^(\d+)m$/, "$1$2 个月"), calm: "平稳", notCalm: "有反复", due: "到期", history: "经过", mediators: "调解员", venue: "地点",
  agreementTitle: "调解协议书", agreementNote: "本协议一式数份，当事人各执一份，调解组织留存一份。", signHere: "签名（捺印）", date: "日期",
  steps: {
    assess: "评估定级", plan: "定一案一策", extend: "延长期限", confirmation: "司法确认", refer: "流转", sessions: "记一次调解", agreement: "写协议", dispose: "处置", performance: "记履行", control: "排回访", visits: "记回访", escalate: "升级", close: "办结",
  } as Record<string, string>,
  field: { grade: "等级", reason: "理由", mediators: "调解员编号（空格分开）", venue: "地点编号", outcome: "结果", place: "地点", note: "说明", facts: "纠纷事实", duties: "协议内容（一行一条）", manner: "履行方式", deadline: "期限", performed: "是否履行", visit: "哪一次", calm: "是否平稳", owner: "负责人编号", measures: "措施", until: "延到", step: "进展", signed: "都已签名", oral: "口头协议" } as Record<string, string>,
  done: (step: string) => `已${step}`, stale: "别人刚改过这件案子：已重新读取，请再看一遍", newCase: "立案", kind: "纠纷类别（编码或别名）", description: "情况", opensCase: "立案", required: "请填写", close: "收起",
  from: "从", to: "到", thisMonth: "本月", lastMonth: "上月", segment: "环节", by: "按", targetShare: "达标率", byHour: "按小时", p50: "中位", p90: "九成", count: "数", mean: "平均", p99: "p99", share: "达标", noNumbers: "这段时间没有数据", trueUpTo: "数据到记录", incomplete: "数据有缺口", cut: "行数太多，只列最多的",
  segments: { received_to_assigned: "接警到派警", assigned_to_acknowledged: "派警到签收", acknowledged_to_on_scene: "签收到到场", received_to_on_scene: "接警到到场", on_scene_to_cleared: "到场到处结", received_to_cleared: "接警到处结" } as Record<string, string>,
  dimensions: { category: "类别", station: "派出所", grid_cell: "警格", priority: "级别", hour: "小时", shift: "班次" } as Record<string, string>,
  comparison: "同比、环比", period: "上期", year: "去年同期", responseTimes: "响应时间", seconds: (n: number) => (n < 90 ? `${Math.round(n)} 秒` : `${(n / 60).toFixed(1)} 分`), worstFirst: "差的在前", target: "目标", incidents: (n: number) => `${n} 起`, table: "表", warnings: "态势预警", bulletins: "通报", expectedSeen: (expected: number, seen: number) => `预计 ${expected.toFixed(1)} 起，实际 ${seen} 起`, falseAlarms: (share: number) => `平常一周误报的可能 ${Math.round(share * 100)}%`,
  crew: "警组", noTask: "没有任务，待命", gps: (t: string) => `定位 ${t} 前`, noGps: "没有定位：浏览器要 https 才给位置", receivedAt: "接到", next: { assigned: "签收", acknowledged: "出发", en_route: "到场", on_scene: "处结" } as Record<string, string>, result: "结果", decline: "退单", why: "原因",
  emergency: "求援 按住 2 秒", emergencySent: "已求援，附近警力正在赶来", duty: "上岗", offDuty: "下岗", sure: "确定", older: (t: string) => `断线，画面是 ${t} 前的`, radio: "没有成功：用电台", dispute: "转调解", settled: "当场已和解", map: "在地图应用中看", distance: (m: string) => `约 ${m}`,
};
export type Work = typeof zh;
