// What the services say when they refuse is one English sentence; on a Chinese page it is said in Chinese.
import { session } from "../session.ts";
import { words } from "./index.ts";

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
  [/^the final form of (\S+) needs (.+): fill them in and send it again$/, (n, what) => `${n} 的反馈单还缺：${what}`],
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
  [/^This needs the scope .*$/, () => "没有这个权限"],
  [/does not answer just now\.$/, () => "服务无应答，稍候再试"],
  [/The area's writer has not answered in time/, () => "派警无应答，用电台"],
];

/** The reason of a refusal in the page's language; what is not known is told as it came. */
export function refusal(httpStatus: number, detail: string): string {
  if (session.language === "en") return detail === "" ? words.bad.other(httpStatus, "") : detail;
  for (const [pattern, say] of SENTENCES) {
    const found = pattern.exec(detail);
    if (found !== null) return say(...found.slice(1));
  }
  return httpStatus === 403 ? words.bad.forbidden : words.bad.other(httpStatus, detail);
}
