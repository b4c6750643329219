// Which incident comes first, and which of its limits is nearest. Pure: times are given.
import { isOpen, type Incident, type Timer } from "./types.ts";

export interface Limit {
  what: string;
  /** Unix milliseconds. */
  start: number;
  due: number;
  assignmentId?: string;
}

/** Share of the limit that has gone by at `now`: 1 when it is over. */
export const spent = (limit: Limit, now: number): number =>
  limit.due <= limit.start ? (now >= limit.due ? 1 : 0) : (now - limit.start) / (limit.due - limit.start);

function startOf(incident: Incident, timer: Timer): number {
  const assignment = (incident.assignments ?? []).find((one) => one.id === timer.assignment_id);
  if (assignment === undefined) return Date.parse(incident.received_at);
  if (timer.what === "en_route") return Date.parse(assignment.acknowledged_at ?? assignment.assigned_at);
  if (timer.what === "arrive") return Date.parse(assignment.en_route_at ?? assignment.assigned_at);
  return Date.parse(assignment.assigned_at);
}

/** The limits that still run, the nearest first. */
export function limits(incident: Incident): Limit[] {
  if (!isOpen(incident)) return [];
  return (incident.timers ?? [])
    .filter((timer) => timer.state === "running" || timer.state === "warned" || timer.state === "escalated")
    .map((timer) => ({
      what: timer.what,
      start: startOf(incident, timer),
      due: Date.parse(timer.due_at),
      ...(timer.assignment_id === undefined ? {} : { assignmentId: timer.assignment_id }),
    }))
    .sort((one, other) => one.due - other.due);
}

/** The one limit that is shown of an incident: what is over, a crew's too, stays until it is met; else the incident's own,
 *  as each crew's stands beside its name; else the nearest of its crews. */
export function shownLimit(incident: Incident, now: number): Limit | null {
  const all = limits(incident);
  const nearest = all[0] ?? null;
  return nearest !== null && nearest.due <= now ? nearest : (all.find((one) => one.assignmentId === undefined) ?? nearest);
}

/** What a row is sorted by: smaller first, left to right. Undecided alarms and emergencies stand above the list. */
export function urgency(incident: Incident, now: number, emergency: boolean): number[] {
  const limit = shownLimit(incident, now);
  const over = limit !== null && limit.due <= now;
  const left = limit === null ? 1 : 1 - Math.min(spent(limit, now), 1);
  const waits = incident.status === "active" || incident.status === "queued";
  return [
    emergency ? 0 : 1,
    over && incident.status !== "awaiting_feedback" ? 0 : 1,
    incident.priority,
    incident.status === "held" || incident.status === "awaiting_feedback" ? 1 : 0,
    waits ? 0 : 1,
    left,
    Date.parse(incident.received_at),
  ];
}

export function before(one: number[], other: number[]): number {
  for (let place = 0; place < one.length; place += 1) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Ids in order; while the hands work, the old order stays and what is new is added below. */
export function ordered(all: Incident[], kept: string[], handsBusy: boolean, now: number, emergencies: ReadonlySet<string>): string[] {
  const sorted = all
    .map((one) => ({ id: one.incident_id, key: urgency(one, now, emergencies.has(one.incident_id)) }))
    .sort((one, other) => before(one.key, other.key))
    .map((one) => one.id);
  if (!handsBusy) return sorted;
  const open = new Set(sorted);
  const old = kept.filter((id) => open.has(id));
  const known = new Set(old);
  return [...old, ...sorted.filter((id) => !known.has(id))];
}

/** Minutes and seconds, or hours and minutes of what is long. Seconds in. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}`;
  return `${Math.floor(whole / 86_400)}d${Math.floor((whole % 86_400) / 3600)}h`;
}
