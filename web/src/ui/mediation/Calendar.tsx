// What somebody has to do on a case in the next seven days, day by day; what is overdue stands first.
import { named, session } from "../../session.ts";
import { now, second } from "../../state/clock.ts";
import { kinds } from "../../state/lookups.ts";
import { span } from "../../state/urgency.ts";
import { area, openCase } from "../../state/view.ts";
import { minute, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";
import { GradeMark } from "../Mark.tsx";
import { dueName, type DueVisit } from "../Strip.tsx";
import { visits } from "./cases.ts";

const zone = (): string => session.areas.find((one) => one.id === area.value)?.timezone ?? "Asia/Shanghai";
const day = (at: number | string): string => new Intl.DateTimeFormat("sv-SE", { timeZone: zone() }).format(new Date(at));
const title = (at: string): string => new Intl.DateTimeFormat(session.language === "zh" ? "zh-CN" : "en-GB", { timeZone: zone(), weekday: "short", month: "numeric", day: "numeric" }).format(new Date(at));

export const kindOf = (kind: string): string => { const found = kinds.value[kind]; return found === undefined ? kind : named(found); };

export function Calendar() {
  void second.value;
  const at = now();
  const groups = new Map<string, DueVisit[]>();
  for (const one of [...visits.value].sort((first, other) => Date.parse(first.due_at) - Date.parse(other.due_at))) {
    const name = Date.parse(one.due_at) < at ? work.overdue : day(one.due_at) === day(at) ? work.today : title(one.due_at);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return (
    <section class="panel visits" aria-labelledby="visits-title"><h2 id="visits-title">{work.week} <span class="ink2">{visits.value.length}</span></h2>
      {groups.size === 0 ? <p class="empty">{work.noVisits}</p> : <div class="list" tabIndex={0} aria-labelledby="visits-title">{[...groups].map(([name, all]) => (
        <section key={name} class="day"><h3 class={name === work.overdue ? "late" : ""}>{name} <span class="ink2">{all.length}</span></h3><ul>{all.map((one) => { const late = Date.parse(one.due_at) < at; return (
          <li key={`${one.case_id}${one.visit}`} class="case-row visit"><GradeMark grade={one.grade} /><button type="button" class="link" onClick={() => openCase(one.case_id)}>{kindOf(one.kind)}</button><span>{dueName(one)}</span>
            <span class={late ? "chip act" : "ink2"}>{late ? words.timer["over"](span((at - Date.parse(one.due_at)) / 1000)) : minute(one.due_at, area.value)}</span></li>); })}</ul></section>))}</div>}
    </section>
  );
}
