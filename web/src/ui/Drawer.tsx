// The selected incident: where, who is on it, whom to send and why, what has happened, what is near, what can be done.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { last } from "../commands/answer.ts";
import { ask } from "../http.ts";
import { may, named } from "../session.ts";
import { advice, forgetAdvice, refreshAdvice, type RoleAdvice } from "../state/advice.ts";
import { limitOf, selectedIncident } from "../state/derived.ts";
import { tags } from "../state/lookups.ts";
import { keepReports, readReport, reports } from "../state/report.ts";
import { isOpen, onIt, type Incident, type Named } from "../state/types.ts";
import { limits, span } from "../state/urgency.ts";
import { area, openCase, select, selected } from "../state/view.ts";
import { clockTime, dayTime, words } from "../words/index.ts";
import { refusal } from "../words/refusals.ts";
import { fillCommand, sendAdvice } from "./CommandLine.tsx";
import { FeedbackForm } from "./FeedbackForm.tsx";
import { formFor, written } from "../state/form.ts";
import { IncidentMark } from "./Mark.tsx";
import { Paper } from "./Paper.tsx";
import { Countdown, Since } from "./Timer.tsx";
import { say } from "./Told.tsx";
import { Where } from "./Where.tsx";

interface Row { sequence: number; at?: string; type: string; by?: { client: string; role: string; unit?: string }; data: any }
interface Near extends Partial<Named> { id: string; metres: number; text_zh?: string; text_en?: string }
interface Whole extends Incident {
  timeline: Row[];
  surroundings?: { cameras: Near[]; posts: Near[]; hazards: Near[]; warnings: Near[]; earlier: { id: string; number: string; category: { name_zh: string; name_en: string }; received_at: string; metres: number }[] };
}

const whole = signal<Whole | null>(null);
const failed = signal(false);
let reading = "";

/** What may have made the report another one: callers, and corrections of what they said. */
const heard = (told: Whole): string => `${told.caller_count}/${told.timeline.filter((one) => one.type.includes("incident.corrected")).length}`;

