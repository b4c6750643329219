// What the services say when they refuse is one English sentence; on a Chinese page it is said in Chinese.
import type { Refusal } from "../http.ts";
import { session } from "../session.ts";
import { words } from "./index.ts";
import { work } from "./work.ts";

const status = (word: string): string => ({ ...words.status, ...words.assignment, ...words.unit } as Record<string, string>)[word] ?? word;

const SENTENCES: [RegExp, (...found: string[]) => string][] = [
  [/^(\S+) is (\w+): it cannot take (.+)$/, (n, now, what) => `${n} 已是“${status(now ?? "")}”，不能再${(words.act as Record<string, string>)[(what ?? "").replace(/ /g, "-")] ?? what}`],
  [/^(\S+) is merged into (\S+): unmerge it$/, (n, into) => `${n} 已并入 ${into}，请先拆出`],
  [/^(\S+) is on (\S+) already$/, (u, n) => `${u} 已在 ${n}`],
  [/^(\S+) is (busy.*|on .*)$/, (u) => `${u} 在办，用 gp 改派`],
  [/^(\S+) is off.duty.*$/, (u) => `${u} 已下岗`],
  [/^there is no unit (\S+)$/, (u) => `无 ${u}`],
  [/^there is no assignment .*$/, () => "没有这个派单"],
  [/^the assignment is (\S+)'s, not (\S+)'s$/, (u) => `这是 ${u} 的派单`],
  [/^the assignment is (\w+): it cannot be (\w+)$/, (now, then) => `派单已是“${status(now ?? "")}”，不能再“${status(then ?? "")}”`],
  [/^(\S+) cannot be (merged into|linked to) itself$/, (n) => `${n} 不能与自己合并或关联`],
  [/^(\S+) is (\w+): nothing can be merged into it$/, (n, now) => `${n} 已是“${status(now ?? "")}”，不能并入`],
  [/^(.+) is on the scene of (\S+): it cannot be held$/, (u, n) => `${u} 已在 ${n} 现场，不能挂起`],
  [/^(\S+) is no neighbour that lends to (\S+)$/, (a) => `${a} 不是可借警力的邻区`],
  [/^(\S+) is (\w+): it waits for nobody$/, (n, now) => `${n} 已是“${status(now ?? "")}”，不等警力`],
  [/^(\S+) waits for nobody that (\S+) lends.*$/, (n, a) => `${n} 要的警力 ${a} 不出借`],
  [/^(\S+) is not lent$/, (u) => `${u} 没有借出`],
  [/^(\S+) is lent to (\S+): recall it first$/, (u, a) => `${u} 借给了 ${a}，先召回`],
  [/^(\S+) has no small case$/, (n) => `${n} 不是小案`],
  [/^the small case of (\S+) is solved already.*$/, (n) => `小案 ${n} 已办结`],
  [/^the plan (\S+) of (\S+) has no step (\S+)$/, (_plan, n, step) => `${n} 的预案没有步骤 ${step}`],
  [/^(\S+) is (\w+): nobody is sent to it any more$/, (n, now) => `${n} 已是“${status(now ?? "")}”，不再派警`],
  [/^the incident ended more than a day ago$/, () => "警情已结束一天以上"],
  [/^The set of \S+ has no category '?([^':]+)'?:.*$|^the area's set \S+ has no category '([^']+)'.*$/, (one, other) => `没有类别 ${one ?? other}`],
  [/^There is no incident with this id\.$/, () => "没有这条警情"],
  [/^Many are changing this incident at this moment: try again\.$/, () => "正有人在改这条警情，稍候再试"],
  [/^Another dispute was reported of this incident: its case is there\.$/, () => "这条警情已经转过调解，案件已在"],
  [/^The case is (\w+): (\S+) is not possible\.$/, (now, step) => `案件在“${work.stage[now ?? ""] ?? now}”阶段，不能“${work.steps[step ?? ""] ?? step}”`],
  [/^A red dispute has a plan with a named owner first.*$/, () => "红色纠纷先定一案一策，写明负责人"],
  [/^An agreement is recorded( already)?: dispose of the case\.$/, () => "已有协议：请处置"],
  [/^An agreement is recorded: there is nothing to extend\.$/, () => "已有协议，不用延期"],
  [/^No session has ended in agreement: record one first.*$/, () => "还没有达成一致的调解：先记一次"],
  [/^There is no agreement (that a court could confirm|to perform)\.$/, () => "还没有协议"],
  [/^The case is at the highest tier already\.$/, () => "已是最高一级联调"],
  [/^A settled case is followed up before it is closed: begin with control\.$/, () => "调解成功的案件先回访再办结：先排回访"],
  [/^Whether the agreement was performed is not recorded yet.*$/, () => "还没有记协议是否履行：先记履行"],
  [/^The last visit found no calm: escalate, or control again\.$/, () => "上次回访不平稳：升级，或重新排回访"],
  [/^Whether 治安调解 is allowed is not known.*$/, () => "能否治安调解还不清楚：评估时填法律条件"],
  [/^The visit (\S+) is recorded already\.$/, (visit) => `回访 ${work.visit(visit ?? "")} 已经记过`],
  [/^An agreement has at least two parties: name them first.*$/, () => "协议至少两方：先加当事人"],
  [/^A written agreement is signed by every party: (.+) is missing\..*$/, (who) => `书面协议要各方签名：缺 ${who}；口头的请勾“口头协议”`],
  [/^(.+) is a minor: name a guardian first.*$/, (who) => `${who} 未成年：先加监护人`],
  [/^A written agreement bears a seal.*$/, () => "书面协议要盖章：写明地点，或记为口头协议"],
  [/^The area's rules make it at least (\w+).*$/, (grade) => `按规定至少是“${work.grade[grade ?? ""] ?? grade}”`],
  [/^Nobody of this area's mediators is free for it: name them\.$/, () => "没有空闲的调解员：请写明是谁"],
  [/^The area has no venue (.+); it has (.+)\.$/, (venue, known) => `没有地点 ${venue}；有 ${known}`],
  [/^(This time has passed\.|A session is recorded after it was held: .*)$/, () => "时间不对：请再看一遍"],
  [/^All parties ask the court together: .*$|^Every party has to consent to it: .*$/, () => "要各方都同意"],
  [/^A change needs the page's X-CSRF-Token: .*$/, () => "登录已换人或更新：请重新载入页面"],
  [/^This needs the scope .*$/, () => "没有这个权限"],
  [/does not answer just now\.$/, () => "服务无应答，稍候再试"],
  [/The area's writer has not answered in time/, () => "派警无应答，用电台"],
];

const WRONG: [RegExp, (...found: string[]) => string][] = [
  [/^required$|at least 1 character|at least 1 item/, () => words.wrong.missing],
  [/at least (\d+) character/, (n) => words.wrong.longer(n ?? "")],
  [/at most (\d+) character/, (n) => words.wrong.shorter(n ?? "")],
  [/greater than or equal to (\S+)$/, (n) => words.wrong.least(n ?? "")],
  [/less than or equal to (\S+)$/, (n) => words.wrong.most(n ?? "")],
  [/valid integer/, () => words.wrong.whole],
  [/valid number/, () => words.wrong.number],
  [/valid date|valid datetime|between the years/, () => words.wrong.date],
  [/match pattern/, () => words.wrong.written],
  [/^.+ is not a result of \S+: it has (.+)\.$/, (known) => words.wrong.among(known ?? "")],
];

/** What to do about a field, in the person's language. */
export function wrongIn(httpStatus: number, detail: string): string {
  for (const [pattern, say] of WRONG) {
    const found = pattern.exec(detail);
    if (found !== null) return say(...found.slice(1));
  }
  return refusal(httpStatus, detail);
}

/** What a field is called, by its pointer; empty where it has no name on the page. */
export function fieldName(pointer: string): string {
  for (const name of pointer.split(/[/.]/).reverse()) {
    const found = words.fields[name] ?? words.form[name] ?? work.field[name];
    if (found !== undefined) return found;
  }
  return "";
}

/** The fields that a final form lacks, as dispatch names them. */
export const lacking = (detail: string): string[] => /^the final form of .+ needs (.+): fill them in and send it again$/.exec(detail)?.[1]?.split(", ") ?? [];

/** The reason of a refusal in the page's language, with the fields that it names. */
export function refusalOf(error: Refusal): string {
  const lacks = lacking(error.detail);
  if (lacks.length > 0) return words.wrong.lacks(lacks.map((one) => fieldName(one) || one));
  if (error.status === 401 || error.fields.length === 0) return refusal(error.status, error.detail);
  return error.fields.map((one) => [fieldName(one.pointer), wrongIn(error.status, one.detail)].filter((each) => each !== "").join(words.colon)).join(words.semicolon);
}

/** The reason of a refusal in the page's language; what is not known is told as it came. */
export function refusal(httpStatus: number, detail: string): string {
  if (httpStatus === 401) return words.over.answer;
  if (session.language === "en") return detail === "" ? words.bad.other(httpStatus, "") : detail;
  for (const [pattern, say] of SENTENCES) {
    const found = pattern.exec(detail);
    if (found !== null) return say(...found.slice(1));
  }
  return httpStatus === 403 ? words.bad.forbidden : words.bad.other(httpStatus, detail);
}
