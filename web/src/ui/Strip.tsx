// The strip below the panels: small cases, visits due, forms due, holes in the coverage.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../http.ts";
import { may, named } from "../session.ts";
import { casesChanged, smallCasesChanged } from "../state/board.ts";
import { now } from "../state/clock.ts";
import { counts } from "../state/derived.ts";
import type { Grade, SmallCase } from "../state/types.ts";
import { span } from "../state/urgency.ts";
import { area, openCase, select } from "../state/view.ts";
import { words } from "../words/index.ts";
import { GradeMark } from "./Mark.tsx";
import { shift } from "./Bar.tsx";
import { kindName, placeName } from "../words/names.ts";
import { work } from "../words/work.ts";

interface Small { id?: string; incident_id?: string; number: string; small_case?: SmallCase; owner?: string; due_at?: string; status?: string }
export interface DueVisit { case_id: string; kind: string; visit: string; what: string; grade?: Grade; due_at: string }

/** What falls due, in words: a visit by its name, anything else by what it is. */
export const dueName = (one: DueVisit): string => (one.what === "visit" ? `${work.visits} ${work.visit(one.visit)}` : (work.dueKind[one.what] ?? one.what));
interface Board { force: { shift: { name_zh: string; name_en: string } | null; kinds: { kind: string; name_zh: string; name_en: string; planned: number | null; actual: number; free: number }[] }; holes: { rule: string; place: string | null; since: string }[] }

export const small = signal<Small[]>([]);
export const due = signal<DueVisit[]>([]);
const board = signal<Board | null>(null);
const shownList = signal<"small" | "due" | "force" | null>(null);
const EVERY_MS = 60_000;

async function readAll(): Promise<void> {
  const week = new Date(now() + 7 * 86_400_000).toISOString();
  await Promise.all([
    may("dispatch:read") ? ask<{ items: Small[] }>(`/dispatch/v1/small-cases?area=${area.value}&limit=200`).then((told) => { small.value = told.items.filter((one) => (one.small_case?.status ?? one.status) !== "solved"); }).catch(() => undefined) : null,
    may("cases:read") ? ask<{ items: DueVisit[] }>(`/mediation/v1/due?area=${area.value}&before=${encodeURIComponent(week)}&limit=200`).then((told) => { due.value = told.items; }).catch(() => undefined) : null,
    may("dispatch:read") ? ask<Board>(`/dispatch/v1/areas/${area.value}/board`).then((told) => { board.value = told; shift.value = told.force.shift === null ? "" : named(told.force.shift); }).catch(() => undefined) : null,
  ]);
}

export function useStrip(): void {
  useEffect(() => {
    const soon = setTimeout(() => void readAll(), 400);
    const timer = setInterval(() => void readAll(), EVERY_MS);
    return () => { clearTimeout(soon); clearInterval(timer); };
  }, [casesChanged.value, smallCasesChanged.value]);
}

export function Strip() {
  useStrip();
  const overdueSmall = small.value.filter((one) => (one.small_case?.status ?? one.status) === "overdue").length;
  const overdueVisits = due.value.filter((one) => Date.parse(one.due_at) < now()).length;
  const toggle = (which: "small" | "due" | "force") => () => { shownList.value = shownList.value === which ? null : which; };
  const holes = board.value?.holes ?? [];
  return (
    <section class="strip" aria-label={`${words.strip.small}, ${words.strip.due}`}>
      <button type="button" aria-expanded={shownList.value === "small"} data-key="s" onClick={toggle("small")}>{words.strip.small} <b>{small.value.length}</b> <kbd>s</kbd>{overdueSmall > 0 && <span class="chip act">{words.strip.overdue(overdueSmall)}</span>}</button>
      {may("cases:read") && <button type="button" aria-expanded={shownList.value === "due"} data-key="v" onClick={toggle("due")}>{words.strip.due} <b>{due.value.length}</b> <kbd>v</kbd>{overdueVisits > 0 && <span class="chip act">{words.strip.overdue(overdueVisits)}</span>}</button>}
      <span>{words.strip.feedback} <b>{counts.value.feedback}</b></span>
      {holes.length > 0 && <span class="chip soon">{words.strip.holes} {[...new Set(holes.map((one) => placeName(one.place ?? one.rule)))].join(" ")}</span>}
      {board.value !== null && <button type="button" aria-expanded={shownList.value === "force"} data-key="o" onClick={toggle("force")}>{words.strip.force} <kbd>o</kbd> {board.value.force.kinds.filter((one) => one.planned !== null).slice(0, 4).map((one) => `${named(one)} ${words.strip.planned(one.actual, one.planned ?? 0)}`).join(" · ")}</button>}
      {shownList.value === "small" && <ul class="strip-list">{small.value.length === 0 ? <li>{words.none}</li> : small.value.map((one) => { const own = one.small_case ?? (one as unknown as SmallCase); const late = Date.parse(own.due_at ?? "") < now(); return <li key={one.number}><button type="button" class="link" onClick={() => { select(one.number); shownList.value = null; }}>{one.number}</button> {own.owner} <span class={late ? "chip act" : ""}>{late ? words.timer["over"](span((now() - Date.parse(own.due_at)) / 1000)) : words.timer["left"](span((Date.parse(own.due_at) - now()) / 1000))}</span></li>; })}</ul>}
      {shownList.value === "due" && <ul class="strip-list">{due.value.length === 0 ? <li>{words.none}</li> : due.value.map((one) => { const late = Date.parse(one.due_at) < now(); return <li key={`${one.case_id}${one.visit}`}><GradeMark grade={one.grade} /> <button type="button" class="link" onClick={() => openCase(one.case_id)}>{kindName(one.kind)} · {dueName(one)}</button> <span class={late ? "chip act" : ""}>{late ? words.timer["over"](span((now() - Date.parse(one.due_at)) / 1000)) : words.timer["left"](span((Date.parse(one.due_at) - now()) / 1000))}</span></li>; })}</ul>}
      {shownList.value === "force" && board.value !== null && <ul class="strip-list">{board.value.force.kinds.map((one) => <li key={one.kind}>{named(one)} {one.actual}/{one.planned ?? "–"} · {words.bar.free} {one.free}</li>)}</ul>}
    </section>
  );
}
