// Everything that the stream has told, newest over older; drawn at most once a frame.
import { signal } from "@preact/signals";
import { now, pace, setClock } from "./clock.ts";
import type { CloudEvent, Incident, Position, Snapshot, Told, Undecided, Unit, Unreadable } from "./types.ts";

const MOST_TOLD = 200;

export const incidents = new Map<string, Incident>();
export const units = new Map<string, Unit>();
export const positions = new Map<string, Position>();
export const undecided = new Map<string, Undecided>();
/** By the incident, where that is known; until it is there. */
export const unreadable = new Map<string, Unreadable>();
export const told: Told[] = [];

/** Rises when something on the board has changed. */
export const changed = signal(0);
/** Rises when a case or a visit has changed: the mediation desk asks anew. */
export const casesChanged = signal(0);
export const smallCasesChanged = signal(0);
export const begun = signal(false);

let drawing = false;
function redraw(): void {
  if (drawing) return;
  drawing = true;
  // A hidden page gets no frames; it counts on all the same.
  setTimeout(() => { drawing = false; changed.value += 1; }, 50);
}

const unitKey = (one: { area: string; unit: string }): string => `${one.area}/${one.unit}`;
const areaOf = (subject: string): string => (subject.split("/")[0] ?? "").split("-")[0] ?? "";
const unreadableKey = (one: Unreadable): string => one.subject ?? `${one.topic}/${one.partition}/${one.offset}`;
export const unitAt = (area: string, unit: string): Unit | undefined => units.get(`${area}/${unit}`);
export const positionOf = (area: string, unit: string): Position | undefined => positions.get(`${area}/${unit}`);

function newer<T extends { sequence: number }>(kept: Map<string, T>, key: string, one: T): void {
  const before = kept.get(key);
  if (before === undefined || before.sequence < one.sequence) kept.set(key, one);
}

export function begin(snapshot: Snapshot & { told?: Told[] }): void {
  setClock(snapshot.at, snapshot.speed ?? 1);
  if (told.length === 0) told.push(...(snapshot.told ?? []));
  for (const map of [incidents, units, positions, undecided, unreadable]) map.clear();
  for (const area of Object.values(snapshot.areas)) {
    for (const one of area.incidents) incidents.set(one.incident_id, one);
    for (const one of area.units) units.set(unitKey(one), one);
    for (const one of area.positions) positions.set(unitKey(one), one);
    for (const one of area.unreadable ?? []) unreadable.set(unreadableKey(one), one);
  }
  for (const one of snapshot.undecided) undecided.set(one.incident_id, one);
  begun.value = true;
  casesChanged.value += 1;
  smallCasesChanged.value += 1;
  redraw();
}

/** The board as a snapshot, for a tab that opens later. */
export function whole(): Snapshot & { told: Told[] } {
  const areas: Snapshot["areas"] = {};
  const at = (area: string): Snapshot["areas"][string] => (areas[area] ??= { incidents: [], units: [], positions: [], cases: [], unreadable: [] });
  for (const one of incidents.values()) at(one.area).incidents.push(one);
  for (const one of units.values()) at(one.area).units.push(one);
  for (const one of positions.values()) at(one.area).positions.push(one);
  for (const one of unreadable.values()) at(one.area).unreadable?.push(one);
  return { at: new Date(now()).toISOString(), speed: pace(), areas, undecided: [...undecided.values()], told };
}

/** An event as the stream has it: its type and its JSON. */
export function changedBy(type: string, data: string): void {
  if (type === "undecided") setUndecided(JSON.parse(data));
  else take(JSON.parse(data));
}

function setUndecided(all: Undecided[]): void {
  undecided.clear();
  for (const one of all) undecided.set(one.incident_id, one);
  redraw();
}

function take(event: CloudEvent): void {
  const short = event.type.replace(/^fengqiao\./, "").replace(/\.v\d+$/, "");
  switch (short) {
    case "incident.state": newer(incidents, event.data.incident_id, event.data as Incident); unreadable.delete(event.data.incident_id); break;
    case "unit.state": newer(units, unitKey(event.data), event.data as Unit); break;
    case "unit.position": {
      const before = positions.get(unitKey(event.data));
      if (before === undefined || Date.parse(before.at) < Date.parse(event.data.at)) positions.set(unitKey(event.data), event.data as Position);
      break;
    }
    case "alarm.undecided": undecided.set(event.data.incident_id, event.data as Undecided); break;
    case "alarm.undecided-cleared": undecided.delete(event.data.incident_id); break;
    default:
      if (short === "incident.unreadable") unreadable.set(unreadableKey(event.data), event.data as Unreadable);
      if (short.startsWith("case.") || short.startsWith("superior.")) casesChanged.value += 1;
      if (short.startsWith("small-case.")) smallCasesChanged.value += 1;
      told.unshift({ id: event.id, type: short, time: event.time, area: event.data?.area ?? areaOf(event.subject), data: event.data ?? {} });
      if (told.length > MOST_TOLD) told.length = MOST_TOLD;
  }
  redraw();
}
