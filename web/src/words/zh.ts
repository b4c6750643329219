// Chinese, the page's first language. `en.ts` has the same keys: the compiler sees to it.
import type { Fault } from "../commands/parse.ts";
import { events } from "./events.zh.ts";

export const zh = {
  title: "枫桥", screens: { desk: "指挥台", mediation: "调解台", analytics: "研判", wall: "大屏", crew: "警组" },
  line: {
    begin: "正在连接", lives: "在线", live: (s: number) => `在线 ${s}秒`, silent: (t: string) => `无数据 ${t}`, stands: (t: string) => `画面停 ${t}`, offline: (at: string) => `断线，画面 ${at}，重连中`,
    refused: "没有权限，或登录已过期：请重新登录", caught: (n: number) => `已恢复，补 ${n} 条`,
    standing: (at: string) => `Kafka 无应答，画面停在 ${at}，用电台`, stale: (age: string) => `画面是 ${age} 前的`,
  },
  over: { short: "登录已过期", told: "登录已过期：看到的不再更新，也不能下命令", signIn: "重新登录，回到这里", answer: "登录已过期：没有办理，请重新登录" },
  bar: {
    open: "未结", alarms: "告警", queue: "排队", free: "待命", signOut: "退出", other: "English", light: "浅色", dark: "深色", auto: "跟随系统",
    area: "辖区", theme: "明暗", sound: "提示音", soundOn: "开", soundOff: "关", keys: "按键",
  },
  incidents: "警情", units: "警力", told: "动态", map: "地图", drawer: "警情详情", command: "命令", alarms: "告警",
  noIncidents: "无警情，F2 接警", noUnits: "无人在岗：on P3 上岗", noTold: "从打开本页起记动态；之前的看各警情的时间线", loading: "正在读取…",
  find: "筛选 /", hidden: (n: number) => `筛选隐藏 ${n} 条，Esc 全显`, newAbove: (n: number) => `上方新 ${n} 条 ↑`,
  nobody: "尚无人", waits: "等", unsure: "位置不确定", placeUnknown: "没有找到这个地名：图上是派出所", sure: (n: number) => `把握 ${Math.round(n * 100)}%`, callers: (n: number) => `${n} 人报警`,
  weapon: "持械", reportUp: "要情上报", level: (n: number) => `等级 ${n}`, voidCall: "无效警情", urged: (n: number) => `催办 ${n} 次`, received: "接警", ended: "结束",
  toSelected: (number: string) => `到 ${number}`, byRoad: "按路程", secondsAway: (t: string) => `${t}`, noRoad: "无路", age: (t: string) => `位置 ${t} 前`,
  noPosition: "无位置，按驻地", standby: "待命点", onIt: "在办", alsoOn: (numbers: string) => `另有 ${numbers}`, lent: "已借出", borrowed: "借来",
  status: {
    active: "新", queued: "排队", resources_assigned: "已派", resources_enroute: "途中", resources_onscene: "到场", held: "挂起",
    awaiting_feedback: "待反馈", closed: "已结", cancelled: "已撤", merged: "已并",
  },
  unit: { emergency: "求助", available: "待命", conditionally_available: "可再派", not_available: "在办", off_duty: "下岗" },
  assignment: {
    assigned: "已派", acknowledged: "签收", en_route: "途中", on_scene: "到场", cleared: "处结", declined: "退单", timed_out: "超时", diverted: "改道", cancelled: "撤下",
  },
  timer: {
    assigned: "派警", on_scene: "到场", handled: "处置", feedback: "反馈", acknowledge: "签收", en_route: "出发", arrive: "到场", report_up: "上报",
    role: "增援", step: "步骤", left: (t: string) => `剩${t}`, over: (t: string) => `超${t}`,
  } as Record<string, any>,
  role: { primary: "主办", support: "增援", first_response: "先期", sweep: "拉网", liaison: "联络", back_up: "支援", waiting: "待定" } as Record<string, string>,
  recommendation: {
    title: "建议", none: "无空闲警力：可求援 qy", why: (saved: number, other: string) => `比 ${other} 快 ${saved} 秒`, only: "仅此一组可派",
    stale: "位置旧", silent: "上次未应答", covers: "本责任区", ruledOut: "不可派", busy: "在办", off_duty: "下岗", no_road: "无路", capability: "能力不符", emergency: "求助中", lent: "借出", again: "重新计算",
    more: "如要增派", refused: "现在算不出建议", send: "派出建议",
  } as Record<string, any>,
  form: { title: "反馈单", result: "处理结果", described: "处置经过", people_involved: "涉及人数", injured: "受伤", dead: "死亡", detained: "带走", helped: "救助", vehicles_lost: "丢车", vehicles_recovered: "找回车", lost_yuan: "损失（元）", recovered_yuan: "挽回（元）", prevented_yuan: "止付（元）", send: "提交反馈", required: "必填" } as Record<string, string>,
  until: (at: string) => `到 ${at}`, readPaper: "看内容", lookIsRecorded: "查看会留痕", formKept: "反馈单没有交，写的还在", on: "在办警力", timeline: "时间线", surroundings: "周边", words: "报警内容", history: "旧警情", near: "近处",
  nothingNear: "记录中没有周边信息", metres: (n: number) => `${n} 米`, cameras: "探头", posts: "警务点", hazards: "隐患", warnings: "警示", earlier: "旧警情",
  masked: "姓名、号码已遮蔽", loadFailed: "读取失败，稍后自动再试",
  act: {
    assign: "派", reassign: "改派", hold: "挂起", release: "解挂", merge: "并入", case: "转调解", note: "备注", cancel: "取消", withdraw: "撤下",
    urge: "催办", reopen: "重开", unmerge: "拆出", clear: "处结", step: "步骤", aid: "求援", acknowledge: "签收", "en-route": "出发", "on-scene": "到场",
    decline: "退单", link: "关联", category: "定类", priority: "改级", place: "改址", feedback: "反馈", own: "认领", solve: "办结", call: "接警", "on-duty": "上岗", "off-duty": "下岗", "stand-down": "解除求助", recall: "召回", open: "打开",
  } as Record<string, string>,
  commandHint: "动词 [警力] [警情] [内容] [;原因] · Tab 补全 · ↑ 历史", run: "执行", lastAnswer: "回答", noAnswer: "还没有命令",
  preview: (what: string) => `${what}？再按 Enter 执行，Esc 放弃`, running: "正在发送…",
  previewAssign: (units: string, n: string) => `派 ${units} 到 ${n}`, previewCancel: (n: string) => `取消 ${n}`, previewCall: (parked: string) => `丢掉没接完的“${parked}”，接新的`, previewMerge: (a: string, b: string) => `把 ${b} 并入 ${a}`,
  undo: "u 撤回", nothingToUndo: "没有可撤回的",
  done: {
    assign: (u: string, n: string) => `${u} 已派往 ${n}，等签收`, acknowledge: (u: string) => `${u} 已签收`, "en-route": (u: string) => `${u} 已出发`,
    "on-scene": (u: string) => `${u} 已到场`, clear: (u: string, n: string) => `${u} 处结 ${n}`, decline: (u: string) => `${u} 已退单`, withdraw: (u: string, n: string) => `${u} 已撤出 ${n}`,
    reassign: (u: string, n: string) => `${n} 已改派 ${u}`, hold: (n: string) => `${n} 已挂起`, release: (n: string) => `${n} 已解挂`, merge: (a: string, b: string) => `${b} 已并入 ${a}`,
    unmerge: (n: string) => `${n} 已拆出`, link: (a: string, b: string) => `${a} 已关联 ${b}`, urge: (n: string) => `已催办 ${n}`, cancel: (n: string) => `${n} 已取消`,
    reopen: (n: string) => `${n} 已重开`, note: (n: string) => `${n} 已备注`, call: (n: string) => `已接警 ${n}`, case: () => "已转调解；Enter 打开", own: (n: string, o: string) => `小案 ${n} 由 ${o} 负责`,
    category: (n: string, c: string) => `${n} 定类 ${c}`, priority: (n: string, p: number) => `${n} 改为 ${p} 级`, place: (n: string, where: string) => `${n} 改址 ${where}`, feedback: (n: string) => `${n} 反馈单已打开`, feedbackGiven: (n: string) => `${n} 反馈单已提交`,
    solve: (n: string) => `小案 ${n} 办结`, step: (n: string, s: string) => `${n} 步骤 ${s} 完成`, "on-duty": (u: string) => `${u} 上岗`, "off-duty": (u: string) => `${u} 下岗`,
    "stand-down": (u: string) => `${u} 求助解除`, aid: (n: string, a: string) => `${n} 已向 ${a} 求援`, recall: (u: string) => `${u} 已召回`, open: (n: string) => `${n}`,
    acked: "所示告警已确认", undone: (what: string) => `已撤回：${what}`, linkedCaller: (n: string) => `报警人已加到 ${n}`,
  } as Record<string, any>,
  fault(fault: Fault): string {
    switch (fault.kind) {
      case "no-verb": return `没有“${fault.word}”这个命令：F1 看全部`;
      case "ambiguous": return `“${fault.word}”不止一个：${fault.among.join("、")}`;
      case "no-unit": return fault.like === null ? `无 ${fault.word}` : `无 ${fault.word}，${fault.like}？`;
      case "no-incident": return `没有未结警情 ${fault.word}`;
      case "nothing-selected": return "没有选中的警情：先用 j k 选";
      case "needs": return { unit: "请写警力，如 P3", incident: "请写警情号，或先选一条", incidents: "请写两个警情号", reason: "请加 ;原因", area: "请写向哪个辖区求援", words: "请写内容" }[fault.what];
    }
  },
  wrong: {
    marked: "有的栏要改：看标红的", missing: "请填写", longer: (n: string) => `至少 ${n} 个字`, shorter: (n: string) => `最多 ${n} 个字`, least: (n: string) => `不能小于 ${n}`, most: (n: string) => `不能大于 ${n}`,
    whole: "请写整数", step: (n: string) => `最小到 ${n}`, number: "请写数字", date: "请写日期", written: "写法不对", among: (known: string) => `请写其中之一：${known}`, lacks: (names: string[]) => `反馈单还缺：${names.join("、")}`,
    phone: "只写数字、空格、+、-", kind: "没有这个纠纷类别：从列表里选", area: (known: string) => `向哪个辖区求援？${known}`, noLender: "没有可借警力的邻区", reversed: "“从”在“到”之后：换过来",
  },
  fields: {
    text: "内容", description: "内容", words: "内容", reason: "原因", area: "辖区", kind: "类别", category: "类别", code: "类别", disposition: "处理结果", units: "警力", phone: "电话", name: "姓名", priority: "级别",
    address: "地点", location: "地点", from: "从", to: "到", shift: "班次", role: "身份", order: "整改要求", due_at: "期限", deadline: "期限", source: "来源",
  } as Record<string, string>,
  bad: {
    unconfirmed: "未确认，勿重发：看动态里有没有", silent: "派警无应答，用电台", offline: "服务无应答，稍候再试", forbidden: "没有这个权限",
    unitOn: (u: string, n: string) => `${u} 在 ${n}，用 gp 改派`, unitFree: (u: string) => `${u} 没有在办的警情`, unitOff: (u: string) => `${u} 已下岗：on ${u} 上岗`,
    ended: (n: string) => `${n} 已结，先重开`, duration: "挂起多久？如 10m、2h", adviceNone: (n: string) => `无空闲，${n} 排队，可求援`, noRight: (what: string) => `没有“${what}”的权限`,
    priority: "级别是 1 到 4", place: "这个地点找不到：换个说法，或在地图上点", category: "没有这个类别", other: (status: number, detail: string) => `被拒绝（${status}）：${detail}`,
  },
  call: {
    title: "接警", what: "什么事", where: "在哪里", say: "内容", caller: "报警人", phone: "电话", source: "来源", priority: "级别", byCategory: "按类别", accept: "接警", park: "搁置", parked: "搁置的接警", goOn: "继续", throwAway: "放弃", thrown: "接警已放弃",
    whatHint: "类别、别名或拼音首字母", whereHint: "地名、拼音或首字母", same: "是同一件事吗？", addCaller: "加为报警人", pinned: "位置以地图上的点为准", takenFor: (place: string) => `地点取 ${place}`, noPlace: "没有找到这个地名：仍可接警，位置记为不确定",
    pending: "已收下，Kafka 恢复后转出", weapon: "持械", busy: "正在接警…", slow: "接警服务没有应答，还在发：要紧的先用电台派", unsure: "接警服务没有应答，不知收到没有：按 Ctrl+Enter 再发，编号相同，不会成两起", again: "再发一次", asFirstSent: (n: string) => `${n} 先前已收到，之后的改动没有写入：在搁置的接警里，用 gz、gj 补`, none: "附近没有相似警情", sayFirst: "写了什么事、在哪里，就查有没有相似的", alike: (share: number) => `相似 ${Math.round(share * 100)}%`,
  },
  keys: {
    title: "按键", everywhere: "随处可用", outside: "不在输入框时", lettersOn: "字母键", verbs: "命令",
    list: [["F1", "按键"], ["F2", "接警"], ["F3", "下一条最急"], ["F4", "到警力"], ["F6", "换区域"], ["F8", "派出建议"], ["F9", "确认告警"], ["Ctrl+K", "搜索动作"], ["Ctrl+/", "命令行"], ["Esc", "返回"]],
    letters: [["j k", "上下"], ["Enter", "打开"], ["/", "筛选"], ["g d", "指挥台"], ["g m", "调解台"], ["g a", "研判"], ["g w", "大屏"], ["u", "撤回"], ["h 0 l", "地图：热力、全图、清单"], ["a s v o", "全部告警、小案、到期、警力"], ["1–9 n p h c", "调解台：下一步、立案、加当事人、隐患、询问"], ["m p", "研判：本月、上月"], ["t r b e", "主题、辖区、提示音、语言"]], close: "关闭",
  },
  palette: { title: "搜索动作", hint: "写要做的事", none: "没有这样的动作" },
  strip: { small: "小案", due: "调解到期", feedback: "待反馈", holes: "空防", force: "警力", planned: (a: number, p: number) => `${a}/${p}`, overdue: (n: number) => `${n} 超期` },
  alarm: {
    undecided: (what: string) => `${what || "警情"} 仍未派出：用电台`, queued: (n: string) => `${n} 排队，无空闲警力：求援 qy`, none: "无告警", emergency: (u: string) => `紧急：${u} 民警求助！`,
    unsigned: (u: string, n: string) => `${u} 超时未签 ${n}：改派 gp`, unreadable: "有一条警情无法读取：查死信", acknowledge: (n: number) => `确认 ${n} 条 F9`, acknowledgeThem: "确认告警", more: (n: number) => `还有 ${n} 条`, over: (n: string, what: string) => `${n} ${what}超时`,
  },
  layers: { closer: "放大", wider: "缩小", heat: "热力", standby: "待命点", zones: "防区", home: "全图", list: "清单", stations: "派出所", cells: "警格", busiest: "警情最多处（四周）" }, incidentsThere: (n: number) => `${n} 起`, mapFailed: "地图画不出来（浏览器没有 WebGL）：列表照常可用", cluster: (n: number) => `此处 ${n} 个`,
  wall: { queue: "未派", p1: "一级", oldest: "最久未派", tonight: "1-3-5 达标", next: "下一个到期", page: (a: number, b: number) => `第 ${a}/${b} 页`, more: "更多", answered: "接警", arrived: "到场", handled: "处置", calm: "无未结警情" },
  notice: { delivered: (to: string) => `已送达 ${to}`, failed: (to: string) => `送达 ${to} 失败` },
  semicolon: "；", colon: "：", offline: "离线", reload: "重新载入", close: "关闭", back: "返回", more: "更多", none: "无", yes: "是", no: "否", of: "／", send: "提交", cancelled: "已放弃",
  event: events,
};

export type Words = typeof zh;
