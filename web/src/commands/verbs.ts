// One table of what can be said on the command line: English, Chinese, the initials of its pinyin, and what it takes.

export type Takes = "units" | "unit" | "incident" | "incidents" | "words" | "reason";

export interface Verb {
  id: VerbId;
  en: readonly string[];
  zh: readonly string[];
  py: readonly string[];
  takes: readonly Takes[];
  /** Without a reason it is refused. */
  reason: boolean;
  /** It is shown before it is done: Enter once more does it. */
  preview?: true;
  scope: string;
  example: string;
}

export type VerbId =
  | "assign" | "acknowledge" | "en-route" | "on-scene" | "clear" | "decline" | "withdraw" | "reassign" | "hold" | "release"
  | "merge" | "unmerge" | "link" | "urge" | "cancel" | "reopen" | "note" | "call" | "case" | "own" | "solve"
  | "category" | "priority" | "place" | "feedback" | "on-duty" | "off-duty" | "stand-down" | "aid" | "recall" | "step" | "open";

const verb = (
  id: VerbId, en: string, zh: string, py: string, takes: string, scope: string, example: string, more: { reason?: true; preview?: true } = {},
): Verb => ({
  id, en: en.split(" "), zh: zh.split(" "), py: py.split(" "), takes: takes ? (takes.split(" ") as Takes[]) : [],
  scope, example, reason: more.reason ?? false, ...(more.preview ? { preview: true as const } : {}),
});

const COMMAND = "dispatch:command";
const CREW = "assignments:command";

export const VERBS: readonly Verb[] = [
  verb("assign", "assign send", "派", "pj", "units incident reason", COMMAND, "assign P3 1042", { preview: true }),
  verb("acknowledge", "ack sign", "签收", "qs", "unit", CREW, "ack P3"),
  verb("en-route", "en go", "出发", "cf", "unit", CREW, "en P3"),
  verb("on-scene", "scene at", "到场", "dc", "unit", CREW, "scene P3"),
  verb("clear", "clear", "处结", "cj", "unit words", CREW, "clear P3 当场调解"),
  verb("decline", "decline", "退单", "td", "unit reason", CREW, "decline P3;…", { reason: true }),
  verb("withdraw", "off", "撤下", "cx", "unit reason", COMMAND, "off P3;…", { reason: true }),
  verb("reassign", "reassign swap", "改派", "gp", "units incident reason", COMMAND, "reassign P7 1042;…", { reason: true }),
  verb("hold", "hold", "挂起", "gq", "incident words reason", COMMAND, "hold . 10m;…", { reason: true }),
  verb("release", "release", "解挂", "jg", "incident", COMMAND, "release 1042"),
  verb("merge", "dup merge", "并入", "ba", "incidents reason", COMMAND, "dup 1042 1039", { preview: true }),
  verb("unmerge", "unmerge", "拆出", "cc", "incident reason", COMMAND, "unmerge 1042;…", { reason: true }),
  verb("link", "link", "关联", "gl", "incidents", COMMAND, "link 1042 1039"),
  verb("urge", "urge", "催办", "cb", "incident", COMMAND, "urge 1042"),
  verb("cancel", "cancel", "取消", "qx", "incident reason", COMMAND, "cancel .;…", { reason: true, preview: true }),
  verb("reopen", "reopen", "重开", "ck", "incident reason", COMMAND, "reopen 1042;…", { reason: true }),
  verb("note", "note", "备注", "bz", "incident words", COMMAND, "note . …"),
  verb("call", "call", "接警", "jj", "words", "incidents:write", "call brawl 美食七街"),
  verb("case", "case mediate", "转调解", "ztj", "incident words", "disputes:write", "case . 0899"),
  verb("own", "own", "认领", "rl", "incident words", COMMAND, "own 1042 P3"),
  verb("solve", "solve", "办结", "bj", "incident words", CREW, "solve 1042 已找回"),
  verb("step", "step", "步骤", "bzh", "incident words", COMMAND, "step . broadcast"),
  verb("category", "category", "定类", "dl", "incident words", COMMAND, "category . brawl"),
  verb("priority", "priority", "改级", "gj", "incident words", "incidents:write", "priority . 1"),
  verb("place", "place", "改址", "gz", "incident words", "incidents:write", "place . 美食七街"),
  verb("feedback", "feedback form", "反馈", "fk", "incident", CREW, "feedback ."),
  verb("on-duty", "on", "上岗", "sg", "units", "units:write", "on P3"),
  verb("off-duty", "offduty", "下岗", "xg", "units", "units:write", "offduty P3"),
  verb("stand-down", "standdown", "解除求助", "jcqz", "unit reason", COMMAND, "standdown P3;…", { reason: true }),
  verb("aid", "aid", "求援", "qy", "incident words reason", COMMAND, "aid . yujin;…", { reason: true }),
  verb("recall", "recall", "召回", "zh", "unit reason", COMMAND, "recall P3;…", { reason: true }),
  verb("open", "open show", "打开", "dk", "incident", "dispatch:read", "open 1042"),
];

export const verbOf = (id: VerbId): Verb => VERBS.find((one) => one.id === id) as Verb;
