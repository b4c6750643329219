// The steps of a case as forms: what each asks for, and what it sends.
import { named, session } from "../../session.ts";
import { now } from "../../state/clock.ts";
import { area } from "../../state/view.ts";
import { work } from "../../words/work.ts";
import { people, suggested, venues, type Whole } from "./cases.ts";

export interface Field { name: string; kind: "text" | "words" | "choice" | "some" | "date" | "yes"; required?: boolean; options?: [string, string][]; value?: string }
export interface Step { id: string; fields: (one: Whole) => Field[]; path: (values: Values) => string; body: (values: Values, one: Whole) => unknown }
export type Values = Record<string, string>;

const note: Field = { name: "note", kind: "words" };
const options = (all: Record<string, string>, only?: string[]): [string, string][] => Object.entries(all).filter(([id]) => only === undefined || only.includes(id));
const some = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined);
const day = (days: number): string => new Date(now() + days * 86_400_000).toISOString().slice(0, 10);
/** The last second of the area's day, with its offset. */
export function endOf(date: string): string {
  const zone = session.areas.find((one) => one.id === area.value)?.timezone ?? "Asia/Shanghai";
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(new Date(`${date}T12:00:00Z`));
  const offset = parts.find((one) => one.type === "timeZoneName")?.value.replace("GMT", "") || "+00:00";
  return `${date}T23:59:59${offset}`;
}

/** The parties themselves. */
const sides = (one: Whole): string[] => (one.parties ?? []).filter((party) => party.role === "party").map((party) => party.id);

export const STEPS: Step[] = [
  { id: "assess", path: () => "assess", fields: () => [{ name: "grade", kind: "choice", options: options(work.grade), required: true }, { name: "reason", kind: "words", required: true }], body: (v) => ({ grade: v["grade"], reason: v["reason"] }) },
  { id: "plan", path: () => "plan", fields: () => [{ name: "owner", kind: "text", required: true, options: people.value.map((one) => [one.id, named(one)]) }, { name: "measures", kind: "words", required: true }], body: (v) => ({ owner: v["owner"], measures: v["measures"] }) },
  { id: "extend", path: () => "extend", fields: () => [{ name: "until", kind: "date", required: true, value: day(30) }], body: (v, one) => ({ until: endOf(v["until"] ?? ""), consent_of: sides(one) }) },
  { id: "confirmation", path: () => "confirmation", fields: () => [{ name: "step", kind: "choice", required: true, options: options(work.confirmStep) }], body: (v, one) => ({ step: v["step"], ...(v["step"] === "asked" ? { asked_by: sides(one) } : {}) }) },
  {
    id: "refer", path: () => "refer",
    fields: (one) => {
      const chosen = suggested.value?.case_id === one.id ? suggested.value : null;
      return [
        { name: "mediators", kind: "some", options: people.value.map((each) => [each.id, `${named(each)} ${each.open_cases ?? 0}/${each.most ?? "–"}`]), value: (chosen?.team ?? []).join(" ") },
        { name: "venue", kind: "choice", options: venues.value.map((each) => [each.id, named(each)]), value: chosen?.venue ?? "" },
      ];
    },
    // Without names the rules choose.
    body: (v) => { const all = (v["mediators"] ?? "").split(" ").filter(Boolean); return { ...(all.length > 0 ? { mediators: all } : {}), venue: some(v["venue"]) }; },
  },
  { id: "sessions", path: () => "sessions", fields: () => [{ name: "outcome", kind: "choice", options: options(work.sessionOutcome), required: true }, { name: "place", kind: "text" }, note], body: (v) => ({ outcome: v["outcome"], place: some(v["place"]), note: some(v["note"]) }) },
  {
    id: "agreement", path: () => "agreement",
    fields: () => [{ name: "facts", kind: "words", required: true }, { name: "duties", kind: "words", required: true }, { name: "manner", kind: "text", required: true }, { name: "place", kind: "text", required: true }, { name: "deadline", kind: "date", required: true, value: day(7) }, { name: "signed", kind: "yes" }, { name: "oral", kind: "yes" }],
    body: (v, one) => ({ facts: v["facts"], duties: (v["duties"] ?? "").split("\n").filter((text) => text.trim() !== "").map((text) => ({ text: text.trim() })), manner: v["manner"], place: v["place"], deadline: endOf(v["deadline"] ?? ""), oral: v["oral"] === "yes", signatures: v["signed"] === "yes" ? (one.parties ?? []).filter((party) => party.role !== "witness").map((party) => ({ party: party.id })) : [] }),
  },
  { id: "dispose", path: () => "dispose", fields: () => [{ name: "outcome", kind: "choice", options: options(work.outcome), required: true }, note], body: (v) => ({ outcome: v["outcome"], note: some(v["note"]) }) },
  { id: "performance", path: () => "performance", fields: () => [{ name: "performed", kind: "yes", value: "yes" }, note], body: (v) => ({ performed: v["performed"] === "yes", note: some(v["note"]) }) },
  { id: "control", path: () => "control", fields: () => [], body: () => ({}) },
  { id: "visits", path: (v) => `visits/${v["visit"]}`, fields: (one) => [{ name: "visit", kind: "choice", required: true, options: one.visits.filter((each) => each.visited_at === undefined).map((each) => [each.visit, work.visit(each.visit)]) }, { name: "calm", kind: "yes", value: "yes" }, note], body: (v) => ({ calm: v["calm"] === "yes", note: some(v["note"]) }) },
  { id: "escalate", path: () => "escalate", fields: () => [{ name: "reason", kind: "words", required: true }], body: (v) => ({ reason: v["reason"] }) },
  { id: "close", path: () => "close", fields: () => [note], body: (v) => ({ note: some(v["note"]) }) },
];
