// Hazards 隐患: found, ordered to be put right by a date, checked, closed; what is overdue first.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask, tell } from "../../http.ts";
import { may } from "../../session.ts";
import { casesChanged } from "../../state/board.ts";
import { now } from "../../state/clock.ts";
import { span } from "../../state/urgency.ts";
import { area, openCase } from "../../state/view.ts";
import { dayTime, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";
import { failedWith, told } from "./StepForm.tsx";
import { endOf } from "./steps.ts";

interface Hazard { id: string; kind: string; stage: string; grid_cell?: string; found_at: string; found_by: { client: string }; responsible?: string; due_at?: string; rectified?: boolean; checked_at?: string; result?: string; case_id?: string; revision: number; allowed: string[] }
const MOST = 100;
const all = signal<Hazard[] | null>(null);
const failed = signal(false);
const doing = signal<{ id: string; step: string } | null>(null);

export const openHazards = (): number => (all.value ?? []).filter((one) => one.stage !== "closed").length;

export async function readHazards(): Promise<void> {
  try {
    all.value = (await ask<{ items: Hazard[] }>(`/mediation/v1/hazards?area=${area.value}&limit=${MOST}`)).items;
    failed.value = false;
  } catch { failed.value = true; }
}

const late = (one: Hazard): boolean => one.stage === "ordered" && one.due_at !== undefined && Date.parse(one.due_at) < now();
const allowedTo = (step: string): boolean => may(step === "check" ? "disputes:write" : "cases:write");

function Act({ one, step }: { one: Hazard; step: string }) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.querySelector<HTMLElement>("textarea, select, input")?.focus(); }, []);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const value = (name: string): string => (form.current?.elements.namedItem(name) as HTMLInputElement | null)?.value.trim() ?? "";
    const note = value("note") === "" ? {} : { note: value("note") };
    const body = step === "order" ? { order: value("order"), due_at: endOf(value("until")), ...(value("responsible") === "" ? {} : { responsible: value("responsible") }) } : step === "check" ? { rectified: value("rectified") === "yes", ...note } : { result: value("result"), ...note };
    try {
      await tell("POST", `/mediation/v1/hazards/${one.id}/${step}`, body, { "If-Match": `"${one.revision}"` });
      told.value = { ok: true, text: work.done(work.hazardSteps[step] ?? step) };
      doing.value = null;
    } catch (error) { told.value = { ok: false, text: await failedWith(error, "") }; }
    await readHazards();
  };
  const week = new Date(now() + 7 * 86_400_000).toISOString().slice(0, 10);
  return (
    <form ref={form} class="step-form" aria-label={work.hazardSteps[step]} onSubmit={(event) => void send(event)} onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); doing.value = null; } }}>
      {step === "order" && <><div><label for="hazard-order">{work.hazardOrder} *</label><textarea id="hazard-order" name="order" rows={2} required maxLength={4000} /></div>
        <div><label for="hazard-until">{work.field["until"]} *</label><input id="hazard-until" name="until" type="date" required defaultValue={week} /></div>
        <div><label for="hazard-who">{work.field["owner"]}</label><input id="hazard-who" name="responsible" autocomplete="off" /></div></>}
      {step === "check" && <div><label for="hazard-right">{work.rectified}</label><select id="hazard-right" name="rectified"><option value="yes">{words.yes}</option><option value="no">{words.no}</option></select></div>}
      {step === "close" && <div><label for="hazard-result">{work.field["outcome"]}</label><select id="hazard-result" name="result">{Object.entries(work.hazardResult).map(([id, name]) => <option key={id} value={id}>{name}</option>)}</select></div>}
      {step !== "order" && <div><label for="hazard-note">{work.field["note"]}</label><textarea id="hazard-note" name="note" rows={2} maxLength={4000} /></div>}
      <p><button type="submit" class="main">{work.hazardSteps[step]}</button> <button type="button" onClick={() => { doing.value = null; }}>{work.close} <kbd>Esc</kbd></button></p>
    </form>
  );
}

export function Hazards() {
  useEffect(() => { const soon = setTimeout(() => void readHazards(), all.value === null ? 0 : 400); return () => clearTimeout(soon); }, [casesChanged.value]);
  const shown = [...(all.value ?? [])].sort((one, other) => Number(late(other)) - Number(late(one)) || Number(one.stage === "closed") - Number(other.stage === "closed") || Date.parse(other.found_at) - Date.parse(one.found_at));
  return (
    <section class="panel wide-panel" aria-labelledby="hazards-title"><h2 id="hazards-title">{work.hazards} <span class="ink2">{openHazards()}</span></h2>
      {told.value !== null && <p class={`answer ${told.value.ok ? "good" : "bad"}`} role="status">{told.value.ok ? "√ " : "× "}{told.value.text}</p>}
      {failed.value && <p class="note">{words.loadFailed}</p>}
      {all.value === null ? <p class="empty">{words.loading}</p> : shown.length === 0 ? <p class="empty">{work.noHazards}</p> : <ul class="list" tabIndex={0} aria-labelledby="hazards-title">{shown.map((one) => (
        <li key={one.id} class="register-row"><b>{work.hazardKind[one.kind] ?? one.kind}</b> <span class="status">{work.hazardStage[one.stage]}</span> <span>{one.grid_cell ?? ""}</span>
          <span class={late(one) ? "chip act" : "ink2"}>{one.stage === "ordered" && one.due_at !== undefined ? (late(one) ? words.timer["over"](span((now() - Date.parse(one.due_at)) / 1000)) : words.timer["left"](span((Date.parse(one.due_at) - now()) / 1000))) : one.result !== undefined ? (work.hazardResult[one.result] ?? one.result) : one.checked_at !== undefined ? (one.rectified === true ? work.putRight : work.notPutRight) : ""}</span>
          <small class="ink2">{dayTime(one.found_at, area.value)} {one.found_by.client}{one.responsible !== undefined && ` · ${one.responsible}`}</small>
          <span class="mini">{one.case_id !== undefined && <button type="button" class="link" onClick={() => openCase(one.case_id ?? null)}>{work.cases}</button>}
            {one.allowed.filter(allowedTo).map((step) => <button key={step} type="button" aria-expanded={doing.value?.id === one.id && doing.value.step === step} onClick={() => { told.value = null; doing.value = doing.value?.id === one.id && doing.value.step === step ? null : { id: one.id, step }; }}>{work.hazardSteps[step]}</button>)}</span>
          {doing.value?.id === one.id && <Act key={doing.value.step} one={one} step={doing.value.step} />}</li>))}</ul>}
    </section>
  );
}