async function read(incident: Incident): Promise<void> {
  const key = `${incident.incident_id}/${incident.sequence}`;
  if (reading === key) return;
  const another = !reading.startsWith(`${incident.incident_id}/`);
  reading = key;
  if (another) { whole.value = null; keepReports([incident.incident_id]); }
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (let pause = 500; reading === key; pause = Math.min(pause * 2, 8000)) {
    try {
      const told = await ask<Whole>(`/dispatch/v1/incidents/${incident.incident_id}`);
      if (reading !== key) return;
      whole.value = told;
      failed.value = false;
      if (may("report:read")) void readReport(incident.incident_id, heard(told));
      // Reads are written after the journal: the one that belongs to this state may be a moment away.
      if (told.sequence >= incident.sequence) break;
    } catch {
      failed.value = true;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function Advice({ incident }: { incident: Incident }) {
  const told = advice.value?.incident === incident.incident_id ? advice.value : null;
  const waits = (incident.waiting_roles ?? []).length > 0 || onIt(incident).length === 0;
  return (
    <section class="advice" aria-labelledby="advice-title">
      <h3 id="advice-title">{waits ? words.recommendation["title"] : words.recommendation["more"]}
        {may("dispatch:command") && waits && told !== null && told.roles.some((role) => role.units.length > 0) && <button type="button" class="main" onClick={() => void sendAdvice()}>{words.recommendation["send"]} <kbd>F8</kbd></button>}
        <button type="button" class="quiet" data-key="y" onClick={() => { forgetAdvice(); void refreshAdvice(incident.incident_id, `${Date.now()}`); }}>{words.recommendation["again"]} <kbd>y</kbd></button></h3>
      {told === null ? <p class="ink2">{words.loading}</p>
        : told.problem !== undefined ? <p class="ink2">{words.recommendation["refused"]}{words.colon}{refusal(told.problem.status, told.problem.detail)}</p>
          : told.roles.map((role) => <Role key={role.role} role={role} />)}
    </section>
  );
}

function Role({ role }: { role: RoleAdvice }) {
  const [first, second] = role.units;
  const out = Object.entries(role.ruled_out).map(([why, many]) => `${words.recommendation[why] ?? why} ${many}`).join(" ");
  if (first === undefined) return <p><b>{words.role[role.role] ?? role.role}</b> {words.recommendation["none"]}{out && <small class="ink2"> {words.recommendation["ruledOut"]}{words.colon}{out}</small>}</p>;
  const saved = first.travel_seconds !== undefined && second?.travel_seconds !== undefined ? Math.round(second.travel_seconds - first.travel_seconds) : null;
  return (
    <p><b>{words.role[role.role] ?? role.role}</b> <span class="pick">{first.unit}</span> {first.travel_seconds === undefined ? words.noRoad : span(first.travel_seconds)}
      {saved !== null && second !== undefined && ` · ${words.recommendation["why"](saved, second.unit)}`}{second === undefined && ` · ${words.recommendation["only"]}`}
      {first.covers === true && ` · ${words.recommendation["covers"]}`}{first.silent === true && ` · ${words.recommendation["silent"]}`}
      {out && <small class="ink2"> · {words.recommendation["ruledOut"]}{words.colon}{out}</small>}</p>
  );
}

function Crews({ incident }: { incident: Incident }) {
  const all = incident.assignments ?? [];
  if (all.length === 0) return null;
  const open = limits(incident);
  return (
    <section aria-labelledby="on-title"><h3 id="on-title">{words.on}</h3>
      <ul class="crews">{all.map((one) => {
        const limit = open.find((each) => each.assignmentId === one.id);
        const held = onIt(incident).includes(one);
        return (
          <li key={one.id} class={held ? "" : "ink2"}>
            <b>{one.unit}</b> {words.role[one.role] ?? one.role} · {words.assignment[one.status]}
            {one.reason.travel_seconds !== undefined && held && <small class="ink2"> {span(one.reason.travel_seconds)}{one.reason.runner_up !== undefined && ` · ${words.recommendation["why"](Math.round(one.reason.seconds_saved ?? 0), one.reason.runner_up.unit)}`}</small>}
            {limit !== undefined && held && <Countdown limit={limit} />}
            {held && may("assignments:command") && <span class="mini">
              {one.status === "assigned" && <button type="button" onClick={() => fillCommand(`ack ${one.unit}`, true)}>{words.act["acknowledge"]} <kbd>qs</kbd></button>}
              {(one.status === "assigned" || one.status === "acknowledged") && <button type="button" onClick={() => fillCommand(`en ${one.unit}`, true)}>{words.act["en-route"]} <kbd>cf</kbd></button>}
              {one.status === "en_route" && <button type="button" onClick={() => fillCommand(`scene ${one.unit}`, true)}>{words.act["on-scene"]} <kbd>dc</kbd></button>}
              {one.status === "on_scene" && <button type="button" onClick={() => fillCommand(`clear ${one.unit} `)}>{words.act["clear"]} <kbd>cj</kbd></button>}
            </span>}
            {one.case_id !== undefined && may("cases:read") && <button type="button" class="link" onClick={() => openCase(one.case_id ?? null)}>{words.screens.mediation}</button>}
          </li>
        );
      })}</ul></section>
  );
}

function Surroundings({ told }: { told: Whole }) {
  const near = told.surroundings;
  if (near === undefined) return null;
  const text = (one: Near): string => (one.text_zh !== undefined && one.text_en !== undefined ? named({ name_zh: one.text_zh, name_en: one.text_en }) : named({ name_zh: one.name_zh ?? one.id, name_en: one.name_en ?? one.id }));
  const groups: [string, Near[]][] = [[words.warnings, near.warnings], [words.hazards, near.hazards], [words.posts, near.posts], [words.cameras, near.cameras]];
  const empty = groups.every(([, all]) => all.length === 0) && near.earlier.length === 0;
  return (
    <section aria-labelledby="near-title"><h3 id="near-title">{words.surroundings}</h3>
      {empty && <p class="ink2">{words.nothingNear}</p>}
      {groups.map(([title, all]) => all.length > 0 && <p key={title} class={title === words.warnings ? "warned" : ""}><b>{title}</b> {all.slice(0, 4).map((one) => `${text(one)} ${words.metres(one.metres)}`).join(" · ")}</p>)}
      {near.earlier.length > 0 && <p><b>{words.earlier}</b> {near.earlier.slice(0, 5).map((one) => `${one.number} ${named(one.category)} ${dayTime(one.received_at, area.value)}`).join(" · ")}</p>}
    </section>
  );
}

interface Act { verb: string; key: string; fill: string; now?: boolean; when: (one: Incident) => boolean; right?: string }
const ACTS: Act[] = [
  { verb: "assign", key: "pj", fill: "assign  .", when: isOpen }, { verb: "reassign", key: "gp", fill: "reassign  .;", when: (one) => onIt(one).length > 0 },
  { verb: "hold", key: "gq", fill: "hold . 10m;", when: (one) => isOpen(one) && one.status !== "held" }, { verb: "release", key: "jg", fill: "release .", now: true, when: (one) => one.status === "held" },
  { verb: "merge", key: "ba", fill: "dup . ", when: isOpen }, { verb: "case", key: "ztj", fill: "case . ", when: () => true, right: "disputes:write" }, { verb: "note", key: "bz", fill: "note . ", when: () => true },
  { verb: "category", key: "dl", fill: "category . ", when: () => true }, { verb: "feedback", key: "fk", fill: "feedback .", now: true, when: (one) => one.status === "awaiting_feedback" || !isOpen(one) },
  { verb: "urge", key: "cb", fill: "urge .", now: true, when: isOpen }, { verb: "aid", key: "qy", fill: "aid . ", when: (one) => one.status === "queued" },
  { verb: "cancel", key: "qx", fill: "cancel .;", when: isOpen }, { verb: "reopen", key: "ck", fill: "reopen .;", when: (one) => one.status === "closed" || one.status === "cancelled" },
  { verb: "unmerge", key: "cc", fill: "unmerge .;", when: (one) => one.status === "merged" },
];

export function Drawer() {
  const incident = selectedIncident.value;
  const wants = `${incident?.incident_id}/${incident?.sequence}`;
  const mark = incident === null ? "" : `${(incident.waiting_roles ?? []).join()}/${incident.location.lon},${incident.location.lat}`;
  useEffect(() => { if (incident !== null) void read(incident); }, [wants]);
  useEffect(() => { if (incident !== null && isOpen(incident)) void refreshAdvice(incident.incident_id, mark); }, [incident?.incident_id, mark, incident !== null && isOpen(incident)]);
  if (selected.value === null) return null;
  if (incident === null) return <section class="panel drawer"><p class="empty">{words.bad.other(404, selected.value)} <button type="button" onClick={() => select(null)}>{words.close} <kbd>Esc</kbd></button></p></section>;
  const told = whole.value?.incident_id === incident.incident_id ? whole.value : null;
  const report = reports.value[incident.incident_id];
  const timer = limitOf(incident) ?? undefined;
  return (
    <section class="panel drawer" aria-label={words.drawer}>
      <header class="drawer-head">
        <IncidentMark priority={incident.priority} /> <b class="big">{incident.number} {named(incident.category)}</b> <span class={`status ${incident.status}`}>{words.status[incident.status]}</span>
        {incident.held_until !== undefined && <span class="chip">{words.until(clockTime(incident.held_until, incident.area))}</span>}
        {isOpen(incident) ? timer === undefined ? <Since at={incident.received_at} /> : <Countdown limit={timer} /> : null}
        <button type="button" class="quiet right" onClick={() => select(null)}>{words.close} <kbd>Esc</kbd></button>
        <p class="place"><Where incident={incident} address={report?.address ?? null} /> · {words.callers(incident.caller_count)} · {words.received} {clockTime(incident.received_at, incident.area)}{incident.level !== undefined && <> · {words.level(incident.level)}</>}{incident.weapon === true && <> · <span class="chip act">{words.weapon}</span></>}{incident.report_up !== undefined && <> · <span class="chip act">{words.reportUp}</span></>}{incident.void === true && <> · <span class="chip">{words.voidCall}</span></>}{incident.tags?.filter((one) => one !== "weapon").map((one) => <span key={one}> · <span class="chip">{named(tags.value[one] ?? { name_zh: one, name_en: one })}</span></span>)}</p>
      </header>
      <div class="drawer-body">
        <div class="drawer-left">
          {isOpen(incident) && <Advice incident={incident} />}
          {formFor.value === incident.incident_id ? <FeedbackForm key={incident.incident_id} incident={incident} />
            : written.value[incident.incident_id] !== undefined && <p class="note">{words.formKept} <button type="button" onClick={() => fillCommand(`feedback ${incident.number}`, true)}>{words.call.goOn} <kbd>fk</kbd></button></p>}
          <Crews incident={incident} />
          {report !== undefined && <section><h3>{words.words}</h3>
            {report.words.map((one, n) => <p key={n} class="said">{one.text}</p>)}
            {report.callers.length > 0 && <p class="ink2">{report.callers.map((one) => [one.name, one.phone].filter(Boolean).join(" ")).filter(Boolean).join(" · ")}{report.masked && ` (${words.masked})`}</p>}</section>}
          {told !== null && <Surroundings told={told} />}
        </div>
        <section class="timeline" aria-labelledby="timeline-title"><h3 id="timeline-title">{words.timeline}</h3>
          {failed.value && <p class="note">{words.loadFailed}</p>}
          {told === null ? <p class="ink2">{words.loading}</p> : <ol tabIndex={0} aria-labelledby="timeline-title">{told.timeline.map((one) => (
            <li key={one.sequence}><time>{clockTime(one.at ?? "", incident.area)}</time> <span>{say(one)}{one.type.includes("incident.held") && ` · ${words.until(clockTime(one.data.until, incident.area))}`}{one.by?.client !== undefined && <small class="ink2"> {one.by.unit ?? one.by.client}</small>} <Paper data={one.data ?? {}} /></span></li>
          ))}</ol>}
        </section>
      </div>
      {last.value?.ok === false && last.value.beside && <p class="answer bad" aria-hidden="true">× {last.value.text}</p>}
      {may("dispatch:command") && <footer class="acts">{ACTS.filter((one) => one.when(incident) && may(one.right ?? "dispatch:command")).map((one) => (
        <button key={one.verb} type="button" onClick={() => fillCommand(one.fill.replace(".", incident.number), one.now === true)}>{words.act[one.verb]} <kbd>{one.key}</kbd></button>
      ))}</footer>}
    </section>
  );
}
