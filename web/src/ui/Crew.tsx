// A crew's page for a phone: one task, one next step, help. It asks every few seconds: crews' tokens carry no stream.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask, command, Refusal, tell, Unconfirmed } from "../http.ts";
import { named, session } from "../session.ts";
import { now, second } from "../state/clock.ts";
import { look } from "../state/lookups.ts";
import { keepReports, readReport, reports } from "../state/report.ts";
import { onIt, type Assignment, type Incident, type Unit } from "../state/types.ts";
import { limits, span } from "../state/urgency.ts";
import { address, area } from "../state/view.ts";
import { clockTime, words } from "../words/index.ts";
import { refusalOf } from "../words/refusals.ts";
import { work } from "../words/work.ts";
import { IncidentMark } from "./Mark.tsx";
import { Over } from "./Over.tsx";
import { ResultField, resultIn } from "./ResultField.tsx";
import { Countdown } from "./Timer.tsx";
import { Where } from "./Where.tsx";

const EVERY_MS = 3000;
const HOLD_MS = 2000;
const unit = signal<Unit | null>(null);
const tasks = signal<{ incident: Incident; assignment: Assignment }[]>([]);
/** The incident of the help that the crew has called for, while it is not stood down. */
const help = signal<Incident | null>(null);
const readAt = signal<number | null>(null);
const answer = signal<{ ok: boolean; text: string } | null>(null);
const fix = signal<number | null>(null);
/** Why there is no position: null, there is one or it is being looked for. */
const noFix = signal<string | null>(!isSecureContext ? work.noGps : "geolocation" in navigator ? null : work.noGpsHere);
const busy = signal(false);
const received = new Set<string>();

async function read(): Promise<void> {
  try {
    const board = await ask<{ units: Unit[]; incidents: Incident[]; borrowed: Unit[] }>(`/dispatch/v1/areas/${area.value}/board`);
    unit.value = [...board.units, ...board.borrowed].find((one) => one.unit === session.unit) ?? null;
    tasks.value = board.incidents.flatMap((incident) => onIt(incident).filter((one) => one.unit === session.unit).map((assignment) => ({ incident, assignment }))).sort((one, other) => one.incident.priority - other.incident.priority);
    help.value = board.incidents.find((one) => one.incident_id === unit.value?.emergency) ?? null;
    readAt.value = Date.now();
    keepReports(tasks.value.map((one) => one.incident.incident_id));
    for (const { assignment, incident } of tasks.value) {
      void readReport(incident.incident_id, String(incident.sequence));
      if (received.has(assignment.id)) continue;
      received.add(assignment.id);
      void command(`/assignments/${assignment.id}/received`, {}).catch(() => received.delete(assignment.id));
      if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([200, 100, 200]);
    }
  } catch {
    // The age on the screen tells.
  }
}

async function act(run: () => Promise<unknown>, done: string): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  try {
    const told = await run();
    answer.value = told === null ? { ok: false, text: words.bad.silent } : { ok: true, text: done };
  } catch (error) {
    answer.value = { ok: false, text: error instanceof Refusal ? refusalOf(error) : error instanceof Unconfirmed ? words.bad.unconfirmed : work.radio };
  }
  busy.value = false;
  await read();
}

function watchPosition(): () => void {
  if (noFix.value !== null) return () => undefined;
  let sent = 0;
  const id = navigator.geolocation.watchPosition((found) => {
    fix.value = Date.now();
    noFix.value = null;
    if (Date.now() - sent < 5000) return;
    sent = Date.now();
    void tell("POST", "/dispatch/v1/positions", [{ area: area.value, unit: session.unit, lon: Number(found.coords.longitude.toFixed(6)), lat: Number(found.coords.latitude.toFixed(6)), at: new Date(now()).toISOString() }]).catch(() => undefined);
  }, (error) => { noFix.value = error.code === error.PERMISSION_DENIED ? work.gpsDenied : work.noGpsHere; }, { enableHighAccuracy: true, maximumAge: 5000 });
  return () => navigator.geolocation.clearWatch(id);
}

/** Help is called by holding, so that a pocket does not call it. */
function Emergency() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const holding = signal(false);
  const down = (): void => { timer.current ??= setTimeout(() => { timer.current = undefined; void act(() => command(`/units/${session.unit}/emergency?area=${area.value}`, {}), work.emergencySent); }, HOLD_MS); holding.value = true; };
  const up = (): void => { clearTimeout(timer.current); timer.current = undefined; holding.value = false; };
  return <button type="button" class="crew-help" onPointerDown={down} onPointerUp={up} onPointerLeave={up} onKeyDown={(event) => { if ((event.key === " " || event.key === "Enter") && !event.repeat) down(); }} onKeyUp={up} onContextMenu={(event) => event.preventDefault()}>{work.emergency}</button>;
}

/** Seen at arm's length, until a dispatcher stands it down: that help was called for, and who comes. */
function InNeed() {
  const coming = help.value === null ? [] : onIt(help.value).map((one) => `${one.unit} ${words.assignment[one.status]}`);
  return (
    <section class="panel crew-need" role="alert">
      <b>! {work.inNeed}</b> {help.value !== null && <span>{help.value.number}</span>}
      <p>{coming.length > 0 ? `${work.coming}${words.colon}${coming.join(" · ")}` : work.nobodyComes}</p>
    </section>
  );
}

