// The mediation desk: cases by stage, the most pressing first; the visits of the next seven days; the open case.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { tell } from "../../http.ts";
import { may, named } from "../../session.ts";
import { casesChanged } from "../../state/board.ts";
import { now, second } from "../../state/clock.ts";
import { kinds } from "../../state/lookups.ts";
import { span } from "../../state/urgency.ts";
import { area, caseId, openCase, part } from "../../state/view.ts";
import { dayOf, words } from "../../words/index.ts";
import { work } from "../../words/work.ts";
import { GradeMark } from "../Mark.tsx";
import { Dialog } from "../Keys.tsx";
import { canBeSent, markRefused, markWrong } from "../wrong.ts";
import { Calendar, kindOf } from "./Calendar.tsx";
import { CasePage } from "./CasePage.tsx";
import { CheckIns } from "./CheckIns.tsx";
import { Hazards } from "./Hazards.tsx";
import { cases, failed, readCases, readPeople, sorted, type Brief } from "./cases.ts";
import { failedWith, told } from "./StepForm.tsx";

/** A stage, `hazards` or `check-ins`; empty: all that is open. */
const stage = part("mediation", "stage", "");
const opening = signal(false);

function Row({ one }: { one: Brief }) {
  void second.value;
  const due = one.next_visit_due_at;
  const late = due !== undefined && Date.parse(due) < now();
  return (
    <li class={`case-row ${one.id === caseId.value ? "chosen" : ""}`}><GradeMark grade={one.grade} />
      <button type="button" class="link" aria-current={one.id === caseId.value ? "true" : undefined} onClick={() => openCase(one.id)}>{kindOf(one.kind)}{one.number !== undefined && ` · ${one.number}`}</button>
      <span>{one.grade === undefined ? work.ungraded : work.grade[one.grade]}</span><span class="status">{work.stage[one.stage]}</span>
      <span class={late ? "chip act" : "ink2"}>{due === undefined ? `${work.opened} ${dayOf(one.opened_at, area.value)}` : late ? words.timer["over"](span((now() - Date.parse(due)) / 1000)) : words.timer["left"](span((Date.parse(due) - now()) / 1000))}</span></li>
  );
}

/** The code of what a person calls a kind of dispute: by code, alias or name. */
function kindBy(text: string): string | null {
  const low = text.toLowerCase();
  const known = kinds.value[low] ?? kinds.value[text] ?? Object.values(kinds.value).find((one) => one.name_zh === text || one.name_en.toLowerCase() === low);
  return Object.entries(kinds.value).find(([code, one]) => /^08\d/.test(code) && one.name_zh === known?.name_zh)?.[0] ?? null;
}

function NewCase() {
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const value = (id: string): string => (form.querySelector(`#${id}`) as HTMLInputElement).value.trim();
    if (!canBeSent(form)) return;
    const kind = kindBy(value("new-kind"));
    if (kind === null) { markWrong(form.querySelector("#new-kind") as HTMLInputElement, words.wrong.kind); return; }
    try {
      const answer = await tell<{ id: string }>("POST", "/mediation/v1/cases", { area: area.value, kind, ...(value("new-words") ? { description: value("new-words") } : {}) });
      opening.value = false;
      openCase(answer.body.id);
      await readCases();
    } catch (error) { told.value = { ok: false, text: await failedWith(error, "") }; markRefused(form, error); }
  };
  return <Dialog label={work.newCase} close={() => { opening.value = false; }}><form class="step-form" noValidate onSubmit={(event) => void send(event)}><h2>{work.newCase}</h2>
    <div><label for="new-kind">{work.kind} *</label><input id="new-kind" name="kind" required list="kinds" /><datalist id="kinds">{Object.entries(kinds.value).filter(([code]) => /^08\d/.test(code)).map(([code, one]) => <option key={code} value={code}>{named(one)}</option>)}</datalist></div>
    <div><label for="new-words">{work.description}</label><textarea id="new-words" name="description" rows={3} maxLength={4000} /></div>
    {told.value !== null && !told.value.ok && <p class="answer bad" role="alert">× {told.value.text}</p>}
    <p><button type="submit" class="main">{work.opensCase}</button></p></form></Dialog>;
}

export default function Mediation() {
  useEffect(() => {
    const soon = setTimeout(() => void readCases(), cases.value === null ? 0 : 400);
    const timer = setInterval(() => void readCases(), 30_000);
    return () => { clearTimeout(soon); clearInterval(timer); };
  }, [casesChanged.value]);
  useEffect(() => { void readPeople(); }, []);
  const all = cases.value ?? [];
  const shown = sorted(all.filter((one) => (work.stage[stage.value] === undefined ? one.stage !== "closed" : one.stage === stage.value)), now());
  return (
    <main class="mediation">
      <nav class="stages" aria-label={work.cases}>
        <button type="button" aria-pressed={stage.value === ""} onClick={() => { stage.value = ""; }}>{work.all} <b>{all.filter((one) => one.stage !== "closed").length}</b></button>
        {Object.entries(work.stage).map(([id, name]) => <button key={id} type="button" aria-pressed={stage.value === id} onClick={() => { stage.value = id; }}>{name} <b>{all.filter((one) => one.stage === id).length}</b></button>)}
        <span class="right" />
        {([["hazards", work.hazards, "h"], ["check-ins", work.checkIns, "c"]] as const).map(([id, name, key]) => <button key={id} type="button" data-key={key} aria-pressed={stage.value === id} onClick={() => { told.value = null; stage.value = stage.value === id ? "" : id; }}>{name} <kbd>{key}</kbd></button>)}
        {may("cases:write") && <button type="button" data-key="n" class="main" onClick={() => { told.value = null; opening.value = true; }}>{work.newCase} <kbd>n</kbd></button>}
      </nav>
      {stage.value === "hazards" ? <Hazards /> : stage.value === "check-ins" ? <CheckIns /> : <div class="mediation-left">
        <section class="panel" aria-labelledby="cases-title"><h2 id="cases-title">{work.cases} <span class="ink2">{shown.length}</span></h2>
          {failed.value && <p class="note">{words.loadFailed}</p>}
          {cases.value === null ? <p class="empty">{words.loading}</p> : shown.length === 0 ? <p class="empty">{work.noCases}</p> : <ul class="list case-list" tabIndex={0} aria-labelledby="cases-title">{shown.slice(0, 400).map((one) => <Row key={one.id} one={one} />)}</ul>}</section>
        <Calendar />
      </div>}
      <CasePage />
      {opening.value && <NewCase />}
    </main>
  );
}
