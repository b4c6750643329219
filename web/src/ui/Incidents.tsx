// The list of open incidents, the most urgent first. One tab stop; arrows, j and k move in it.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { begun } from "../state/board.ts";
import { acknowledged, counts, emergencies, limitOf, rows, shownRows } from "../state/derived.ts";
import { onIt, type Incident } from "../state/types.ts";
import { filter, keep, select, selected } from "../state/view.ts";
import { may, named } from "../session.ts";
import { beginCall } from "../state/call.ts";
import { words } from "../words/index.ts";
import { placeName, roleName } from "../words/names.ts";
import { IncidentMark } from "./Mark.tsx";
import { Countdown, Since } from "./Timer.tsx";

const ROW = 46;
/** Rows that came in above what is scrolled to. */
const newAbove = signal(0);

export const placeOf = (one: Incident): string =>
  [placeName(one.location.name ?? one.location.grid_cell ?? ""), one.location.confidence < 0.5 ? words.unsure : ""].filter(Boolean).join(" · ");

function Row({ one, chosen }: { one: Incident; chosen: boolean }) {
  const limit = limitOf(one);
  const crews = onIt(one).map((each) => `${each.unit} ${words.assignment[each.status]}`);
  const waits = (one.waiting_roles ?? []).map(roleName);
  const who = [crews.length > 0 ? crews.join(" ") : waits.length > 0 ? "" : words.nobody, waits.length > 0 ? `${words.waits} ${waits.join(" ")}` : "", (one.urged ?? 0) > 0 ? words.urged(one.urged ?? 0) : ""].filter(Boolean).join(" · ");
  const flashing = one.priority === 1 && (one.status === "active" || one.status === "queued") && !acknowledged.value.has(`queued/${one.incident_id}`);
  return (
    <li id={`incident-${one.number}`} role="option" aria-selected={chosen} class={`incident-row ${chosen ? "chosen" : ""} ${emergencies.value.has(one.incident_id) ? "need" : ""}`}
      onClick={() => select(one.number)}>
      <IncidentMark priority={one.priority} flashing={flashing} />
      <span class="row-head"><b>{one.number}</b> <b class="what">{named(one.category)}</b> <span class={`status ${one.status}`}>{words.status[one.status]}</span>{one.weapon === true && <span class="chip act">{words.weapon}</span>}{one.report_up !== undefined && <span class="chip act">{words.reportUp}</span>}{one.void === true && <span class="chip">{words.voidCall}</span>}</span>
      <span class="row-when">{limit === null ? <Since at={one.received_at} /> : <Countdown limit={limit} />}</span>
      <span class="row-sub" title={`${placeOf(one)} · ${who}`}><span class="row-place">{placeOf(one)}</span><span class="row-who"> · {who}</span></span>
    </li>
  );
}

export function Incidents() {
  const list = useRef<HTMLUListElement>(null);
  const known = useRef<ReadonlySet<string>>(new Set());
  const shown = shownRows.value;
  const hidden = rows.value.length - shown.length;
  useEffect(() => {
    const above = (list.current?.scrollTop ?? 0) / ROW;
    const fresh = shown.filter((one, n) => n < above && !known.current.has(one.incident_id)).length;
    if (above < 1) newAbove.value = 0;
    else if (fresh > 0) newAbove.value += fresh;
    known.current = new Set(shown.map((one) => one.incident_id));
  }, [shown]);
  useEffect(() => {
    document.getElementById(`incident-${selected.value}`)?.scrollIntoView({ block: "nearest" });
  }, [selected.value]);
  return (
    <section class="panel incidents" aria-labelledby="incidents-title">
      <h2 id="incidents-title">{words.incidents} <span class="ink2">{counts.value.open}</span>
        {may("incidents:write") && <button type="button" class="main" onClick={() => beginCall()}>{words.act["call"]} <kbd>F2</kbd></button>}
        <input id="find" type="search" placeholder={words.find} aria-label={words.find} value={filter.value} onInput={(event) => { filter.value = event.currentTarget.value; keep(); }} /></h2>
      {hidden > 0 && <p class="note">{words.hidden(hidden)}</p>}
      {newAbove.value > 0 && <div class="over-list"><button type="button" class="new-above" onClick={() => { list.current?.scrollTo({ top: 0 }); newAbove.value = 0; }}>{words.newAbove(newAbove.value)}</button></div>}
      {shown.length === 0
        ? <p class="empty">{begun.value ? words.noIncidents : words.loading}</p>
        : <ul id="incidents" ref={list} role="listbox" tabIndex={0} aria-label={words.incidents} aria-activedescendant={selected.value === null ? undefined : `incident-${selected.value}`} class="list" onScroll={(event) => { if (event.currentTarget.scrollTop < ROW) newAbove.value = 0; }}>
          {shown.map((one) => <Row key={one.incident_id} one={one} chosen={one.number === selected.value} />)}
        </ul>}
    </section>
  );
}

/** Move the selection by `step` rows. */
export function move(step: number): void {
  const all = shownRows.value;
  const at = all.findIndex((one) => one.number === selected.value);
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  if (next !== undefined) select(next.number);
}
