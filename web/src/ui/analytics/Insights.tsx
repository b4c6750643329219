// Early warnings and bulletins, where analytics offers them: each warning says what was expected, seen, and how sure.
import { signal } from "@preact/signals";
import { ask } from "../../http.ts";
import { session } from "../../session.ts";
import { area } from "../../state/view.ts";
import { dayTime, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";

interface Both { zh: string; en: string }
interface Warned { id: string; what: string; text: Both; at: string; expected: number; seen: number; weekly_false_alarms: number; place_name: string | null; grid_cells: string[]; name: Both | null }
interface Bulletin { id: string; title: Both; issued: string; from: string; to: string; overdue: number }

const warnings = signal<Warned[] | null>(null);
const bulletins = signal<Bulletin[] | null>(null);
const said = (text: Both): string => text[session.language];

export async function readInsights(): Promise<void> {
  const items = async <T,>(path: string): Promise<T[] | null> => (await ask<{ items: T[] }>(`/analytics/v1/${path}?area=${area.value}`).catch(() => null))?.items ?? null;
  [warnings.value, bulletins.value] = await Promise.all([items<Warned>("warnings"), items<Bulletin>("bulletins")]);
}

export function Insights() {
  const read = (one: Bulletin, form: string): string => `/analytics/v1/bulletins/${encodeURIComponent(one.id)}.${form}?lang=${session.language}`;
  return (
    <>
      {warnings.value !== null && <section class="panel" aria-labelledby="warnings-title"><h2 id="warnings-title">{work.warnings} <small>{warnings.value.length}</small></h2>
        {warnings.value.length === 0 ? <p class="empty">{words.none}</p> : <ul class="scroll warned-list" tabIndex={0} aria-labelledby="warnings-title">{warnings.value.map((one) => (
          <li key={one.id}><time>{dayTime(one.at, area.value)}</time> <b>{said(one.text)}</b> <small>{[one.name === null ? null : said(one.name), one.place_name ?? one.grid_cells.join(" ")].filter(Boolean).join(" · ")}</small>
            <p>{work.expectedSeen(one.expected, one.seen)} · <small>{work.falseAlarms(one.weekly_false_alarms)}</small></p></li>))}</ul>}</section>}
      {bulletins.value !== null && <section class="panel" aria-labelledby="bulletins-title"><h2 id="bulletins-title">{work.bulletins} <small>{bulletins.value.length}</small></h2>
        {bulletins.value.length === 0 ? <p class="empty">{words.none}</p> : <ul class="scroll warned-list" tabIndex={0} aria-labelledby="bulletins-title">{bulletins.value.map((one) => (
          <li key={one.id}><a href={read(one, "html")} target="_blank" rel="noopener">{said(one.title)} {one.issued}</a> <small>{one.from} – {one.to}</small> <a href={read(one, "xlsx")}>.xlsx</a>{one.overdue > 0 && <span class="chip act">{words.strip.overdue(one.overdue)}</span>}</li>))}</ul>}</section>}
    </>
  );
}
