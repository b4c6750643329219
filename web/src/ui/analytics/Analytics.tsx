// Response times against their targets, and the year-on-year sheet where analytics has one. Every figure with its n.
import { batch, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, Refusal } from "../../http.ts";
import { session } from "../../session.ts";
import { now } from "../../state/clock.ts";
import { area, part } from "../../state/view.ts";
import { words } from "../../words/index.ts";
import { categoryName } from "../../words/names.ts";
import { refusalOf } from "../../words/refusals.ts";
import { work } from "../../words/work.ts";
import { Insights, readInsights } from "./Insights.tsx";
import { ByHour, Shares, type Hour } from "./Charts.tsx";

interface Row { key: Record<string, string | number | null>; count: number; mean_s: number; p50_s: number; p90_s: number; p99_s: number; within_target: number | null }
interface Times { from: string; to: string; segment: string; rows: Row[]; true_up_to: Record<string, number>; incomplete: boolean; cut: boolean }
interface Change { before: number | null; share: number | null; text: { zh: string; en: string } }
interface Compared { of: string; running: boolean; rows: { key: string; name: { zh: string; en: string }; count: number; on_period: Change; on_year: Change }[] }

const zone = (): string => session.areas.find((one) => one.id === area.value)?.timezone ?? "Asia/Shanghai";
const day = (at: number): string => new Intl.DateTimeFormat("sv-SE", { timeZone: zone() }).format(new Date(at));
const today = (): string => day(now());
const monthStart = (date: string): string => `${date.slice(0, 7)}-01`;

const from = part("analytics", "from", "");
const to = part("analytics", "to", "");
const segment = part("analytics", "segment", "received_to_on_scene");
const by = part("analytics", "by", "category");
const table = signal<Times | null>(null);
const hours = signal<Times | null>(null);
const whole = signal<Times | null>(null);
const problem = signal<string | null>(null);
const sheet = signal<Compared | null>(null);

function thisMonth(): void {
  batch(() => { from.value = monthStart(today()); to.value = today(); });
}

function lastMonth(): void {
  const first = new Date(`${monthStart(today())}T12:00:00Z`);
  const end = new Date(first.getTime() - 86_400_000).toISOString().slice(0, 10);
  batch(() => { from.value = monthStart(end); to.value = end; });
}

/** Counts the questions: an answer that comes after another question was asked is not shown. */
let asked = 0;

async function read(): Promise<void> {
  asked += 1;
  if (from.value > to.value) { problem.value = words.wrong.reversed; return; }
  const mine = asked;
  const query = (more: string): string => `/analytics/v1/response-times?area=${area.value}&from=${from.value}&to=${to.value}&segment=${segment.value}${more}`;
  try {
    const [all, rows, hourly] = await Promise.all([ask<Times>(query("")), ask<Times>(query(`&by=${by.value}`)), ask<Times>(query("&by=hour"))]);
    if (mine !== asked) return;
    batch(() => { whole.value = all; table.value = rows; hours.value = hourly; problem.value = null; });
  } catch (error) {
    if (mine !== asked) return;
    problem.value = error instanceof Refusal ? refusalOf(error) : words.bad.offline;
  }
  const compared = await ask<Compared>(`/analytics/v1/comparisons?area=${area.value}&period=month&of=${to.value.slice(0, 7)}`).catch(() => null);
  if (mine === asked) sheet.value = compared;
}

function keyName(key: string | number | null | undefined): string {
  if (key === null || key === undefined || key === "") return "–";
  if (by.value === "category") return categoryName(String(key));
  if (by.value === "hour") return `${key}:00`;
  if (by.value === "priority") return `P${key}`;
  return String(key);
}

const said = (text: { zh: string; en: string }): string => text[session.language];

function Changed({ change }: { change: Change }) {
  if (change.share === null) return <td class="ink2">{said(change.text)}</td>;
  const up = change.share > 0;
  return <td>{change.share === 0 ? "＝ 0%" : `${up ? "▲ +" : "▼ "}${(change.share * 100).toFixed(1)}%`} <small>{change.before}</small></td>;
}

