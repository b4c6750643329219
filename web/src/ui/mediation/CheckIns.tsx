// The calls of the day 每日电话询问: who is to be called, who was reached, who was missed; a trouble opens a case.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, tell } from "../../http.ts";
import { may, named } from "../../session.ts";
import { casesChanged } from "../../state/board.ts";
import { kinds } from "../../state/lookups.ts";
import { area, openCase } from "../../state/view.ts";
import { minute, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";
import { failedWith, told } from "./StepForm.tsx";

interface Row { contact: string; name_zh: string; name_en: string; grid_cell?: string; state: string; attempts: number; at?: string; by?: string; case_id?: string }
interface Day { day: string; items: Row[]; counts: Record<string, number> }
const list = signal<Day | null>(null);
const failed = signal(false);
const troubled = signal<string | null>(null);
const ORDER: Record<string, number> = { missed: 0, waiting: 1, trouble: 2, answered: 3 };

async function read(): Promise<void> {
  try {
    list.value = await ask<Day>(`/mediation/v1/check-ins?area=${area.value}`);
    failed.value = false;
  } catch { failed.value = true; }
}

async function record(contact: string, answered: boolean, trouble?: { kind: string; description?: string }): Promise<void> {
  try {
    list.value = (await tell<Day>("POST", "/mediation/v1/check-ins", { area: area.value, contact, answered, ...(trouble === undefined ? {} : { trouble }) })).body;
    told.value = { ok: true, text: work.done(trouble !== undefined ? work.opensCase : answered ? work.reached : work.notReached) };
    troubled.value = null;
  } catch (error) { told.value = { ok: false, text: await failedWith(error, "") }; }
}

function Trouble({ contact }: { contact: string }) {
  const send = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const value = (name: string): string => (form.elements.namedItem(name) as HTMLInputElement).value.trim();
    void record(contact, true, { kind: value("kind"), ...(value("words") === "" ? {} : { description: value("words") }) });
  };
  return <form class="step-form" aria-label={work.trouble} onSubmit={send} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); troubled.value = null; } }}>
    <div><label for="trouble-kind">{work.kind} *</label><select id="trouble-kind" name="kind" required><option value="" />{Object.entries(kinds.value).filter(([code]) => /^08\d/.test(code)).map(([code, one]) => <option key={code} value={code}>{named(one)}</option>)}</select></div>
    <div><label for="trouble-words">{work.description}</label><textarea id="trouble-words" name="words" rows={2} maxLength={4000} /></div>
    <p><button type="submit" class="main">{work.opensCase}</button> <button type="button" onClick={() => { troubled.value = null; }}>{work.close} <kbd>Esc</kbd></button></p></form>;
}

export function CheckIns() {
  useEffect(() => { const soon = setTimeout(() => void read(), list.value === null ? 0 : 400); return () => clearTimeout(soon); }, [casesChanged.value]);
  const day = list.value;
  const rows = [...(day?.items ?? [])].sort((one, other) => (ORDER[one.state] ?? 9) - (ORDER[other.state] ?? 9));
  return (
    <section class="panel wide-panel" aria-labelledby="calls-title"><h2 id="calls-title">{work.checkIns} <span class="ink2">{day?.day ?? ""}</span>{day !== null && <span class="right ink2">{Object.entries(day.counts).map(([state, n]) => `${work.checkIn[state] ?? state} ${n}`).join(" · ")}</span>}</h2>
      {told.value !== null && <p class={`answer ${told.value.ok ? "good" : "bad"}`} role="status">{told.value.ok ? "√ " : "× "}{told.value.text}</p>}
      {failed.value && <p class="note">{words.loadFailed}</p>}
      {day === null ? <p class="empty">{words.loading}</p> : rows.length === 0 ? <p class="empty">{work.noCheckIns}</p> : <ul class="list" tabIndex={0} aria-labelledby="calls-title">{rows.map((one) => (
        <li key={one.contact} class="register-row"><b>{named(one)}</b> <span class={one.state === "missed" ? "chip act" : "status"}>{work.checkIn[one.state]}</span> <span>{one.grid_cell ?? ""}</span><span class="ink2">{one.attempts > 0 && work.attempts(one.attempts)}</span>
          <small class="ink2">{one.at !== undefined && minute(one.at, area.value)} {one.by ?? ""}</small>
          <span class="mini">{one.case_id !== undefined && <button type="button" class="link" onClick={() => openCase(one.case_id ?? null)}>{work.cases}</button>}
            {may("disputes:write") && one.state !== "answered" && one.state !== "trouble" && <><button type="button" onClick={() => void record(one.contact, true)}>{work.reached}</button><button type="button" onClick={() => void record(one.contact, false)}>{work.notReached}</button></>}
            {may("disputes:write") && one.state !== "trouble" && <button type="button" aria-expanded={troubled.value === one.contact} onClick={() => { troubled.value = troubled.value === one.contact ? null : one.contact; told.value = null; }}>{work.trouble}</button>}</span>
          {troubled.value === one.contact && <Trouble contact={one.contact} />}</li>))}</ul>}
    </section>
  );
}
