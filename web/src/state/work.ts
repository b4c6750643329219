// What units are on. Pure.
import { onIt, type Assignment, type AssignmentStatus, type Incident } from "./types.ts";

/** status, number: of the incident that it works on. others: the numbers of what else it holds. */
export interface Work { status: AssignmentStatus; number: string; others: string[] }

const FURTHEST: AssignmentStatus[] = ["on_scene", "en_route", "acknowledged", "assigned"];

/** A unit works on what it has come furthest with, of those on what it was sent to last. */
export function workOf(open: readonly Incident[]): Map<string, Work> {
  const held = new Map<string, { number: string; on: Assignment }[]>();
  for (const one of open) for (const on of onIt(one)) held.set(on.unit, [...(held.get(on.unit) ?? []), { number: one.number, on }]);
  return new Map([...held].map(([unit, all]) => {
    const [first, ...others] = all.sort((one, other) => FURTHEST.indexOf(one.on.status) - FURTHEST.indexOf(other.on.status) || Date.parse(other.on.assigned_at) - Date.parse(one.on.assigned_at));
    return [unit, { status: first?.on.status ?? "assigned", number: first?.number ?? "", others: others.map((one) => one.number) }];
  }));
}