export default function Analytics() {
  useEffect(() => { if (from.value === "" || to.value === "") thisMonth(); else void read(); }, [from.value, to.value, segment.value, by.value]);
  useEffect(() => { void readInsights(); }, []);
  useEffect(() => { const timer = setInterval(() => { void read(); void readInsights(); }, 60_000); return () => clearInterval(timer); }, []);
  const total = whole.value?.rows[0];
  const worst = [...(table.value?.rows ?? [])].sort((one, other) => (one.within_target ?? 2) - (other.within_target ?? 2) || other.p90_s - one.p90_s);
  const perHour: Hour[] = (hours.value?.rows ?? []).map((one) => ({ hour: Number(one.key["hour"]), p50: one.p50_s, p90: one.p90_s, n: one.count })).sort((one, other) => one.hour - other.hour);
  const upTo = Object.entries(whole.value?.true_up_to ?? {}).filter(([, offset]) => offset >= 0).map(([, offset]) => offset).join(", ");
  return (
    <main class="analytics">
      <form class="panel filters" aria-label={words.find} onSubmit={(event) => event.preventDefault()}>
        <label for="from">{work.from}</label><input id="from" type="date" value={from.value} max={to.value} onChange={(event) => { if (event.currentTarget.value) from.value = event.currentTarget.value; }} />
        <label for="to">{work.to}</label><input id="to" type="date" value={to.value} onChange={(event) => { if (event.currentTarget.value) to.value = event.currentTarget.value; }} />
        <div class="pair"><button type="button" data-key="m" onClick={thisMonth}>{work.thisMonth} <kbd>m</kbd></button><button type="button" data-key="p" onClick={lastMonth}>{work.lastMonth} <kbd>p</kbd></button></div>
        <label for="segment">{work.segment}</label><select id="segment" value={segment.value} onChange={(event) => { segment.value = event.currentTarget.value; }}>{Object.entries(work.segments).map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select>
        <label for="by">{work.by}</label><select id="by" value={by.value} onChange={(event) => { by.value = event.currentTarget.value; }}>{Object.entries(work.dimensions).map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select>
        {upTo !== "" && <p class="ink2">{work.trueUpTo} {upTo}</p>}
        {whole.value?.incomplete === true && <p><span class="chip soon">{work.incomplete}</span></p>}
      </form>
      <div class="analytics-main">
        {problem.value !== null && <p class="answer bad" role="alert">× {problem.value}</p>}
        {total === undefined ? <section class="panel"><p class="empty">{whole.value === null && problem.value === null ? words.loading : work.noNumbers(from.value, to.value)}</p></section> : <>
          <section class="panel figures" aria-label={work.responseTimes}>
            <p class="headline">{work.headline(whole.value?.from ?? "", whole.value?.to ?? "", total.count, work.segments[whole.value?.segment ?? ""] ?? "", work.seconds(total.p50_s), work.seconds(total.p90_s), total.within_target === null ? null : Math.round(total.within_target * 100))}</p>
            {([[work.share, total.within_target === null ? "–" : `${Math.round(total.within_target * 100)}%`], [work.p50, work.seconds(total.p50_s)], [work.p90, work.seconds(total.p90_s)], [work.p99, work.seconds(total.p99_s)], [work.mean, work.seconds(total.mean_s)], [work.count, String(total.count)]] as const).map(([name, value]) => <div key={name}><small>{name}</small><b>{value}</b></div>)}
          </section>
          <section class="panel" aria-labelledby="share-title"><h2 id="share-title">{work.targetShare} · {work.dimensions[by.value]} <small>{work.worstFirst}</small></h2><div class="scroll" tabIndex={0} aria-labelledby="share-title"><Shares rows={worst.slice(0, 20).map((one) => ({ name: keyName(one.key[by.value]), share: one.within_target, n: one.count }))} /></div></section>
          <section class="panel" aria-labelledby="hour-title"><h2 id="hour-title">{work.byHour}</h2><ByHour hours={perHour} /></section>
          <section class={`panel ${sheet.value === null ? "whole" : ""}`} aria-labelledby="table-title"><h2 id="table-title">{work.table} <small>{work.worstFirst}</small></h2><div class="scroll" tabIndex={0} aria-labelledby="table-title"><table class="numbers"><thead><tr><th scope="col">{work.dimensions[by.value]}</th>{[work.count, work.share, work.p50, work.p90, work.p99, work.mean].map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
            <tbody>{worst.slice(0, 200).map((one, n) => <tr key={n}><th scope="row">{keyName(one.key[by.value])}</th><td>{one.count}</td><td>{one.within_target === null ? "–" : `${Math.round(one.within_target * 100)}%`}</td>{[one.p50_s, one.p90_s, one.p99_s, one.mean_s].map((value, m) => <td key={m}>{work.seconds(value)}</td>)}</tr>)}</tbody></table></div></section>
        </>}
        {sheet.value !== null && <section class="panel" aria-labelledby="sheet-title"><h2 id="sheet-title">{work.comparison} <small>{sheet.value.of}{sheet.value.running && ` · ${work.running}`}</small></h2><div class="scroll" tabIndex={0} aria-labelledby="sheet-title"><table class="numbers"><thead><tr><th scope="col">{work.dimensions["category"]}</th><th scope="col">{work.count}</th><th scope="col">{work.period}</th><th scope="col">{work.year}</th></tr></thead><tbody>{sheet.value.rows.map((one) => <tr key={one.key}><th scope="row">{said(one.name)}</th><td>{one.count}</td><Changed change={one.on_period} /><Changed change={one.on_year} /></tr>)}</tbody></table></div></section>}
        <Insights />
      </div>
    </main>
  );
}