function Task({ incident, assignment }: { incident: Incident; assignment: Assignment }) {
  const dispute = useRef<HTMLInputElement>(null);
  const why = useRef<HTMLInputElement>(null);
  const limit = limits(incident).find((one) => one.assignmentId === assignment.id);
  const next = work.next[assignment.status];
  const step = ({ assigned: "acknowledge", acknowledged: "en-route", en_route: "on-scene" } as Record<string, string>)[assignment.status];
  const category = incident.category.code;
  const report = reports.value[incident.incident_id];
  return (
    <section class="panel crew-task" aria-label={incident.number}>
      <p class="crew-what"><IncidentMark priority={incident.priority} /> <b>{incident.number} {named(incident.category)}</b></p>
      <p class="crew-place"><Where incident={incident} address={report?.address ?? null} /></p>
      <p>{words.assignment[assignment.status]} · {work.receivedAt} {clockTime(assignment.assigned_at, area.value)} {incident.weapon === true && <span class="chip act">{words.weapon}</span>}</p>
      {limit !== undefined && <Countdown limit={limit} />}
      {report?.words.map((one, n) => <p key={n} class="said">{one.text}</p>)}
      {assignment.status === "on_scene" ? <form class="step-form" onSubmit={(event) => { event.preventDefault(); const disposition = resultIn(event.currentTarget); void act(() => command(`/assignments/${assignment.id}/clear`, { disposition, ...(dispute.current?.checked === true ? { dispute: { kind: category } } : {}) }), words.done["clear"](session.unit, incident.number)); }}>
        <ResultField id="crew-result" label={work.result} />
        <div class="check"><label for="crew-dispute">{work.dispute}</label><input id="crew-dispute" ref={dispute} type="checkbox" /></div>
        <button type="submit" class="crew-next" disabled={busy.value}>{next}</button></form>
        : step !== undefined && <button type="button" class="crew-next" disabled={busy.value} onClick={() => void act(() => command(`/assignments/${assignment.id}/${step}`, {}), (words.done[step] as (u: string) => string)(session.unit ?? ""))}>{next}</button>}
      {(assignment.status === "assigned" || assignment.status === "acknowledged") && <details class="crew-more"><summary>{words.more}</summary>
        <form class="step-form" onSubmit={(event) => { event.preventDefault(); void act(() => command(`/assignments/${assignment.id}/decline`, { reason: why.current?.value.trim() }), words.done["decline"](session.unit)); }}>
          <div><label for={`why-${assignment.id}`}>{work.why}</label><input id={`why-${assignment.id}`} ref={why} required maxLength={200} autocomplete="off" /></div><button type="submit" disabled={busy.value}>{work.decline}</button></form></details>}
    </section>
  );
}

export default function Crew() {
  useEffect(() => {
    look(area.value);
    void read();
    const timer = setInterval(() => void read(), EVERY_MS);
    const stop = watchPosition();
    return () => { clearInterval(timer); stop(); };
  }, []);
  void second.value;
  const age = readAt.value === null ? null : (Date.now() - readAt.value) / 1000;
  const on = unit.value !== null && unit.value.status !== "off_duty";
  return (
    <main class="crew">
      <header class="panel crew-head"><h1>{session.unit}</h1><span class="ink2">{unit.value === null ? "" : named(unit.value)}</span>
        <span>{noFix.value !== null ? <small>{noFix.value}</small> : fix.value === null ? "?" : `● ${work.gps(span((Date.now() - fix.value) / 1000))}`}</span>
        <a href={address({ lang: session.language === "zh" ? "en" : "zh" })}>{words.bar.other}</a><a href={`/sign-in/out?lang=${session.language}`}>{words.bar.signOut}</a></header>
      <Over />
      {age !== null && age > 10 && <p class="banner" role="alert">! {work.older(span(age))}</p>}
      {answer.value !== null && <p class={`answer ${answer.value.ok ? "good" : "bad"}`} role="status">{answer.value.ok ? "√ " : "× "}{answer.value.text}</p>}
      {unit.value?.emergency !== undefined && <InNeed />}
      {readAt.value === null ? <p class="empty">{words.loading}</p> : tasks.value.length === 0 ? unit.value?.emergency === undefined && <p class="panel empty crew-idle">{on ? work.noTask : words.unit.off_duty}</p> : tasks.value.map((one) => <Task key={one.assignment.id} {...one} />)}
      <footer class="crew-foot">
        {unit.value !== null && <button type="button" disabled={busy.value || tasks.value.length > 0} onClick={() => void act(() => command(`/units/${session.unit}/duty?area=${area.value}`, { on: !on }, "PUT"), on ? words.done["off-duty"](session.unit) : words.done["on-duty"](session.unit))}>{on ? work.offDuty : work.duty}</button>}
        {on && unit.value?.emergency === undefined && <Emergency />}
      </footer>
    </main>
  );
}
